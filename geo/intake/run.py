"""From a file to its plan in one step, and the plan in words: what the command line does, and a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geo.datum import Datum
from geo.district import District
from geo.i18n import Language, translate
from geo.intake.asked import Asked, known_fields
from geo.intake.columns import ImportKind, guess_columns
from geo.intake.files import Sheet, read_file
from geo.intake.named import Campaign
from geo.intake.plan import FATES, Plan, plan
from geo.intake.reasons import name_field
from geo.intake.sheet import Progress
from geo.storage import Store

EXAMPLES = 3
"""How many rows of each reason a summary names."""


@dataclass(frozen=True)
class Options:
    """What a user may say of a file. ``columns``: position → field, ``""`` for none; the others are guessed."""

    source: str
    as_of: str
    sheet: str = ""
    header_row: int | None = None
    columns: Mapping[int, str] = field(default_factory=dict)
    datum: Datum = "wgs84"
    swapped: bool = False
    defaults: Mapping[str, str] = field(default_factory=dict)
    retire_demo: bool = False


def prepare(
    path: Path,
    kind: ImportKind,
    *,
    name: str,
    store: Store,
    district: District,
    options: Options,
    campaigns: Sequence[Campaign] = (),
    progress: Progress | None = None,
) -> Plan:
    """The plan of the file at ``path``, which the user calls ``name``. IntakeError where the file is refused,
    ParameterError where the options do not fit it.
    """
    known_fields(kind)
    sheet = read_file(path, name=name, sheet=options.sheet, header_row=options.header_row, progress=progress)
    return plan(sheet, ask(sheet, kind, options), store, district, campaigns)


def ask(sheet: Sheet, kind: ImportKind, options: Options) -> Asked:
    """The options, with the columns they say nothing of taken for what their headers say."""
    said = dict(options.columns)
    guessed = {at: of for at, of in guess_columns(sheet, kind).items() if at not in said and of not in said.values()}
    return Asked(
        kind=kind,
        columns={at: of for at, of in sorted((guessed | said).items()) if of},
        source=options.source,
        as_of=options.as_of,
        datum=options.datum,
        swapped=options.swapped,
        defaults=options.defaults,
        retire_demo=options.retire_demo,
    )


def summarise(plan: Plan, language: Language, *, file: str) -> Iterator[str]:
    """The plan in lines for a terminal: what was read as what, how many rows of each fate, and why."""
    sheet = plan.sheet
    row = {"file": file, "sheet": f" [{sheet.name}]" if sheet.name else ""}
    yield translate("plan.file" if sheet.header_row else "plan.file_layer", language, row=sheet.header_row, **row)
    for key, params in sheet.notes:
        yield "  " + translate(key, language, **params)
    columns = plan.asked.columns
    taken = [f"{sheet.header[at] or at + 1} → {name_field(of, language)}" for at, of in columns.items()]
    unused = [header or str(at + 1) for at, header in enumerate(sheet.header) if at not in columns]
    for key, texts in (("plan.columns", taken), ("plan.unused", unused)):
        if texts:
            yield translate(key, language, columns=translate("reason.and", language).join(texts))
    yield translate("plan.summary", language, all=len(plan.rows), **plan.counts)
    for key, params in plan.notes:
        yield "  " + translate(key, language, **params)
    yield from _areas(plan, language)
    yield from _reasons(plan, language)


def _areas(plan: Plan, language: Language) -> Iterator[str]:
    """Of boundaries that would change: how large each was and would be."""
    if "area_km2" not in plan.rows:
        return
    rows = plan.rows[plan.rows["writes"] != ""]
    for name, before, after in zip(rows["name"], rows["area_before_km2"], rows["area_km2"], strict=True):
        yield "  " + translate("plan.area", language, name=name, before=f"{before:.2f}", after=f"{after:.2f}")


def _reasons(plan: Plan, language: Language) -> Iterator[str]:
    """Why rows are refused or doubtful, the most frequent reason first, with a few rows of each."""
    names, fates = plan.rows["name"], plan.rows["fate"]
    for fate in reversed(FATES[-2:]):
        told = plan.reasons[plan.reasons["row"].map(fates) == fate]
        if fate == "refused":
            told = told[told["refuses"]]
        groups = sorted(told.groupby(["key", "field"], observed=True), key=lambda group: (-len(group[1]), group[0]))
        for _, group in groups:
            first = group.head(EXAMPLES)
            lines = plan.words(first, language)
            title = translate(f"plan.{fate}", language)
            yield translate("plan.reason_count", language, fate=title, count=len(group), reason=lines[0])
            for row, line in zip(first["row"], lines, strict=True):
                yield translate("plan.reason_row", language, row=row, name=names[row], reason=line)
