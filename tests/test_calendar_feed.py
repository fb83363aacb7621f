"""Calendar feeds: what a calendar program reads, whose visits, and an address that is a secret."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from clock import Clock
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar
from told_world import LEADER, TestClient, client, member, of, sign_in, told_pack, told_store, world

from geo.district import District
from geo.errors import GongtuError
from geo.fieldwork.calendar import Feed, ics
from geo.fieldwork.campaign import Campaign, Team, campaigns
from geo.fieldwork.deeds import close
from geo.pack import open_pack
from geo.storage import attempts, people
from geo.storage.attempts import LIMITS
from geo.storage.visits import PlannedVisit
from geo.text import tidy
from geo.workspace import Workspace

__all__ = ["client", "told_pack", "told_store", "world"]  # fixtures
FEED = "/api/v1/campaigns/2025/visits.ics"


def add(world: Workspace, **fields: Any) -> Any:
    said = {"team": "1", "position": "P4", "date": "2025-11-03", "by": "李明", "at": world.now(), **fields}
    return world.store.visits.add("2025", **said)


def events(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


@pytest.fixture(scope="module")
def told_district(told_pack: Path) -> District:
    return open_pack(told_pack, demo=True)


@pytest.fixture
def staff(world: Workspace, client: TestClient) -> str:
    """Somebody of team 1, signed in."""
    user = member(world, "赵六", team="1")
    sign_in(world, client, user)
    return user


# What is in it


def test_a_visit_with_an_hour_is_an_event_in_utc(client: TestClient, world: Workspace, staff: str) -> None:
    """Nine in Beijing is one o'clock in the morning of UTC."""
    visit = add(world, start="09:00", end="11:30", what="未建会企业沟通会", note="带宣传册")
    answer = client.get(FEED)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    (event,) = events(answer.content)
    assert event["UID"] == f"visit-{visit.id}@yunze.gongtu"
    assert event.decoded("DTSTART") == datetime(2025, 11, 3, 1, tzinfo=UTC)
    assert event.decoded("DTEND") == datetime(2025, 11, 3, 3, 30, tzinfo=UTC)
    assert event["SUMMARY"] == "第一组 · 工业基地 · 未建会企业沟通会"
    assert event["LOCATION"] == "工业基地"
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == world.now()
    assert (event["SEQUENCE"], event["STATUS"]) == (visit.version, "CONFIRMED")
    assert (event["GEO"].latitude, event["GEO"].longitude) == (39.585, 116.475)
    assert "带宣传册" in event["DESCRIPTION"]
    assert "位置依据：假定，误差约 2 千米" in event["DESCRIPTION"]


def test_a_visit_without_an_hour_takes_the_whole_day(client: TestClient, world: Workspace, staff: str) -> None:
    add(world, date="2025-12-31")
    (event,) = events(client.get(FEED).content)
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2025, 12, 31), date(2026, 1, 1))


def test_a_visit_without_an_end_has_none(client: TestClient, world: Workspace, staff: str) -> None:
    add(world, start="09:00")
    (event,) = events(client.get(FEED).content)
    assert "DTEND" not in event


def test_a_change_keeps_the_uid_and_raises_the_sequence(
    client: TestClient, world: Workspace, staff: str, clock: Clock
) -> None:
    visit = add(world, start="09:00")
    (before,) = events(client.get(FEED).content)
    clock.pass_by(minutes=5)
    world.store.visits.change(visit.id, visit.version, by="李明", at=clock(), state="cancelled")
    (after,) = events(client.get(FEED).content)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.decoded("LAST-MODIFIED") == before.decoded("LAST-MODIFIED") + timedelta(minutes=5)
    assert after["STATUS"] == "CANCELLED"


