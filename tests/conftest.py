"""A tiny world to reason about by hand: three regions of 10 km by 10 km in a row, west to east, in UTM zone 50N."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from multiprocessing.util import Finalize
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from clock import Clock
from hypothesis import settings
from postgis import databases, postgis  # noqa: F401 - fixtures: one cluster for all tests
from tiny_pack import write_pack

from geo.distance import Plane
from geo.settings import Settings, read_settings
from geo.workspace import Workspace

# How long one example takes on a loaded machine says nothing about the program.
settings.register_profile("patient", deadline=None, max_examples=25)
settings.load_profile("patient")

MEMORY = Path("/dev/shm")  # a file system in memory, where Linux has one
ROOM = 2 * 1024**3  # bytes that must be free there, several times what a whole run leaves behind

WEST, SOUTH = 430_000.0, 4_380_000.0  # the corner of the world, metres; a place in southern Beijing
KM = 1_000.0
REPORTED = {"standing": "synthetic", "source": "test", "as_of": "2025"}


def pytest_configure() -> None:
    """Temporary files are kept in memory where there is room.

    Every commit to a store and every layer of a GeoPackage waits for the disk; half of a run was spent waiting so, for
    files that are thrown away. ``TMPDIR`` in the environment says otherwise, and ``--basetemp`` keeps what tests wrote.
    """
    # The workers of xdist inherit the environment, and so the folder.
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return
    if shutil.disk_usage(MEMORY).free < ROOM:
        return
    folder = tempfile.mkdtemp(prefix="gongtu-tests-", dir=MEMORY)
    os.chmod(folder, 0o711)  # PostgreSQL runs as somebody else, in a folder of its own inside
    os.environ["TMPDIR"], tempfile.tempdir = folder, None  # asked for anew
    # By this process only, and after what multiprocessing keeps inside is gone, which it deletes at -100.
    Finalize(None, shutil.rmtree, (folder, True), exitpriority=-200)


def at(east_km: float, north_km: float) -> tuple[float, float]:
    """The point so far east and north of the world's corner, metres."""
    return WEST + east_km * KM, SOUTH + north_km * KM


@pytest.fixture(scope="session")
def plane() -> Plane:
    return Plane("EPSG:32650")


@pytest.fixture(scope="session")
def regions_in_metres() -> gpd.GeoDataFrame:
    """甲镇 from 0 to 10 km east, 乙街道 from 10 to 20, 丙镇 from 20 to 30; all from 0 to 10 km north."""
    names = pd.DataFrame(
        {
            "code": ["110199001000", "110199002000", "110199003000"],
            "name": ["甲原镇", "乙河街道", "丙山镇"],
            "name_en": ["Jiayuan Town", "Yihe Subdistrict", "Bingshan Town"],
            "alias": ["甲原地区", "", ""],
            "kind": ["town", "subdistrict", "town"],
            "in_campaign": [True, True, False],
        }
    ).assign(**REPORTED)
    squares = [shapely.box(*at(10 * i, 0), *at(10 * i + 10, 10)) for i in range(3)]
    return gpd.GeoDataFrame(names, geometry=squares, crs="EPSG:32650")


