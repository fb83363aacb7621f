"""The demonstration ledger: it adds up to what the article publishes, and keeps the rules that entries have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from geo.ledger import AMOUNTS, KINDS, OF_KIND, TABLE, Rules
from geo.schema import read_table

PACK = Path(__file__).parent.parent / "data"
AS_OF = "2025-10-31"


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(PACK / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    frame, faults = read_table((PACK / "demo/ledger.csv").read_bytes(), TABLE)
    assert not faults
    return frame


@pytest.fixture(scope="module")
def register() -> pd.DataFrame:
    return read("demo/enterprises.csv")


# What each figure means, said here once more by hand: which entries, and what of them. The others are counted in the
# register (tests/test_demo_data.py) or nowhere.
Counting = Callable[[pd.DataFrame], float]


def of(kind: str, column: str = "", how: str = "sum", said: str = "") -> Counting:
    def count(ledger: pd.DataFrame) -> float:
        mine = ledger[(ledger["kind"] == kind) | (ledger["programme_kind"] == kind)]
        mine = mine[mine[said].notna()] if said else mine
        return float(getattr(mine[column], how)()) if column else float(len(mine))

    return count


COUNTED: dict[str, Counting] = {
    "2025_worker_meetings": of("worker_meeting"),
    "2025_enterprise_meetings": of("enterprise_meeting"),
    "2025_disputes_mediated": of("mediation"),
    "2025_workers_recovered": of("mediation", "workers"),
    "2025_money_recovered": of("mediation", "recovered"),
    "2025_bargaining_trainings": of("bargaining", said="instructors"),
    "2025_bargaining_instructors": of("bargaining", "instructors"),
    "2025_enterprises_guided": of("bargaining", "enterprises"),
    "2025_exhibition_sites": of("exhibition"),
    "2025_model_workers": of("exhibition", "model_workers", "max"),
    "2025_model_collectives": of("exhibition", "collectives", "max"),
    "2025_exhibition_visitors": of("exhibition", "people"),
    "2025_craftsmen": of("craftsmen", "craftsmen", "max"),
    "2025_problems_solved": of("craftsmen", "problems"),
    "2025_craft_workers": of("craftsmen", "people"),
    "2025_carnival_trainings": of("carnival"),
    "2025_carnival_attendances": of("carnival", "people"),
    "2025_exam_points": of("exam_support", said="volunteers"),
    "2025_exam_volunteers": of("exam_support", "volunteers"),
    "2025_exam_attendances": of("exam_support", "people"),
    "2025_exam_taxi_drivers": of("exam_support", "drivers"),
    "2025_health_sessions": of("health"),
    "2025_health_workers": of("health", "people"),
}
ROUND = {400: 100, 1800: 100, 530: 10, 300: 100, 50: 10, 500: 100, 40_000: 10_000, 20_000: 10_000}
"""The step that each rounded figure was rounded to: 余 is less than one above, 近 less than one below."""


@pytest.mark.parametrize("figure", COUNTED)
def test_it_adds_up_to_the_published_figure(ledger: pd.DataFrame, figure: str) -> None:
    said = read("figures.csv").set_index("id").loc[figure]
    value, counted = int(said["value"]), round(COUNTED[figure](ledger), 2)
    match said["qualifier"]:
        case "exact":
            assert counted == value
        case "over":
            assert value < counted < value + ROUND[value]
        case "nearly":
            assert value - ROUND[value] < counted < value


def test_every_figure_says_what_counts_it_or_that_nothing_does() -> None:
    figures = read("figures.csv").set_index("id")["measure"]
    assert (figures[list(COUNTED)] != "").all()
    assert set(figures.index[figures == ""]) == {
        "2025_federation_years",
        "2025_carnival_edition",
        "2021_worker_groups",
        "2021_new_economy_preparing",
        "2021_eight_trades_preparing",
        "2021_reading_room_hours",
    }


def test_entries_have_the_fields_of_their_kind_and_no_others(ledger: pd.DataFrame) -> None:
    assert set(ledger["kind"]) == set(KINDS)
    for field, kinds in {**OF_KIND, **AMOUNTS}.items():
        said = ledger[field].notna() & (ledger[field].astype(str) != "")
        assert set(ledger.loc[said, "kind"]) <= set(kinds), field
    assert set(ledger["campaign"]) == {"2025"}
    assert (ledger["handler"] == "").all()
    assert (ledger.loc[ledger["kind"] == "programme", "programme_kind"] != "").all()
    assert (ledger["id"].is_unique, ledger["date"].is_monotonic_increasing) == (True, True)


def test_work_is_done_on_working_days_of_the_campaign(ledger: pd.DataFrame) -> None:
    assert ledger["date"].between("2025-06-03", AS_OF).all()
    any_day = ledger["programme_kind"].isin(["carnival", "exam_support"])  # courses and exams are at weekends too
    days = {dt.date.fromisoformat(day) for day in ledger.loc[~any_day, "date"]}
    shifted = {dt.date(2025, 9, 28), dt.date(2025, 10, 11)}
    holidays = {dt.date(2025, 10, day) for day in range(1, 9)}
    assert all(day.weekday() < 5 or day in shifted for day in days)
    assert not days & holidays


def test_every_position_has_a_team_of_its_own_and_both_kinds_of_meetings(ledger: pd.DataFrame) -> None:
    teams = ledger[ledger["position"] != ""].groupby("position")["team"].unique()
    assert set(teams.index) == set(read("positions.csv")["id"])
    assert (teams.str.len() == 1).all()
    assert {team for those in teams for team in those} == set("1234567")
    rules = Rules()
    for kind, target in (("worker_meeting", rules.worker_meetings), ("enterprise_meeting", rules.enterprise_meetings)):
        held = ledger.loc[ledger["kind"] == kind, "position"].value_counts()
        assert len(held) == 24
        assert (held < target).any()  # somebody has something left to do
        assert (held >= target).any()


def test_appeals_stand_in_every_state_and_at_every_step(ledger: pd.DataFrame) -> None:
    appeals, rules, today = ledger[ledger["kind"] == "appeal"], Rules(), dt.date.fromisoformat(AS_OF)
    left: dict[str, list[int]] = {"open": [], "closed": []}
    for row in appeals.to_dict("records"):
        day, due, at = (dt.date.fromisoformat(row[name]) for name in ("date", "due", "step_on"))
        assert (due - day).days == getattr(rules, f"solve_days_{row['appeal_source']}")
        end = dt.date.fromisoformat(row["closed_on"]) if row["closed_on"] else today
        assert day <= at <= end <= today
        assert row["closed_on"] or (pd.isna(row["solved"]) and pd.isna(row["satisfied"]))
        left["closed" if row["closed_on"] else "open"].append((due - end).days)
    states = [
        "escalated" if days < -rules.escalate_days else "overdue" if days < 0 else "due_soon" if days <= 2 else "open"
        for days in left["open"]
    ]
    counts = {name: states.count(name) for name in ("open", "due_soon", "overdue", "escalated")}
    assert counts == {"open": 13, "due_soon": 7, "overdue": 8, "escalated": 8}
    assert len(left["closed"]) == 124
    assert min(left["closed"]) < 0 <= max(left["closed"])  # some were late
    open_ones = appeals[appeals["closed_on"] == ""]
    assert set(open_ones["step"]) == {"enterprise", "territory", "coordination", "explained"}
    for flag in ("answered", "solved", "satisfied"):
        assert {True, False} <= set(appeals[flag].dropna())
        assert appeals[flag].isna().any()


def test_a_visit_moved_the_enterprise_that_it_is_about(ledger: pd.DataFrame, register: pd.DataFrame) -> None:
    visits = ledger[ledger["kind"] == "visit"].merge(register, left_on="enterprise", right_on="id")
    assert len(visits) == 400
    on_its_way = visits["union_status"].isin(["contacted", "willing", "preparing", "declined"])
    assert 150 < on_its_way.sum() < 350
    assert (visits.loc[on_its_way, "date"] == visits.loc[on_its_way, "status_on"]).all()
    assert "closed" not in set(visits["union_status"])


def test_enterprises_say_since_when_they_are_where_they_are(ledger: pd.DataFrame, register: pd.DataFrame) -> None:
    on_its_way = register["union_status"].isin(["contacted", "willing", "preparing"])
    dated = on_its_way | register["union_status"].isin(["established", "declined"])
    assert ((register["status_on"] != "") == dated).all()
    established = register["union_status"] == "established"
    assert (register.loc[established, "status_on"] == register.loc[established, "established_on"]).all()
    assert register.loc[on_its_way, "status_on"].between("2025-06-03", AS_OF).all()
    assert ((register["next_on"] == "") == (register["next_step"] == "")).all()
    assert (register.loc[register["next_step"] != "", "next_step"].str.startswith("示例：")).all()
    last = register["id"].map(ledger[ledger["enterprise"] != ""].groupby("enterprise")["date"].max()).fillna("")
    touched = register["status_on"].where(register["status_on"] >= last, last)[on_its_way]
    assert 0.1 < (touched < "2025-10-01").mean() < 0.5  # some have been silent for more than 30 days
    due = register.loc[on_its_way, "next_on"]
    assert ((due != "") & (due <= AS_OF)).any()
    assert (due > AS_OF).any()


def test_only_what_somebody_placed_has_a_place(ledger: pd.DataFrame) -> None:
    named = ledger["programme"].isin(["G02", "G03", "G04"])  # nobody said where these sites are
    assert named.sum() == 3
    assert ledger.loc[named, ["lon", "lat"]].isna().all(axis=None)
    assert (ledger.loc[named, ["position", "region"]] == "").all(axis=None)
    assert (ledger["lon"].notna() == (ledger["placed_by"] != "")).all()
    assert ((ledger["placed_by"] == "phone") == ledger["precision_m"].notna()).all()


def test_what_the_article_of_2021_dates_is_reported_and_counts_once() -> None:
    early, visits = read("ledger.csv"), read("visits.csv")
    whole = visits[(visits["campaign"] == "2021") & (visits["date"] != "")]
    said = ["date", "team", "region"]
    assert sorted(early[said].to_numpy().tolist()) == sorted(whole[said].to_numpy().tolist())
    assert set(early["standing"]) == {"reported"}
    assert list(early.loc[early["kind"] == "enterprise_meeting", "enterprises"]) == ["7"]
