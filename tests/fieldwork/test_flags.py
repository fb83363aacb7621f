"""Boundaries that move under a published plan: told before they are brought in, and after."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pytest
import shapely
from made_ground import AT, WHERE, campaign, three_regions

from geo.__main__ import main
from geo.district import District
from geo.fieldwork.flags import flagged, noted
from geo.fieldwork.ground import Shapes
from geo.storage.assignments import Published
from geo.workspace import Workspace


def published(where: dict[str, str], edges: list[list[str]], **grounds: Any) -> Published:
    fields = {f"where.{position}": team for position, team in where.items()}
    return Published("c", 3, fields, {"edges": edges, **grounds}, "", "2025-10-01", "组长", AT)


def narrower(district: District) -> Shapes:
    """乙 a kilometre narrower on the west: 甲 and 乙 no longer touch."""
    shapes: Shapes = district.regions_m.geometry.to_numpy().copy()
    left, bottom, right, top = shapes[1].bounds
    shapes[1] = shapely.box(left + 1000, bottom, right, top)
    return shapes


def test_a_team_that_hung_together_and_does_not_now(world: District) -> None:
    made, those = three_regions(world), [campaign(["P1", "P2", "P3"])]
    version = published(WHERE, [["P1", "P2"], ["P2", "P3"]])
    assert flagged(made, those, [version]) == []
    (flag,) = flagged(made, those, [version], narrower(made))
    assert (flag.campaign.id, flag.number, flag.teams) == ("c", 3, ("1",))
    assert flag.parts == ((("P1",), ("P2",)),)
    assert flag.said(made) == {"campaign": "蹲点", "number": 3, "teams": "一组（甲镇 | 乙街道）"}


def test_what_was_split_when_it_was_published_is_no_news(world: District) -> None:
    made = three_regions(world)
    assert flagged(made, [campaign(["P1", "P2"])], [published(WHERE, [["P2", "P3"]])], narrower(made)) == []


def test_closed_campaigns_and_those_that_are_gone_are_left_alone(world: District) -> None:
    made, version = three_regions(world), published(WHERE, [["P1", "P2"]])
    assert flagged(made, [], [version], narrower(made)) == []
    assert flagged(made, [campaign(["P1"], closed_at=AT)], [version], narrower(made)) == []


def test_positions_without_ground_split_nothing(world: District) -> None:
    """One that had none then or has none now is in no piece."""
    made = three_regions(world)
    version = published({"P1": "1", "P2": "1", "gone": "1"}, [["P1", "P2"]], anywhere=["gone"])
    assert flagged(made, [campaign(["P1", "P2"])], [version]) == []
    (flag,) = flagged(made, [campaign(["P1", "P2"])], [version], narrower(made))
    assert flag.parts == ((("P1",), ("P2",)),)


@pytest.fixture
def boundary(office: Workspace, tmp_path: Path) -> Path:
    """A file with 乙's boundary a kilometre narrower."""
    district = office.district()
    shape = gpd.GeoSeries(narrower(district)[[1]], crs=district.plane.crs).to_crs(4326).iloc[0]
    feature = {"type": "Feature", "properties": {"name": "乙河街道"}, "geometry": shape.__geo_interface__}
    file = tmp_path / "new.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return file


NOTE = "“蹲点”已发布的第 1 版分工将不再连片：一组（甲原镇 | 乙河街道）"
FINDING = "“蹲点”已发布的第 1 版分工，边界或阵地改动后不再连片：一组（甲原镇 | 乙河街道）"


def test_an_import_of_boundaries_tells_before_and_the_doctor_after(
    office: Workspace, boundary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["doctor"])
    assert "已发布的分工都连片" in capsys.readouterr().out
    assert main(["import", "boundaries", str(boundary), "--dry-run"]) == 0
    assert NOTE in capsys.readouterr().out
    assert main(["import", "boundaries", str(boundary), "--by", "组长"]) == 0
    assert NOTE in capsys.readouterr().out
    assert main(["doctor"]) == 1
    assert FINDING in capsys.readouterr().out
    # The same file again changes nothing: it would split nothing that is not split already.
    assert main(["import", "boundaries", str(boundary), "--dry-run"]) == 0
    assert "不再连片" not in capsys.readouterr().out


def test_other_imports_have_nothing_to_tell(office: Workspace) -> None:
    """Only boundaries move the ground; the plan of any other import is left as it is."""
    made: Any = SimpleNamespace(asked=SimpleNamespace(kind="facilities"), notes=())
    assert noted(made, office.district(), office.store) is made
