"""The queue of reports on the screen: read, verified, dismissed; two people at one station; on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from geo.reporting import report
from geo.storage import Change
from tests.browser.app import open_page, rest, unfold
from tests.browser.conftest import House

pytestmark = pytest.mark.browser
WAIT_MS = 30_000
TOUCH = ".st-key-reports :is(button, a, summary, input)"


@pytest.fixture
def staff(browser: Browser, house: House) -> Iterator[Page]:
    page, strangers = open_page(browser, 1440, 900, cookies=house.cookies("staff"))
    yield page
    assert strangers == []
    page.context.close()


@pytest.fixture(autouse=True)
def nothing_waits(house: House) -> Iterator[None]:
    """The house is everybody's: what a test leaves waiting is dismissed."""
    yield
    store, now = house.workspace.store, house.workspace.now()
    for one in store.reports.waiting(now):
        ids = [each.id for each in one.reports]
        store.reports.handle(ids, by="test", at=now, outcome="dismissed", why="test")


def put(house: House, facility: str, state: str) -> None:
    """Makes the station so, whatever others left it as."""
    store = house.workspace.store
    record = store.get("facilities", facility)
    assert record is not None
    values = {"state": state, "verified_on": "", "verified_by": ""}
    store.commit([Change("facilities", facility, values, record.version)], by="x", at=house.workspace.now(), why="x")


def send(house: House, facility: str, *senders: str, what: str = "locked", words: str = "") -> None:
    for sender in senders:
        report(house.workspace, facility, what, words, sender=f"{facility} {sender}", at=house.workspace.now())


def value(house: House, facility: str, field: str) -> object:
    record = house.workspace.store.get("facilities", facility)
    assert record is not None
    return record.values[field]


def opened(page: Page, house: House, facility: str) -> None:
    page.goto(f"{house.address}/reports?station={facility}")
    expect(page.get_by_role("button", name="改状态，办结")).to_be_visible(timeout=WAIT_MS)


def verify(page: Page, found: str, why: str) -> None:
    page.get_by_role("radio", name=found, exact=True).click()
    box = page.get_by_role("textbox", name="怎么核实的（必填）")
    box.fill(why)
    box.press("Tab")
    rest(page)
    page.get_by_role("button", name="改状态，办结").click()


def test_without_reports_the_page_says_where_they_come_from(staff: Page, house: House) -> None:
    staff.goto(f"{house.address}/reports")
    expect(staff.get_by_role("heading", name="没有待处理的报告")).to_be_visible(timeout=WAIT_MS)
    expect(staff.get_by_text("有人在“找驿站”里报告")).to_be_visible()


def test_what_three_say_is_verified_and_done_with(staff: Page, house: House) -> None:
    put(house, "F4", "trial")
    send(house, "F4", "a", "b", words="<b>门</b> **锁着** :material/home:")
    send(house, "F4", "c", what="broken")
    staff.goto(f"{house.address}/reports")
    expect(staff.get_by_text("近一天 3 人报告")).to_be_visible(timeout=WAIT_MS)
    expect(staff.get_by_text("开放时间内锁着门 × 2")).to_be_visible()
    staff.get_by_role("button", name="处理", exact=True).click()
    expect(staff.get_by_text("<b>门</b> **锁着** :material/home:").first).to_be_visible(timeout=WAIT_MS)
    expect(staff.get_by_text("从未核实")).to_be_visible()
    assert value(house, "F4", "state") == "unverified"
    verify(staff, "停用", "到场看过，在装修")
    expect(staff.get_by_text("已办结：F4站 现为停用。")).to_be_visible(timeout=WAIT_MS)
    assert (value(house, "F4", "state"), value(house, "F4", "verified_by")) == ("closed", "某staff")
    newest, before, *_ = house.workspace.store.history("facilities", "F4")
    assert (newest.by, newest.why, before.by) == ("某staff", "到场看过，在装修", "reports")
    staff.get_by_text("已处理").click()
    expect(staff.get_by_text("已改为停用").first).to_be_visible(timeout=WAIT_MS)
    expect(staff.get_by_text("某staff 于").first).to_be_visible()
    staff.goto(f"{house.address}/records?noun=facilities&id=F4")
    staff.get_by_role("tab", name="历史").click(timeout=WAIT_MS)
    expect(staff.get_by_text("公众报告").first).to_be_visible(timeout=WAIT_MS)


