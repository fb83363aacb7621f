"""Entries of the ledger entered, corrected and taken back; appeals and their callers; photos."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pandas as pd
import pytest
from clock import Clock
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from geo.casework import appeals, callers, deeds, entry, listed, photos, told
from geo.casework.callers import Caller
from geo.errors import GongtuError, ParameterError
from geo.fieldwork.campaign import Campaign, campaign, campaigns
from geo.fieldwork.deeds import change as change_campaign
from geo.fieldwork.deeds import close as close_campaign
from geo.fieldwork.deeds import make as make_campaign
from geo.i18n import translate
from geo.ledger import STEPS, Rules, tells
from geo.people import NOBODY, Person, Role
from geo.storage import Change, Conflict, Record
from geo.workspace import Workspace

VISIT = {"campaign": "2025", "kind": "visit", "date": "2025-10-20", "position": "P2", "people": "3", "note": "看了食堂"}
APPEAL = {
    "campaign": "2025",
    "kind": "appeal",
    "date": "2025-10-13",
    "appeal_source": "12345",
    "appeal_type": "wages",
    "position": "P1",
}
SAY = partial(translate, language="zh")
RULES = Rules()


@pytest.fixture
def people(workspace: Workspace) -> dict[str, Person]:
    """甲 and 乙 of staff, 丙 who leads."""
    made = {}
    for name, role in (("甲某", "staff"), ("乙某", "staff"), ("丙某", "leader")):
        id_ = workspace.store.people.add(name, role, by="test", at=workspace.now())  # type: ignore[arg-type]
        made[name[0]] = Person(id_, name, role)  # type: ignore[arg-type]
    return made


def columns(caught: pytest.ExceptionInfo[entry.EntryError]) -> set[str | None]:
    return {fault.column for fault in caught.value.faults}


# Entering


def test_an_entry_is_kept_with_who_when_and_where(workspace: Workspace, people: dict[str, Person]) -> None:
    made = deeds.add(workspace, people["甲"], {**VISIT, "position": "P1"})
    kept = workspace.entries()
    assert list(kept["id"]) == [made.id]
    row = kept.iloc[0]
    assert (row["region"], row["people"], row["standing"]) == ("110199001000", 3, "reported")
    assert (row["source"], row["as_of"], row["changed_by"]) == ("ledger", "2025-10-20", "甲某")


@pytest.mark.parametrize(
    ("more", "region"),
    [
        ({"enterprise": "E3"}, "110199002000"),
        ({"position": "P1", "enterprise": "E3"}, "110199001000"),
        ({"region": "110199003000", "position": "P1"}, "110199003000"),
        ({"position": "P2"}, None),
        ({}, None),
    ],
)
def test_the_region_follows_where_it_is_not_said(
    workspace: Workspace, people: dict[str, Person], more: dict[str, str], region: str | None
) -> None:
    assert deeds.add(workspace, people["甲"], {**VISIT, **more}).values["region"] == region


def test_the_region_of_a_point_is_the_one_it_lies_in(workspace: Workspace, people: dict[str, Person]) -> None:
    lon, lat = workspace.district().regions.geometry.iloc[2].centroid.coords[0]
    made = deeds.add(workspace, people["甲"], {**VISIT, "lon": lon, "lat": lat, "placed_by": "tap"})
    assert (made.values["region"], made.values["placed_by"]) == ("110199003000", "tap")


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, {"campaign", "kind", "date"}),
        ({**VISIT, "date": "2025-10-21"}, {"date"}),  # tomorrow
        ({**VISIT, "date": "2025-10"}, {"date"}),
        ({**VISIT, "date": "2025-02-30"}, {"date"}),
        ({**VISIT, "date": "2025-05-31"}, {"date"}),  # the campaign began in June
        ({**VISIT, "campaign": "2024"}, {"campaign"}),
        ({**VISIT, "team": "9", "position": "P9"}, {"team", "position"}),
        ({**VISIT, "enterprise": "E99", "facility": "F99", "programme": "G1"}, {"enterprise", "facility", "programme"}),
        ({**VISIT, "people": "-1", "workers": 2}, {"people", "workers"}),
        ({**VISIT, "recovered": "1"}, {"recovered"}),
        ({**VISIT, "lon": "116.3"}, {"lon + lat"}),
        ({**VISIT, "lon": "0", "lat": "0"}, {"lon + lat"}),
        ({**VISIT, "note": "长" * 2001}, {"note"}),
        ({**VISIT, "note": ["x"]}, {"note"}),
        ({**VISIT, "kind": "mediation", "recovered": 0.125, "channel": "kiosk"}, {"recovered"}),
        ({**VISIT, "kind": "mediation"}, {"channel"}),
        ({**VISIT, "position": ""}, {"position + region + enterprise + facility + lon"}),
        ({**VISIT, "note": "", "people": ""}, {"note + people + enterprise"}),
        ({**VISIT, "kind": "appeal"}, {"appeal_source", "appeal_type"}),
    ],
)
def test_all_that_is_wrong_is_said_and_nothing_kept(
    workspace: Workspace, people: dict[str, Person], values: dict[str, Any], wrong: set[str]
) -> None:
    with pytest.raises(entry.EntryError) as caught:
        deeds.add(workspace, people["甲"], values)
    assert columns(caught) == wrong
    assert workspace.entries().empty


def test_a_place_is_at_most_five_kilometres_outside(workspace: Workspace, people: dict[str, Person]) -> None:
    regions = workspace.district().regions
    east, lat = float(regions.total_bounds[2]), regions.geometry.iloc[0].centroid.y
    deeds.add(workspace, people["甲"], {**VISIT, "lon": east + 0.03, "lat": lat})  # a degree is about 85 km here
    with pytest.raises(entry.EntryError) as caught:
        deeds.add(workspace, people["甲"], {**VISIT, "lon": east + 0.3, "lat": lat})
    assert [(one.column, one.key) for one in caught.value.faults] == [("lon + lat", "casework.elsewhere")]


def test_a_campaign_takes_entries_of_the_days_it_states_whoever_begins_another(
    workspace: Workspace, people: dict[str, Person]
) -> None:
    leader = people["丙"]
    make_campaign(workspace, leader, name="冬送温暖", starts="2025-09-10", positions=["P1"], teams=[{"name": "甲组"}])
    deeds.add(workspace, people["甲"], {**VISIT, "date": "2025-10-20"})
    change_campaign(workspace, leader, campaign(workspace.district(), workspace.store, "2025"), ends="2025-09")
    deeds.add(workspace, people["甲"], {**VISIT, "date": "2025-09-30"})
    with pytest.raises(entry.EntryError) as caught:
        deeds.add(workspace, people["甲"], {**VISIT, "date": "2025-10-01"})
    assert [(one.key, one.allowed) for one in caught.value.faults] == [("casework.outside", "2025-06 ~ 2025-09")]


def test_what_a_form_typed_last_counts_and_another_hand_is_refused(
    workspace: Workspace, people: dict[str, Person]
) -> None:
    id_ = "0123456789abcdef"
    send = partial(deeds.send, workspace, people["甲"], id=id_, why="发送中断后又改过")
    first, second, third = ({**APPEAL, "note": note} for note in ("一", "二", "三"))
    send(first, sent=[], caller=Caller("王五"))  # and every answer is lost
    send(second, sent=[first], caller=Caller("王小五", "13800138000"))
    made = send(third, sent=[first, second])
    assert (made.version, made.values["note"]) == (3, "三")
    kept = callers.see(workspace, people["甲"], id_)
    assert kept is not None
    assert (kept.name, kept.number) == ("王小五", "13800138000")
    assert send(third, sent=[]).version == 3, "it says so already"
    with pytest.raises(Conflict):  # another tab with the same draft
        send({**APPEAL, "note": "四"}, sent=[first, second])
    with pytest.raises(ParameterError, match=r"casework\.id_taken"):
        deeds.send(workspace, people["乙"], third, id=id_, sent=[third], why="x")


def test_a_caller_is_added_with_a_correction_by_who_may_see_it(workspace: Workspace, people: dict[str, Person]) -> None:
    made = deeds.add(workspace, people["甲"], APPEAL)
    correct = partial(deeds.correct, workspace, id=made.id, version=1, why="补来电人", caller=Caller("王小五"))
    with pytest.raises(GongtuError, match=r"casework\.not_yours"):
        correct(people["乙"], values={})
    with pytest.raises(ParameterError, match=r"casework\.caller_in_text"):
        correct(people["甲"], values={"note": "王小五欠薪"})
    assert correct(people["甲"], values={}).version == 1
    for who in "甲丙":
        kept = callers.see(workspace, people[who], made.id)
        assert kept is not None
        assert (kept.name, kept.erase_on) == ("王小五", "2026-10-13")
    deeds.correct(workspace, people["丙"], made.id, 1, {"note": "补"}, "补", caller=Caller("赵六"))
    assert getattr(callers.see(workspace, people["甲"], made.id), "name", "") == "赵六"


def test_who_may_not_and_what_is_never_typed_in(workspace: Workspace, people: dict[str, Person]) -> None:
    with pytest.raises(GongtuError, match=r"casework\.staff"):
        deeds.add(workspace, NOBODY, VISIT)
    for name in ("step", "due", "solved", "handler", "standing", "nonsense"):
        with pytest.raises(ParameterError, match=r"casework\.field"):
            deeds.add(workspace, people["甲"], {**APPEAL, name: ""})
    (campaign,) = campaigns(workspace.district(), workspace.store)
    close_campaign(workspace, people["丙"], campaign)
    with pytest.raises(GongtuError, match=r"campaign\.closed"):
        deeds.add(workspace, people["甲"], VISIT)


def test_the_same_id_again_is_the_same_entry(workspace: Workspace, people: dict[str, Person]) -> None:
    photo = _picture()
    first = deeds.add(workspace, people["甲"], APPEAL, id="0123456789abcdef")  # and the answer is lost
    again = deeds.add(
        workspace, people["甲"], APPEAL, id="0123456789abcdef", caller=Caller("王五"), photos=[photo, photo]
    )
    assert (again, len(workspace.entries())) == (first, 1)
    assert len(workspace.store.photos.of(first.id)) == 1
    deeds.add(workspace, people["甲"], APPEAL, id="0123456789abcdef", caller=Caller("赵六"))
    assert getattr(callers.see(workspace, people["甲"], first.id), "name", "") == "王五", "what was kept stays"
    with pytest.raises(ParameterError, match=r"casework\.id_taken"):
        deeds.add(workspace, people["乙"], APPEAL, id="0123456789abcdef")
    with pytest.raises(ParameterError, match=r"casework\.id"):
        deeds.add(workspace, people["甲"], APPEAL, id="../../etc")


def test_sent_at_the_same_moment_it_is_entered_once(workspace: Workspace, people: dict[str, Person]) -> None:
    workspace.district()
    send = partial(deeds.add, workspace, people["甲"], VISIT, id="0123456789abcdef")
    with ThreadPoolExecutor(4) as pool:
        found = [one.result() for one in [pool.submit(send) for _ in range(4)]]
    assert ({one.id for one in found}, len(workspace.entries())) == ({"0123456789abcdef"}, 1)


def test_a_caller_that_cannot_be_kept_keeps_the_entry_out(workspace: Workspace, people: dict[str, Person]) -> None:
    for caller, field in ((Caller("长" * 81), "caller_name"), (Caller("", "1\x002"), "caller_number")):
        with pytest.raises(ParameterError) as caught:
            deeds.add(workspace, people["甲"], APPEAL, caller=caller)
        assert caught.value.params["field"] == field
    assert workspace.entries().empty


# Correcting


def test_a_correction_is_kept_with_its_reason(workspace: Workspace, people: dict[str, Person]) -> None:
    made = deeds.add(workspace, people["甲"], VISIT)
    right = deeds.correct(workspace, people["乙"], made.id, 1, {"people": "4"}, "少数了一人")
    assert (right.version, right.values["people"], right.values["note"]) == (2, 4, "看了食堂")
    last, first = told.history(right, workspace.store.history("entries", made.id), _names(workspace), SAY)
    assert (last.by, last.what, last.why, last.changes) == ("乙某", "更正", "少数了一人", (("覆盖人次", "3", "4"),))
    assert (first.by, first.what, first.changes) == ("甲某", "记入", ())
    assert deeds.correct(workspace, people["乙"], made.id, 2, {"people": 4, "note": "看了食堂"}, "再看").version == 2
    with pytest.raises(Conflict) as caught:
        deeds.correct(workspace, people["甲"], made.id, 1, {"people": "5"}, "我也数了")
    assert caught.value.records == (right,)
    with pytest.raises(ParameterError, match=r"casework\.why"):
        deeds.correct(workspace, people["甲"], made.id, 2, {"people": "5"}, " ")
    for version, enterprise, region in ((2, "E3", "110199002000"), (3, "E1", "110199001000")):  # follows it anew
        then = deeds.correct(workspace, people["甲"], made.id, version, {"enterprise": enterprise}, "补企业")
        assert then.values["region"] == region


def test_what_was_made_up_stays_so_whoever_mends_it(workspace: Workspace, people: dict[str, Person]) -> None:
    kept = {**VISIT, "people": 3, "source": "demo", "as_of": "2025-09"}
    rows = [Change("entries", f"entry-{one}", {**kept, "standing": one}) for one in ("synthetic", "imported")]
    workspace.store.commit(rows, by="test", at=workspace.now(), why="")
    for one, grounds in (
        ("synthetic", ("synthetic", "demo", "2025-09")),
        ("imported", ("reported", "ledger", "2025-10-20")),
    ):
        same = deeds.correct(workspace, people["甲"], f"entry-{one}", 1, {"people": "3"}, "核对")
        assert (same.version, same.values["standing"]) == (1, one)
        then = deeds.correct(workspace, people["甲"], f"entry-{one}", 1, {"people": "4"}, "数错")
        assert tuple(then.values[name] for name in ("standing", "source", "as_of")) == grounds


def test_an_entry_of_another_kind_loses_what_it_cannot_have(workspace: Workspace, people: dict[str, Person]) -> None:
    made = deeds.add(workspace, people["甲"], APPEAL, caller=Caller("王五", "13800138000"))
    with pytest.raises(entry.EntryError) as caught:
        deeds.correct(workspace, people["甲"], made.id, 1, {"kind": "mediation"}, "其实调解了")
    assert columns(caught) == {"channel"}
    then = deeds.correct(workspace, people["甲"], made.id, 1, {"kind": "mediation", "channel": "kiosk"}, "其实调解了")
    assert {then.values[name] for name in (*entry.OF_STEPS, "appeal_source", "appeal_type")} == {None}
    assert workspace.store.callers.has([made.id], date(2025, 10, 20)) == set()
    back = deeds.correct(workspace, people["甲"], made.id, 2, {**APPEAL, "channel": ""}, "还是诉求")
    assert (back.values["step"], back.values["due"]) == ("enterprise", "2025-10-20")
    late = deeds.correct(workspace, people["甲"], made.id, 3, {"appeal_source": "12351"}, "来源记错")
    assert late.values["due"] == "2025-10-28"  # 15 days


def test_an_entry_taken_back_counts_no_more(workspace: Workspace, people: dict[str, Person]) -> None:
    made = deeds.add(workspace, people["甲"], APPEAL, caller=Caller("王五"))
    assert deeds.retire(workspace, people["甲"], made.id, 1, "记重了").retired == "记重了"
    assert workspace.store.callers.has([made.id], date.min) == set()
    assert workspace.entries().empty
    assert callers.see(workspace, people["丙"], made.id) is None
    with pytest.raises(GongtuError, match=r"casework\.retired"):
        deeds.correct(workspace, people["甲"], made.id, 2, VISIT, "改")


# Appeals


@pytest.mark.parametrize(
    ("source", "on", "due"),
    [
        ("12345", "2025-02-22", "2025-03-01"),  # 7 days, February has 28
        ("12345", "2024-02-22", "2024-02-29"),
        ("12351", "2025-12-20", "2026-01-04"),  # 15 days, across the year
        ("visit", "2025-06-30", "2025-07-15"),
        ("", "2025-06-30", "2025-07-15"),
    ],
)
def test_an_appeal_is_due_by_its_source(source: str, on: str, due: str) -> None:
    assert appeals.due_of(source, on, RULES) == due


def test_an_appeal_is_in_time_on_its_last_day_and_escalates_after_three_days_more() -> None:
    row = {"date": "2025-10-01", "appeal_source": "12345", "due": "", "closed_on": ""}  # due on the 8th
    stands = {day: appeals.state(row, date(2025, 10, day), RULES) for day in range(5, 13)}
    assert stands == {
        5: "open",
        **dict.fromkeys((6, 7, 8), "due_soon"),
        **dict.fromkeys((9, 10, 11), "overdue"),
        12: "escalated",
    }
    assert appeals.state({**row, "closed_on": "2025-10-30"}, date(2025, 10, 12), RULES) == "closed"


@given(st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.integers(0, 400), st.integers(0, 90), st.integers(0, 30))
def test_an_open_appeal_only_ever_becomes_more_urgent(begun: date, after: int, solve: int, escalate: int) -> None:
    rules = Rules(solve_days_12345=solve, escalate_days=escalate)
    row = {"date": begun.isoformat(), "appeal_source": "12345"}
    order = ("open", "due_soon", "overdue", "escalated")
    today, tomorrow = (appeals.state(row, begun + timedelta(days=after + more), rules) for more in (0, 1))
    assert order.index(today) <= order.index(tomorrow)
    assert (order.index(today) >= 2) == (after > solve)
    assert (today == "escalated") == (after > solve + escalate)


def test_the_four_steps_are_taken_one_at_a_time(workspace: Workspace, people: dict[str, Person]) -> None:
    made = deeds.add(workspace, people["甲"], APPEAL)
    assert (made.values["step"], made.values["step_on"], made.values["due"]) == (
        "enterprise",
        "2025-10-13",
        "2025-10-20",
    )
    step = partial(appeals.advance, workspace, people["乙"], made.id)
    for to, on, key in (
        ("coordination", "2025-10-14", "casework.step"),
        ("enterprise", "2025-10-14", "casework.step"),
        ("nowhere", "2025-10-14", "casework.step"),
        ("territory", "2025-10-12", "casework.on"),
        ("territory", "2025-10-21", "casework.on"),
        ("territory", "2025-10", "kept.day"),
    ):
        with pytest.raises(ParameterError, match=key):
            step(1, step=to, on=on, note="转")
    with pytest.raises(ParameterError, match=r"casework\.what"):
        step(1, step="territory", on="2025-10-14", note="")
    assert step(1, step="territory", on="2025-10-13", note="企业解决不了").values["step"] == "territory"
    assert step(2, step="coordination", on="2025-10-15", note="涉及两地").values["step_on"] == "2025-10-15"
    with pytest.raises(GongtuError, match=r"casework\.step_back"):
        step(3, step="territory", on="2025-10-15", note="点错了")
    back = appeals.advance(workspace, people["丙"], made.id, 3, step="territory", on="2025-10-13", note="点错了")
    assert (back.values["step"], back.values["step_on"]) == ("territory", "2025-10-13")
    past = told.history(back, workspace.store.history("entries", made.id), _names(workspace), SAY)
    assert [one.by for one in past] == ["丙某", "乙某", "乙某", "甲某"]


def test_an_appeal_is_closed_reopened_and_put_into_other_hands(workspace: Workspace, people: dict[str, Person]) -> None:
    first, second, leader = people["甲"], people["乙"], people["丙"]
    made = deeds.add(workspace, first, APPEAL, caller=Caller("王五", "138 0013 8000"))
    until = partial(_until, workspace, made.id)
    assert until() == "2026-10-13"  # 365 days after its day
    end = partial(appeals.close, workspace, second, made.id, solved=True, satisfied=False, note="补发了")
    with pytest.raises(ParameterError, match=r"casework\.on"):
        end(1, on="2025-10-12")
    closed = end(1, on="2025-10-19")
    assert (closed.values["closed_on"], closed.values["solved"], closed.values["satisfied"]) == (
        "2025-10-19",
        True,
        False,
    )
    assert until() == "2026-01-17"  # 90 days after: 12 of October, 30 and 31, 17 of January
    with pytest.raises(GongtuError, match=r"casework\.appeal_closed"):
        appeals.advance(workspace, second, made.id, 2, step="territory", on="2025-10-20", note="转")
    assert appeals.answer(workspace, second, made.id, 2, answered=True).values["answered"] is True
    opened = appeals.reopen(workspace, second, made.id, 3, note="又欠了")
    assert (opened.values["closed_on"], opened.values["solved"], until()) == (None, None, "2026-10-13")
    assert opened.values["satisfied"] is None
    with pytest.raises(GongtuError, match=r"casework\.not_yours"):
        appeals.assign(workspace, second, made.id, 4, handler=second.id)
    workspace.store.people.disable(second.id, "休假", by="test", now=workspace.now())
    for hand in ("nobody", second.id):
        with pytest.raises(ParameterError, match=r"casework\.handler"):
            appeals.assign(workspace, leader, made.id, 4, handler=hand)
    workspace.store.people.enable(second.id, by="test", at=workspace.now())
    assert appeals.assign(workspace, first, made.id, 4, handler=second.id).values["handler"] == second.id
    with pytest.raises(GongtuError, match=r"casework\.not_yours"):
        callers.see(workspace, first, made.id)


def test_the_rates_leave_out_what_is_not_known() -> None:
    frame = pd.DataFrame(
        {
            "kind": ["appeal"] * 4 + ["visit"],
            "answered": pd.array([True, True, False, None, True], dtype="boolean"),
            "solved": pd.array([True, None, None, None, True], dtype="boolean"),
            "satisfied": pd.array([None] * 5, dtype="boolean"),
        }
    )
    found = appeals.rates(frame)
    assert found.answered == appeals.Share(2, 1, 1)
    assert found.answered.value == pytest.approx(2 / 3)
    assert (found.solved.value, found.satisfied.value != found.satisfied.value) == (1.0, True)


# Callers


def test_a_caller_is_for_leaders_and_for_whoever_handles_the_appeal_while_on_the_staff() -> None:
    def seen(id_: str, role: Role, handler: str) -> bool:
        made = Record(
            "entries", "a", 1, {"kind": "appeal", "handler": handler}, "", "x", datetime(2025, 10, 20, tzinfo=UTC)
        )
        return callers.may_see(Person(id_, "甲某", role), made)

    assert seen("u1", "staff", "u1")
    assert seen("u1", "leader", "u2")
    assert not seen("u1", "staff", "u2")
    assert not seen("u1", "public", "u1"), "the role was taken away"
    assert not seen("", "staff", "")


@pytest.mark.parametrize(
    ("text", "name", "number", "told"),
    [
        ("回电 1-2 345", "", "12345", True),
        ("回电 1234", "", "1234", False),
        ("回电 12346", "", "12345", False),
        ("王 五来过", "王五", "", True),
        ("王来过", "王", "", False),
        ("来过", "", "", False),
    ],
)
def test_five_digits_or_two_letters_are_enough_to_tell_who_called(
    text: str, name: str, number: str, told: bool
) -> None:
    assert tells(text, name, number) is told


def test_a_caller_is_for_the_handler_and_leaders_until_the_day_is_over(
    workspace: Workspace, clock: Clock, people: dict[str, Person]
) -> None:
    made = deeds.add(workspace, people["甲"], APPEAL, caller=Caller("王五", "13800138000"))
    for who in (NOBODY, people["乙"]):
        for id_ in (made.id, "nothing"):  # whether there is one is not told either
            with pytest.raises(GongtuError, match=r"casework\.not_yours"):
                callers.see(workspace, who, id_)
    for who in (people["甲"], people["丙"]):
        seen = callers.see(workspace, who, made.id)
        assert seen
        assert (seen.name, seen.number) == ("王五", "13800138000")
    appeals.close(workspace, people["甲"], made.id, 1, on="2025-10-20", solved=None, satisfied=None, note="完")
    clock.pass_by(days=90)  # 18 January at noon: the last day
    assert callers.see(workspace, people["甲"], made.id)
    clock.pass_by(hours=12)
    assert callers.see(workspace, people["甲"], made.id) is None


def test_a_caller_is_in_no_text_that_is_kept(workspace: Workspace, people: dict[str, Person]) -> None:
    caller = Caller("王小五", "138-0013-8000")
    for note in ("王小五来电", "电话 13800138000", "回拨 138 0013 8000"):
        with pytest.raises(ParameterError, match=r"casework\.caller_in_text"):
            deeds.add(workspace, people["甲"], {**APPEAL, "note": note}, caller=caller)
    made = deeds.add(workspace, people["甲"], {**APPEAL, "note": "欠薪"}, caller=caller)
    for act in (
        partial(deeds.correct, values={"note": "王小五"}, why="补充"),
        partial(deeds.correct, values={"note": "补充"}, why="王小五 说的"),
        partial(deeds.retire, why="王小五撤了"),
        partial(appeals.advance, step="territory", on="2025-10-20", note="已电 13800138000"),
        partial(appeals.close, on="2025-10-20", solved=None, satisfied=None, note="王小五满意"),
    ):
        with pytest.raises(ParameterError, match=r"casework\.caller_in_text") as caught:
            act(workspace, people["甲"], made.id, 1)
        assert [part for part in ("王", "138") if part in str(caught.value)] == []
    with pytest.raises(ParameterError, match=r"casework\.caller_in_text"):
        callers.put(workspace, people["甲"], made.id, Caller("欠薪"))
    with pytest.raises(ParameterError, match=r"casework\.caller_kind"):
        deeds.add(workspace, people["甲"], VISIT, caller=caller)
    with workspace.store.engine.connect() as connection:
        told_of = [
            str(connection.exec_driver_sql(f"SELECT * FROM {t}").all()) for t in ("entries", "changes", "commits")
        ]
    assert not any("王小五" in text or "8000" in text for text in told_of)
    assert "王" not in repr(caller) + repr(callers.see(workspace, people["甲"], made.id))


def test_whose_caller_it_is_not_cannot_be_guessed(workspace: Workspace, people: dict[str, Person]) -> None:
    made = deeds.add(workspace, people["甲"], APPEAL, caller=Caller("王小五", "13800138000"))
    guess = "王小五 13800138000"
    told = deeds.correct(workspace, people["乙"], made.id, 1, {"note": guess}, guess)
    told = appeals.advance(workspace, people["乙"], made.id, 2, step="territory", on="2025-10-20", note=guess)
    told = appeals.answer(workspace, people["乙"], made.id, 3, answered=True, note=guess)
    assert told.version == 4
    with pytest.raises(ParameterError, match=r"casework\.caller_in_text"):
        appeals.answer(workspace, people["甲"], made.id, 4, answered=False, note=guess)
    assert deeds.correct(workspace, people["甲"], made.id, 4, {"people": "2"}, "补充").version == 5
    with pytest.raises(ParameterError, match=r"casework\.caller_in_text"):
        deeds.correct(workspace, people["甲"], made.id, 5, {"note": f"{guess}。"}, "补充")


def test_another_ones_caller_and_handler_cannot_be_taken_away(workspace: Workspace, people: dict[str, Person]) -> None:
    other, leader = people["乙"], people["丙"]
    bare = deeds.add(workspace, people["甲"], APPEAL)
    with pytest.raises(GongtuError, match=r"casework\.not_yours"):  # nobody called, but it is in her hands
        deeds.retire(workspace, other, bare.id, 1, "撤")
    made = deeds.add(workspace, people["甲"], APPEAL, caller=Caller("王小五"))
    for act in (
        partial(deeds.correct, values={"kind": "visit", "people": 1}, why="走访"),
        partial(deeds.retire, why="撤"),
    ):
        with pytest.raises(GongtuError, match=r"casework\.not_yours"):
            act(workspace, other, made.id, 1)
    appeals.assign(workspace, leader, made.id, 1, handler="")  # nobody's, but somebody called
    with pytest.raises(GongtuError, match=r"casework\.not_yours"):
        deeds.retire(workspace, other, made.id, 2, "撤")
    change_campaign(workspace, leader, _campaign(workspace), rules={"erase_open_days": 30, "erase_days": 0})
    with pytest.raises(GongtuError, match=r"casework\.not_yours"):  # the caller would be forgotten at once
        appeals.close(workspace, other, made.id, 2, on="2025-10-19", solved=None, satisfied=None, note="完")
    with pytest.raises(GongtuError, match=r"casework\.not_yours"):
        deeds.correct(workspace, other, made.id, 2, {"date": "2025-09-01"}, "记错了日子")
    assert _until(workspace, made.id) == "2025-11-12"
    deeds.correct(workspace, other, made.id, 2, {"date": "2025-09-20"}, "记错了日子")
    assert _until(workspace, made.id) == "2025-10-20", "until today is not forgotten"
    callers.put(workspace, leader, made.id, Caller())
    assert deeds.retire(workspace, other, made.id, 3, "撤").retired


def test_a_caller_whose_day_is_over_is_not_kept_and_does_not_come_back(
    workspace: Workspace, clock: Clock, people: dict[str, Person]
) -> None:
    staff, leader, caller = people["甲"], people["丙"], Caller("王小五")
    change_campaign(workspace, leader, _campaign(workspace), rules={"erase_open_days": 7, "erase_days": 1})
    made = deeds.add(workspace, staff, APPEAL, id="appeal-01", caller=caller)
    assert _until(workspace, made.id) == "2025-10-20"  # today
    with pytest.raises(ParameterError, match=r"casework\.caller_over"):
        deeds.add(workspace, staff, {**APPEAL, "date": "2025-10-12"}, id="appeal-02", caller=caller)
    assert workspace.store.get("entries", "appeal-02") is None
    clock.pass_by(days=1)
    with pytest.raises(ParameterError, match=r"casework\.caller_over"):
        deeds.add(workspace, staff, APPEAL, id="appeal-01", caller=caller)
    with pytest.raises(ParameterError, match=r"casework\.caller_over"):
        callers.put(workspace, leader, made.id, caller)
    with pytest.raises(ParameterError, match=r"casework\.caller_over"):
        deeds.correct(workspace, staff, made.id, 1, {}, "补", caller=caller)
    change_campaign(workspace, leader, _campaign(workspace), rules={"erase_open_days": 365})
    appeals.close(workspace, staff, made.id, 1, on="2025-10-21", solved=None, satisfied=None, note="完")
    appeals.reopen(workspace, staff, made.id, 2, note="又来")
    deeds.add(workspace, staff, APPEAL, id="appeal-01", caller=caller)
    assert workspace.store.callers.has([made.id], date.min) == set()
    with workspace.store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM callers").scalar() == 0


def test_other_days_of_a_campaign_count_for_the_callers_that_are_there(
    workspace: Workspace, people: dict[str, Person]
) -> None:
    caller, leader = Caller("王小五"), people["丙"]
    ids = [deeds.add(workspace, people["甲"], APPEAL, id=f"appeal-0{n}", caller=caller).id for n in range(2)]
    appeals.close(workspace, people["甲"], ids[0], 1, on="2025-10-19", solved=None, satisfied=None, note="完")
    change_campaign(workspace, leader, _campaign(workspace), rules={"erase_days": 2, "erase_open_days": 10})
    assert [_until(workspace, id_) for id_ in ids] == ["2025-10-21", "2025-10-23"]
    change_campaign(workspace, leader, _campaign(workspace), rules={"erase_days": 0})
    assert [_until(workspace, id_) for id_ in ids] == ["", "2025-10-23"]


# Photos


def test_a_correction_with_photos_is_all_of_it_or_nothing(workspace: Workspace, people: dict[str, Person]) -> None:
    taken = [_picture(seed=n) for n in range(8)]
    made = deeds.add(workspace, people["甲"], VISIT, photos=taken[:5])
    correct = partial(deeds.correct, workspace, people["甲"], made.id, 1, {"note": "改"}, "改")
    before = [one.id for one in workspace.store.photos.of(made.id)]
    for more, key in ((taken[5:], "photos.many"), ([taken[5], b"x"], "casework.photo_broken")):
        with pytest.raises(ParameterError, match=key):
            correct(drop=before[:1], photos=more)
    with pytest.raises(ParameterError, match=r"photos\.many"):
        deeds.add(workspace, people["甲"], VISIT, id="visit-0001", photos=taken)
    assert workspace.store.get("entries", "visit-0001") is None
    full = deeds.add(workspace, people["甲"], VISIT, photos=taken[:6])
    assert len(workspace.store.photos.of(full.id)) == 6
    left = [one.id for one in workspace.store.photos.of(made.id)]
    assert (workspace.store.get("entries", made.id), left) == (made, before)
    assert correct(drop=[*before[:2], "nothing"], photos=taken[5:]).values["note"] == "改"
    kept = [one.id for one in workspace.store.photos.of(made.id)]
    assert (len(kept), {*before} - {*kept}) == (6, {*before[:2]})


def test_a_large_photo_is_reduced_before_it_is_converted() -> None:
    picture = Image.new("LA", (5_000, 3_001), (0, 255))
    picture.paste((90, 0), (0, 0, 2_500, 3_001))  # what shows through on the left is white
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    small = photos.shrink(out.getvalue())
    again = Image.open(io.BytesIO(small.bytes))
    assert (small.width, small.height) == (1600, 960)
    assert [again.getpixel(at) for at in ((400, 5), (400, 955))] == [(255, 255, 255)] * 2
    assert [again.getpixel(at) for at in ((1200, 5), (1200, 955))] == [(0, 0, 0)] * 2


def test_a_photo_is_small_upright_and_says_nothing_of_its_taking() -> None:
    picture = Image.new("RGB", (3000, 1500), "white")
    picture.paste((200, 0, 0), (0, 0, 1500, 1500))  # red on the left
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the phone on its side: the left is the top
    exif[0x010F] = "SECRETPHONE"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"SECRETPLACE", icc_profile=b"SECRETPROFILE")
    small = photos.shrink(out.getvalue())
    assert (small.width, small.height) == (800, 1600)
    assert [mark for mark in (b"SECRET", b"Exif", b"ICC") if mark in small.bytes] == []
    again = Image.open(io.BytesIO(small.bytes))
    assert (again.size, len(again.getexif())) == ((800, 1600), 0)
    top, bottom = again.getpixel((400, 100)), again.getpixel((400, 1500))
    assert top[1] < 60 < 200 < bottom[1]  # type: ignore[index]
    assert photos.shrink(out.getvalue()) == small
    assert (photos.shrink(_picture()).width, photos.shrink(_picture("PNG", "RGBA")).height) == (40, 30)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (lambda: b"", "casework.photo_broken"),
        (lambda: b"<svg/>", "casework.photo_broken"),
        (lambda: _picture()[:300], "casework.photo_broken"),
        (lambda: _picture("GIF"), "casework.photo_broken"),
        (lambda: b"\0\0\0\x18ftypheic" + bytes(40), "casework.photo_heic"),
        (lambda: bytes(12_000_001), "casework.photo_large"),
        (lambda: _png_of(8000, 8000), "casework.photo_large"),
        (lambda: _png_of(60_000, 60_000), "casework.photo_large"),
        (lambda: _png_of(1, 12_001), "casework.photo_large"),
        (lambda: _png_of(6_400, 6_400), "casework.photo_large"),  # 41 million
        (lambda: _png_of(12_000, 40), "casework.photo_broken"),  # not too large, but not all there
    ],
)
def test_what_is_no_photo_is_refused(content: Callable[[], bytes], key: str) -> None:
    with pytest.raises(ParameterError, match=key) as caught:
        photos.shrink(content())
    assert caught.value.params["field"] == "photos"


# Lists and words


def test_entries_are_chosen_by_what_they_say_the_latest_first(workspace: Workspace, people: dict[str, Person]) -> None:
    ids = [
        deeds.add(workspace, people["甲"], {**VISIT, **more}, id=f"entry-00{number}").id
        for number, more in enumerate(({"date": "2025-10-01"}, {"team": "1"}, {"position": "P1", "note": "Canteen"}))
    ]
    late = deeds.add(workspace, people["甲"], {**APPEAL, "date": "2025-10-09"}, id="entry-late").id  # overdue by four
    deeds.correct(workspace, people["甲"], ids[1], 1, {"people": "4"}, "少数了一人")
    frame, day = workspace.entries(), date(2025, 10, 20)
    pick = partial(_picked, frame, day)
    assert pick() == [ids[2], ids[1], late, ids[0]], "of a day what was entered last, whoever corrected the other"
    assert pick(since="2025-10-09", until="2025-10-09") == [late]
    assert pick(teams=("1",)) == [ids[1]]
    assert pick(kinds=("visit",), regions=("110199001000",)) == [ids[2]]
    assert pick(text="canTEEN") == [ids[2]]
    assert pick(states=("escalated",)) == [late]
    assert pick(states=("open", "due_soon", "overdue", "closed")) == []
    asked = listed.Wanted(
        campaign="2025",
        kinds=("visit", "appeal"),
        states=("open",),
        teams=("1", "2"),
        since="2025-10-01",
        says="people",
        handler=people["甲"].id,
        text="食堂, 宿舍",
    )
    said = listed.address(asked, people["甲"])
    assert (listed.read(said, people["甲"]), listed.address(listed.Wanted(), people["甲"])) == (asked, {})
    bad = {"kind": "visit,x", "until": "soon", "team": "1,9", "q": "x", "mine": "True", "handler": "y"}
    told = listed.faults(bad, people["甲"], {"team": ("1", "2")})
    assert [(one.params["field"], one.params["value"]) for one in told] == [
        ("kind", "x"),
        ("team", "9"),
        ("until", "soon"),
    ]
    for name, value in (("kind", "visit,x"), ("since", "2025-10"), ("handler", people["甲"].id), ("says", "x")):
        with pytest.raises(ParameterError) as caught:
            listed.read({name: value}, people["乙"])
        assert caught.value.params["field"] == name
    assert listed.select(frame.iloc[:0], listed.Wanted(text="x", states=("open",)), today=day, rules={}).empty


def test_an_entry_in_words(workspace: Workspace, people: dict[str, Person]) -> None:
    said = {**VISIT, "kind": "mediation", "channel": "kiosk", "recovered": 1234.5, "enterprise": "E3", "team": "1"}
    made = deeds.add(workspace, people["甲"], said)
    names = _names(workspace)
    assert told.title(made.values, names, SAY) == "2025-10-20 · 调解 · E3公司"
    lines = dict(told.lines(made.values, names, SAY))
    assert (lines["追回金额（元）"], lines["工作组"], lines["企业"]) == ("1,234.50 元", "一组", "E3公司")
    assert set(STEPS) & set(lines) == set()
    assert [told.words("solved", said, names, SAY) for said in (True, False)] == ["是", "否"]


def _picked(frame: pd.DataFrame, day: date, **wanted: Any) -> list[str]:
    return list(listed.select(frame, listed.Wanted(**wanted), today=day, rules={"2025": RULES})["id"])


def _names(workspace: Workspace) -> told.Names:
    return told.Names(workspace.district(), campaigns(workspace.district(), workspace.store), "zh")


def _until(workspace: Workspace, id_: str) -> str:
    kept = workspace.store.callers.get(id_, date(2025, 10, 20))
    return kept.erase_on if kept else ""


def _campaign(workspace: Workspace) -> Campaign:
    return campaign(workspace.district(), workspace.store, "2025")


def _picture(format: str = "JPEG", mode: str = "RGB", *, seed: int = 0) -> bytes:  # noqa: A002
    out = io.BytesIO()
    picture = Image.effect_noise((40, 30), 50)
    picture.paste(30 * seed, (0, 0, 20, 15))
    picture.convert(mode).save(out, format)
    return out.getvalue()


def _png_of(width: int, height: int) -> bytes:
    """The first bytes of a PNG that says it is so large."""
    out = io.BytesIO()
    Image.new("1", (8, 8)).save(out, "PNG")
    content = bytearray(out.getvalue())
    content[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4, "big")
    return bytes(content)
