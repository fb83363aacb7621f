"""Tables: kinds, limits, keys, and every fault with its row and column."""

from __future__ import annotations

from typing import get_args

import pandas as pd
import pytest

from geo.errors import Fault
from geo.schema import POINT, PROVENANCE, Column, Kind, Table, empty_table, read_table

SHOPS = Table(
    file="shops.csv",
    key=("id",),
    columns=(
        Column("id", required=True),
        Column("size", "integer", low=0, high=100),
        Column("weight", "number"),
        Column("open", "flag"),
        Column("since", "date"),
        Column("colour", "choice", choices=("red", "blue")),
        Column("tags", "choices", choices=("a", "b")),
        *POINT,
    ),
)


def faults(text: str) -> list[tuple[int | None, str | None, str]]:
    return [(f.row, f.column, f.key) for f in read_table(text.encode(), SHOPS)[1]]


def test_cells_become_values_and_empty_cells_unknown() -> None:
    frame, found = read_table(
        b"id,size,weight,open,since,colour,tags,lon,lat\n s1 ,7,1.5,true,2021-08,red,a; b,116.3,39.7\ns2,,,,,,,,\n",
        SHOPS,
    )
    assert found == []
    first, second = frame.to_dict("records")
    assert (first["row"], first["id"], first["size"], first["weight"], first["open"]) == (2, "s1", 7, 1.5, True)
    assert (first["since"], first["colour"], first["tags"], first["lon"]) == ("2021-08", "red", "a; b", 116.3)
    assert second["since"] == second["colour"] == second["tags"] == ""
    assert frame.loc[1, ["size", "weight", "open", "lon"]].isna().all()


def test_every_fault_is_found_at_once() -> None:
    assert faults(
        "id,size,weight,open,since,colour,tags\n,101,x,yes,2021-13,green,a;c\ns1,1.5,inf,,,,\ns1,-1,,,,,\n"
    ) == [
        (2, "id", "fault.empty"),
        (2, "size", "fault.range"),
        (2, "weight", "fault.number"),
        (2, "open", "fault.flag"),
        (2, "since", "fault.date"),
        (2, "colour", "fault.choice"),
        (2, "tags", "fault.choice"),
        (3, "size", "fault.integer"),
        (3, "weight", "fault.number"),
        (4, "size", "fault.range"),
        (4, "id", "fault.repeated"),
    ]


def test_limits_are_inclusive() -> None:
    assert faults("id,size\na,0\nb,100\n") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(None, None, "fault.no_header")]),
        ("size\n1\n", [(1, "id", "fault.column_missing")]),
        ("id,hue\na,red\n", [(1, "hue", "fault.column_unknown")]),
        ("id,size,size\na,1,2\n", [(1, "size", "fault.column_twice")]),
        ("id,size\na\nb,1\nc,1,2\n", [(2, None, "fault.cells"), (4, None, "fault.cells")]),
        ('id,size\n"a,1\n', [(2, None, "fault.csv")]),
        (
            "id,lon,lat\na,116.3,\nb,,39.7\nc,,\n",
            [(2, "lon + lat", "fault.half_point"), (3, "lon + lat", "fault.half_point")],
        ),
    ],
)
def test_files_that_cannot_be_tables(text: str, expected: list[tuple[int | None, str | None, str]]) -> None:
    assert faults(text) == expected


def test_another_encoding_is_named_with_its_row() -> None:
    _, found = read_table(b"id,size\na,1\n" + "驿站,2\n".encode("gbk"), SHOPS)
    assert found == [Fault("shops.csv", 3, None, "fault.encoding")]


def test_a_byte_order_mark_and_blank_lines_are_no_faults() -> None:
    frame, found = read_table("\ufeffid,size\n\na,1\n".encode(), SHOPS)
    assert found == []
    assert frame[["row", "id"]].to_numpy().tolist() == [[3, "a"]]


def test_a_cell_may_hold_the_separator_and_a_line_break() -> None:
    frame, found = read_table(b'id,size\n"a, b\nc",1\n', SHOPS)
    assert (found, frame["id"].tolist()) == ([], ["a, b\nc"])


def test_no_rows_is_a_table_too() -> None:
    frame, found = read_table(b"id\n", SHOPS)
    assert (found, len(frame)) == ([], 0)
    assert list(frame.columns) == list(empty_table(SHOPS).columns)


def test_provenance_is_demanded() -> None:
    table = Table("t.csv", ("id",), (Column("id", required=True), *PROVENANCE))
    _, found = read_table(b"id,standing,source,as_of\na,rumour,,\n", table)
    assert [(f.column, f.key) for f in found] == [
        ("standing", "fault.choice"),
        ("source", "fault.empty"),
        ("as_of", "fault.empty"),
    ]


def test_a_fault_of_the_header_or_of_a_row_hides_no_other() -> None:
    assert faults("id,hue,size\na,red,x\nb,red\nc,red,101\n") == [
        (1, "hue", "fault.column_unknown"),
        (2, "size", "fault.number"),
        (3, None, "fault.cells"),
        (4, "size", "fault.range"),
    ]


def test_a_spreadsheet_leaves_capitals_and_empty_rows() -> None:
    frame, found = read_table(b"id,open\na,TRUE\n,\nb,False\n", SHOPS)
    assert found == []
    assert frame["open"].tolist() == [True, False]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_another_separator_is_named(separator: str) -> None:
    assert faults(separator.join(("id", "size")) + "\na;1\n") == [(1, None, "fault.separator")]


def test_a_fault_says_what_is_allowed() -> None:
    found = read_table(b"id,size,colour\na,101,green\n", SHOPS)[1]
    assert [fault.allowed for fault in found] == ["0 … 100", "red / blue"]


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_column_that_is_left_out_is_as_one_of_empty_cells(kind: Kind) -> None:
    columns = (Column("id", required=True), Column("said", kind, choices=("a",)))
    table = Table("t.csv", ("id",), columns)
    without, _ = read_table(b"id\nx\ny\n", table)
    empty, _ = read_table(b"id,said\nx,\ny,\n", table)
    pd.testing.assert_frame_equal(without, empty)
