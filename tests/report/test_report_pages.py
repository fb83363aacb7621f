"""The pages: numbered, marked, nothing lost over a page's end, names that keep apart, the same bytes twice."""

from __future__ import annotations

import math
import re
from io import BytesIO

import openpyxl
import pypdfium2 as pdfium
import pytest
import shapely
from asked import AT, ask, written
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from geo.district import District
from geo.report import maps
from geo.report.charts import nice
from geo.report.content import (
    WITHHELD,
    Area,
    Block,
    Cell,
    Column,
    Curve,
    Figure,
    Figures,
    Grid,
    Heading,
    Heat,
    Map,
    Pairs,
    Report,
    Spot,
    Words,
)
from geo.report.coverage import coverage_report
from geo.report.drawing import Rectangle, free
from geo.report.pages import pdf
from geo.report.workbook import workbook

SQUARE = shapely.box(430_000, 4_380_000, 440_000, 4_390_000)


def make(*blocks: Block, mark: str = "", title: str = "题目") -> Report:
    return Report(title, "小题", mark, "数据截至 2025", "页脚", blocks, "zh", AT, "file")


def table(rows: int, cell: Cell = 1.0) -> Grid:
    columns = (Column("名", "text", 2), Column("数", "count"))
    return Grid("表", "一张表", columns, tuple((f"行{n:03d}", cell) for n in range(rows)), total=True)


def drawn(**fields: object) -> Map:
    said: dict[str, object] = {
        "title": "",
        "areas": (Area(SQUARE, 0.5, "甲镇"),),
        "gaps": (),
        "doubtful": (),
        "spots": (),
        "measure": "占比",
        "gap": "",
        "doubtful_words": "",
        "no_data": "",
        "hidden": "",
        "looks": (),
        "north": "北",
        "notice": "示意边界",
    }
    return Map(**{**said, **fields})  # type: ignore[arg-type]


def colours(report: Report) -> set[tuple[int, int, int]]:
    """The colours of the first page as printed, without the in-between ones of edges."""
    document = pdfium.PdfDocument(BytesIO(pdf(report)))
    page = document[0]
    try:
        picture = page.render(scale=1).to_pil().convert("RGB")
        return {colour for count, colour in picture.getcolors(1 << 24) if count > 12}
    finally:
        page.close()
        document.close()


def test_every_page_is_numbered_and_has_its_foot(daxing: District) -> None:
    from asked import TODAY

    report = coverage_report(daxing, ask(daxing), public=False, language="zh", printed=AT, today=TODAY)
    pages = written(report)
    assert len(pages) >= 3
    for number, text in enumerate(pages, start=1):
        assert f"第 {number} 页，共 {len(pages)} 页" in text
        assert "示意边界" in text
        assert "示例数据" in text, "on every page"


def test_no_row_is_lost_over_the_pages_and_headers_come_again() -> None:
    pages = written(make(table(150)))
    found = re.findall(r"行\d{3}", "".join(pages))
    assert found == [f"行{n:03d}" for n in range(150)]
    assert all("名" in page for page in pages)
    assert len(pages) > 2


def test_a_heading_is_never_the_last_thing_on_a_page() -> None:
    for lines in range(30, 40):
        pages = written(make(Words(("字",) * lines), Heading("标题在此"), table(5)))
        assert not [page for page in pages if "标题在此" in page and "行000" not in page]


def test_headings_are_the_contents_that_a_reader_shows() -> None:
    document = pdfium.PdfDocument(BytesIO(pdf(make(Heading("甲"), table(100), Heading("乙\U0001f600"), table(1)))))
    try:
        contents = [(mark.get_title(), mark.get_dest().get_index()) for mark in document.get_toc()]
        assert [title for title, _ in contents] == ["甲", "乙"]
        assert contents[0][1] == 0 < contents[1][1]
    finally:
        document.close()


def test_very_long_words_go_on_over_pages() -> None:
    pages = written(make(Words(("长句。" * 1000,)), Pairs((("某事", "说明。" * 600), ("短", "句")))))
    assert "".join(pages).count("长") == 1000
    assert "".join(pages).count("说") == 600


def test_the_same_report_gives_the_same_bytes() -> None:
    report = make(table(3), drawn())
    assert pdf(report) == pdf(report)
    assert workbook(report) == workbook(report)


def test_what_the_font_has_not_is_left_out() -> None:
    (page,) = written(make(Words(("前\U0001f600后\x07",)), title="题\U0001f600"))
    assert "前后" in page


@settings(max_examples=15, phases=[Phase.explicit, Phase.generate])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@example("\n\x89甲\U000e08d5\x00")
@example("a" * 18 + "\U00010000" * 7)  # a name of 25 characters that Excel counts as 32
def test_any_words_make_pages_and_a_workbook(text: str) -> None:
    grid = Grid(text, text, (Column(text), Column(text, "share")), ((text, 0.5), (text, None), (text, WITHHELD)))
    report = make(Figures((Figure(text, text, text),)), Pairs(((text, text),)), grid, title=text or "x")
    assert pdf(report)[:5] == b"%PDF-"
    book = openpyxl.load_workbook(BytesIO(workbook(report)))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


# Maps


