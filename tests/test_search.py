"""A place by any part of its name: what is found, in which order, where it is, and how fast at any size."""

from __future__ import annotations

from dataclasses import asdict, fields

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.distance import Plane
from geo.places import Gazetteer
from geo.search import KINDS, LONGEST, Hit, HitKind, Places
from geo.workspace import Workspace

PLANE = Plane("EPSG:32650")
DISTRICT = "北京市云泽区"
EMPTY = pd.DataFrame(columns=["id", "name", "name_en", "kind", "lon", "lat", "region", "standing"])


@pytest.fixture(scope="module")
def tiny_places(regions: gpd.GeoDataFrame, places: pd.DataFrame, facilities: pd.DataFrame) -> Places:
    """The tiny world, with two positions: one that is a region, and an industrial base."""
    positions = pd.DataFrame(
        [
            ("P1", "甲原镇", "Jiayuan Town", "region", "110199001000", 116.2, 39.6, "inferred", "assumed", 2000.0),
            ("P2", "原野产业基地", "Moor Base", "industrial_base", "", 116.3, 39.6, "inferred", "assumed", 2500.0),
        ],
        columns=[
            *("id", "name", "name_en", "kind", "region", "lon", "lat"),
            *("standing", "location_standing", "precision_m"),
        ],
    )
    return Places.of(regions, places, positions, facilities, PLANE, district=DISTRICT)


def found(places: Places, text: str, limit: int = 8) -> list[str]:
    return [hit.id for hit in places.find(text, limit)]


WRITTEN = (
    "甲原镇",
    "甲原",
    "甲原地区",
    "甲 原 镇",
    "甲原鎮",
    "（甲原镇）",
    "Jiayuan Town",
    "jiayuan  TOWN",
    "ｊｉａｙｕａｎ",
)


@pytest.mark.parametrize("text", WRITTEN)
def test_a_region_by_its_names_however_written(tiny_places: Places, text: str) -> None:
    assert found(tiny_places, text)[0] == "110199001000"


def test_any_part_of_a_name_will_do(tiny_places: Places) -> None:
    assert found(tiny_places, "柳") == ["110199001201"]
    assert found(tiny_places, "树") == ["110199001201"]
    assert found(tiny_places, "产业基") == ["P2"]
    assert found(tiny_places, "moor") == ["P2"]


def test_letters_may_be_left_out_between(tiny_places: Places) -> None:
    assert found(tiny_places, "柳村委") == ["110199001201"]  # 柳树村村委会
    assert found(tiny_places, "村柳委") == [], "in their order only"
    assert found(tiny_places, "柳委") == [], "two letters say too little"


@pytest.mark.parametrize("text", ["", " ", "，", "。！", "\n", "无此地", "zzz", "甲原镇无此地", "甲" * 10_000])
def test_what_is_nowhere_finds_nothing_or_what_an_address_says(tiny_places: Places, text: str) -> None:
    expected = ["110199001000"] if text.startswith("甲原镇") else []
    assert found(tiny_places, text) == expected


def test_no_limit_no_places(tiny_places: Places) -> None:
    assert found(tiny_places, "甲原", 0) == []
    assert found(tiny_places, "甲原", -1) == []


def test_an_address_finds_its_region(tiny_places: Places) -> None:
    assert found(tiny_places, "北京市云泽区乙河街道某路1号") == ["110199002000"]
    assert found(tiny_places, "云泽区春晖里小区3号楼") == ["110199002000"]
    assert found(tiny_places, "云泽区东庄村9号") == [], "two towns have one of that name"


def test_a_name_that_two_have_finds_both_and_says_where(tiny_places: Places) -> None:
    hits = tiny_places.find("东庄村")
    assert [(hit.label_zh, hit.kind, hit.within) for hit in hits] == [
        ("东庄村", "village", "110199001000"),
        ("东庄村", "village", "110199003000"),
    ]


def test_positions_that_are_regions_are_found_once(tiny_places: Places) -> None:
    assert found(tiny_places, "甲原镇") == ["110199001000"]


