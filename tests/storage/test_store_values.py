"""What can be stored of a value, what is refused, and that history leads back to every earlier version."""

from __future__ import annotations

import math
from itertools import count, pairwise

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import NOW, everything, save

from geo.errors import GongtuError
from geo.i18n import LANGUAGES, explain
from geo.storage import Change, Store

TEXT = "".join(chr(code) for code in (*range(1, 128), 0xA0, 0x200B, 0x4E00, 0xFFFF, 0x1F600, 0x10FFFF))
NUMBER = count()


@pytest.mark.parametrize(
    "text", [TEXT, " ", "=1+1", "<b>甲</b>", "'; DROP TABLE users; --", "\\N", "\\.", "a\tb\r\nc\\", "{}", "%s", ":x"]
)
def test_text_comes_back_as_it_was(store: Store, text: str) -> None:
    save(store, Change("enterprises", text, {"name": text}), by=text, why=text)
    save(store, Change("enterprises", text, {"name": "x"}, 1))
    assert store.read("enterprises")["id"].tolist() == [text]
    assert store.history("enterprises", text)[0].fields == {"name": (text, "x")}
    assert (store.commits()[1].by, store.commits()[1].why) == (text, text)


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "\ud800", "x\udfff"])
@pytest.mark.parametrize("place", ["name", "id", "retired", "why"])
def test_what_cannot_be_written_is_refused(store: Store, text: str, place: str) -> None:
    first = Change("enterprises", "E0", {"name": "甲"})
    change = {
        "name": Change("enterprises", "E1", {"name": text}),
        "id": Change("enterprises", text),
        "retired": Change("enterprises", "E1", {}, retired=text),
        "why": Change("enterprises", "E1"),
    }[place]
    with pytest.raises(GongtuError) as caught:
        save(store, first, change, why=text if place == "why" else "")
    assert (caught.value.key, caught.value.params["field"]) == ("store.text", place)
    for language in LANGUAGES:
        assert explain(caught.value, language).encode()
    assert store.state() == (0, "")


@pytest.mark.parametrize(
    ("noun", "field", "value"),
    [
        ("enterprises", "name", 5),
        ("enterprises", "name", b"x"),
        ("enterprises", "workers", "5"),
        ("enterprises", "workers", 1.5),
        ("enterprises", "workers", True),
        ("enterprises", "workers", 2**63),
        ("enterprises", "workers", -(2**63) - 1),
        ("enterprises", "workers", 1e300),
        ("enterprises", "lon", "116"),
        ("enterprises", "lon", False),
        ("enterprises", "lon", 10**400),
        ("enterprises", "lon", 1j),
        ("regions", "in_campaign", 1),
        ("regions", "in_campaign", "true"),
        ("regions", "geometry", "POLYGON EMPTY"),
        ("regions", "geometry", shapely.Point(1, 2)),
        ("regions", "geometry", shapely.GeometryCollection([shapely.box(0, 0, 1, 1)])),
        ("regions", "geometry", shapely.Polygon([(0, 0), (1, math.inf), (1, 0)])),
    ],
)
def test_a_value_of_another_kind_is_refused(store: Store, noun: str, field: str, value: object) -> None:
    with pytest.raises(GongtuError) as caught:
        save(store, Change(noun, "0"), Change(noun, "1", {field: value}))
    assert caught.value.key == "store.value"
    assert [caught.value.params[name] for name in ("noun", "id", "field")] == [noun, "1", field]
    assert store.state() == (0, "")


@pytest.mark.parametrize("field", ["nonsense", "geometry", "version", "changed_by", "retired", "geom", "row", "code"])
def test_an_unknown_field_is_refused(store: Store, field: str) -> None:
    with pytest.raises(GongtuError) as caught:
        save(store, Change("enterprises", "E1", {field: "x"}))
    assert (caught.value.key, caught.value.params) == (
        "store.field",
        {"noun": "enterprises", "id": "E1", "field": field},
    )


def test_a_record_keeps_its_key(store: Store) -> None:
    with pytest.raises(GongtuError) as caught:
        save(store, Change("regions", "1", {"code": "2"}))
    assert caught.value.key == "store.field"
    assert save(store, Change("regions", "1", {"code": "1"})) == 1


