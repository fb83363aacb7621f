"""The ledger's form as it is sent without a script, and what its script is answered."""

from __future__ import annotations

import html
import io
import json
import re
import warnings
from collections.abc import Callable

import pytest
from PIL import Image
from starlette.applications import Starlette

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from starlette.testclient import TestClient

from geo.casework import deeds
from geo.people import Person
from geo.web import cookies, forms
from geo.web.routes import routes
from geo.workspace import Workspace

URL, BROWSER = "/m/ledger", "b" * 43
HTML, SCRIPT = {"accept": "text/html"}, {"accept": "application/json"}
VISIT = {"campaign": "2025", "kind": "visit", "date": "2025-10-20", "team": "1", "position": "P1", "people": "3"}
APPEAL = {**VISIT, "kind": "appeal", "appeal_source": "12345", "appeal_type": "wages"}
Sent = Callable[..., tuple[int, str, str]]


@pytest.fixture
def client(workspace: Workspace) -> TestClient:
    people, now = workspace.store.people, workspace.now()
    token = people.open_session(people.add("甲某", "staff", by="test", at=now), via="link", now=now, hours=12)
    carried = {cookies.BROWSER: BROWSER, cookies.SESSION: token}
    return TestClient(Starlette(routes=routes(workspace)), cookies=carried, follow_redirects=False)


@pytest.fixture
def send(client: TestClient) -> Sent:
    """Sends the form: status, where to go next, the page."""
    field = {forms.FIELD: forms.token(BROWSER, client.cookies[cookies.SESSION])}

    def sent(said: dict[str, str], path: str = URL, photos: tuple[bytes, ...] = ()) -> tuple[int, str, str]:
        files = [("photos", ("photo.jpg", one, "image/jpeg")) for one in photos]
        answer = client.post(path, data={**field, **said}, files=files or None, headers=HTML)
        return answer.status_code, answer.headers.get("location", ""), answer.text

    return sent


def test_without_a_script_an_entry_is_recorded_shown_and_corrected(client: TestClient, send: Sent) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    said = {**VISIT, "enterprise_text": "E3公司", "enterprise": "", "note": "<b>食堂</b>"}
    status, onwards, _ = send(said, photos=(out.getvalue(),))
    assert (status, onwards.startswith("/m/ledger?saved=")) == (303, True)
    shown = client.get(onwards, headers=HTML).text
    assert all(part in shown for part in ("记好了", "E3公司", "&lt;b&gt;食堂&lt;/b&gt;", "工作人员记入"))
    assert 'href="/m/ledger?campaign=2025&amp;team=1&amp;position=P1&amp;date=2025-10-20"' in shown
    photo = client.get(re.findall(r"/ledger/photo/\w+\.jpg", shown)[0])
    assert (photo.headers["content-type"], photo.headers["cache-control"]) == ("image/jpeg", "no-store")
    at = re.findall(r"/m/ledger/\w+", shown)[0]
    form = client.get(at, headers=HTML).text
    assert 'name="version" value="1"' in form
    assert 'name="people" value="3"' in form
    assert "来电人" not in form
    status, _, page = send({**said, "version": "1", "people": "4"}, at)
    assert (status, "请写明原因" in page) == (422, True)
    assert send({**said, "version": "1", "people": "4", "why": "数错"}, at)[0] == 303
    dropped = re.findall(r'name="drop" value="(\w+)"', form)
    assert photo.url.path == f"/ledger/photo/{dropped[0]}.jpg"
    status, _, page = send({**said, "version": "1", "people": "5", "why": "我数的"}, at)
    assert (status, 'name="version" value="2"' in page, 'value="5"' in page) == (409, True, True)
    assert "甲某刚改过" in page
    assert send({**said, "version": "2", "people": "5", "why": "我数的", "drop": dropped[0]}, at)[0] == 303
    assert client.get(photo.url.path).status_code == 404


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(send: Sent, workspace: Workspace) -> None:
    status, _, page = send({**APPEAL, "date": "2025-10-21", "enterprise_text": "公司", "note": "欠薪三月"})
    assert (status, 'id="wrong-enterprise"' in page, "欠薪三月" in page) == (422, True, True)
    status, _, page = send({**APPEAL, "date": "2025-10-21", "note": "王小五 欠薪", "caller_name": "王小五"})
    assert (status, 'id="wrong-date"' in page) == (422, True)
    status, _, page = send({**APPEAL, "note": "王小五 欠薪", "caller_name": "王小五"})
    assert (status, 'id="wrong-note"' in page, 'value="王小五"' in page) == (422, True, True)
    assert workspace.entries().empty


