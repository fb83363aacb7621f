"""The plan of an import: what would become of each row and why, before anything is written; then all of it or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.district import District
from geo.errors import ParameterError
from geo.i18n import Language, translate
from geo.intake.asked import Asked as Asked
from geo.intake.asked import check, known_fields
from geo.intake.boundaries import draft_boundaries
from geo.intake.cells import allowed
from geo.intake.datum_guess import DatumGuess as DatumGuess
from geo.intake.datum_guess import guess_datum as guess_datum
from geo.intake.draft import Draft
from geo.intake.entries import draft_entries
from geo.intake.entry_past import without_callers
from geo.intake.files import Note, Sheet
from geo.intake.named import Campaign, Named
from geo.intake.reasons import Reasons, joined, name_field, say
from geo.intake.records import draft_records
from geo.storage import Change, Store

SAID_AT_ONCE = 10_000  # rows whose reasons are in words at one time
FATES = ("new", "changed", "unchanged", "doubtful", "refused")
RETIRED_AS = "demo"
"""Why a demonstration record is retired: a word of data/locale, ``retired_as.demo``."""


@dataclass(frozen=True, eq=False)
class Plan:
    """What an import would do, worked out and not done. The same sheet, ``asked``, store and district: the same plan.

    ``rows``: one for each row of the sheet, by its number in the file; columns ``id``, ``name``; ``fate``, one of
    ``FATES``; ``writes``, "new" or "changed" where something would be written, else ``""``; ``region`` (code) and
    ``region_by`` (declared, address, location, ``""``) of the record as it would be, and ``region_conflict``; ``lon``
    and ``lat``, WGS-84 (of boundaries a point inside, besides ``area_km2``, ``area_before_km2`` and ``geometry``).
    No contact, no telephone.

    Fates: *refused* rows are not written, for a reason. *Unchanged* rows say nothing that the store, or a row above
    about the same record, does not say already; they are not written, whatever else may be doubtful about them. Of
    the rest, which would be written, *doubtful* ones have a reason to look at them first; *new* rows are the first of
    a record that is not there yet, *changed* ones say something else or more than the store and the rows above.
    Each row has one fate: ``counts`` add up to the number of rows.

    ``reasons``: columns row, refuses, key, field, value, other; see ``words``. ``notes``: pairs of message key and
    parameters about the import as a whole. ``swapped``: how many rows look as if longitude and latitude were swapped.
    ``records``: how many records would be written; ``retires``: how many demonstration records retired with them.
    ``state``: of the store this was planned on. ``zone``: of the district.
    """

    asked: Asked
    sheet: Sheet
    rows: pd.DataFrame
    counts: dict[str, int]
    reasons: pd.DataFrame
    notes: tuple[Note, ...]
    swapped: int
    state: tuple[int, str]
    draft: Draft
    zone: ZoneInfo

    @property
    def retires(self) -> int:
        return len(self.draft.retires)

    @cached_property
    def records(self) -> int:
        return int(self.draft.id[self.draft.written()].nunique())

    @cached_property
    def shapes(self) -> NDArray[np.object_] | None:
        """The polygons that would be written, or are there already, in WGS-84; None where the kind is no boundaries."""
        if "geometry" not in self.rows:
            return None
        return self.rows.loc[self.rows["fate"] != "refused", "geometry"].to_numpy(dtype=object)

    def changes(self) -> Iterator[Change]:
        """The changes that make the plan true, one for each record, made as they are asked for."""
        noun = self.asked.noun
        provenance = {"standing": "imported", "source": self.asked.source, "as_of": self.asked.as_of}
        for name, version, values in self.draft.records():
            said = values if noun == "regions" else values | provenance
            yield Change(noun, name, said, version)
        for name, version in self.draft.retires.items():
            yield Change(noun, name, {}, version, retired=RETIRED_AS)

    def refused(self, language: Language, limit: int | None = None) -> pd.DataFrame:
        """The refused rows as the file has them, by number, and a last column of reasons; at most ``limit`` of them."""
        return self._with_reasons("refused", language, limit)

    def doubtful(self, language: Language, limit: int | None = None) -> pd.DataFrame:
        """The doubtful rows, as ``refused`` gives those."""
        return self._with_reasons("doubtful", language, limit)

    def changed(self, language: Language, limit: int | None = None) -> pd.DataFrame:
        """The rows that change a record, doubtful ones too: row number, id, name, and what would change from what to
        what; at most ``limit`` rows.
        """
        at = np.flatnonzero(self.rows["writes"] == "changed")[:limit]
        texts = {row: list[str]() for row in at}
        for field, mask in self.draft.writes.items():
            here = at[mask[at]]
            new = _as_text(self.draft.values[field].iloc[here])
            old = _as_text(self.draft.before[field].reindex(here))
            for row, was, becomes in zip(here, old, new, strict=True):
                said = {"field": name_field(field, language), "old": was, "new": becomes}
                texts[row].append(translate("plan.from_to", language, **said))
        shown = self.rows.iloc[at]
        return pd.DataFrame(
            {
                translate("plan.row", language): shown.index,
                translate("field.id", language): shown["id"].to_numpy(),
                translate("field.name", language): shown["name"].to_numpy(),
                translate("plan.changes", language): [translate("reason.and", language).join(texts[row]) for row in at],
            }
        )

    def words(self, reasons: pd.DataFrame, language: Language) -> list[str]:
        """Some of ``reasons``, each as a sentence that names the field and the cell."""
        columns = known_fields(self.asked.kind)
        said = {name: allowed(column, language) for name, column in columns.items()}
        return say(reasons, language, said)

    def _with_reasons(self, fate: str, language: Language, limit: int | None) -> pd.DataFrame:
        at = np.flatnonzero(self.rows["fate"] == fate)[:limit]
        taken = self.sheet.cells.iloc[at]
        frame = taken.set_axis(list(self.sheet.header), axis=1)
        reasons = self.reasons[self.reasons["row"].isin(taken.index)]
        if fate == "refused":
            reasons = reasons[reasons["refuses"]]
        texts: list[str] = []
        for start in range(0, len(taken), SAID_AT_ONCE):
            rows = taken.index[start : start + SAID_AT_ONCE]
            some = reasons[reasons["row"].between(rows[0], rows[-1])]
            texts += joined(self.words(some, language), some["row"], rows, language)
        frame.insert(frame.shape[1], translate("plan.reasons", language), texts, allow_duplicates=True)
        return frame


def plan(sheet: Sheet, asked: Asked, store: Store, district: District, campaigns: Sequence[Campaign] = ()) -> Plan:
    """What bringing ``sheet`` in as ``asked`` would do. ParameterError where the two do not fit each other.
    ``campaigns``: those that entries of the ledger may be of, the newest first.

    Nothing is written, and nothing is guessed that the user has not said: see ``guess_datum`` for the coordinates.
    """
    check(asked, sheet)
    state = store.state()  # before the records: what is written meanwhile makes the commit fail, not go unseen
    known = store.read(asked.noun, retired=True)
    reasons = Reasons(len(sheet.cells))
    match asked.kind:
        case "boundaries":
            draft = draft_boundaries(sheet, asked, known, district, reasons)
        case "entries":
            sheet = without_callers(sheet, asked)
            named = Named(campaigns, store.read("enterprises"), store.callers, partial(store.histories, "entries"))
            draft = draft_entries(sheet, asked, known, district, reasons, named)
        case _:
            draft = draft_records(sheet, asked, known, district, reasons)
    del known
    fate, writes = _fates(draft, reasons)
    rows = pd.DataFrame({"id": draft.id, "fate": fate, "writes": writes}).join(draft.about)
    told = reasons.frame()
    told.insert(0, "row", sheet.cells.index[told.pop("at").to_numpy()])
    swapped = int((told["key"] == "reason.swapped").sum())
    guess = guess_datum(sheet, asked.columns, district) if asked.kind != "boundaries" else None
    return Plan(
        asked=asked,
        sheet=sheet,
        rows=rows.set_index(sheet.cells.index),
        counts={name: int((fate == name).sum()) for name in FATES},
        reasons=told,
        notes=(*draft.notes, *_hints(asked, guess, swapped, len(draft.retires))),
        swapped=swapped,
        state=state,
        draft=draft,
        zone=ZoneInfo(district.about["time_zone"]),
    )


def commit(
    plan: Plan,
    store: Store,
    *,
    by: str,
    at: datetime,
    why: str,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Writes the plan, all of it or nothing, and gives the revision that made; ``progress`` is told how many records
    are done, of ``records + retires``. The callers of appeals are then kept as long as these say.

    Conflict where a record is no longer what the plan was made on: it is out of date, make it again. ParameterError
    ``plan.as_of_future`` for entries as of a day that has not come.
    """
    today, as_of = at.astimezone(plan.zone).date(), plan.asked.as_of
    if plan.asked.kind == "entries" and as_of > today.isoformat()[: len(as_of)]:  # and so, maybe, some of its days
        raise ParameterError("plan.as_of_future", field="as_of", value=as_of)
    revision = store.commit(plan.changes(), by=by, at=at, why=why, what="import", progress=progress)
    if plan.asked.kind == "entries":
        store.callers.forget(today)  # first: whose last day is over is not kept longer after all
        store.callers.set_erase(plan.draft.settles)
        for id_ in store.callers.has(plan.draft.retires.keys(), today):
            store.callers.erase(id_)
        store.callers.forget(today)
    return revision


