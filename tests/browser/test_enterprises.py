"""建会 in Chromium: one enterprise moved by two people, its union founded on a phone, many moved after a preview."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from geo.storage import Change
from tests.browser.app import open_page, rest, unfold
from tests.browser.conftest import House

pytestmark = pytest.mark.browser
MADE = {"X1": "willing", "X2": "none", "X3": "contacted"}


@pytest.fixture
def three(house: House) -> Iterator[House]:
    """X1, X2 and X3 on their way, of nobody else's concern."""
    store, now = house.workspace.store, house.workspace.now()
    said = {"region": "甲原镇", "standing": "imported", "source": "test", "as_of": "2025", "workers": 9}
    said |= dict.fromkeys(("status_on", "union_form", "union_id", "members", "established_on"))
    made = [
        Change(
            "enterprises",
            id_,
            {**said, "name": f"测试{id_}公司", "union_status": status},
            old.version if (old := store.get("enterprises", id_)) else 0,
            retired="" if old else None,
        )
        for id_, status in MADE.items()
    ]
    store.commit(made, by="test", at=now, why="测试")
    yield house
    frame = store.read("enterprises").set_index("id")
    gone = [Change("enterprises", id_, {}, int(frame.loc[id_, "version"]), retired="测试") for id_ in MADE]
    store.commit(gone, by="test", at=now, why="测试")


def show(browser: Browser, house: House, role: str, query: str, size: tuple[int, int] = (1440, 900)) -> Page:
    page, _ = open_page(browser, *size, cookies=house.cookies(role), touch=size[0] < 900)
    page.goto(f"{house.address}/enterprises?{query}")
    return page


def choose(page: Page, to: str, note: str) -> Locator:
    """Writes a move down, without making it; the button that does."""
    page.get_by_role("radio", name=to, exact=True).click()
    go = page.get_by_role("button", name=f"改为“{to}”")
    expect(go).to_be_visible()
    page.get_by_role("textbox", name="说明").first.fill(note)
    page.get_by_role("textbox", name="说明").first.press("Tab")
    rest(page)
    return go


def test_of_two_people_the_second_learns_who_was_first(browser: Browser, three: House) -> None:
    first, second = (show(browser, three, role, "id=X1") for role in ("staff", "leader"))
    for page in (first, second):
        expect(page.get_by_text("按一般做法，下一步：帮助备齐建会材料")).to_be_visible()
    late = choose(second, "暂不建会", "老板不愿意")
    choose(first, "备材料", "材料已交").click()
    expect(first.get_by_text("推进：有意向 → 备材料")).to_be_visible()
    expect(first.get_by_text("材料已交")).to_be_visible()
    late.click()
    told = "某staff 先动了“测试X1公司”，现在是“备材料”"
    expect(second.get_by_test_id("stAlert").filter(has_text=told)).to_be_visible()
    record = three.workspace.store.get("enterprises", "X1")
    assert record is not None
    assert record.values["union_status"] == "preparing"
    phone = show(browser, three, "staff", "q=测试X1", (390, 844))
    expect(phone.get_by_test_id("stDataFrame")).to_be_hidden()
    phone.get_by_role("button", name="测试X1公司 导入 备材料 甲原镇").click()
    phone.get_by_role("radio", name="已建会", exact=True).click()
    phone.get_by_role("radio", name="联合覆盖", exact=True).click()
    phone.get_by_role("combobox", name="联合工会").click()
    phone.get_by_role("option", name="新成立一个联合工会").click()
    phone.get_by_label("会员人数").fill("12")
    phone.get_by_label("会员人数").press("Tab")
    rest(phone)
    phone.get_by_role("button", name="改为“已建会”").click()
    expect(phone.get_by_text("会员数多于登记的职工数 9，请核对")).to_be_visible()
    expect(phone.get_by_text("这个联合工会覆盖 1 家企业，是一个工会")).to_be_visible()
    record = three.workspace.store.get("enterprises", "X1")
    assert record is not None
    assert (record.values["union_id"], record.values["members"]) == ("U-X1", 12)
    for page in (first, second, phone):
        page.context.close()


def test_many_are_looked_at_before_they_are_moved(browser: Browser, three: House) -> None:
    page = show(browser, three, "staff", "q=测试X")
    expect(page.get_by_text("3 家企业，其中已建会 0 家")).to_be_visible()
    unfold(page, "成批推进这 3 家")
    page.get_by_role("combobox", name="改为").click()
    page.get_by_role("option", name="已沟通").click()
    rest(page)
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text("推进 1 · 不能这样推进 1 · 已是 1")).to_be_visible()
    page.get_by_role("button", name="把 1 家改为“已沟通”").click()
    expect(page.get_by_text("1 家已改为“已沟通”")).to_be_visible()
    found = three.workspace.store.read("enterprises").set_index("id")["union_status"]
    assert found[list(MADE)].to_dict() == {"X1": "willing", "X2": "contacted", "X3": "contacted"}
    page.context.close()
