"""覆盖盲区 as a planner uses it, in Chromium; and what of it the public sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from tests.browser.app import map_frame, open_page
from tests.browser.conftest import House
from tests.browser.test_overview import click_region, move_map, wait_for_change, wait_for_query

pytestmark = pytest.mark.browser
CELLS = "() => document.querySelectorAll('.leaflet-cells-pane path').length"
FILLS = "() => [...document.querySelectorAll('.leaflet-cells-pane path')].map(p => p.getAttribute('fill')).join()"
PLAIN = "union=all&reach=1500"
"""At 1.5 km, of all four whose place is known: E1 and E3 are served, E2 (20 workers) and E4 (40) are not."""


@pytest.fixture
def desk(browser: Browser, house: House) -> Iterator[tuple[Page, Frame]]:
    page, _ = open_page(browser, 1440, 900, cookies=house.cookies("staff"))
    page.goto(f"{house.address}/coverage?{PLAIN}")
    yield page, map_frame(page)
    page.context.close()


def metric(page: Page, label: str) -> Locator:
    return page.get_by_test_id("stMetric").filter(has_text=label)


def test_the_numbers_the_map_and_the_table_agree(desk: tuple[Page, Frame]) -> None:
    page, frame = desk
    expect(metric(page, "有服务可达")).to_contain_text("50.0%")
    expect(metric(page, "无服务可达（家）")).to_contain_text("2")
    expect(page.locator(".key")).to_contain_text("已覆盖 2")
    expect(page.locator(".key")).to_contain_text("不明 2")
    assert frame.evaluate(CELLS) == 2, "E2's cell and E4's; what is served is not shaded"
    rows = {row.split("\t")[0].strip(): row.split("\t")[1:] for row in page.locator("tbody").inner_text().split("\n")}
    assert rows["甲原镇"][:3] == ["50.0%", "1", "0"]
    assert rows["乙河街道"][:3] == ["50.0%", "1", "1"], "E5 has no location, which is unknown and not unserved"
    assert rows["丙山镇"][:3] == ["—", "0", "0"], "nobody to ask about is no gap"


def test_a_changed_measure_changes_the_shades_and_not_the_view(desk: tuple[Page, Frame]) -> None:
    page, frame = desk
    move_map(frame)
    before = frame.evaluate(FILLS)
    page.get_by_role("radio", name="职工").click()
    wait_for_query(page, "measure", "workers")
    wait_for_change(frame, FILLS, before)
    expect(metric(page, "无服务可达（人）")).to_contain_text("60")
    expect(metric(page, "有服务可达")).to_contain_text("40.0%")
    assert frame.evaluate("() => [map.mine, map.getZoom()]") == [1, 12]


def test_minutes_on_foot_begin_at_their_own_reach(desk: tuple[Page, Frame]) -> None:
    page, _ = desk
    page.get_by_role("radio", name="步行").click()
    wait_for_query(page, "unit", "walk")
    wait_for_query(page, "reach", "15")
    expect(page.get_by_text("15 分钟").first).to_be_visible()
    # 15 min x 60 s x 1.25 m/s / 1.3 = 865 m: E1 at 500 m is within, E3 at 1 km is not.
    expect(metric(page, "有服务可达")).to_contain_text("25.0%")


def test_the_other_lens_looks_at_its_own_side(desk: tuple[Page, Frame]) -> None:
    page, _ = desk
    page.goto(page.url.split("?")[0])
    expect(page.locator(".key")).to_contain_text("合计 3")  # E1, E3, E5 have a union
    page.get_by_role("radio", name="建会盲区").click()
    wait_for_query(page, "lens", "union")
    expect(page.locator(".key")).to_contain_text("合计 3")  # E2, E4, E6 have none
    expect(metric(page, "未建会")).to_contain_text("50.0%")
    wait_for_query(page, "union", None)


def test_a_town_zooms_and_stands_beside_the_district(desk: tuple[Page, Frame]) -> None:
    page, frame = desk
    page.goto(f"{page.url}&measure=workers")
    frame = map_frame(page)
    zoom = frame.evaluate("() => map.getZoom()")
    click_region(page, frame, "110199002000")
    wait_for_query(page, "region", "110199002000")
    wait_for_change(frame, "() => map.getZoom()", zoom)
    figures = page.locator("table.figures")
    expect(figures).to_contain_text("乙河街道")
    # E4's 40 of 70 workers there; 60 of 100 in the district.
    assert figures.locator("tbody tr").first.inner_text().split("\t")[1:] == ["57.1%", "60.0%"]
    page.get_by_role("radio", name="最远").click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()


def test_the_week_and_the_curve_are_drawn(desk: tuple[Page, Frame]) -> None:
    page, _ = desk
    page.get_by_role("radio", name="一周").click()
    chart = page.get_by_test_id("stVegaLiteChart")
    expect(chart.locator("canvas, svg").first).to_be_visible()
    expect(page.get_by_text("点一格")).to_be_visible()
    page.get_by_role("radio", name="距离", exact=True).click()
    wait_for_query(page, "view", "curve")
    expect(chart.locator("canvas, svg").first).to_be_visible()


def test_an_hour_counts_only_what_is_known_to_be_open(desk: tuple[Page, Frame]) -> None:
    page, _ = desk
    page.goto(f"{page.url}&day=Su&hour=22")
    map_frame(page)
    # No station of the tiny world states its hours: whoever is near one is unknown, not unserved.
    expect(page.locator(".key")).to_contain_text("已覆盖 0")
    expect(page.locator(".key")).to_contain_text("不明 4")
    expect(page.get_by_text("没有确知开放的设施")).to_be_visible()


def test_what_a_link_cannot_ask_is_said(desk: tuple[Page, Frame]) -> None:
    page, _ = desk
    page.goto(page.url.split("?")[0] + "?reach=far&day=Mo&measure=workers&kinds=castle")
    expect(page.get_by_test_id("stAlert").first).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.get_by_role("radio", name="职工")).to_be_checked()


def test_links_take_the_question_along(desk: tuple[Page, Frame]) -> None:
    page, _ = desk
    page.get_by_role("button", name="下载").click()
    links = page.locator(".files a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert any(re.match(r"/report/coverage\.pdf\?.*union=all", link) for link in links)
    for link in links:
        answer = page.request.get(page.url.split("/coverage")[0] + link)
        assert answer.ok, link


def test_the_public_sees_no_names_and_no_small_counts(browser: Browser, house: House) -> None:
    page, _ = open_page(browser, 1440, 900)
    page.goto(f"{house.address}/coverage?{PLAIN}&view=worst&region=110199003000")
    frame = map_frame(page)
    expect(page.get_by_text("不公开").first).to_be_visible()
    said = page.inner_text("body") + frame.inner_text("body")
    assert "E4公司" not in said
    assert "※" in said
    page.context.close()


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, house: House) -> None:
    for width, height in ((390, 844), (844, 390), (360, 740)):
        page, _ = open_page(browser, width, height, touch=True)
        page.goto(f"{house.address}/coverage")
        map_frame(page)
        wide = "() => document.scrollingElement.scrollWidth - innerWidth"
        assert page.evaluate(wide) <= 0, width
        page.context.close()
