"""The ledger as a layer: the entries that are asked for, who did what named; never a caller, never an account."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geo import ledger
from geo.district import District
from geo.export.layer import PROVENANCE_DATUM, REGION, Asked, Layer
from geo.schema import PROVENANCE, Column


def _rows(district: District, asked: Asked) -> pd.DataFrame:
    """The entries asked for, none where none are."""
    frame = asked.entries if asked.entries is not None else pd.DataFrame(columns=[c.name for c in ledger.TABLE.columns])
    teams = zip(district.teams["campaign"] + " " + district.teams["id"], district.teams["name"], strict=True)
    named = {
        "team_name": _named(frame["campaign"] + " " + frame["team"], dict(teams)),
        "position_name": _names(frame["position"], district.positions),
        "enterprise_name": _names(frame["enterprise"], district.enterprises),
        "facility_name": _names(frame["facility"], district.facilities),
        "programme_name": _names(frame["programme"], district.programmes),
    }
    return frame.assign(**named)


def _names(ids: pd.Series, of: pd.DataFrame) -> pd.Series:
    known = of[of["id"].isin(set(ids) - {""})]
    return _named(ids, dict(zip(known["id"], known["name"], strict=True)))


def _named(ids: pd.Series, names: Mapping[str, str]) -> pd.Series:
    return pd.Series([names.get(id_, "") for id_ in ids], index=ids.index, dtype=str)


def _columns() -> tuple[Column, ...]:
    found: list[Column] = []
    for column in ledger.TABLE.columns:
        if column.name == "region":
            found += REGION
        elif column.name not in (*ledger.PRIVATE, *(one.name for one in PROVENANCE)):
            found.append(column)
            if column.name in ("team", "position", "enterprise", "facility", "programme"):
                found.append(Column(f"{column.name}_name"))
    return (*found, *PROVENANCE_DATUM)


LEDGER = Layer("ledger", _columns(), _rows, "Point", role="staff", parts=("entries",), on_map=False)