def _fates(draft: Draft, reasons: Reasons) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Each row's fate (``Plan``) and what writing it would be."""
    written = draft.written()
    new = draft.first & (draft.version == 0)
    writes = np.select([new, written], ["new", "changed"], default="").astype(object)
    fate = np.select(
        [reasons.refused, written & reasons.doubted, new, written],
        ["refused", "doubtful", "new", "changed"],
        default="unchanged",
    ).astype(object)
    return fate, writes


def _hints(asked: Asked, guess: DatumGuess | None, swapped: int, retires: int) -> Iterator[Note]:
    """What to know before writing: a datum that fits better, swapped coordinates, records that will be retired."""
    if retires:
        yield "plan.note_retires", {"count": retires}
    now = (asked.datum, asked.swapped)
    if guess and guess.best and guess.best != now:
        datum, turned = guess.best
        shares = {"best": f"{guess.shares[guess.best]:.0%}", "now": f"{guess.shares[now]:.0%}"}
        yield (
            "plan.note_swapped_datum" if turned else "plan.note_datum",
            {"datum": datum.upper(), "count": guess.count, **shares},
        )
    elif swapped:
        yield "plan.note_swapped", {"count": swapped}


def _as_text(cells: pd.Series) -> list[str]:
    """Cells as a preview shows them; a shape as its kind."""
    return ["" if pd.isna(cell) else _word(cell) for cell in cells.array]


def _word(cell: object) -> str:
    if isinstance(cell, shapely.Geometry):
        return str(cell.geom_type)
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell)
