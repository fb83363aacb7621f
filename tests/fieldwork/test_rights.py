"""Who reads, edits and publishes a plan and plans visits; two leaders at one draft; a version brought back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from geo.errors import GongtuError, ParameterError
from geo.fieldwork.campaign import Campaign, Team, numbers
from geo.fieldwork.deeds import change, close, make, next_team
from geo.fieldwork.plan import Plan, edit_between, inverse, moved
from geo.fieldwork.rights import change_visit, edit, may_plan, news, plan_visit, publish, read_plan, restore
from geo.i18n import LANGUAGES, explain
from geo.people import NOBODY, ROLES, Person, Role
from geo.storage import Change, Conflict
from geo.storage.drafts import Moved
from geo.workspace import Workspace

WANG, LI = Person("u1", "王主席", "leader"), Person("u2", "李主任", "leader")


@pytest.fixture
def member(workspace: Workspace) -> Person:
    """Somebody of the staff, who is in team 1."""
    return Person(workspace.store.people.add("赵", "staff", by="王", at=workspace.now()), "赵", "staff")


@pytest.fixture
def here(workspace: Workspace, member: Person) -> Campaign:
    """A campaign of three positions, one in each region from west to east, and two teams."""
    workspace.district()
    codes = [f"11019900{n}000" for n in (1, 2, 3)]
    land = [
        Change("positions", f"R{n}", {"name": f"{n}镇", "kind": "region", "region": code, "standing": "imported"})
        for n, code in enumerate(codes, start=1)
    ]
    workspace.store.commit(land, by="王", at=workspace.now(), why="x")
    teams = [Team("1", "甲组", members=(member.id,)), Team("2", "乙组")]
    return make(workspace, WANG, name="秋季", starts="2026-03", positions=["R1", "R2", "R3"], teams=teams)


def set_(workspace: Workspace, here: Campaign, person: Person = WANG, **fields: tuple[Any, Any]) -> Any:
    return edit(workspace, person, here, {name.replace("__", "."): values for name, values in fields.items()})


PLACED = {"where__R1": (None, "1"), "where__R2": (None, "1"), "where__R3": (None, "2")}


# Reading


@pytest.mark.parametrize("role", ROLES)
def test_staff_read_what_is_published_and_leaders_drafts(role: Role) -> None:
    person = NOBODY if role == "public" else Person("u", "某人", role)
    assert read_plan(person, "published") == read_plan(person, 3) == (role != "public")
    assert read_plan(person, "draft") == (role in ("leader", "admin"))


@pytest.mark.parametrize("role", ["public", "staff"])
def test_who_is_no_leader_edits_and_publishes_nothing(workspace: Workspace, here: Campaign, role: Role) -> None:
    person, draft = Person("u", "某人", role), set_(workspace, here, **PLACED)
    for step in (
        lambda: edit(workspace, person, here, {"where.R1": ("1", "2")}),
        lambda: publish(workspace, person, here, draft, "", "2026-03-01"),
        lambda: restore(workspace, person, here, 1),
    ):
        with pytest.raises(GongtuError, match=r"campaign\.leader"):
            step()
    assert workspace.store.assignments.draft(here.id) == draft
    assert workspace.store.assignments.published(here.id) is None


# Editing


def test_two_leaders_at_one_draft(workspace: Workspace, here: Campaign) -> None:
    """Both have the same draft before them. Different fields: both succeed. The same: the second is told of it."""
    seen = Plan.read(set_(workspace, here, **PLACED).fields)
    edit(workspace, WANG, here, moved(seen, "R1", "2"))
    edit(workspace, LI, here, moved(seen, "R3", "1"))
    with pytest.raises(Moved) as caught:
        edit(workspace, LI, here, moved(seen, "R1", None))
    assert (caught.value.fields, caught.value.by) == (("where.R1",), "李主任"), "the last to change anything"
    assert all("“1镇”" in explain(caught.value, language) for language in LANGUAGES), "by its name"
    assert workspace.store.assignments.draft(here.id).fields == {"where.R1": "2", "where.R2": "1", "where.R3": "1"}
    set_(workspace, here, balance=(None, 0.2), strength__2=(None, 2))
    for field, named in (("balance", "草稿"), ("strength.2", "乙组")):
        with pytest.raises(Moved) as caught:
            edit(workspace, LI, here, {field: (None, 0.5)})
        assert named in explain(caught.value, "zh")


def test_leaders_at_the_same_moment(workspace: Workspace, here: Campaign) -> None:
    seen = Plan.read(set_(workspace, here, **PLACED).fields)
    todo = [(WANG, "R1"), (LI, "R2"), (WANG, "R3"), (LI, "R3")]

    def move(one: tuple[Person, str]) -> bool:
        person, position = one
        try:
            edit(workspace, person, here, moved(seen, position, "1" if seen.where[position] == "2" else "2"))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(move, todo))
    assert done[:2] == [True, True]
    assert sorted(done[2:]) == [False, True]
    draft = workspace.store.assignments.draft(here.id)
    assert draft.fields == {"where.R1": "2", "where.R2": "2", "where.R3": "1"}
    assert draft.version == 4


def test_undone_and_done_again(workspace: Workspace, here: Campaign) -> None:
    before = set_(workspace, here, **PLACED)
    step = moved(Plan.read(before.fields), "R1", "2")
    after = edit(workspace, WANG, here, step)
    assert edit(workspace, WANG, here, inverse(step)).fields == before.fields
    assert edit(workspace, WANG, here, step).fields == after.fields


def test_undoing_what_somebody_else_has_changed_since_is_a_conflict(workspace: Workspace, here: Campaign) -> None:
    step = moved(Plan.read(set_(workspace, here, **PLACED).fields), "R1", "2")
    edit(workspace, WANG, here, step)
    set_(workspace, here, LI, where__R1=("2", None))
    with pytest.raises(Conflict):
        edit(workspace, WANG, here, inverse(step))


WRONG = [
    ("where.P9", "1", "assignment.position"),
    ("fixed.P1", "1", "assignment.position"),
    ("extra.P1", 3, "assignment.position"),
    ("never.P1", ["1"], "assignment.position"),
    ("where.R1", "9", "assignment.team"),
    ("fixed.R1", "9", "assignment.team"),
    ("never.R1", ["1", "9"], "assignment.team"),
    ("strength.9", 2, "assignment.team"),
    ("balance", 11, "assignment.range"),
    ("weights.beauty", 2, "assignment.field"),
    ("where.R1", 1, "assignment.value"),
]


def test_what_cannot_be_is_refused_with_words(workspace: Workspace, here: Campaign) -> None:
    for field, value, key in WRONG:
        with pytest.raises(ParameterError) as caught:
            edit(workspace, WANG, here, {"where.R2": (None, "1"), field: (None, value)})
        assert (caught.value.key, caught.value.params["field"]) == (key, field)
        assert all(explain(caught.value, language) for language in LANGUAGES)
    assert workspace.store.assignments.draft(here.id).version == 0


def test_what_is_as_if_nobody_had_said_it_is_not_kept(workspace: Workspace, here: Campaign) -> None:
    set_(workspace, here, balance=(0.15, 0.2), strength__1=(1, 2), extra__R1=(0, 5))
    assert set_(workspace, here, balance=(0.2, 0.15), strength__1=(2, 1), extra__R1=(5.0, None)).fields == {}


def test_a_locked_position_is_not_moved_but_may_be_unlocked_and_moved(workspace: Workspace, here: Campaign) -> None:
    set_(workspace, here, **PLACED, fixed__R1=(None, "1"))
    for then in ("2", None):
        with pytest.raises(GongtuError, match=r"assignment\.fixed") as caught:
            set_(workspace, here, where__R1=("1", then))
        assert {"1镇", "甲组"} <= set(caught.value.params.values())
    with pytest.raises(GongtuError, match=r"assignment\.fixed"):
        edit(workspace, LI, here, edit_between({"where.R1": "1", "where.R2": "1"}, {"where.R1": "2", "where.R2": "2"}))
    assert set_(workspace, here, where__R1=("1", "2"), fixed__R1=("1", None)).fields["where.R1"] == "2"
    assert set_(workspace, here, fixed__R1=(None, "1")).fields["fixed.R1"] == "1", "a demand for the next proposal"
    assert set_(workspace, here, where__R1=("2", "1")).fields["where.R1"] == "1"


def test_an_edit_on_an_older_campaign_is_a_conflict(workspace: Workspace, here: Campaign) -> None:
    change(workspace, LI, here, teams=here.teams[:1])
    with pytest.raises(Conflict) as caught:
        set_(workspace, here, where__R1=(None, "2"))
    assert all("秋季" in explain(caught.value, language) for language in LANGUAGES)


# Publishing


def test_published_changed_and_brought_back(workspace: Workspace, here: Campaign) -> None:
    draft = set_(workspace, here, **PLACED)
    first = publish(workspace, WANG, here, draft, " 第一版 ", "2026-03-02")
    assert (first.number, first.note, first.starts, first.by, first.at) == (
        1,
        "第一版",
        "2026-03-02",
        "王主席",
        workspace.now(),
    )
    grounds = first.grounds
    assert grounds["revision"] == workspace.district().revision
    assert sorted(map(sorted, grounds["edges"])) == [["R1", "R2"], ["R2", "R3"]], "the regions lie in a row"
    assert set(grounds["loads"]) == set(grounds["names"]) == {"R1", "R2", "R3"}
    assert grounds["names"]["R1"]["name"] == "1镇"
    assert [team["name"] for team in grounds["teams"]] == ["甲组", "乙组"]
    assert grounds["synthetic"] is False, "all of the tiny world is imported"
    second = publish(workspace, LI, here, set_(workspace, here, where__R2=("1", "2")), "", "2026-04-01")
    assert edit_between(first.fields, second.fields) == {"where.R2": ("1", "2")}
    assert workspace.store.assignments.published(here.id, 1) == first, "as it was"
    back, _ = restore(workspace, LI, here, 1)
    assert back.fields == first.fields
    third = publish(workspace, LI, here, back, "恢复第一版", "2026-05-01")
    assert (third.number, third.fields) == (3, first.fields)
    assert [one.number for one in workspace.store.assignments.versions(here.id)] == [3, 2, 1]


def test_what_is_published_says_nothing_of_accounts(workspace: Workspace, here: Campaign, member: Person) -> None:
    made = publish(workspace, WANG, here, set_(workspace, here, **PLACED), "", "2026-03-02")
    assert member.id not in repr(made)


def test_a_draft_that_moved_on_is_not_published(workspace: Workspace, here: Campaign) -> None:
    seen = set_(workspace, here, **PLACED)
    set_(workspace, here, LI, where__R1=("1", "2"))
    with pytest.raises(Moved) as caught:
        publish(workspace, WANG, here, seen, "", "2026-03-02")
    assert (caught.value.fields, caught.value.by) == (("where.R1",), "李主任")
    assert workspace.store.assignments.published(here.id) is None


def test_a_draft_of_a_campaign_that_changed_is_not_published(workspace: Workspace, here: Campaign) -> None:
    seen = set_(workspace, here, **PLACED)
    change(workspace, LI, here, note="改")
    with pytest.raises(Conflict):
        publish(workspace, WANG, here, seen, "", "2026-03-02")


def test_a_plan_of_no_position_is_not_published(workspace: Workspace, here: Campaign) -> None:
    draft = set_(workspace, here, balance=(None, 0.2))
    with pytest.raises(GongtuError, match=r"assignment\.empty"):
        publish(workspace, WANG, here, draft, "", "2026-03-02")


def test_an_old_version_comes_back_without_what_the_campaign_no_longer_has(
    workspace: Workspace, here: Campaign
) -> None:
    publish(workspace, WANG, here, set_(workspace, here, **PLACED, strength__2=(None, 2)), "", "2026-03-02")
    now = change(workspace, WANG, here, teams=here.teams[:1], positions=["R1", "R3"])
    assert restore(workspace, WANG, now, 1)[0].fields == {"where.R1": "1"}
    with pytest.raises(ParameterError, match=r"assignment\.no_version") as caught:
        restore(workspace, WANG, now, 2)
    assert all(explain(caught.value, language) for language in LANGUAGES)
    made = workspace.store.assignments.published(here.id)
    assert made is not None
    assert made.fields["where.R3"] == "2", "the version itself stays"


def test_a_version_is_not_brought_back_over_what_was_not_seen(workspace: Workspace, here: Campaign) -> None:
    """The edit that is given takes exactly what was done back; what another leader did unseen is nobody's to undo."""
    publish(workspace, WANG, here, set_(workspace, here, **PLACED), "", "2026-03-02")
    seen = set_(workspace, here, where__R2=("1", "2"))
    _, done = restore(workspace, WANG, here, 1, seen)
    assert done == {"where.R2": ("2", "1")}
    assert edit(workspace, WANG, here, inverse(done)).fields == seen.fields
    set_(workspace, here, LI, where__R1=("1", "2"))
    with pytest.raises(Moved) as caught:
        restore(workspace, WANG, here, 1, seen)
    assert caught.value.fields == ("where.R1",)


