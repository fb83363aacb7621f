"""Union building at 200,000 enterprises and 100,000 ledger entries, on both engines: a page, a filter, counts and a
search as one types, between changes and right after one; and what one move costs before the next answer.

Milliseconds, medians of ``TIMES``. Against: the same from the frame of all records read anew (``Store.read`` and
pandas), a scan of the records' names, and the district put together anew, as before only changed records were read.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import sqlalchemy as sa

from geo.district import District
from geo.lookup import Lookup
from geo.people import Person
from geo.settings import read_settings
from geo.storage import Change, Wanted
from geo.storage.engine import reading
from geo.storage.tables import RECORDS
from geo.workspace import Workspace
from tests.postgis import cluster, programs

ENTERPRISES, ENTRIES = 200_000, 100_000
TIMES = 7
TRADES = ("服装", "物流", "餐饮", "机械", "软件", "医药", "家政", "印刷")
STATUSES = ("none", "contacted", "willing", "preparing", "established", "declined")
BY = "bench"
STAFF = Person("bench", BY, "staff")
MADE_UP = {"standing": "synthetic", "source": "demo", "as_of": "2025"}


def made_up(district: District) -> Iterator[Change]:
    """Enterprises all over the district, and what the ledger says of some of them."""
    dice = random.Random(1)
    west, south, east, north = district.regions.total_bounds
    codes = district.regions["code"].tolist()
    for number in range(ENTERPRISES):
        values = {
            "name": f"虚构{TRADES[number % 8]}{number:06d}有限公司",
            "credit_code": f"91110115MA{number:08d}",
            "region": codes[number % len(codes)],
            "industry": TRADES[number % 8],
            "workers": dice.randrange(1, 300),
            "union_status": STATUSES[number % 6],
            "status_on": f"2025-{dice.randrange(6, 11):02d}-15",
            "lon": dice.uniform(west, east),
            "lat": dice.uniform(south, north),
        }
        yield Change("enterprises", f"B{number:06d}", values | MADE_UP)
    for number in range(ENTRIES):
        values = {
            "campaign": "2025",
            "kind": "visit",
            "date": f"2025-{dice.randrange(6, 11):02d}-{dice.randrange(1, 29):02d}",
            "enterprise": f"B{dice.randrange(ENTERPRISES):06d}",
            "note": "了解用工与建会意愿",
        }
        yield Change("entries", f"B{number:06d}", values | MADE_UP)


def scan(workspace: Workspace, text: str) -> list[object]:
    """The enterprises with ``text`` in their name, those that begin with it first, as the table of records has it."""
    name = RECORDS["enterprises"].c.name
    found = sa.select(RECORDS["enterprises"]).where(name.contains(text)).order_by(~name.startswith(text), name).limit(8)
    with reading(workspace.store.engine) as connection:
        return [*connection.execute(found)]


def milliseconds(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    found = []
    for _ in range(TIMES):
        before()
        begun = time.perf_counter()
        work()
        found.append((time.perf_counter() - begun) * 1000)
    return statistics.median(found)


def measure(engine: str, settings: dict[str, str]) -> dict[str, dict[str, object]]:
    """The figures of one engine, printed as they are found."""
    workspace = Workspace(read_settings(settings))
    workspace.store.commit(made_up(workspace.district()), by=BY, at=workspace.now(), why="", what="import")
    begun = time.perf_counter()
    workspace.district()
    whole_ms = (time.perf_counter() - begun) * 1000
    workspace.entries()
    begun = time.perf_counter()
    register = workspace.register()
    print(f"register: {engine:10} made from nothing in {time.perf_counter() - begun:.1f} s")
    begun = time.perf_counter()
    frame = workspace.store.read("enterprises")
    read_ms = (time.perf_counter() - begun) * 1000
    lookup = Lookup(workspace)
    typed = iter(f"械{number:05d}" for number in range(10**6))
    moved = iter(range(10**6))

    def move() -> None:
        key = f"B{next(moved):06d}"
        record = workspace.store.get("enterprises", key)
        assert record
        status = "closed" if record.values["union_status"] != "closed" else "none"
        change = Change("enterprises", key, {"union_status": status}, record.version)
        workspace.store.commit([change], by=BY, at=workspace.now(), why="")

    def search(text: str) -> object:
        return lookup.find(STAFF, text)

    search("有限")  # the names are put into one text at the first search
    scanned = milliseconds(lambda: scan(workspace, next(typed)))
    silent = Wanted(untouched_since="2025-09-01", low=100)
    by = ("region", "union_status")
    grouped = milliseconds(lambda: frame.groupby(["region", "union_status"])["workers"].agg(["size", "sum"]))
    ways = {
        "page": (milliseconds(lambda: register.page(silent, sort="-workers", offset=200)), read_ms),
        "tally": (milliseconds(lambda: register.tally(Wanted(), by)), read_ms + grouped),
        "search": (milliseconds(lambda: search(next(typed))), scanned),
        "search_after_a_move": (milliseconds(lambda: search(next(typed)), move), scanned),
        "district_after_a_move": (milliseconds(workspace.district, move), whole_ms),
        "register_after_a_move": (milliseconds(workspace.register, move), read_ms),
    }
    workspace.store.close()
    against = {
        "search": "LIKE over all records",
        "search_after_a_move": "LIKE over all records",
        "district_after_a_move": "all enterprises read and given their regions",
    }
    figures: dict[str, dict[str, object]] = {}
    for name, (ours, theirs) in ways.items():
        other = against.get(name, "reading the frame of all enterprises")
        print(f"register: {engine:10} {name:22} {ours:7.1f} ms; {other} {theirs:8.1f} ms, {theirs / ours:.1f}x as long")
        figure = {"value": round(ours, 1), "unit": "ms", "ratio": round(theirs / ours, 2), "against": other}
        figures[f"register_{engine}_{name}"] = figure
    return figures


def run() -> dict[str, dict[str, object]]:
    """The figures of this benchmark; of SQLite only where there is no PostgreSQL with PostGIS."""
    with tempfile.TemporaryDirectory(prefix="gongtu-bench-") as folder:
        figures = measure("sqlite", {"GONGTU_VAR": folder})
    server = programs()
    if server is None:
        print("register: no PostgreSQL with PostGIS, not measured")
        return figures
    with ExitStack() as after:
        folder = after.enter_context(tempfile.TemporaryDirectory(prefix="gongtu-bench-"))
        host = psycopg.conninfo.conninfo_to_dict(after.enter_context(cluster(server)))["host"]
        url = f"postgresql://postgres@/postgres?host={host}"
        return figures | measure("postgresql", {"GONGTU_VAR": folder, "GONGTU_DATABASE_URL": url})
