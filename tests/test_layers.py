"""Layers: colours, bounded payloads, datums, marks that exist, data that is never read as HTML, no foreign host."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import folium
import numpy as np
import pytest
import shapely
from branca.element import MacroElement
from hypothesis import given
from hypothesis import strategies as st

from geo.coverage import SERVED, UNKNOWN, UNSERVED
from geo.distance import Plane
from geo.facilities import KINDS
from geo.layers import areas, legend, palette, points
from geo.layers.base import ASSET_URLS, ASSETS, Basemap, Tiles, base_map, basemaps
from geo.layers.geojson import GeoJsonLayer, feature, point, to_geojson
from geo.pack import open_pack
from geo.settings import read_settings

X0, Y0 = 430_000.0, 4_380_000.0
ATTACK = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>"
SQUARE = '{"type":"Polygon","coordinates":[[[116.3,39.6],[116.4,39.6],[116.4,39.7],[116.3,39.6]]]}'
BOUNDS = (116.1, 39.4, 116.8, 39.9)
SVG = "{http://www.w3.org/2000/svg}"


def script(*layers: MacroElement) -> str:
    """What a map's layers write into its page's script, as the component that shows the map asks for it."""
    group = folium.FeatureGroup()
    for layer in layers:
        layer.add_to(group)
    return "".join(layer._template.module.script(layer, {}) for layer in layers)


def features(layer: GeoJsonLayer) -> list[dict[str, Any]]:
    return list(json.loads(f"[{layer.text}]"))


def properties(layer: GeoJsonLayer, name: str) -> list[Any]:
    return [feature["properties"].get(name) for feature in features(layer)]


# Colours


@pytest.mark.parametrize(
    ("share", "step"), [(0, 0), (0.19, 0), (0.2, 1), (0.4, 2), (0.6, 3), (0.8, 4), (0.99, 4), (1, 4)]
)
def test_each_fifth_has_its_shade_and_includes_its_lower_bound(share: float, step: int) -> None:
    assert palette.shade(share) == palette.RAMP[step]


def test_nothing_known_is_no_shade() -> None:
    assert palette.shade(math.nan) == palette.NO_DATA
    assert palette.NO_DATA not in palette.RAMP


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_amiss_is_never_lighter(low: float, high: float) -> None:
    low, high = sorted((low, high))
    assert palette.RAMP.index(palette.shade(low)) <= palette.RAMP.index(palette.shade(high))


def test_the_ramp_darkens_and_leaves_labels_readable() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return float(np.dot((0.2126, 0.7152, 0.0722), linear))

    light = [luminance(colour) for colour in palette.RAMP]
    assert light == sorted(light, reverse=True)
    ink = luminance(palette.INK)
    assert all((step + 0.05) / (ink + 0.05) >= 4.5 for step in light), "WCAG AA"


# Enterprises gathered


def random_points(count: int, side_m: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    status = random.choice([SERVED, UNSERVED, UNKNOWN], size=count, p=[0.5, 0.4, 0.1]).astype(np.int8)
    x, y = X0 + random.uniform(0, side_m, count), Y0 + random.uniform(0, side_m, count)
    x[status == UNKNOWN] = y[status == UNKNOWN] = np.nan
    return x, y, status


@pytest.mark.parametrize(("count", "side_m"), [(0, 1), (1, 1), (400, 40_000), (5_000, 40_000), (200_000, 60_000)])
def test_gathering_keeps_everyone_and_stays_bounded(count: int, side_m: float) -> None:
    x, y, status = random_points(count, side_m)
    cells = points.gather(x, y, status, private=False)
    assert len(cells.count) <= points.MARKS_AT_MOST
    assert cells.count.sum() == (status != UNKNOWN).sum()
    assert cells.unserved.sum() == (status == UNSERVED).sum()
    assert (cells.unserved <= cells.count).all()
    assert np.isfinite(cells.x).all()
    assert {len(cells.x), len(cells.y), len(cells.unserved)} == {len(cells.count)}


def test_a_mean_lies_in_its_cell_and_no_cell_is_there_twice() -> None:
    cells = points.gather(*random_points(200_000, 60_000), private=False)
    assert cells.size_m in points.CELL_SIZES_M
    corner = np.column_stack((cells.x, cells.y)) // cells.size_m
    assert len(np.unique(corner, axis=0)) == len(cells.count)
    # Points spread evenly: the means lie about the middle of full cells.
    full = cells.count > np.median(cells.count) * 0.9
    middle = (corner[full] + 0.5) * cells.size_m
    assert np.abs(np.column_stack((cells.x, cells.y))[full] - middle).max() < cells.size_m / 4


def test_the_smallest_cell_that_fits_is_taken() -> None:
    # 21 x 21 points a kilometre apart, one each in cells of a kilometre: 441 are too many, 11 x 11 pairs are not.
    east, north = np.meshgrid(np.arange(21), np.arange(21))
    x, y = 430_500 + 1000.0 * east.ravel(), 4_380_500 + 1000.0 * north.ravel()
    cells = points.gather(x, y, np.full(441, SERVED, np.int8), private=False)
    assert (cells.size_m, len(cells.count), cells.count.max()) == (2000, 121, 4)


def test_few_stand_for_themselves() -> None:
    cells = points.gather(np.array([X0, X0]), np.array([Y0, Y0]), np.array([SERVED, UNSERVED], np.int8), private=False)
    assert (cells.size_m, cells.count.tolist(), cells.unserved.tolist()) == (0, [1, 1], [0, 1])


def test_west_and_south_of_the_origin_are_cells_too() -> None:
    x, y, status = random_points(2_000, 40_000)
    cells = points.gather(x - X0 - 20_000, y - Y0 - 20_000, status, private=False)
    assert len(cells.count) <= points.MARKS_AT_MOST
    assert cells.count.sum() == (status != UNKNOWN).sum()


def test_the_payload_is_bounded_whatever_the_register() -> None:
    sizes = []
    for count in (5_000, 200_000):
        cells = points.gather(*random_points(count, 60_000), private=False)
        lon, lat = Plane("EPSG:32650").unproject(cells.x, cells.y)
        titles = [f"{n:,} 家" for n in cells.count]
        sizes.append(len(points.enterprises(cells, lon, lat, ["110115001000"] * len(lon), titles).text))
    assert max(sizes) < 150_000


def test_circles_are_amber_where_most_have_no_service() -> None:
    cells = points.Cells(250, np.zeros(3), np.zeros(3), np.array([2, 2, 10_000]), np.array([1, 2, 0]))
    layer = points.enterprises(
        cells, np.array([116.1234567] * 3), np.array([39.0] * 3), ["a", "b", "c"], ["1", "2", "3"]
    )
    colours = [style["fillColor"] for style in properties(layer, "style")]
    assert colours == [palette.SERVED, palette.UNSERVED, palette.SERVED], "half is not most"
    assert properties(layer, "radius") == [points.SMALLEST_PX, points.SMALLEST_PX, points.LARGEST_PX]
    assert properties(layer, "code") == ["a", "b", "c"]
    assert features(layer)[0]["geometry"] == {"type": "Point", "coordinates": [116.12346, 39.0]}


# Geometry


def test_geometries_are_degrees_at_five_decimals() -> None:
    plane = Plane("EPSG:32650")
    shapes = np.array([shapely.box(X0, Y0, X0 + 1234.567, Y0 + 987.654), shapely.Point(X0, Y0)], dtype=object)
    box, corner = map(json.loads, to_geojson(shapes, plane, "wgs84"))
    (lon,), (lat,) = plane.unproject([X0], [Y0])
    assert corner == {"type": "Point", "coordinates": [round(float(lon), 5), round(float(lat), 5)]}
    assert json.loads(point(float(lon), float(lat))) == corner
    numbers = np.array(box["coordinates"]).ravel()
    assert (numbers == numbers.round(5)).all()
    assert len(max(re.findall(r"\d+\.(\d+)", json.dumps(box)), key=len)) <= 5
    assert box["coordinates"][0][0] == box["coordinates"][0][-1], "rings stay closed"


def test_the_amap_datum_is_hundreds_of_metres_off() -> None:
    plane = Plane("EPSG:32650")
    shapes = np.array([shapely.box(X0, Y0, X0 + 1000, Y0 + 1000)], dtype=object)
    here, there = (json.loads(to_geojson(shapes, plane, datum)[0]) for datum in ("wgs84", "gcj02"))
    corners = [np.array(shape["coordinates"][0]) for shape in (here, there)]
    metres = np.hypot(*np.subtract(*[plane.project(*corner.T) for corner in corners]))
    assert (metres > 300).all()
    assert (metres < 800).all()


def test_nothing_to_draw_is_no_error() -> None:
    assert to_geojson(np.array([], dtype=object), Plane("EPSG:32650"), "gcj02") == []
    assert features(areas.gaps([])) == []
    assert points.marks([]) == []
    assert "[]" in script(areas.gaps([]))


def test_the_selected_region_is_outlined_above() -> None:
    fill, outline = areas.regions(
        ["a", "b"], [SQUARE, SQUARE], [0.5, math.nan], ["甲", "乙"], [["x"], []], selected="b"
    )
    assert [style["fillColor"] for style in properties(fill, "style")] == [palette.RAMP[2], palette.NO_DATA]
    assert (properties(fill, "code"), properties(fill, "title")) == (["a", "b"], ["甲", "乙"])
    assert properties(fill, "lines") == [["x"], []]
    assert (fill.pane, outline.pane, len(features(outline))) == ("regions", "lines", 1)
    assert features(areas.regions(["a"], [SQUARE], [0], ["甲"], [[]])[1]) == []


def test_names_know_which_is_selected() -> None:
    layer = areas.names([(116.3, 39.7), (116.4, 39.7)], ["甲", "乙"], selected="乙")
    assert (properties(layer, "label"), properties(layer, "selected")) == (["甲", "乙"], [False, True])


# Points


def mark(name: str, lon: float, lat: float, words: str = "") -> points.Mark:
    return points.Mark(name, lon, lat, "rest_station", words or name, (words,))


def test_marks_on_one_spot_are_set_side_by_side() -> None:
    placed = points.side_by_side(
        [mark("a", 116.3, 39.7), mark("b", 116.3, 39.7), mark("c", 117, 39.7), mark("d", 116.304, 39.7)]
    )
    assert [(point.id, point.aside) for point in placed] == [("a", 0), ("b", 1), ("c", 0), ("d", 2)]
    assert [point.lon for point in placed] == [116.3, 116.3, 117, 116.304], "none is moved on the ground"


def sprites() -> set[str]:
    root = ElementTree.parse(ASSETS / "marks.svg").getroot()
    return {symbol.get("id", "") for symbol in root.iter(f"{SVG}symbol")}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_mark_for_what_is_real_invented_and_planned(kind: str) -> None:
    assert {kind, f"{kind}-synthetic", f"{kind}-planned"} <= sprites()


def test_every_mark_the_pack_shows_is_drawn_differently() -> None:
    pack = open_pack(Path(__file__).parent.parent / "data", demo=True)
    wanted = {"position", "position-region", "enterprises", "swatch"}
    for row in pack.facilities[["kind", "standing", "state"]].drop_duplicates().itertuples():
        suffix = "-synthetic" if row.standing == "synthetic" else "-planned" if row.state == "planned" else ""
        wanted.add(row.kind + suffix)
    assert wanted <= sprites()
    root = ElementTree.parse(ASSETS / "marks.svg").getroot()
    drawn = [b"".join(ElementTree.tostring(part) for part in symbol) for symbol in root.iter(f"{SVG}symbol")]
    assert len(set(drawn)) == len(drawn)


def test_the_sprite_is_plain_and_its_patterns_are_there() -> None:
    text = (ASSETS / "marks.svg").read_text(encoding="utf-8")
    assert not re.search(r"<script|href|\son\w+=|<image|@import", text)
    patterns = {pattern.get("id") for pattern in ElementTree.fromstring(text).iter(f"{SVG}pattern")}
    assert {f"url(#{pattern})" for pattern in patterns} == {
        palette.HATCH,
        palette.NO_DATA,
        palette.DOUBTFUL,
        palette.UNASSIGNED,
    }


# Data, not HTML


def test_words_of_records_reach_the_page_as_values_only() -> None:
    cells = points.gather(np.array([X0]), np.array([Y0]), np.array([SERVED], np.int8), private=False)
    where = np.array([116.3]), np.array([39.7])
    layers = [
        *areas.regions([ATTACK], [SQUARE], [0.5], [ATTACK], [[ATTACK]], selected=ATTACK),
        areas.names([(116.3, 39.7)], [ATTACK], selected=ATTACK),
        GeoJsonLayer(points.marks([mark(ATTACK, 116.3, 39.7, ATTACK)]), "points"),
        points.enterprises(cells, *where, [ATTACK], [ATTACK]),
    ]
    words = dict.fromkeys(("measure", "low", "high", "notice", "corner"), ATTACK)
    page = script(*layers, legend.Legend(ATTACK, (legend.Row(ATTACK, mark=ATTACK),), **words))
    assert page.count("alert(1)") >= 15
    assert "<" not in page, "nothing that a reader of HTML would take for a tag"
    # What the browser reads is what the record says, character by character.
    assert properties(layers[0], "title") == [ATTACK]
    assert properties(layers[3], "lines") == [[ATTACK]]


@given(st.text())
def test_any_text_comes_back_as_it_was(text: str) -> None:
    found = feature("null", title=text, lines=[text])
    assert json.loads(found)["properties"] == {"title": text, "lines": [text]}
    assert "<" not in found


def test_the_map_script_never_writes_html() -> None:
    text = (ASSETS / "map.js").read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text)


# The base map


def hosts(page: str) -> set[str]:
    found = set(re.findall(r"(?:https?:)?//([\w{}.-]+\.[\w{}.-]+)", page))
    return found - {"www.w3.org"}  # the name of a namespace, no address


def rendered() -> str:
    """The page of the base map by itself, as it would be saved or printed."""
    return str(base_map(BOUNDS).get_root().render())


def tiles_script(chosen: Basemap | None) -> str:
    """What the browser is told of the base map chosen."""
    tiles = Tiles(chosen)
    return str(tiles._template.module.script(tiles))


def test_the_base_map_asks_no_other_host() -> None:
    page = rendered()
    assert hosts(page) == set()
    files = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert {Path(file).name for file in files} == {"leaflet.js", "leaflet.css", "map.js", "map.css"}
    assert all(file.startswith(tuple(f"{url}/" for url in ASSET_URLS.values())) for file in files)
    for name in ("map.js", "map.css", "marks.svg"):
        assert hosts((ASSETS / name).read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("name", "host", "datum"),
    [
        ("amap", "webrd0{s}.is.autonavi.com", "gcj02"),
        ("osm", "tile.openstreetmap.org", "wgs84"),
        ("tianditu", "t{s}.tianditu.gov.cn", "wgs84"),
        ("local", "tiles.example.org", "gcj02"),
    ],
)
def test_a_base_map_asks_its_own_host_once_chosen(name: str, host: str, datum: str) -> None:
    chosen = basemaps(
        read_settings(
            {
                "GONGTU_TIANDITU_KEY": "key",
                "GONGTU_TILES": "https://tiles.example.org/{z}/{x}/{y}.png",
                "GONGTU_TILES_DATUM": "gcj02",
            }
        )
    )[name]
    assert chosen.datum == datum
    assert hosts(json.loads(tiles_script(chosen).split(", ", 1)[1].rsplit(");")[0])["url"]) == {host}


def test_no_base_map_is_no_address() -> None:
    assert tiles_script(None) == "gongtu.tiles(map_div, null);"


def test_without_keys_only_the_free_base_maps_are_offered() -> None:
    assert set(basemaps(read_settings({}))) == {"amap", "osm"}


def test_the_base_map_is_the_same_each_time_but_for_its_names() -> None:
    plain = [re.sub(r"[0-9a-f]{32}", "", rendered()) for _ in range(2)]
    assert plain[0] == plain[1]


def test_real_enterprises_are_never_drawn_alone_nor_where_they_are() -> None:
    cells = points.gather(
        np.array([X0 + 10.0, X0 + 499.0]),
        np.array([Y0 + 20.0, Y0 + 30.0]),
        np.array([SERVED, UNSERVED], np.int8),
        private=True,
    )
    half = points.PRIVATE_CELL_M / 2
    assert cells.size_m == points.PRIVATE_CELL_M
    assert (cells.x % points.PRIVATE_CELL_M).tolist() == [half] * len(cells.x)
    assert (cells.y % points.PRIVATE_CELL_M).tolist() == [half] * len(cells.y)
    assert (cells.count.sum(), cells.unserved.sum()) == (2, 1)
