"""``python -m geo import``: what would become of a file's rows, and, unless it is a dry run, the writing."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from geo import clock
from geo.district import District
from geo.errors import ParameterError
from geo.i18n import Language, translate
from geo.intake.columns import ImportKind
from geo.intake.named import Campaign
from geo.intake.plan import Plan, commit
from geo.intake.run import Options, prepare, summarise
from geo.storage import Conflict, Store
from geo.text import safe_csv

TOLD_EVERY = 20_000
"""Records between two lines of progress."""


def run_import(
    kind: ImportKind,
    path: Path,
    *,
    store: Store,
    district: District,
    options: argparse.Namespace,
    by: str,
    at: datetime,
    language: Language,
    dry_run: bool,
    out: TextIO,
    campaigns: Sequence[Campaign] = (),
    noted: Callable[[Plan], Plan] = lambda plan: plan,
) -> int:
    """Reads, tells, and writes all rows but the refused, or nothing: 0, or 1 where the store has changed meanwhile.

    ``options`` are those of ``geo.__main__``; errors as ``prepare`` has them. ``noted`` adds what others have to say
    of the plan before it is told.
    """

    def tell(line: str) -> None:
        print(line, file=out, flush=True)

    today = clock.today(district, at)
    asked = read_options(options, file=path.name, today=today.isoformat())
    plan = noted(
        prepare(path, kind, name=path.name, store=store, district=district, options=asked, campaigns=campaigns)
    )
    for line in summarise(plan, language, file=path.name):
        tell(line)
    if options.refused and plan.counts["refused"]:
        options.refused.write_bytes(safe_csv(plan.refused(language)))
        tell(translate("plan.refused_written", language, file=options.refused))
    if dry_run:
        tell(translate("plan.dry", language))
        return 0
    whole = plan.records + plan.retires
    if not whole:
        tell(translate("plan.nothing", language))
        return 0
    why = translate("plan.why", language, file=path.name)
    try:
        revision = commit(plan, store, by=by, at=at, why=why, progress=_every(whole, language, tell))
    except Conflict:
        tell(translate("plan.outdated", language))
        return 1
    done = {"records": plan.records, "retires": plan.retires, "revision": revision}
    tell(translate("plan.done", language, **done))
    return 0


def read_options(given: argparse.Namespace, *, file: str, today: str) -> Options:
    """The options of the command line. ParameterError, with ``value``, for a pair that is none."""
    columns = {}
    for number, name in _pairs(given.column, "NUMBER=FIELD"):
        if not number.isdecimal() or not int(number):
            raise ParameterError("plan.option", field="NUMBER=FIELD", value=f"{number}={name}")
        columns[int(number) - 1] = name
    return Options(
        source=given.source or file,
        as_of=given.as_of or today,
        sheet=given.sheet,
        header_row=given.header_row,
        columns=columns,
        datum=given.datum,
        swapped=given.swapped,
        defaults=dict(_pairs(given.default, "FIELD=VALUE")),
        retire_demo=given.retire_demo,
    )


def _pairs(given: Sequence[str], form: str) -> list[tuple[str, str]]:
    pairs = []
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise ParameterError("plan.option", field=form, value=text)
        pairs.append((name.strip(), value.strip()))
    return pairs


def _every(whole: int, language: Language, tell: Callable[[str], None]) -> Callable[[int], None]:
    """Tells how far the writing is, each time ``TOLD_EVERY`` more are done."""
    told = 0

    def progress(done: int) -> None:
        nonlocal told
        if done - told >= TOLD_EVERY:
            told = done
            tell(translate("plan.progress", language, done=f"{done:,}", all=f"{whole:,}"))

    return progress