def test_no_data_and_withheld_look_like_no_share() -> None:
    unknown, hidden = math.nan, Area(SQUARE, math.nan, "乙", hidden=True)
    plain = colours(make(drawn(areas=(hidden,))))
    crossed = colours(make(drawn(areas=(Area(SQUARE, unknown, "乙"),))))
    shares = [colours(make(drawn(areas=(Area(SQUARE, share, "乙"),)))) for share in (0.0, 0.3, 0.5, 0.7, 1.0)]
    assert maps.WITHHELD in plain
    assert not [found for found in shares if maps.WITHHELD in found]
    assert len({frozenset(found) for found in [plain, crossed, *shares]}) == len([plain, crossed, *shares]) - 0


def test_gaps_are_hatched_and_doubt_is_dotted() -> None:
    none = pdf(make(drawn()))
    gaps = pdf(make(drawn(gaps=(shapely.buffer(SQUARE, -2000),), gap="空白")))
    doubt = pdf(make(drawn(doubtful=(shapely.buffer(SQUARE, -2000),), doubtful_words="不明")))
    assert len({len(none), len(gaps), len(doubt)}) == 3


def test_holes_and_many_parts_are_drawn() -> None:
    hole = shapely.difference(SQUARE, shapely.buffer(shapely.centroid(SQUARE), 2000))
    parts = shapely.union_all([hole, shapely.box(450_000, 4_380_000, 451_000, 4_381_000)])
    (page,) = written(make(drawn(areas=(Area(parts, 0.2, "多块镇"),), gaps=(parts,), gap="空白")))
    assert "多块镇" in page


def test_an_empty_map_is_left_out() -> None:
    assert written(make(drawn(areas=()), Words(("还有",))))[0].count("还有") == 1
    assert written(make(drawn(areas=(Area(shapely.Polygon(), 0.1, "空镇"),))))


@pytest.mark.parametrize("look", ["station", "station_synthetic", "station_doubtful", "new", "new_moved"])
def test_every_mark_is_drawn_and_explained(look: maps.Look) -> None:
    spot = Spot(435_000, 4_385_000, look, "7")
    (page,) = written(make(drawn(spots=(spot,), looks=((look, "某种标记"),))))
    assert "某种标记" in page
    assert "7" in page


def test_names_keep_apart(daxing: District) -> None:
    """Every name finds a place where no other is."""
    taken: list[Rectangle] = []
    within = Rectangle(0, 0, 140, 140)
    for number in range(22):
        found = free(60 + number % 4, 60 + number % 3, 12, 2.6, taken, within)
        if found is None:
            continue
        place, _, _ = found
        assert not [other for other in taken if place.hits(other)]
        taken.append(place)
    assert len(taken) >= 15
    towns = [str(name) for name in daxing.regions["name"]]
    areas = tuple(Area(shape, 0.1, name) for shape, name in zip(daxing.regions_m.geometry, towns, strict=True))
    (page,) = written(make(drawn(areas=areas)))
    assert [name for name in towns if name not in page] == []


# Charts


@given(st.floats(1e-6, 1e9))
def test_steps_are_round_and_no_smaller(step: float) -> None:
    found = nice(step)
    assert step * (1 - 1e-9) <= found <= 5.01 * step
    assert f"{found:e}"[0] in "125"


@pytest.mark.parametrize("points", [(), ((1.0, 2.0),), ((0.0, 0.0), (1.0, 0.0)), ((0.0, math.nan), (1.0, 1.0))])
def test_a_curve_of_little_is_drawn(points: tuple[tuple[float, float], ...]) -> None:
    curve = Curve("线", "一条线", "横", "纵", points, "metres", "share", 0.5)
    heat = Heat("格", "一周", ("一",), ("0", "1"), ((0.5, math.nan),), (0, 1), "低", "高")
    assert "一条线" in written(make(curve, heat))[0]
    book = openpyxl.load_workbook(BytesIO(workbook(make(curve, heat))))
    assert book.sheetnames == ["报告", "线", "格"]


# Workbooks


def test_texts_are_never_formulas() -> None:
    rows = (("=1+1", 1.0), ("@SUM(A1)", 2.0), ("http://x.example", 3.0))
    report = make(Pairs((("=HYPERLINK(1)", "+1"),)), Grid("=A1", "", (Column("=B"), Column("数", "count")), rows))
    book = openpyxl.load_workbook(BytesIO(workbook(report)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert {"=1+1", "@SUM(A1)"} <= {cell.value for cell in cells}


def test_numbers_are_numbers_and_unknown_is_empty() -> None:
    columns = (Column("名"), Column("比", "share"), Column("米", "metres"))
    rows: tuple[tuple[Cell, ...], ...] = (("甲", 0.25, 1234.5), ("乙", math.nan, None), ("丙", WITHHELD, 0))
    book = openpyxl.load_workbook(BytesIO(workbook(make(Grid("表", "", columns, rows), mark="示例数据 · 虚构"))))
    said = list(book["表"].iter_rows(values_only=True))
    assert ("甲", 0.25, 1234.5) in said
    assert ("乙", None, None) in said
    assert ("丙", "*", 0) in said
    assert ("示例数据 · 虚构", None, None) in said, "a sheet passed on alone says so too"


def test_sheets_have_names_that_excel_takes() -> None:
    rare = "\U00020000" * 20  # Excel counts each of these twice
    said = ("a" * 40, "a" * 40, "[x]:*?/\\", "''", "报告", rare, "a" + rare, rare)
    grids = [Grid(name, "", (Column("名"),), (("甲",),)) for name in said]
    names = openpyxl.load_workbook(BytesIO(workbook(make(*grids)))).sheetnames
    assert len(names) == len({name.casefold() for name in names}) == 1 + len(said)
    assert all(0 < len(name.encode("utf-16-le")) <= 2 * 31 for name in names), "as Excel counts"