def test_without_a_finding_or_a_reason_nothing_is_written(staff: Page, house: House) -> None:
    send(house, "F3", "a")
    before = house.workspace.store.state()
    opened(staff, house, "F3")
    staff.get_by_role("button", name="改状态，办结").click()
    expect(staff.get_by_text("请先选核实的结果。")).to_be_visible(timeout=WAIT_MS)
    verify(staff, "已撤", "  ")
    expect(staff.get_by_text("请写明原因再保存。")).to_be_visible(timeout=WAIT_MS)
    assert house.workspace.store.state() == before
    assert len(house.workspace.store.reports.waiting(house.workspace.now())) == 1


def test_a_joke_is_dismissed_with_a_reason(staff: Page, house: House) -> None:
    send(house, "F3", "joker", words="哈哈")
    before = house.workspace.store.state()
    opened(staff, house, "F3")
    unfold(staff, "驳回")
    box = staff.get_by_role("textbox", name="为什么驳回（必填）")
    box.fill("玩笑")
    box.press("Tab")
    rest(staff)
    staff.get_by_role("button", name="驳回 1 份报告").click()
    expect(staff.get_by_text("已驳回 F3站 的报告。")).to_be_visible(timeout=WAIT_MS)
    newest = house.workspace.store.reports.handled()[0]
    assert (newest.outcome, newest.why, newest.handled_by) == ("dismissed", "玩笑", "某staff")
    assert house.workspace.store.state() == before


def test_the_second_of_two_is_told_and_keeps_what_was_typed(staff: Page, house: House) -> None:
    put(house, "F4", "open")
    send(house, "F4", "d")
    opened(staff, house, "F4")
    put(house, "F4", "removed")
    verify(staff, "开放", "打过电话")
    expect(staff.get_by_text("你打开之后，x改过这个驿站")).to_be_visible(timeout=WAIT_MS)
    assert value(house, "F4", "state") == "removed", "nothing was overwritten"
    expect(staff.get_by_role("textbox", name="怎么核实的（必填）")).to_have_value("打过电话")
    staff.get_by_role("button", name="改状态，办结").click()
    expect(staff.get_by_text("已办结：F4站 现为开放。")).to_be_visible(timeout=WAIT_MS)
    assert value(house, "F4", "state") == "open"


def test_what_came_after_is_not_handled_unseen(staff: Page, house: House) -> None:
    send(house, "F3", "e")
    opened(staff, house, "F3")
    send(house, "F3", "f", words="刚刚来的")
    verify(staff, "停用", "看过")
    expect(staff.get_by_text("已办结：F3站 现为停用。")).to_be_visible(timeout=WAIT_MS)
    (left,) = house.workspace.store.reports.waiting(house.workspace.now())
    assert [one.words for one in left.reports] == ["刚刚来的"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_can_be_handled_with_a_thumb(browser: Browser, house: House, lang: str) -> None:
    send(house, "F3", f"thumb {lang}", words="字" * 200)
    page, _ = open_page(browser, 360, 800, touch=True, cookies=house.cookies("staff"))
    page.goto(f"{house.address}/reports?station=F3&lang={lang}")
    page.locator(".st-key-reports summary").click(timeout=WAIT_MS)
    expect(page.locator(".st-key-reports input:visible")).to_have_count(2, timeout=WAIT_MS)
    page.wait_for_timeout(500)
    low = page.locator(TOUCH).evaluate_all(
        "all => all.map(e => [e.innerText || e.ariaLabel, e.getBoundingClientRect().height]).filter(([, h]) => h < 44)"
    )
    assert low == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.context.close()
