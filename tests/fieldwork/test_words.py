"""What is wrong, what clashes and why, in the words a leader reads."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from made_ground import campaign, enterprises, three_regions

from geo.assignment import Clash, Demand, Finding, check, explain
from geo.district import District
from geo.fieldwork.plan import Plan
from geo.fieldwork.posing import Posed, pose
from geo.fieldwork.words import Names, clash_words, finding_words, listed, names_of, note_words, why_words
from geo.i18n import translate

ONLY_WORKERS = {"ununionised": 0.0, "unserved": 0.0, "appeals": 0.0, "distance": 0.0, "each": 0.0}
ZH, EN = (partial(translate, language=language) for language in ("zh", "en"))
CAMPAIGN = campaign(["P1", "P2", "P3"])


@pytest.fixture(scope="module")
def made(world: District) -> District:
    return enterprises(three_regions(world), [{"region": i, "workers": w} for i, w in enumerate((10, 30, 60))])


@pytest.fixture(scope="module")
def posed(made: District) -> Posed:
    """甲 10, 乙 30, 丙 60 points in a row; two teams, 50 each; 丙 locked to 二组."""
    return pose(made, CAMPAIGN, Plan(weights=ONLY_WORKERS, fixed={"P3": "2"}, never={"P1": ("2",)}))


@pytest.fixture(scope="module")
def names(made: District) -> Names:
    return names_of(made, CAMPAIGN, "zh")


def said(posed: Posed, names: Names, team: list[int]) -> list[str]:
    return [finding_words(one, posed, names, ZH) for one in check(posed.problem, np.array(team))]


def test_names_in_both_languages(made: District) -> None:
    english = names_of(made, campaign(["P1", "gone"]), "en")
    assert english.positions == {"P1": "A", "gone": "gone"}
    assert english.teams["1"] == "Team 1"


def test_a_split_ground_names_its_pieces(posed: Posed, names: Names) -> None:
    """甲 and 丙 without 乙: 70 points where 50 are the share, 40 % more."""
    assert said(posed, names, [1, 0, 1]) == [
        "二组的地盘断成 2 块：甲镇 | 丙镇",
        "二组的工作量比应担的多 40%（最多 15%）",
        "一组的工作量比应担的少 40%（最多 15%）",
        "甲镇不能交给二组，现在在该组",
    ]


def test_unassigned_empty_and_not_where_it_is_locked(posed: Posed, names: Names) -> None:
    found = said(posed, names, [0, -1, 0])
    assert found[0] == "还有 1 处没有分：乙街道"
    assert "二组一处阵地也没有" in found
    assert "丙镇锁定给二组，现在不在该组" in found


def test_many_positions_are_counted_not_all_named() -> None:
    ids = [f"P{i}" for i in range(10)]
    assert listed(ids, {}, ZH) == "P0、P1、P2、P3、P4、P5、P6、P7等 10 处"
    assert listed(ids[:2], {"P0": "甲"}, EN) == "甲, P1"
    assert listed([], {}, ZH) == ""


def test_demands_that_clash_each_by_name(posed: Posed, names: Names) -> None:
    demands = (
        Demand("balance"),
        Demand("load", position=2),
        Demand("fixed", 1, 2),
        Demand("never", 1, 0),
        Demand("connected"),
        Demand("teams"),
    )
    assert clash_words(Clash(demands, least_balance=0.2, least_proven=True), posed, names, ZH) == [
        "这些要求不能同时做到，放弃其中任何一条就有方案：",
        "各组工作量与应担的相差不超过 15%",
        "丙镇的工作量 60.0 分要由一个组承担，一个组应担 50.0 分",
        "丙镇锁定给二组",
        "甲镇不能交给二组",
        "每组的地盘连成一片",
        "2 个组每组至少一处阵地，阵地共 3 处",
        "其他要求不变，相差至少要放宽到 20%",
    ]


def test_the_least_balance_is_rounded_up(posed: Posed, names: Names) -> None:
    """0.1404 said as 14 % would be one that does not do."""
    lines = clash_words(Clash((Demand("balance"),), least_balance=0.1404, irreducible=False), posed, names, EN)
    assert lines[0] == "These cannot all be had:"
    assert lines[-1] == "With all else kept, there is a plan at a balance of 14.1%"


def test_why_a_position_is_where_it_is(posed: Posed, names: Names) -> None:
    """一组 甲 乙 (40 of 50), 二组 丙 (60 of 50). 乙 in 二组 would leave 10 and 90, 80 % off either way."""
    team = np.array([0, 0, 1])
    lines = why_words(explain(posed.problem, team, 1), posed, names, ZH)
    assert lines[:2] == ["工作量 30.0 分：职工 30.0", "在一组里与甲镇相邻"]
    assert lines[2].startswith("改到二组不行：")
    assert "比应担的多 80%（最多 15%）" in lines[2]
    locked = why_words(explain(posed.problem, team, 2), posed, names, ZH)
    assert "锁定给二组" in locked
    assert "在二组里没有相邻的阵地" in locked


def test_why_where_another_team_would_do_as_well(made: District, names: Names) -> None:
    """Within 100 % of its share 乙 may go to either: 甲 and 乙 are as far apart as 乙 and 丙; deviation 0.2 to 0.8."""
    posed = pose(made, CAMPAIGN, Plan(weights=ONLY_WORKERS, balance=1.0))
    lines = why_words(explain(posed.problem, np.array([0, 0, 1]), 1), posed, names, EN)
    assert lines[-1] == "It could go to 二组: travel +0 m, largest deviation +60.0%"


def test_why_of_what_has_no_team_and_no_ground(made: District) -> None:
    those = campaign(["P1", "gone"])
    posed, names = pose(made, those, Plan()), names_of(made, those, "zh")
    assert "还没有分给任何组" in why_words(explain(posed.problem, np.array([0, -1]), 1), posed, names, ZH)
    assert "所在镇街未知，归哪组都行" in why_words(explain(posed.problem, np.array([0, 1]), 1), posed, names, ZH)


def test_every_finding_and_demand_has_words(posed: Posed, names: Names) -> None:
    for say in (ZH, EN):
        for what in ("unassigned", "split", "heavy", "light", "empty", "not_fixed", "never"):
            assert finding_words(Finding(what, 1, (0,), ((0,), (2,)), 0.2), posed, names, say)  # type: ignore[arg-type]


def test_every_note_has_words(made: District, names: Names) -> None:
    found = pose(made, campaign(["P1", "gone"]), Plan(extra={"P1": -50.0})).workload.notes
    assert note_words(("workload.missing", {"positions": ("gone",)}), names, ZH).endswith("gone")
    assert all(note_words(note, names, say) for note in found for say in (ZH, EN))
