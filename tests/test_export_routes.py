"""Downloads over HTTP: who gets which, under what name, and what is said where there is none."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from tempfile import gettempdir
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote

import openpyxl
import pandas as pd
import pytest
from clock import Clock
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from starlette.testclient import TestClient

from geo.district import District
from geo.errors import Fault, PackError
from geo.export import FORMATS, LAYERS, MAP, export, tables
from geo.people import ROLES, Role
from geo.settings import read_settings
from geo.storage import Change
from geo.web import exports
from geo.web.access import COOKIE, Guard
from geo.workspace import Workspace


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=exports.routes(workspace))) as made:
        yield made


@pytest.fixture(scope="module")
def anybody(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Somebody who has not signed in, on a store that nobody writes to."""
    var = tmp_path_factory.mktemp("var")
    made = Workspace(read_settings({"GONGTU_PACK": str(tiny), "GONGTU_VAR": str(var)}), clock=Clock())
    with TestClient(Starlette(routes=exports.routes(made))) as client:
        yield client
    made.store.close()


@pytest.fixture
def sign_in(workspace: Workspace, client: TestClient, clock: Clock) -> Callable[[Role], None]:
    """Makes the client that of a person with the role."""

    def do(role: Role) -> None:
        client.cookies.clear()
        if role != "public":
            person = workspace.store.people.add(role, role, by="test", at=clock())
            token = workspace.store.people.open_session(person, via="password", now=clock(), hours=1)
            client.cookies.set(COOKIE, token)

    return do


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))


def left_behind() -> list[Path]:
    return list(Path(gettempdir()).iterdir())


@pytest.mark.parametrize("format_", FORMATS)
def test_a_layer_is_sent_as_a_file_with_a_name(anybody: TestClient, format_: str) -> None:
    answer = anybody.get(f"/export/facilities.{format_}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == FORMATS[format_]
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="gongtu-yunze-facilities-2025-10.{format_}"; '
        f"filename*=UTF-8''gongtu-yunze-facilities-2025-10.{format_}"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert int(answer.headers["content-length"]) == len(answer.content) > 0
    assert left_behind() == []


def test_a_name_in_chinese_has_one_in_letters_beside(anybody: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"zh": '云"泽\r\n-含示例.csv', "en": 'x";y\r\n甲.csv'}

    def called_so(_: str, __: str, path: Path, *___: object) -> dict[str, str]:
        path.write_bytes(b"1")
        return names

    monkeypatch.setattr(exports, "export", called_so)
    said = anybody.get("/export/regions.csv").headers["content-disposition"]
    plain, encoded = said.removeprefix("attachment; ").split("; ")
    assert plain == 'filename="x__y___.csv"'
    assert unquote(encoded.removeprefix("filename*=UTF-8''")) == names["zh"]


def test_every_route_says_which_role_it_needs(workspace: Workspace) -> None:
    roles = {route.path: route.app.role for route in exports.routes(workspace) if isinstance(route.app, Guard)}
    assert roles == {
        "/export/enterprises.{format}": "staff",
        "/export/access.{format}": "staff",
        "/export/assignment.{format}": "staff",
        "/export/ledger.{format}": "staff",
        "/export/{name}.{format}": "public",
    }


@pytest.mark.parametrize("role", ROLES)
def test_who_gets_what(client: TestClient, sign_in: Callable[[Role], None], role: Role) -> None:
    sign_in(role)
    for name, layer in LAYERS.items():
        wanted = 401 if role == "public" and layer.role != "public" else 422 if "assignment" in layer.parts else 200
        assert client.get(f"/export/{name}.csv").status_code == wanted, name
    sheets = openpyxl.load_workbook(BytesIO(client.get(f"/export/{MAP}.xlsx").content)).sheetnames
    assert ("企业" in sheets) == (role != "public")
    wanted = {"public": 401, "staff": 403, "leader": 200, "admin": 200}[role]
    assert client.get("/export/enterprises.csv?contacts=1").status_code == wanted
    assert client.get(f"/export/{MAP}.xlsx?contacts=1").status_code == wanted


@pytest.mark.parametrize(
    "path",
    ["/export/enterprises.csv", "/export/enterprises%2Ecsv", "/export//enterprises.csv", "/export/Enterprises.csv"],
)
def test_no_way_of_writing_it_opens_the_enterprises(anybody: TestClient, path: str) -> None:
    answer = anybody.get(path)
    assert answer.status_code in (401, 404)
    assert "E1公司" not in answer.text


def test_an_ended_session_opens_nothing(client: TestClient, sign_in: Callable[[Role], None], clock: Clock) -> None:
    sign_in("admin")
    clock.pass_by(hours=2)
    assert client.get("/export/enterprises.csv").status_code == 401
    assert "企业" not in openpyxl.load_workbook(BytesIO(client.get("/export/map.xlsx").content)).sheetnames


def test_the_question_is_taken_from_the_address(client: TestClient, sign_in: Callable[[Role], None]) -> None:
    """Of those without a union E2 is 2 km from its nearest station; the kiosk in 丙山镇 serves nobody."""
    sign_in("staff")

    def unserved(query: str) -> list[int]:
        frame = pd.read_csv(BytesIO(client.get(f"/export/coverage.csv?lang=en&{query}").content))
        return [int(count) for count in frame["Enterprises unserved"]]

    assert unserved("lens=union&within_m=1999") == [1, 1, 0, 0, 2]
    assert unserved("lens=union&within_m=2001") == [0, 1, 0, 0, 1]
    assert unserved("lens=union&within_m=2001&kind=mediation_kiosk") == [1, 0, 0, 0, 1], "E4 is beside the kiosk"
    both = "lens=union&within_m=2001&kind=mediation_kiosk&kind=rest_station"
    assert unserved(both) == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    "path", ["/export/nothing.csv", "/export/facilities.pdf", "/export/map.csv", "/export/a.b.csv"]
)
def test_what_there_is_not_is_said_in_words(anybody: TestClient, path: str) -> None:
    answer = anybody.get(path)
    assert answer.status_code == 404
    assert "facilities" in answer.json()["detail"] or "xlsx" in answer.json()["detail"]
    assert answer.headers["cache-control"] == "no-store"
    assert anybody.get(f"{path}?lang=en").json()["detail"].isascii() is False, "English, with its quotation marks"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("within_m=far", "within_m"),
        ("within_m=-1", "within_m"),
        ("within_m=nan", "within_m"),
        ("within_m=50001", "within_m"),
        ("kind=pub", "kind"),
        ("lens=x", "lens"),
        ("lang=fr", "lang"),
        ("lens=union&lens=service", "lens"),
        ("contacts=1", "contacts"),
        ("nothing=1", "nothing"),
    ],
)
def test_what_cannot_be_asked_is_said_by_field(anybody: TestClient, query: str, field: str) -> None:
    answer = anybody.get(f"/export/coverage.csv?{query}")
    assert answer.status_code == 422
    (fault,) = answer.json()["detail"]
    assert fault["loc"] == ["query", field]
    assert fault["msg"]


