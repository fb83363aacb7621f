"""A planner's question taken out: coverage, gaps, cells, each enterprise's distances, and a plan's sites.

At 1.5 km, whoever has a union or not: E1 is 500 m from F1 and 9.71 km from F2, E2 2 km, E3 1 km from F2, E4 10 km; E5
and E6 have no usable location.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest

from geo.demand import Who
from geo.district import District
from geo.errors import ParameterError
from geo.export import Asked, export
from geo.export.files import RoleError
from geo.i18n import explain
from geo.pack import open_pack
from geo.people import NOBODY, Person
from geo.planner.coverage import answer, measure, sites_at, worst
from geo.planner.plan import Plan, Site
from geo.planner.privacy import PUBLIC_CELL_M
from geo.planner.question import Question, Reach, When

NOON = datetime(2025, 10, 20, 4, tzinfo=UTC)
STAFF = Person("s", "甲", "staff")
EVERYBODY = Question(reach=Reach(1500), who=Who(union="all"))
DATA = Path(__file__).parent.parent / "data"
Out = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


@pytest.fixture(scope="module")
def daxing() -> District:
    return open_pack(DATA, demo=True)


@pytest.fixture
def out(district: District, tmp_path: Path) -> Out:
    """Takes a layer out as a GeoPackage and reads it with GDAL."""

    def read(name: str, question: Question = EVERYBODY, of: District = district, **asked: Any) -> gpd.GeoDataFrame:
        path = tmp_path / "taken.gpkg"
        export(name, "gpkg", path, of, Asked(**{"person": STAFF, "at": NOON, "question": question, **asked}))
        return pyogrio.read_dataframe(path, layer=name)

    return read


@pytest.fixture(scope="module")
def plan(district: District) -> Plan:
    """A new site at 25, 5, where E4 is."""
    lon, lat = district.plane.unproject([455_000.0], [4_385_000.0])
    return Plan(sites=(Site("东", "", float(lon[0]), float(lat[0])),))


def test_coverage_of_a_whole_question(out: Out) -> None:
    found = out("coverage", replace(EVERYBODY, who=Who(measure="workers", union="all"))).set_index("name")
    total = found.loc["全区"]
    assert total[["all", "served", "unserved", "unknown"]].tolist() == [6, 2, 2, 2]
    assert total[["amount_all", "amount_served", "amount_unserved", "amount_unknown"]].tolist() == [105, 40, 60, 5]
    assert (total["measure"], total["union"], total["reach"], total["reach_unit"]) == ("workers", "all", 1500, "m")
    assert total["share"] == pytest.approx(0.6)
    assert total["median_m"] == pytest.approx(2000, abs=1)
    assert found.loc["丙山镇", "all"] == 0, "E4 says that it is in 乙河街道"


def test_minutes_are_metres(out: Out) -> None:
    """15 minutes at 1.25 m/s, by a way 1.3 times as long as the straight line."""
    found = out("coverage", replace(EVERYBODY, reach=Reach(15, "walk")))
    assert set(found["within_m"].round(6)) == {round(15 * 60 * 1.25 / 1.3, 6)}
    assert set(found["reach"]) == {15}


def test_what_is_closed_at_the_hour_leaves_a_gap(out: Out, district: District) -> None:
    """F1 is open from 8 to 20, F2's hours are not known: at 22 nobody is surely served, near F2 it is in doubt."""
    hours = district.facilities.assign(opening_hours=["08:00-20:00", "", "", "", ""])
    open_by_day = replace(district, facilities=hours)
    at_night = replace(EVERYBODY, when=When(6, 22))
    total = out("coverage", at_night, open_by_day).set_index("name").loc["全区"]
    assert total[["served", "unserved", "unknown"]].tolist() == [0, 3, 3]
    assert (total["weekday"], total["hour"]) == ("6", 22)
    gaps = out("gaps", at_night, open_by_day).set_index("name")
    assert gaps["doubtful_area_km2"].round(1).tolist() == [0, pytest.approx(np.pi * 2.25, abs=0.1), 0]
    assert gaps.loc["甲原镇", "gap_area_km2"] == pytest.approx(100, abs=1e-3)
    by_day = out("coverage", replace(EVERYBODY, when=When(6, 9)), open_by_day).set_index("name").loc["全区"]
    assert by_day[["served", "unserved", "unknown"]].tolist() == [1, 2, 3]


