"""What a campaign comes to: counted by hand on a ledger of a few rows, beside figures as an article words them."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.campaigns import POSITIONS
from geo.casework.appeals import LATE, STATES, Share, known_on, rates
from geo.casework.listed import NOBODY, Wanted, select
from geo.clock import AsOf, as_of
from geo.enterprises import TABLE as ENTERPRISES
from geo.errors import ParameterError
from geo.fieldwork.campaign import Campaign, Team
from geo.i18n import translate
from geo.layers import areas, palette
from geo.ledger import KINDS, Rules
from geo.ledger import TABLE as LEDGER
from geo.people import Person
from geo.progress import days
from geo.progress.brief import to_decide, told
from geo.progress.dashboard import Decision, by_state, decisions, meetings, silent, standing
from geo.progress.days import Period
from geo.progress.measures import ANYWHERE, MAIN, MEASURES, Where, count, programme_kinds, table, table_and_demo
from geo.progress.opened import Number, counted_ids
from geo.progress.published import allows, compare, step_of
from geo.progress.scene import Scene, teams_of
from geo.progress.scene import key as kept_by
from geo.progress.words import assumed, demo, why
from geo.progress.work import Work, gather, no_entries
from geo.schema import read_table
from geo.storage.visits import PlannedVisit
from pages.ui.progress import links
from pages.ui.progress.asked import Asked

A, B = "110199001000", "110199002000"
CAMPAIGN = Campaign(
    "c", "行动", starts="2025-06", teams=(Team("1", "一组"), Team("2", "二组")), positions=("P1", "P2", "P3")
)
SPAN = Period("2025-06-01", "2025-12-31")


def ledger(*rows: dict[str, Any]) -> pd.DataFrame:
    """Entries of the campaign, reported unless a row says otherwise, each with an id of its own."""
    usual = {"campaign": "c", "standing": "reported", "source": "test", "as_of": "2025"}
    empty = no_entries()
    texts = [name for name in empty if empty[name].dtype not in ("Int64", "float64", "boolean")]
    made = [dict.fromkeys(texts, "") | usual | {"id": f"L{number}"} | row for number, row in enumerate(rows)]
    return pd.DataFrame(made, columns=empty.columns).astype(empty.dtypes.to_dict())


def register(*rows: dict[str, Any]) -> pd.DataFrame:
    usual = {
        **dict.fromkeys(("region", "union_form", "union_id", "status_on", "next_on", "established_on"), ""),
        "union_status": "established",
        "members": None,
        "standing": "reported",
    }
    made = [usual | {"id": f"E{number}"} | row for number, row in enumerate(rows)]
    return pd.DataFrame(made, columns=["id", *usual]).astype({"members": "Int64"})


def district(enterprises: pd.DataFrame | None = None, figures: tuple[dict[str, Any], ...] = ()) -> Any:
    positions = pd.DataFrame(
        [("P1", "region", A), ("P2", "region", B), ("P3", "drivers_home", A)], columns=["id", "kind", "region"]
    )
    facilities = pd.DataFrame(
        [("mediation_workstation", "open", "reported"), ("mediation_workstation", "open", "synthetic")],
        columns=["kind", "state", "standing"],
    )
    texts = dict.fromkeys(("name", "name_en", "unit", "unit_en", "phrase", "source"), "") | {"standing": "reported"}
    said = [texts | {"campaign": "c", "qualifier": "exact", "as_of": "2025"} | row for row in figures]
    return SimpleNamespace(
        positions=positions,
        facilities=facilities,
        enterprises=register() if enterprises is None else enterprises,
        figures=pd.DataFrame(said, columns=["id", "measure", "value", "campaign", "qualifier", "as_of", *texts]),
    )


def work(entries: pd.DataFrame, enterprises: pd.DataFrame | None = None, span: Period = SPAN) -> Work:
    return gather(district(enterprises), CAMPAIGN, entries, span=span, where={"P1": "1", "P2": "2"})


def test_entries_are_counted_by_kind_team_town_and_day_bounds_inclusive() -> None:
    found = work(
        ledger(
            {"kind": "visit", "date": "2025-06-30", "team": "1", "region": A, "people": 3},
            {"kind": "visit", "date": "2025-07-01", "team": "1", "region": A, "people": 4},
            {"kind": "visit", "date": "2025-07-31", "team": "2", "enterprise": "E0"},
            {"kind": "visit", "date": "2025-08-01", "standing": "synthetic", "people": 5},
            {"kind": "visit", "date": "2025-07-01", "campaign": "other"},
            {"kind": "mediation", "date": "2025-07-01", "workers": 2, "recovered": 0.1},
            {"kind": "mediation", "date": "2025-07-02", "workers": 1, "recovered": 0.2},
        )
    )
    july = Where(days.month("2025-07"))
    assert count(found, "visits").ids == ("L0", "L1", "L2", "L3")
    assert (count(found, "visits").value, count(found, "visits").synthetic) == (4, 1)
    assert count(found, "visits", july).ids == ("L1", "L2")
    people = count(found, "visit_people")
    assert (people.value, people.synthetic, people.unsaid) == (12, 5, 1)
    assert count(found, "visits", replace(july, team="2")).value == 1
    assert count(found, "visits", Where(team="")).value == 1
    assert table(found, ("visits", "recovered"), "town").to_dict() == {
        "visits": {A: 2.0, "": 2.0},
        "recovered": {A: 0.0, "": 0.3},
    }
    assert count(found, "recovered").value == 0.3  # money to the fen, not 0.30000000000000004


def test_what_goes_round_is_not_added_up_and_what_does_not_say_it_is_no_site() -> None:
    show = {"kind": "programme", "programme_kind": "exhibition", "date": "2025-07-01"}
    found = work(
        ledger(
            show | {"model_workers": 37, "collectives": 5, "people": 900},
            show | {"model_workers": 37, "collectives": 4, "people": 950},
            show | {"people": 10_000},
            show | {"programme_kind": "health", "people": 70},
        )
    )
    said = {name: count(found, name).value for name in ("exhibition_sites", "model_workers", "collectives")}
    assert said == {"exhibition_sites": 2, "model_workers": 37, "collectives": 5}
    assert count(found, "exhibition_visitors").value == 1850
    assert (count(found, "health_sessions").value, count(found, "health_workers").value) == (1, 70)
    assert table(found, ("model_workers",), "week").loc["2025-W27", "model_workers"] == 37
    assert count(found, "exhibition_visitors").left_out == 1


def test_every_programme_counts_whatever_its_entry_leaves_blank() -> None:
    entry = {"kind": "programme", "date": "2025-07-01"}
    found = work(
        ledger(
            entry | {"programme_kind": "exhibition", "people": 120},
            entry | {"programme_kind": "legal"},
            entry | {"programme_kind": "legal", "people": 30, "standing": "synthetic"},
            {"kind": "visit", "date": "2025-07-01", "people": 9},
        )
    )
    programmes, people = count(found, "programmes"), count(found, "programme_people")
    assert (programmes.value, programmes.synthetic) == (3, 1)
    assert (people.value, people.synthetic, people.unsaid) == (150, 30, 1)
    assert programme_kinds(found).to_dict("index") == {
        "legal": {"count": 2, "synthetic": 1, "people": 30, "synthetic_people": 30, "unsaid": 1},
        "exhibition": {"count": 1, "synthetic": 0, "people": 120, "synthetic_people": 0, "unsaid": 0},
    }
    assert programme_kinds(work(no_entries())).empty
    (said,) = compare(district(figures=({"measure": "exhibition_sites", "value": 6},)), found)
    assert said.reasons == (("left_out", {"count": 1, "field": "model_workers"}),)
    assert "没有填“劳模”" in why(said, partial(translate, language="zh"))


def test_a_meeting_with_one_enterprise_that_gives_no_number_heard_one() -> None:
    meeting = {"kind": "enterprise_meeting", "date": "2025-07-01"}
    found = work(ledger(meeting | {"enterprise": "E1"}, meeting | {"enterprise": "E2", "enterprises": 5}, meeting))
    heard = count(found, "enterprises_heard")
    assert (heard.value, heard.unsaid) == (6, 1)


def test_what_is_made_up_is_told_of_every_part_of_a_table() -> None:
    visit = {"kind": "visit", "date": "2025-07-01"}
    entries = ledger(
        visit | {"team": "1", "standing": "synthetic"}, visit | {"team": "1"}, visit | {"team": "2"}, visit
    )
    found, made = table_and_demo(work(entries), ("visits", "mediations"), "team")
    assert found["visits"].to_dict() == {"": 1, "1": 2, "2": 1}
    assert made.to_dict() == {"visits": {"": 0, "1": 1, "2": 0}, "mediations": {"": 0, "1": 0, "2": 0}}
    say = partial(translate, language="zh")
    assert [demo(*said, say) for said in ((3, 0), (3, 3), (3, 1))] == ["", "示例", "其中示例 1"]


def test_black_names_read_on_every_class_of_a_map_of_amounts() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05

    shapes = ['{"type": "Point", "coordinates": [0, 0]}'] * 5
    counts = [1.0, 10.0, 100.0, 1000.0, 10_000.0]
    layer, _ = areas.amounts(list("abcde"), shapes, counts, list("abcde"), [[]] * 5)
    lights = [light(one["properties"]["style"]["fillColor"]) for one in json.loads(f"[{layer.text}]")]
    assert all(one / light(palette.INK) > 4.5 for one in lights)
    assert lights == sorted(lights, reverse=True)


def test_one_thing_is_said_of_an_end_that_is_assumed() -> None:
    say = partial(translate, language="zh")
    span = Period("2021-07-01", "2021-12-31", assumed=True)

    def said(*days: str) -> str:
        made = work(ledger(*({"kind": "visit", "date": day} for day in days)), span=span)
        return assumed(Scene(district(), made, as_of(made.entries, date(2026, 3, 1)), (), ()), say)

    assert "2021-12-31" in said("2021-12-31")
    assert "更晚的记录" not in said("2021-12-31")
    assert "更晚的记录" in said("2022-01-01")
    assert assumed(Scene(district(), work(no_entries()), AsOf(date.max, date.max), (), ()), say) == ""


def test_a_joint_union_is_one_union_of_many_units() -> None:
    joint = {"union_form": "joint", "union_id": "U1"}
    found = work(
        no_entries(),
        register(
            joint | {"established_on": "2025-06-01", "region": A, "members": 10},
            joint | {"established_on": "2025-12-31", "region": B, "members": 20, "standing": "synthetic"},
            {"union_form": "standalone", "established_on": "2025-08", "region": A, "members": 5},
            {"union_form": "standalone", "established_on": "2025-09-01", "union_id": "U2"},
            {"established_on": "2025", "members": 1000},  # some day of the year: not known to lie in the campaign
            {"established_on": "2025-05-31"},
            {"established_on": "2026-01-01"},
            {"established_on": "2025-08-01", "union_status": "closed"},
            joint | {"established_on": "2025-07-01", "union_id": "U3"},
            joint | {"established_on": "2020", "union_id": "U3"},  # U3 is older than the campaign
        ),
    )
    said = {name: count(found, name).value for name in ("units", "units_standalone", "units_joint", "unions")}
    assert said == {"units": 5, "units_standalone": 2, "units_joint": 3, "unions": 3}
    members = count(found, "members")
    assert (members.value, members.synthetic, members.unsaid) == (35, 20, 2)
    assert count(found, "unions").ids == ("E0", "E2", "E3")  # U1 where and when its first unit joined
    assert table(found, ("units", "unions"), "team").to_dict() == {
        "units": {"": 2.0, "1": 2.0, "2": 1.0},
        "unions": {"": 1.0, "1": 2.0, "2": 0.0},
    }
    assert count(found, "units", Where(days.month("2025-08"))).ids == ("E2",)
    assert count(found, "units", Where(Period("2025-08-02", "2025-08-31"))).value == 0  # a month is not in part of it


def test_a_union_stays_where_and_when_its_first_unit_founded_it() -> None:
    def joint(union: str, on: str, region: str, status: str = "established") -> dict[str, Any]:
        return {"union_id": union, "established_on": on, "region": region, "union_status": status}

    found = work(
        no_entries(),
        register(
            joint("U1", "2025-06-10", A, "closed"),
            joint("U1", "2025-09-01", B),
            joint("U2", "2025-06-10", A, "closed"),  # nobody has U2 any more
            joint("U3", "2025-05-31", A, "closed"),  # U3 is older than the campaign
            joint("U3", "2025-09-01", B),
            joint("U4", "2025-09-01", B, "declined"),  # who has none says nothing of when U4 began
            joint("U4", "2025-10-01", A),
        ),
    )
    assert count(found, "unions").ids == ("E0", "E6")
    assert table(found, ("unions", "units"), "town").to_dict() == {"unions": {A: 2, B: 0}, "units": {A: 1, B: 2}}
    assert count(found, "unions", Where(days.month("2025-06"), team="1")).value == 1
    assert found.days == Period("2025-06-10", "2025-10-01")


def test_every_measure_counts_nothing_of_nothing() -> None:
    nothing = work(no_entries())
    assert {name for name in MEASURES if count(nothing, name).value} == {"teams", "positions", "mediation_workstations"}
    assert count(nothing, "mediation_workstations").value == 1  # what is made up is no workstation that was opened
    assert table(nothing, tuple(MEASURES)[:20], "team").empty
    with pytest.raises(ParameterError):
        count(nothing, "moods")


@settings(max_examples=10)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.dates(date(2024, 12, 1), date(2026, 2, 1)),
            st.sampled_from(["", "1", "2"]),
            st.sampled_from(["", A, B]),
            st.one_of(st.none(), st.integers(0, 99)),
            st.sampled_from(["reported", "synthetic"]),
        ),
        max_size=12,
    )
)
def test_parts_add_up_to_the_whole(rows: list[tuple[Any, ...]]) -> None:
    fields = ("kind", "date", "team", "region", "people", "standing")
    found = work(ledger(*(dict(zip(fields, (r[0], r[1].isoformat(), *r[2:]), strict=True)) for r in rows)))
    for name in ("visits", "visit_people", "appeals", "mediations"):
        whole = count(found, name)
        for by in ("team", "town", "week"):
            assert table(found, (name,), by).get(name, pd.Series(dtype=float)).sum() == whole.value
        assert 0 <= whole.synthetic <= whole.value
        if not MEASURES[name].amount:
            assert len(whole.ids) == whole.value


def test_weeks_and_months_run_over_the_ends_of_years() -> None:
    assert days.week("2026-W01") == Period("2025-12-29", "2026-01-04")
    assert days.week_of(date(2025, 12, 29)) == "2026-W01"
    assert days.week_before("2026-W01") == "2025-W52"
    assert days.week_before("2021-W01") == "2020-W53"
    assert days.weeks("2025-12-28", "2026-01-05") == ["2025-W52", "2026-W01", "2026-W02"]
    assert days.months("2025-11-30", "2026-01-01") == ["2025-11", "2025-12", "2026-01"]
    assert days.month("2024-02") == Period("2024-02-01", "2024-02-29")
    for text in ("2025-W53", "2025-W00", "W1", "2025-10-01", "9999-W53", "0000-W01"):
        with pytest.raises(ParameterError):
            days.week(text)


def test_a_campaign_of_the_pack_that_nobody_ends_is_counted_over_its_year_once_a_later_one_began() -> None:
    old, new = (Campaign(id_, "甲", starts=day, of_pack=True) for id_, day in (("a", "2021-07"), ("b", "2025-06")))
    today = date(2026, 3, 1)
    assert days.span(old, (old, new), today) == Period("2021-07-01", "2021-12-31", assumed=True)
    for other in (replace(new, starts="2021-10"), replace(new, of_pack=False), replace(new, starts="2027")):
        assert days.span(old, (old, other), today) == Period("2021-07-01", "2026-03-01")
    assert days.span(new, (old, new), today) == Period("2025-06-01", "2026-03-01")
    assert days.span(replace(new, ends="2026-02"), (old, new), today) == Period("2025-06-01", "2026-02-28")
    assert days.span(replace(old, starts=""), (new,), today) == Period("", "2026-03-01")


def test_the_days_shown_hold_all_that_was_done_and_at_least_one() -> None:
    def whole(entries: pd.DataFrame, of: Period, today: date) -> Period:
        made = work(entries, span=of)
        return Scene(district(), made, as_of(made.entries, today), (), ()).whole

    visit = {"kind": "visit", "standing": "synthetic", "as_of": "2025-10"}
    made = ledger(visit | {"date": "2025-07-01"}, visit | {"date": "2025-10-31"})
    open_end = Period("2025-06-01", "2026-03-01")
    assert whole(made, open_end, date(2026, 3, 1)) == Period("2025-06-01", "2025-10-31")
    real = ledger(visit | {"date": "2025-10-31"}, {"kind": "visit", "date": "2025-05-30"})
    assert whole(real, open_end, date(2026, 3, 1)) == Period("2025-05-30", "2026-03-01")
    assert whole(no_entries(), Period("2030-01-01", "2026-03-01"), date(2026, 3, 1)) == Period(
        "2030-01-01", "2030-01-01"
    )
    assert whole(no_entries(), Period("", "2026-03-01"), date(2026, 3, 1)) == Period("2026-03-01", "2026-03-01")


@pytest.mark.parametrize(
    ("value", "qualifier", "low", "high"),
    [
        (1800, "over", 1800, 1899),
        (530, "over", 530, 539),
        (40_000, "nearly", 35_000, 40_000),
        (786, "exact", 786, 786),
    ],
)
def test_words_of_an_article_allow_what_they_allow(value: float, qualifier: str, low: float, high: float) -> None:
    said = [allows(value, qualifier, number) for number in (low - 1, low, high, high + 1)]
    assert said == [False, True, True, False]


def test_steps_are_those_of_the_last_digit() -> None:
    assert [step_of(value) for value in (530, 40_000, 7, 0, 204_600)] == [10, 10_000, 1, 1, 100]


def test_published_stands_beside_counted_with_the_reason() -> None:
    figures = (
        {"id": "visits", "measure": "visits", "value": 2},
        {"id": "people", "measure": "visit_people", "value": 10, "qualifier": "over"},
        {"id": "mediations", "measure": "mediations", "value": 3},
        {"id": "hours", "measure": "", "value": 24},
        {"id": "positions", "measure": "positions", "value": 2},
        {"id": "units", "measure": "units", "value": 5},
    )
    made = {"standing": "synthetic", "kind": "visit"}
    entries = ledger(
        made | {"date": "2025-07-01", "people": 12},
        made | {"date": "2025-07-02"},
        {"kind": "mediation", "date": "2026-01-01"},
    )
    found = work(entries)
    said = {one.id: one for one in compare(district(figures=figures), found)}
    assert {id_: one.verdict for id_, one in said.items()} == {
        "visits": "equal",
        "people": "within",
        "mediations": "differs",
        "hours": "not_counted",
        "positions": "differs",
        "units": "differs",
    }
    reasons = {id_: [key for key, _ in one.reasons] for id_, one in said.items()}
    assert reasons == {
        "visits": ["demonstration"],
        "people": ["demonstration"],
        "mediations": ["since", "fewer"],
        "hours": ["not_a_count"],
        "positions": ["list_inferred"],
        "units": ["no_unions"],
    }
    assert said["mediations"].difference == -2
    empty = compare(district(figures=figures[:1]), work(no_entries()))
    assert [key for key, _ in empty[0].reasons] == ["no_ledger"]


def test_every_figure_names_a_measure_or_none() -> None:
    with (Path(__file__).parent.parent / "data" / "figures.csv").open(encoding="utf-8") as file:
        rows = {row["id"]: row["measure"] for row in csv.DictReader(file)}
    assert {name for name in rows.values() if name} <= set(MEASURES)
    assert rows["2025_new_members"] == "members"
    uncounted = {id_ for id_, name in rows.items() if not name}
    assert uncounted == {
        "2025_federation_years",
        "2025_carnival_edition",
        "2021_worker_groups",
        "2021_new_economy_preparing",
        "2021_eight_trades_preparing",
        "2021_reading_room_hours",
    }


@pytest.fixture(scope="module")
def demonstration() -> Scene:
    """The campaign of 2025 with the demonstration ledger and register, the teams of positions as the ledger has them;
    three unions in the register and some entries are made to be of no team and no town.
    """
    data = Path(__file__).parent.parent / "data"
    entries, _ = read_table((data / "demo/ledger.csv").read_bytes(), LEDGER)
    enterprises, _ = read_table((data / "demo/enterprises.csv").read_bytes(), ENTERPRISES)
    positions, _ = read_table((data / "positions.csv").read_bytes(), POSITIONS)
    entries.loc[entries.index % 50 == 0, ["team", "region"]] = ""
    teams = tuple(Team(id_, id_) for id_ in sorted({*entries["team"]} - {""}))
    of = replace(CAMPAIGN, id="2025", teams=teams, positions=tuple(positions["id"]))
    where = dict(zip(entries["position"], entries["team"], strict=True))
    land = district(enterprises)
    land.positions, land.about = positions, {"time_zone": "Asia/Shanghai"}
    made = gather(land, of, entries, span=SPAN, where=where)
    return Scene(land, made, as_of(entries, date(2026, 3, 1)), (of,), ())


def listed(scene: Scene, number: Number) -> pd.DataFrame:
    """The rows of ledger or register that the number's address opens."""
    ids = counted_ids(cast(Any, None), scene, Number.read(number.written()))
    for frame in (scene.district.enterprises, scene.work.entries):
        if len(rows := frame[frame["id"].isin(ids)]):
            assert len(rows) == len(ids)
            return rows
    return frame.iloc[:0]


