"""找驿站 and the light page as a courier uses them: a phone, a touch, the nearest station, the next best one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from tests.browser.app import rest
from tests.browser.conftest import House

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
KB = 1024
WAIT_MS = 60_000
FAILING = """(code) => {
    navigator.geolocation.getCurrentPosition = (_, failed) => setTimeout(() => failed({code}), 10);
}"""

Open = Callable[..., Page]


@pytest.fixture
def open_phone(browser: Browser, house: House) -> Iterator[Open]:
    """A phone on a page; ``at``: where it says it is, without it the location is refused."""
    contexts: list[BrowserContext] = []

    def open_(path: str, at: tuple[float, float] | None = None, accuracy: float = 35, **how: Any) -> Page:
        place = {"longitude": at[0], "latitude": at[1], "accuracy": accuracy} if at else None
        context = browser.new_context(
            **{"viewport": PHONE, "has_touch": True, "is_mobile": True, "geolocation": place} | how,
            permissions=["geolocation"] if at else [],
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(house.address + path)
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def stations(house: House) -> dict[str, tuple[float, float]]:
    """Where the stations of the tiny world are: F1 in 甲原镇, F2 10 km east of it."""
    frame = house.workspace.district().facilities.set_index("id")
    return {name: (float(frame.loc[name, "lon"]), float(frame.loc[name, "lat"])) for name in ("F1", "F2")}


def settle(house: House) -> None:
    """Leaves no report behind: other tests use the same house."""
    store, now = house.workspace.store, house.workspace.now()
    ids = [report.id for one in store.reports.waiting(now) for report in one.reports]
    store.reports.handle(ids, by="test", at=now, outcome="dismissed", why="test")


def ready(page: Page) -> Page:
    """The page 找驿站, once it can be touched."""
    expect(page.get_by_role("button", name="用我的位置")).to_be_visible(timeout=WAIT_MS)
    return page


def listed(page: Page) -> list[str]:
    """The names of the stations in the list, once there is one."""
    expect(page.locator(".card h2.name").first).to_be_visible(timeout=WAIT_MS)
    return [
        name.removeprefix(str(number)) for number, name in enumerate(page.locator(".card h2.name").all_inner_texts(), 1)
    ]


def station_map(page: Page) -> Frame:
    """The map's frame, once the numbers are on it."""
    for _ in range(300):
        for frame in page.frames:
            if "streamlit_folium" in frame.url and frame.locator(".numbered").count():
                return frame
        page.wait_for_timeout(100)
    raise TimeoutError("no number came up on the map")


def test_one_touch_lists_the_nearest_first_and_numbers_the_map(
    open_phone: Open, stations: dict[str, tuple[float, float]]
) -> None:
    page = ready(open_phone("/nearest", at=stations["F2"]))
    page.get_by_role("button", name="用我的位置").tap()
    assert [name.strip() for name in listed(page)] == ["F2站", "F1站"]
    expect(page.get_by_text("离你现在的位置（误差约 35 米）")).to_be_visible()
    expect(page.locator(".card").first).to_contain_text("开放时间未知")
    numbers = station_map(page).locator(".numbered").all_inner_texts()
    assert sorted(numbers) == ["1", "2"]
    assert "116" not in page.url, "where somebody is goes into no address"


def test_the_browser_is_asked_only_when_touched(open_phone: Open) -> None:
    page = ready(open_phone("/nearest", at=(116.2, 39.6)))
    page.evaluate(
        """() => {
            window.asked = 0;
            const ask = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
            navigator.geolocation.getCurrentPosition = (...how) => { window.asked++; ask(...how); };
        }"""
    )
    page.wait_for_timeout(500)
    assert page.evaluate("window.asked") == 0
    page.get_by_role("button", name="用我的位置").tap()
    listed(page)
    assert page.evaluate("window.asked") == 1


@pytest.mark.parametrize("path", ["/nearest", "/m"])
def test_a_refusal_a_timeout_and_no_signal_are_told_apart(open_phone: Open, path: str) -> None:
    page = ready(open_phone(path))
    page.get_by_role("button", name="用我的位置").tap()
    expect(page.get_by_text("没有得到定位许可")).to_be_visible()
    for code, said in ((3, "10 秒内没有定到位置"), (2, "现在定不了位")):
        page.evaluate(FAILING, code)
        page.get_by_role("button", name="用我的位置").tap()
        expect(page.get_by_text(said)).to_be_visible()


def test_a_poor_location_is_drawn_and_said(open_phone: Open, stations: dict[str, tuple[float, float]]) -> None:
    page = ready(open_phone("/nearest", at=stations["F1"], accuracy=1500))
    page.get_by_role("button", name="用我的位置").tap()
    expect(page.get_by_text("定位不准")).to_be_visible(timeout=WAIT_MS)
    radius = station_map(page).evaluate(
        "() => Object.values(map._layers).find(l => l.getRadius && l.options.pane === 'gaps').getRadius()"
    )
    assert radius == 1500


