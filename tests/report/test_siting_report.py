"""The siting report: before and after by hand, proof and gap in words, what the public does not see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from asked import AT, come_to, site, written

from geo.district import District
from geo.i18n import LANGUAGES, Language
from geo.planner.coverage import worst
from geo.planner.outcome import Outcome
from geo.planner.plan import Plan, Site
from geo.planner.privacy import AT_LEAST, public_change
from geo.report.content import WITHHELD, Curve, Figures, Grid, Map, Report, Words
from geo.report.siting import siting_report
from geo.report.workbook import workbook
from geo.storage.scenarios import Scenario

NOW = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
PROOF: dict[str, Any] = {
    "goal": "max-cover",
    "proven": True,
    "gap": 0.0,
    "seconds": 0.3,
    "curve": [[1, 3.0, True], [2, 4.0, True]],
}


def scenario(**fields: Any) -> Scenario:
    said: dict[str, Any] = {
        "id": "0123456789abcdef",
        "name": "三季度",
        "notes": "先看 南部",
        "question": {},
        "plan": {},
        "sites": (),
        "proof": PROOF,
        "grounds": {},
        "shared": False,
        "version": 1,
        "created_by": "李明",
        "created_at": NOW,
        "changed_by": "李明",
        "changed_at": NOW,
        "adopted_by": "",
        "adopted_at": None,
        "retired": "",
    }
    return Scenario(**{**said, **fields})


def report(
    district: District,
    found: Outcome,
    *,
    made: Scenario | None = None,
    public: bool = False,
    language: Language = "zh",
    plan: Plan | None = None,
) -> Report:
    whole = plan or Plan(sites=found.sites)
    return siting_report(district, found, whole, scenario=made, public=public, language=language, printed=AT)


@pytest.fixture
def two(district: District) -> Outcome:
    """New sites 500 m from E2, and at E4: both are served then, each by its own."""
    return come_to(
        district, site("a", district, 5, 7.5), site("b", district, 25, 5, moved=True), union="all", measure="workers"
    )


def grids(said: Report) -> list[Grid]:
    return [block for block in said.blocks if isinstance(block, Grid)]


def test_before_and_after_are_those_counted_by_hand(district: District, two: Outcome) -> None:
    """Workers: E1 10, E2 20 in 甲原镇; E3 30 in 乙河街道; E4 40 in 丙山镇; E6 5 at no place; E5 does not say."""
    said = report(district, two)
    sites, regions, changed = grids(said)
    assert [row[4:] for row in sites.rows] == [(20.0, 20.0), (40.0, 40.0)]
    assert [row[2] for row in sites.rows] == ["甲原镇", "丙山镇"]
    assert "（人工移动）" in str(sites.rows[1][1])
    rows = {row[0]: row[1:] for row in regions.rows}
    assert rows["甲原镇"] == (30.0, 10.0, 20.0, 0.0, pytest.approx(2 / 3), 0.0)
    assert rows["全区"] == (105.0, 40.0, 60.0, 5.0, pytest.approx(0.6), 0.0)
    assert [row[0] for row in changed.rows] == ["E4公司", "E2公司"], "those that count most first"


def test_numbers_add_up(district: District, two: Outcome) -> None:
    for row in grids(report(district, two))[1].rows:
        whole, served, new, rest = row[1:5]
        assert whole == served + new + rest  # type: ignore[operator]


def test_new_sites_are_stars_with_numbers(district: District, two: Outcome) -> None:
    (drawn,) = [block for block in report(district, two).blocks if isinstance(block, Map)]
    assert [(spot.look, spot.label) for spot in drawn.spots if spot.label] == [("new", "1"), ("new_moved", "2")]
    assert [look for look, _ in drawn.looks] == ["station", "new", "new_moved"], "the new ones are no stations yet"


def test_distances_before_and_after(district: District, two: Outcome) -> None:
    (figures,) = [block for block in report(district, two).blocks if isinstance(block, Figures)]
    worst = figures.items[-1]
    assert worst.value == "1 千米", "E3's"
    assert "10 千米" in worst.note, "E4's, before"


@pytest.mark.parametrize(
    ("proof", "part"),
    [
        (None, "没有附求解证明"),
        (PROOF, "已证明最优"),
        ({**PROOF, "proven": False, "gap": 0.0321}, "3.2%"),
        ({**PROOF, "proven": False, "gap": None}, "离最优多远尚不知道"),
        ({}, "离最优多远尚不知道"),
    ],
)
def test_how_good_the_sites_are_is_said(
    district: District, two: Outcome, proof: dict[str, Any] | None, part: str
) -> None:
    said = report(district, two, made=scenario(proof=proof))
    words = next(block.paragraphs for block in said.blocks if isinstance(block, Words))[0]
    assert part in words
    assert ("人工移动" in words) == (proof is not None)


def test_gathered_demand_and_a_stop_are_said(district: District, two: Outcome) -> None:
    def words(**more: Any) -> str:
        said = report(district, two, made=scenario(proof={**PROOF, **more}))
        return next(block.paragraphs for block in said.blocks if isinstance(block, Words))[0]

    assert "归并" not in words(off_m=0.0, stopped=False)
    assert "归并" in words(off_m=176.2)
    assert "177 米" in words(off_m=176.2), "no less than it is"
    assert "停止" not in words()
    assert "停止" in words(stopped=True, proven=False, gap=0.1)


def test_a_curve_needs_two_points(district: District, two: Outcome) -> None:
    assert [b for b in report(district, two, made=scenario()).blocks if isinstance(b, Curve)]
    for curve in ([], [[1, 3.0, True]], [[1, None, False], [2, 4.0, True]]):
        made = scenario(proof={**PROOF, "curve": curve})
        assert not [b for b in report(district, two, made=made).blocks if isinstance(b, Curve)]


@pytest.mark.parametrize("goal", ["max-cover", "set-cover", "p-median", "p-centre"])
@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_goal_makes_a_report(daxing: District, goal: Any, public: bool, language: Language) -> None:
    found = come_to(daxing)
    made = scenario(proof={**PROOF, "goal": goal, "curve": [[1, 1e6, True], [2, 9e5, False]]}, adopted_at=NOW)
    plan = Plan(goal=goal, capacity=500, forced=("c1",), barred=("c2",))
    said = report(daxing, found, made=made, public=public, language=language, plan=plan)
    assert "三季度" in said.subtitle
    if language == "zh" and goal == "p-centre":
        assert written(said)


def test_a_proof_of_other_data_is_said_to_be_one(district: District, two: Outcome) -> None:
    for revision, expected in (("another", True), (district.revision, False)):
        said = report(district, two, made=scenario(grounds={"revision": revision}))
        assert ("数据此后有更新" in repr(said.blocks)) == expected


def test_who_is_forced_in_or_out_has_a_name(district: District, two: Outcome) -> None:
    said = repr(report(district, two, plan=Plan(sites=two.sites, forced=("F3",), barred=("F4", "没有的"))).blocks)
    assert "F3站" in said
    assert "F4站、没有的" in said


# The public's


def test_the_public_sees_neither_names_nor_few(district: District, two: Outcome) -> None:
    said = report(district, two, made=scenario(), public=True)
    text = repr(said)
    assert "E4公司" not in text
    assert "李明" not in text, "nor who made it"
    sites, regions = grids(said)
    assert [row[4:] for row in sites.rows] == [(WITHHELD, WITHHELD)] * 2
    assert regions.rows[-1][1:5] == (105.0, WITHHELD, WITHHELD, WITHHELD) or WITHHELD in regions.rows[-1]
    assert "60" not in repr(regions.rows)


def test_small_gains_cannot_be_worked_out_from_the_rest(daxing: District) -> None:
    """Wherever sites are put, what is shown of a change is 0 or five and more, and nothing hidden stands alone."""
    random = np.random.default_rng(5)
    west, south, east, north = daxing.regions_m.total_bounds
    for _ in range(12):
        x, y = random.uniform((west, south), (east, north), size=(3, 2)).T
        lon, lat = daxing.plane.unproject(x, y)
        sites = [Site(str(n), "", float(a), float(b)) for n, (a, b) in enumerate(zip(lon, lat, strict=True))]
        found = come_to(daxing, *sites)
        rows = grids(report(daxing, found, public=True))[1].rows
        told = np.array([[np.nan if cell is WITHHELD else cell for cell in row[1:5]] for row in rows], dtype=float)
        assert not ((told > 0) & (told < AT_LEAST)).any()
        assert (np.isnan(told).sum(axis=1) != 1).all()
        assert (np.isnan(told).sum(axis=0) != 1).all()
        assert np.isnan(told[:, 2]).tolist() == np.isnan(told[:, [1, 2]]).any(axis=1).tolist()


def test_the_rest_does_not_tell_what_is_hidden(daxing: District) -> None:
    """Total, newly served and the rest are one another's difference: where after is hidden, so are both."""
    found = come_to(daxing, *_at_the_farthest(daxing))
    _, after = public_change(found)
    said = report(daxing, found, public=True)
    regions = [row for row in grids(said)[1].rows if row[0] != "不在任何镇街"]
    hidden = [row for row in regions if row[3] is WITHHELD]
    assert hidden
    assert len(hidden) >= int(after["n_served"].isna().sum()) >= 1
    for row in hidden:
        assert row[4] is WITHHELD or row[2] is WITHHELD


