"""选址 in Chromium: a search and its proof, a site moved by hand, scenarios kept, shared, compared and adopted."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from geo.storage import Change
from tests.browser.app import open_page, rest, unfold
from tests.browser.conftest import House
from tests.browser.test_overview import wait_for_change, wait_for_query

pytestmark = pytest.mark.browser
QUESTION = "union=all&measure=workers&reach=1500"
"""Of 100 workers whose place is known E1's 10 and E3's 30 are served; E4's 40 are the most that one more can add."""
NUMBERS = "() => document.querySelectorAll('.numbered.new').length"


def plan_map(page: Page) -> Frame:
    """The map's frame, once its ground is drawn."""
    page.wait_for_selector(".st-key-map iframe", timeout=30_000)
    for _ in range(300):
        for frame in page.frames:
            if "streamlit_folium" in frame.url and frame.evaluate(
                "() => !!window.map && document.querySelectorAll('.leaflet-ground-pane path').length > 0"
            ):
                return frame
        page.wait_for_timeout(100)
    raise TimeoutError("the map did not come up")


def metric(page: Page, label: str) -> Locator:
    return page.get_by_test_id("stMetric").filter(has_text=label)


def solve(page: Page) -> None:
    page.get_by_role("button", name="求解").click()
    expect(page.get_by_text("已证明最优")).to_be_visible(timeout=60_000)
    # The curve comes after the answer, and the page is drawn again at its end.
    expect(page.get_by_role("button", name="求解")).to_be_enabled(timeout=60_000)
    expect(page.locator(".st-key-solving")).to_have_count(0)
    rest(page)


@pytest.fixture
def scenarios(house: House) -> Iterator[None]:
    """Takes out of use what a test leaves behind, for the house is everybody's."""
    yield
    store, now = house.workspace.store, house.workspace.now()
    for one in store.scenarios.list():
        store.scenarios.retire(one.id, one.version, why="测试", by="test", at=now)
    frame = store.read("facilities")
    made = frame[frame["id"].str.startswith("S-")]
    changes = [
        Change("facilities", key, {}, int(version), retired="测试")
        for key, version in zip(made["id"], made["version"], strict=True)
    ]
    store.commit(changes, by="test", at=now, why="测试")


@pytest.fixture
def desk(browser: Browser, house: House, scenarios: None) -> Iterator[tuple[Page, Frame]]:
    page, _ = open_page(browser, 1440, 900, cookies=house.cookies("leader"))
    page.goto(f"{house.address}/siting?{QUESTION}&n=1")
    yield page, plan_map(page)
    page.context.close()


def test_one_more_station_goes_where_most_workers_have_none(desk: tuple[Page, Frame]) -> None:
    page, frame = desk
    expect(page.get_by_text("还没有新站点")).to_be_visible()
    solve(page)
    expect(metric(page, "有服务可达")).to_contain_text("80.0%")
    expect(metric(page, "有服务可达")).to_contain_text("原来 40.0%")
    expect(metric(page, "新增覆盖（人）")).to_contain_text("40")
    assert frame.evaluate(NUMBERS) == 1
    figures = page.locator("table.figures").first
    assert [cell.split("\t")[1:] for cell in figures.locator("tbody tr").all_inner_texts()] == [["40 人", "40 人"]]
    page.get_by_role("radio", name="谁受益").click()
    expect(page.get_by_text("共 1 家")).to_be_visible()
    page.get_by_role("radio", name="几个够").click()
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()


def test_the_link_reopens_the_same_sites_but_not_the_proof(desk: tuple[Page, Frame], browser: Browser) -> None:
    page, _ = desk
    solve(page)
    link = page.url
    assert "sites=" in link
    other, _ = open_page(browser, 1440, 900)
    other.goto(link)
    frame = plan_map(other)
    expect(metric(other, "有服务可达")).to_contain_text("※")  # fewer than five enterprises: not for the public
    assert frame.evaluate(NUMBERS) == 1
    expect(other.get_by_text("已证明最优")).to_have_count(0)
    assert "E4公司" not in other.inner_text("body")
    other.context.close()


def test_a_site_is_moved_on_the_map_and_by_its_coordinates(desk: tuple[Page, Frame]) -> None:
    page, frame = desk
    solve(page)
    before = parse_qs(urlsplit(page.url).query)["sites"]
    frame.locator(".numbered.new").click()
    expect(page.get_by_text("在地图上点一下")).to_be_visible()
    box = page.locator(".st-key-map iframe").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.36, box["y"] + box["height"] * 0.52)  # where no mark is
    for _ in range(100):
        now = parse_qs(urlsplit(page.url).query)["sites"]
        if now != before:
            break
        page.wait_for_timeout(50)
    assert now[0].endswith(":m"), "moved by hand"
    expect(page.get_by_text("不是这次求解的答案")).to_be_visible()
    expect(metric(page, "有服务可达")).not_to_contain_text("80.0%")
    page.get_by_role("button", name="移除").click()
    wait_for_query(page, "sites", None)
    expect(page.get_by_text("还没有新站点")).to_be_visible()


