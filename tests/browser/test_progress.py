"""进展 in Chromium: a leader reads a campaign's numbers, opens what they count, narrows them, takes the brief along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from geo.casework import deeds
from geo.fieldwork import deeds as campaigns
from geo.fieldwork.campaign import Campaign, Team, campaign
from geo.people import Person
from geo.storage import Change
from tests.browser.app import open_page, rest
from tests.browser.conftest import House

pytestmark = pytest.mark.browser
WEST, MIDDLE = "110199001000", "110199002000"
FIRST = {"team": "1", "region": WEST}


@dataclass(frozen=True)
class Work:
    """A campaign that began 40 days ago: two visits of team 1 in 甲原镇, one of them today; one of team 2 in 乙河街道;
    an appeal of 30 days ago that is long overdue.
    """

    house: House
    campaign: Campaign
    today: date


@pytest.fixture(scope="module")
def work(house: House) -> Iterator[Work]:
    workspace = house.workspace
    account = next(one for one in workspace.store.people.list() if one.name == "某leader")
    leader, today = Person(account.id, account.name, "leader"), workspace.now().date()
    began = (today - timedelta(days=40)).isoformat()
    teams = [Team("1", "甲组"), Team("2", "乙组")]
    place = {
        "name": "甲原镇",
        "kind": "region",
        "region": WEST,
        "standing": "imported",
        "source": "test",
        "as_of": "2025",
    }
    workspace.store.commit([Change("positions", "W1", place, 0)], by="test", at=workspace.now(), why="测试")
    made = campaigns.make(workspace, leader, name="进展试验", starts=began, positions=("W1",), teams=teams)
    ids = []
    for days, said in (
        (0, {"kind": "visit", "team": "1", "region": WEST, "people": 5}),
        (35, {"kind": "visit", "team": "1", "region": WEST, "people": 7}),
        (35, {"kind": "visit", "team": "2", "region": MIDDLE, "note": "看望"}),
        (30, {"kind": "appeal", "appeal_source": "12345", "appeal_type": "wages", "note": "欠薪", **FIRST}),
    ):
        day = (today - timedelta(days=days)).isoformat()
        ids.append(deeds.add(workspace, leader, {"campaign": made.id, "date": day, **said}).id)
    yield Work(house, made, today)
    for id_ in ids:
        record = workspace.store.get("entries", id_)
        assert record is not None
        deeds.retire(workspace, leader, id_, record.version, "测试")
    # So early it ends no other campaign for the tests that share the house.
    over = campaigns.change(workspace, leader, campaign(workspace.district(), workspace.store, made.id), starts="2000")
    campaigns.close(workspace, leader, over)
    kept = workspace.store.get("positions", "W1")
    assert kept is not None
    gone = Change("positions", "W1", {}, kept.version, retired="测试")
    workspace.store.commit([gone], by="test", at=workspace.now(), why="测试")


def open_progress(browser: Browser, work: Work, query: str = "", size: tuple[int, int] = (1440, 900)) -> Page:
    page, _ = open_page(browser, *size, cookies=work.house.cookies("leader"), touch=size[0] < 900)
    page.goto(f"{work.house.address}/progress?campaign={work.campaign.id}{query}")
    return page


def tile(page: Page, words: str) -> str:
    """The number over these words."""
    found = page.locator(".tiles > a, .tiles > div").filter(has_text=words).first
    return found.locator("b").inner_text()


def test_a_number_opens_what_it_counts(browser: Browser, work: Work) -> None:
    page = open_progress(browser, work)
    expect(page.locator("table.published, .st-key-progress_published")).to_be_visible()
    assert (tile(page, "走访（次）"), tile(page, "超期升级")) == ("3", "1")
    expect(page.locator(".decide")).to_contain_text("1诉求超期升级，待领导处理")
    address = page.get_by_role("link", name="周报 PDF").get_attribute("href") or ""
    answer = page.request.get(address if address.startswith("http") else f"{work.house.address}{address}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    rows = page.locator("table.progress").first
    expect(rows.get_by_role("row").filter(has_text="甲组")).to_contain_text("2")
    rows.get_by_role("row").filter(has_text="甲组").get_by_role("link").first.click()
    expect(page.locator("ol button")).to_have_count(2)
    assert "/ledger?" in page.url
    page.context.close()


def test_days_and_town_narrow_everything_and_stay_in_the_address(browser: Browser, work: Work) -> None:
    since = (work.today - timedelta(days=36)).isoformat()
    until = (work.today - timedelta(days=34)).isoformat()
    page = open_progress(browser, work, f"&period=days&since={since}&until={until}", size=(390, 844))
    expect(page.locator(".did")).to_be_visible()
    assert tile(page, "走访（次）") == "2"
    rest(page)
    page.get_by_label("镇街").first.click()
    page.get_by_role("option", name="乙河街道").click()
    expect(page.locator(".tiles > a").filter(has_text="走访（次）").locator("b")).to_have_text("1")
    assert f"region={MIDDLE}" in page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out of a phone"
    page.reload()
    expect(page.locator(".tiles > a").filter(has_text="走访（次）").locator("b")).to_have_text("1")
    page.context.close()
