"""What makes a row doubtful that can be read: figures and dates at odds, readings of the region that differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.district import District
from geo.enterprises import NEXT, READINGS, assign_regions
from geo.intake.draft import any_of
from geo.intake.files import Note
from geo.intake.identity import NEW, label, numbers
from geo.intake.reasons import Mask, Reasons

SURVEYED = ("reported", "imported")
"""Standings of a boundary that is evidence of where a town ends; a schematic one is none."""


def find_regions(frame: pd.DataFrame, district: District) -> pd.DataFrame:
    """``assign_regions`` of records with columns region (words or code), address, lon, lat."""
    return assign_regions(
        frame, district.regions, district.places, district.plane, district=district.about["name"]["zh"]
    )


def doubt_regions(found: pd.DataFrame, said: Mask, accepted: Mask, district: District, reasons: Reasons) -> list[Note]:
    """Doubts of rows that ``said`` a region no one knows, or whose readings differ; ``found`` by ``find_regions``.
    Only ``accepted`` rows are looked at.

    Where only the location says otherwise, and by a boundary that is schematic, there is no doubt, but a note of how
    many such rows there are.
    """
    regions = district.regions
    name_of = pd.Series(regions["name"].to_numpy(), index=regions["code"].to_numpy())
    declared, address, location = (found[f"region_{reading}"] for reading in READINGS)
    reasons.doubt(
        said & (declared == "").to_numpy(bool), "reason.region_unknown", field="region", value=found["region_text"]
    )
    names = {reading: found[f"region_{reading}"].map(name_of).fillna("") for reading in READINGS}
    words = ((declared != "") & (address != "") & (declared != address)).to_numpy(bool)
    reasons.doubt(
        accepted & words,
        "reason.region_address",
        field="region",
        value=names["declared"],
        other=names["address"],
    )
    differs = found["region_by"].isin(["declared", "address"]) & (location != "") & (location != found["region"])
    elsewhere = accepted & ~words & differs.to_numpy(bool)
    surveyed = regions.loc[regions["boundary_standing"].isin(SURVEYED), "code"]
    evident = (location.isin(surveyed) & found["region"].isin(surveyed)).to_numpy(bool)
    reasons.doubt(
        elsewhere & evident,
        "reason.region_location",
        field="region",
        value=found["region"].map(name_of).fillna(""),
        other=names["location"],
    )
    schematic = int((elsewhere & ~evident).sum())
    return [("plan.note_schematic", {"count": schematic})] * bool(schematic)


def doubt_figures(record: pd.DataFrame, said: dict[str, Mask], as_of: str, reasons: Reasons) -> None:
    """Doubts of enterprises and facilities whose ``record``, as it would be, contradicts itself or ``as_of``.

    ``said``: field → which rows say something new of it; a row is doubted only for what it says itself.
    """

    def says(*names: str) -> Mask:
        return any_of((said[name] for name in names if name in said), len(record))

    if {"workers", "members"} <= set(record):
        more = (record["members"] > record["workers"]).fillna(False).to_numpy(dtype=bool)
        reasons.doubt(
            more & says("workers", "members"),
            "reason.members",
            field="members",
            value=record["members"],
            other=record["workers"],
        )
    if {"union_status", "established_on"} <= set(record):
        founded = (record["established_on"] != "") & ~record["union_status"].isin(["", "established", "closed"])
        reasons.doubt(
            founded.to_numpy(bool) & says("union_status", "established_on"),
            "reason.established",
            field="established_on",
            value=record["established_on"],
            other=record["union_status"],
        )
    for name in ("established_on", "verified_on"):
        if name in record:
            later = (record[name].str[: len(as_of)] > as_of).to_numpy(bool)
            reasons.doubt(later & says(name), "reason.future", field=name, value=record[name], other=as_of)


def doubt_moves(before: pd.Series, after: pd.Series, said: Mask, reasons: Reasons) -> None:
    """Doubts of enterprises whose union status would become one that is no legal move from the one ``before`` (``""``:
    a new record, of which there is none); of rows that ``said`` one. The import is no move: it may well be right.
    """
    legal = {(old, new) for old, steps in NEXT.items() for new in (old, *steps)}
    strange = [old != "" and (old, new) not in legal for old, new in zip(before, after, strict=True)]
    reasons.doubt(said & np.array(strange, dtype=bool), "reason.move", field="union_status", value=after, other=before)


def doubt_namesakes(rows: pd.DataFrame, known: pd.DataFrame, new: NDArray[np.bool_], reasons: Reasons) -> None:
    """Doubts of new enterprises and facilities whose name another one has elsewhere, where not both have codes.

    ``rows`` and ``known`` as ``identity.match`` takes them, ``rows`` with the ``id`` it gave.
    """
    mine, theirs = numbers(rows["name"].where(rows["id"] != "", ""), known["name"].where(known["retired"] == "", ""))
    times = np.bincount(np.concatenate((mine, theirs)) + 1, minlength=1)
    asked = np.zeros(len(times), dtype=bool)
    asked[mine[new] + 1] = True
    shared = asked & (times > 1)
    shared[0] = False  # no name
    columns = ["id", "name", "code", "said", "address"]
    both = [rows.loc[shared[mine + 1], columns], known.loc[shared[theirs + 1], columns]]
    # Each once, with the code that any row of it says, else in the words of its first row.
    everyone = pd.concat(both).sort_values(["id", "code"], ascending=[True, False], kind="stable").drop_duplicates("id")
    bare = rows["code"] == ""
    for others, where in ((everyone, bare), (everyone[everyone["code"] == ""], ~bare)):
        at = np.flatnonzero(new & shared[mine + 1] & where.to_numpy(bool))
        own = rows["id"].iloc[at].reset_index(drop=True)
        names = rows["name"].iloc[at]
        ends = (others.drop_duplicates("name", keep=end).set_index("name") for end in ("first", "last"))
        first, last = (end.reindex(names).fillna("").reset_index(drop=True) for end in ends)
        other = first.where(first["id"] != own, last)
        elsewhere = np.full(len(rows), NEW, dtype=np.int64)
        elsewhere[at] = np.where((other["id"] != "") & (other["id"] != own), range(len(at)), NEW)
        who = label(other, elsewhere)
        reasons.doubt(elsewhere != NEW, "reason.namesake", field="name", value=rows["said"], other=who)
