"""Accounts, sessions, one-time links and throttling, on both engines."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from datetime import UTC, datetime, timedelta
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import GongtuError
from geo.people import NOBODY, ROLES, Person
from geo.storage import Store, check, open_store
from geo.storage.attempts import LIMITS, WINDOW, ThrottledError
from geo.storage.engine import writing
from geo.storage.passwords import PASSWORD_AT_LEAST, check_name, check_password, plain
from geo.storage.people import LINK_LASTS, TICKET_LASTS, People
from geo.storage.tables import attempts, links, sessions, users

NOW = datetime(2025, 10, 20, 4, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SECRET, OTHER = "correct horse battery", "staple 订书机 1234"
HOME, AWAY = "192.0.2.1", "192.0.2.2"
HOURS = 12
CLAIMS = {
    "iss": "https://id.example",
    "sub": "7",
    "name": "王五",
    "email": "wang@example.cn",
    "exp": int(NOW.timestamp()) + 60,
}


class Counting(PasswordHasher):
    """Quick, and counts how often it looks at a password."""

    def __init__(self, **parameters: int) -> None:
        super().__init__(**{"time_cost": 1, "memory_cost": 8, "parallelism": 1} | parameters)
        self.looks = 0

    def verify(self, *given: Any) -> bool:  # type: ignore[override]
        self.looks += 1
        return super().verify(*given)


@pytest.fixture
def hasher() -> Counting:
    return Counting()


@pytest.fixture
def people(store: Store, hasher: Counting) -> People:
    return People(store.engine, hasher)


@pytest.fixture
def staff(people: People) -> Person:
    """One of the staff, with ``SECRET``."""
    return Person(people.add("小王", "staff", by="x", at=NOW, password=SECRET), "小王", "staff")


def sign_in(
    people: People, name: str = "小王", password: str = SECRET, address: str = HOME, now: datetime = NOW
) -> str:
    return people.sign_in(name, password, address=address, now=now, hours=HOURS)


def refusal(do: Callable[[], object]) -> str:
    """The key of the error that ``do`` raises."""
    with pytest.raises(GongtuError) as caught:
        do()
    return caught.value.key


def rows(store: Store, table: sa.Table) -> list[Any]:
    with store.engine.connect() as connection:
        return list(connection.execute(sa.select(table)))


# Accounts


def test_an_account_is_listed_with_who_made_it(people: People) -> None:
    assert people.list() == ()
    user = people.add("乙", "leader", by="甲", at=NOW)
    people.add("丙", "staff", by="甲", at=NOW, password=SECRET)
    (found,) = [account for account in people.list() if account.id == user]
    assert (found.name, found.role, found.disabled, found.identity, found.password) == (
        "乙",
        "leader",
        "",
        False,
        False,
    )
    assert (found.created_at, found.created_by) == (NOW, "甲")
    assert [account.name for account in people.list()] == ["丙", "乙"]
    assert people.find("丙").password
    assert people.get(user) == people.find(" 乙 ") == found


def test_a_name_is_taken_once_however_it_is_typed(people: People) -> None:
    people.add("Wang 1", "staff", by="x", at=NOW)
    for name in ("Wang 1", "  Wang   1 ", "Ｗａｎｇ　１"):
        assert refusal(lambda name=name: people.add(name, "staff", by="x", at=NOW)) == "signin.name_taken"


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\0b", "a\u202eb", "\u200b"])
def test_what_cannot_be_a_name(people: People, name: str) -> None:
    assert refusal(lambda: people.add(name, "staff", by="x", at=NOW)) == "signin.name"
    assert people.list() == ()


@pytest.mark.parametrize("role", ["public", "root", ""])
def test_what_cannot_be_a_role(people: People, staff: Person, role: Any) -> None:
    assert refusal(lambda: people.add("x", role, by="x", at=NOW)) == "signin.role"
    assert refusal(lambda: people.set_role(staff.id, role, by="x", at=NOW)) == "signin.role"


@pytest.mark.parametrize(
    ("password", "key"),
    [
        ("", "signin.password_length"),
        ("123456789", "signin.password_length"),
        ("x" * 201, "signin.password_length"),
        ("aaaaaaaaaaaaaaaa", "signin.password_weak"),
        ("12341234123412", "signin.password_weak"),
        ("wangxiaoming1", "signin.password_weak"),
    ],
)
def test_what_cannot_be_a_password(people: People, password: str, key: str) -> None:
    assert refusal(lambda: people.add("WangXiaoming", "staff", by="x", at=NOW, password=password)) == key
    assert people.list() == ()


def test_the_shortest_password_there_may_be() -> None:
    assert check_password("1234567890", "x") == "1234567890"
    assert PASSWORD_AT_LEAST == 10


@given(st.text())
def test_a_name_that_may_be_is_the_same_when_checked_again(text: str) -> None:
    try:
        name = check_name(text)
    except GongtuError:
        return
    assert check_name(name) == name
    assert plain(name) == name


def test_nobody_without_an_account_can_be_asked_about(people: People) -> None:
    for do in (
        lambda: people.get("nobody"),
        lambda: people.find("nobody"),
        lambda: people.set_role("nobody", "staff", by="x", at=NOW),
        lambda: people.disable("nobody", "left", by="x", now=NOW),
        lambda: people.enable("nobody", by="x", at=NOW),
        lambda: people.invite("nobody", NOW),
        lambda: people.set_password("nobody", SECRET, now=NOW),
    ):
        assert refusal(do) == "signin.no_account"


def test_passwords_and_tokens_are_kept_as_hashes_only(store: Store, people: People, staff: Person) -> None:
    token, link = sign_in(people), people.invite(staff.id, NOW)
    said = repr([rows(store, table) for table in (users, sessions, links)])
    assert rows(store, users)[0].password.startswith("$argon2id$")
    assert not [secret for secret in (SECRET, token, link) if secret in said]


# Signing in


def test_a_session_begins_and_ends_when_it_says(people: People, staff: Person) -> None:
    token = sign_in(people)
    (session,) = people.sessions(staff.id, NOW)
    assert (session.user, session.issued_at, session.via) == (staff.id, NOW, "password")
    assert session.expires_at == NOW + timedelta(hours=HOURS)
    assert people.who(token, NOW) == people.who(token, session.expires_at - SECOND) == staff
    assert people.who(token, session.expires_at) == NOBODY
    assert people.sessions(staff.id, session.expires_at) == ()


def test_full_width_keys_are_the_same_keys(people: People, staff: Person) -> None:
    assert people.who(sign_in(people, "　小王 ", "ｃｏｒｒｅｃｔ　ｈｏｒｓｅ ｂａｔｔｅｒｙ"), NOW) == staff


@pytest.mark.parametrize("token", ["", "x", "\0", "中文", "x" * 100_000, "\ud800"])
def test_any_other_token_is_nobody(people: People, staff: Person, token: str) -> None:
    sign_in(people)
    assert people.who(token, NOW) == NOBODY


def test_each_session_has_a_token_of_its_own(people: People, staff: Person) -> None:
    assert len({sign_in(people) for _ in range(3)}) == 3
    assert len(people.sessions(staff.id, NOW)) == 3


def test_a_session_survives_a_restart(url: str) -> None:
    before = open_store(url, now=NOW)
    people = People(before.engine, Counting())
    user = people.add("小王", "staff", by="x", at=NOW, password=SECRET)
    token = sign_in(people)
    before.close()
    after = open_store(url, now=NOW)
    assert after.people.who(token, NOW + MINUTE) == Person(user, "小王", "staff")
    after.close()


@pytest.mark.parametrize("name", ["小王", "小李", "小 王", "", "a\0b", "x" * 5000])
def test_wrong_in_every_way_is_refused_alike_after_the_same_work(
    people: People, staff: Person, hasher: Counting, name: str
) -> None:
    assert refusal(lambda: sign_in(people, name, "wrong")) == "signin.refused"
    assert hasher.looks == 1


def test_an_account_without_a_password_or_disabled_is_refused_after_the_same_work(
    people: People, staff: Person, hasher: Counting
) -> None:
    people.add("无", "staff", by="x", at=NOW)
    people.disable(staff.id, "调离", by="x", now=NOW)
    assert [refusal(lambda name=name: sign_in(people, name)) for name in ("无", "小王")] == ["signin.refused"] * 2
    assert hasher.looks == 2


def test_a_hash_of_other_parameters_is_made_anew(store: Store, people: People, staff: Person) -> None:
    old = rows(store, users)[0].password
    assert "t=1," in old
    stronger = People(store.engine, Counting(time_cost=2))
    sign_in(stronger)
    new = rows(store, users)[0].password
    assert "t=2," in new
    sign_in(stronger)
    assert rows(store, users)[0].password == new, "made anew once"


# What ends a session


def test_signing_out_ends_that_session_only(people: People, staff: Person) -> None:
    one, two = sign_in(people), sign_in(people)
    assert people.sign_out(one, now=NOW) == "password"
    assert (people.who(one, NOW), people.who(two, NOW)) == (NOBODY, staff)
    assert people.sign_out(one, now=NOW) is None
    assert people.sign_out("", now=NOW) is None


def test_one_session_is_revoked_or_all(people: People, staff: Person) -> None:
    tokens = [sign_in(people, now=NOW + i * MINUTE) for i in range(3)]
    newest, middle, _ = people.sessions(staff.id, NOW)
    people.revoke("somebody else", now=NOW, session=newest.id)
    people.revoke(staff.id, now=NOW, session="")
    assert len(people.sessions(staff.id, NOW)) == 3, "nobody ends another's session"
    people.revoke(staff.id, now=NOW, session=middle.id)
    assert [people.who(token, NOW).id for token in tokens] == [staff.id, "", staff.id]
    people.revoke(staff.id, now=NOW)
    assert [people.who(token, NOW) for token in tokens] == [NOBODY] * 3


def test_a_disabled_account_is_out_at_once_and_its_sessions_do_not_come_back(people: People, staff: Person) -> None:
    token, link = sign_in(people), people.invite(staff.id, NOW)
    people.disable(staff.id, " 调离 ", by="x", now=NOW)
    assert people.get(staff.id).disabled == "调离"
    assert people.who(token, NOW) == NOBODY
    assert refusal(lambda: people.open_session(staff.id, via="link", now=NOW, hours=1)) == "signin.refused"
    assert refusal(lambda: people.welcome(link, "", OTHER, now=NOW, hours=1)) == "signin.link"
    people.enable(staff.id, by="x", at=NOW)
    assert people.who(token, NOW) == NOBODY
    assert people.who(sign_in(people), NOW) == staff


def test_a_session_of_a_disabled_account_opens_nothing_however_it_came_to_be(
    store: Store, people: People, staff: Person
) -> None:
    token = sign_in(people)
    with store.engine.begin() as connection:
        connection.execute(users.update().values(disabled="by hand"))
    assert people.who(token, NOW) == NOBODY


def test_nobody_comes_in_while_being_disabled(store: Store, people: People, staff: Person) -> None:
    with ThreadPoolExecutor(1) as pool:
        with writing(store.engine) as connection:
            connection.execute(users.update().values(disabled="调离"))
            coming = pool.submit(people.open_session, staff.id, via="link", now=NOW, hours=1)
            wait_for([coming], timeout=0.5)  # it waits for us, or has been too quick
        assert refusal(coming.result) == "signin.refused"
    people.enable(staff.id, by="x", at=NOW)
    assert people.sessions(staff.id, NOW) == ()


def test_the_password_of_a_disabled_account_is_tried_no_more_often(people: People, staff: Person) -> None:
    people.disable(staff.id, "调离", by="x", now=NOW)
    for _ in range(LIMITS["both"]):
        assert refusal(lambda: sign_in(people)) == "signin.refused"
    assert refusal(lambda: sign_in(people)) == "signin.wait"


def test_disabling_needs_a_reason(people: People, staff: Person) -> None:
    assert refusal(lambda: people.disable(staff.id, "  ", by="x", now=NOW)) == "signin.no_reason"


def test_what_becomes_of_an_account_is_kept(store: Store, people: People, staff: Person) -> None:
    people.set_role(staff.id, "leader", by="甲", at=NOW)
    people.set_role(staff.id, "leader", by="甲", at=NOW)
    people.disable(staff.id, "调离", by="乙", now=NOW + MINUTE)
    people.enable(staff.id, by="甲", at=NOW + 2 * MINUTE)
    people.set_password(staff.id, OTHER, now=NOW)
    assert [(entry.at - NOW, entry.by, entry.version, entry.fields) for entry in people.history(staff.id)] == [
        (2 * MINUTE, "甲", 3, {"disabled": ("调离", None)}),
        (MINUTE, "乙", 2, {"disabled": (None, "调离")}),
        (0 * MINUTE, "甲", 1, {"role": ("staff", "leader")}),
    ]
    assert [(commit.what, commit.why) for commit in store.commits()] == [("account", "小王")] * 3
    assert [finding for finding in check(store) if not finding.ok] == []


def test_a_role_changes_at_once(people: People, staff: Person) -> None:
    token = sign_in(people)
    for role in ROLES[1:]:
        people.set_role(staff.id, role, by="x", at=NOW)
        assert people.who(token, NOW).role == role


def test_another_password_ends_sessions_and_links(people: People, staff: Person) -> None:
    token, link = sign_in(people), people.invite(staff.id, NOW)
    people.set_password(staff.id, OTHER, now=NOW)
    assert people.who(token, NOW) == NOBODY
    assert refusal(lambda: people.link(link, NOW)) == "signin.link"
    assert refusal(lambda: sign_in(people)) == "signin.refused"
    assert people.who(sign_in(people, password=OTHER), NOW) == staff


def test_ones_own_password_is_changed_with_the_old_one(people: People, staff: Person) -> None:
    one, two = sign_in(people), sign_in(people)

    def change(old: str, new: str) -> str:
        return people.change_password(staff, old, new, address=HOME, now=NOW, hours=HOURS)

    assert refusal(lambda: change(OTHER, OTHER)) == "signin.old_password"
    assert refusal(lambda: change(SECRET, "short")) == "signin.password_length"
    assert people.who(one, NOW) == staff
    three = change(SECRET, OTHER)
    assert [people.who(token, NOW) for token in (one, two, three)] == [NOBODY, NOBODY, staff]


def test_old_passwords_are_guessed_no_faster_here(people: People, staff: Person, hasher: Counting) -> None:
    for _ in range(LIMITS["both"]):
        assert refusal(lambda: sign_in(people, password="wrong")) == "signin.refused"
    with pytest.raises(ThrottledError):
        people.change_password(staff, SECRET, OTHER, address=HOME, now=NOW, hours=HOURS)


def test_the_last_administrator_stays(people: People, staff: Person) -> None:
    first = people.add("甲", "admin", by="x", at=NOW, password=SECRET)
    people.add("待定", "admin", by="x", at=NOW)  # cannot sign in yet
    for do in (
        lambda: people.disable(first, "离职", by="x", now=NOW),
        lambda: people.set_role(first, "leader", by="x", at=NOW),
    ):
        assert refusal(do) == "signin.last_admin"
    people.set_role(staff.id, "admin", by="x", at=NOW)
    people.disable(first, "离职", by="x", now=NOW)
    assert refusal(lambda: people.set_role(staff.id, "staff", by="x", at=NOW)) == "signin.last_admin"


def test_two_administrators_cannot_dismiss_each_other(people: People) -> None:
    both = [people.add(name, "admin", by="x", at=NOW, password=SECRET) for name in ("甲", "乙")]
    together = Barrier(2)

    def dismiss(user: str) -> str:
        together.wait()
        try:
            people.disable(user, "离职", by="x", now=NOW)
        except GongtuError as error:
            return error.key
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(dismiss, both)) == ["done", "signin.last_admin"]


def test_expired_sessions_are_forgotten(store: Store, people: People, staff: Person) -> None:
    sign_in(people)
    sign_in(people, now=NOW + timedelta(hours=HOURS))
    assert len(rows(store, sessions)) == 1


# Throttling


def fail(people: People, times: int, now: datetime = NOW, name: str = "小王", address: str = HOME) -> None:
    for _ in range(times):
        assert refusal(lambda: sign_in(people, name, "wrong", address, now)) == "signin.refused"


def wait(people: People, now: datetime, **how: str) -> timedelta:
    with pytest.raises(ThrottledError) as caught:
        sign_in(people, now=now, **how)
    return caught.value.wait


def test_one_name_from_one_address_waits_after_five_failures(people: People, staff: Person, hasher: Counting) -> None:
    fail(people, 1)
    fail(people, 4, NOW + MINUTE)
    looks = hasher.looks
    assert wait(people, NOW + 2 * MINUTE) == 13 * MINUTE, "until the first is 15 minutes old"
    assert wait(people, NOW + WINDOW - SECOND) == SECOND, "being turned away does not prolong it"
    assert hasher.looks == looks, "the password was not even looked at"
    assert people.who(sign_in(people, address=AWAY), NOW) == staff, "another address is not held up"
    assert people.who(sign_in(people, now=NOW + WINDOW), NOW) == staff


def test_the_wait_is_told_in_whole_minutes_rounded_up(people: People, staff: Person) -> None:
    fail(people, 5)
    with pytest.raises(ThrottledError) as caught:
        sign_in(people, now=NOW + MINUTE + SECOND)
    assert (caught.value.wait, caught.value.params) == (14 * MINUTE - SECOND, {"minutes": 14})


def test_one_address_waits_after_thirty_whatever_the_names(people: People, staff: Person) -> None:
    for i in range(LIMITS["address"]):
        fail(people, 1, name=f"n{i}")
    assert wait(people, NOW) == WINDOW
    assert people.who(sign_in(people, address=AWAY), NOW) == staff


def test_one_name_waits_after_fifty_wherever_from_and_however_typed(people: People, staff: Person) -> None:
    names = ["小王", " 小王 ", "小王　"]
    for i in range(LIMITS["name"]):
        fail(people, 1, name=names[i % 3], address=f"198.51.100.{i}")
    assert wait(people, NOW, address="203.0.113.9") == WINDOW


def test_success_forgets_the_slips_of_that_name_there(people: People, staff: Person) -> None:
    fail(people, 4)
    sign_in(people)
    fail(people, 5)
    assert wait(people, NOW) == WINDOW


def test_success_buys_no_guesses_at_others(people: People, staff: Person) -> None:
    for i in range(LIMITS["address"]):
        sign_in(people)
        fail(people, 1, name=f"n{i}")
    assert wait(people, NOW) == WINDOW


def test_what_is_kept_of_attempts_names_nobody_and_goes_away(store: Store, people: People, staff: Person) -> None:
    fail(people, 1)
    kept = rows(store, attempts)
    assert len(kept) == 3
    assert not [said for said in ("小王", HOME) if said in repr(kept)]
    sign_in(people, address=AWAY, now=NOW + WINDOW)
    assert rows(store, attempts) == []


def test_attempts_count_in_every_process(url: str) -> None:
    one, two = (open_store(url, now=NOW) for _ in range(2))
    fail(People(one.engine, Counting()), 5)
    assert wait(People(two.engine, Counting()), NOW) == WINDOW
    one.close()
    two.close()


def test_attempts_at_the_same_moment_are_counted_too(
    store: Store, people: People, staff: Person, hasher: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(people)
    looks, together = hasher.looks, Barrier(8)

    def token_hex(length: int) -> str:
        together.wait()  # here nobody has been turned away, and nobody's attempt is written down
        return secrets.token_hex(length)

    monkeypatch.setattr("geo.storage.attempts.secrets", SimpleNamespace(token_hex=token_hex))
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: refusal(lambda: sign_in(people, password="wrong")), range(8)))
    assert said.count("signin.refused") + said.count("signin.wait") == 8
    assert hasher.looks - looks == said.count("signin.refused") <= LIMITS["both"]
    assert len(rows(store, attempts)) == 3 * said.count("signin.refused"), "who is turned away leaves no trace"


# Links


def test_the_first_administrator_comes_by_a_link(people: People, staff: Person) -> None:
    link = people.first_admin_link(NOW)
    assert link is not None
    assert (people.link(link, NOW).purpose, people.link(link, NOW).name) == ("first_admin", "")
    person = people.who(people.welcome(link, "甲", SECRET, now=NOW, hours=HOURS), NOW)
    assert (person.name, person.role) == ("甲", "admin")
    assert people.get(person.id).created_by == "甲"
    assert people.first_admin_link(NOW) is None
    assert sign_in(people, "甲")


def test_a_link_to_the_first_administrator_ends_when_there_is_one(people: People) -> None:
    one, two = people.first_admin_link(NOW), people.first_admin_link(NOW)
    assert one
    assert two
    people.welcome(one, "甲", SECRET, now=NOW, hours=HOURS)
    assert refusal(lambda: people.link(two, NOW)) == "signin.link"
    assert refusal(lambda: people.welcome(two, "乙", SECRET, now=NOW, hours=HOURS)) == "signin.link"
    assert [account.name for account in people.list()] == ["甲"]


def test_an_administrator_who_cannot_sign_in_is_none_yet(people: People) -> None:
    user = people.add("甲", "admin", by="x", at=NOW)
    assert people.first_admin_link(NOW)
    people.set_password(user, SECRET, now=NOW)
    assert people.first_admin_link(NOW) is None


def test_an_invitation_sets_the_password_of_its_account_whatever_name_is_sent(people: People) -> None:
    user = people.add("小李", "leader", by="x", at=NOW)
    link = people.invite(user, NOW)
    assert people.link(link, NOW).name == "小李"
    token = people.welcome(link, "小王", SECRET, now=NOW, hours=HOURS)
    assert people.who(token, NOW) == Person(user, "小李", "leader")
    assert people.sessions(user, NOW)[0].via == "link"
    assert people.who(sign_in(people, "小李"), NOW).id == user


def test_an_invitation_replaces_the_last_one_and_ends_what_was(people: People, staff: Person) -> None:
    token, first = sign_in(people), people.invite(staff.id, NOW)
    second = people.invite(staff.id, NOW)
    assert refusal(lambda: people.link(first, NOW)) == "signin.link"
    people.welcome(second, "", OTHER, now=NOW, hours=HOURS)
    assert people.who(token, NOW) == NOBODY


def test_a_link_ends_after_a_day(people: People, staff: Person) -> None:
    link = people.invite(staff.id, NOW)
    assert people.link(link, NOW + LINK_LASTS - SECOND).name == "小王"
    assert refusal(lambda: people.link(link, NOW + LINK_LASTS)) == "signin.link"
    assert timedelta(hours=24) == LINK_LASTS


def test_what_is_refused_leaves_the_link_as_it_was(people: People, staff: Person) -> None:
    link = people.first_admin_link(NOW)
    assert link
    for name, password, key in (
        ("小王", SECRET, "signin.name_taken"),
        ("甲", "short", "signin.password_length"),
        ("", SECRET, "signin.name"),
    ):
        asked = (link, name, password)
        assert refusal(lambda asked=asked: people.welcome(*asked, now=NOW, hours=HOURS)) == key
    assert people.welcome(link, "甲", SECRET, now=NOW, hours=HOURS)


def test_of_two_who_use_a_link_at_once_one_comes_in(people: People, staff: Person) -> None:
    link, together = people.invite(staff.id, NOW), Barrier(2)

    def use(password: str) -> str:
        together.wait()
        try:
            people.welcome(link, "", password, now=NOW, hours=HOURS)
        except GongtuError as error:
            return error.key
        return password

    with ThreadPoolExecutor(2) as pool:
        said = set(pool.map(use, (OTHER, "another password")))
    assert "signin.link" in said
    (winner,) = said - {"signin.link"}
    assert sign_in(people, password=winner)
    assert len(people.sessions(staff.id, NOW)) == 2


@pytest.mark.parametrize("token", ["", "x", "\0"])
def test_any_other_link_is_refused(people: People, token: str) -> None:
    assert refusal(lambda: people.link(token, NOW)) == "signin.link"
    assert refusal(lambda: people.welcome(token, "甲", SECRET, now=NOW, hours=HOURS)) == "signin.link"
    assert refusal(lambda: people.use_ticket(token, browser="b", now=NOW, hours=HOURS)) == "signin.link"


def test_links_are_for_their_purpose_only(people: People, staff: Person) -> None:
    invitation = people.invite(staff.id, NOW)
    ticket = people.ticket(CLAIMS, "admin", browser="b", now=NOW)
    assert refusal(lambda: people.use_ticket(invitation, browser="", now=NOW, hours=HOURS)) == "signin.link"
    assert refusal(lambda: people.link(ticket, NOW)) == "signin.link"
    assert people.link(invitation, NOW).name == "小王"


def test_nobody_disabled_or_with_an_identity_is_invited(people: People, staff: Person) -> None:
    people.disable(staff.id, "离职", by="x", now=NOW)
    people.ticket(CLAIMS, "staff", browser="b", now=NOW)
    for name in ("小王", "王五"):
        user = people.find(name).id
        assert refusal(lambda user=user: people.invite(user, NOW)) == "signin.no_invitation"


# Identities


def come_in(people: People, claims: dict[str, object], role: Any = "staff") -> Person:
    ticket = people.ticket(claims, role, browser="b", now=NOW)
    return people.who(people.use_ticket(ticket, browser="b", now=NOW, hours=HOURS), NOW)


def test_an_identity_comes_in_with_the_name_and_role_it_has_now(people: People) -> None:
    first = come_in(people, CLAIMS)
    assert (first.name, first.role) == ("王五", "staff")
    assert people.sessions(first.id, NOW)[0].via == "identity"
    later = come_in(people, CLAIMS | {"name": "王五六"}, "leader")
    assert (later.id, later.name, later.role) == (first.id, "王五六", "leader")
    (entry,) = people.history(first.id)
    assert entry.fields == {"name": ("王五", "王五六"), "role": ("staff", "leader")}
    (account,) = people.list()
    assert account.identity
    assert not account.password


def test_an_identity_never_comes_into_anothers_account_by_its_name(people: People, staff: Person) -> None:
    named = CLAIMS | {"name": "小王", "email": "w@example.cn"}
    one = come_in(people, named, "admin")
    assert one.id != staff.id
    assert one.name == "w@example.cn"
    assert people.find("小王").role == "staff"
    two, three = come_in(people, named | {"sub": "8"}), come_in(people, named | {"iss": "https://other.example"})
    assert len({one.id, two.id, three.id}) == 3
    assert two.name == two.id[:12]
    assert come_in(people, named).name == "w@example.cn", "and keeps its own"


def test_names_that_cannot_be_are_passed_over(people: People) -> None:
    assert come_in(people, CLAIMS | {"name": "a\0b", "preferred_username": "x" * 41}).name == "wang@example.cn"
    bare = come_in(people, {"iss": "i", "sub": "s", "exp": CLAIMS["exp"]})
    assert bare.name == bare.id[:12]


@pytest.mark.parametrize("missing", ["iss", "sub"])
@pytest.mark.parametrize("value", [None, ""])
def test_without_a_subject_there_is_nobody(people: People, missing: str, value: object) -> None:
    assert refusal(lambda: people.ticket(CLAIMS | {missing: value}, "admin", browser="b", now=NOW)) == "signin.identity"
    assert refusal(lambda: people.ticket(CLAIMS, "admin", browser="", now=NOW)) == "signin.identity"


@pytest.mark.parametrize("expires", [None, "", "soon", "nan", 0, (NOW - 5 * MINUTE).timestamp()])
def test_what_was_said_too_long_ago_does_not_count(people: People, expires: object) -> None:
    assert refusal(lambda: come_in(people, CLAIMS | {"exp": expires})) == "signin.identity"
    assert people.list() == ()
    assert come_in(people, CLAIMS | {"exp": (NOW - 5 * MINUTE + SECOND).timestamp()}).name == "王五"


def test_a_disabled_identity_stays_out(people: People) -> None:
    person = come_in(people, CLAIMS)
    people.disable(person.id, "离职", by="x", now=NOW)
    assert refusal(lambda: come_in(people, CLAIMS)) == "signin.disabled"


def test_an_identity_cannot_sign_in_with_a_password(people: People) -> None:
    person = come_in(people, CLAIMS)
    assert refusal(lambda: sign_in(people, person.name, "")) == "signin.refused"


def test_a_ticket_holds_once_shortly_and_in_its_browser(people: People) -> None:
    def use(ticket: str, browser: str, now: datetime) -> str:
        return people.use_ticket(ticket, browser=browser, now=now, hours=HOURS)

    ticket = people.ticket(CLAIMS, "staff", browser="mine", now=NOW)
    assert refusal(lambda: use(ticket, "theirs", NOW)) == "signin.link"
    assert refusal(lambda: use(ticket, "", NOW)) == "signin.link"
    assert refusal(lambda: use(ticket, "mine", NOW + TICKET_LASTS)) == "signin.link"
    assert use(ticket, "mine", NOW + TICKET_LASTS - SECOND)
    assert refusal(lambda: use(ticket, "mine", NOW)) == "signin.link"


def test_two_identities_of_one_name_at_the_same_moment_are_two_accounts(people: People) -> None:
    together = Barrier(4)

    def come(subject: int) -> Person:
        together.wait()
        return come_in(people, CLAIMS | {"sub": str(subject % 3), "email": f"{subject % 3}@example.cn"})

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(come, range(4)))
    assert found[0].id == found[3].id
    assert len({person.id for person in found}) == 3
    assert len({account.name for account in people.list()}) == 3