def test_a_region_stands_where_its_seat_is_or_inside(tiny_places: Places, regions: gpd.GeoDataFrame) -> None:
    """Without a seat: a point inside. From there no corner of the 10 km square is farther than its diagonal, none of
    the four can be nearer than half of it."""
    (hit,) = tiny_places.find("丙山镇")
    square = regions.set_index("code").geometry["110199003000"]
    assert square.contains(shapely.Point(hit.lon, hit.lat))
    assert hit.accuracy_m == pytest.approx(5_642, abs=1)  # of a circle of 100 km²
    assert (hit.label_en, hit.kind, hit.within, hit.standing) == ("Bingshan Town", "region", hit.id, "synthetic")


def test_a_seat_in_the_corner_reaches_no_farther_for_it(regions: gpd.GeoDataFrame) -> None:
    lon, lat = PLANE.unproject([430_000.0], [4_380_000.0])
    seated = regions.assign(seat_lon=np.nan, seat_lat=np.nan, standing="reported")
    seated.loc[0, ["seat_lon", "seat_lat"]] = lon[0], lat[0]
    no_places = pd.DataFrame(columns=["name", "kind", "region", "code", "standing"])
    (hit,) = Places.of(seated, no_places, EMPTY, EMPTY, PLANE, district=DISTRICT).find("甲原镇")
    assert (hit.lon, hit.lat, hit.standing) == (lon[0], lat[0], "inferred")
    assert hit.accuracy_m == pytest.approx(5_642, abs=1)


def test_a_region_without_territory(regions: gpd.GeoDataFrame) -> None:
    """With a seat it is as large as its area says, or nobody knows how large; without one it is nowhere."""
    bare = regions.assign(seat_lon=[116.0, 116.1, np.nan], seat_lat=[39.0, 39.1, np.nan], area_km2=[np.pi, np.nan, 1.0])
    bare = bare.set_geometry(gpd.GeoSeries([None, shapely.Polygon(), None], crs=regions.crs))
    no_places = pd.DataFrame(columns=["name", "kind", "region", "code", "standing"])
    places = Places.of(bare, no_places, EMPTY, EMPTY, PLANE, district=DISTRICT)
    assert [places.find(name)[0].accuracy_m for name in ("甲原", "乙河")] == [pytest.approx(1000), None]
    assert places.find("丙山") == []
    assert places.find("丙山镇某路1号") == []


def test_a_community_stands_for_its_region(tiny_places: Places) -> None:
    (town,), (community,) = tiny_places.find("乙河街道"), tiny_places.find("春晖")
    assert (community.label_zh, community.label_en, community.kind) == ("春晖里社区", "春晖里社区", "community")
    assert (community.lon, community.lat, community.accuracy_m) == (town.lon, town.lat, town.accuracy_m)
    assert community.within == town.id


def test_a_facility_stands_where_it_is(tiny_places: Places, facilities: pd.DataFrame) -> None:
    (hit,) = tiny_places.find("F1站")
    row = facilities.set_index("id").loc["F1"]
    assert (hit.lon, hit.lat, hit.accuracy_m, hit.standing) == (row["lon"], row["lat"], None, "synthetic")
    assert found(tiny_places, "F5站") == [], "its place is not known"


def test_a_zone_of_several_regions_is_nowhere(regions: gpd.GeoDataFrame) -> None:
    zones = pd.DataFrame(
        [("Z1", "大开发区", "", "zone", "inferred"), ("T1", "老庄乡", "110199001000", "former_township", "reported")],
        columns=["code", "name", "region", "kind", "standing"],
    )
    places = Places.of(regions, zones, EMPTY, EMPTY, PLANE, district=DISTRICT)
    assert places.find("开发区") == []
    assert [(hit.id, hit.kind) for hit in places.find("老庄")] == [("T1", "zone")]


def test_the_standing_of_a_point_is_said_unless_the_record_is_made_up(regions: gpd.GeoDataFrame) -> None:
    rows = pd.DataFrame(
        [("A", "reported", "assumed"), ("B", "reported", ""), ("C", "synthetic", "reported")],
        columns=["id", "standing", "location_standing"],
    ).assign(name="站", name_en="", region="", lon=116.0, lat=39.0, precision_m=np.nan, kind="rest_station")
    no_places = pd.DataFrame(columns=["name", "kind", "region", "code", "standing"])
    hits = Places.of(regions, no_places, EMPTY, rows, PLANE, district=DISTRICT).find("站")
    assert [(hit.id, hit.standing) for hit in hits] == [("A", "assumed"), ("B", "reported"), ("C", "synthetic")]