@pytest.fixture(scope="session")
def regions(regions_in_metres: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The regions as a pack holds them: longitude and latitude, sorted by code."""
    return regions_in_metres.to_crs("EPSG:4326")


@pytest.fixture(scope="session")
def places() -> pd.DataFrame:
    """One community of 乙河街道, a village each of 甲原镇 and 丙山镇, and one name that both towns have."""
    rows = [
        ("110199001201", "柳树村村委会", "110199001000", "village", "甲原镇"),
        ("110199001202", "东庄村村委会", "110199001000", "village", "甲原镇"),
        ("110199002001", "春晖里社区居委会", "110199002000", "community", "乙河街道"),
        ("110199003201", "东庄村村委会", "110199003000", "village", "丙山镇"),
        ("110199003202", "石桥子村村委会", "110199003000", "village", "丙山镇"),
    ]
    return pd.DataFrame(rows, columns=["code", "name", "region", "kind", "unit_name"]).assign(**REPORTED)


@pytest.fixture(scope="session")
def enterprises(plane: Plane) -> pd.DataFrame:
    """Seven enterprises. At a reach of 1.5 km to the open rest stations F1 and F2:

    E1 served (500 m), E2 not (2 km), E3 served (1 km), E4 not (10 km), E5 without a location, E6 at 0, 0 and so
    without a usable one, E7 closed and counted nowhere. E1, E3 and E5 have a union; E5 does not state its workers.
    """
    nowhere, null_island = (np.nan, np.nan), (0.0, 0.0)
    rows = [
        ("E1", "established", 10, "", "北京市甲原镇柳树村1号", *_lonlat(plane, 5.3, 5.4)),
        ("E2", "none", 20, "甲原", "", *_lonlat(plane, 5, 7)),
        ("E3", "established", 30, "", "", *_lonlat(plane, 15.6, 5.8)),
        ("E4", "willing", 40, "乙河街道", "丙山镇石桥子村", *_lonlat(plane, 25, 5)),
        ("E5", "established", None, "乙河街道办事处", "", *nowhere),
        ("E6", "declined", 5, "", "", *null_island),
        ("E7", "closed", 1000, "甲原镇", "", *_lonlat(plane, 5, 5)),
    ]
    frame = pd.DataFrame(rows, columns=["id", "union_status", "workers", "region", "address", "lon", "lat"])
    frame["name"] = frame["id"] + "公司"
    return frame.astype({"workers": "Int64"}).assign(**REPORTED)


@pytest.fixture(scope="session")
def facilities(plane: Plane) -> pd.DataFrame:
    """Rest stations F1 in 甲原镇 and F2 in 乙河街道, open; F3 in 丙山镇, closed; F4 a kiosk where F3 was, on trial;
    F5 a station without a location. Not in the order of their ids.
    """
    rows = [
        ("F2", "rest_station", "open", *_lonlat(plane, 15, 5)),
        ("F1", "rest_station", "unverified", *_lonlat(plane, 5, 5)),
        ("F3", "rest_station", "closed", *_lonlat(plane, 25, 5)),
        ("F4", "mediation_kiosk", "trial", *_lonlat(plane, 25, 5)),
        ("F5", "rest_station", "open", np.nan, np.nan),
    ]
    frame = pd.DataFrame(rows, columns=["id", "kind", "state", "lon", "lat"])
    return frame.assign(name=frame["id"] + "站", amenities="", opening_hours="", **REPORTED)


def _lonlat(plane: Plane, east_km: float, north_km: float) -> tuple[float, float]:
    x, y = at(east_km, north_km)
    lon, lat = plane.unproject([x], [y])
    return float(lon[0]), float(lat[0])


@pytest.fixture(scope="session")
def tiny(
    tmp_path_factory: pytest.TempPathFactory,
    regions: gpd.GeoDataFrame,
    places: pd.DataFrame,
    facilities: pd.DataFrame,
    enterprises: pd.DataFrame,
) -> Path:
    """The tiny world as a pack on disk; copy it before changing it."""
    return write_pack(tmp_path_factory.mktemp("tiny") / "pack", regions, places, facilities, enterprises)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tiny_settings(tiny: Path, tmp_path: Path) -> Settings:
    """The tiny world, with a store of its own."""
    return read_settings({"GONGTU_PACK": str(tiny), "GONGTU_VAR": str(tmp_path / "var")})


@pytest.fixture(scope="session")
def seeded(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store as the first start leaves it, to be copied: to make one takes half of a short test."""
    var = tmp_path_factory.mktemp("seeded") / "var"
    made = Workspace(read_settings({"GONGTU_PACK": str(tiny), "GONGTU_VAR": str(var)}), clock=Clock())
    made.district()
    made.store.close()
    return var


@pytest.fixture
def workspace(tiny_settings: Settings, seeded: Path, tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    """The tiny world in an embedded store of its own, which nobody has written to."""
    shutil.copytree(seeded, tmp_path / "var")
    made = Workspace(tiny_settings, clock=clock)
    yield made
    made.store.close()


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test touches the store of the project: the environment names a folder of the test run."""
    monkeypatch.setenv("GONGTU_VAR", str(tmp_path_factory.getbasetemp() / "var"))
    monkeypatch.delenv("GONGTU_DATABASE_URL", raising=False)
