"""Calendar links of accounts, on both engines: one at a time, for a year, good for reading a calendar only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from stores import NOW, everything

from geo.errors import GongtuError
from geo.people import Person
from geo.storage import Store

YEAR = timedelta(days=365)


@pytest.fixture
def user(store: Store) -> str:
    return store.people.add("李四", "staff", by="王", at=NOW)


def test_a_link_reads_the_calendar_again_and_again_for_a_year(store: Store, user: str) -> None:
    token = store.people.calendar_link(user, NOW)
    for when in (NOW, NOW + timedelta(days=1), NOW + YEAR - timedelta(seconds=1)):
        assert store.people.calendar_person(token, when) == Person(user, "李四", "staff")
    assert store.people.calendar_person(token, NOW + YEAR) is None
    assert store.people.calendar_until(user, NOW) == NOW + YEAR
    assert store.people.calendar_until(user, NOW + YEAR) is None


def test_the_token_is_nowhere_in_the_database(store: Store, user: str) -> None:
    token = store.people.calendar_link(user, NOW)
    assert token not in repr(everything(store))


@pytest.mark.parametrize("text", ["", "nonsense", "\x00", "\ud800", "x" * 10_000])
def test_any_other_text_is_nobodys(store: Store, user: str, text: str) -> None:
    store.people.calendar_link(user, NOW)
    assert store.people.calendar_person(text, NOW) is None


def test_a_new_link_ends_the_old_one_of_that_account_only(store: Store, user: str) -> None:
    other = store.people.add("王五", "leader", by="王", at=NOW)
    theirs = store.people.calendar_link(other, NOW)
    old, new = store.people.calendar_link(user, NOW), store.people.calendar_link(user, NOW)
    assert store.people.calendar_person(old, NOW) is None
    assert store.people.calendar_person(new, NOW) is not None
    assert store.people.calendar_person(theirs, NOW) == Person(other, "王五", "leader")
    store.people.end_calendar(user)
    store.people.end_calendar(user)
    assert store.people.calendar_person(new, NOW) is None
    assert store.people.calendar_until(user, NOW) is None
    assert store.people.calendar_person(theirs, NOW) is not None


def test_of_links_made_at_once_one_holds(store: Store, user: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: store.people.calendar_link(user, NOW), range(6)))
    assert sum(store.people.calendar_person(token, NOW) is not None for token in made) == 1


def test_it_says_the_role_of_now_and_ends_with_the_account(store: Store, user: str) -> None:
    token = store.people.calendar_link(user, NOW)
    store.people.set_role(user, "leader", by="x", at=NOW)
    assert store.people.calendar_person(token, NOW) == Person(user, "李四", "leader")
    store.people.disable(user, "离职", by="x", now=NOW)
    assert store.people.calendar_person(token, NOW) is None
    with pytest.raises(GongtuError, match=r"signin\.no_account"):
        store.people.calendar_link(user, NOW)
    store.people.enable(user, by="x", at=NOW)
    assert store.people.calendar_person(token, NOW) is None, "a link that somebody may have kept stays ended"


def test_another_password_ends_it(store: Store, user: str) -> None:
    token = store.people.calendar_link(user, NOW)
    store.people.set_password(user, "another horse battery", now=NOW)
    assert store.people.calendar_person(token, NOW) is None


def test_an_account_that_there_is_not_has_none(store: Store) -> None:
    with pytest.raises(GongtuError, match=r"signin\.no_account"):
        store.people.calendar_link("nobody", NOW)


def test_it_opens_nothing_else(store: Store, user: str) -> None:
    """Whoever has seen the address of a calendar must not come into the account."""
    token = store.people.calendar_link(user, NOW)
    assert store.people.who(token, NOW).role == "public"
    with pytest.raises(GongtuError, match=r"signin\.link"):
        store.people.link(token, NOW)
    with pytest.raises(GongtuError, match=r"signin\.link"):
        store.people.welcome(token, "李四", "another horse battery", now=NOW, hours=1)
    with pytest.raises(GongtuError, match=r"signin\.link"):
        store.people.use_ticket(token, browser="", now=NOW, hours=1)
    assert store.people.calendar_person(token, NOW) is not None


def test_other_links_read_no_calendar(store: Store, user: str) -> None:
    assert store.people.calendar_person(store.people.invite(user, NOW), NOW) is None
