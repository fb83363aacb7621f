"""Files for the tests, made as they are needed, and a way to read them without a child process."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest

from geo.intake import IntakeError, reader
from geo.intake.files import Sheet, load

HEADER = ["单位名称", "统一社会信用代码", "职工人数"]


def read_here(path: Path, *, sheet: str = "", header_row: int | None = None) -> Sheet:
    """As ``read_file``, in this process: for what the child does, not for how it is kept in bounds."""
    with TemporaryDirectory() as folder:
        about = reader.read(path, Path(folder), path.name, sheet, header_row)
        return load(Path(folder) / "cells.arrow", json.loads(json.dumps(about)))


def refusal(path: Path, *, sheet: str = "", header_row: int | None = None) -> IntakeError:
    """The error that reading the file raises; it names the file."""
    with pytest.raises(IntakeError) as error:
        read_here(path, sheet=sheet, header_row=header_row)
    assert error.value.params["file"] == path.name
    return error.value


def rows(sheet: Sheet) -> dict[int, list[str]]:
    """Row number → its texts."""
    return {int(number): list(cells) for number, cells in zip(sheet.cells.index, sheet.cells.to_numpy(), strict=True)}


def write_xlsx(path: Path, *rows: Sequence[object], title: str = "表", merged: Sequence[str] = ()) -> Path:
    """A workbook of one worksheet, with ``merged`` ranges such as A1:C1."""
    workbook = openpyxl.Workbook()
    worksheet = workbook.active
    worksheet.title = title
    for row in rows:
        worksheet.append(list(row))
    for cells in merged:
        worksheet.merge_cells(cells)
    workbook.save(path)
    return path


def write_zip(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def read_entry(path: Path, entry: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(entry)


def rewrite_zip(path: Path, changed: dict[str, bytes]) -> Path:
    """The archive with some entries other or new."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    return write_zip(path, entries | changed)