def test_an_hour_needs_a_day_to_start_from(district: District, tmp_path: Path) -> None:
    with pytest.raises(ParameterError):
        export("gaps", "csv", tmp_path / "x.csv", district, Asked(question=Question(when=When(0, 8))))


def test_each_enterprise_can_be_recounted(out: Out) -> None:
    found = out("access").set_index("id")
    assert list(found.index) == ["E1", "E2", "E3", "E4", "E5", "E6"]
    assert found["status"].tolist() == ["served", "unserved", "served", "unserved", "unknown", "unknown"]
    assert found["nearest_id"].tolist()[:4] == ["F1", "F1", "F2", "F2"]
    assert found["nearest_m"].tolist()[:4] == pytest.approx([500, 2000, 1000, 10_000], abs=0.01)
    assert found["second_id"].tolist()[:4] == ["F2", "F2", "F1", "F1"]
    assert found["second_m"].iloc[3] == pytest.approx(20_000, abs=0.01)
    assert found["nearest_m"].isna().tolist() == [False] * 4 + [True] * 2
    assert found["amount"].tolist() == [1] * 6
    assert set(found["within_m"]) == {1500}


def test_the_recount_is_the_table(out: Out, daxing: District) -> None:
    """Counted from the enterprises' own distances alone: what the table of regions says."""
    question = Question(reach=Reach(20, "walk"), who=Who(measure="workers", union="all"))
    rows, table = out("access", question, daxing), out("coverage", question, daxing).set_index("code")
    metres, within = rows["nearest_m"].fillna(np.inf), rows["within_m"].iloc[0]
    located = rows.geometry.notna()
    counts = rows["amount"].groupby([rows["region"].fillna(""), located & (metres <= within)]).sum()
    for code, row in table.iterrows():
        if code in set(rows["region"]):
            assert counts.get((code, True), 0) == pytest.approx(row["amount_served"]), code
    total = table.loc["total"]
    assert rows.loc[located & (metres > within), "amount"].sum() == pytest.approx(total["amount_unserved"])
    assert rows.loc[~located, "amount"].sum() == pytest.approx(total["amount_unknown"])


def test_access_is_for_staff(out: Out) -> None:
    with pytest.raises(RoleError):
        out("access", person=NOBODY)


def test_new_sites_are_among_the_nearest(out: Out, plan: Plan) -> None:
    found = out("access", plan=plan).set_index("id")
    assert (found.loc["E4", "nearest_id"], found.loc["E4", "status"]) == ("东", "served")
    assert (found.loc["E4", "second_id"], found.loc["E4", "second_m"]) == ("F2", pytest.approx(10_000, abs=0.01))
    assert list(found.index[found["before_status"] != found["status"]]) == ["E4"], "which enterprises change"
    assert found.loc["E4", "before_nearest_m"] == pytest.approx(10_000, abs=0.01)
    without = out("access")
    assert without["before_status"].isna().all()
    assert without["before_nearest_m"].isna().all()


def test_cells_hold_who_lies_in_them(out: Out, district: District) -> None:
    """E1 at 5.3, 5.4 and E3 at 15.6, 5.8 have a union and a place; E3 is 1 km from F2."""
    near = Question(reach=Reach(900))
    found = out("cells", near, size_m=1000).set_index("id")
    assert list(found.index) == ["c1000.435.4385", "c1000.445.4385"]
    assert (found["cell_all"].tolist(), found["cell_unserved"].tolist()) == ([1, 1], [0, 1])
    assert found["amount_unserved"].tolist() == [0, 1]
    assert found.to_crs(district.plane.crs).area.tolist() == pytest.approx([1e6] * 2, rel=1e-4)
    west, south, *_ = found.to_crs(district.plane.crs).total_bounds
    assert (west, south) == pytest.approx((435_000, 4_385_000), abs=0.1)
    assert found["region_name"].tolist() == ["甲原镇", "乙河街道"]
    assert out("cells", near)["cell_m"].unique().tolist() == [250], "two cells are few"