def test_sent_twice_is_recorded_once_and_what_was_typed_last_counts(send: Sent, workspace: Workspace) -> None:
    said = {**VISIT, "id": "0123456789abcdef"}
    assert send(said)[1] == send(said)[1]
    second = {**said, "people": "8"}
    assert send({**second, "sent": json.dumps([said])})[0] == 303  # typed on after an answer was lost
    assert send({**said, "people": "9", "sent": json.dumps([said, second])})[0] == 303  # and once more
    rows = workspace.entries()
    assert (len(rows), rows["people"].iloc[0], rows["version"].iloc[0]) == (1, 9, 3)
    for sent in ("", "nonsense", "[1]", json.dumps([said])):  # another tab with the same draft
        status, _, page = send({**said, "people": "7", "sent": sent})
        assert (status, "这份草稿已经存成一笔" in page, 'name="id" value=""' in page) == (409, True, True)
    assert workspace.entries()["people"].iloc[0] == 9


def test_a_caller_is_added_later_and_never_shown(client: TestClient, send: Sent, workspace: Workspace) -> None:
    shown = client.get(send(APPEAL)[1], headers=HTML).text
    assert "没有记来电人" in shown
    at = re.findall(r"/m/ledger/\w+", shown)[0]
    assert "还没有登记来电人" in client.get(at, headers=HTML).text
    said = {**APPEAL, "version": "1", "why": "补来电人", "caller_name": "王小五"}
    assert send({**said, "note": "王小五"}, at)[0] == 422
    assert "“来电号码”太长" in send({**said, "caller_number": "1" * 50}, at)[2]
    assert send(said, at)[0] == 303
    page = client.get(at, headers=HTML).text
    assert ("已登记来电人" in page, "王小五" in page) == (True, False)


