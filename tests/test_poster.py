"""Posters: what the page says and the code leads to, whatever the words; the route, its refusals, its address."""

from __future__ import annotations

import io
import re
import shutil
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from pylopdf_fonts_zh_cn import sans_path
from starlette.applications import Starlette
from tiny_pack import set_cell

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from starlette.testclient import TestClient

from geo.poster import CODE_AT_LEAST, Line, poster
from geo.settings import read_settings
from geo.web import posters
from geo.workspace import Workspace

A4 = (210.0, 297.0)
POINTS_PER_MM = 72 / 25.4
SCALE = 2
AT = datetime(2026, 11, 22, tzinfo=UTC)
WORDS: dict[str, object] = {
    "over": "北京市云泽区工会服务地图",
    "headline": "扫一扫",
    "title": "甲原暖心驿站",
    "subtitle": "驿站 · 甲原镇 · Jiayuan Station",
    "address": "甲原镇柳树村1号",
    "url": "https://gongtu.example/m?station=F1",
    "language": "zh",
    "lines": (Line("开放时间", "每天 08:00–20:00"), Line("这里有", "饮水、微波炉")),
    "foot": "依据：报道，截至 2025",
    "printed": AT,
}


@contextmanager
def opened(content: bytes) -> Iterator[pdfium.PdfPage]:
    document = pdfium.PdfDocument(io.BytesIO(content))
    try:
        assert len(document) == 1
        yield document[0]
    finally:
        document.close()


def said(content: bytes) -> str:
    """The text of the page as a reader would copy it, without line breaks."""
    with opened(content) as page:
        text = page.get_textpage().get_text_range()
    return re.sub(r"[\r\n]+", " ", text)


def led_to(content: bytes) -> list[str]:
    """What the codes on the page say, read off the page as printed."""
    with opened(content) as page:
        picture = page.render(scale=SCALE, grayscale=True).to_numpy()
    return [code.text for code in zxingcpp.read_barcodes(np.ascontiguousarray(picture).squeeze())]


def make(**words: object) -> bytes:
    return poster(**{**WORDS, **words})  # type: ignore[arg-type]


def test_one_page_of_a4_that_says_it_all_and_leads_there() -> None:
    content = make()
    with opened(content) as page:
        assert [size / POINTS_PER_MM for size in page.get_size()] == pytest.approx(A4, abs=0.1)
    text = said(content)
    for words in ("北京市云泽区工会服务地图", "扫一扫", "甲原暖心驿站", "Jiayuan Station", "甲原镇柳树村1号"):
        assert words in text
    for words in ("https://gongtu.example/m?station=F1", "开放时间", "每天 08:00–20:00", "饮水、微波炉", "截至 2025"):
        assert words in text
    assert "示例" not in text
    assert led_to(content) == ["https://gongtu.example/m?station=F1"]


def test_the_code_is_large() -> None:
    """Read across the page: the widest run of rows that holds black modules is the code, at least 60 mm less its quiet
    zone, which for 29 modules and 4 + 4 around them is 29 of 37 parts.
    """
    modules = segno.make_qr("https://gongtu.example/m?station=F1", error="m").symbol_size(border=0)[0]
    with opened(make()) as page:
        picture = np.asarray(page.render(scale=SCALE, grayscale=True).to_numpy()).squeeze()
    black = np.flatnonzero((picture[300:] == 0).sum(axis=0) > 20)
    width = (black[-1] - black[0]) / SCALE / POINTS_PER_MM
    assert width >= CODE_AT_LEAST * modules / (modules + 8) - 1


def test_the_same_words_are_the_same_bytes() -> None:
    assert make() == make()
    assert make() != make(title="乙")


def test_pages_set_at_the_same_time_are_those_set_alone() -> None:
    titles = ["甲", "乙", "丙", "丁"]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda title: make(title=title), titles))
    assert together == [make(title=title) for title in titles]


