"""What holds of every import, whatever the rows and whatever was there before."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sheets import code_of, fates, sheet_of

from geo.district import District
from geo.intake.plan import Asked, Plan, plan
from geo.pack import open_pack
from geo.storage import Change, Conflict, open_store

HEADER = ("name", "credit_code", "address", "workers", "phone")
PLACES = ("", "甲原镇1号", "云泽区甲原镇1号", "乙河街道2号")
Row = tuple[str, ...]
NOW = datetime(2025, 10, 20, tzinfo=UTC)


class Kept:
    """The enterprises of a store, in memory: as much of ``Store`` as a plan asks for."""

    def __init__(self, blank: pd.DataFrame) -> None:
        self.frame = blank

    def state(self) -> tuple[int, str]:
        return 0, ""

    def read(self, noun: str, *, retired: bool = False) -> pd.DataFrame:
        return self.frame

    def write(self, changes: Iterator[Change]) -> None:
        records = self.frame.set_index("id")
        for change in changes:
            version = int(records["version"].get(change.id, 0))
            if version != change.version:
                raise Conflict(change, [])
            if not version:
                blank = {
                    name: "" if kind == "str" else float("nan") if kind == "float64" else pd.NA
                    for name, kind in records.dtypes.items()
                }
                new = pd.DataFrame([blank | {"version": 0}], index=pd.Index([change.id], name="id"))
                records = pd.concat([records, new.astype(records.dtypes)])
            for name, value in change.values.items():
                records.loc[change.id, name] = value
            records.loc[change.id, "version"] += 1
        self.frame = records.reset_index().sort_values("id", ignore_index=True)[self.frame.columns]


@pytest.fixture(scope="module")
def blank() -> pd.DataFrame:
    """The enterprises of an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/store.sqlite", now=NOW)
        frame = store.read("enterprises", retired=True)
        store.close()
    return frame


@pytest.fixture(scope="module")
def district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


def plan_of(rows: Sequence[Row], store: Kept, district: District, **asked: Any) -> Plan:
    columns = dict(enumerate(HEADER))
    return plan(sheet_of(HEADER, *rows), Asked("enterprises", columns, "名册", "2025", **asked), store, district)  # type: ignore[arg-type]


def rows_of(codes: Sequence[str]) -> st.SearchStrategy[list[Row]]:
    """Rows of which many are about the same enterprise, and some say it in another way or contradict each other."""
    row = st.tuples(
        st.sampled_from(("甲公司", "乙公司", "乙 公司", "")),
        st.sampled_from(codes),
        st.sampled_from(PLACES),
        st.sampled_from(("", "1", "2", "很多")),
        st.sampled_from(("", "010")),
    )
    return st.lists(row, max_size=6)


MESSY = rows_of(("", "", code_of(1), code_of(2), code_of(1)[:-1] + "?"))
patient = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


@patient
@given(before=MESSY, rows=MESSY)
def test_counts_add_up_and_tell_what_is_written(
    before: list[Row], rows: list[Row], blank: pd.DataFrame, district: District
) -> None:
    store = Kept(blank)
    store.write(plan_of(before, store, district).changes())
    made = plan_of(rows, store, district)
    assert sum(made.counts.values()) == len(rows)
    ids = [change.id for change in made.changes()]
    assert len(set(ids)) == len(ids) == made.records
    written = made.rows[made.rows["writes"] != ""]
    assert set(written["id"]) == set(ids)
    assert set(written["fate"]) <= {"new", "changed", "doubtful"}
    assert set(made.rows.loc[made.rows["writes"] == "", "fate"]) <= {"unchanged", "refused"}
    created = {change.id for change in made.changes() if change.version == 0}
    assert created == set(written.loc[written["writes"] == "new", "id"])
    assert (written["writes"] == "new").sum() == len(created)


@patient
@given(before=MESSY, rows=MESSY)
def test_the_same_file_again_changes_nothing(
    before: list[Row], rows: list[Row], blank: pd.DataFrame, district: District
) -> None:
    store = Kept(blank)
    store.write(plan_of(before, store, district).changes())
    first = plan_of(rows, store, district)
    store.write(first.changes())
    again = plan_of(rows, store, district)
    assert list(again.changes()) == []
    assert [fate == "refused" for fate in fates(again)] == [fate == "refused" for fate in fates(first)]
    kept = first.rows["fate"] != "refused"
    assert again.rows.loc[kept, "id"].tolist() == first.rows.loc[kept, "id"].tolist()


@patient
@given(before=MESSY, rows=MESSY, data=st.data())
def test_the_order_of_rows_that_do_not_contradict_each_other_does_not_matter(
    before: list[Row], rows: list[Row], data: st.DataObject, blank: pd.DataFrame, district: District
) -> None:
    store = Kept(blank)
    store.write(plan_of(before, store, district).changes())
    order = data.draw(st.permutations(range(len(rows))))
    one, other = plan_of(rows, store, district), plan_of([rows[turn] for turn in order], store, district)
    if "reason.contradicts" in {*one.reasons["key"], *other.reasons["key"]}:
        return
    assert one.rows["id"].iloc[order].tolist() == other.rows["id"].tolist()
    created = [{change.id for change in made.changes() if not change.version} for made in (one, other)]
    assert created[0] == created[1]
