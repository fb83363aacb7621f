"""The pages' own decisions: words, marks, and what is shown to whom."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from tiny_pack import set_cell

from geo.layers.points import sprite as look
from geo.people import NOBODY, Person
from geo.words import distance, percent
from pages.ui.words import escape_markdown

ROOT = Path(__file__).parent.parent
NAME = "![i](http://evil.example/i.png) :material/home: www.evil.example <b>&amp;</b> $x$ `code` <- **bold**"


def say(key: str, **values: object) -> str:
    return f"{key} {values}" if values else key


@pytest.fixture
def pack(tiny: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(tiny, tmp_path / "pack"))


def shown(pack: Path, monkeypatch: pytest.MonkeyPatch, person: Person = NOBODY, **query: str) -> str:
    """All that the service map puts into words, for a pack and a query."""
    monkeypatch.setenv("GONGTU_PACK", str(pack))
    monkeypatch.setenv("GONGTU_VAR", str(pack.parent / "var"))
    monkeypatch.setattr("pages.ui.access.who", lambda: person)  # AppTest has no cookies, not even none
    monkeypatch.setattr("pages.ui.identity.is_coming_back", lambda: False)
    page = AppTest.from_file(str(ROOT / "pages" / "__main__.py"), default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    kinds = ("markdown", "caption", "metric", "error", "info", "subheader", "title", "text")
    return "\n".join(f"{element.value} {element.proto}" for kind in kinds for element in page.get(kind))


@pytest.mark.parametrize(
    ("metres", "words"),
    [
        (0, "unit.m {'metres': '0'}"),
        (999.4, "unit.m {'metres': '999'}"),
        (999.6, "unit.km {'km': '1'}"),
        (1000, "unit.km {'km': '1'}"),
        (1540, "unit.km {'km': '1.5'}"),
    ],
)
def test_distances_have_the_unit_that_suits_them(metres: float, words: str) -> None:
    assert distance(metres, say) == words


def test_a_share_of_nothing_is_a_dash() -> None:
    assert (percent(0.4236, say), percent(float("nan"), say)) == ("42.4%", "total.none")


def test_a_value_is_no_markup() -> None:
    escaped = escape_markdown(NAME)
    for live in ("![", "](", "://", "www.", "<b>", "<-", ":material", "**"):
        assert live not in escaped
    plain = escaped.replace("\\", "").replace("\u2060", "")
    assert plain == NAME, "and reads as it is"


@pytest.mark.parametrize(
    ("standing", "state", "sprite"),
    [
        ("reported", "open", "rest_station"),
        ("imported", "unverified", "rest_station"),
        ("synthetic", "open", "rest_station-synthetic"),
        ("reported", "planned", "rest_station-planned"),
        ("reported", "closed", "gone"),
        ("synthetic", "removed", "gone"),
    ],
)
def test_the_mark_tells_what_is_real_and_what_serves(standing: str, state: str, sprite: str) -> None:
    assert look({"kind": "rest_station", "standing": standing, "state": state}) == sprite


def test_a_real_register_is_counted_but_not_named(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register = pd.read_csv(pack / "enterprises.csv", dtype=str, keep_default_na=False)
    for code in pd.read_csv(pack / "regions.csv", dtype=str)["code"]:
        for lens in ("service", "union"):
            words = shown(pack, monkeypatch, region=code, reach="250", lens=lens)
            assert [name for name in register["name"] if name and name in words] == []


def test_names_of_a_pack_stay_text(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file, column in (("regions.csv", "name"), ("facilities.csv", "name"), ("positions.csv", "name")):
        set_cell(pack / file, 2, column, NAME)
    code = pd.read_csv(pack / "regions.csv", dtype=str)["code"][0]
    words = shown(pack, monkeypatch, region=code)
    assert "evil" in words, "the name is shown"
    assert "](http://evil.example" not in words


def test_a_faulty_pack_quotes_nothing_of_the_register(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_cell(pack / "enterprises.csv", 2, "workers", "张三 13800000000")
    words = shown(pack, monkeypatch)
    assert "enterprises" in words
    assert "13800000000" not in words
    assert "python -m geo doctor" in words
    assert "GB" not in words, "what the doctor finds is for administrators"
    assert "GB" in shown(pack, monkeypatch, Person("a", "甲", "admin"))
