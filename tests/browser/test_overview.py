"""The service map as a planner uses it, in Chromium, with every host but this machine out of reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser.app import map_frame, open_page, rest, serve

pytestmark = pytest.mark.browser
PANGGEZHUANG, LIXIAN = "110115108000", "110115106000"
GAPS = """() => {
    const drawn = Object.values(map._layers).filter(l => l.feature && l.options.pane === 'gaps');
    const shapes = drawn.map(l => l.toGeoJSON().geometry);
    return [...JSON.stringify(shapes)].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 0);
}"""
REGION_PATHS = ".leaflet-regions-pane path"


@pytest.fixture
def desk(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    page, strangers = open_page(browser, 1440, 900)
    yield page, strangers
    page.context.close()


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def wait_for_query(page: Page, name: str, value: str | None) -> None:
    expected = None if value is None else [value]
    for _ in range(100):
        if query(page).get(name) == expected:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{name} is {query(page).get(name)}, not {expected}")


def wait_for_change(frame: Frame, script: str, before: object) -> object:
    for _ in range(200):
        now = frame.evaluate(script)
        if now != before:
            return now
        frame.wait_for_timeout(25)
    raise AssertionError("nothing changed")


def move_map(frame: Frame) -> None:
    """Move the map as a hand does, and leave a mark on it that a map made anew would not have."""
    frame.evaluate(
        """() => {
            map.getContainer().dispatchEvent(new PointerEvent('pointerdown'));
            map.mine = 1;
            map.setView([39.6, 116.4], 12, {animate: false});
        }"""
    )


def click_region(page: Page, frame: Frame, code: str) -> None:
    """Click the region at a spot that shows no other mark."""
    before = None
    while before != (before := frame.evaluate("() => map.getSize().toString() + map.getCenter() + map.getZoom()")):
        frame.wait_for_timeout(300)  # until the map has found its size
    spot = frame.evaluate(
        """(code) => {
            const layers = Object.values(map._layers);
            const found = layers.find(l => l.feature && l.feature.properties.code === code && l.getBounds);
            const box = found.getElement().getBoundingClientRect();
            for (let i = 1; i < 40; i++) for (let j = 1; j < 40; j++) {
                const x = box.left + box.width * i / 40, y = box.top + box.height * j / 40;
                if (document.elementFromPoint(x, y) === found.getElement()) return [x, y];
            }
        }""",
        code,
    )
    box = page.locator(".st-key-map iframe").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + spot[0], box["y"] + spot[1])


def test_the_map_comes_up_and_asks_no_other_host(desk: tuple[Page, list[str]], address: str) -> None:
    page, strangers = desk
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    frame = map_frame(page)
    assert frame.locator(REGION_PATHS).count() == 22
    assert frame.locator(".leaflet-gaps-pane path").count() > 0
    assert frame.locator(".region-name").count() == 22
    for mark in ("rest_station", "rest_station-synthetic", "mediation_kiosk", "mediation_workstation", "position"):
        assert frame.locator(f".leaflet-points-pane use[href='#{mark}']").count() > 0, mark
    expect(frame.locator(".legend")).to_contain_text("图例")
    expect(frame.locator(".notice")).to_contain_text("示意边界")
    assert page.locator("tbody tr").count() == 23, "22 regions, those of no region"
    assert (strangers, errors) == ([], [])


def test_reach_changes_map_and_table_and_neither_map_nor_view_is_lost(
    desk: tuple[Page, list[str]], address: str
) -> None:
    page, _ = desk
    page.goto(address)
    frame = map_frame(page)
    move_map(frame)
    before, table = frame.evaluate(GAPS), page.locator("tbody").inner_text()
    page.locator("input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    wait_for_change(frame, GAPS, before)
    wait_for_query(page, "reach", "1250")
    expect(page.locator("tbody")).not_to_have_text(table)
    assert frame.evaluate("() => [window.map.mine, map.getZoom(), map.getCenter().lat.toFixed(3)]") == [1, 12, "39.600"]


def test_panning_and_zooming_rerun_nothing(desk: tuple[Page, list[str]], address: str) -> None:
    page, _ = desk
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto(address)
    frame = map_frame(page)
    rest(page)
    page.wait_for_timeout(500)  # the map may still say of itself where it is
    quiet = len(sent)
    frame.evaluate("() => map.panBy([120, 60], {animate: false})")
    frame.evaluate("() => map.zoomIn(1, {animate: false})")
    page.wait_for_timeout(1200)
    assert len(sent) == quiet


def test_a_region_is_chosen_on_the_map_in_the_table_and_in_the_list(desk: tuple[Page, list[str]], address: str) -> None:
    page, _ = desk
    page.goto(address)
    frame = map_frame(page)
    outline = "() => document.querySelectorAll('.leaflet-lines-pane path').length"
    assert frame.evaluate(outline) == 0

    click_region(page, frame, PANGGEZHUANG)
    wait_for_query(page, "region", PANGGEZHUANG)
    expect(page.locator("tr.selected")).to_contain_text("庞各庄镇")
    expect(page.locator(".st-key-detail")).to_contain_text("庞各庄镇")
    wait_for_change(frame, outline, 0)

    page.locator(f"button[data-code='{LIXIAN}']").click()
    wait_for_query(page, "region", LIXIAN)
    expect(page.locator("tr.selected")).to_contain_text("礼贤镇")
    expect(
        page.get_by_role("combobox", name=re.compile("镇街")).or_(page.locator("input[value='礼贤镇']")).first
    ).to_be_visible()

    click_region(page, frame, PANGGEZHUANG)
    wait_for_query(page, "region", PANGGEZHUANG)
    rest(page)
    click_region(page, frame, PANGGEZHUANG)
    wait_for_query(page, "region", None)
    expect(page.locator("tr.selected")).to_have_count(0)


def test_the_table_is_worked_with_the_keyboard(desk: tuple[Page, list[str]], address: str) -> None:
    page, _ = desk
    page.goto(address)
    map_frame(page)
    page.locator(f"button[data-code='{LIXIAN}']").focus()
    page.keyboard.press("Enter")
    wait_for_query(page, "region", LIXIAN)
    expect(page.locator(f"button[data-code='{LIXIAN}']")).to_have_attribute("aria-pressed", "true")


def test_a_copied_link_reopens_the_same_view_right_after_a_restart(browser: Browser, address: str) -> None:
    page, _ = open_page(browser, 1440, 900)
    page.goto(address)
    frame = map_frame(page)
    page.get_by_role("radio", name="建会盲区").or_(page.get_by_role("button", name="建会盲区")).first.click()
    wait_for_query(page, "lens", "union")
    page.locator("input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    wait_for_query(page, "reach", "1250")
    page.locator(f"button[data-code='{LIXIAN}']").click()
    wait_for_query(page, "region", LIXIAN)
    rest(page)
    table, gaps = page.locator("tbody").inner_text(), frame.evaluate(GAPS)
    link = urlsplit(page.url)
    page.context.close()
    with serve() as again:
        page, _ = open_page(browser, 1440, 900)
        page.goto(f"{again}{link.path}?{link.query}")
        frame = map_frame(page)
        expect(page.locator("tr.selected")).to_contain_text("礼贤镇")
        rest(page)
        assert page.locator("tbody").inner_text() == table
        assert frame.evaluate(GAPS) == gaps
        assert page.locator("[data-testid=stSidebarNav], .stSidebarNav").count() > 0, "opened with its frame"
        page.context.close()


def test_a_link_with_nonsense_opens_the_plain_view(desk: tuple[Page, list[str]], address: str) -> None:
    page, _ = desk
    page.goto(address + "/?lens=x&reach=-5&kinds=castle&region=%3Cscript%3E&measure=&layers=q&basemap=evil&lang=xx")
    frame = map_frame(page)
    assert frame.locator(REGION_PATHS).count() == 22
    expect(page.locator("tr.selected")).to_have_count(0)


def test_english_is_complete_and_keeps_the_view(desk: tuple[Page, list[str]], address: str) -> None:
    page, _ = desk
    page.goto(f"{address}/?region={LIXIAN}&reach=2000")
    map_frame(page)
    page.get_by_text("English", exact=True).click()
    wait_for_query(page, "lang", "en")
    expect(page.locator(".st-key-detail")).to_contain_text("Lixian Town")
    assert query(page)["reach"] == ["2000"]
    rest(page)  # what stands lowest in the panel is drawn last
    panel = page.locator(".st-key-panel").inner_text()
    assert not re.search(r"[\u4e00-\u9fff]", panel.replace("示例", "")), panel


def test_nothing_of_the_framework_shows(desk: tuple[Page, list[str]], address: str) -> None:
    page, _ = desk
    page.goto(address)
    map_frame(page)
    text = page.locator("body").inner_text()
    for word in ("Deploy", "Made with Streamlit", "Choose an option", "Traceback"):
        assert word not in text


@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390), (360, 740)])
def test_on_a_phone_the_page_fits_and_works(browser: Browser, address: str, width: int, height: int) -> None:
    page, strangers = open_page(browser, width, height, touch=True)
    page.goto(f"{address}/?region={PANGGEZHUANG}")
    frame = map_frame(page)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), "no sideways scrolling"
    assert frame.locator(REGION_PATHS).count() == 22
    page.locator("tr.selected").scroll_into_view_if_needed()
    if width < 640:
        box = page.locator("tr.selected button").bounding_box()
        assert box is not None
        assert box["height"] >= 44
    assert strangers == []
    page.context.close()


def test_the_about_page_names_sources_and_contradictions(desk: tuple[Page, list[str]], address: str) -> None:
    page, strangers = desk
    page.goto(address + "/about")
    expect(page.get_by_role("heading", name="数据说明")).to_be_visible(timeout=30_000)
    body = page.locator("body")
    expect(body).to_contain_text("示意边界")
    page.get_by_role("tab", name="出入与含糊").click()
    expect(body).to_contain_text("全国首个")
    page.get_by_role("tab", name="文件与来源").click()
    expect(body).to_contain_text("regions.geojson")
    assert strangers == []


def test_without_demonstration_the_map_says_what_is_missing(browser: Browser) -> None:
    with serve(GONGTU_DEMO="0") as plain:
        page, _ = open_page(browser, 1440, 900)
        page.goto(plain)
        frame = map_frame(page)
        assert frame.locator(REGION_PATHS).count() == 22
        expect(page.locator("body")).to_contain_text("还没有企业登记册")
        assert frame.locator("use[href$='-synthetic']").count() == 0
        expect(frame.locator(".legend")).to_contain_text("没有可计算的企业")
        page.context.close()


def test_a_faulty_pack_is_explained_without_a_stack_trace(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = tmp_path_factory.mktemp("pack")
    with serve(GONGTU_PACK=str(empty)) as broken:
        page, _ = open_page(browser, 1440, 900)
        page.goto(broken)
        expect(page.locator("body")).to_contain_text("regions.csv：缺这个文件", timeout=30_000)
        expect(page.locator("body")).to_contain_text("数据包有")
        expect(page.locator("body")).to_contain_text("python -m geo doctor")
        expect(page.get_by_label("收起侧栏")).to_have_count(1)  # what Streamlit says itself, in Chinese
        assert "Traceback" not in page.locator("body").inner_text()
        page.context.close()


def test_language_and_view_go_along_from_page_to_page(desk: tuple[Page, list[str]], address: str) -> None:
    page, _ = desk
    page.goto(f"{address}/?lang=en&region={LIXIAN}&reach=2000")
    map_frame(page)
    page.get_by_role("link", name="About the data").click()
    expect(page.get_by_role("heading", name="About the data")).to_be_visible(timeout=30_000)
    wait_for_query(page, "lang", "en")
    page.get_by_role("link", name="Service map").click()
    map_frame(page)
    wait_for_query(page, "region", LIXIAN)
    wait_for_query(page, "reach", "2000")
    expect(page.locator(".st-key-detail")).to_contain_text("Lixian Town")


def test_a_base_map_out_of_reach_keeps_the_view_and_shifts_what_is_drawn_over_it(
    desk: tuple[Page, list[str]], address: str
) -> None:
    page, strangers = desk
    page.goto(address)
    frame = map_frame(page)
    kiosk = """() => {
        const marks = Object.values(map._layers).filter(l => l.feature && l.feature.properties.mark);
        const found = marks.find(l => l.feature.properties.mark === 'mediation_kiosk');
        return found && [found.getLatLng().lng, found.getLatLng().lat];
    }"""
    before = frame.evaluate(kiosk)
    move_map(frame)
    page.get_by_role("button", name="更多").click()
    page.locator("[data-testid=stPopoverBody] .stSelectbox").click()
    page.get_by_role("option", name="高德地图").click()
    wait_for_query(page, "basemap", "amap")
    after = wait_for_change(frame, kiosk, before)
    assert isinstance(before, list)
    assert isinstance(after, list)
    shift_m = ((after[0] - before[0]) * 85_700, (after[1] - before[1]) * 111_000)
    assert 300 < (shift_m[0] ** 2 + shift_m[1] ** 2) ** 0.5 < 700, "GCJ-02 lies that far off in Beijing"
    assert frame.evaluate("() => [map.mine, map.getZoom(), map.getCenter().lat.toFixed(3)]") == [1, 12, "39.600"]
    assert any("autonavi" in stranger for stranger in strangers), "asked for only now"


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_fits_its_panel(browser: Browser, address: str, width: int, height: int, language: str) -> None:
    page, _ = open_page(browser, width, height, touch=width < 640)
    page.goto(f"{address}/?lang={language}")
    map_frame(page)
    page.wait_for_selector("tbody tr")
    inside, room = page.locator(".scroll").evaluate("(table) => [table.scrollWidth, table.clientWidth]")
    assert inside <= room
    page.context.close()
