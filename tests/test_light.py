"""The light page: one small answer that needs no script, no cookie and no other request, whatever it is asked."""

from __future__ import annotations

import gzip
import hashlib
import html
import random
import re
import warnings
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from clock import Clock
from starlette.applications import Starlette

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from httpx import Response
    from starlette.testclient import TestClient

from geo.settings import read_settings
from geo.storage import Change
from geo.web.routes import routes
from geo.workspace import Workspace

KB = 1024
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Mobile MicroMessenger/8.0.49"


@pytest.fixture(scope="module")
def phone(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The page on a store that nobody writes to."""
    settings = read_settings({"GONGTU_PACK": str(tiny), "GONGTU_VAR": str(tmp_path_factory.mktemp("var"))})
    made = Workspace(settings, clock=Clock())
    with TestClient(Starlette(routes=routes(made)), follow_redirects=False) as client:
        yield client
    made.store.close()


@pytest.fixture
def own(workspace: Workspace) -> Iterator[TestClient]:
    """The page on a store of the test's own."""
    with TestClient(Starlette(routes=routes(workspace)), follow_redirects=False) as client:
        yield client


@pytest.fixture
def change(workspace: Workspace) -> Callable[..., None]:
    """Changes a facility of the tiny world."""

    def do(facility: str, **values: object) -> None:
        workspace.district()
        found = workspace.store.get("facilities", facility)
        assert found
        changed = Change("facilities", facility, values, found.version)
        workspace.store.commit([changed], by="test", at=workspace.now(), why="")

    return do


def names(answer: Response) -> list[str]:
    """The names of the stations listed, in their order."""
    cards = re.findall(r'<h2 class="name"><span[^>]*>\d+</span>(.*?)</h2>', answer.text)
    return [html.unescape(name) for name in cards]


def words(answer: Response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


def test_a_town_by_its_name_lists_the_nearest_station_first(phone: TestClient) -> None:
    answer = phone.get("/m", params={"place": "甲原"})
    assert answer.status_code == 200
    assert names(answer) == ["F1站", "F2站"]
    assert "还有 1 处因停用、撤除或未建成未列出" in words(answer)  # F3, 20 km away
    assert "还有 1 处因位置不详未列出" in words(answer)  # F5


def test_the_whole_answer_is_small_and_stands_alone(phone: TestClient) -> None:
    answer = phone.get("/m", params={"place": "甲原"}, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(answer.content)) < 30 * KB
    loads = re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)=\"([^\"]*)\"", answer.text)
    assert loads == ["/assets/web/icon.svg"]  # what the tab shows, which nothing waits for
    assert "set-cookie" not in answer.headers


def test_the_style_and_the_script_are_the_ones_the_browser_is_told_to_trust(phone: TestClient) -> None:
    answer = phone.get("/m")
    policy = answer.headers["content-security-policy"]
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        assert f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert "unsafe" not in policy
    assert " style=" not in answer.text


def test_without_a_question_it_offers_the_towns(phone: TestClient) -> None:
    answer = phone.get("/m")
    assert answer.status_code == 200
    assert re.findall(r'<a href="/m\?region=(\d+)">(.*?)</a>', answer.text) == [
        ("110199001000", "甲原镇"),
        ("110199002000", "乙河街道"),
        ("110199003000", "丙山镇"),
    ]
    assert names(phone.get("/m", params={"region": "110199002000"})) == ["F2站", "F1站"]


def test_a_closed_station_is_left_out_said_and_shown_with_when_it_opens(
    own: TestClient, change: Callable[..., None]
) -> None:
    change("F1", opening_hours="14:00-20:00")  # it is noon on 2025-10-20
    answer = own.get("/m", params={"place": "甲原"})
    assert names(answer) == ["F2站", "F1站"]  # the second under its own heading
    assert "还有 1 处因已关门未列出" in words(answer)
    assert "已关门 · 14:00 开门" in words(answer)
    later = own.get("/m", params={"place": "甲原", "at": "2025-10-20T14:00"})
    assert names(later) == ["F1站", "F2站"]
    assert "营业中 · 20:00 关门" in words(later)


def test_every_closed_station_is_still_an_answer(own: TestClient, change: Callable[..., None]) -> None:
    for facility in ("F1", "F2"):
        change(facility, opening_hours="14:00-20:00")
    answer = own.get("/m", params={"place": "甲原"})
    assert "没有符合条件、现在开放的驿站" in words(answer)
    assert re.search(r"<details class=\"closed\" open>", answer.text)
    assert names(answer) == ["F1站", "F2站"]