def test_what_is_made_up_is_marked_above_below_and_all_over() -> None:
    text = said(make(mark="示例 · 请勿张贴"))
    assert text.count("示例 · 请勿张贴") == 2
    assert text.count("示例") >= 12


def test_the_font_is_the_one_its_makers_published() -> None:
    """Noto Sans SC 2.004 of notofonts/noto-cjk at f8d1575, by the sum that the package's page states."""
    expected = "faa6c9df652116dde789d351359f3d7e5d2285a2b2a1f04a2d7244df706d5ea9"
    assert sha256(sans_path().read_bytes()).hexdigest() == expected


@pytest.mark.parametrize(
    "words",
    [
        {"title": "很长的名字" * 40, "subtitle": "某" * 300, "address": "路" * 300, "foot": "注" * 600},
        {"title": "Unbreakable" * 40, "over": "x" * 500, "headline": "y" * 500},
        {"lines": tuple(Line("题目" * 20, "说" * 400) for _ in range(12))},
        {"lines": (), "subtitle": "", "address": "", "foot": "", "over": "", "headline": ""},
        {"title": "（" * 50, "address": "，" * 50},
    ],
)
def test_whatever_its_length_it_stays_on_the_page_and_can_be_read(words: dict[str, object]) -> None:
    content = make(**words)
    assert led_to(content) == [WORDS["url"]]
    with opened(content) as page:
        text = page.get_textpage()
        for number in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(number)
            assert min(left, bottom) >= -1
            assert right <= A4[0] * POINTS_PER_MM + 1
            assert top <= A4[1] * POINTS_PER_MM + 1


def test_a_mark_of_any_length_leaves_the_code_readable() -> None:
    for mark in ("示", "示例" * 100, "DEMO " * 50):
        assert led_to(make(mark=mark)) == [WORDS["url"]]


def test_what_is_cut_says_so() -> None:
    assert "…" in said(make(title="很长的名字" * 40))
    assert "…" not in said(make())


@bounds(max_examples=10)
@given(text=st.text(max_size=60), address=st.text(max_size=60))
def test_any_words_make_a_page(text: str, address: str) -> None:
    content = make(title=text, address=address, lines=(Line(text, address),))
    assert led_to(content) == [WORDS["url"]]


def test_a_line_does_not_begin_with_a_comma() -> None:
    with opened(make(lines=(Line("有", "饮水、微波炉、手机充电、" * 12),))) as page:
        lines = page.get_textpage().get_text_range().split("\r\n")
    assert len(lines) > 8
    assert [line for line in lines if line.startswith(("、", "，", "。"))] == []


def test_english_quotes_are_set_straight_and_chinese_ones_are_not() -> None:
    text = said(make(title="Couriers’ Station", lines=(Line("报告", "点“报告”；touch “Report”."),)))
    assert "Couriers' Station" in text
    assert "点“报告”" in text
    assert 'touch "Report".' in text


# The route


@pytest.fixture
def browser(workspace: Workspace) -> TestClient:
    return TestClient(Starlette(routes=posters.routes(workspace)), base_url="http://192.168.1.20:8501")


def test_a_station(browser: TestClient) -> None:
    answer = browser.get("/poster/station/F1.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == (
        "inline; filename=\"poster.pdf\"; filename*=UTF-8''F1%E7%AB%99.pdf"
    )
    text = said(answer.content)
    for words in ("F1站", "驿站（待核实）", "甲原镇", "开放时间未知", "报告", "虚构的三镇", "打印于"):
        assert words in text
    assert led_to(answer.content) == ["http://192.168.1.20:8501/m?station=F1"]
    assert browser.get("/poster/station/F1.pdf").content == answer.content


def test_a_town(browser: TestClient) -> None:
    answer = browser.get("/poster/town/110199001000.pdf")
    text = said(answer.content)
    for words in ("甲原镇", "Jiayuan Town", "找最近的驿站", "北京市云泽区工会服务地图"):
        assert words in text
    assert led_to(answer.content) == ["http://192.168.1.20:8501/m?region=110199001000"]