def test_texts_are_escaped_and_lines_folded(client: TestClient, world: Workspace, staff: str) -> None:
    """What somebody writes is a text: it begins no property and no event of its own."""
    what = "甲;乙,丙\\丁END:VEVENT" + "长" * 60
    add(world, what=what, note="第一行\nATTENDEE:mailto:x@example.org\r\n第三行")
    content = client.get(FEED).content
    (event,) = events(content)
    assert event["SUMMARY"].endswith(what)
    assert "ATTENDEE" not in event
    assert event["DESCRIPTION"].splitlines()[:3] == ["第一行", "ATTENDEE:mailto:x@example.org", "第三行"]
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not [line for line in lines if b"\n" in line or line.startswith(b"ATTENDEE")]
    assert content.decode("utf-8").startswith("BEGIN:VCALENDAR\r\n")


@given(st.text(max_size=200), st.text(max_size=200))
@example("a\\nb\\", "\\;\\,\\N")
def test_any_text_survives_and_breaks_nothing(told_district: District, what: str, note: str) -> None:
    at = datetime(2025, 10, 20, 4, tzinfo=UTC)
    fields = {"team": "1", "position": "P4", "date": "2025-11-03", "start": "", "end": "", "what": what, "note": note}
    by = {"created_by": "", "created_at": at, "changed_by": "", "changed_at": at}
    visit = PlannedVisit(id="v", campaign="2025", state="planned", version=1, **fields, **by)  # type: ignore[arg-type]
    of_it = Campaign("2025", "蹲点", teams=(Team("1", "第一组"),))
    content = ics(told_district, Feed(((of_it, visit),), ""), "zh")
    (event,) = events(content)
    said = " ".join(tidy(what).replace("\\N", "＼N").split())
    noted = tidy(note).replace("\\N", "＼N")
    assert event["SUMMARY"] == " · ".join(filter(None, ("第一组", "工业基地", said)))
    assert event["DESCRIPTION"] == "\n".join(filter(None, (noted, "行动：蹲点", "位置依据：假定，误差约 2 千米")))
    assert max(map(len, content.split(b"\r\n"))) <= 75


def test_a_position_of_unknown_place_has_no_point(client: TestClient, world: Workspace, staff: str) -> None:
    add(world, position="P1")
    (event,) = events(client.get(FEED).content)
    assert "GEO" not in event
    assert event["LOCATION"] == "甲原镇"


def test_the_words_are_in_the_language_asked_for(client: TestClient, world: Workspace, staff: str) -> None:
    add(world)
    (event,) = events(client.get(f"{FEED}?lang=en").content)
    assert event["SUMMARY"] == "Team One · Industrial Base"
    assert client.get(f"{FEED}?lang=fr").status_code == 422


def test_nobody_s_name_is_in_it(client: TestClient, world: Workspace, staff: str) -> None:
    add(world)
    text = client.get(FEED).content.replace(b"\r\n ", b"").decode("utf-8")
    assert not [name for name in ("李明", "赵六", staff) if name in text]
    assert not re.search("ORGANIZER|ATTENDEE|CONTACT", text)


def test_an_empty_feed_is_a_calendar(client: TestClient, world: Workspace, staff: str) -> None:
    found = Calendar.from_ical(client.get(FEED).content)
    assert found["X-WR-CALNAME"] == "北京市云泽区蹲点走访 · 第一组"
    assert found["VERSION"] == "2.0"
    assert found["PRODID"]
    assert found.walk("VEVENT") == []


# Whose


def test_staff_get_their_own_team_s_and_leaders_everybody_s(client: TestClient, world: Workspace, staff: str) -> None:
    own, other = add(world), add(world, team="2")
    for user, wanted in (
        (staff, {own.id}),
        (member(world, "张三"), set()),
        (member(world, "李明", "leader"), {own.id, other.id}),
    ):
        sign_in(world, client, user)
        token = world.store.people.calendar_link(user, world.now())
        for path in (FEED, f"/calendar/{token}.ics"):
            assert {event["UID"][6:].split("@")[0] for event in events(client.get(path).content)} == wanted, path


def test_visits_of_more_than_a_year_ago_are_left_out(client: TestClient, world: Workspace, staff: str) -> None:
    """366 days before 2025-10-20."""
    kept = add(world, date="2024-10-19")
    add(world, date="2024-10-18")
    assert [event["UID"] for event in events(client.get(FEED).content)] == [f"visit-{kept.id}@yunze.gongtu"]