def test_coordinates_and_a_location_do_as_well(own: TestClient, workspace: Workspace) -> None:
    second = workspace.district().facilities.set_index("id").loc["F2"]
    there = {"lon": f"{second['lon']:.5f}", "lat": f"{second['lat']:.5f}"}
    assert names(own.get("/m", params={**there, "accuracy": "35"})) == ["F2站", "F1站"]
    assert names(own.get("/m", params={"place": f"{there['lat']}, {there['lon']}"})) == ["F2站", "F1站"]


def test_a_rough_location_is_said_to_be_rough(phone: TestClient) -> None:
    rough = phone.get("/m", params={"lon": "116.2", "lat": "39.6", "accuracy": "1500"})
    fine = phone.get("/m", params={"lon": "116.2", "lat": "39.6", "accuracy": "35"})
    assert "定位不准" in words(rough)
    assert "1.5 千米" in words(rough)
    assert "定位不准" not in words(fine)


def test_a_poster_leads_to_its_station_first(phone: TestClient) -> None:
    answer = phone.get("/m", params={"station": "F2"})
    assert names(answer) == ["F2站", "F1站"]
    gone = phone.get("/m", params={"station": "F9"})
    assert gone.status_code == 404
    assert "没有这个驿站" in words(gone)


def test_the_poster_of_a_station_that_is_out_of_service_says_so(phone: TestClient) -> None:
    answer = phone.get("/m", params={"station": "F3"})
    assert names(answer)[0] == "F3站"
    assert "不在服务（停用）" in words(answer)
    assert "营业中" not in words(answer)


def test_other_places_of_a_name_are_offered(phone: TestClient) -> None:
    answer = phone.get("/m", params={"place": "东庄村"})
    first, second = "village:110199001202", "village:110199003201"
    assert [first, second].count(re.findall(r"pick=(village%3A\d+)", answer.text)[0].replace("%3A", ":")) == 1
    other = phone.get("/m", params={"place": "东庄村", "pick": second})
    assert names(other)[0] == "F2站"  # from 丙山镇


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"place": "不存在的地方"}, 404, "没有找到“不存在的地方”"),
        ({"lon": "x", "lat": "39"}, 422, "看不懂网址里 lon 的值“x”"),
        ({"lon": "nan", "lat": "39"}, 422, "看不懂网址里 lon 的值“nan”"),
        ({"lon": "181", "lat": "39"}, 422, "看不懂网址里 lon 的值“181”"),
        ({"lon": "116"}, 422, "看不懂网址里 lat 的值“”"),
        ({"place": "甲原", "at": "昨天"}, 422, "看不懂时间“昨天”"),
        ({"place": "甲原", "help": "x"}, 422, "看不懂网址里 help 的值“x”"),
        ({"place": "甲原", "amenity": "bar"}, 422, "看不懂网址里 amenity 的值“bar”"),
        ({"region": "999"}, 404, "没有这个镇街"),
    ],
)
def test_what_cannot_be_understood_is_said(phone: TestClient, asked: dict[str, str], status: int, said: str) -> None:
    answer = phone.get("/m", params=asked)
    assert answer.status_code == status
    assert said in words(answer)
    assert 'role="alert"' in answer.text


def test_english_is_complete_and_one_touch_away(phone: TestClient) -> None:
    answer = phone.get("/m", params={"place": "甲原", "amenity": "wifi", "lang": "zh"})
    (other,) = re.findall(r'<a href="([^"]*)" lang="en"', answer.text)
    english = phone.get(f"/m{html.unescape(other)}")
    assert '<html lang="en">' in english.text
    chinese = re.sub(r"<(style|script).*?</\1>", "", english.text, flags=re.DOTALL)
    kept = re.findall(r"[\u4e00-\u9fff]+", re.sub(r"<[^>]+>", " ", chinese))
    assert set(kept) <= {"工", "图", "工图", "中文", "站", "甲原镇", "甲原"}, (
        "names of records, brand, the other language"
    )


def test_inside_wechat_it_says_to_open_the_browser(phone: TestClient) -> None:
    assert "在浏览器打开" in words(phone.get("/m", params={"place": "甲原"}, headers={"User-Agent": WECHAT}))
    assert "在浏览器打开" not in words(phone.get("/m", params={"place": "甲原"}))


def test_a_value_of_a_record_is_never_markup(own: TestClient, change: Callable[..., None]) -> None:
    change("F1", name='<b onclick="x">"站"</b>', address="<script>alert(1)</script>")
    answer = own.get("/m", params={"place": "甲原"})
    assert "<script>alert" not in answer.text
    assert "<b onclick" not in answer.text
    assert names(answer)[0] == '<b onclick="x">"站"</b>'