def test_every_number_opens_exactly_what_it_counts(demonstration: Scene) -> None:
    asked: list[tuple[str, Where]] = [(name, ANYWHERE) for name in MEASURES]
    for by in ("team", "town", "week"):
        for key in table(demonstration.work, MAIN, by).index[::8]:  # what is of none among them, which is first
            where = Where(days.week(key).meet(SPAN)) if by == "week" else Where(SPAN, **{by: key})
            asked += [(name, where) for name in MAIN]
    for name, where in asked:
        one, value = MEASURES[name], count(demonstration.work, name, where).value
        rows = listed(demonstration, Number(name, where))
        if one.of == "pack" or not one.amount:
            assert len(rows) == (0 if one.of == "pack" else value), (name, where)
        else:
            said = rows.get(one.amount, pd.Series(dtype=float)).fillna(1)  # of enterprises: one that it names
            assert (said.max() if one.most and len(said) else round(said.sum(), 2)) == value, (name, where)
    for kind, row in programme_kinds(demonstration.work).iterrows():
        assert len(listed(demonstration, Number(f"programmes:{kind}"))) == row["count"]
        assert listed(demonstration, Number(f"programme_people:{kind}"))["people"].sum() == row["people"]


@pytest.mark.parametrize("on", ["", "2025-08-15"])
def test_appeals_and_decisions_of_another_day_open_those_of_that_day(demonstration: Scene, on: str) -> None:
    told = demonstration.on(on)
    assert told.day == date.fromisoformat(on or "2025-10-31")
    seen = standing(told.work, told.asof, told.campaign.rules)
    for state, value in by_state(seen).items():
        assert len(listed(demonstration, Number(state, on=on))) == value
    every = listed(demonstration, Number(",".join(STATES), on=on))
    shares = rates(known_on(every, told.asof.today))
    assert shares == rates(seen)
    assert {share.yes + share.no + share.unknown for share in vars(shares).values()} == {len(every)}
    assert len(listed(demonstration, Number("overdue,escalated", Where(team=""), on))) == sum(
        seen.loc[seen["team"] == "", "state"].isin(LATE)
    )
    store = SimpleNamespace(
        callers=SimpleNamespace(has=lambda ids, day: set(ids)), visits=SimpleNamespace(list=lambda id_: [])
    )
    workspace: Any = SimpleNamespace(
        store=store, now=lambda: datetime(2026, 3, 1, tzinfo=UTC), entries=lambda: told.work.entries
    )
    found = to_decide(workspace, told)
    assert found
    for one in found:
        assert counted_ids(workspace, demonstration, Number(one.what, on=on)) == one.ids


