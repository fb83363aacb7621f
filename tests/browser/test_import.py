"""Bringing a file in on the screen: what it was taken for, what would become of it, and then all of it or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Browser, Page, expect
from shapely.affinity import scale

from geo.regions import RegionIndex
from tests.browser.app import open_page
from tests.browser.conftest import House

pytestmark = pytest.mark.browser
WAIT_MS = 60_000
REGISTER = """\
丙山镇企业登记册,,,,
单位名称,单位地址,所属镇街,职工人数（人）,建会情况
山石商贸有限公司,丙山镇石桥子村１号,丙山镇,"1,200",未建会
山水餐饮店,丙山镇石桥子村2号,,３,已建会
坏数字公司,丙山镇石桥子村3号,,若干,未建会
合计,,,1203,
"""


@pytest.fixture
def admin(browser: Browser, house: House) -> Iterator[Page]:
    page, strangers = open_page(browser, 1440, 900, cookies=house.cookies("admin"))
    yield page
    assert strangers == []
    page.context.close()


def bring(page: Page, house: House, kind: str, file: Path) -> None:
    page.goto(f"{house.address}/data?kind={kind}")
    page.locator("input[type=file]").first.wait_for(state="attached", timeout=WAIT_MS)
    page.set_input_files("input[type=file]", file)


def count(page: Page, fate: str) -> str:
    box = page.get_by_test_id("stMetric").filter(has_text=fate).get_by_test_id("stMetricValue")
    box.wait_for(timeout=WAIT_MS)
    return box.inner_text()


def test_a_register_in_gbk_is_seen_first_then_written_whole(admin: Page, house: House, tmp_path: Path) -> None:
    file = tmp_path / "登记册.csv"
    file.write_bytes(REGISTER.encode("gbk"))
    before = house.workspace.store.state()
    bring(admin, house, "enterprises", file)
    counts = {fate: count(admin, fate) for fate in ("新增", "更改", "无变化", "可疑", "拒收")}
    assert counts == {"新增": "2", "更改": "0", "无变化": "0", "可疑": "0", "拒收": "1"}
    expect(admin.get_by_text("合计行 1 行没有当作记录")).to_be_visible()
    assert house.workspace.store.state() == before, "nothing is written by looking"
    admin.get_by_role("button", name="写入 2 行").click()
    expect(admin.get_by_text("已写入 2 行")).to_be_visible(timeout=WAIT_MS)
    register = house.workspace.district().enterprises.set_index("name")
    assert register.loc["山石商贸有限公司", ["workers", "region"]].tolist() == [1200, "110199003000"]
    second = register.loc["山水餐饮店", ["workers", "union_status", "region_by"]]
    assert second.tolist() == [3, "established", "address"]
    expect(admin.get_by_text("没有要写入的内容。")).to_be_visible(timeout=WAIT_MS)


def test_an_official_boundary_takes_the_schematic_ones_place(admin: Page, house: House, tmp_path: Path) -> None:
    first = house.workspace.district().regions.iloc[0]
    smaller = scale(first.geometry, 0.5, 0.5)
    file = tmp_path / "boundaries.geojson"
    feature = {
        "type": "Feature",
        "properties": {"name": first["name"]},
        "geometry": json.loads(shapely.to_geojson(smaller)),
    }
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    bring(admin, house, "boundaries", file)
    assert count(admin, "更改") == "1"
    admin.get_by_role("button", name="写入 1 行").click()
    expect(admin.get_by_text("已写入 1 行")).to_be_visible(timeout=WAIT_MS)
    now = house.workspace.district()
    region = now.regions.iloc[0]
    assert (region["boundary_standing"], region["boundary_source"]) == ("imported", "boundaries.geojson")
    ratio = now.regions_m.geometry.iloc[0].area / first_area(house, first.geometry)
    assert ratio == pytest.approx(0.25, abs=0.001)
    corner = now.plane.project(*[[value] for value in shapely.get_coordinates(first.geometry)[0]])
    assert RegionIndex(now.regions_m.geometry).locate(*corner).tolist() != [0], "its corner is outside now"


def first_area(house: House, shape: shapely.Geometry) -> float:
    plane = house.workspace.district().plane
    x, y = plane.project(*shapely.get_coordinates(shape).T)
    return float(shapely.polygons(list(zip(x, y, strict=True))).area)


def test_a_hostile_file_is_refused_in_words(admin: Page, house: House, tmp_path: Path) -> None:
    file = tmp_path / "register.xlsx"
    file.write_bytes(b"%PDF-1.7 not a workbook")
    before = house.workspace.store.state()
    bring(admin, house, "enterprises", file)
    expect(admin.get_by_test_id("stAlert").filter(has_text="PDF")).to_be_visible(timeout=WAIT_MS)
    assert house.workspace.store.state() == before
