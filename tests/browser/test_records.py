"""Records on the screen: found, changed, retired, with their history; two people at one record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.app import open_page, rest, unfold
from tests.browser.conftest import House

pytestmark = pytest.mark.browser
WAIT_MS = 30_000


@pytest.fixture
def staff(browser: Browser, house: House) -> Iterator[Page]:
    page, strangers = open_page(browser, 1440, 900, cookies=house.cookies("staff"))
    yield page
    assert strangers == []
    page.context.close()


def edit(page: Page, house: House, noun: str, record: str) -> None:
    page.goto(f"{house.address}/records?noun={noun}&id={record}")
    expect(page.get_by_role("button", name="保存")).to_be_visible(timeout=WAIT_MS)


def reason(page: Page, why: str, which: int = 0) -> None:
    box = page.get_by_role("textbox", name="为什么改（必填）").nth(which)
    box.fill(why)
    box.press("Tab")
    rest(page)  # what is pressed next may move while the reason is taken in


def save(page: Page, why: str) -> None:
    reason(page, why)
    page.get_by_role("button", name="保存").click()


def test_a_change_is_kept_with_who_and_why(staff: Page, house: House) -> None:
    edit(staff, house, "facilities", "F5")
    staff.get_by_label("地址", exact=True).fill("春晖里1号")
    save(staff, "实地核实")
    expect(staff.get_by_text("已保存。")).to_be_visible(timeout=WAIT_MS)
    newest = house.workspace.store.history("facilities", "F5")[0]
    assert (newest.by, newest.why, newest.fields) == ("某staff", "实地核实", {"address": ("", "春晖里1号")}) or (
        newest.fields == {"address": (None, "春晖里1号")}
    )
    staff.get_by_role("tab", name="历史").click()
    expect(staff.get_by_text("实地核实")).to_be_visible(timeout=WAIT_MS)


def test_without_a_reason_or_with_a_fault_nothing_is_saved(staff: Page, house: House) -> None:
    before = house.workspace.store.state()
    edit(staff, house, "facilities", "F4")
    staff.get_by_label("开放时间").fill("24/7")
    staff.get_by_label("开放时间").press("Tab")
    rest(staff)
    staff.get_by_role("button", name="保存").click()
    expect(staff.get_by_text("请写明原因再保存。")).to_be_visible(timeout=WAIT_MS)
    staff.get_by_label("核实日期").fill("上周")
    save(staff, "改")
    expect(staff.get_by_text("“上周”应为 YYYY")).to_be_visible(timeout=WAIT_MS)
    assert house.workspace.store.state() == before


def test_the_second_of_two_is_told_and_shown_both(browser: Browser, staff: Page, house: House) -> None:
    other, _ = open_page(browser, 1440, 900, cookies=house.cookies("leader"))
    edit(staff, house, "facilities", "F2")
    edit(other, house, "facilities", "F2")
    other.get_by_label("地址", exact=True).fill("领导写的地址")
    save(other, "领导改")
    expect(other.get_by_text("已保存。")).to_be_visible(timeout=WAIT_MS)
    staff.get_by_label("地址", exact=True).fill("员工写的地址")
    save(staff, "员工改")
    expect(staff.get_by_text("你打开之后，有人改过这条记录")).to_be_visible(timeout=WAIT_MS)
    record = house.workspace.store.get("facilities", "F2")
    assert record is not None
    assert record.values["address"] == "领导写的地址", "nothing was overwritten"
    staff.get_by_role("button", name="在现在的基础上保留我的改动").click()
    expect(staff.get_by_text("你打开之后，有人改过这条记录")).to_be_hidden(timeout=WAIT_MS)
    expect(staff.get_by_label("地址", exact=True)).to_have_value("员工写的地址")
    save(staff, "两人商量过")
    expect(staff.get_by_text("已保存。")).to_be_visible(timeout=WAIT_MS)
    record = house.workspace.store.get("facilities", "F2")
    assert record is not None
    assert (record.values["address"], record.changed_by) == ("员工写的地址", "某staff")
    other.context.close()


def test_a_record_is_retired_with_a_reason_and_brought_back(staff: Page, house: House) -> None:
    edit(staff, house, "enterprises", "E4")
    unfold(staff, "停用")
    reason(staff, "已搬走", -1)
    staff.get_by_role("button", name="停用这条记录").click()
    expect(staff.get_by_text("已停用：已搬走")).to_be_visible(timeout=WAIT_MS)
    assert "E4" not in set(house.workspace.district().enterprises["id"])
    unfold(staff, "恢复")
    reason(staff, "搬回来了", -1)
    staff.get_by_role("button", name="恢复这条记录").click()
    expect(staff.get_by_text("已停用：已搬走")).to_have_count(0, timeout=WAIT_MS)
    assert "E4" in set(house.workspace.district().enterprises["id"])


def test_a_new_record_is_made(staff: Page, house: House) -> None:
    edit(staff, house, "enterprises", "new")
    staff.get_by_label("编号 *").fill("N1")
    staff.get_by_label("名称 *").fill("新公司")
    staff.get_by_label("来源 *").fill("走访")
    staff.get_by_label("截至 *").fill("2025-10")
    save(staff, "走访时发现")
    expect(staff.get_by_text("已保存。")).to_be_visible(timeout=WAIT_MS)
    record = house.workspace.store.get("enterprises", "N1")
    assert record is not None
    assert (record.version, record.values["name"], record.values["standing"]) == (1, "新公司", "imported")
