"""Layers: GeoJSON, GeoPackage and zipped Shapefiles, from any coordinate system to WGS-84."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from made_files import read_here, refusal, rows, write_zip

from geo.intake import spatial

# GDAL warns of what the file is not; that is for us to say.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")

SQUARE = shapely.box(116.3, 39.7, 116.4, 39.8)
BOW = shapely.Polygon([(116.3, 39.7), (116.4, 39.8), (116.4, 39.7), (116.3, 39.8)])
SCHEMES = ["EPSG:4326", "EPSG:4490", "EPSG:32650", "EPSG:4549", "EPSG:4527", "EPSG:3857"]
"""Degrees; CGCS2000; UTM 50N; CGCS2000 Gauss-Kruger about 117° east, without and with the zone; web Mercator."""


def layer(geometry: Sequence[Any] = (SQUARE,), crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    """Features 甲0, 甲1 …, given in WGS-84, in ``crs``."""
    names = [f"甲{i}" for i in range(len(geometry))]
    frame = gpd.GeoDataFrame({"镇街名称": names, "面积": [1.5] * len(names)}, geometry=list(geometry), crs="EPSG:4326")
    return frame.to_crs(crs)


def shapefile(
    path: Path, frame: gpd.GeoDataFrame, *, without: Sequence[str] = (), folder: str = "", **options: Any
) -> Path:
    """A zip of the Shapefile 街道.shp, less the parts ``without``."""
    made = path.parent / f"{path.stem}-parts"
    made.mkdir()
    pyogrio.write_dataframe(frame, made / "街道.shp", **options)
    parts = {folder + part.name: part.read_bytes() for part in made.iterdir() if part.suffix not in without}
    return write_zip(path, parts)


def features(*made: dict[str, Any], crs: str | None = None) -> str:
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": [{"type": "Feature", **one} for one in made]}
    if crs:
        collection["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(collection, ensure_ascii=False)


def near(shape: object, expected: shapely.Geometry) -> bool:
    """Within a centimetre or so."""
    return bool(shapely.equals_exact(shapely.normalize(shape), shapely.normalize(expected), tolerance=2e-7))


@pytest.mark.parametrize("crs", SCHEMES)
def test_a_geopackage_in_any_coordinate_system(tmp_path: Path, crs: str) -> None:
    pyogrio.write_dataframe(layer(crs=crs), tmp_path / "a.gpkg", layer="街道", driver="GPKG")
    sheet = read_here(tmp_path / "a.gpkg")
    assert (sheet.name, sheet.sheets, sheet.header_row, sheet.header) == ("街道", ("街道",), 0, ("镇街名称", "面积"))
    assert rows(sheet) == {1: ["甲0", "1.5"]}
    assert sheet.shapes is not None
    assert near(sheet.shapes[0], SQUARE)
    assert [key for key, _ in sheet.notes] == (["intake.note.crs"] if crs not in SCHEMES[:2] else [])


@pytest.mark.parametrize("crs", SCHEMES)
def test_a_zipped_shapefile_in_any_coordinate_system(tmp_path: Path, crs: str) -> None:
    sheet = read_here(shapefile(tmp_path / "a.zip", layer(crs=crs), folder="数据/", encoding="utf-8"))
    assert (sheet.name, sheet.header) == ("街道", ("镇街名", "面积")), "names of a .dbf have ten bytes"
    assert rows(sheet) == {1: ["甲0", "1.5"]}
    assert sheet.shapes is not None
    assert near(sheet.shapes[0], SQUARE)


def test_the_older_systems_of_china_are_converted(tmp_path: Path) -> None:
    """Xi'an 1980: its degrees are some 100 m from those of WGS-84, or equal where nothing better is known."""
    pyogrio.write_dataframe(layer().set_crs("EPSG:4610", allow_override=True), tmp_path / "a.gpkg", driver="GPKG")
    sheet = read_here(tmp_path / "a.gpkg")
    assert sheet.notes[0] == ("intake.note.crs", {"crs": "Xian 1980"})
    assert sheet.shapes is not None
    assert shapely.hausdorff_distance(sheet.shapes[0], SQUARE) < 0.002


