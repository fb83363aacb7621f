"""Sheets, as reading a file gives them, made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely

from geo.intake.files import Sheet


def sheet_of(
    header: Sequence[str], *rows: Sequence[object], shapes: Sequence[shapely.Geometry | None] | None = None
) -> Sheet:
    """A sheet with its header in row 1; a layer, numbered from 1, where there are ``shapes``."""
    start = 2 if shapes is None else 1
    index = pd.RangeIndex(start, start + len(rows), name="row").astype("int64")
    cells = pd.DataFrame([[str(cell) for cell in row] for row in rows], columns=range(len(header)), dtype="str")
    geometry = None
    if shapes is not None:
        geometry = np.full(len(rows), None, dtype=object)
        geometry[:] = shapes
    return Sheet(
        name="",
        sheets=("",),
        header_row=0 if shapes is not None else 1,
        header=tuple(header),
        cells=cells.astype("str").set_index(index),
        shapes=geometry,
        shape_faults=None if geometry is None else np.full(len(rows), "", dtype=object),
    )
