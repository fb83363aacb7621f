"""The ledger over HTTP: who may have what, what is refused how, and that no caller or account is told."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from starlette.applications import Starlette

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from starlette.testclient import TestClient

from geo.people import Role
from geo.web import cookies
from geo.web.routes import routes
from geo.workspace import Workspace

URL = "/api/v1/entries"
VISIT = {"campaign": "2025", "kind": "visit", "date": "2025-10-20", "position": "P2", "people": 3}
APPEAL = {
    "campaign": "2025",
    "kind": "appeal",
    "date": "2025-10-13",
    "position": "P2",
    "appeal_source": "12345",
    "appeal_type": "wages",
}
Client = Callable[[str], TestClient]


@pytest.fixture
def client(workspace: Workspace) -> Client:
    """A browser of 甲 or 乙, of staff, or of 丙, who leads."""
    app, people, now = Starlette(routes=routes(workspace)), workspace.store.people, workspace.now()
    roles: Mapping[str, Role] = {"甲": "staff", "乙": "staff", "丙": "leader"}
    users = {name: people.add(f"{name}某", role, by="test", at=now) for name, role in roles.items()}

    def made(name: str) -> TestClient:
        token = people.open_session(users[name], via="link", now=now, hours=12)
        return TestClient(app, cookies={cookies.SESSION: token}, follow_redirects=False)

    return made


def test_an_entry_is_entered_listed_corrected_and_taken_through_its_steps(client: Client) -> None:
    one, two, leader = (client(name) for name in "甲乙丙")
    said = {**APPEAL, "id": "made-by-a-phone", "caller_name": "王五", "caller_number": "13800138000"}
    first = one.post(URL, json=said)
    assert (first.status_code, first.headers["cache-control"]) == (201, "no-store")
    assert one.post(URL, json=said).json()["id"] == "made-by-a-phone"
    assert two.post(URL, json=said).status_code == 422, "somebody else's id"
    made = first.json()
    assert (made["step"], made["due"], made["state"], made["mine"]) == ("enterprise", "2025-10-20", "due_soon", True)
    at = f"{URL}/made-by-a-phone"
    assert two.get(at).json()["caller"] is None
    assert two.get(f"{at}/caller").status_code == 403
    assert two.get(f"{URL}/nothing/caller").status_code == 403, "nor whether there is one"
    assert leader.get(made["caller"]).json() == {"name": "王五", "number": "13800138000", "erase_on": "2026-10-13"}
    assert leader.get(made["caller"]).headers["cache-control"] == "no-store"
    right = two.post(at, json={"version": 1, "why": "补充", "people": 2})
    assert (right.status_code, right.json()["people"], right.json()["version"]) == (200, 2, 2)
    late = one.post(at, json={"version": 1, "why": "补充", "people": 3})
    assert (late.status_code, late.json()["entry"]["people"]) == (409, 2)
    step = {"version": 2, "do": "advance", "step": "territory", "on": "2025-10-14", "note": "企业解决不了"}
    assert one.post(f"{at}/steps", json=step).json()["step"] == "territory"
    back = {**step, "version": 3, "step": "enterprise"}
    assert [who.post(f"{at}/steps", json=back).status_code for who in (two, leader)] == [403, 200]
    end = {"version": 4, "do": "close", "on": "2025-10-20", "solved": True, "satisfied": None, "note": "补发"}
    assert one.post(f"{at}/steps", json=end).json()["state"] == "closed"
    assert one.post(f"{at}/steps", json={**end, "version": 5}).status_code == 409
    hand = {"version": 5, "do": "assign", "handler": "nobody"}
    assert [who.post(f"{at}/steps", json=hand).status_code for who in (two, leader)] == [403, 422]
    # Nothing of the caller, and nobody's account, in anything but the caller's own address.
    everything = json.dumps([two.get(URL).json(), two.get(at).json(), right.json(), late.json()], ensure_ascii=False)
    assert [part for part in ("王五", "13800138000", "handler") if part in everything] == []


def test_the_list_is_filtered_and_paged_by_id(client: Client) -> None:
    one = client("甲")
    for number in range(3):
        assert one.post(URL, json={**VISIT, "id": f"visit-000{number}", "date": f"2025-10-1{number}"}).is_success
    one.post(URL, json={**APPEAL, "id": "appeal-001", "date": "2025-10-09"})

    def ids(query: str) -> tuple[list[str], str | None]:
        found = one.get(f"{URL}?{query}").json()
        return [row["id"] for row in found["entries"]], found["next"]

    assert ids("limit=2") == (["appeal-001", "visit-0000"], "visit-0000")
    assert ids("limit=2&after=visit-0000") == (["visit-0001", "visit-0002"], None)
    assert ids("kind=visit&kind=appeal&since=2025-10-09&until=2025-10-10")[0] == ["appeal-001", "visit-0000"]
    assert ids("state=escalated")[0] == ["appeal-001"]
    assert ids("team=1") == ([], None)


@pytest.mark.parametrize(
    ("path", "said", "status", "field"),
    [
        ("", {**VISIT, "people": "many"}, 422, "people"),
        ("", {**VISIT, "people": [1]}, 422, "people"),
        ("", {**VISIT, "step": "explained"}, 422, "step"),
        ("", {**VISIT, "caller_name": "王五"}, 422, "caller_name"),
        ("", {**VISIT, "id": 7}, 422, "id"),
        ("", {}, 422, "campaign"),
        ("/nothing", {"version": 1, "why": "x"}, 404, "id"),
        ("/nothing", {"version": True, "why": "x"}, 422, "version"),
        ("/visit-0001", {"version": 1}, 422, "why"),
        ("/visit-0001/steps", {"version": 1, "do": "advance", "step": "territory"}, 422, "id"),
        ("/visit-0001/steps", {"version": 1, "do": "delete"}, 422, "do"),
        ("/visit-0001/steps", {"version": 1, "do": "reopen", "step": "territory"}, 422, "step"),
        ("/visit-0001/steps", {"version": 1, "do": "answer", "answered": "yes"}, 422, "answered"),
        ("/visit-0001/steps", {"version": 1, "do": "answer", "answered": 1}, 422, "answered"),
        ("/visit-0001/steps", {"version": 1, "do": "close", "solved": 0}, 422, "solved"),
        ("", {**VISIT, "note": True}, 422, "note"),
        ("/visit-0001", {"version": 1, "why": "x", "note": 0}, 422, "note"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    client: Client, path: str, said: dict[str, Any], status: int, field: str
) -> None:
    one = client("甲")
    one.post(URL, json={**VISIT, "id": "visit-0001"})
    answer = one.post(URL + path, json=said)
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (status, ["body", field])
    assert "王五" not in answer.text


def test_what_another_site_sends_is_refused(client: Client) -> None:
    one = client("甲")
    said = json.dumps(VISIT)
    for headers, status in (
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/json", "origin": "https://evil.example"}, 403),
        ({"content-type": "application/json", "sec-fetch-site": "cross-site"}, 403),
        ({"content-type": "application/json", "sec-fetch-site": "same-origin"}, 201),
    ):
        assert one.post(URL, content=said, headers=headers).status_code == status, headers
    for body in ("[]", "{", "NaN", '{"people": NaN}', '{"people": Infinity}'):
        assert one.post(URL, content=body, headers={"content-type": "application/json"}).status_code == 422, body
    assert one.post(URL, content=b" " * 70_000, headers={"content-type": "application/json"}).status_code == 413


def test_half_of_a_character_is_refused_like_anything_else(client: Client) -> None:
    one, lead, half = client("甲"), client("丙"), "\ud800"
    one.post(URL, json={**APPEAL, "id": "appeal-001"})
    step = {"version": 1, "do": "advance", "step": "territory", "on": "2025-10-14", "note": "x"}
    move = {"version": 1, "to": "contacted", "on": "2025-10-14"}
    sent = [
        *((one, f"{URL}/appeal-001/steps", {**step, name: half}) for name in ("do", "step", "on")),
        (lead, f"{URL}/appeal-001/steps", {"version": 1, "do": "assign", "handler": half}),
        *((one, URL, {**VISIT, name: half}) for name in ("date", "enterprise", "campaign", "id")),
        *((one, "/api/v1/enterprises/E3/moves", {**move, name: half}) for name in ("to", "on", "union_id")),
    ]
    for who, path, said in sent:
        body = json.dumps(said)  # which escapes what UTF-8 cannot say
        answer = who.post(path, content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (404, 409, 422), (path, said, answer.text)
        assert answer.json()["detail"]


def test_the_history_names_no_account(client: Client, workspace: Workspace) -> None:
    one = client("甲")
    made = one.post(URL, json={**APPEAL, "id": "appeal-001"}).json()
    accounts = {account.name: account.id for account in workspace.store.people.list()}
    hand = {"version": made["version"], "do": "assign", "handler": accounts["乙某"]}
    answer = one.post(f"{URL}/appeal-001/steps", json=hand)
    told = answer.json()["history"][0]
    assert (answer.status_code, told["changes"], told["by"]) == (200, [], "甲某")
    assert answer.json()["version"] == 2
    assert [id_ for id_ in accounts.values() if id_ in answer.text] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2025-02-30", "since"),
        ("until=２０２５-10-01", "until"),
        ("campaign=1999", "campaign"),
        ("campaign=2025&team=9", "team"),
        ("position=P9", "position"),
        ("region=nowhere", "region"),
    ],
)
def test_a_list_of_what_there_is_not_is_refused(client: Client, query: str, field: str) -> None:
    answer = client("甲").get(f"{URL}?{query}")
    assert (answer.status_code, answer.json()["detail"][0]["loc"][-1]) == (422, field)


def test_an_enterprise_that_is_not_there_has_no_entries(client: Client) -> None:
    answer = client("甲").get(f"{URL}?enterprise=E99&campaign=2025&team=1&position=P1&region=110199001000")
    assert (answer.status_code, answer.json()["entries"]) == (200, [])