def test_geojson_says_what_it_says(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [116.324570123, 39.7, 12]}
    path = tmp_path / "a.json"
    path.write_text(
        features(
            {"properties": {"name": "甲 ", "code": "001", "人数": 5, "x": None}, "geometry": point},
            {"properties": {"name": "'=1+1", "code": "110115001000", "人数": 6}, "geometry": None},
        ),
        encoding="utf-8",
    )
    sheet = read_here(path)
    assert sheet.header == ("name", "code", "人数", "x")
    assert rows(sheet) == {1: ["甲", "001", "5", ""], 2: ["=1+1", "110115001000", "6", ""]}
    assert sheet.shapes is not None
    assert shapely.get_coordinates(sheet.shapes[0], include_z=True)[0, :2].tolist() == [116.324570123, 39.7]
    assert sheet.shapes[1] is None
    assert sheet.notes == (("intake.note.no_shape", {"count": 1}),)


def test_geojson_may_name_its_coordinate_system(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    x, y = gpd.GeoSeries([shapely.Point(116.3, 39.7)], crs="EPSG:4326").to_crs("EPSG:4549").iloc[0].coords[0]
    point = {"properties": {"name": "甲"}, "geometry": {"type": "Point", "coordinates": [x, y]}}
    path.write_text(features(point, crs="urn:ogc:def:crs:EPSG::4549"), encoding="utf-8")
    sheet = read_here(path)
    assert sheet.shapes is not None
    assert near(sheet.shapes[0], shapely.Point(116.3, 39.7))


def test_shapes_that_are_not_valid_are_kept_and_said(tmp_path: Path) -> None:
    pyogrio.write_dataframe(layer([SQUARE, BOW, None]), tmp_path / "a.gpkg", driver="GPKG")
    sheet = read_here(tmp_path / "a.gpkg")
    assert sheet.shapes is not None
    assert sheet.shape_faults is not None
    assert shapely.equals(sheet.shapes[1], BOW)
    assert [bool(fault) for fault in sheet.shape_faults] == [False, True, False]
    assert "Self-intersection[116.35 39.75]" in sheet.shape_faults[1]


def test_coordinates_that_are_no_numbers_are_a_fault(tmp_path: Path) -> None:
    bad = shapely.Point(np.nan, 39.7), shapely.LineString([(116, 39), (np.inf, 40)])
    pyogrio.write_dataframe(layer([shapely.Point(116, 39), *bad]), tmp_path / "a.gpkg", driver="GPKG")
    sheet = read_here(tmp_path / "a.gpkg")
    assert sheet.shape_faults is not None
    assert [bool(fault) for fault in sheet.shape_faults] == [False, True, True]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("without", [(), (".cpg",)])
def test_texts_of_a_shapefile_in_either_encoding(tmp_path: Path, encoding: str, without: tuple[str, ...]) -> None:
    frame = layer().rename(columns={"镇街名称": "名称"}).assign(名称="黄村镇人民政府")
    sheet = read_here(shapefile(tmp_path / "a.zip", frame, without=without, encoding=encoding))
    assert sheet.header == ("名称", "面积")
    assert rows(sheet) == {1: ["黄村镇人民政府", "1.5"]}


def test_a_shapefile_that_lacks_its_system_is_taken_for_degrees_only_where_it_can_be(tmp_path: Path) -> None:
    sheet = read_here(shapefile(tmp_path / "a.zip", layer(), without=[".prj"]))
    assert sheet.notes == (("intake.note.no_crs", {}),)
    assert sheet.shapes is not None
    assert near(sheet.shapes[0], SQUARE)
    metres = shapefile(tmp_path / "b.zip", layer(crs="EPSG:4549"), without=[".prj"])
    assert refusal(metres).key == "intake.no_crs"


def test_a_geopackage_that_lacks_its_system_is_refused(tmp_path: Path) -> None:
    frame = layer().set_crs(None, allow_override=True)
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg", driver="GPKG")
    assert refusal(tmp_path / "a.gpkg").key == "intake.no_crs"


def test_metres_that_are_said_to_be_degrees_are_refused_but_not_for_one_point(tmp_path: Path) -> None:
    def points(*places: tuple[float, float]) -> Path:
        made = [{"properties": {"n": 1}, "geometry": {"type": "Point", "coordinates": place}} for place in places]
        (tmp_path / "a.geojson").write_text(features(*made), encoding="utf-8")
        return tmp_path / "a.geojson"

    metres, degrees = (439_000, 4_395_000), (116.3, 39.7)
    assert refusal(points(metres, metres, degrees)).key == "intake.no_crs"
    assert len(read_here(points(metres, degrees, degrees)).cells) == 3


@pytest.mark.parametrize("part", [".dbf", ".shx"])
def test_a_shapefile_needs_its_parts(tmp_path: Path, part: str) -> None:
    assert refusal(shapefile(tmp_path / "a.zip", layer(), without=[part])).key == "intake.shapefile_parts"


def test_one_of_several_layers_can_be_asked_for(tmp_path: Path) -> None:
    for name, shape in (("镇", SQUARE), ("村", shapely.Point(116.35, 39.75))):
        pyogrio.write_dataframe(layer([shape]), tmp_path / "a.gpkg", layer=name, driver="GPKG")
    first = read_here(tmp_path / "a.gpkg")
    assert (first.name, first.sheets) == ("镇", ("镇", "村"))
    assert first.notes == (("intake.note.sheets", {"sheet": "镇", "count": 1}),)
    second = read_here(tmp_path / "a.gpkg", sheet="村")
    assert second.shapes is not None
    assert second.shapes[0] == shapely.Point(116.35, 39.75)
    assert refusal(tmp_path / "a.gpkg", sheet="市").params["sheets"] == "镇 / 村"


def test_several_shapefiles_of_one_zip(tmp_path: Path) -> None:
    parts: dict[str, bytes] = {}
    for name, shape in (("a", SQUARE), ("b", shapely.Point(116.35, 39.75))):
        with zipfile.ZipFile(shapefile(tmp_path / f"{name}.zip", layer([shape]))) as archive:
            parts |= {f"{name}/{name}{Path(part).suffix.upper()}": archive.read(part) for part in archive.namelist()}
    path = write_zip(tmp_path / "both.zip", parts | {"__MACOSX/a/._a.shp": b"x", "readme.pdf": b"x"})
    assert read_here(path).sheets == ("a", "b")
    chosen = read_here(path, sheet="b")
    assert chosen.shapes is not None
    assert chosen.shapes[0] == shapely.Point(116.35, 39.75)


def test_names_of_a_zip_made_by_a_chinese_windows(tmp_path: Path) -> None:
    with zipfile.ZipFile(shapefile(tmp_path / "a.zip", layer())) as archive:
        parts = {Path(part).suffix: archive.read(part) for part in archive.namelist()}
    raw = "街道".encode("gbk")
    path = write_zip(tmp_path / "b.zip", {f"xxxx{suffix}": content for suffix, content in parts.items()})
    path.write_bytes(path.read_bytes().replace(b"xxxx.", raw + b"."))
    assert read_here(path).name == "街道"


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "FeatureCollection", "features": [',
        '{"a": 1}',
        "{" * 5000,
        '{"type":"FeatureCollection","features":' + "[" * 100_000,
    ],
    ids=["cut short", "something else", "braces", "nested"],
)
def test_what_is_no_geojson_is_damaged(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(text, encoding="utf-8")
    assert refusal(path).key == "intake.damaged"


def test_json_of_another_kind_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type": "Topology", "objects": {"a": {"type": "GeometryCollection", "geometries": []}}, "arcs": []}'
    )
    error = refusal(path)
    assert (error.key, error.params.get("format")) == ("intake.other", "TopoJSON")


