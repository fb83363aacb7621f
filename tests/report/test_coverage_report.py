"""The coverage report: the numbers of the tiny world, what the public does not get to see, both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from asked import AT, TODAY, ask, without_workers, written

from geo.coverage import TOTAL
from geo.district import District
from geo.i18n import LANGUAGES, Language
from geo.planner.coverage import Answer
from geo.planner.privacy import public_curve, public_rows, public_week
from geo.planner.week import curve, week
from geo.report.content import WITHHELD, Block, Curve, Figures, Grid, Heat, Map, Pairs, Report, Words
from geo.report.coverage import coverage_report
from geo.report.workbook import workbook


def report(district: District, found: Answer, *, public: bool = False, language: Language = "zh") -> Report:
    return coverage_report(district, found, public=public, language=language, printed=AT, today=TODAY)


Kind = TypeVar("Kind", bound=Block)


def only(said: Report, kind: type[Kind], number: int = 0) -> Kind:
    return [block for block in said.blocks if isinstance(block, kind)][number]


def said_in(said: Report) -> str:
    """Everything that the report holds as words."""
    return repr(said.blocks)


# The tiny world, by hand: of those with a union E1 and E3 are served, E5 has no location.


def test_the_table_has_what_was_counted_by_hand(district: District) -> None:
    found = report(district, ask(district))
    rows = {row[0]: row[1:] for row in only(found, Grid).rows}
    assert rows["甲原镇"][:4] == (1.0, 1.0, 0.0, 0.0)
    assert rows["乙河街道"][:4] == (2.0, 1.0, 0.0, 1.0), "E5 is unknown, never unserved"
    assert rows["全区"][:5] == (3.0, 2.0, 0.0, 1.0, 0.0)
    assert only(found, Grid).total
    assert [row[0] for row in only(found, Grid).rows][-1] == "全区"


def test_all_enterprises_and_their_workers(district: District) -> None:
    found = report(district, ask(district, union="all", measure="workers"))
    total = only(found, Grid).rows[-1]
    assert total[1:5] == (105.0, 40.0, 60.0, 5.0), "10 + 30 served, 20 + 40 not, E6's 5 at no place"
    assert total[5] == pytest.approx(0.6)
    assert "未填报的企业有 a" not in said_in(found)
    assert any("少数几 家" in text for _, text in only(found, Pairs, 1).rows), "E5 alone: too few to be told"


def test_distances_are_those_of_the_tiny_world(district: District) -> None:
    total = only(report(district, ask(district, union="all")), Grid).rows[-1]
    assert total[7] == pytest.approx(1000, abs=1), "of 500, 1000, 2000 and 10,000 m half lie within 1000"
    assert total[8] == pytest.approx(10_000, abs=3)


def test_the_farthest_are_named_for_staff(district: District) -> None:
    grid = only(report(district, ask(district, union="all")), Grid, 1)
    assert [row[0] for row in grid.rows] == ["E4公司", "E2公司"]
    assert [row[1] for row in grid.rows] == ["乙河街道", "甲原镇"], "as E4 says of itself, wherever it lies"


def test_the_curve_goes_through_what_was_counted(district: District) -> None:
    curve = only(report(district, ask(district, union="all")), Curve)
    shares = dict(curve.points)
    assert (shares[250.0], shares[750.0], shares[1250.0], shares[2250.0]) == (0.0, 0.25, 0.5, 0.75)
    assert curve.marked == 1500


def test_the_week_has_an_hour_framed_where_one_is_asked(district: District) -> None:
    assert only(report(district, ask(district)), Heat).marked is None
    asked = report(district, ask(district, day="Su", hour="22"))
    heat = only(asked, Heat)
    assert heat.marked == (6, 22)
    assert (len(heat.shares), {len(day) for day in heat.shares}) == (7, {24})
    assert np.isnan(np.array(heat.shares)).all(), "hours nobody knows: nobody's case is known"


def test_hours_that_nobody_knows_leave_nobody_unserved(district: District) -> None:
    """None of the tiny world's stations says when it is open."""
    found = report(district, ask(district, day="Su", hour="22"))
    total = only(found, Grid).rows[-1]
    assert total[1:5] == (3.0, 0.0, 0.0, 3.0)
    drawn = only(found, Map)
    assert {spot.look for spot in drawn.spots} == {"station_doubtful"}
    assert drawn.doubtful
    assert drawn.doubtful_words


def test_the_map_tells_no_data_from_no_service(district: District) -> None:
    found = only(report(district, ask(district)), Map)
    shares = {area.name: area.share for area in found.areas}
    assert shares["甲原镇"] == 0.0
    assert np.isnan(shares["丙山镇"]), "no enterprise with a union there"
    assert found.no_data
    assert not found.hidden
    assert len(found.spots) == 2


def test_the_union_lens_counts_unions(district: District) -> None:
    found = report(district, ask(district, lens="union"))
    grid = only(found, Grid)
    assert grid.rows[-1][1:5] == (6.0, 3.0, 3.0, 0.5)
    assert "未建会占比" in [column.label for column in grid.columns]


# The public's