def test_a_place_typed_on_a_posters_page_leaves_the_posters_station(phone: TestClient) -> None:
    """The form carries the station along; who types a place is no longer at that door."""
    assert names(phone.get("/m", params={"place": "甲原", "station": "F2"})) == ["F1站", "F2站"]


def test_no_accuracy_is_too_large_for_words(phone: TestClient) -> None:
    answer = phone.get("/m", params={"lon": "116.2", "lat": "39.6", "accuracy": "9" * 400})
    assert "误差约 1,000 千米" in words(answer)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_links_of_a_page_ask_the_same_of_another_place(phone: TestClient, lang: str) -> None:
    asked = {"amenity": "water", "mode": "walk", "help": "reading", "all": "1", "at": "2026-11-23T12:00"}
    answer = phone.get("/m", params={"place": "东庄村", **asked, "lang": lang})
    links = [html.unescape(link) for link in re.findall(r'<a href="(/m\?[^"]*)"', answer.text)]
    told = [{name: value[-1] for name, value in parse_qs(urlsplit(link).query).items()} for link in links]
    expected = asked | ({"lang": "en"} if lang == "en" else {})
    assert [{**one, "region": ""} for one in told if "region" in one] == [{**expected, "region": ""}] * 3
    (other,) = [one for one in told if "pick" in one]
    assert other == {**expected, "place": "东庄村", "pick": other["pick"]}


@pytest.mark.parametrize(("metres", "rough"), [("500", False), ("501", True)])
def test_from_where_on_a_location_is_rough(phone: TestClient, metres: str, rough: bool) -> None:
    answer = phone.get("/m", params={"lon": "116.2", "lat": "39.6", "accuracy": metres})
    assert ("定位不准" in words(answer)) == rough


def test_only_where_all_are_invented_it_says_that_all_are(own: TestClient, change: Callable[..., None]) -> None:
    change("F1", standing="synthetic")
    assert "下面都是示例驿站" not in words(own.get("/m", params={"place": "甲原"}))
    change("F2", standing="synthetic")
    assert "下面都是示例驿站" in words(own.get("/m", params={"place": "甲原"}))


def test_where_it_starts_is_named_in_the_readers_language(phone: TestClient) -> None:
    assert "From Jiayuan Town" in words(phone.get("/m", params={"place": "甲原", "lang": "en"}))


def test_a_village_is_said_to_stand_at_its_towns_middle(phone: TestClient) -> None:
    answer = phone.get("/m", params={"place": "柳树村"})
    assert "离柳树村（位置不详，按甲原镇的中心算）" in words(answer)


def test_the_numbers_go_on_from_the_posters_station_to_the_closed_ones(
    own: TestClient, change: Callable[..., None]
) -> None:
    change("F1", opening_hours="14:00-20:00")  # it is noon
    change("F5", lon=116.3, lat=39.6)
    answer = own.get("/m", params={"station": "F2"})
    assert names(answer) == ["F2站", "F5站", "F1站"]
    assert re.findall(r'<span class="number"[^>]*>(\d+)</span>', answer.text) == ["1", "2", "3"]


def test_what_somebody_looks_for_decides_the_kinds(own: TestClient, change: Callable[..., None]) -> None:
    """F4, a mediation kiosk on trial, is the only one that mediates; a home of workers is for rest."""
    assert names(own.get("/m", params={"place": "甲原", "help": "mediation"})) == ["F4站"]
    change("F4", kind="workers_home")
    assert names(own.get("/m", params={"place": "甲原"})) == ["F1站", "F2站", "F4站"]
    change("F4", kind="reading_room")
    assert names(own.get("/m", params={"place": "甲原", "help": "reading"})) == ["F4站"]


@pytest.mark.parametrize(("at", "said"), [("2027-10-05T12:00", True), ("2026-10-05T12:00", False)])
def test_a_year_without_its_holidays_is_said(phone: TestClient, at: str, said: bool) -> None:
    """The tiny world's table is of 2026."""
    assert ("数据里没有 2027 年的放假安排" in words(phone.get("/m", params={"place": "甲原", "at": at}))) == said


def test_a_form_with_too_many_fields_is_refused(own: TestClient) -> None:
    assert send(own, facility="F1", **{f"a{number}": "1" for number in range(30)}).status_code == 403


