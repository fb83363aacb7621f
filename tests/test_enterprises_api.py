"""``/api/v1/enterprises``: who may read what, paging, legal and illegal moves, two at once, other people's pages."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from starlette.testclient import TestClient

from geo.people import Role
from geo.storage import Change
from geo.web.access import COOKIE
from geo.web.routes import routes
from geo.workspace import Workspace

BASE = "/api/v1/enterprises"
MOVE = {"version": 1, "to": "contacted", "on": "2025-10-09", "note": "上门"}


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(workspace))) as made:
        yield made


def sign_in(workspace: Workspace, client: TestClient, name: str, role: Role = "staff") -> None:
    people, now = workspace.store.people, workspace.now()
    user = people.add(name, role, by="x", at=now)
    client.cookies.set(COOKIE, people.open_session(user, via="link", now=now, hours=12))


def test_the_list_is_for_staff_and_pages_by_id_without_contacts(client: TestClient, workspace: Workspace) -> None:
    assert client.get(BASE).status_code == 401
    sign_in(workspace, client, "张三")
    workspace.store.commit(
        [Change("enterprises", "E2", {"contact": "赵六", "phone": "13800138000"}, 1)],
        by="x",
        at=workspace.now(),
        why="",
    )
    answer = client.get(BASE, params={"limit": 3})
    first = answer.json()
    assert [one["id"] for one in first["enterprises"]] == ["E1", "E2", "E3"]
    assert (first["next"], answer.headers["cache-control"]) == ("E3", "no-store")
    assert "赵六" not in answer.text
    assert "138001380" not in answer.text
    rest = client.get(BASE, params={"limit": 4, "after": first["next"]}).json()
    assert ([one["id"] for one in rest["enterprises"]], rest["next"]) == (["E4", "E5", "E6", "E7"], None)
    one = client.get(f"{BASE}/E2").json()
    assert (one["contact"], one["phone"], one["version"]) == ("赵六", "13800138000", 2)
    assert (one["moves"], one["nearest_m"]) == (["contacted", "closed"], pytest.approx(2000, abs=1))
    assert client.get(f"{BASE}/E99").status_code == 404


def test_filters_narrow_and_what_there_is_not_is_refused(client: TestClient, workspace: Workspace) -> None:
    sign_in(workspace, client, "张三")
    for asked, ids in (
        ("status=established,willing", ["E1", "E3", "E4", "E5"]),
        ("region=110199001000&status=none", ["E2"]),
        ("low=20&high=30", ["E2", "E3"]),
        ("gap=unserved", ["E2", "E4"]),
        ("q=e4公", ["E4"]),
        ("q=nobody", []),
    ):
        found = [one["id"] for one in client.get(f"{BASE}?{asked}").json()["enterprises"]]
        assert found == ids, asked
    for asked in (
        "status=founded",
        "region=1",
        "low=3&high=2",
        "gap=x",
        "limit=0",
        "limit=501",
        "low=-1",
        "what=1",
        "after=%00",
        "industry=%00",
    ):
        assert client.get(f"{BASE}?{asked}").status_code == 422, asked


def test_a_move_is_made_and_stands_in_the_history(client: TestClient, workspace: Workspace) -> None:
    assert client.post(f"{BASE}/E2/moves", json=MOVE).status_code == 401
    sign_in(workspace, client, "张三")
    answer = client.post(f"{BASE}/E2/moves", json=MOVE)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["version"], answer.json()["union_status"]) == (2, "contacted")
    last = client.get(f"{BASE}/E2").json()["history"][0]
    assert {name: last[name] for name in ("kind", "on", "by", "why", "before", "after")} == {
        "kind": "move",
        "on": "2025-10-09",
        "by": "张三",
        "why": "上门",
        "before": "none",
        "after": "contacted",
    }


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"to": "preparing"}, "to"),
        ({"to": "established", "form": "standalone", "members": 3}, "to"),
        ({"to": "none"}, "to"),
        ({"on": "2025-10-21"}, "on"),
        ({"on": "2025-02-30"}, "on"),
        ({"on": None}, "on"),
        ({"to": "closed", "note": ""}, "note"),
        ({"members": 4}, "members"),
        ({"version": "1"}, "version"),
        ({"version": True}, "version"),
        ({"note": 7}, "note"),
        ({"contact": "x"}, "contact"),
    ],
)
def test_an_illegal_move_names_its_field(
    client: TestClient, workspace: Workspace, said: dict[str, object], field: str
) -> None:
    sign_in(workspace, client, "张三")
    answer = client.post(f"{BASE}/E2/moves", json=MOVE | said)
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["body", field])
    assert workspace.store.get("enterprises", "E2").version == 1  # type: ignore[union-attr]


def test_the_second_is_told_who_was_first(client: TestClient, workspace: Workspace) -> None:
    sign_in(workspace, client, "张三")
    assert client.post(f"{BASE}/E2/moves", json=MOVE).status_code == 200
    sign_in(workspace, client, "李四")
    answer = client.post(f"{BASE}/E2/moves", json=MOVE)
    now = answer.json()["enterprise"]
    assert (answer.status_code, now["changed_by"], now["union_status"], now["version"]) == (409, "张三", "contacted", 2)
    assert "phone" not in now
    assert client.post(f"{BASE}/E99/moves", json=MOVE).status_code == 404


def test_another_site_moves_nothing(client: TestClient, workspace: Workspace) -> None:
    sign_in(workspace, client, "张三")
    for headers, status in (
        ({"origin": "https://elsewhere.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"content-type": "text/plain"}, 415),
    ):
        answer = client.post(f"{BASE}/E2/moves", json=MOVE, headers=headers)
        assert answer.status_code == status, headers
    for body in (b"", b"[]", b"{", b'{"version": NaN}'):
        answer = client.post(f"{BASE}/E2/moves", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 422, body
    assert workspace.store.get("enterprises", "E2").version == 1  # type: ignore[union-attr]