# The order


def hit(label: str, kind: HitKind, id_: str) -> Hit:
    return Hit(label, label, kind, id_, 116.0, 39.0, None, "", "reported")


def of(*hits: Hit) -> Places:
    nowhere = pd.DataFrame(columns=["code", "name", "alias"])
    gazetteer = Gazetteer(nowhere, pd.DataFrame(columns=["name", "kind", "region"]), district="")
    named = pd.DataFrame([asdict(one) for one in hits], columns=[field.name for field in fields(Hit)])
    return Places(named.assign(accuracy_m=np.nan, names=[(one.label_zh,) for one in hits]), gazetteer, ())


def test_whole_before_beginning_before_inner_then_kind_then_name_then_id() -> None:
    places = of(
        hit("新枣园", "region", "r1"),
        hit("枣园二里", "facility", "f1"),
        hit("枣园一里", "facility", "f3"),
        hit("枣园一里", "facility", "f2"),
        hit("枣园", "zone", "z1"),
        hit("枣园路", "community", "c1"),
        hit("老枣园", "position", "p1"),
    )
    assert found(places, "枣园") == ["z1", "f2", "f3", "f1", "c1", "r1", "p1"]
    assert found(places, "枣园", 3) == ["z1", "f2", "f3"]


def test_kinds_in_their_order() -> None:
    places = of(*(hit("同名", kind, kind) for kind in reversed(KINDS)))
    assert found(places, "同名") == ["region", "position", "facility", "community", "village", "zone"]


def test_a_name_that_says_it_twice_is_found_once() -> None:
    assert found(of(hit("站站站", "facility", "a"), hit("站", "facility", "b")), "站") == ["b", "a"]


def test_no_places_at_all() -> None:
    assert of().find("甲") == []


NAMES = st.lists(st.text("甲乙丙ab1", min_size=1, max_size=5), max_size=30)


@given(names=NAMES, kinds=st.randoms(use_true_random=False), text=st.text("甲乙丙ab1", min_size=1, max_size=3))
def test_it_is_what_reading_every_name_would_find(names: list[str], kinds: object, text: str) -> None:
    hits = [hit(name, kinds.choice(KINDS), f"{n:02}") for n, name in enumerate(names)]  # type: ignore[attr-defined]

    def rank(one: Hit) -> tuple[object, ...]:
        name = one.label_zh
        return (name != text, not name.startswith(text), KINDS.index(one.kind), name, one.id)

    def scattered(name: str) -> bool:
        letters = iter(name)
        return len(text) >= 3 and all(letter in letters for letter in text)

    whole = [one for one in hits if text in one.label_zh]
    seen = whole or [one for one in hits if scattered(one.label_zh)]
    in_order = sorted(seen, key=rank if whole else lambda one: (KINDS.index(one.kind), one.label_zh, one.id))
    expected = [one.id for one in in_order]
    for limit in (1, 3, 100):
        assert found(of(*hits), text, limit) == expected[:limit]


@given(text=st.text(max_size=300))
def test_nothing_that_can_be_typed_breaks_it(text: str) -> None:
    places = of(hit("枣园", "region", "r1"))
    assert len(places.find(text)) <= 1
    assert places.find(text) == places.find(text[:LONGEST])


# The district, and 50,000 stations


def test_a_district_knows_its_places(workspace: Workspace) -> None:
    index = workspace.district().place_index
    assert index is workspace.district().place_index
    assert [one.id for one in index.find("甲原镇")] == ["110199001000"]


def test_the_first_of_very_many() -> None:
    count = 50_000
    index = of(*(hit(f"驿站{n:06}", "facility", f"{n:06}") for n in range(count)), hit("末", "zone", "z"))
    for text, expected in (("驿站", ["000000", "000001"]), ("末", ["z"]), ("无", []), ("9", ["000009", "000019"])):
        assert found(index, text, 2) == expected