def test_pasted_coordinates_may_be_of_another_datum(phone: TestClient) -> None:
    """The same figures as GCJ-02 are a place some 500 m off; the page offers both other readings."""
    answer = phone.get("/m", params={"place": "116.3, 39.6"})
    links = [html.unescape(link) for link in re.findall(r'<a href="(/m\?[^"]*datum=[^"]*)"', answer.text)]
    assert [parse_qs(urlsplit(link).query)["datum"] for link in links] == [["wgs84"], ["gcj02"], ["bd09"]]
    far = [float(re.findall(r"<b>([\d.]+)</b>", phone.get(link).text)[0]) for link in links]
    assert 0.2 < abs(far[0] - far[1]) < 0.8  # kilometres
    assert far[1] != far[2]


# Reports


def send(phone: TestClient, **form: str) -> Response:
    """A report as the page sends it, and where that leads."""
    origin = {"Origin": "http://testserver"}
    return phone.post("/m/report", data={"what": "locked", **form}, headers=origin, follow_redirects=True)


def test_a_report_is_thanked_for_with_the_next_best_station(own: TestClient, workspace: Workspace) -> None:
    answer = send(own, facility="F1", words="门口贴了搬迁通知", back="place=甲原")
    assert answer.status_code == 200
    assert answer.request.method == "GET", "to load it again sends nothing again"
    assert "已收到，谢谢" in words(answer)
    assert names(answer) == ["F2站"]
    (waiting,) = workspace.store.reports.waiting(workspace.now())
    assert [(one.what, one.words) for one in waiting.reports] == [("locked", "门口贴了搬迁通知")]


def test_nobody_is_sent_back_to_a_door_they_reported(own: TestClient) -> None:
    first = send(own, facility="F1", back="place=甲原&mode=walk&help=rest&amenity=")
    (back,) = set(re.findall(r'name="back" value="([^"]*)"', first.text))
    assert parse_qs(html.unescape(back)) == {"place": ["甲原"], "mode": ["walk"], "reported": ["F1"]}
    second = send(own, facility="F2", back=html.unescape(back))
    assert names(second) == []
    assert "你报告过的 2 处不再列出" in words(second)


def test_a_report_keeps_the_question(own: TestClient, change: Callable[..., None]) -> None:
    change("F2", amenities="wifi=yes")
    answer = send(own, facility="F1", back="place=甲原&amenity=wifi&at=2025-10-20T13:00")
    assert names(answer) == ["F2站"]
    assert re.findall(r'value="wifi" checked', answer.text)
    assert "10月20日 13:00" in words(answer)
    lost = send(own, facility="F2", back="place=甲原&amenity=toilet")
    assert names(lost) == []


def test_an_address_that_only_takes_reports_leads_to_the_page(phone: TestClient) -> None:
    answer = phone.get("/m/report?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/m?lang=en")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"facility": "F9"}, 404),
        ({"facility": "F1", "what": "x"}, 422),
        ({"facility": "F1", "words": "长" * 201}, 422),
        ({}, 404),
    ],
)
def test_a_report_that_says_nothing_is_told_so(own: TestClient, form: dict[str, str], status: int) -> None:
    answer = send(own, **form)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_another_sites_form_is_refused(own: TestClient) -> None:
    answer = own.post("/m/report", data={"facility": "F1", "what": "full"}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403


def test_too_many_reports_have_to_wait(own: TestClient, workspace: Workspace, clock: Clock) -> None:
    answers = [
        send(own, facility=facility, what=what) for facility in ("F1", "F2") for what in ("full", "gone", "moved")
    ]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "F1站" in words(answers[-1]), "and the page says where else to go"
    assert int(answers[-1].headers["retry-after"]) > 0
    clock.pass_by(minutes=10)
    assert send(own, facility="F2", what="moved").status_code == 200


def test_hostile_questions_never_break_it(phone: TestClient) -> None:
    rng = random.Random(4)
    letters = "甲原镇东庄村,.;:&=%<>\"'\\/?#0123456789-+eE\x00\x7f\n\u202e\U0001f600nNaAinf "
    fields = (
        "place",
        "lon",
        "lat",
        "accuracy",
        "region",
        "station",
        "at",
        "help",
        "mode",
        "amenity",
        "all",
        "lang",
        "pick",
    )
    for _ in range(500):
        asked = {
            rng.choice(fields): "".join(rng.choices(letters, k=rng.randrange(0, 60)))
            for _ in range(rng.randrange(1, 5))
        }
        answer = phone.get("/m", params=asked)
        assert answer.status_code in (200, 404, 422), asked