def test_a_brief_says_so_when_only_a_decision_is_made_up() -> None:
    land = district()
    land.regions = pd.DataFrame({"code": [A, B]})
    made = Scene(land, work(no_entries()), AsOf(date(2025, 7, 31), date(2025, 7, 31)), (), ())
    briefs = [told(made, "2025-W31", (Decision("silent", ("E1", "E2"), part),)) for part in (0, 1)]
    assert [one.synthetic for one in briefs] == [False, True]


def test_which_appeals_have_a_caller_is_told_to_leaders_only() -> None:
    number, roles = Number("erased_soon"), ("staff", "leader")
    assert [number.open_to(Person("1", "甲", role)) for role in roles] == [Number(""), number]
    assert Number("overdue").open_to(Person("1", "甲", "staff")) == Number("overdue")


def test_what_is_no_number_opens_nothing(demonstration: Scene) -> None:
    for text in (
        "",
        "what=moods",
        "what=programmes:moods",
        "what=visits&since=soon",
        "what=visits&on=2025-02-30",
        "=&%",
    ):
        assert counted_ids(cast(Any, None), demonstration, Number.read(text)) == ()


def test_a_number_leads_to_the_page_that_has_its_rows(demonstration: Scene) -> None:
    asked = Asked(demonstration, ANYWHERE, "2025-08-15", {}, {}, ())
    pages = {
        "visits": "/ledger?campaign=2025&counted=",
        "recovered": "/ledger?campaign=2025&view=mediation&counted=",
        "unions": "/enterprises?campaign=2025&counted=",
        "overdue": "/ledger?campaign=2025&view=appeals&counted=",
        "silent": "/enterprises?campaign=2025&sort=touched_on&counted=",
        "missed_visits": "/teams?campaign=2025&view=visits&counted=",
    }
    pack = {
        "teams": "/teams?campaign=2025",
        "positions": "/teams?campaign=2025",
        "mediation_workstations": "/?campaign=2025&kinds=mediation_workstation",
    }
    assert {what: links.to(asked, what, ANYWHERE, "zh") for what in pack} == pack
    for what, address in pages.items():
        said = links.to(asked, what, Where(team=""), "en")
        assert said.startswith(address)
        query = dict(parse_qsl(urlsplit(said).query))
        assert (query["lang"], Number.read(query["counted"])) == ("en", Number(what, Where(team=""), "2025-08-15"))