def test_there_is_something_to_publish_where_plan_teams_or_positions_differ(
    workspace: Workspace, here: Campaign
) -> None:
    draft = set_(workspace, here, **PLACED)
    assert news(here, draft, None)
    last = publish(workspace, WANG, here, draft, "", "2026-03-02")
    assert not news(here, draft, last)
    assert news(here, set_(workspace, here, where__R2=("1", "2")), last)
    led = change(workspace, WANG, here, teams=(here.teams[0], Team("2", "乙组", lead="某人")))
    assert news(led, draft, last)
    member = change(workspace, WANG, led, teams=(Team("1", "甲组"), Team("2", "乙组")))
    assert not news(member, draft, last), "who is a member is not published"
    fewer = change(workspace, WANG, member, positions=["R1", "R2"])
    assert news(fewer, draft, last)


def test_a_team_to_come_has_no_number_that_one_had(workspace: Workspace, here: Campaign, member: Person) -> None:
    assert next_team(here, workspace.store) == "3"
    three = change(workspace, WANG, here, teams=(*here.teams, Team("3", "丙组")))
    plan_visit(workspace, WANG, three, team="3", position="R1", date="2026-03-09")
    again = change(workspace, WANG, three, teams=here.teams)
    assert next_team(again, workspace.store) == "4", "its visit goes on naming the third"