def test_the_public_sees_nothing_under_five(out: Out, daxing: District) -> None:
    question = Question(who=Who(union="all"))
    seen, whole = (out("cells", question, daxing, size_m=2000, person=who) for who in (NOBODY, STAFF))
    assert whole["cell_all"].between(1, 4).any()
    for column in ("cell_all", "cell_unserved"):
        assert not seen[column].between(1, 4).any()
        known = seen[column].notna()
        assert (seen[column] == whole[column])[known].all()
    assert (seen["cell_all"] - seen["cell_unserved"]).between(1, 4).sum() == 0
    assert seen["amount_unserved"].notna().equals(seen["cell_unserved"].notna())
    by_group = replace(question, who=Who(groups=("快递员",)))
    rows = out("coverage", by_group, daxing, person=NOBODY)
    assert out("coverage", by_group, daxing)["unserved"].between(1, 4).any()
    assert not rows[["all", "served", "unserved", "unknown"]].stack().between(1, 4).any()


def test_what_the_service_map_asks_is_masked_as_any_other_question(out: Out) -> None:
    """Of the three with a union, two are served."""
    plain = Question(reach=Reach(1500))
    assert out("coverage", plain).set_index("name").loc["全区", "served"] == 2
    assert np.isnan(out("coverage", plain, person=NOBODY).set_index("name").loc["全区", "served"])


def test_the_public_has_cells_of_one_size(out: Out, daxing: District) -> None:
    """Four of one size less three of the next would be the fourth."""
    found = out("cells", of=daxing, person=NOBODY)
    assert set(found["cell_m"]) == {PUBLIC_CELL_M}
    said = out("cells", of=daxing, person=NOBODY, size_m=PUBLIC_CELL_M)
    assert found["cell_all"].isna().equals(said["cell_all"].isna())
    with pytest.raises(ParameterError) as refused:
        out("cells", of=daxing, person=NOBODY, size_m=1000)
    assert refused.value.params["field"] == "size"
    assert "2000" in str(explain(refused.value, "zh"))
    assert set(out("cells", of=daxing, size_m=1000)["cell_m"]) == {1000}, "staff may"


def test_no_area_is_less_than_nothing(out: Out, daxing: District) -> None:
    for name in ("coverage", "gaps"):
        found = out(name, replace(EVERYBODY, reach=Reach(20_000)), daxing)
        assert not np.signbit(found[["gap_area_km2", "covered_area_km2", "doubtful_area_km2"]].to_numpy(float)).any()


def test_the_public_cannot_subtract_before_from_after(out: Out, daxing: District) -> None:
    """A site where the farthest enterprise is: few others are near."""
    asked = replace(EVERYBODY, reach=Reach(700))
    given = answer(daxing, asked, None, measure(daxing, sites_at(daxing, asked.kinds, None)))
    (far,) = worst(given, None, 1)
    lon, lat = daxing.plane.unproject(daxing.demand.x[[far]], daxing.demand.y[[far]])
    plan = Plan(sites=(Site("远", "", float(lon[0]), float(lat[0])),))
    found = out("plan_regions", asked, daxing, plan=plan, person=NOBODY)
    whole = out("plan_regions", asked, daxing, plan=plan)
    told = found["after_served"] - found["before_served"]
    real = whole["after_served"] - whole["before_served"]
    assert real.between(1, 4).any(), "or this shows nothing"
    assert not told.between(1, 4).any()
    assert (told == real)[told.notna()].all()


def test_cells_of_no_such_size(out: Out) -> None:
    with pytest.raises(ParameterError) as refused:
        out("cells", size_m=300)
    assert refused.value.params["field"] == "size"