APPEAL = {"kind": "appeal", "appeal_source": "12345", "handler": "u1"}


def test_appeals_stand_as_they_stood_on_the_day() -> None:
    found = work(
        ledger(
            APPEAL | {"date": "2025-07-01", "due": "2025-07-08", "closed_on": "2025-07-20", "team": "1"},
            APPEAL | {"date": "2025-07-01", "due": "2025-07-11"},
            APPEAL | {"date": "2025-07-14", "due": "2025-07-21"},
            APPEAL | {"date": "2025-07-15", "due": "2025-07-30"},
        )
    )
    on = AsOf(date(2025, 7, 14), date(2025, 7, 14))
    seen = by_state(standing(found, on, Rules()))
    assert seen == {"open": 1, "due_soon": 0, "overdue": 1, "escalated": 1, "closed": 0}
    said = {"closed_on": "2025-07-20", "answered": True, "solved": True, "satisfied": False}
    closed = work(ledger(APPEAL | {"date": "2025-07-01"} | said))
    demo_of_may = work(ledger(APPEAL | {"date": "2025-05-01", "standing": "synthetic"} | said))
    assert by_state(standing(demo_of_may, AsOf(date(2025, 7, 20), date(2025, 5, 31)), Rules()))["closed"] == 1
    before, after = (rates(standing(closed, AsOf(day, day), Rules())) for day in (date(2025, 7, 19), date(2025, 7, 20)))
    assert (before.answered, before.solved, before.satisfied) == (Share(1, 0, 0), Share(0, 0, 1), Share(0, 0, 1))
    assert (after.solved, after.satisfied) == (Share(1, 0, 0), Share(0, 1, 0))
    assert by_state(standing(found, AsOf(date(2025, 7, 20), date(2025, 7, 1)), Rules()))["closed"] == 1
    assert by_state(standing(found, on, Rules(), Where(team="1")))["escalated"] == 1
    both = work(
        ledger(*(APPEAL | {"date": "2025-07-01", "standing": one} for one in ("reported", "synthetic")))
    )  # due on 8 July: what is made up is told as of its own last day
    seen = standing(both, AsOf(date(2025, 7, 20), date(2025, 7, 5)), Rules())
    assert seen["state"].tolist() == ["escalated", "open"]


