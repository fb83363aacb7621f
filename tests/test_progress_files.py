"""The weekly brief, the workbook of progress, files of the ledger: what they say, who gets them, who is in none."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pypdfium2 as pdfium
import pytest
from clock import Clock
from told_world import TestClient, client_of, member, own_world, published, sign_in, told_pack, told_store

from geo.i18n import translate
from geo.people import Role
from geo.progress.measures import Counted
from geo.progress.published import Compared
from geo.report import brief
from geo.report.content import Report
from geo.report.paper import Paper
from geo.workspace import Workspace

__all__ = ["told_pack", "told_store"]  # fixtures
PRIVATE = ("王五", "13800138000")
WORK: tuple[dict[str, Any], ...] = (
    {"kind": "visit", "date": "2025-10-20", "position": "P1", "team": "1", "people": 3, "note": "=cmd|' /C calc'!A0"},
    {"kind": "visit", "date": "2025-10-19", "position": "P1", "team": "1", "people": 4},
    {"kind": "visit", "date": "2025-10-12", "position": "P2", "team": "2", "note": "看望"},
    {"kind": "programme", "programme_kind": "legal", "date": "2025-10-15", "people": 40, "position": "P1"},
    {
        "kind": "mediation",
        "date": "2025-10-20",
        "team": "2",
        "position": "P2",
        "workers": 2,
        "recovered": 1234.5,
        "outcome": "settled",
        "channel": "online",
        "claims": "工资",
        "note": "欠薪",
    },
    {
        "kind": "appeal",
        "date": "2025-10-08",
        "team": "1",
        "position": "P1",
        "appeal_source": "12345",
        "appeal_type": "wages",
        "note": "欠薪",
        "caller_name": PRIVATE[0],
        "caller_number": PRIVATE[1],
    },
)


@pytest.fixture(scope="module")
def world(told_pack: Path, told_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The world with the work of two weeks, to be read only; the clock says Monday, 20 October 2025."""
    with own_world(told_pack, told_store, tmp_path_factory.mktemp("busy"), Clock()) as made:
        published(made)
        with client_of(made) as client:
            sign_in(made, client, member(made, "办事员甲", "staff"))
            for number, entry in enumerate(WORK):
                answer = client.post("/api/v1/entries", json={"campaign": "2025", "id": f"work-000{number}", **entry})
                assert answer.is_success, answer.text
        member(made, "李明", "leader")
        yield made


@pytest.fixture(scope="module")
def client(world: Workspace) -> Iterator[TestClient]:
    with client_of(world) as made:
        yield made


@pytest.fixture
def busy(world: Workspace, client: TestClient) -> TestClient:
    """A client of the world with a leader signed in."""
    return signed_in(world, client, "leader")


def signed_in(world: Workspace, client: TestClient, role: Role) -> TestClient:
    sign_in(world, client, next(one.id for one in world.store.people.list() if one.role == role))
    return client


def words(content: bytes) -> str:
    """The words of a brief, which is one upright page of A4."""
    document = pdfium.PdfDocument(io.BytesIO(content))
    try:
        assert len(document) == 1
        wide, high = document[0].get_size()
        assert (round(wide), round(high)) == (595, 842)
        text = document[0].get_textpage().get_text_range()
        return " ".join(text.split())
    finally:
        document.close()


def test_a_brief_is_one_page_with_the_week_beside_the_week_before(busy: TestClient) -> None:
    answer = busy.get("/report/brief/2025.pdf?week=2025-W43")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    said = words(answer.content)
    assert "2025-10-20 至 2025-10-26" in said
    assert "走访（次） 1 1 0 3" in said  # Monday's; Sunday's was the week before; one more the week before that
    assert "追回金额（元） 1,234.50 0 +1,234.50 1,234.50" in said
    assert "服务活动惠及（人次） 0 40 −40 40" in said
    assert "第一组 1 0 0 0 0 0 0 0 0 0 1" in said  # and its appeal, due on the 15th
    assert "1 诉求超期升级，待领导处理" in said
    assert not [one for one in (*PRIVATE, "办事员甲") if one in said]
    earlier = words(busy.get("/report/brief/2025.pdf?week=2025-W42&lang=en").content)
    assert "Visits 1 1 0 2" in earlier
    assert "as of 2025-10-19" in earlier
    assert words(busy.get("/report/brief/2025.pdf").content) == said, "the last week where none is asked for"