def test_a_place_name_does_and_its_link_reopens_it(open_phone: Open, house: House) -> None:
    page = ready(open_phone("/nearest"))
    field = page.get_by_label("地名或坐标")
    field.fill("乙河")
    field.press("Enter")
    assert [name.strip() for name in listed(page)] == ["F2站", "F1站"]
    page.wait_for_url("**near=region*")
    again = open_phone(page.url.removeprefix(house.address))
    assert [name.strip() for name in listed(again)] == ["F2站", "F1站"]


def test_an_unknown_place_is_said_and_nothing_is_listed(open_phone: Open) -> None:
    page = ready(open_phone("/nearest"))
    field = page.get_by_label("地名或坐标")
    field.fill("不存在的地方")
    field.press("Enter")
    expect(page.get_by_text("没有找到“不存在的地方”")).to_be_visible(timeout=WAIT_MS)
    assert page.locator(".card").count() == 0


def test_pasted_coordinates_are_read_in_the_datum_chosen(
    open_phone: Open, stations: dict[str, tuple[float, float]]
) -> None:
    page = ready(open_phone("/nearest"))
    field = page.get_by_label("地名或坐标")
    field.fill("{:.6f},{:.6f}".format(*stations["F1"]))
    field.press("Enter")
    assert listed(page)[0].strip() == "F1站"
    near = page.locator(".far b").first
    expect(near).to_have_text("0")
    page.get_by_role("radio", name="高德/腾讯").tap()  # as GCJ-02 the same figures mean a place hundreds of metres off
    expect(near).not_to_have_text("0", timeout=WAIT_MS)
    assert 300 < float(near.inner_text()) < 700


def test_a_touch_on_the_map_says_where_one_is(open_phone: Open) -> None:
    page = ready(open_phone("/nearest"))
    frame = None
    for _ in range(300):
        frame = next((f for f in page.frames if "streamlit_folium" in f.url and f.evaluate("() => !!window.map")), None)
        if frame:
            break
        page.wait_for_timeout(100)
    assert frame
    page.wait_for_timeout(1500)
    frame.locator("#map_div").tap(position={"x": 180, "y": 200})
    listed(page)
    expect(page.get_by_text("离图上点的位置")).to_be_visible()


def test_a_report_is_one_touch_and_shows_the_next_best(
    open_phone: Open, house: House, stations: dict[str, tuple[float, float]]
) -> None:
    page = ready(open_phone("/nearest", at=stations["F1"]))
    page.get_by_role("button", name="用我的位置").tap()
    listed(page)
    page.locator("summary", has_text="报告").first.tap()
    page.get_by_role("button", name="开放时间内锁着门").first.tap()
    expect(page.get_by_text("已收到，谢谢")).to_be_visible(timeout=WAIT_MS)
    assert [name.strip() for name in listed(page)] == ["F2站"]
    now = house.workspace.now()
    (said,) = [one for one in house.workspace.store.reports.waiting(now) if one.facility == "F1"]
    assert [report.what for report in said.reports] == ["locked"]
    settle(house)


def test_the_light_page_finds_where_one_is_too(open_phone: Open, stations: dict[str, tuple[float, float]]) -> None:
    page = ready(open_phone("/m", at=stations["F2"]))
    page.get_by_role("button", name="用我的位置").tap()
    page.wait_for_url("**lon=*")
    assert [name.strip() for name in listed(page)] == ["F2站", "F1站"]


def test_the_light_page_needs_no_script(open_phone: Open, house: House) -> None:
    page = open_phone("/m", java_script_enabled=False)
    expect(page.get_by_role("button", name="用我的位置")).to_be_hidden()
    page.get_by_label("地名或坐标").fill("甲原")
    page.get_by_role("button", name="查找").click()
    assert [name.strip() for name in listed(page)] == ["F1站", "F2站"]
    page.locator("summary", has_text="报告").first.click()
    page.get_by_role("button", name="满了，没有位置").first.click()
    expect(page.get_by_text("已收到，谢谢")).to_be_visible()
    settle(house)


def test_the_light_page_is_one_small_request(open_phone: Open, house: House) -> None:
    page = open_phone("/m")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    loads: list[tuple[str, float]] = []
    urls: dict[str, str] = {}
    session.on("Network.requestWillBeSent", lambda said: urls.update({said["requestId"]: said["request"]["url"]}))
    session.on(
        "Network.loadingFinished",
        lambda said: loads.append((urls.get(said["requestId"], ""), said["encodedDataLength"])),
    )
    page.goto(f"{house.address}/m?place=甲原")
    page.wait_for_timeout(500)
    pages = [size for url, size in loads if "/m?" in url]
    assert len(pages) == 1
    assert pages[0] < 30 * KB
    assert all("/m?" in url or url.endswith(".svg") for url, _ in loads if url)