def test_a_plan_has_its_sites_and_each_region_before_and_after(
    district: District, tmp_path: Path, plan: Plan, out: Out
) -> None:
    (site,) = out("plan", plan=plan).to_dict("records")
    assert (site["id"], site["name"], site["moved"]) == ("东", "东", False)
    assert (site["reaches"], site["own"]) == (1, 1)
    assert site["saved_m"] == pytest.approx(10_000, abs=0.1)
    assert (site["geometry"].x, site["geometry"].y) == (plan.sites[0].lon, plan.sites[0].lat)
    assert [name for name, _ in pyogrio.list_layers(tmp_path / "taken.gpkg")] == [
        "plan",
        "plan_regions",
        "about",
        "layer_styles",
    ]
    regions = pyogrio.read_dataframe(tmp_path / "taken.gpkg", layer="plan_regions").set_index("name")
    assert regions.loc["全区", ["before_served", "after_served"]].tolist() == [2, 3]
    assert regions.loc["乙河街道", ["before_served", "after_served"]].tolist() == [1, 2]
    export("plan", "xlsx", tmp_path / "plan.xlsx", district, Asked(STAFF, question=EVERYBODY, plan=plan, at=NOON))
    assert openpyxl.load_workbook(tmp_path / "plan.xlsx").sheetnames == ["新站点", "各镇街前后", "说明"]
    export("plan", "geojson", tmp_path / "p.json", district, Asked(STAFF, question=EVERYBODY, plan=plan, at=NOON))
    said = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    assert [one["properties"]["id"] for one in said["features"]] == ["东"]
    assert said["question"] == "服务盲区：1500 米内（直线，含边界）有没有：驿站 · 全部"


def test_the_public_is_not_told_whose_gain_a_small_one_is(out: Out, plan: Plan) -> None:
    (site,) = out("plan", plan=plan, person=NOBODY).to_dict("records")
    assert np.isnan([site["reaches"], site["own"], site["saved_m"]]).all()


def test_no_sites_make_a_plan_of_none(out: Out) -> None:
    assert len(out("plan")) == 0


def test_files_say_what_was_asked(district: District, tmp_path: Path) -> None:
    question = Question(
        kinds=("rest_station", "workers_home"),
        reach=Reach(15, "ebike"),
        who=Who("members", "unionised", ("制造业",), ("快递员",)),
        when=When(6, 22),
    )
    export("coverage", "xlsx", tmp_path / "c.xlsx", district, Asked(STAFF, question=question, at=NOON))
    said = dict(openpyxl.load_workbook(tmp_path / "c.xlsx")["说明"].iter_rows(values_only=True))["所问"]
    for word in ("驿站", "职工之家", "电动车", "15", "制造业", "快递员", "会员", "周日 22:00"):
        assert word in said, word
    rows = pd.read_excel(BytesIO((tmp_path / "c.xlsx").read_bytes()), sheet_name=0, engine="openpyxl")
    assert set(rows["所问群体"]) == {"快递员"}
    assert set(rows["所问星期"]) == {"周日"}


@pytest.mark.parametrize("name", ["cells", "access", "plan", "plan_regions"])
def test_each_row_has_a_symbol_of_its_own(out: Out, tmp_path: Path, plan: Plan, name: str) -> None:
    """The expressions are plain enough for SQLite to answer them as QGIS does."""
    moved = Plan(sites=(*plan.sites, replace(plan.sites[0], id="移", moved=True)))
    out(name, plan=moved)
    with closing(sqlite3.connect(tmp_path / "taken.gpkg")) as database:
        (text,) = database.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = ?", (name,)).fetchone()
        renderer = ElementTree.fromstring(text).find("renderer-v2")
        assert renderer is not None
        expression = renderer.get("attr", "")
        said = {row[0] for row in database.execute(f"SELECT DISTINCT {expression} FROM {name} WHERE geom NOT NULL")}
    categories = [category.get("value") for category in renderer.iter("category")]
    assert said <= set(categories)
    assert len(said) > 1
    assert len(renderer.findall("symbols/symbol")) == len(categories)