def test_decisions_of_a_day() -> None:
    rules = Rules(worker_meetings=1, enterprise_meetings=1, erase_open_days=30, silent_days=30)
    meeting = {"date": "2025-07-01", "position": "P1"}
    entries = ledger(
        APPEAL | {"date": "2025-07-15", "due": "2025-07-18", "handler": ""},
        APPEAL | {"date": "2025-07-16", "due": "2025-07-29"},
        meeting | {"kind": "worker_meeting"},
        meeting | {"kind": "enterprise_meeting"},
        {"kind": "visit", "date": "2025-07-02", "enterprise": "E1"},
        APPEAL | {"date": "2025-07-01", "due": "2025-07-08", "handler": "", "closed_on": "2025-07-20"},
    )
    way = {"union_status": "contacted", "status_on": "2025-06-01"}
    enterprises = register(
        way,
        way,  # E1 was visited 29 days ago
        way | {"union_status": "preparing", "status_on": "2025-06-30", "next_on": "2025-08-07"},
        way | {"union_status": "preparing", "status_on": "2025-07-01"},  # 30 days ago: not yet more
        way | {"union_status": "established"},
    )
    today = AsOf(date(2025, 7, 31), date(2025, 6, 1))
    at = datetime(2025, 7, 1, tzinfo=UTC)
    visit = PlannedVisit("v1", "c", "1", "P1", "2025-07-30", "", "", "", "", "planned", 1, "", at, "", at)
    found = gather(district(), replace(CAMPAIGN, rules=rules), entries, span=SPAN, where={})
    planned = (visit, replace(visit, id="v2", date="2025-07-31"), replace(visit, id="v3", state="done"))
    said = decisions(found, enterprises, today, kept_callers={"L0", "L1", "L2", "L5"}, planned=planned)
    assert [(one.what, one.ids) for one in said] == [
        ("escalated", ("L0",)),
        ("overdue", ("L1",)),
        ("unassigned", ("L0",)),
        ("erased_soon", ("L0",)),
        ("next_due", ("E2",)),
        ("preparing", ("E2",)),
        ("silent", ("E0", "E2")),
        ("meetings", ("P2", "P3")),
        ("missed_visits", ("v1",)),
    ]
    assert silent(enterprises, entries, replace(today, today=date(2025, 7, 30)), rules) == ("E0",)
    assert decisions(work(no_entries()), register(), today) == ()
    last, over = (AsOf(date(2025, 12, 31), date(2025, 6, 1)), AsOf(date(2026, 1, 1), date(2025, 6, 1)))
    assert "silent" in {one.what for one in decisions(found, enterprises, last)}
    assert {one.what for one in decisions(found, enterprises, over)} == {"escalated", "unassigned"}
    part = entries.assign(standing=entries["standing"].mask(entries["id"].isin(("L0", "L2")), "synthetic"))
    made = gather(district(), found.campaign, part, span=SPAN, where={})
    marks = {
        one.what: (one.count, one.synthetic, one.rests)
        for one in decisions(made, enterprises, replace(today, made_up=today.today))
    }
    assert marks["unassigned"] == (1, 1, False)
    assert marks["meetings"] == (2, 0, True)