def test_the_light_page_works_by_keyboard_alone(open_phone: Open) -> None:
    page = open_phone("/m", has_touch=False, is_mobile=False)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "place":
            break
    page.keyboard.type("甲原")
    page.keyboard.press("Enter")
    listed(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.app || ''") == "amap":
            break
    assert "uri.amap.com" in page.evaluate("document.activeElement.href")


NEAR = "/nearest?near=region:110199001000"


def test_the_filters_of_the_page_are_part_of_the_question(open_phone: Open) -> None:
    page = open_phone(NEAR + "&amenity=water")
    expect(page.get_by_text("没有符合条件、现在开放的驿站")).to_be_visible(timeout=WAIT_MS)
    page = open_phone(NEAR + "&mode=walk")
    listed(page)
    expect(page.locator(".card").nth(1)).to_contain_text("步行约")
    assert [name.strip() for name in listed(open_phone(NEAR + "&help=mediation"))] == ["F4站"]
    page = open_phone(NEAR + "&at=2026-10-10T12:00")
    listed(page)
    expect(page.get_by_text("10月10日 12:00")).to_be_visible()


def test_one_of_several_places_of_a_name_can_be_chosen(open_phone: Open) -> None:
    page = ready(open_phone("/nearest"))
    field = page.get_by_label("地名或坐标")
    field.fill("东庄村")
    field.press("Enter")
    listed(page)
    expect(page.get_by_text("按甲原镇的中心算")).to_be_visible()
    page.get_by_role("radio", name="东庄村 · 丙山镇").tap()
    expect(page.get_by_text("按丙山镇的中心算")).to_be_visible(timeout=WAIT_MS)


def test_a_failed_search_leaves_no_other_places_answer(open_phone: Open) -> None:
    page = open_phone(NEAR)
    listed(page)
    field = page.get_by_label("地名或坐标")
    field.fill("不存在的地方")
    field.press("Enter")
    expect(page.get_by_text("没有找到“不存在的地方”")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".card")).to_have_count(0)


def test_over_a_shifted_base_map_the_numbers_are_shifted_and_a_touch_is_not(
    open_phone: Open, stations: dict[str, tuple[float, float]]
) -> None:
    """Amap's tiles are GCJ-02: the mark of F1 lies some 500 m from its WGS-84 point, and a touch on the mark's own spot
    says F1's point again.
    """
    page = open_phone(NEAR + "&basemap=amap", viewport={"width": 1280, "height": 900}, has_touch=False, is_mobile=False)
    frame = station_map(page)
    page.wait_for_timeout(1500)
    drawn = frame.evaluate(
        """() => Object.values(map._layers).filter(l => l.feature && l.feature.properties.number === 1)
            .map(l => [l.getLatLng().lng, l.getLatLng().lat])[0]"""
    )
    lon, lat = stations["F1"]
    away = ((drawn[0] - lon) * 85_700, (drawn[1] - lat) * 111_000)  # metres at 39.6 north
    assert 300 < (away[0] ** 2 + away[1] ** 2) ** 0.5 < 700
    frame.evaluate("([lon, lat]) => map.fire('click', {latlng: L.latLng(lat, lon)})", drawn)
    expect(page.get_by_text("离图上点的位置")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".far b").first).to_have_text("0", timeout=WAIT_MS)


@pytest.mark.parametrize("path", ["/nearest?near=region:110199001000", "/m?place=甲原"])
@pytest.mark.parametrize("width", [360, 195])  # 195: 390 px with the text at 200 %
def test_nothing_is_wider_than_the_screen(open_phone: Open, path: str, width: int) -> None:
    page = open_phone(path, viewport={"width": width, "height": 780})
    listed(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    boxes = page.locator(".card").evaluate_all("cards => cards.map(c => c.getBoundingClientRect().right)")
    assert max(boxes) <= width


@pytest.mark.parametrize("path", ["/nearest?near=region:110199001000", "/m?place=甲原"])
def test_no_touch_target_is_small(open_phone: Open, path: str) -> None:
    page = open_phone(path)
    listed(page)
    heights = page.locator(".card a.go, .card summary, .ask summary, .ask button").evaluate_all(
        "all => all.filter(e => e.offsetParent).map(e => e.getBoundingClientRect().height)"
    )
    assert min(heights) >= 44


@pytest.mark.parametrize("path", ["/nearest?near=region:110199001000", "/m?place=甲原", "/m"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_no_serious_fault(open_phone: Open, path: str, lang: str) -> None:
    page = open_phone(path + ("&" if "?" in path else "?") + f"lang={lang}")
    if "=" in path:
        listed(page)
    if path.startswith("/nearest"):
        rest(page)
    found = Axe().run(page).response["violations"]
    serious = [
        (one["id"], [node["html"][:160] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