def test_a_site_is_put_by_hand(desk: tuple[Page, Frame]) -> None:
    page, frame = desk
    page.get_by_role("button", name="在图上加一个点").click()
    expect(page.get_by_role("button", name="不加了")).to_be_visible()
    box = page.locator(".st-key-map iframe").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.36, box["y"] + box["height"] * 0.52)  # where no mark is
    wait_for_change(frame, NUMBERS, 0)
    expect(page.locator("table.figures")).to_contain_text("手工点 1")
    expect(page.get_by_role("button", name="在图上加一个点")).to_be_visible()


def test_a_candidate_is_forced_and_barred_by_clicks(desk: tuple[Page, Frame]) -> None:
    page, frame = desk
    page.goto(page.url.replace("n=1", "n=1&from=positions"))
    frame = plan_map(page)
    ring = frame.locator(".leaflet-cells-pane path[stroke-width='1']").first
    expect(page.get_by_text("候选点 0 个")).to_be_visible()
    rest(page)
    assert ring.count() == 0, "no position of the tiny world has a place of its own"
    expect(page.get_by_role("button", name="求解")).to_be_disabled()
    page.goto(page.url.replace("from=positions", "from=facilities"))
    frame = plan_map(page)
    mark = "() => document.querySelectorAll('.leaflet-points-pane use[href^=\"#candidate-\"]').length"
    expect(page.get_by_text("候选点 2 个")).to_be_visible()
    unfold(page, "候选点与条件")
    page.get_by_label("必选").click()
    page.get_by_role("option", name="F3站").click()
    wait_for_change(frame, mark, 0)
    assert parse_qs(urlsplit(page.url).query)["in"] == ["F3"]


def test_what_cannot_be_is_said(desk: tuple[Page, Frame]) -> None:
    page, _ = desk
    page.goto(page.url.split("?")[0] + "?n=0&goal=best&sites=nonsense&scenario=nothing")
    plan_map(page)
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    expect(page.get_by_text("这个方案不存在")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def save(page: Page, name: str) -> str:
    """Saves what is shown as a new scenario; its id."""
    unfold(page, "保存与分享")
    page.get_by_label("方案名称").fill(name)
    page.get_by_role("button", name="存为新方案").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    return parse_qs(urlsplit(page.url).query)["scenario"][0]


def test_a_scenario_is_saved_shared_and_read_by_another_role(
    desk: tuple[Page, Frame], browser: Browser, house: House
) -> None:
    page, _ = desk
    solve(page)
    id_ = save(page, "南部一站")
    kept = house.workspace.store.scenarios.get(id_)
    assert kept is not None
    page.goto(f"{house.address}/siting?scenario={id_}")
    plan_map(page)
    expect(page.get_by_text("保存时求得")).to_be_visible(), "its proof is kept with it"
    assert (kept.name, len(kept.sites), kept.proof is not None and kept.proof["proven"]) == ("南部一站", 1, True)
    other, _ = open_page(browser, 1440, 900)
    other.goto(f"{house.address}/siting?scenario={id_}")
    expect(other.get_by_text("没有公开")).to_be_visible(timeout=30_000)
    unfold(page, "保存与分享")
    page.get_by_role("button", name="公开").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    other.goto(f"{house.address}/siting?scenario={id_}")
    plan_map(other)
    expect(other.get_by_text("南部一站")).to_be_visible()
    expect(metric(other, "有服务可达")).to_contain_text("※")
    assert "E4公司" not in other.inner_text("body")
    expect(other.get_by_text("保存与分享")).to_have_count(0)
    other.context.close()


def test_two_scenarios_stand_side_by_side(desk: tuple[Page, Frame]) -> None:
    page, frame = desk
    solve(page)
    one = save(page, "甲案")
    page.goto(page.url.split("?")[0] + f"?{QUESTION}&n=2")
    frame = plan_map(page)
    solve(page)
    save(page, "乙案")
    page.goto(f"{page.url}&with={one}")
    frame = plan_map(page)
    wait_for_change(frame, "() => document.querySelectorAll('.numbered.new-b').length", 0)
    table = page.locator("table.figures").filter(has_text="甲案").first
    rows = {row.split("\t")[0]: row.split("\t")[1:] for row in table.locator("tbody tr").all_inner_texts()}
    assert rows["新站点数"] == ["2", "1"]
    assert rows["有服务可达"] == ["100.0%", "80.0%"]


def test_an_adopted_scenario_becomes_planned_facilities(desk: tuple[Page, Frame], house: House) -> None:
    page, _ = desk
    solve(page)
    id_ = save(page, "采纳案")
    unfold(page, "保存与分享")
    page.get_by_text("我确认采纳").click()
    expect(page.get_by_role("checkbox", name="我确认采纳")).to_be_checked()
    page.get_by_role("button", name="采纳", exact=True).click()
    expect(page.get_by_text("已采纳，点位已写入设施登记")).to_be_visible()
    facility = house.workspace.store.get("facilities", f"S-{id_}-1")
    assert facility is not None
    assert (facility.values["state"], facility.values["standing"]) == ("planned", "assumed")
    expect(metric(page, "有服务可达")).to_contain_text("80.0%")
