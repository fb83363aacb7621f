"""A planner's question: what it may be, and that a URL keeps it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo.demand import MEASURES, UNIONS, Who
from geo.enterprises import GROUPS
from geo.errors import ParameterError
from geo.facilities import KINDS
from geo.planner.question import REACH_AT_MOST, REACH_UNITS, Question, Reach, When

questions = st.builds(
    Question,
    kinds=st.lists(st.sampled_from(KINDS)).map(tuple),
    reach=st.sampled_from(REACH_UNITS).flatmap(
        lambda unit: st.builds(
            Reach,
            st.one_of(st.integers(0, REACH_AT_MOST[unit]), st.floats(0, REACH_AT_MOST[unit])),
            st.just(unit),
        )
    ),
    who=st.builds(
        Who,
        st.sampled_from(MEASURES),
        st.sampled_from(UNIONS),
        st.lists(st.text(max_size=5), max_size=3).map(tuple),
        st.lists(st.sampled_from(GROUPS)).map(tuple),
    ),
    lens=st.sampled_from(["service", "union"]),
    when=st.none() | st.builds(When, st.integers(0, 6), st.integers(0, 23)),
)


@example(question=Question(who=Who(industries=("100%2C", "a,b", "%", "%25"))))
@given(question=questions)
def test_a_url_keeps_the_question(question: Question) -> None:
    params = question.params()
    assert Question.read(params) == question
    assert Question.read({**params, "region": "110115001000", "lang": "en"}) == question, "other parameters are others'"
    assert Question.read(params).params() == params


def test_the_plain_question_needs_no_words() -> None:
    assert Question().params() == {}
    assert Question.read({}) == Question()
    assert Question.read({"reach": "", "measure": "", "day": "", "hour": "", "industry": ""}) == Question()


def test_a_question_in_full() -> None:
    params = {
        "kinds": "workers_home,rest_station",
        "reach": "15",
        "unit": "walk",
        "measure": "workers",
        "union": "all",
        "industry": "餐饮%2C住宿,物流",
        "groups": "快递员,货车司机",
        "lens": "union",
        "day": "Su",
        "hour": "22",
    }
    assert Question.read(params) == Question(
        kinds=("rest_station", "workers_home"),
        reach=Reach(15, "walk"),
        who=Who("workers", "all", ("物流", "餐饮,住宿"), ("货车司机", "快递员")),
        lens="union",
        when=When(6, 22),
    )


def test_the_lens_says_whose_side() -> None:
    assert Question.read({}).who.union == "unionised"
    assert Question.read({"lens": "union"}).who.union == "ununionised"
    assert Question(lens="union", who=Who(union="ununionised")).params() == {"lens": "union"}
    assert Question(lens="union").params() == {"lens": "union", "union": "unionised"}


def test_no_kinds_is_something_else_than_no_word_of_kinds() -> None:
    assert Question.read({"kinds": ""}).kinds == ()
    assert Question(kinds=()).params() == {"kinds": ""}


@pytest.mark.parametrize(
    ("reach", "metres"),
    [
        (Reach(), 1000),
        (Reach(0), 0),
        (Reach(1500.5), 1500.5),
        (Reach(13, "walk"), 13 * 60 * 1.25 / 1.3),  # 975 m of way, 750 m as the crow flies
        (Reach(13, "ebike"), 2500),  # 780 s at 15 km/h: 3.25 km of way
    ],
)
def test_minutes_are_metres_of_a_straight_line(reach: Reach, metres: float) -> None:
    assert reach.within_m == pytest.approx(metres, rel=1e-12)


def test_one_reach_is_written_in_one_way() -> None:
    assert str(Reach(1000.0).value) == "1000"
    assert str(Reach(-0.0).value) == "0"


@pytest.mark.parametrize(
    ("field", "params"),
    [
        ("kinds", {"kinds": "rest_station,pub"}),
        ("lens", {"lens": "fish"}),
        ("unit", {"unit": "km"}),
        ("unit", {"unit": "km", "reach": "5"}),
        ("reach", {"reach": "-1"}),
        ("reach", {"reach": "50001"}),
        ("reach", {"reach": "241", "unit": "walk"}),
        ("reach", {"reach": "121", "unit": "ebike"}),
        ("reach", {"reach": "1e9"}),
        ("reach", {"reach": "nan"}),
        ("reach", {"reach": "1_000"}),
        ("reach", {"reach": "１０００"}),
        ("reach", {"reach": "1-2"}),
        ("measure", {"measure": "area"}),
        ("union", {"union": "some"}),
        ("groups", {"groups": "厨师"}),
        ("day", {"day": "Xx", "hour": "8"}),
        ("day", {"hour": "8"}),
        ("hour", {"day": "Mo"}),
        ("hour", {"day": "Mo", "hour": "24"}),
        ("hour", {"day": "Mo", "hour": "-1"}),
        ("hour", {"day": "Mo", "hour": "²"}),
    ],
)
def test_what_cannot_be_asked_names_its_field(field: str, params: dict[str, str]) -> None:
    with pytest.raises(ParameterError) as refused:
        Question.read(params)
    assert refused.value.params["field"] == field


@pytest.mark.parametrize("when", [(7, 0), (-1, 0), (0, 24), (0, -1)])
def test_an_hour_is_an_hour_of_a_week(when: tuple[int, int]) -> None:
    with pytest.raises(ParameterError):
        When(*when)