def test_few_newly_served_hide_what_sums_over_all(daxing: District, district: District, two: Outcome) -> None:
    """Two in the tiny world: its mean and worst distance, and the curve, would be theirs."""
    assert 0 < len(two.changed) < AT_LEAST
    open_, closed = (report(district, two, made=scenario(), public=public) for public in (False, True))
    assert [len(block.items) for said in (open_, closed) for block in said.blocks if isinstance(block, Figures)] == [
        5,
        3,
    ]
    assert [bool([b for b in said.blocks if isinstance(b, Curve)]) for said in (open_, closed)] == [True, False]
    many = come_to(daxing, *_at_the_farthest(daxing), reach="5000")
    assert len(many.changed) >= AT_LEAST
    (figures,) = [b for b in report(daxing, many, public=True).blocks if isinstance(b, Figures)]
    assert len(figures.items) == 5


def _at_the_farthest(daxing: District) -> list[Site]:
    """A site where the enterprise lies that has it farthest."""
    given = come_to(daxing).before
    (far,) = worst(given, None, 1)
    lon, lat = daxing.plane.unproject(daxing.demand.x[[far]], daxing.demand.y[[far]])
    return [Site("far", "", float(lon[0]), float(lat[0]))]


def test_a_workbook_of_it_has_the_same_tables(district: District, two: Outcome) -> None:
    from io import BytesIO

    import openpyxl

    book = openpyxl.load_workbook(BytesIO(workbook(report(district, two, made=scenario()))))
    assert book.sheetnames == ["报告", "新站点", "各镇街前后对比", "个数曲线", "新覆盖到的企业"]
    cells = [row for row in book["各镇街前后对比"].iter_rows(values_only=True) if row[0] == "全区"]
    assert cells[0][1:5] == (105, 40, 60, 5)