@pytest.mark.parametrize(("key", "good"), [("", False), ("x", True), ("镇" * 200, True), ("镇" * 201, False)])
def test_a_key_has_one_to_two_hundred_characters(store: Store, key: str, good: bool) -> None:
    if good:
        save(store, Change("enterprises", key))
        assert store.read("enterprises")["id"].tolist() == [key]
        return
    with pytest.raises(GongtuError) as caught:
        save(store, Change("enterprises", key))
    assert caught.value.key == "store.key"


def test_a_long_text_is_kept(store: Store) -> None:
    text = "址" * 1_000_000
    save(store, Change("enterprises", "E1", {"address": text}))
    assert store.read("enterprises")["address"].tolist() == [text]


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 - 1, -(2**63), 0, np.int64(7), np.float64(7.0)])
def test_whole_numbers_are_exact(store: Store, number: int) -> None:
    save(store, Change("enterprises", "E1", {"workers": number}))
    save(store, Change("enterprises", "E1", {"workers": 1}, 1))
    assert store.history("enterprises", "E1")[0].fields == ({"workers": (int(number), 1)} if number != 1 else {})
    save(store, Change("enterprises", "E1", {"workers": number}, 2))
    assert store.read("enterprises")["workers"].tolist() == [int(number)]


@pytest.mark.parametrize(
    "number", [0.1 + 0.2, 1.7976931348623157e308, -1.7e308, 5e-324, 1e22, 116.35, 3, np.float32(1.5)]
)
def test_numbers_are_exact(store: Store, number: float) -> None:
    save(store, Change("enterprises", "E1", {"lon": number, "lat": number}))
    record = store.get("enterprises", "E1")
    assert record is not None
    assert [record.values["lon"], store.read("enterprises").loc[0, "lat"]] == [float(number)] * 2
    save(store, Change("enterprises", "E1", {"lon": None}, 1))
    assert store.history("enterprises", "E1")[0].fields == {"lon": (float(number), None)}


@pytest.mark.parametrize("key", ["a\x00", "\ud800", "", "x" * 1000])
def test_a_key_that_no_record_can_have_finds_none(store: Store, key: str) -> None:
    save(store, Change("enterprises", "a"))
    assert store.get("enterprises", key) is None
    assert store.history("enterprises", key) == []


VALUES = {
    "name": st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20),
    "area_km2": st.none() | st.floats(),
    "population": st.none() | st.integers(-(2**63), 2**63 - 1),
    "in_campaign": st.none() | st.booleans(),
    "geometry": st.none() | st.integers(1, 3).map(lambda size: shapely.box(0, 0, size, size)),
}
STEPS = st.lists(
    st.tuples(st.fixed_dictionaries({}, optional=VALUES), st.sampled_from([None, "", "gone", "moved"])), max_size=8
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_walking_back_through_history_gives_every_earlier_version(
    store: Store, steps: list[tuple[dict[str, object], str | None]]
) -> None:
    key = f"R{next(NUMBER)}"
    versions: list[dict[str, object]] = []
    for values, retired in steps:
        save(store, Change("regions", key, values, len(versions), retired))
        record = store.get("regions", key)
        assert record is not None
        now = {**record.values, "retired": record.retired or None}
        if record.version > len(versions):
            assert versions[-1:] != [now], "a version is something new"
            versions.append(now)
        assert versions[-1] == now
    entries = store.history("regions", key)
    assert [entry.version for entry in entries] == list(range(len(versions), 0, -1))
    for entry, (after, before) in zip(entries, pairwise([*versions[::-1], None]), strict=True):
        assert after is not None
        if before is None:
            assert (entry.action, entry.fields) == ("create", {})
            continue
        assert {name: new for name, (_, new) in entry.fields.items()}.items() <= after.items()
        assert after | {name: old for name, (old, _) in entry.fields.items()} == before


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.fixed_dictionaries(VALUES))
def test_what_is_read_saved_again_changes_nothing(store: Store, values: dict[str, object]) -> None:
    key = f"R{next(NUMBER)}"
    revision = save(store, Change("regions", key, values))
    frame = store.read("regions").set_index("code")
    fields = frame.columns.drop(["version", "retired", "changed_by"])
    before = everything(store)
    again = (Change("regions", code, row.to_dict(), 1) for code, row in frame[fields].astype(object).iterrows())
    assert store.commit(again, by="li", at=NOW, why="") == revision
    assert everything(store) == before
