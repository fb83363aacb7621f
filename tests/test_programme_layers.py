"""Programmes on the map: what has a place, what stands together, and that each kind has its marks."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import pandas as pd

from geo.distance import Plane
from geo.i18n import translate
from geo.layers import programmes
from geo.layers.programmes import MARKS_AT_MOST, Stop, placed, sprites, stops
from geo.pack import open_pack
from geo.programmes import KINDS
from pages.ui.programme_map import programme_marks

PLANE = Plane("EPSG:32650")
X, Y = 430_000.0, 4_380_000.0
PACK = pd.DataFrame({"id": ["G1", "G2"], "lon": [116.3, None], "lat": [39.6, None]})


def entry(id_: str, east_m: float | None = 0.0, **more: object) -> dict[str, object]:
    """A health session so far east of a corner of a cell, in its middle row; nowhere where that is None."""
    lon, lat = (None, None) if east_m is None else (float(part[0]) for part in PLANE.unproject([X + east_m], [Y + 25]))
    said = {"kind": "programme", "programme_kind": "health", "programme": "", "date": "2025-07-01", "people": 10}
    return {"id": id_, **said, "standing": "reported", "lon": lon, "lat": lat, **more}


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=list(entry("", None)))
    return made.astype({"lon": float, "lat": float, "people": "Int64"})


def test_an_entry_is_where_it_says_else_where_its_programme_is_else_nowhere() -> None:
    found = placed(
        frame(
            entry("own", programme="G1"),
            entry("of", None, programme="G1"),
            entry("no", None, programme="G2"),
            entry("none", None),
            entry("visit", kind="visit"),
        ),
        PACK,
    )
    assert found["id"].tolist() == ["own", "of"]
    assert found["assumed"].tolist() == [False, True]
    assert found["lon"].iloc[1] == 116.3
    assert stops(placed(frame(), PACK), PLANE) == []


def test_entries_of_one_kind_and_place_are_one_mark_and_say_what_they_come_to() -> None:
    rows = frame(
        entry("b", 10, date="2025-08-02", programme="G1"),
        entry("a", 30, people=None, standing="synthetic"),
        entry("c", 60),  # the next cell of 50 m
        entry("d", 10, programme_kind="carnival", people=None),
    )
    carnival, both, other = stops(placed(rows, PACK), PLANE)
    assert (carnival.kind, carnival.ids, carnival.people) == ("carnival", ("d",), None)
    assert (both.ids, both.first, both.last, both.people) == (("a", "b"), "2025-07-01", "2025-08-02", 10)
    assert (both.synthetic, both.names, both.sprite) == (True, ("G1",), "programme-health-synthetic")
    assert abs(float(PLANE.project([both.lon], [both.lat])[0][0]) - (X + 20)) < 0.01
    assert (other.ids, other.sprite) == (("c",), "programme-health")


def test_there_are_never_more_marks_than_a_map_bears() -> None:
    rows = frame(*(entry(f"e{at:03}", 60.0 * at) for at in range(MARKS_AT_MOST + 100)))
    found = stops(placed(rows, PACK), PLANE)
    assert 1 < len(found) <= MARKS_AT_MOST
    assert sum(len(stop.ids) for stop in found) == sum(stop.people or 0 for stop in found) / 10 == MARKS_AT_MOST + 100


def test_every_kind_has_both_its_marks_and_the_legend_only_those_that_are_there() -> None:
    folder = Path(programmes.__file__).parent / "assets"
    marks = set(re.findall(r'<symbol id="programme-([^"]+)"', (folder / "marks.svg").read_text("utf-8")))
    assert marks == {f"{kind}{look}" for kind in KINDS for look in ("", "-synthetic")}
    glyphs = re.findall(r'<symbol id="programme-\w+" .*?>(.)</text>', (folder / "marks.svg").read_text("utf-8"))
    assert len(set(glyphs)) == len(KINDS)  # told apart without colour

    def stop(kind: str, *, synthetic: bool) -> Stop:
        return Stop(kind, 0, 0, ("x",), "", "", None, synthetic, False, ())

    shown = [stop("health", synthetic=True), stop("carnival", synthetic=False), stop("carnival", synthetic=True)]
    assert sprites(shown, KINDS, str.upper) == [
        ("programme-carnival", "CARNIVAL"),
        ("programme-carnival-synthetic", "CARNIVAL"),
        ("programme-health-synthetic", "HEALTH"),
    ]


def test_a_mark_says_what_was_brought_when_to_how_many_and_on_what_grounds(tiny: Path) -> None:
    district = open_pack(tiny, demo=True)
    rows = frame(
        entry("a", 10, programme="G1"), entry("b", 20, programme="G1", date="2025-07-03", standing="synthetic")
    )
    features, legend = programme_marks(district, rows, "wgs84", partial(translate, language="zh"), "zh")
    (mark,) = (json.loads(text)["properties"] for text in features)
    assert (mark["id"], mark["title"], mark["mark"]) == ("b", "讲座 ×2", "programme-health-synthetic")
    assert mark["lines"] == ["2025-07-01 ~ 2025-07-03", "覆盖 20 人次", "示例"]
    assert [row.words for row in legend] == ["健康企业直通车（示例）"]
    assert programme_marks(district, frame(), "wgs84", partial(translate, language="en"), "en") == ([], [])
