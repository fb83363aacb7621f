"""``/report/…``: who gets which report, what is refused and how, names and counts for whom."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

import openpyxl
import pypdfium2 as pdfium
import pytest
from starlette.applications import Starlette

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from starlette.testclient import TestClient

from geo import typeset
from geo.people import Role
from geo.web import report_files
from geo.web.access import COOKIE
from geo.web.routes import routes
from geo.workspace import Workspace

SITES = "a:116.2,39.6;b:116.25,39.61:m"
HTML = {"accept": "text/html"}


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(workspace)), raise_server_exceptions=True) as made:
        yield made


def cells(content: bytes) -> list[object]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]


def text(content: bytes) -> str:
    document = pdfium.PdfDocument(io.BytesIO(content))
    try:
        pages = [document[number] for number in range(len(document))]
        said = " ".join(page.get_textpage().get_text_range() for page in pages)
        for page in pages:
            page.close()
        return re.sub(r"\s+", " ", said)
    finally:
        document.close()


@pytest.fixture
def sign_in(workspace: Workspace, client: TestClient) -> Any:
    """Makes the client that of a person with the role."""

    def do(role: Role) -> None:
        client.cookies.clear()
        if role != "public":
            person = workspace.store.people.add(role, role, by="test", at=workspace.now())
            token = workspace.store.people.open_session(person, via="link", now=workspace.now(), hours=1)
            client.cookies.set(COOKIE, token)

    return do


def scenario(workspace: Workspace, **fields: Any) -> str:
    site = {"id": "a", "name": "甲原镇 1 号格", "lon": 116.2, "lat": 39.6, "moved": False}
    said = {"question": {"union": "all"}, "plan": {"n": "1"}, "sites": [site], **fields}
    return workspace.store.scenarios.add("三季度", by="李明", at=workspace.now(), **said).id


# Files


@pytest.mark.parametrize("path", ["/report/coverage.pdf", f"/report/plan.pdf?sites={SITES}"])
def test_a_report_is_shown_as_pdf_under_its_title(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"].startswith('inline; filename="gongtu-yunze-')
    assert (
        "filename*=UTF-8''%E5%8C%97%E4%BA%AC%E5%B8%82%E4%BA%91%E6%B3%BD%E5%8C%BA"
        in answer.headers["content-disposition"]
    )
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert "北京市云泽区" in text(answer.content)


@pytest.mark.parametrize("path", ["/report/coverage.xlsx?", f"/report/plan.xlsx?sites={SITES}&"])
def test_a_report_is_a_workbook_in_either_language(client: TestClient, path: str) -> None:
    for language, name in (("zh", "报告"), ("en", "Report")):
        answer = client.get(f"{path}lang={language}")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames[0] == name


def test_the_question_is_that_of_the_address(client: TestClient) -> None:
    answer = client.get("/report/coverage.pdf?reach=15&unit=walk&union=all&measure=workers&day=Su&hour=22")
    said = text(answer.content)
    for part in ("步行 15 分钟", "全部企业", "职工（人）", "周日 22:00"):
        assert part in said


# Who sees what


@pytest.mark.parametrize(
    "path", ["/report/coverage.xlsx?union=all", f"/report/plan.xlsx?union=all&reach=2000&sites={SITES}"]
)
def test_names_are_for_staff(client: TestClient, sign_in: Any, path: str, workspace: Workspace) -> None:
    named = {f"E{number}公司" for number in range(1, 8)}
    assert not named & set(cells(client.get(path).content))
    lon, lat = workspace.district().plane.unproject([455_000.0], [4_385_000.0])
    sign_in("staff")
    staff = client.get(path.replace(SITES, f"a:{lon[0]:.5f},{lat[0]:.5f}"))
    assert named & set(cells(staff.content))


def test_a_scenario_is_for_staff_until_it_is_shared(client: TestClient, sign_in: Any, workspace: Workspace) -> None:
    secret, shared = scenario(workspace), scenario(workspace, shared=True)
    assert client.get(f"/report/scenario/{secret}.pdf").status_code == 401
    assert client.get(f"/report/scenario/{secret}.pdf", headers=HTML, follow_redirects=False).status_code == 303
    found = client.get(f"/report/scenario/{shared}.pdf")
    assert found.status_code == 200
    assert "三季度" in text(found.content)
    assert "李明" not in text(found.content)
    sign_in("staff")
    assert "甲原镇 1 号格" in text(client.get(f"/report/scenario/{secret}.pdf").content)


def test_a_retired_scenario_is_no_longer_for_everybody(client: TestClient, sign_in: Any, workspace: Workspace) -> None:
    id_ = scenario(workspace, shared=True)
    workspace.store.scenarios.retire(id_, 1, why="过时", by="李", at=workspace.now())
    assert client.get(f"/report/scenario/{id_}.xlsx").status_code == 401
    sign_in("staff")
    assert client.get(f"/report/scenario/{id_}.xlsx").status_code == 200


# Refused


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/report/coverage.docx", 404),
        ("/report/nothing.pdf", 404),
        ("/report/scenario/nobody.pdf", 404),
        ("/report/scenario/%00.pdf", 404),
        ("/report/scenario/x.doc", 404),
        ("/report/coverage.pdf?reach=-1", 422),
        ("/report/coverage.pdf?reach=nan", 422),
        ("/report/coverage.pdf?kinds=palace", 422),
        ("/report/coverage.pdf?day=Su", 422),
        ("/report/plan.pdf", 422),
        ("/report/plan.pdf?sites=x", 422),
        ("/report/plan.pdf?sites=a:0,0", 422),
        ("/report/plan.pdf?sites=a:116.2,39.6;a:116.3,39.6", 422),
        (f"/report/plan.pdf?goal=best&sites={SITES}", 422),
    ],
)
def test_what_cannot_be_asked_is_told(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert (answer.status_code, list(answer.json())) == (status, ["detail"])
    page = client.get(path, headers=HTML)
    assert (page.status_code, "报告出不来" in page.text) == (status, True)
    assert "<script" not in page.text


def test_no_font_is_told_and_takes_nothing_else_down(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "find_spec", lambda _: None)
    monkeypatch.setattr(typeset, "SYSTEM_FONTS", ())
    answer = client.get("/report/coverage.pdf")
    assert answer.status_code == 503
    assert "字体" in answer.json()["detail"]
    assert client.get("/report/coverage.xlsx").status_code == 200


def test_more_than_can_be_made_at_once_are_turned_away(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_files, "AT_ONCE", 0)
    monkeypatch.setattr(report_files, "WAIT_S", 0.01)
    with TestClient(Starlette(routes=routes(workspace))) as busy:
        answer = busy.get("/report/coverage.pdf")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