def test_the_public_sees_no_name_and_no_small_number(district: District) -> None:
    found = report(district, ask(district, union="all"), public=True)
    assert not re.search(r"E\d公司", said_in(found))
    for row in only(found, Grid).rows:
        assert not [cell for cell in row[1:5] if isinstance(cell, float) and 0 < cell < 5]
    assert not [block for block in found.blocks if isinstance(block, Heat | Curve)] or found.blocks
    assert len([block for block in found.blocks if isinstance(block, Grid)]) == 1


def test_what_is_withheld_is_a_star_and_not_a_dash(district: District) -> None:
    found = report(district, ask(district), public=True)
    grid = only(found, Grid)
    assert WITHHELD in grid.rows[-1], "3 in all"
    assert "不公布" in grid.note
    assert not [block for block in found.blocks if isinstance(block, Heat | Curve)], "3 in all: no charts"
    assert "*" in written(found)[0]


def test_the_public_report_has_what_public_rows_has(daxing: District) -> None:
    found = ask(daxing, reach="1000")
    grid = only(report(daxing, found, public=True), Grid)
    rows = public_rows(found)
    told = [row[1:5] for row in grid.rows]
    expected = rows[["all", "served", "unserved", "unknown"]].to_numpy()
    for cells, numbers in zip(told, expected, strict=True):
        for cell, number in zip(cells, numbers, strict=True):
            assert (cell is WITHHELD) == bool(np.isnan(number))
            assert cell is WITHHELD or cell == number
    hidden = [area for area in only(report(daxing, found, public=True), Map).areas if area.hidden]
    assert len(hidden) == int(rows["share"][daxing.demand.codes].isna().sum())


def test_charts_for_the_public_are_whole_per_cents(daxing: District) -> None:
    found = report(daxing, ask(daxing), public=True)
    shares = [share for day in only(found, Heat).shares for share in day]
    assert all(round(100 * share) == pytest.approx(100 * share) for share in shares)


def test_charts_for_the_public_leave_out_what_tells_of_few(daxing: District) -> None:
    """What ``public_week`` and ``public_curve`` leave out, and nothing else."""
    found = ask(daxing, groups="快递员", union="all", reach="1100")
    said = report(daxing, found, public=True)
    heat, drawn = only(said, Heat), only(said, Curve)
    hours, points = public_week(week(daxing, found.question, TODAY)), public_curve(curve(found))
    shares = np.array(heat.shares).ravel()
    assert np.isnan(shares).tolist() == hours["share_served"].isna().tolist()
    seen = points[points["share_served"].notna()]
    assert [x for x, _ in drawn.points] == seen["within_m"].tolist()
    assert len(seen) < len(points), "or this shows nothing"
    assert (drawn.marked is None) == (1100 not in seen["within_m"].tolist())
    whole = only(report(daxing, found), Curve)
    assert len(whole.points) == len(points)
    assert written(said)


# Said of itself


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("public", [False, True])
def test_both_languages_say_it_all(daxing: District, language: Language, public: bool) -> None:
    found = report(daxing, ask(daxing, unit="walk", reach="15", measure="workers"), public=public, language=language)
    said = said_in(found)
    if language == "en":
        names = r"示例|data/builders|[（）]"
        labels = [block for block in found.blocks if isinstance(block, Figures | Map | Heat | Curve)]
        assert not re.search(r"[一-鿿]", re.sub(names, "", repr(labels)))
    assert "4.5" in said or "1.25" in said, "the speed assumed"
    assert "1.3" in said, "the detour assumed"
    assert "EPSG:32650" in said
    assert found.mark, "the register is invented"


def test_what_is_real_is_not_called_invented(district: District) -> None:
    found = report(district, ask(district))
    assert found.mark == ""
    assert "示例" not in written(found)[0]
    assert "demo" not in found.file


def test_the_question_is_told_in_words(daxing: District) -> None:
    asked = ask(
        daxing, kinds="rest_station,workers_home", union="all", measure="members", day="Su", hour="22", reach="2000"
    )
    rows = dict(only(report(daxing, asked), Pairs).rows)
    text = " ".join(rows.values())
    for part in ("驿站、职工之家", "2,000 米", "全部企业", "会员", "周日 22:00", "2026-11-22"):
        assert part in text


def test_a_register_without_workers_still_makes_a_report(district: District) -> None:
    bare = without_workers(district)
    found = report(bare, ask(bare, measure="workers"))
    assert only(found, Grid).rows[-1][1] == 0.0
    assert written(found)


def test_no_enterprises_no_stations_no_kinds(district: District) -> None:
    for params in ({"kinds": ""}, {"kinds": "reading_room"}, {"industry": "没有这个行业"}, {"reach": "0"}):
        found = report(district, ask(district, **params))
        assert written(found)
        assert workbook(found)[:2] == b"PK"
    nobody = replace(district, enterprises=district.enterprises.iloc[:0])
    assert written(report(nobody, ask(district)))


def test_the_title_page_has_the_total(daxing: District) -> None:
    asked = ask(daxing)
    first = written(report(daxing, asked))[0]
    assert f"{asked.rows.at[TOTAL, 'unserved']:,.0f}" in first
    assert "地图" in first
    assert isinstance(only(report(daxing, asked), Words), Words)
