"""台账 in Chromium: entries found and opened, an appeal taken through its steps, a caller shown to those who may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from geo.casework import callers, deeds
from geo.casework.callers import Caller
from geo.fieldwork import deeds as campaigns
from geo.fieldwork.campaign import Team, campaign
from geo.people import Person
from tests.browser.app import open_page, rest
from tests.browser.conftest import House

pytestmark = pytest.mark.browser
NAME, NUMBER = "赵来电", "13900001111"


@dataclass(frozen=True)
class Book:
    """Two entries of a campaign of their own: a visit, and an appeal with a caller that a leader handles."""

    house: House
    campaign: str
    visit: str
    appeal: str

    def values(self, id_: str) -> dict[str, object]:
        record = self.house.workspace.store.get("entries", id_)
        assert record is not None
        return record.values


@pytest.fixture
def book(house: House) -> Iterator[Book]:
    workspace = house.workspace
    account = next(one for one in workspace.store.people.list() if one.name == "某leader")
    leader = Person(account.id, account.name, "leader")
    day = workspace.now().date().isoformat()
    made = campaigns.make(
        workspace, leader, name="台账测试", starts="2020", ends="2999", positions=("P1",), teams=[Team("1", "一组")]
    )
    common = {"campaign": made.id, "date": day, "region": "110199001000"}
    visit = deeds.add(workspace, leader, {**common, "kind": "visit", "people": 7, "note": "走访某厂"})
    appeal = {**common, "kind": "appeal", "appeal_source": "12345", "appeal_type": "wages", "note": "反映拖欠绩效"}
    called = deeds.add(workspace, leader, appeal, caller=Caller(NAME, NUMBER))
    yield Book(house, made.id, visit.id, called.id)
    for id_ in (visit.id, called.id):
        record = workspace.store.get("entries", id_)
        assert record is not None
        if not record.retired:
            deeds.retire(workspace, leader, id_, record.version, "测试")
    campaigns.close(workspace, leader, campaign(workspace.district(), workspace.store, made.id))


def open_ledger(browser: Browser, book: Book, role: str, query: str = "", size: tuple[int, int] = (1440, 900)) -> Page:
    page, _ = open_page(browser, *size, cookies=book.house.cookies(role), touch=size[0] < 900)
    page.goto(f"{book.house.address}/ledger?campaign={book.campaign}{query}")
    page.locator(".st-key-finder").wait_for()
    rest(page)
    return page


def rows(page: Page) -> list[str]:
    return page.locator("ol button").all_inner_texts()


def test_entries_are_filtered_opened_and_kept_in_the_address(browser: Browser, book: Book) -> None:
    page = open_ledger(browser, book, "staff", size=(390, 844))
    expect(page.locator("ol button")).to_have_count(2)
    page.get_by_text("诉求", exact=True).click()
    expect(page.locator("ol button")).to_have_count(1)
    assert "办理中" in rows(page)[0]
    page.locator("ol button").click()
    expect(page.locator(".st-key-detail")).to_contain_text("反映拖欠绩效")
    page.reload()
    expect(page.locator(".st-key-detail")).to_contain_text("反映拖欠绩效")
    assert f"entry={book.appeal}" in page.url
    page.context.close()


def test_an_appeal_goes_its_way(browser: Browser, book: Book) -> None:
    page = open_ledger(browser, book, "leader", f"&view=appeals&entry={book.appeal}")
    page.get_by_role("button", name="下一步").first.click()
    page.get_by_label("做了什么").fill("转请镇政府协调")
    page.get_by_role("button", name="记下这一步").click()
    expect(page.locator("dl.known")).to_contain_text("② 属地党委政府")
    assert book.values(book.appeal)["step"] == "territory"
    rest(page)
    expect(page.get_by_label("做了什么")).to_have_count(0)  # a second press would take the next step
    page.get_by_role("button", name="办结").first.click()
    page.get_by_label("做了什么").fill("补发")
    page.get_by_role("button", name="办结", exact=True).last.click()
    expect(page.get_by_text("已办结。期限")).to_be_visible()
    assert book.values(book.appeal)["closed_on"]
    page.context.close()


def test_a_caller_is_shown_to_leaders_and_the_handler_only(browser: Browser, book: Book) -> None:
    query = f"&view=appeals&entry={book.appeal}"
    page = open_ledger(browser, book, "staff", query)
    expect(page.get_by_text("来电人只给承办人和领导看")).to_be_visible()
    assert NAME not in page.content()
    assert NUMBER not in page.content()
    page.context.close()
    page = open_ledger(browser, book, "leader", query)
    assert NUMBER not in page.content(), "not before somebody asks"
    page.get_by_role("button", name="看来电人").click()
    expect(page.locator(".st-key-caller")).to_contain_text(NUMBER)
    page.reload()
    rest(page)
    expect(page.get_by_role("button", name="看来电人")).to_be_visible()
    assert NUMBER not in page.content(), "nor after the page was left"
    page.context.close()
    assert callers.see(book.house.workspace, Person("x", "领导", "leader"), book.appeal) is not None


def test_an_entry_is_taken_back_with_a_reason(browser: Browser, book: Book) -> None:
    page = open_ledger(browser, book, "staff", f"&entry={book.visit}")
    page.get_by_role("button", name="撤销").click()
    page.get_by_label("原因").fill("记重了")
    page.get_by_role("button", name="撤销这一条").click()
    expect(page.get_by_text("已撤销：记重了")).to_be_visible()
    expect(page.locator("ol button")).to_have_count(1)
    page.context.close()


def test_whatever_there_is_is_found_as_one_types(browser: Browser, book: Book) -> None:
    page = open_ledger(browser, book, "staff")
    box = page.get_by_role("combobox", name="查企业")
    box.fill("甲原")
    expect(page.get_by_role("option").filter(has_text="甲原镇").first).to_be_visible()
    box.fill("拖欠绩效")
    box.press("Enter")  # at once: what is still listed is of another text
    page.wait_for_url(f"**/ledger?entry={book.appeal}")
    expect(page.locator(".st-key-detail")).to_contain_text("反映拖欠绩效")
    page.context.close()