def test_a_closed_campaign_keeps_its_visits(client: TestClient, world: Workspace, staff: str) -> None:
    add(world)
    close(world, LEADER, of(world))
    token = world.store.people.calendar_link(staff, world.now())
    assert len(campaigns(world.district(), world.store)) == 1
    assert len(events(client.get(f"/calendar/{token}.ics").content)) == 1


def test_an_unknown_campaign_has_no_feed(client: TestClient, world: Workspace, staff: str) -> None:
    answer = client.get("/api/v1/campaigns/1999/visits.ics")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


# The secret address


def test_the_address_opens_the_feed_without_a_session(client: TestClient, world: Workspace, staff: str) -> None:
    add(world)
    token = world.store.people.calendar_link(staff, world.now())
    client.cookies.clear()
    answer = client.get(f"/calendar/{token}.ics")
    assert len(events(answer.content)) == 1
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert client.get(FEED).status_code == 401, "it opens nothing else"
    assert "set-cookie" not in answer.headers


def test_an_address_that_ended_opens_nothing(client: TestClient, world: Workspace, staff: str, clock: Clock) -> None:
    accounts = world.store.people

    def status(token: str) -> int:
        return client.get(f"/calendar/{token}.ics").status_code

    first = accounts.calendar_link(staff, clock())
    second = accounts.calendar_link(staff, clock())
    assert (status(first), status(second)) == (404, 200)
    accounts.end_calendar(staff)
    assert status(second) == 404
    third = accounts.calendar_link(staff, clock())
    accounts.disable(staff, "离职", by="x", now=clock())
    assert status(third) == 404


def test_an_address_ends_after_a_year(client: TestClient, world: Workspace, staff: str, clock: Clock) -> None:
    token = world.store.people.calendar_link(staff, clock())
    clock.pass_by(days=364)
    assert client.get(f"/calendar/{token}.ics").status_code == 200
    clock.pass_by(days=3)
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_a_role_that_was_taken_away_shows_at_once(client: TestClient, world: Workspace) -> None:
    leader = member(world, "李明", "leader")
    add(world)
    token = world.store.people.calendar_link(leader, world.now())
    assert len(events(client.get(f"/calendar/{token}.ics").content)) == 1
    world.store.people.set_role(leader, "staff", by="x", at=world.now())
    assert events(client.get(f"/calendar/{token}.ics").content) == []


@pytest.mark.parametrize("token", ["x", "%00", "%ff", "..", "a" * 5000, "*", "'%20or%201=1--"])
def test_a_wrong_address_is_a_404(client: TestClient, token: str) -> None:
    answer = client.get(f"/calendar/{token}.ics")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


def test_wrong_addresses_are_throttled_and_sign_in_is_not(
    client: TestClient, world: Workspace, staff: str, clock: Clock
) -> None:
    token = world.store.people.calendar_link(staff, clock())
    for number in range(LIMITS["address"]):
        assert client.get(f"/calendar/wrong{number}.ics").status_code == 404
    for path in ("/calendar/another.ics", f"/calendar/{token}.ics"):
        answer = client.get(path)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
    with pytest.raises(GongtuError, match=r"signin\.refused"):  # and not signin.wait
        world.store.people.sign_in("赵六", "wrong", address="testclient", now=clock(), hours=1)
    clock.pass_by(minutes=16)
    assert client.get(f"/calendar/{token}.ics").status_code == 200


def test_a_right_address_writes_nothing(
    client: TestClient, world: Workspace, staff: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that asks every few minutes, for a year, waits for nobody who writes."""
    token = world.store.people.calendar_link(staff, world.now())
    client.get(f"/calendar/{token}.ics")  # the key that attempts are hashed with is made once

    def written(*_: object, **__: object) -> None:
        raise AssertionError("something is written")

    for module in (attempts, people):
        monkeypatch.setattr(module, "writing", written)
    assert client.get(f"/calendar/{token}.ics").status_code == 200
    with pytest.raises(AssertionError, match="written"):
        client.get("/calendar/wrong.ics")