def test_in_english(browser: TestClient) -> None:
    answer = browser.get("/poster/town/110199001000.pdf?lang=en")
    text = said(answer.content)
    for words in ("Jiayuan Town", "甲原镇", "Scan to find a rest station", "Yunze District, Beijing"):
        assert words in text
    assert led_to(answer.content) == ["http://192.168.1.20:8501/m?region=110199001000&lang=en"]


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/poster/station/nobody.pdf",
            "/poster/town/F1.pdf",
            "/poster/station/110199001000.pdf",
            "/poster/cat/F1.pdf",
        ),
        *(
            "/poster/station/%00.pdf",
            "/poster/station/.pdf",
            "/poster/station/F1'%20OR%201=1.pdf",
            "/poster/town/*.pdf",
        ),
        "/poster/station/F3.pdf",
    ],
)
def test_no_such_poster(browser: TestClient, path: str) -> None:
    """F3 is closed: nobody shall be led to it."""
    assert browser.get(path).status_code == 404
    page = browser.get(path, headers={"accept": "text/html"})
    assert page.status_code == 404


def test_a_refusal_is_words(browser: TestClient) -> None:
    assert "F3站" in browser.get("/poster/station/F3.pdf").json()["detail"]
    page = browser.get("/poster/station/%3Cb%3E.pdf?lang=en", headers={"accept": "text/html"}).text
    assert "No poster" in page
    assert "<b>" not in page


def test_the_address_of_the_settings_is_printed(tiny: Path, tmp_path: Path) -> None:
    said_ = {"GONGTU_PACK": str(tiny), "GONGTU_VAR": str(tmp_path), "GONGTU_PUBLIC_URL": "https://gongtu.example/d/"}
    workspace = Workspace(read_settings(said_), clock=lambda: AT)
    browser = TestClient(Starlette(routes=posters.routes(workspace)))
    content = browser.get("/poster/station/F1.pdf").content
    workspace.store.close()
    assert led_to(content) == ["https://gongtu.example/d/m?station=F1"]
    assert "https://gongtu.example/d/m?station=F1" in said(content)


def test_a_host_that_makes_no_code_is_refused(browser: TestClient) -> None:
    answer = browser.get("/poster/station/F1.pdf", headers={"host": "x" * 400})
    assert answer.status_code == 422
    assert "GONGTU_PUBLIC_URL" in answer.json()["detail"]


@pytest.fixture
def invented(tiny: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The tiny world, F1 made up, with hours and amenities."""
    folder = tmp_path / "pack"
    shutil.copytree(tiny, folder)
    header = (folder / "facilities.csv").read_text(encoding="utf-8").splitlines()
    row = next(number for number, line in enumerate(header, start=1) if line.startswith("F1,"))
    for column, value in (
        ("standing", "synthetic"),
        ("opening_hours", "Mo-Fr 08:00-20:00"),
        ("amenities", "wifi=yes; toilet=no; water=yes"),
    ):
        set_cell(folder / "facilities.csv", row, column, value)
    settings = read_settings({"GONGTU_PACK": str(folder), "GONGTU_VAR": str(tmp_path / "var")})
    workspace = Workspace(settings, clock=lambda: AT)
    yield TestClient(Starlette(routes=posters.routes(workspace)))
    workspace.store.close()


def test_what_is_made_up_says_so_and_so_does_its_town(invented: TestClient) -> None:
    station, town = (said(invented.get(f"/poster/{path}.pdf").content) for path in ("station/F1", "town/110199001000"))
    assert station.count("虚构的站点，请勿张贴") == 2
    assert town.count("其中有虚构的站点，请勿张贴") == 2
    other = said(invented.get("/poster/town/110199002000.pdf").content)
    assert "请勿张贴" not in other


def test_hours_and_amenities_in_words(invented: TestClient) -> None:
    """What is known to be there and nothing else: no toilet."""
    text = said(invented.get("/poster/station/F1.pdf").content)
    assert "周一至周五 08:00–20:00" in text
    assert "WiFi、饮水" in text
    assert "卫生间" not in text
