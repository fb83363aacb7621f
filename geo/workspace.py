"""The workspace: the pack's files and the store together, as the district they make.

The first start seeds the store from the pack; after that the store has the records, and a changed pack brings its
changes in without touching what people have written (geo.storage.seed).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock

import pandas as pd

from geo.clock import day_in
from geo.district import Before, District, assemble
from geo.lines import Notes
from geo.pack import Pack, read_pack
from geo.settings import Settings
from geo.storage import KEYS, MAPPED, Kept, Register, State, Store, open_store, seed
from geo.storage.indexing import Grounds, bring_up_to_date


def utc_now() -> datetime:
    """The time; the one clock of the process, which is passed on from here."""
    return datetime.now(UTC)


class Workspace:
    """One process's hold on the data: open for as long as the process lives, safe to share between threads."""

    def __init__(self, settings: Settings | Callable[[], Settings], *, clock: Callable[[], datetime] = utc_now) -> None:
        self._settings = settings
        self.now = clock
        self._assembling = Lock()
        self._kept: _Mapped | None = None
        self._entered = Lock()
        self._entries: tuple[Kept, Ledger] | None = None
        self._forgot = ""
        self._seeded = ""

    @cached_property
    def settings(self) -> Settings:
        """The settings, read when they are first asked for, so that a bad one is told where it can be shown."""
        return self._settings if isinstance(self._settings, Settings) else self._settings()

    @cached_property
    def store(self) -> Store:
        """The store, made and migrated when it is first asked for."""
        return open_store(self.settings.database_url, now=self.now())

    def pack(self) -> Pack:
        """The pack as its files have it now; PackError where they have faults."""
        return read_pack(self.settings.pack, demo=self.settings.demo)

    def district(self) -> District:
        """The district as the store has it now, kept in memory until the pack or a record of it changes; entries of the
        ledger are none of it.

        PackError where the pack's files have faults.
        """
        return self._mapped().district

    def _mapped(self) -> _Mapped:
        pack = self.pack()
        with self._assembling:
            self._seed(pack)
            had = self._kept if self._kept and self._kept.digest == pack.digest else None
            if had is None or had.state != self.store.state(*MAPPED):
                state, nouns = self.store.refresh(MAPPED, had.nouns if had else {})
                self._kept = had = _Mapped.of(pack, state, nouns, had)
            return had

    def entries(self) -> pd.DataFrame:
        """The ledger: its living entries as ``Store.read`` types them, sorted by id; without demonstration records,
        where these are left out. Kept in memory, read again as far as it changed; not to be changed.
        """
        return self.ledger().entries

    def entries_state(self) -> State:
        """The last commit that touched an entry: what a cache of ``entries()`` is keyed by."""
        return self.store.state("entries")

    def register(self) -> Register:
        """The register as it is searched, filtered and counted in the store; brought up to date first."""
        while True:
            mapped, ledger = self._mapped(), self.ledger()
            states = {noun: kept.state for noun, kept in mapped.nouns.items()} | {"entries": ledger.state}
            grounds = Grounds(mapped.digest, states, mapped.district, ledger.entries)
            if bring_up_to_date(self.store.engine, grounds):
                return Register(self.store.engine)

    def ledger(self) -> Ledger:
        """The ledger as the store has it now, kept in memory until an entry changes."""
        pack = self.pack()
        with self._entered:
            self._seed(pack)
            self._forget(pack.description.about["time_zone"])
            was, had = self._entries or (None, None)
            kept = self.store.refresh(("entries",), {"entries": was} if was else {})[1]["entries"]
            if had is None or kept is not was:
                self._entries = kept, (had := Ledger.of(kept, had, demo=pack.demo))
            return had

    def _forget(self, time_zone: str) -> None:
        """Once a day of the district, the callers whose time is over, however long the process lives."""
        today = day_in(time_zone, self.now())
        if self._forgot != today.isoformat():
            self.store.callers.forget(today)
            self._forgot = today.isoformat()

    def ground(self) -> District:
        """The district without its enterprises: what an import asks, at a fraction of the memory; not kept."""
        pack = self.pack()
        self._seed(pack)
        tables = pack.tables | {noun: self.store.read(noun) for noun in MAPPED if noun != "enterprises"}
        tables["enterprises"] = pack.tables["enterprises"].iloc[:0]
        return assemble(pack.description, tables, revision="")

    def _seed(self, pack: Pack) -> None:
        """Brings the pack in, once for each pack this process sees: two processes with different packs on one store
        must not take turns at it.
        """
        if self._seeded == pack.digest:
            return
        if self.store.about().get("digest") != pack.digest:  # asked first: seeding waits for whoever writes
            seed(
                self.store,
                {noun: pack.tables[noun] for noun in KEYS},
                pack=pack.description.about["id"],
                digest=pack.digest,
                demo=pack.demo,
                at=self.now(),
            )
        self._seeded = pack.digest


@dataclass(frozen=True, eq=False)
class Ledger:
    """The living entries of the ledger as of ``state``, as they are shown, sorted by id. Not to be changed."""

    state: State
    entries: pd.DataFrame

    @cached_property
    def notes(self) -> Notes:
        """The entries by any part of their notes."""
        return Notes.of(self.entries)

    @classmethod
    def of(cls, kept: Kept, had: Ledger | None, *, demo: bool) -> Ledger:
        """``had``: the ledger before."""
        made = cls(kept.state, _shown(kept.frame, demo=demo))
        if had and kept.rows is not None and kept.was == had.state and "notes" in had.__dict__:
            were = had.entries.loc[had.entries["id"].isin(kept.changed), ["id", "date"]]
            made.__dict__["notes"] = had.notes.spliced(were, _shown(kept.rows, demo=demo))
        return made


@dataclass(frozen=True, eq=False)
class _Mapped:
    """A district with what it was made of: a pack, and the store's records as of ``state``, as they are shown."""

    digest: str
    state: State
    nouns: Mapping[str, Kept]
    tables: Mapping[str, pd.DataFrame]
    district: District

    @classmethod
    def of(cls, pack: Pack, state: State, nouns: Mapping[str, Kept], had: _Mapped | None) -> _Mapped:
        """``had``: what was made of the same pack before."""
        shown: dict[str, pd.DataFrame] = {}
        for noun, kept in nouns.items():
            same = had is not None and had.nouns[noun] is kept
            shown[noun] = had.tables[noun] if had and same else _shown(kept.frame, demo=pack.demo)
        beside = had.tables if had else {noun: _shown(frame, demo=pack.demo) for noun, frame in pack.tables.items()}
        tables = {**beside, **shown}
        before = None
        if had:
            new = nouns["enterprises"]
            rows = new.rows if new.was == had.nouns["enterprises"].state else None
            rows = rows if rows is None else _shown(rows, demo=pack.demo)
            before = Before(had.district, had.tables, new.changed, rows)
        revision = f"{pack.digest}.{state[0]}.{state[1]}"
        district = assemble(pack.description, tables, revision=revision, before=before)
        return cls(pack.digest, state, nouns, tables, district)


def _shown(frame: pd.DataFrame, *, demo: bool) -> pd.DataFrame:
    """The records that are to be seen: without ``demo`` none that is synthetic."""
    return frame if demo else frame[frame["standing"] != "synthetic"].reset_index(drop=True)
