"""记一笔 on a phone: a visit entered with a thumb, the connection cut while typing, two tabs, signed out meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from geo.web.access import COOKIE
from tests.browser.app import open_page
from tests.browser.conftest import House

pytestmark = pytest.mark.browser
LOW = """() => [...document.querySelectorAll('button, input:not([type=hidden]), select, textarea, a, summary')]
  .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML)"""
SMALL = """() => [...document.querySelectorAll('main *')].filter((one) => one.offsetParent && one.innerText
  && parseFloat(getComputedStyle(one).fontSize) < 16).map((one) => one.outerHTML)"""
WIDE = "() => document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def phone(browser: Browser, house: House) -> Iterator[Page]:
    page, strangers = open_page(browser, 360, 740, touch=True, cookies=house.cookies("staff"))
    page.goto(f"{house.address}/m/ledger")
    yield page
    assert strangers == []
    page.context.close()


def entries(house: House) -> list[dict[str, object]]:
    return list(house.workspace.entries().to_dict("records"))


def drafts(page: Page) -> str:
    return str(page.evaluate("JSON.stringify(localStorage)"))


def test_entries_without_a_connection_are_each_kept_and_recorded_once(
    phone: Page, house: House, tmp_path: Path
) -> None:
    before = len(entries(house))
    phone.locator("[name=team]").select_option("1")
    phone.locator("[name=people]").fill("12")
    phone.locator("[name=enterprise_text]").fill("E3")
    phone.locator(".hits button").first.tap()
    Image.new("RGB", (3000, 2000), "red").save(tmp_path / "photo.jpg")
    phone.locator("[name=photos]").set_input_files(tmp_path / "photo.jpg")
    expect(phone.locator("#pictures img")).to_be_visible()
    phone.context.set_offline(True)
    phone.locator("[name=note]").fill("看了食堂")
    phone.locator("#save").tap()
    expect(phone.locator("#said")).to_contain_text("连不上，还没保存")
    phone.get_by_role("button", name="再记一笔").tap()  # of the same team and day, and nothing else
    expect(phone.locator("#unsent")).to_contain_text("未发送 1 条，点开接着填：走访")
    assert [phone.locator(f"[name={name}]").input_value() for name in ("team", "people", "enterprise")] == ["1", "", ""]
    phone.locator("[name=position]").select_option("P1")
    phone.locator("[name=note]").fill("第二笔")
    phone.locator("#save").tap()
    expect(phone.locator("#said")).to_contain_text("连不上，还没保存")
    phone.get_by_role("button", name="再记一笔").tap()
    phone.locator("[name=note]").fill("还没写完")
    expect(phone.locator("#unsent")).to_contain_text("未发送 2 条")
    assert (phone.evaluate(LOW), phone.evaluate(SMALL), phone.evaluate(WIDE)) == ([], [], 0)
    # Back online they are sent by themselves; what came of the first is lost on the way: it may not be recorded twice.
    sent: list[str] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        sent.append("POST")
        if len(sent) > 1:
            return route.continue_()
        route.fetch()
        return route.abort()

    phone.route("**/m/ledger", lose_the_first)
    with phone.expect_event("requestfailed"):
        phone.context.set_offline(False)
    assert len(entries(house)) == before + 1
    phone.reload()
    expect(phone.locator("#unsent")).to_contain_text("连上后补发了 1 条。 未发送 1 条")
    expect(phone.locator("[name=note]")).to_have_value("还没写完")
    assert (len(sent), len(entries(house))) == (2, before + 2)
    phone.locator("#unsent li button").first.tap()  # whose photo is not kept in the phone
    expect(phone.locator("#said")).to_contain_text("照片不在草稿里，请重选")
    expect(phone.locator("[name=note]")).to_have_value("看了食堂")
    expect(phone.locator("[name=enterprise]")).to_have_value("E3")
    phone.locator("[name=photos]").set_input_files(tmp_path / "photo.jpg")
    expect(phone.locator("#pictures img")).to_be_visible()
    phone.locator("#save").tap()
    expect(phone.get_by_role("heading", name="记好了")).to_be_visible()
    assert (len(sent), len(entries(house))) == (3, before + 2)
    expect(phone.get_by_role("link", name="还有 1 条没发送")).to_be_visible()
    expect(phone.locator("dl")).to_contain_text("E3公司")
    expect(phone.locator(".pictures img")).to_have_count(1)
    phone.wait_for_load_state()
    assert (phone.evaluate(LOW), phone.evaluate(SMALL), phone.evaluate(WIDE)) == ([], [], 0)
    phone.get_by_role("link", name="再记一笔").tap()
    expect(phone.locator("[name=team]")).to_have_value("1")
    expect(phone.locator("[name=people]")).to_have_value("")
    for words in ("去掉", "真的去掉"):
        phone.locator("#unsent").get_by_role("button", name=words, exact=True).tap()
    assert drafts(phone) == "{}"


def test_an_appeal_keeps_its_caller_out_of_the_draft_and_outlives_signing_out(phone: Page, house: House) -> None:
    phone.locator("[name=kind][value=appeal]").check()
    expect(phone.locator("[name=channel]")).to_be_hidden()
    phone.locator("[name=caller_name]").fill("王小五")
    phone.locator("[name=caller_number]").fill("13800138000")
    phone.locator("[name=note]").fill("欠薪三月")
    assert (phone.evaluate(LOW), phone.evaluate(SMALL), phone.evaluate(WIDE)) == ([], [], 0)
    kept = drafts(phone)
    assert ("欠薪三月" in kept, "王小五" in kept, "13800138000" in kept) == (True, False, False)
    phone.context.clear_cookies(name=COOKIE)
    phone.locator("#save").tap()
    expect(phone.locator("#said")).to_contain_text("登录已过期")
    phone.context.add_cookies(house.cookies("staff"))  # signed in again, in another tab
    phone.locator("#save").tap()
    expect(phone.locator(".fault")).to_have_count(3)
    phone.locator("[name=appeal_source]").select_option("12345")
    phone.locator("[name=appeal_type]").select_option("wages")
    phone.locator("[name=position]").select_option("P1")
    phone.goto(f"{house.address}/m/ledger?kind=visit&enterprise=E3")  # what is asked for comes first
    expect(phone.locator("[name=kind][value=visit]")).to_be_checked()
    expect(phone.locator("[name=enterprise]")).to_have_value("E3")
    phone.locator("#unsent li button").first.tap()
    expect(phone.locator("#said.wrong")).to_contain_text("来电人没有存在手机里，请重填")
    expect(phone.locator("[name=note]")).to_have_value("欠薪三月")
    phone.locator("[name=caller_name]").fill("王小五")
    phone.locator("#save").tap()
    expect(phone.locator("main")).to_contain_text("来电人已单独保存")
    assert "王小五" not in phone.content()
    before = len(entries(house))
    phone.go_back()  # not to the filled form under another id
    expect(phone.locator("[name=note]")).to_have_value("")
    assert (len(entries(house)), drafts(phone)) == (before, "{}")


def test_two_tabs_that_take_up_one_draft_record_it_once(phone: Page, house: House) -> None:
    before = len(entries(house))
    phone.locator("[name=position]").select_option("P1")
    phone.locator("[name=note]").fill("一")
    other = phone.context.new_page()
    other.goto(f"{house.address}/m/ledger")
    expect(other.locator("[name=note]")).to_have_value("一")
    phone.locator("#save").tap()
    expect(phone.get_by_role("heading", name="记好了")).to_be_visible()
    other.locator("[name=note]").fill("另一笔")
    other.locator("#save").tap()
    expect(other.locator("#said")).to_contain_text("这份草稿已经存成一笔")
    expect(other.locator("#theirs")).to_contain_text("一")
    assert len(entries(house)) == before + 1
    other.get_by_role("button", name="当作另一笔保存").tap()
    expect(other.get_by_role("heading", name="记好了")).to_be_visible()
    assert len(entries(house)) == before + 2


def test_a_place_is_tapped_on_the_map_and_two_who_correct_see_each_other(phone: Page, house: House) -> None:
    phone.locator("summary").tap()
    phone.locator("#tap").tap()
    box = phone.locator("#map")
    expect(box.locator("path").first).to_be_attached()
    expect(box).to_contain_text("甲原镇")
    box.scroll_into_view_if_needed()
    box.tap()
    expect(phone.locator("#placed")).to_have_text("已在图上点选")
    assert (phone.evaluate(LOW), phone.evaluate(WIDE)) == ([], 0)
    phone.locator("[name=people]").fill("3")
    phone.locator("#save").tap()
    expect(phone.locator("dl")).to_contain_text("图上点选")
    phone.get_by_role("link", name="更正这一笔").tap()
    expect(phone.locator("[name=why]")).to_be_visible()
    other = phone.context.new_page()
    other.goto(phone.url)
    for page, people in ((other, "15"), (phone, "14")):
        page.locator("[name=people]").fill(people)
        page.locator("[name=why]").fill("数错")
        page.locator("#save").tap()
        if page is other:
            expect(other.get_by_role("heading", name="记好了")).to_be_visible()
    expect(phone.locator("#said")).to_contain_text("刚改过这一笔，你的没有保存")
    expect(phone.locator("#theirs")).to_contain_text("15")
    expect(phone.locator("[name=people]")).to_have_value("14")
    phone.locator("#save").tap()
    expect(phone.locator("dl")).to_contain_text("14")
