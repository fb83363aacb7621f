"""The tables as migrations make them, how a store is opened, and what the checks of it find."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import shapely
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from postgis import Databases
from sqlalchemy.dialects.postgresql.base import ischema_names
from stores import NOW, enterprises, save

from geo.errors import GongtuError, SettingError
from geo.i18n import LANGUAGES, explain, translate
from geo.storage import Change, Finding, Store, check, open_store
from geo.storage.engine import reading, writing
from geo.storage.migrate import VERSIONS
from geo.storage.tables import _MultiPolygon, changes, commits, metadata

NewStore = Callable[[str], str]


def test_migrations_make_the_tables_that_the_program_knows(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ischema_names, "geometry", lambda *_: _MultiPolygon())

    def ours(_: object, name: str | None, kind: str, reflected: bool, counterpart: object) -> bool:
        """All but PostGIS's own table and what PostgreSQL has besides, each asserted below."""
        beside = name in ("spatial_ref_sys", VERSIONS, "geom") or str(name).endswith(("_geom", "_geometry"))
        return not (reflected and counterpart is None and beside)

    with reading(store.engine) as connection:
        options = {"compare_type": True, "include_object": ours}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        found = set(sa.inspect(connection).get_table_names())
    assert set(metadata.tables) <= found


@pytest.fixture
def database(new_store: NewStore) -> str:
    """A store on PostgreSQL."""
    return new_store("postgresql")