def test_a_position_is_the_teams_that_most_entries_name_and_of_a_tie_the_smaller_ids() -> None:
    rows = [
        {"kind": "visit", "date": "2025-07-01", "position": position, "team": team}
        for position, teams in (("P1", "21"), ("P2", "122"), ("P3", "99"))
        for team in teams
    ]
    land = district()
    land.visits = pd.DataFrame([("V", "c", "2", B, "2025-07-01")], columns=["id", "campaign", "team", "region", "date"])
    land.visits = land.visits.assign(standing="reported", source="", as_of="")
    assert teams_of(land, CAMPAIGN, ledger(*rows), {}) == ({"P1": "1", "P2": "2"}, ("P1",))
    assert teams_of(land, CAMPAIGN, ledger(*rows), {"P1": "2"}) == ({"P1": "2"}, ())


def test_what_a_scene_is_kept_by_is_another_on_another_day() -> None:
    store = SimpleNamespace(
        campaigns=SimpleNamespace(list=list), assignments=SimpleNamespace(published=lambda id_: None)
    )
    land: Any = SimpleNamespace(revision="r", about={"time_zone": "Asia/Shanghai"})

    def at(hour: int) -> object:
        now = datetime(2025, 7, 1, hour, tzinfo=UTC)
        workspace: Any = SimpleNamespace(store=store, entries_state=lambda: (1, "x"), now=lambda: now)
        return kept_by(workspace, land, "c")

    assert at(1) == at(15) != at(16)  # midnight in Beijing


