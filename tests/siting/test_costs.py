"""Cost tables out of CSV files: what is read, and where each fault is said to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geo.errors import GongtuError
from geo.i18n import LANGUAGES, explain
from geo.siting import solve
from geo.siting.costs import read_costs


def written(folder: Path, text: str, name: str = "costs.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_numbers_only_are_all_sites(tmp_path: Path) -> None:
    problem, rows, sites = read_costs(written(tmp_path, "A,B\n1,2\n3,0.5\n"))
    assert (rows, sites) == (["1", "2"], ["A", "B"])
    assert problem.table.cost.tolist() == [1, 2, 3, 0.5]
    assert problem.weight.tolist() == [1, 1]
    assert np.isinf(problem.base).all()


@pytest.mark.parametrize("head", ["", "名称,", "ID,", "place,", ","])
def test_a_first_column_of_names_is_no_site(tmp_path: Path, head: str) -> None:
    _, rows, sites = read_costs(written(tmp_path, f"{head}A,B\n东,1,2\n西,3,4\n"))
    assert (rows, sites) == (["东", "西"], ["A", "B"])


def test_numbers_under_a_header_of_names_are_names(tmp_path: Path) -> None:
    _, rows, sites = read_costs(written(tmp_path, ",0,1\n0,5,6\n1,7,8\n"))
    assert (rows, sites) == (["0", "1"], ["0", "1"])


@pytest.mark.parametrize(
    ("text", "rows", "sites"),
    [
        ("demand_id,a,b\n101,5,9\n102,9,5\n", ["101", "102"], ["a", "b"]),
        ("Demand_ID,a,b\n7,5,9\n3,9,5\n", ["7", "3"], ["a", "b"]),
        ("需求点,甲\n12,5\n11,9\n", ["12", "11"], ["甲"]),
        ("site,a,b\n1,1,2\n2,3,1\n", ["1", "2"], ["a", "b"]),
        ("key,a,b\n0,1,2\n1,3,1\n", ["0", "1"], ["a", "b"]),
        ("id,101,102\n1,5,6\n2,7,8\n", ["1", "2"], ["101", "102"]),
        ("101,102\n1,5,6\n2,7,8\n", ["1", "2"], ["101", "102"]),  # a cell more than the header
    ],
)
def test_a_first_column_of_numbers_that_are_names(tmp_path: Path, text: str, rows: list[str], sites: list[str]) -> None:
    assert read_costs(written(tmp_path, text))[1:] == (rows, sites)


@pytest.mark.parametrize(
    ("text", "sites"),
    [
        ("A,B,C\n0,1,2\n1,0,1\n2,1,0\n", 3),  # places on a line, each to each
        ("0,1,2\n0,4,9\n4,0,4\n9,4,0\n", 3),  # columns counted
        ("1,2,3\n1,5,6\n2,7,8\n", 3),
        ("A,B\n1,2\n", 2),  # one row counts nothing
        ("A,B\n1,2\n3,4\n", 2),
        ("A,B\n2,1\n1,2\n", 2),
        ("A\n1\n2\n", 1),
    ],
)
def test_costs_that_look_like_numbers_of_rows_stay_costs(tmp_path: Path, text: str, sites: int) -> None:
    problem, rows, _ = read_costs(written(tmp_path, text))
    assert problem.table.sites == sites
    assert rows == [str(number) for number in range(1, len(rows) + 1)]


def test_an_empty_cell_cannot_be_used_and_nought_can(tmp_path: Path) -> None:
    problem, _, _ = read_costs(written(tmp_path, "A,B\n,0\n5,\n"))
    assert problem.table.site.tolist() == [1, 0]
    assert problem.table.start.tolist() == [0, 1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_encodings_separators_and_quotes(tmp_path: Path, encoding: str, separator: str) -> None:
    text = (
        separator.join(["名称", '"站点,一"', "站点二"]) + "\r\n\r\n" + separator.join(['"小""区"', " 1 ", "2"]) + "\r\n"
    )
    _, rows, sites = read_costs(written(tmp_path, text, encoding=encoding))
    assert (rows, sites) == (['小"区'], ["站点,一", "站点二"])


@pytest.mark.parametrize(
    ("weights", "expected"),
    [("2\n3\n", [2, 3]), ("人数\n2\n3\n", [2, 3]), ("西,3\n东,2\n", [2, 3]), ("名称,人数\n东,2\n西,3\n", [2, 3])],
)
def test_weights_by_order_or_by_name(tmp_path: Path, weights: str, expected: list[float]) -> None:
    costs = written(tmp_path, "名称,A\n东,1\n西,2\n")
    problem, _, _ = read_costs(costs, written(tmp_path, weights, "weights.csv"))
    assert problem.weight.tolist() == expected


@pytest.mark.parametrize(
    ("text", "key", "where"),
    [
        ("", "costs.empty", {}),
        ("A,B\n", "costs.empty", {}),
        ("A,B\n1,2\n1,-2\n", "costs.cell", {"row": 3, "column": "B", "value": "-2"}),
        ("A,B\n1,nan\n", "costs.cell", {"row": 2, "column": "B"}),
        ("A,B\n1,inf\n", "costs.cell", {"row": 2, "column": "B"}),
        ("A,B\n1,1e999\n", "costs.cell", {"row": 2, "column": "B"}),
        ("A,B\n1,1_0\n", "costs.cell", {"row": 2, "column": "B"}),
        ("A,B\n1,x\n", "costs.cell", {"row": 2, "column": "B"}),
        ("A,B\n\n1,2\n1\n", "costs.width", {"row": 4, "cells": 1, "expected": 2}),
        ("A,B\n1,2\n1,2,3\n", "costs.width", {"row": 3}),
        ("A,A\n1,2\n", "costs.repeated", {"row": 1, "name": "A"}),
        ("A,\n1,2\n", "costs.no_name", {"row": 1}),
        ("id,A\nx,1\nx,2\n", "costs.repeated", {"row": 3, "name": "x"}),
        ("id,A\nx,1\n,2\n", "costs.no_name", {"row": 3}),
        ("id\nx\n", "costs.no_sites", {}),
        ("1.5,2.5\n1,2\n", "costs.no_header", {"row": 1}),
        ('A,B\n1,"2\n', "costs.quotes", {}),
        ("1,2\n3,1\n", "costs.no_header", {"row": 1}),
        ("5,6,7\n1,2,3\n", "costs.no_header", {"row": 1}),
        ("2,1,3\n1,2,3\n", "costs.no_header", {"row": 1}),
        ("A,B\nnan,2\n", "costs.cell", {"row": 2, "column": "A"}),
        ("A,B\n1," + "2" * 131_073 + "\n", "costs.long_cell", {"row": 2, "most": 131_072}),
    ],
)
def test_each_fault_is_said_with_its_place(tmp_path: Path, text: str, key: str, where: dict[str, object]) -> None:
    with pytest.raises(GongtuError) as refused:
        read_costs(written(tmp_path, text))
    assert refused.value.key == key
    assert where.items() <= refused.value.params.items()
    assert all(explain(refused.value, language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("weights", "key"),
    [
        ("1\n", "costs.count"),
        ("1\n-2\n", "costs.cell"),
        ("东,1\n", "costs.no_weight"),
        ("东,1\n西,2\n南,3\n", "costs.unknown_name"),
        ("东,1\n东,2\n", "costs.repeated"),
        ("东,1,1\n西,2,2\n", "costs.weight_cells"),
        ("名称,人数,备注\n东,1,一\n", "costs.weight_cells"),
        ("东,1\n2\n", "costs.width"),
        ("nan\n2\n", "costs.cell"),
        ("inf\n1\n2\n", "costs.cell"),
        ("东,\n西,2\n", "costs.cell"),
        ("", "costs.count"),
    ],
)
def test_each_fault_of_the_weights_too(tmp_path: Path, weights: str, key: str) -> None:
    costs = written(tmp_path, "名称,A\n东,1\n西,2\n")
    with pytest.raises(GongtuError) as refused:
        read_costs(costs, written(tmp_path, weights, "weights.csv"))
    assert refused.value.key == key
    assert all(explain(refused.value, language) for language in LANGUAGES)


def test_what_is_no_text_or_not_there_is_said(tmp_path: Path) -> None:
    path = tmp_path / "costs.csv"
    path.write_bytes(b"\xff\xff\x00\x81")
    with pytest.raises(GongtuError, match="encoding"):
        read_costs(path)
    with pytest.raises(GongtuError, match="no_file"):
        read_costs(tmp_path / "nowhere.csv")


def test_a_table_read_is_a_problem_to_solve(tmp_path: Path) -> None:
    problem, _, sites = read_costs(written(tmp_path, "A,B,C\n0,4,9\n4,0,4\n9,4,0\n"))
    found = solve(problem, "p-median", n=1, within=None)
    assert [sites[site] for site in found.sites] == ["B"]
    assert found.objective == 8
