"""Stores to try things on, on both engines: each test has its own, made by copying a migrated one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from postgis import Databases
from stores import ENGINES, NOW

from geo.storage import Store, open_store

NewStore = Callable[[str], str]
"""Makes an empty store on the engine of that name; gives its URL."""


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "store.sqlite"
    open_store(f"sqlite:///{file}", now=NOW).close()
    return file


@pytest.fixture(scope="session")
def postgresql_template(databases: Databases) -> str:
    name = databases.create()
    open_store(databases.url(name), now=NOW).close()
    return name


@pytest.fixture
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewStore]:
    with ExitStack() as after:
        numbers = iter(range(1000))

        def make(engine: str) -> str:
            if engine == "sqlite":
                file = tmp_path / f"store{next(numbers)}.sqlite"
                shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
                return f"sqlite:///{file}"
            cluster: Databases = request.getfixturevalue("databases")
            name = cluster.create(template=request.getfixturevalue("postgresql_template"))
            after.callback(cluster.drop, name)
            return cluster.url(name)

        yield make


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, new_store: NewStore) -> str:
    """The URL of an empty store."""
    return new_store(request.param)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(url, now=NOW)
    yield opened
    opened.close()