def test_the_longest_reach_is_still_a_reach(anybody: TestClient) -> None:
    assert anybody.get("/export/coverage.csv?within_m=50000").status_code == 200
    assert anybody.get("/export/gaps.geojson?within_m=0").status_code == 200


def test_downloads_only_read(client: TestClient, workspace: Workspace) -> None:
    workspace.district()  # the first start seeds the store
    before = workspace.store.state()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert client.request(method, "/export/facilities.csv").status_code == 405
    client.get("/export/map.gpkg", headers={"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"})
    assert workspace.store.state() == before


def test_what_was_saved_is_in_the_next_download(client: TestClient, workspace: Workspace, clock: Clock) -> None:
    assert "F1站" in client.get("/export/facilities.csv").text
    version = workspace.store.get("facilities", "F1").version
    workspace.store.commit([Change("facilities", "F1", {"name": "新驿站"}, version)], by="甲", at=clock(), why="改名")
    text = client.get("/export/facilities.csv").text
    assert "新驿站" in text
    assert "F1站" not in text


def test_only_so_many_files_are_made_at_once(anybody: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "WAIT_S", 0.05)
    begun, go = [Event() for _ in range(exports.AT_ONCE)], Event()
    waiting = iter(begun)

    def slow(*_: object) -> dict[str, str]:
        next(waiting).set()
        assert go.wait(60)
        raise OSError("never mind")

    monkeypatch.setattr(exports, "export", slow)
    answers: list[Any] = []

    def ask() -> None:
        try:
            anybody.get("/export/regions.csv")
        except OSError as error:
            answers.append(error)

    askers = [Thread(target=ask) for _ in begun]
    for asker in askers:
        asker.start()
    assert all(event.wait(60) for event in begun)
    busy = anybody.get("/export/regions.csv")
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "10")
    go.set()
    for asker in askers:
        asker.join()
    assert len(answers) == exports.AT_ONCE
    monkeypatch.setattr(exports, "export", export)
    assert anybody.get("/export/regions.csv").status_code == 200, "the turns were given back"
    assert left_behind() == []


def test_a_file_nobody_waits_for_any_more_is_deleted(workspace: Workspace) -> None:
    """The connection breaks at the first byte."""
    route = exports.routes(workspace)[-1]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/export/facilities.csv",
        "query_string": b"",
        "headers": [],
        "path_params": {"name": "facilities", "format": "csv"},
    }

    async def run() -> None:
        answer: Response = route.endpoint(Request(scope))

        async def send(_: object) -> None:
            raise OSError("gone")

        async def receive() -> dict[str, str]:
            return {"type": "http.disconnect"}

        await answer(scope, receive, send)

    assert left_behind() == []
    # In a thread of its own: the loop of the browser tests may be running in this one.
    with pytest.raises(OSError, match="gone"), ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, run()).result()
    assert left_behind() == []