@pytest.mark.parametrize(
    ("ids", "known"),
    [
        (("1", "2"), (1, 2)),
        (("1", "3"), (1, 3)),  # the second was dropped: the third keeps its number
        (("2", "1"), (2, 1)),
        (("甲", "2"), (1, 2)),
        (("01", "1"), (1, 2)),
        (("0", "1"), (1, 2)),
        (("100", "1"), (1, 2)),
        ((), ()),
    ],
)
def test_teams_are_known_by_numbers(ids: tuple[str, ...], known: tuple[int, ...]) -> None:
    campaign = Campaign("c", "秋季", teams=tuple(Team(id_, id_) for id_ in ids))
    assert numbers(campaign) == dict(zip(ids, known, strict=True))


def test_somebody_who_edits_while_a_version_is_brought_back(
    workspace: Workspace, here: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes back is the version or nothing: not the version and a field of somebody else's."""
    publish(workspace, WANG, here, set_(workspace, here, **PLACED), "", "2026-03-02")
    set_(workspace, here, where__R2=("1", "2"))
    store = workspace.store.assignments
    draft = store.draft

    def seen_just_before(campaign: str) -> Any:
        monkeypatch.setattr(store, "draft", draft)
        seen = draft(campaign)
        set_(workspace, here, LI, extra__R3=(None, 5))
        return seen

    monkeypatch.setattr(store, "draft", seen_just_before)
    with pytest.raises(Moved) as caught:
        restore(workspace, WANG, here, 1)
    assert (caught.value.fields, caught.value.by) == (("extra.R3",), "李主任")
    assert "“3镇”" in explain(caught.value, "zh")
    assert store.draft(here.id).fields == {"where.R1": "1", "where.R2": "2", "where.R3": "2", "extra.R3": 5}


def test_a_closed_campaign_stays_as_it_is(workspace: Workspace, here: Campaign, member: Person) -> None:
    draft = set_(workspace, here, **PLACED)
    publish(workspace, WANG, here, draft, "", "2026-03-02")
    visit = plan_visit(workspace, member, here, team="1", position="R1", date="2026-03-09")
    now = close(workspace, WANG, here)
    for step in (
        lambda: set_(workspace, now, where__R1=("1", "2")),
        lambda: publish(workspace, WANG, now, draft, "", "2026-03-02"),
        lambda: restore(workspace, WANG, now, 1),
        lambda: plan_visit(workspace, member, now, team="1", position="R1", date="2026-03-09"),
        lambda: change_visit(workspace, member, now, visit, state="done"),
    ):
        with pytest.raises(GongtuError, match=r"campaign\.closed"):
            step()
    assert workspace.store.assignments.published(here.id) is not None


# Visits


def test_staff_plan_visits_of_their_own_team_and_leaders_of_any(
    workspace: Workspace, here: Campaign, member: Person
) -> None:
    stranger = Person("u9", "别人", "staff")
    assert [may_plan(here, member, team) for team in ("1", "2")] == [True, False]
    assert may_plan(here, WANG, "2")
    assert not any(may_plan(here, person, "1") for person in (stranger, NOBODY))
    made = plan_visit(workspace, member, here, team="1", position="R1", date="2026-03-09", start="09:00", what="走访")
    assert (made.created_by, made.what, made.start, made.campaign) == ("赵", "走访", "09:00", here.id)
    for person in (stranger, NOBODY):
        with pytest.raises(GongtuError, match=r"visit\.team"):
            plan_visit(workspace, person, here, team="1", position="R1", date="2026-03-09")
    theirs = plan_visit(workspace, WANG, here, team="2", position="R3", date="2026-03-10")
    refused: list[Callable[[], object]] = [
        lambda: plan_visit(workspace, member, here, team="2", position="R1", date="2026-03-09"),
        lambda: change_visit(workspace, member, here, theirs, state="cancelled"),
        lambda: change_visit(workspace, member, here, made, team="2"),
        lambda: change_visit(workspace, stranger, here, made, state="done"),
    ]
    for step in refused:
        with pytest.raises(GongtuError, match=r"visit\.team") as caught:
            step()
        assert all(explain(caught.value, language) for language in LANGUAGES)
    done = change_visit(workspace, member, here, made, state="done")
    assert (done.state, done.version) == ("done", 2)
    with pytest.raises(Conflict):
        change_visit(workspace, WANG, here, made, state="cancelled")
    assert change_visit(workspace, WANG, here, done, team="2").team == "2"


def test_visits_are_of_the_campaigns_teams_and_positions(workspace: Workspace, here: Campaign) -> None:
    for said, key in (
        ({"team": "9", "position": "R1"}, "assignment.team"),
        ({"team": "1", "position": "P9"}, "assignment.position"),
    ):
        with pytest.raises(ParameterError) as caught:
            plan_visit(workspace, WANG, here, date="2026-03-09", **said)
        assert caught.value.key == key
    other = make(workspace, WANG, name="x", starts="2027", positions=["R1"], teams=[{"name": "甲"}])
    made = plan_visit(workspace, WANG, here, team="1", position="R1", date="2026-03-09")
    with pytest.raises(ParameterError, match=r"visit\.unknown"):
        change_visit(workspace, WANG, other, made, state="done")
    assert workspace.store.visits.list(here.id) == [made]
