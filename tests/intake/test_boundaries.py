"""Official boundaries over the schematic squares of the tiny world, areas and overlaps worked out by hand."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from sheets import Office, at, fates, reasons, sheet_of

from geo.datum import convert
from geo.errors import ParameterError
from geo.intake.plan import Plan
from geo.workspace import Workspace

A, B, C = "110199001000", "110199002000", "110199003000"


def box(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    """A rectangle in kilometres from the corner of the world, in WGS-84."""
    metres = shapely.segmentize(shapely.box(*at(west, south), *at(east, north)), 500)
    return gpd.GeoSeries([metres], crs="EPSG:32650").to_crs("EPSG:4326")[0]


@pytest.fixture
def office(workspace: Workspace) -> Office:
    workspace.district()
    return Office(workspace, kind="boundaries")


def plan_of(office: Office, *named: tuple[str, Any], **asked: Any) -> Plan:
    """The plan of polygons under the names given."""
    names, shapes = zip(*named, strict=True) if named else ((), ())
    return office.plan_sheet(sheet_of(["name"], *[(name,) for name in names], shapes=shapes), **asked)


WHOLE = (("甲原镇", box(0, 0, 11, 10)), ("乙河街道办事处", box(11, 0, 20, 10)), (C, box(20, 0, 30, 10)))


def test_official_boundaries_replace_the_schematic_ones(office: Office) -> None:
    made = plan_of(office, *WHOLE, label_zh="官方边界", label_en="official")
    assert fates(made) == ["changed"] * 3
    assert made.rows["id"].tolist() == [A, B, C]
    assert made.rows["name"].tolist() == ["甲原镇", "乙河街道", "丙山镇"]
    assert made.rows["area_km2"].round(2).tolist() == [110, 90, 100]
    assert made.rows["area_before_km2"].round(2).tolist() == [100, 100, 100]
    assert made.notes == ()
    assert made.shapes is not None
    office.write(made)
    after = office.workspace.district()
    kept = after.regions.set_index("code")
    assert kept["boundary_standing"].tolist() == ["imported"] * 3
    assert kept.loc[A, ["boundary_label_zh", "boundary_label_en"]].tolist() == ["官方边界", "official"]
    assert kept.loc[A, ["boundary_source", "boundary_as_of"]].tolist() == ["名册", "2025-10"]
    assert kept["standing"].tolist() == ["imported"] * 3  # of the record: as the tiny pack has it, untouched
    assert kept.loc[A, "source"] == "test"
    x, y = at(10.5, 5)
    assert after.region_index.locate([x], [y]).tolist() == [0]  # was 乙河街道
    assert shapely.is_ccw(shapely.get_exterior_ring(kept.loc[A, "geometry"]))


def test_the_same_file_again_changes_nothing_however_it_is_drawn(office: Office) -> None:
    office.write(plan_of(office, *WHOLE))
    turned = [(name, shapely.reverse(shape)) for name, shape in WHOLE]
    many = [(name, shapely.multipolygons([shape])) for name, shape in WHOLE]
    for again in (WHOLE, turned, many):
        assert fates(plan_of(office, *again, source="另一份")) == ["unchanged"] * 3


def test_regions_the_file_has_not_keep_their_boundary_and_overlaps_and_gaps_are_told(office: Office) -> None:
    made = plan_of(office, ("甲原镇", box(0, 0, 11, 10)), ("丙山镇", box(21, 0, 30, 10)))
    notes = dict(made.notes)
    assert notes["plan.note_kept"] == {"count": 1, "names": "乙河街道"}
    assert notes["plan.note_overlaps"] == {"count": 1, "names": "甲原镇 + 乙河街道 10.00 km²"}
    assert notes["plan.note_gaps"] == {"area": "10.00"}
    office.write(made)
    assert office.workspace.district().regions.set_index("code").loc[B, "boundary_standing"] == "assumed"


BOWTIE = shapely.from_wkt("POLYGON ((116.2 39.6, 116.3 39.65, 116.3 39.6, 116.2 39.65, 116.2 39.6))")
HOMELESS = shapely.transform(box(0, 0, 10, 10), lambda points: np.add(points, (5, 0)))


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        (None, "no_shape"),
        (shapely.Polygon(), "no_shape"),
        (shapely.Point(116.3, 39.6), "no_polygon"),
        (shapely.LineString([(116.3, 39.6), (116.4, 39.6)]), "no_polygon"),
        (BOWTIE, "invalid"),
        (HOMELESS, "outside"),
        (box(-20, 0, 10, 10), "outside"),  # a third of it in the district
        (shapely.transform(box(0, 0, 10, 10), lambda points: points[:, ::-1]), "swapped"),
        (shapely.box(*at(0, 0), *at(10, 10)), "outside"),  # metres
        (shapely.box(116.3, 39.6, 116.3 + 1e-9, 39.6 + 1e-9), "no_shape"),  # smaller than a centimetre
    ],
)
def test_what_is_no_boundary_of_the_district_is_refused(office: Office, shape: Any, why: str) -> None:
    made = plan_of(office, ("甲原镇", shape), ("乙河街道", box(11, 0, 20, 10)))
    assert fates(made) == ["refused", "changed"]
    assert reasons(made, 1) == [(why, "geometry")]
    assert [change.id for change in made.changes()] == [B]
    assert made.refused("zh").shape == (1, 2)


def test_a_boundary_partly_outside_is_doubtful(office: Office) -> None:
    made = plan_of(office, ("甲原镇", box(-2, 0, 8, 10)))  # 80 % of it in the district
    assert fates(made) == ["doubtful"]
    assert made.reasons["value"].tolist() == ["80%"]


def test_whose_boundary_it_is_must_be_said_once_and_in_one_way(office: Office) -> None:
    made = plan_of(office, ("别处镇", box(0, 0, 10, 10)), ("甲原", box(0, 0, 5, 10)), ("甲原地区", box(5, 0, 10, 10)))
    assert fates(made) == ["refused"] * 3
    assert [reasons(made, row) for row in (1, 2, 3)] == [
        [("no_region", "")],
        [("region_twice", "")],
        [("region_twice", "")],
    ]
    assert made.reasons["other"].tolist() == ["", "2, 3", "2, 3"]
    sheet = sheet_of(["code", "name"], (A, "甲原镇"), (B, "丙山镇"), (C, ""), shapes=[shape for _, shape in WHOLE])
    made = office.plan_sheet(sheet)
    assert fates(made) == ["changed", "refused", "changed"]
    assert reasons(made, 2) == [("code_name", "name")]


def test_a_declared_datum_is_converted(office: Office) -> None:
    def gcj02(points: Any) -> Any:
        return shapely.get_coordinates(shapely.points(*convert(*points.T, "wgs84", "gcj02")))

    moved = [(name, shapely.transform(shape, gcj02)) for name, shape in WHOLE]
    made = plan_of(office, *moved, datum="gcj02")
    assert made.rows["area_km2"].round(2).tolist() == [110, 90, 100]
    x, y = office.workspace.district().plane.project(*shapely.get_coordinates(made.rows["geometry"].iloc[2]).T)
    assert abs(x.min() - at(20, 0)[0]) < 0.05
    assert abs(y.max() - at(20, 10)[1]) < 0.05


def test_a_file_without_shapes_or_without_names_cannot_be_boundaries(office: Office) -> None:
    with pytest.raises(ParameterError, match=r"plan\.no_shapes"):
        office.plan("name", ("甲原镇",))
    with pytest.raises(ParameterError, match=r"plan\.no_key"):
        plan_of(office, ("甲原镇", box(0, 0, 10, 10)), columns={})


def test_no_polygons_change_nothing(office: Office) -> None:
    made = plan_of(office)
    assert sum(made.counts.values()) == 0
    assert made.notes == ()
