"""What is kept in memory of a store is what the store has, whatever became of it since."""

from __future__ import annotations

from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal
from stores import enterprises, save

from geo.errors import GongtuError
from geo.storage import Change, Kept, Store, backup, kept, restore

NOUNS = ("regions", "enterprises", "entries")


def again(store: Store, was: dict[str, Kept]) -> dict[str, Kept]:
    """What is kept now, which is what is read anew."""
    state, now = store.refresh(NOUNS, was)
    assert state == store.state(*NOUNS)
    for noun in NOUNS:
        assert now[noun].state == store.state(noun)
        assert_frame_equal(now[noun].frame, store.read(noun))
    return now


def test_the_state_of_some_nouns_is_the_last_commit_that_touched_them(store: Store) -> None:
    assert store.state("entries") == store.state("entries", "regions") == (0, "")
    save(store, *enterprises(2))
    first = store.state()
    save(store, Change("entries", "A1"), Change("positions", "P1"))
    second = store.state()
    assert store.state("enterprises") == store.state("regions", "enterprises") == first
    assert store.state("enterprises", "entries") == store.state("positions") == second
    save(store, Change("enterprises", "E000000", {"workers": 5}, 1))
    assert (store.state("enterprises"), store.state("entries")) == (store.state(), second)
    with pytest.raises(GongtuError, match=r"store\.noun"):
        store.state("visits")


def test_only_what_changed_is_read_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    was = again(store, {})
    save(store, *enterprises(5), Change("regions", "1"))
    was = again(store, was)
    save(store, Change("enterprises", "E000001", {"name": "乙"}, 1), Change("enterprises", "A", {"name": "甲"}))
    save(store, Change("enterprises", "E000003", {}, 1, "gone"))
    now = again(store, was)
    assert (now["enterprises"].was, now["enterprises"].changed) == (
        was["enterprises"].state,
        ("A", "E000001", "E000003"),
    )
    assert now["regions"] is was["regions"]
    save(store, Change("enterprises", "E000003", {}, 2, ""))
    save(store, *(Change("enterprises", f"E{number:06d}", {"workers": 9}, 1) for number in (0, 2)))
    monkeypatch.setattr(kept, "FEW", 2)
    many = again(store, now)
    assert many["enterprises"].was is None, "more than a few: all are read"
    again(store, was)


def test_another_time_line_is_read_as_a_whole(store: Store, tmp_path: Path) -> None:
    """The same number of commits after a backup was restored, and the same records, but another history."""
    save(store, *enterprises(3))
    backup(store, tmp_path / "backup")
    early = again(store, {})
    save(store, Change("enterprises", "E000000", {"name": "今"}, 1), Change("entries", "A1", {"note": "今"}))
    late = again(store, early)
    restore(store, tmp_path / "backup")
    assert again(store, early)["enterprises"] is early["enterprises"]
    again(store, late)
    save(store, Change("enterprises", "E000001", {"name": "后"}, 1))
    for was in (early, late):
        again(store, was)
    assert store.read("enterprises", retired=True)["name"].tolist() == ["企业0", "后", "企业2"]