def test_an_entry_says_where_and_what_in_the_form(client: TestClient, send: Sent, workspace: Workspace) -> None:
    bare = {**VISIT, "position": "", "people": ""}
    status, _, page = send(bare)
    assert (status, 'id="wrong-position"' in page, 'id="wrong-note"' in page) == (422, True, True)
    lon, lat = workspace.district().regions.geometry.iloc[2].centroid.coords[0]
    onwards = send({**VISIT, "lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "placed_by": "tap"})[1]
    assert "位置在丙" in client.get(onwards, headers=HTML).text
    gone = client.get(f"{URL}/nothing", headers=HTML)
    assert (gone.status_code, "回到台账" in gone.text, "/signin" in gone.text) == (404, True, False)


def test_the_script_is_answered_in_json(client: TestClient, workspace: Workspace) -> None:
    field = {forms.FIELD: forms.token(BROWSER, client.cookies[cookies.SESSION])}
    wrong = client.post(URL, data={**field, **VISIT, "people": "-1"}, headers=SCRIPT)
    assert (wrong.status_code, list(wrong.json()["faults"])) == (422, ["people"])
    right = client.post(URL, data={**field, **APPEAL, "caller_number": "13800138000"}, headers=SCRIPT)
    assert right.json()["next"] == f"/m/ledger?saved={right.json()['id']}"
    shown = client.get(right.json()["next"], headers=HTML)
    assert ("13800138000" in shown.text, "来电人已单独保存" in shown.text) == (False, True)
    people, now = workspace.store.people, workspace.now()
    other_hand = people.open_session(people.add("乙某", "staff", by="test", at=now), via="link", now=now, hours=12)
    theirs = client.get(right.json()["next"], headers={**HTML, "cookie": f"{cookies.SESSION}={other_hand}"}).text
    assert ("记好了" in theirs, "来电人" in theirs) == (True, False)  # that there is one is not for them to know
    assert client.post(URL, data=VISIT, headers=SCRIPT).json()["forged"] is True
    other = {**SCRIPT, "sec-fetch-site": "cross-site"}
    assert client.post(URL, data={**field, **VISIT}, headers=other).status_code == 403
    client.cookies.delete(cookies.SESSION)
    assert client.post(URL, data={**field, **VISIT}, headers=SCRIPT).status_code == 401
    assert len(workspace.entries()) == 1


def test_the_form_opens_with_what_the_address_says_in_both_languages(client: TestClient) -> None:
    page = client.get(f"{URL}?team=1&position=P1&date=2025-10-01&kind=worker_meeting&enterprise=E3", headers=HTML).text
    for part in (
        'value="worker_meeting" checked',
        'value="2025-10-01"',
        '<option value="P1" selected>',
        'value="E3公司"',
    ):
        assert part in page, part
    english = client.get(f"{URL}?lang=en&kind=nonsense&campaign=1999", headers=HTML)
    assert "Enter what was done" in english.text
    assert 'value="visit" checked' in english.text
    policy = english.headers["content-security-policy"]
    assert ("script-src 'self'" in policy, "unsafe" in policy) == (True, False)


def test_positions_are_told_with_the_team_that_takes_them(client: TestClient, workspace: Workspace) -> None:
    plans, at = workspace.store.assignments, workspace.now()
    draft = plans.edit("2025", {"where.P1": (None, "1")}, by="丙某", at=at)
    plans.publish("2025", draft.version, note="", starts="2025-06-01", grounds={}, by="丙某", at=at)
    found = re.findall(r"data-plans='(.*?)'", client.get(URL, headers=HTML).text)[0]
    positions = {row[0]: row[1:] for row in json.loads(html.unescape(found))["2025"]["positions"]}
    assert positions == {"P1": ["甲原镇", "1", "110199001000"], "P2": ["工业基地", "", ""]}


def test_photos_of_what_was_taken_back_are_shown_no_more(client: TestClient, workspace: Workspace, send: Sent) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "PNG")
    onwards = send(VISIT, photos=(out.getvalue(),))[1]
    id_ = onwards.partition("=")[2]
    photo = f"/ledger/photo/{workspace.store.photos.of(id_)[0].id}.jpg"
    assert client.get(photo).status_code == 200
    deeds.retire(workspace, Person("x", "甲某", "staff"), id_, 1, "记错")
    assert client.get(photo).status_code == 404
    assert client.get(onwards, headers=HTML).status_code == 409
    assert send(VISIT, photos=(b"no photo",))[0] == 422
    assert send(VISIT, photos=(out.getvalue(),) * 7)[0] == 422


def test_bad_photos_leave_an_entry_as_it_was(client: TestClient, send: Sent, workspace: Workspace) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    send(VISIT, photos=(out.getvalue(),))
    id_ = str(workspace.entries()["id"].iloc[0])
    (kept,) = workspace.store.photos.of(id_)
    said = {**VISIT, "version": "1", "why": "改", "people": "9", "drop": kept.id}
    assert send(said, f"{URL}/{id_}", (out.getvalue(), b"no photo"))[0] == 422
    assert (workspace.store.get("entries", id_).version, workspace.store.photos.of(id_)) == (1, [kept])  # type: ignore[union-attr]
    assert send(said, f"{URL}/{id_}")[0] == 303
    assert workspace.store.photos.of(id_) == []


def test_too_much_is_said_in_the_language_of_the_page(client: TestClient) -> None:
    files = [("photos", ("photo.jpg", b"x", "image/jpeg"))] * 21
    for lang, words in (("", "没有保存：一次最多 20 个文件"), ("?lang=en", "Not saved: at most 20 files")):
        answer = client.post(URL + lang, data=VISIT, files=files, headers=HTML)
        assert (answer.status_code, words in answer.text) == (400, True)
    for data in ({f"f{n}": "x" for n in range(81)}, {"note": "x" * 70_000}):
        answer = client.post(URL, data=data, headers=SCRIPT)
        assert (answer.status_code, "没有保存" in answer.json()["message"]) == (400, True)
