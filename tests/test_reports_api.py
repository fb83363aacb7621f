"""``POST /api/v1/reports``: what is taken, what is refused and how, and what nobody ever gets to see."""

from __future__ import annotations

import json
import logging
import random
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from starlette.testclient import TestClient

from geo.errors import ParameterError
from geo.people import NOBODY, REPORTS, Person
from geo.reporting import DISMISSED, WHAT, WORDS_AT_MOST, confirm, dismiss, outcomes, report, should_be_open
from geo.storage import Change, Conflict
from geo.storage.reports import NoStationError
from geo.web.cookies import SESSION
from geo.web.reports import BYTES_AT_MOST
from geo.web.routes import routes
from geo.workspace import Workspace

if TYPE_CHECKING:
    from clock import Clock

URL = "/api/v1/reports"
SENDER = "203.0.113.77"
WORDS = "门口的张三说电话一三八"
LI = Person("u1", "李", "staff")
JSON = {"content-type": "application/json"}


class From:
    """The app as it is asked from an address, which a test may change."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.host = app, SENDER

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "client": (self.host, 1)}, receive, send)


@pytest.fixture
def door(workspace: Workspace) -> From:
    return From(Starlette(routes=routes(workspace)))


@pytest.fixture
def client(door: From) -> Iterator[TestClient]:
    with TestClient(door) as opened:
        yield opened


def open_reports(workspace: Workspace) -> int:
    return sum(len(one.reports) for one in workspace.store.reports.waiting(workspace.now()))


def state(workspace: Workspace, facility: str = "F2") -> object:
    record = workspace.store.get("facilities", facility)
    assert record is not None
    return record.values["state"]


# What is taken


def test_a_report_is_taken(client: TestClient, workspace: Workspace) -> None:
    answer = client.post(URL, json={"facility": "F2", "what": "locked", "words": f" {WORDS}\n\u202e "})
    (waiting,) = workspace.store.reports.waiting(workspace.now())
    (kept,) = waiting.reports
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert answer.json() == {
        "id": kept.id,
        "facility": "F2",
        "what": "locked",
        "counted": 1,
        "unverified": False,
        "station_state": "open",
    }
    assert (kept.facility, kept.what, kept.words, kept.at) == ("F2", "locked", WORDS, workspace.now())


@pytest.mark.parametrize("what", WHAT)
def test_each_kind_is_taken_without_words(client: TestClient, what: str) -> None:
    assert client.post(URL, json={"facility": "F2", "what": what}).status_code == 201


def test_three_addresses_make_a_station_unverified(client: TestClient, door: From, workspace: Workspace) -> None:
    said = []
    for door.host in ("1.1.1.1", "1.1.1.1", "2001:db8::1", "2001:db8::2", "::ffff:1.1.1.1", "2.2.2.2"):
        answer = client.post(URL, json={"facility": "F2", "what": "locked"}).json()
        said.append((answer["counted"], answer["unverified"], answer["station_state"]))
    assert said == [(1, False, "open")] * 2 + [(2, False, "open")] * 3 + [(3, True, "unverified")]
    (newest, *_) = workspace.store.history("facilities", "F2")
    assert (newest.by, newest.why) == (REPORTS, "一天之内至少 3 人各自报告有问题")
    assert set(workspace.district().facilities.set_index("id").loc[["F2"], "state"]) == {"unverified"}
    found = client.get("/api/v1/facilities").json()["features"]
    assert [one["properties"]["state"] for one in found if one["properties"]["id"] == "F2"] == ["unverified"]


# What is refused


@pytest.mark.parametrize(
    ("body", "where", "key"),
    [
        ({}, ["body", "facility"], "report.field_missing"),
        ({"facility": "F2"}, ["body", "what"], "report.field_missing"),
        ({"what": "locked"}, ["body", "facility"], "report.field_missing"),
        ({"facility": 2, "what": "locked"}, ["body", "facility"], "report.field_text"),
        ({"facility": "F2", "what": None}, ["body", "what"], "report.field_text"),
        ({"facility": "F2", "what": ["locked"]}, ["body", "what"], "report.field_text"),
        ({"facility": "F2", "what": "locked", "words": {}}, ["body", "words"], "report.field_text"),
        ({"facility": "F2", "what": "Locked"}, ["body", "what"], "report.what_unknown"),
        ({"facility": "F2", "what": ""}, ["body", "what"], "report.what_unknown"),
        ({"facility": "F2", "what": "locked", "words": "字" * 201}, ["body", "words"], "report.words_long"),
        ({"facility": "F2", "what": "locked", "phone": "1"}, ["body", "phone"], "report.field_unknown"),
        ([], ["body"], "report.not_json"),
        ("locked", ["body"], "report.not_json"),
        (7, ["body"], "report.not_json"),
        ({"facility": "F2", "what": "\ud800"}, ["body", "what"], "report.what_unknown"),
        ({"facility": "F2", "what": "gone", "\ud800": 1}, ["body", "?"], "report.field_unknown"),
    ],
)
def test_what_is_wrong_is_named(client: TestClient, body: object, where: list[str], key: str) -> None:
    answer = client.post(URL, content=json.dumps(body), headers=JSON)
    (detail,) = answer.json()["detail"]
    assert (answer.status_code, detail["loc"], detail["type"]) == (422, where, key)
    assert detail["msg"]


def test_two_hundred_characters_are_taken_however_they_are_written(client: TestClient) -> None:
    for what, words in (("locked", "字" * WORDS_AT_MOST), ("full", "𠀀" * WORDS_AT_MOST)):
        body = json.dumps({"facility": "F2", "what": what, "words": words}, ensure_ascii=True)
        assert client.post(URL, content=body, headers=JSON).status_code == 201
        assert len(body) < BYTES_AT_MOST


@pytest.mark.parametrize("facility", ["F9", "", "f2", "E1", "F2\x00", "\ud800", "F" * 2000])
def test_an_unknown_station_is_not_found(client: TestClient, workspace: Workspace, facility: str) -> None:
    answer = client.post(URL, content=json.dumps({"facility": facility, "what": "gone"}), headers=JSON)
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (404, ["body", "facility"])
    assert open_reports(workspace) == 0


def test_a_retired_station_is_not_found(client: TestClient, workspace: Workspace) -> None:
    workspace.district()
    workspace.store.commit(
        [Change("facilities", "F2", {}, 1, retired="x")], by="li", at=workspace.now(), why="", what="save"
    )
    assert client.post(URL, json={"facility": "F2", "what": "gone"}).status_code == 404


def test_a_station_that_is_not_shown_is_not_found(workspace: Workspace) -> None:
    """A synthetic one, where demonstration records are left out."""
    district = workspace.district()
    at = workspace.now()
    workspace.store.commit([Change("facilities", "F2", {"standing": "synthetic"}, 1)], by="li", at=at, why="")
    assert report(workspace, "F2", "gone", "", sender="a", at=at).counted == 1
    bare = Workspace(workspace.settings.__class__(**{**vars(workspace.settings), "demo": False}), clock=workspace.now)
    with pytest.raises(NoStationError):
        report(bare, "F2", "full", "", sender="a", at=at)
    assert district.facilities["id"].tolist() == ["F1", "F2", "F3", "F4", "F5"]
    bare.store.close()


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_foreign_page_could_send_is_refused(client: TestClient, workspace: Workspace, kind: str) -> None:
    body = json.dumps({"facility": "F2", "what": "locked"})
    assert client.post(URL, content=body, headers={"content-type": kind} if kind else None).status_code == 415
    assert client.options(URL, headers={"origin": "http://evil.example"}).status_code == 405, "nor is it let to ask"
    assert open_reports(workspace) == 0


def test_a_large_body_is_refused(client: TestClient, workspace: Workspace) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(64):
            yield b" " * 1024

    assert client.post(URL, content=b" " * (BYTES_AT_MOST + 1), headers=JSON).status_code == 413
    assert client.post(URL, content=endless(), headers=JSON).status_code == 413
    assert open_reports(workspace) == 0


def test_too_many_are_told_how_long_to_wait(client: TestClient, door: From, clock: Clock) -> None:
    for what in WHAT[:5]:
        assert client.post(URL, json={"facility": "F2", "what": what}).status_code == 201
    clock.pass_by(minutes=4)
    answer = client.post(URL, json={"facility": "F2", "what": WHAT[5]})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "360")
    assert answer.json()["detail"][0]["msg"] == "Too many reports; please try again in 6 minutes"
    assert client.post(URL, json={"facility": "F2", "what": WHAT[0]}).status_code == 201, "said before"
    door.host = "1.1.1.1"
    assert client.post(URL, json={"facility": "F2", "what": WHAT[5]}).status_code == 201
    door.host = SENDER
    clock.pass_by(minutes=6)
    assert client.post(URL, json={"facility": "F2", "what": WHAT[5]}).status_code == 201


def test_other_parameters_are_refused(client: TestClient) -> None:
    answer = client.post(f"{URL}?facility=F2", json={"facility": "F2", "what": "locked"})
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["query", "facility"])
    assert client.get(URL).status_code == 405


def malformed(random_: random.Random) -> bytes:
    """Some body that no program should send: bytes, JSON of any other shape, or a good one with something broken."""
    good = {"facility": "F2", "what": "locked", "words": WORDS}
    values: list[Callable[[], Any]] = [
        lambda: random_.choice([None, True, 0, -1, 1e308, [], {}, "", "\ud800", "\x00", "F2\n", "%00", "' OR 1=1"]),
        lambda: "".join(chr(random_.randrange(0x110000)) for _ in range(random_.randrange(40))),
        lambda: [random_.random()] * random_.randrange(50),
        lambda: {"facility": {"facility": {}}},
        lambda: "字" * random_.randrange(190, 900),
    ]
    match random_.randrange(8):
        case 0:
            return random_.randbytes(random_.randrange(200))
        case 1:
            text = json.dumps(good).encode()
            place = random_.randrange(len(text))
            return text[:place] + random_.randbytes(random_.randrange(3)) + text[place + 1 :]
        case 2:
            return json.dumps(good, ensure_ascii=False).encode(random_.choice(["gbk", "utf-16", "utf-32", "utf-8-sig"]))
        case 3:
            return b"[" * random_.randrange(4000) + b"]" * random_.randrange(90)
        case 4:
            return b'{"facility": ' + b"9" * random_.randrange(1, 4000) + b', "what": NaN}'
        case 5:
            return json.dumps(random_.choice(values)()).encode()
        case 6:
            return json.dumps({**good, str(random_.choice(values)())[:300]: 1}).encode()
        case _:
            return json.dumps({**good, random_.choice([*good]): random_.choice(values)()}).encode()


def test_hundreds_of_malformed_bodies_get_words(
    client: TestClient, door: From, workspace: Workspace, clock: Clock
) -> None:
    random_ = random.Random(4)
    found: dict[int, int] = {}
    for number in range(800):
        door.host = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        answer = client.post(URL, content=malformed(random_), headers=JSON)
        found[answer.status_code] = found.get(answer.status_code, 0) + 1
        assert answer.status_code == 413 or answer.json().keys() & {"detail", "id"}
    assert found.keys() <= {201, 404, 413, 422, 429}, found
    assert found[422] > 400
    assert found.get(201, 0) >= open_reports(workspace), "what was whole after all"


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_refused_or_taken(body: bytes) -> None:
    from geo.web.reports import _read

    try:
        said = _read(body)
    except ParameterError:
        return
    assert all(isinstance(part, str) for part in said)


# What nobody gets to see


def test_sender_and_words_are_in_no_public_answer_no_export_and_no_log(
    client: TestClient, workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [client.post(URL, json={"facility": "F2", "what": "locked", "words": WORDS})]
    answers += [client.post(URL, json={"facility": "F2", "what": what, "words": WORDS}) for what in WHAT]
    answers.append(client.post(URL, json={"facility": "F2", "what": "x", "words": WORDS}))
    answers.append(client.post(URL, json={"facility": WORDS, "what": "gone"}))
    answers.append(client.post(URL, content=f'{{"words": "{WORDS}', headers=JSON))
    assert {answer.status_code for answer in answers} == {201, 429, 404, 422}
    people, now = workspace.store.people, workspace.now()
    token = people.open_session(people.add("某", "admin", by="x", at=now), via="link", now=now, hours=1)
    public = [
        "/healthz",
        "/api/openapi.json",
        *(f"/api/v1/{name}" for name in ("regions", "facilities", "coverage", "me")),
    ]
    exports = [
        f"/export/{name}.{kind}" for name in ("facilities", "map") for kind in ("csv", "xlsx", "geojson", "gpkg")
    ]
    for cookies in ({}, {SESSION: token}):
        client.cookies = cookies  # type: ignore[assignment]
        answers += [client.get(path) for path in (*public, *exports)]
    assert sum(answer.status_code == 200 for answer in answers) > 10
    for answer in answers:
        told = answer.content + str(answer.headers).encode()
        for secret in (WORDS, WORDS.encode("utf-16-le").decode("latin-1"), SENDER):
            assert secret.encode("utf-8") not in told
    assert WORDS not in caplog.text
    assert SENDER not in caplog.text
    assert "张三" not in caplog.text


def test_the_sender_is_in_no_file_of_the_store(client: TestClient, workspace: Workspace) -> None:
    client.post(URL, json={"facility": "F2", "what": "locked"})
    folder = Path(workspace.settings.database_url.removeprefix("sqlite:///")).parent
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert not any(SENDER.encode() in path.read_bytes() for path in files)


# What staff make of it


def reported(workspace: Workspace, *senders: str) -> list[str]:
    return [report(workspace, "F2", "locked", "", sender=one, at=workspace.now()).id for one in senders]


def test_who_went_there_sets_the_state_and_is_said_to_have(workspace: Workspace, clock: Clock) -> None:
    ids = reported(workspace, "a")
    clock.now = datetime.fromisoformat("2025-10-20T23:30+08:00")
    confirm(workspace, "F2", ids, version=1, state="closed", why=" 到场看过 ", by=LI)
    record = workspace.store.get("facilities", "F2")
    assert record is not None
    told = {name: record.values[name] for name in ("state", "verified_on", "verified_by")}
    assert told == {"state": "closed", "verified_on": "2025-10-20", "verified_by": "李"}, (
        "the day it is in the district"
    )
    (done,) = workspace.store.reports.handled()
    assert (done.outcome, done.why, done.handled_by, done.handled_at) == ("closed", "到场看过", "李", workspace.now())


def test_what_nobody_could_verify_is_not_called_verified(workspace: Workspace) -> None:
    confirm(workspace, "F2", reported(workspace, "a"), version=1, state="unverified", why="电话不通", by=LI)
    record = workspace.store.get("facilities", "F2")
    assert record is not None
    assert (record.values["state"], record.values["verified_on"]) == ("unverified", None)


def test_a_change_meanwhile_is_told(workspace: Workspace) -> None:
    ids = reported(workspace, "a", "b")
    reported(workspace, "c")  # which made it unverified
    with pytest.raises(Conflict):
        confirm(workspace, "F2", ids, version=1, state="open", why="x", by=LI)
    assert (state(workspace), workspace.store.reports.handled()) == ("unverified", [])
    dismiss(workspace, ids, why="玩笑", by=LI)
    assert {one.outcome for one in workspace.store.reports.handled()} == {DISMISSED}


def test_only_a_state_can_be_set(workspace: Workspace) -> None:
    ids = reported(workspace, "a")
    for word in ("planned", "", "dismissed"):
        with pytest.raises(ParameterError):
            confirm(workspace, "F2", ids, version=1, state=word, why="x", by=LI)
    assert state(workspace) == "open"
    assert outcomes("trial")[0] == "trial"
    assert "trial" not in outcomes("open")


@pytest.mark.parametrize(
    ("hours", "at", "should"),
    [
        ("08:00-20:00", "2025-10-20T08:00", "open"),
        ("08:00-20:00", "2025-10-20T20:00", "closed"),
        ("22:00-02:00", "2025-10-21T01:59", "open"),
        ("24/7", "2025-10-21T03:00", "open"),
        ("", "2025-10-21T12:00", "unknown"),
        ("早八点", "2025-10-21T12:00", "unknown"),
    ],
)
def test_whether_the_door_should_have_been_open(
    workspace: Workspace, clock: Clock, hours: str, at: str, should: str
) -> None:
    workspace.district()
    change = Change("facilities", "F2", {"opening_hours": hours}, 1)
    workspace.store.commit([change], by="li", at=workspace.now(), why="")
    clock.now = datetime.fromisoformat(f"{at}+08:00")
    reported(workspace, "a")
    ((said,),) = (one.reports for one in workspace.store.reports.waiting(workspace.now()))
    assert should_be_open(said, workspace.district()) == should


def test_nobody_is_called_what_the_program_writes_under(workspace: Workspace) -> None:
    with pytest.raises(Exception, match="name_taken"):
        workspace.store.people.add("Reports", "staff", by="x", at=workspace.now())
    assert not NOBODY.may("staff")


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("门锁着，我电话13800138000", "门锁着，我电话…"),
        ("138-0013-8000 张", "… 张"),
        ("门口 12 点后锁，201 室", "门口 12 点后锁，201 室"),
        ("123456", "123456"),  # six digits: a time, a room, an amount
    ],
)
def test_a_telephone_number_is_not_kept(workspace: Workspace, words: str, kept: str) -> None:
    report(workspace, "F2", "full", words, sender="a", at=workspace.now())
    (waiting,) = workspace.store.reports.waiting(workspace.now())
    assert [one.words for one in waiting.reports] == [kept]


def test_verified_is_the_day_that_it_is_in_the_district(workspace: Workspace, clock: Clock) -> None:
    """16:30 in UTC is half past midnight of the next day in Beijing."""
    ids = reported(workspace, "a")
    clock.now = datetime.fromisoformat("2025-10-20T16:30+00:00")
    confirm(workspace, "F2", ids, version=1, state="closed", why="到场看过", by=LI)
    record = workspace.store.get("facilities", "F2")
    assert record is not None
    assert record.values["verified_on"] == "2025-10-21"


def test_a_station_on_trial_may_be_found_on_trial_still(workspace: Workspace) -> None:
    ids = [report(workspace, "F4", "full", "", sender="a", at=workspace.now()).id]
    confirm(workspace, "F4", ids, version=1, state="trial", why="到场看过", by=LI)
    record = workspace.store.get("facilities", "F4")
    assert record is not None
    assert (record.values["state"], record.values["verified_on"]) == ("trial", "2025-10-20")