def test_the_names_of_all_figures_are_whole_in_a_brief() -> None:
    with (Path(__file__).parent.parent / "data" / "figures.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["measure"]]
    figures = [
        Compared(
            **{name: text for name, text in row.items() if name not in ("campaign", "value")},  # type: ignore[arg-type]
            value=float(row["value"]),
            counted=Counted(float(row["value"]), 0.0, ()),
            verdict="equal",
            reasons=(),
        )
        for row in rows
    ][: brief.FIGURES_AT_MOST]
    say = partial(translate, language="en")
    paper = Paper(Report("", "", "", "", "", (), "en", Clock()(), ""), say)
    brief._published(paper, SimpleNamespace(published=figures), 205.0, say, "en")  # type: ignore[arg-type]
    said = words(bytes(paper.pdf.output()))
    assert [one.name_en for one in figures if one.name_en not in said] == []


def test_the_workbook_has_every_measure(busy: TestClient) -> None:
    content = busy.get("/report/progress/2025.xlsx?since=2025-10-13&until=2025-10-20").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    every = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    counted = {row[0]: row[1:4] for row in every["指标"] if len(row) > 3}
    assert counted["走访（次）"] == (2, 0, 0)
    assert counted["走访接触职工（人次）"] == (7, 0, 0)
    assert counted["追回金额（元）"] == (1234.5, 0, 0)
    teams = {row[0]: row for row in every["按工作组"]}
    assert (teams["第一组"][1], teams["第二组"][1]) == (2, 0)
    meetings = {row[0]: row[1:] for row in every["双沟通"]}
    assert meetings["甲原镇"][:7] == (0, 8, 8, 0, 5, 5, 0)
    states = {row[0]: row[1:] for row in every["诉求状态"]}
    assert states["超期升级"][:2] == (0, 0), "of 8 October, which is not in the days asked for"
    assert "2025-10-13 至 2025-10-20" in every["诉求状态"][0][0]
    assert all(every[name][0][0].startswith(f"{name} · 全程") for name in ("双沟通", "需要决定的", "公布数与统计数"))
    assert {row[0]: row[1:6] for row in every["服务活动按种类"]}["普法"] == (1, 0, 40, 0, 0)
    said = json.dumps(every, ensure_ascii=False)
    assert "点开" not in said, "a file has no links"
    assert not [one for one in (*PRIVATE, "办事员甲") if one in said]


@pytest.mark.parametrize(
    ("path", "role", "status"),
    [
        ("/report/brief/2025.pdf", "staff", 403),
        ("/report/brief/2025.xlsx", "leader", 200),
        ("/report/brief/1999.pdf", "leader", 404),
        ("/report/brief/2025.docx", "leader", 404),
        ("/report/brief/2025.pdf?week=2025-W53", "leader", 422),
        ("/report/progress/2025.xlsx", "staff", 403),
        ("/report/progress/2025.pdf", "leader", 404),
        ("/report/progress/2025.xlsx?on=2025-02-30", "leader", 422),
        ("/report/progress/2025.xlsx?since=2025-10", "leader", 422),
        ("/export/ledger.csv?kind=visit", "staff", 200),
        ("/export/ledger.csv?kind=party", "staff", 422),
        ("/export/ledger.csv?handler=u1", "staff", 422),
        ("/export/ledger.csv?handler=-", "staff", 200),
        ("/export/ledger.csv?mine=True", "staff", 200),
        ("/export/ledger.csv?since=yesterday", "staff", 422),
        ("/export/ledger.csv?says=handler", "staff", 422),
    ],
)
def test_who_gets_which_file(world: Workspace, client: TestClient, path: str, role: Role, status: int) -> None:
    client.cookies.clear()
    assert client.get(path).status_code == 401
    assert signed_in(world, client, role).get(path).status_code == status


def test_the_ledger_is_taken_out_as_the_page_asks_for_it(busy: TestClient, tmp_path: Path) -> None:
    def ids(query: str) -> list[str]:
        text = busy.get(f"/export/ledger.csv?lang=en&campaign=2025&{query}").content.decode("utf-8-sig")
        return [row["Id"] if "Id" in row else next(iter(row.values())) for row in csv.DictReader(io.StringIO(text))]

    assert ids("kind=visit,mediation&since=2025-10-19") == ["work-0004", "work-0000", "work-0001"]
    assert ids("state=escalated") == ["work-0005"]
    assert ids("team=2") == ["work-0004", "work-0002"]
    assert ids("q=calc") == ["work-0000"]
    assert ids("says=workers") == ["work-0004"]
    for number, rows in (("visits&since=2025-10-13&team=1", ["work-0000", "work-0001"]), ("recovered", ["work-0004"])):
        assert ids(urlencode({"counted": f"what={number}"})) == rows
    for format_ in ("csv", "xlsx", "geojson", "gpkg"):
        content = busy.get(f"/export/ledger.{format_}").content
        text = content.decode("utf-8", "replace")
        if format_ == "xlsx":
            book = openpyxl.load_workbook(io.BytesIO(content))
            cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
            assert "第一组" in cells
            text = "\n".join(cells)
        if format_ == "gpkg":
            (tmp_path / "ledger.gpkg").write_bytes(content)
            with sqlite3.connect(tmp_path / "ledger.gpkg") as database:
                names = [row[1] for row in database.execute("PRAGMA table_info(ledger)")]
                text = json.dumps(database.execute("SELECT * FROM ledger").fetchall(), default=str, ensure_ascii=False)
            assert "handler" not in names
            database.close()
        assert "work-0005" in text
        assert not [one for one in (*PRIVATE, "办事员甲") if one in text]
    text = busy.get("/export/ledger.csv").content.decode("utf-8-sig")
    assert '"=cmd' not in text, "no formula"