def dsn(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


def test_geometry_is_real_in_postgis(database: str) -> None:
    store = open_store(database, now=NOW)
    points = {"both": (116.5, 39.5), "half": (116.5, None), "none": (None, None), "far": (1e308, -1e308)}
    save(store, *(Change("enterprises", key, {"lon": lon, "lat": lat}) for key, (lon, lat) in points.items()))
    save(store, Change("enterprises", "both", {"lat": 39.75}, 1))
    store.close()
    with psycopg.connect(dsn(database)) as connection:
        rows = connection.execute("SELECT id, ST_AsText(geom), ST_SRID(geom) FROM enterprises WHERE id <> 'far'")
        assert {row[0]: row[1:] for row in rows} == {
            "both": ("POINT(116.5 39.75)", 4326),
            "half": (None, None),
            "none": (None, None),
        }
        columns = connection.execute("SELECT f_table_name, f_geometry_column, type, srid FROM geometry_columns")
        assert set(columns) == {
            ("regions", "geometry", "MULTIPOLYGON", 4326),
            ("positions", "geom", "POINT", 4326),
            ("facilities", "geom", "POINT", 4326),
            ("enterprises", "geom", "POINT", 4326),
            ("entries", "geom", "POINT", 4326),
        }
        indexed = connection.execute("SELECT tablename FROM pg_indexes WHERE indexdef LIKE '% USING gist %'")
        assert sorted(row[0] for row in indexed) == ["enterprises", "entries", "facilities", "positions", "regions"]


def test_order_does_not_follow_the_language_of_the_database(databases: Databases) -> None:
    name = databases.create(options="LOCALE_PROVIDER icu ICU_LOCALE 'zh-CN'")
    store = open_store(databases.url(name), now=NOW)
    keys = ["乙", "a", "B", "甲", "b", "A"]
    save(store, *(Change("positions", key) for key in keys))
    assert store.read("positions")["id"].tolist() == ["A", "B", "a", "b", "乙", "甲"]
    store.close()
    databases.drop(name)


@pytest.mark.parametrize(
    "url",
    ["", "secret@h/d", "mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:", "postgresql://u:secret@h:port/d"],
)
def test_other_urls_are_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(SettingError) as caught:
        open_store(url, now=NOW)
    assert caught.value.key == "store.url"
    for language in LANGUAGES:
        assert "secret" not in explain(caught.value, language)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_ways_to_write_postgresql(database: str, scheme: str) -> None:
    store = open_store(database.replace("postgresql", scheme, 1), now=NOW)
    assert store.state() == (0, "")
    store.close()


def test_what_a_user_of_the_server_may_not_do_is_told(databases: Databases) -> None:
    name = databases.create()
    url = databases.url(name).replace("postgres@", "plain:secret@")

    def refused() -> GongtuError:
        with pytest.raises(GongtuError) as caught:
            open_store(url, now=NOW)
        assert all("secret" not in explain(caught.value, language) for language in LANGUAGES)
        return caught.value

    assert refused().key == "store.failed", "no such user"
    with psycopg.connect(dsn(databases.url(name)), autocommit=True) as server:
        server.execute("CREATE ROLE plain LOGIN")
        assert refused().key == "store.postgis"
        server.execute("CREATE EXTENSION postgis")
        assert (refused().key, "permission denied" in refused().params["reason"]) == ("store.failed", True)
        server.execute("GRANT CREATE ON SCHEMA public TO plain")
        store = open_store(url, now=NOW)
        assert save(store, *enterprises(1)) == 1
        assert bad(store) == []
        store.close()
    databases.drop(name)
    with psycopg.connect(databases.dsn, autocommit=True) as server:
        server.execute("DROP ROLE plain")


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(GongtuError) as caught:
        open_store(f"postgresql://u:secret@/d?host={tmp_path}", now=NOW)
    assert caught.value.key == "store.failed"
    for language in LANGUAGES:
        assert "secret" not in explain(caught.value, language)


def test_a_server_that_goes_away_and_comes_back(databases: Databases, new_store: NewStore) -> None:
    url = new_store("postgresql")
    store = open_store(url, now=NOW)
    assert store.state() == (0, "")
    with psycopg.connect(databases.dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'")
    assert store.state() == (0, "")
    assert save(store, *enterprises(1)) == 1
    store.close()


def test_a_server_that_goes_away_while_it_is_written_to(databases: Databases, new_store: NewStore) -> None:
    store = open_store(new_store("postgresql"), now=NOW)

    def cut(_: int) -> None:
        with psycopg.connect(databases.dsn, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'")

    with pytest.raises(GongtuError) as caught:
        store.commit(enterprises(5000), by="li", at=NOW, why="", progress=cut)
    assert caught.value.key == "store.failed"
    assert store.state() == (0, "")
    store.close()


def test_a_file_is_made_with_its_folder_for_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b c" / "数据?.sqlite"
    store = open_store(sa.URL.create("sqlite", database=str(file)).render_as_string(), now=NOW)
    save(store, *enterprises(1))
    assert {path.stat().st_mode & 0o777 for path in file.parent.iterdir()} == {0o600}
    with reading(store.engine) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    store.close()


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(GongtuError) as caught:
        open_store(f"sqlite:///{tmp_path}/file/store.sqlite", now=NOW)
    assert caught.value.key == "store.failed"


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    file.write_bytes(b"something else entirely" * 1000)
    with pytest.raises(GongtuError) as caught:
        open_store(f"sqlite:///{file}", now=NOW)
    assert caught.value.key == "store.failed"
    assert file.read_bytes() == b"something else entirely" * 1000


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_of_somebody_else(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A file is one program's; a database of a server is refused only where the names clash."""
    theirs = "CREATE TABLE users (id int); CREATE TABLE something (id int)"
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path}/store.sqlite"
        with closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection:
            connection.executescript(theirs)
    else:
        databases: Databases = request.getfixturevalue("databases")
        url = databases.url(databases.create())
        with psycopg.connect(dsn(url)) as server:
            server.execute(theirs)
    with pytest.raises(GongtuError) as caught:
        open_store(url, now=NOW)
    assert (caught.value.key, caught.value.params) == (
        "store.foreign",
        {"tables": "something, users" if kind == "sqlite" else "users"},
    )


def bad(store: Store) -> list[Finding]:
    found = check(store)
    for finding in found:
        for language in LANGUAGES:
            assert translate(finding.key, language, **finding.params)
    return [finding for finding in found if not finding.ok]


def test_a_sound_store_has_no_bad_findings(store: Store) -> None:
    assert bad(store) == []
    save(store, *enterprises(3), Change("regions", "1", {"geometry": shapely.box(0, 0, 1, 1)}))
    save(
        store, Change("enterprises", "E000001", {"name": "x"}, 1), Change("enterprises", "E000002", {}, 1, retired="x")
    )
    assert bad(store) == []
    names = {finding.key.removeprefix("store.check_") for finding in check(store)}
    assert names >= {"version", "history", "boundaries"}
    assert names & {"integrity", "postgis"}


def test_records_that_do_not_agree_with_their_history(store: Store) -> None:
    save(store, *enterprises(4), Change("facilities", "F1"))
    with writing(store.engine) as connection:
        for statement in (
            "UPDATE enterprises SET version = 2 WHERE id = 'E000000'",
            "DELETE FROM enterprises WHERE id = 'E000001'",
            "DELETE FROM changes WHERE record = 'F1'",
        ):
            connection.exec_driver_sql(statement)
    (finding,) = bad(store)
    assert finding.key == "store.check_history_bad"
    assert finding.params == {
        "count": 3,
        "records": "facilities F1, enterprises E000000, enterprises E000001",
    }


def test_history_with_a_hole(store: Store) -> None:
    save(store, Change("facilities", "F1"))
    save(store, Change("facilities", "F1", {"name": "x"}, 1))
    with writing(store.engine) as connection:
        connection.execute(changes.delete().where(changes.c.version == 1))
    assert [finding.params["records"] for finding in bad(store)] == ["facilities F1"]


def test_a_boundary_that_is_not_valid(store: Store) -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    save(store, Change("regions", "1", {"geometry": bow}), Change("regions", "2"))
    (finding,) = bad(store)
    assert (finding.key, finding.params) == ("store.check_boundaries_bad", {"count": 1, "records": "1"})


def test_rows_that_refer_to_nothing(new_store: NewStore) -> None:
    url = new_store("sqlite")
    store = open_store(url, now=NOW)
    save(store, *enterprises(1))
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("DELETE FROM commits")
        connection.commit()
    assert [finding.key for finding in bad(store)] == ["store.check_integrity_bad"]
    store.close()


def test_a_damaged_file_is_a_finding(new_store: NewStore) -> None:
    url = new_store("sqlite")
    store = open_store(url, now=NOW)
    save(store, *enterprises(2000))
    store.close()
    file = Path(url.removeprefix("sqlite:///"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 20_000] = b"\xff" * 20_000
    file.write_bytes(content)
    assert "store.check_integrity_bad" in [finding.key for finding in bad(store)]
    store.close()


def test_the_database_keeps_references(store: Store) -> None:
    save(store, *enterprises(1))
    with pytest.raises(sa.exc.IntegrityError), writing(store.engine) as connection:
        connection.execute(commits.delete())
    assert store.state()[0] == 1