def test_nothing_in_a_layer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(features(), encoding="utf-8")
    assert refusal(path).key == "intake.no_rows"


def test_too_many_features_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spatial, "RECORDS_AT_MOST", 2)
    pyogrio.write_dataframe(layer([SQUARE] * 3), tmp_path / "a.gpkg", driver="GPKG")
    error = refusal(tmp_path / "a.gpkg")
    assert (error.key, error.params["rows"], error.params["limit"]) == ("intake.too_many", 3, 2)


def test_a_geopackage_cut_short_is_damaged(tmp_path: Path) -> None:
    pyogrio.write_dataframe(layer([SQUARE] * 2000), tmp_path / "a.gpkg", driver="GPKG")
    content = (tmp_path / "a.gpkg").read_bytes()
    (tmp_path / "b.gpkg").write_bytes(content[: len(content) // 2])
    assert refusal(tmp_path / "b.gpkg").key == "intake.damaged"


def test_reading_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    pyogrio.write_dataframe(layer(), tmp_path / "a.gpkg", driver="GPKG")
    before = (tmp_path / "a.gpkg").read_bytes()
    read_here(tmp_path / "a.gpkg")
    assert [path.name for path in tmp_path.iterdir()] == ["a.gpkg"]
    assert (tmp_path / "a.gpkg").read_bytes() == before
