"""The workspace: the pack's files and the store together, as the district they make.

The first start seeds the store from the pack; after that the store has the records, and a changed pack brings its
changes in without touching what people have written (geo.storage.seed).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock

from geo.district import District, assemble
from geo.pack import Pack, read_pack
from geo.settings import Settings
from geo.storage import KEYS, Store, open_store, seed


def utc_now() -> datetime:
    """The time; the one clock of the process, which is passed on from here."""
    return datetime.now(UTC)


class Workspace:
    """One process's hold on the data: open for as long as the process lives, safe to share between threads."""

    def __init__(self, settings: Settings | Callable[[], Settings], *, clock: Callable[[], datetime] = utc_now) -> None:
        self._settings = settings
        self.now = clock
        self._assembling = Lock()
        self._kept: tuple[object, District] | None = None
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
        """The district as the store has it now, kept in memory until the pack or a record changes.

        PackError where the pack's files have faults.
        """
        pack = self.pack()
        with self._assembling:
            self._seed(pack)
            if self._kept is None or self._kept[0] != (pack.digest, self.store.state()):
                self._kept = self._assemble(pack)
            return self._kept[1]

    def ground(self) -> District:
        """The district without its enterprises: what an import asks, at a fraction of the memory; not kept."""
        pack = self.pack()
        self._seed(pack)
        tables = pack.tables | {noun: self.store.read(noun) for noun in KEYS if noun != "enterprises"}
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

    def _assemble(self, pack: Pack) -> tuple[object, District]:
        """The district of the store's records, all of one revision, and what it is kept under."""
        state = self.store.state()
        tables = pack.tables | {noun: self.store.read(noun) for noun in KEYS}
        while state != (state := self.store.state()):  # somebody wrote between two of the reads
            tables = pack.tables | {noun: self.store.read(noun) for noun in KEYS}
        if not pack.demo:
            tables = {
                noun: frame[frame["standing"] != "synthetic"].reset_index(drop=True) for noun, frame in tables.items()
            }
        revision, token = state
        return (pack.digest, state), assemble(pack.description, tables, revision=f"{pack.digest}.{revision}.{token}")