def test_without_data_there_is_no_file(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_order() -> District:
        raise PackError([Fault("enterprises.csv", 2, "name", "fault.empty", "张三")])

    monkeypatch.setattr(workspace, "district", out_of_order)
    answer = client.get("/export/facilities.csv")
    assert answer.status_code == 503
    assert "enterprises.csv" in answer.json()["detail"]
    assert "张三" not in answer.text
    assert left_behind() == []


def test_a_sheet_too_long_is_the_formats_fault(
    client: TestClient, sign_in: Callable[[Role], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in("staff")
    monkeypatch.setattr(tables, "ROWS_AT_MOST", 7)
    answer = client.get("/export/enterprises.xlsx")
    assert answer.status_code == 422
    assert "CSV" in answer.json()["detail"][0]["msg"]
    assert client.get("/export/enterprises.csv").status_code == 200
    assert left_behind() == []


def test_a_browser_is_told_by_a_page(anybody: TestClient) -> None:
    answer = anybody.get("/export/nothing.csv", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "facilities" in answer.text
    answer = anybody.get("/export/coverage.csv?within_m=%3Cb%3E", headers={"Accept": "text/html"})
    assert answer.status_code == 422
    assert "<b>" not in answer.text


def test_the_whole_question_is_taken_from_the_address(
    client: TestClient, sign_in: Callable[[Role], None], clock: Clock
) -> None:
    sign_in("staff")

    def total(query: str) -> list[float]:
        frame = pd.read_csv(BytesIO(client.get(f"/export/coverage.csv?lang=en&{query}").content))
        return frame[["Amount", "Amount served", "Amount unserved", "Amount unknown"]].iloc[-1].tolist()

    assert total("reach=1500&union=all&measure=workers") == [105, 40, 60, 5]
    assert total("kinds=&reach=1500") == [3, 0, 2, 1], "no kinds, no service"
    assert total("reach=15&unit=walk") == total(f"within_m={15 * 60 * 1.25 / 1.3}")
    assert total("day=Su&hour=22&reach=1500")[3] == 3, "no station says its hours"
    rows = pd.read_csv(BytesIO(client.get("/export/access.csv?lang=en&union=all&reach=1500").content))
    assert rows["Access"].tolist() == ["served", "unserved", "served", "unserved", "unknown", "unknown"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("coverage.csv?reach=far", "reach"),
        ("coverage.csv?kind=rest_station&kinds=rest_station", "kind"),
        ("coverage.csv?within_m=1000&reach=1000", "within_m"),
        ("coverage.csv?day=Mo", "hour"),
        ("coverage.csv?sites=F1:116,39", "sites"),
        ("facilities.csv?reach=1000", "reach"),
        ("cells.csv?size=300", "size"),
        ("plan.csv?sites=F1", "sites"),
        ("plan.csv?sites=F1:0,0", "sites"),
        ("plan.csv?goal=best", "goal"),
    ],
)
def test_what_a_planner_cannot_ask_is_said_by_field(anybody: TestClient, path: str, field: str) -> None:
    answer = anybody.get(f"/export/{path}")
    assert answer.status_code == 422
    (fault,) = answer.json()["detail"]
    assert fault["loc"] == ["query", field]


def test_a_plan_is_taken_from_the_address(
    anybody: TestClient, client: TestClient, sign_in: Callable[[Role], None], workspace: Workspace
) -> None:
    lon, lat = (float(part[0]) for part in workspace.district().plane.unproject([455_000.0], [4_385_000.0]))
    query = f"union=all&reach=1500&goal=p-median&n=3&sites=F3:{lon:.5f},{lat:.5f}:m&lang=en"
    sign_in("staff")
    for who, own in ((anybody, ""), (client, "1.0")):
        answer = who.get(f"/export/plan.csv?{query}")
        assert answer.status_code == 200
        row = pd.read_csv(BytesIO(answer.content), dtype=str, keep_default_na=False).iloc[0]
        assert (row.iloc[0], row.iloc[1], row["Moved by hand"], row["Own gain"]) == ("F3", "F3站", "yes", own)


def test_what_differs_by_who_asks_says_so(
    anybody: TestClient, client: TestClient, sign_in: Callable[[Role], None]
) -> None:
    """In 甲原镇 one of everybody is served: one that is told to staff."""
    sign_in("staff")
    query = "/export/coverage.csv?union=all&reach=1500&lang=en"
    seen, whole = (pd.read_csv(BytesIO(who.get(query).content)) for who in (anybody, client))
    assert whole["Enterprises served"].tolist() == [1, 1, 0, 0, 2]
    assert seen["Enterprises served"].isna().any()
    assert not seen["Enterprises served"].between(1, 4).any()
