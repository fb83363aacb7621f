"""A table in which a few records are different is the same as one made anew."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from geo import splice as spliced
from geo.splice import splice

KEYS = st.sampled_from(["", "A", "a", "b", "乙", "甲", "\U0001f600", "é"])
TABLES = st.dictionaries(KEYS, st.one_of(st.none(), st.integers(0, 9)))


def table(records: dict[str, int | None]) -> pd.DataFrame:
    keys = sorted(records)
    cells = [records[key] for key in keys]
    return pd.DataFrame(
        {
            "id": pd.array(keys, dtype="str"),
            "n": pd.array(cells, dtype="Int64"),
            "text": pd.array([str(cell) for cell in cells], dtype="str"),
            "shape": pd.Series(cells, dtype=object),
        }
    )


@given(TABLES, st.lists(TABLES, max_size=4))
def test_the_same_as_made_anew(first: dict[str, int | None], steps: list[dict[str, int | None]]) -> None:
    """Each step says what becomes of its keys: an odd number takes the record away."""
    now, frame = dict(first), table(first)
    for step in steps:
        living = {key: cell for key, cell in step.items() if cell is None or cell % 2 == 0}
        now = {key: cell for key, cell in now.items() if key not in step} | living
        frame = splice(frame, table(living), "id", step)
        assert_frame_equal(frame, table(now))


def test_many_pieces_become_one_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spliced, "PIECES_AT_MOST", 6)
    frame, seen = table(dict.fromkeys("abcdefgh", 0)), set()
    for count in range(1, 20):
        frame = splice(frame, table({"d": count}), "id", ["d"])
        assert frame["n"].tolist() == [0, 0, 0, count, 0, 0, 0, 0]
        seen.add(frame.attrs.get(spliced.PIECES, 1))
    assert seen == {1, 3, 5}