def test_appeals_that_nobody_handles_can_be_listed() -> None:
    entries = ledger(APPEAL | {"date": "2025-07-01"}, APPEAL | {"date": "2025-07-01", "handler": ""})
    found = select(entries, Wanted(handler=NOBODY), today=date(2025, 7, 2), rules={})
    assert found["id"].tolist() == ["L1"]


def test_meetings_are_counted_at_each_position_of_the_campaign() -> None:
    rows = [{"kind": "worker_meeting", "date": "2025-07-01", "position": p} for p in ("P1", "P1", "P9", "")]
    found = meetings(ledger(*rows), CAMPAIGN, Rules(worker_meetings=1, enterprise_meetings=2))
    assert found["worker"].to_dict() == {"P1": 2, "P2": 0, "P3": 0}
    assert found["worker_missing"].to_dict() == {"P1": 0, "P2": 1, "P3": 1}
    assert found["enterprise_missing"].to_dict() == {"P1": 2, "P2": 2, "P3": 2}


def test_what_is_made_up_is_as_of_its_own_last_day_and_never_of_a_day_to_come() -> None:
    made_up = {"kind": "visit", "standing": "synthetic", "date": "2025-10-01"}
    frame = ledger(made_up | {"as_of": "2025-09"}, made_up | {"as_of": "2025-10-20", "step_on": "2026-05-01"})
    assert as_of(frame, date(2026, 1, 1)) == AsOf(date(2026, 1, 1), date(2025, 10, 20))
    assert as_of(frame, date(2025, 10, 10)) == AsOf(date(2025, 10, 10), date(2025, 10, 10))
    month = ledger(made_up | {"as_of": "2025-09"}, {"kind": "visit", "date": "2025-10-02"})
    assert as_of(month, date(2026, 1, 1)).made_up == date(2025, 9, 30)
    assert as_of(ledger(), date(2026, 1, 1)) == AsOf(date(2026, 1, 1), date(2026, 1, 1))
