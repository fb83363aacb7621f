"""蹲点分工 in Chromium: positions moved by keyboard, dragging and map, a proposal taken, published, read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from geo.fieldwork import deeds, rights
from geo.fieldwork.campaign import Campaign, Team, campaign
from geo.fieldwork.plan import METRICS
from geo.people import Person
from geo.storage import Change
from tests.browser.app import map_frame, open_page, rest, unfold
from tests.browser.conftest import House
from tests.browser.test_overview import wait_for_query

pytestmark = pytest.mark.browser
LEADER = Person("x", "某leader", "leader")
POSITIONS = {"T1": ("甲原镇", "110199001000"), "T2": ("乙河街道", "110199002000"), "T3": ("丙山镇", "110199003000")}
"""Three towns in a row: only the middle one borders both others."""


@dataclass(frozen=True)
class Field:
    """A campaign of three positions of the same workload and two teams, nothing assigned; the first team has ``staff``
    as its member. A third of the work is 33 % more or less than a half: ``balance`` allows it.
    """

    house: House
    campaign: Campaign

    def put(self, **where: str) -> None:
        """Assigns positions as another leader would, meanwhile."""
        store = self.house.workspace.store.assignments
        now = store.draft(self.campaign.id).fields
        edit = {f"where.{position}": (now.get(f"where.{position}"), team) for position, team in where.items()}
        rights.edit(self.house.workspace, LEADER, self.campaign, edit)

    def where(self) -> dict[str, object]:
        fields = self.house.workspace.store.assignments.draft(self.campaign.id).fields
        return {name.removeprefix("where."): team for name, team in fields.items() if name.startswith("where.")}


@pytest.fixture
def field(house: House) -> Iterator[Field]:
    workspace = house.workspace
    provenance = {"standing": "imported", "source": "test", "as_of": "2025"}
    known = {id_: workspace.store.get("positions", id_) for id_ in POSITIONS}
    made = [
        Change(
            "positions",
            id_,
            {"name": name, "kind": "region", "region": region, **provenance},
            old.version if (old := known[id_]) else 0,
            retired="" if old else None,
        )
        for id_, (name, region) in POSITIONS.items()
    ]
    workspace.store.commit(made, by="test", at=workspace.now(), why="测试")
    member = next(one.id for one in workspace.store.people.list() if one.name == "某staff")
    teams = [Team("1", "甲组", members=(member,)), Team("2", "乙组", lead="某人", departments=("权益部",))]
    made_campaign = deeds.make(
        workspace, LEADER, name="测试蹲点", starts="2030-01", positions=tuple(POSITIONS), teams=teams
    )
    weights = {f"weights.{name}": (None, 1.0 if name == "each" else 0.0) for name in METRICS}
    rights.edit(workspace, LEADER, made_campaign, {**weights, "balance": (None, 0.4)})
    yield Field(house, made_campaign)
    deeds.close(workspace, LEADER, campaign(workspace.district(), workspace.store, made_campaign.id))
    frame = workspace.store.read("positions")
    frame = frame[frame["id"].isin(list(POSITIONS))]
    gone = [
        Change("positions", id_, {}, int(version), retired="测试")
        for id_, version in zip(frame["id"], frame["version"], strict=True)
    ]
    workspace.store.commit(gone, by="test", at=workspace.now(), why="测试")


def open_teams(browser: Browser, field: Field, role: str, **more: object) -> tuple[Page, Frame]:
    width, height = more.pop("size", (1440, 900))  # type: ignore[misc]
    page, _ = open_page(browser, width, height, cookies=field.house.cookies(role), touch=bool(more.pop("touch", False)))
    query = "".join(f"&{name}={value}" for name, value in more.items())
    page.goto(f"{field.house.address}/teams?campaign={field.campaign.id}{query}")
    frame = map_frame(page)
    rest(page)
    return page, frame


@pytest.fixture
def desk(browser: Browser, field: Field) -> Iterator[tuple[Page, Frame]]:
    page, frame = open_teams(browser, field, "leader")
    yield page, frame
    page.context.close()


def chip(page: Page, position: str) -> Locator:
    return page.locator(f'.chip[data-position="{position}"]')


def team(page: Page, id_: str) -> Locator:
    return page.locator(f'section.team[data-team="{id_}"]')


def unassigned(page: Page) -> Locator:
    return page.get_by_test_id("stMetric").filter(has_text="未分配")


def test_positions_are_moved_with_the_keyboard_and_taken_back(desk: tuple[Page, Frame], field: Field) -> None:
    page, _ = desk
    expect(unassigned(page)).to_contain_text("3")
    expect(page.get_by_text("3 处阵地都还没有分")).to_be_visible()
    chip(page, "T1").focus()
    page.keyboard.press("1")
    expect(team(page, "1").locator(".chip")).to_have_count(1)
    expect(unassigned(page)).to_contain_text("2")
    expect(page.get_by_text("还有 2 处没有分")).to_be_visible()
    assert field.where() == {"T1": "1"}
    expect(chip(page, "T1")).to_be_focused()
    page.keyboard.press("2")
    expect(team(page, "2").locator(".chip")).to_have_count(1)
    page.get_by_role("button", name="撤销").click()
    expect(team(page, "1").locator(".chip")).to_have_count(1)
    page.get_by_role("button", name="重做").click()
    expect(team(page, "2").locator(".chip")).to_have_count(1)
    chip(page, "T1").focus()
    page.keyboard.press("l")
    expect(chip(page, "T1").locator(".lock")).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_test_id("stAlert").filter(has_text="锁定在小组“乙组”")).to_be_visible()
    assert field.where() == {"T1": "2"}


def test_a_position_is_dragged_to_a_team(desk: tuple[Page, Frame], field: Field) -> None:
    page, _ = desk
    start, end = chip(page, "T3").bounding_box(), team(page, "2").bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 20, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 40, steps=4)
    page.mouse.move(end["x"] + 80, end["y"] + 20, steps=6)
    page.mouse.up()
    expect(team(page, "2").locator(".chip")).to_have_count(1)
    assert field.where() == {"T3": "2"}
    assert "position=" not in page.url, "letting go of what was dragged picks nothing"


def test_a_position_is_picked_on_the_map_and_put_into_a_team(desk: tuple[Page, Frame], field: Field) -> None:
    page, frame = desk
    frame.locator(".leaflet-regions-pane path").first.click(position={"x": 20, "y": 20})
    expect(page.locator(".st-key-detail")).to_be_visible()
    picked = page.url.split("position=")[1].split("&")[0]
    team(page, "1").get_by_role("button", name="移到这里").click()
    expect(team(page, "1").locator(".chip")).to_have_count(1)
    assert field.where() == {picked: "1"}
    expect(page.locator(".st-key-why")).to_contain_text("工作量 33.3 分")


def test_what_is_wrong_is_said_in_words(desk: tuple[Page, Frame], field: Field) -> None:
    page, _ = desk
    field.put(T1="1", T3="1", T2="2")
    page.reload()
    expect(page.get_by_text("甲组的地盘断成 2 块：甲原镇 | 丙山镇")).to_be_visible()
    expect(unassigned(page)).to_contain_text("0")
    chip(page, "T3").focus()
    page.keyboard.press("2")
    expect(page.get_by_text("每处阵地都有组")).to_be_visible()
    expect(page.get_by_test_id("stMetric").filter(has_text="最大相差")).to_contain_text("33.3%")


def test_of_two_leaders_at_one_position_the_second_is_told(desk: tuple[Page, Frame], field: Field) -> None:
    page, _ = desk
    field.put(T1="2")
    field.put(T2="2")
    expect(page.get_by_text("某leader改动了草稿")).to_be_visible()
    chip(page, "T1").focus()
    page.keyboard.press("1")
    expect(page.get_by_test_id("stAlert").filter(has_text="刚被")).to_be_visible()
    assert field.where() == {"T1": "2", "T2": "2"}
    chip(page, "T3").focus()
    page.keyboard.press("1")
    expect(team(page, "1").locator(".chip")).to_have_count(1)
    assert field.where() == {"T1": "2", "T2": "2", "T3": "1"}, "another position is nobody's quarrel"


def test_a_proposal_is_taken_published_and_read_by_the_team(
    desk: tuple[Page, Frame], field: Field, browser: Browser
) -> None:
    page, _ = desk
    page.get_by_role("radio", name="建议分工").click()
    page.get_by_role("button", name="三种都求").click()
    expect(page.get_by_text("3 种求出来是同一个方案")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("已证明最优")).to_have_count(1)
    rest(page)
    page.get_by_role("button", name="采用").click()
    expect(page.get_by_text("每处阵地都有组")).to_be_visible()
    # The towns at the ends are as far from the middle one, but for what rounding makes of it: either may have it.
    taken = field.where()
    assert (taken["T1"], taken["T3"]) == ("1", "2")
    first, second = str(taken["T2"]), {"1": "2", "2": "1"}[str(taken["T2"])]
    page.get_by_role("radio", name="发布").click()
    page.get_by_role("textbox", name="说明").fill("会上定的")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_text("第 1 版，自")).to_be_visible()
    expect(page.get_by_text("草稿与第 1 版相同")).to_be_visible()
    rest(page)
    page.get_by_role("radio", name="各组").click()
    chip(page, "T2").focus()
    page.keyboard.press(second)
    expect(team(page, second).locator(".chip")).to_have_count(2)

    other, _ = open_teams(browser, field, "staff")
    expect(other.get_by_text("我在甲组")).to_be_visible()
    expect(other.locator("section.team").first).to_contain_text("甲组")
    expect(team(other, first).locator(".chip")).to_have_count(2)
    expect(other.get_by_role("radio", name="建议分工")).to_have_count(0)
    chip(other, "T2").focus()
    other.keyboard.press(second)
    other.wait_for_timeout(500)
    expect(team(other, first).locator(".chip")).to_have_count(2)
    other.context.close()

    page.get_by_role("radio", name="发布").click()
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_text("第 2 版，自")).to_be_visible()
    rest(page)
    unfold(page, "与第 1 版的差别")
    expect(page.locator("table.figures").filter(has_text="乙河街道归").first).to_contain_text("乙组")
    page.get_by_role("button", name="取回为草稿").last.click()
    expect(page.get_by_text("已取回为草稿")).to_be_visible()
    assert field.where() == taken


def test_what_cannot_be_names_the_demands_that_clash(desk: tuple[Page, Frame], field: Field) -> None:
    page, _ = desk
    store = field.house.workspace
    rights.edit(store, LEADER, field.campaign, {"balance": (0.4, 0.1)})
    page.goto(page.url + "&view=propose")
    page.get_by_role("button", name="最紧凑").click()
    expect(page.get_by_text("不能同时做到")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("至少要放宽到 33.4%")).to_be_visible()


def test_a_member_plans_a_visit_and_has_it_in_a_calendar(browser: Browser, field: Field) -> None:
    field.put(T1="1", T2="1", T3="2")
    store = field.house.workspace
    draft = store.store.assignments.draft(field.campaign.id)
    rights.publish(store, LEADER, field.campaign, draft, "", "2030-01-02")
    page, _ = open_teams(browser, field, "staff", view="visits", size=(390, 844), touch=True)
    page.get_by_role("textbox", name="做什么").fill("看驿站")
    page.get_by_role("button", name="安排", exact=True).click()
    expect(page.locator("[class*=st-key-visit_]").filter(has_text="看驿站").first).to_be_visible()
    (visit,) = store.store.visits.list(field.campaign.id)
    assert (visit.team, visit.position, visit.what, visit.state) == ("1", "T1", "看驿站", "planned")
    page.get_by_role("button", name="完成", exact=True).click()
    enter = page.get_by_role("link", name="记一笔台账")
    enter.wait_for()
    asked = parse_qs(urlsplit(enter.get_attribute("href") or "").query)
    said = {"kind": "visit", "campaign": field.campaign.id, "team": "1", "position": "T1", "date": visit.date}
    assert asked == {name: [value] for name, value in {**said, "note": "看驿站"}.items()}
    unfold(page, "日历订阅")
    page.get_by_role("button", name="要一个订阅地址").click()
    address = page.locator("code").filter(has_text="/calendar/").inner_text()
    feed = page.request.get(address)
    assert feed.status == 200
    assert "看驿站" in feed.text()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "nothing hangs over the edge"
    page.context.close()


def test_staff_see_nothing_of_a_draft(browser: Browser, field: Field) -> None:
    field.put(T1="1", T2="1", T3="2")
    for version in ("", "draft", "1"):
        page, _ = open_teams(browser, field, "staff", version=version)
        expect(page.get_by_text("还没有发布过")).to_be_visible()
        expect(team(page, "1").locator(".chip")).to_have_count(0)
        expect(page.get_by_role("button", name="撤销")).to_have_count(0)
        page.context.close()


def test_while_somebody_writes_ctrl_z_is_theirs(desk: tuple[Page, Frame], field: Field) -> None:
    page, _ = desk
    chip(page, "T1").focus()
    page.keyboard.press("1")
    expect(team(page, "1").locator(".chip")).to_have_count(1)
    rest(page)
    page.keyboard.press("Control+z")
    expect(team(page, "1").locator(".chip")).to_have_count(0)
    page.keyboard.press("Control+y")
    expect(team(page, "1").locator(".chip")).to_have_count(1)
    page.get_by_role("radio", name="走访").click()
    page.get_by_role("textbox", name="做什么").fill("看驿站")
    page.keyboard.press("Control+z")
    page.wait_for_timeout(1000)
    assert field.where() == {"T1": "1"}


def test_what_the_articles_say_is_no_plan(browser: Browser, field: Field) -> None:
    page, _ = open_page(browser, 1024, 768, cookies=field.house.cookies("leader"), touch=True)
    page.goto(f"{field.house.address}/teams?campaign=2025")
    map_frame(page)
    expect(page.get_by_text("这里是报道里说到的走访")).to_be_visible()
    expect(team(page, "1").locator(".chip")).to_have_count(1)
    expect(team(page, "1").locator(".chip")).to_contain_text("导入")
    chip(page, "P1").tap()
    wait_for_query(page, "position", "P1")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.context.close()
