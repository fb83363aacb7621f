"""The house rules that a machine can check: which room may import which, and who may know which library."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = (
    ("geo.errors", "geo.people", "geo.settings", "geo.i18n"),
    ("geo.datum", "geo.origin", "geo.schema", "geo.solving", "geo.splice", "geo.text", "geo.words", "geo.hours"),
    ("geo.distance", "geo.globe"),
    (
        "geo.regions",
        "geo.places",
        "geo.search",
        "geo.lines",
        "geo.facilities",
        "geo.enterprises",
        "geo.campaigns",
        "geo.programmes",
        "geo.ledger",
    ),
    ("geo.demand",),
    ("geo.assignment", "geo.coverage", "geo.nearest", "geo.siting"),
    ("geo.measures",),
    ("geo.pack_reader",),
    ("geo.district", "geo.clock"),
    ("geo.pack", "geo.records"),
    ("geo.storage",),
    ("geo.intake",),
    ("geo.workspace", "geo.reporting", "geo.scenarios"),
    ("geo.layers", "geo.finder", "geo.planner", "geo.fieldwork", "geo.poster", "geo.typeset"),
    ("geo.casework", "geo.organising", "geo.lookup"),
    ("geo.progress",),
    ("geo.export", "geo.report"),
    ("geo.web",),
    ("geo.doctor",),
    ("geo.commands",),
    ("geo.__main__",),
    ("pages.ui",),
    ("pages",),
    ("app",),
)
"""Bottom to top. A room imports from its own row and those above it in this table; CONTRIBUTING.md explains it."""
LIBRARIES = {
    "streamlit": ("app", "pages"),
    "streamlit_folium": ("pages.ui.map_view",),
    "folium": (
        "geo.layers",
        "pages.ui.map_view",
        "pages.ui.overview_map",
        "pages.ui.nearest_map",
        "pages.ui.planner",
        "pages.ui.enterprises",
        "pages.ui.ledger",
        "pages.ui.teams",
        "pages.ui.progress",
    ),
    "fastapi": ("geo.web",),
    "starlette": ("app", "geo.web"),
    "fastapi_offline": ("geo.web",),
    "branca": (
        "geo.layers",
        "pages.ui.map_view",
        "pages.ui.overview_map",
        "pages.ui.nearest_map",
        "pages.ui.planner",
        "pages.ui.enterprises",
        "pages.ui.ledger",
        "pages.ui.teams",
        "pages.ui.progress",
    ),
    "pyproj": ("geo.distance", "geo.globe", "geo.pack_reader", "geo.intake.spatial"),
    "scipy": ("geo.distance", "geo.globe", "geo.siting", "geo.assignment"),
    "sqlalchemy": ("geo.storage",),
    "sqlite3": ("geo.storage",),
    "alembic": ("geo.storage",),
    "psycopg": ("geo.storage",),
    "argon2": ("geo.storage",),
    "python_calamine": ("geo.intake",),
    "stdnum": ("geo.intake",),
    "xlsxwriter": ("geo.export", "geo.report", "geo.intake"),
    "pyogrio": ("geo.export", "geo.intake"),
    "jinja2": ("geo.web",),
    "fpdf": ("geo.typeset", "geo.report"),
    "segno": ("geo.poster",),
    "PIL": ("geo.casework.photos",),
    "pylopdf_fonts_zh_cn": ("geo.typeset",),
    "opening_hours": ("geo.hours",),
    "icalendar": ("geo.fieldwork.calendar",),
}
"""The rooms that may know a library."""


def sources() -> list[Path]:
    return [ROOT / "app.py", *sorted((ROOT / "geo").rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py"))]


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{name.name}" for name in node.names]
    return found


def floor(name: str) -> int | None:
    """The row of the room ``name`` is in: the longest entry that it equals or lies in."""
    best = None
    for level, rooms in enumerate(ROOMS):
        for room in rooms:
            if (name == room or name.startswith(room + ".")) and (best is None or len(room) > len(best[1])):
                best = (level, room)
    return None if best is None else best[0]


def test_every_source_has_a_room() -> None:
    assert [str(path) for path in sources() if floor(module(path)) is None and module(path) != "geo"] == []


@pytest.mark.parametrize("path", sources(), ids=module)
def test_imports_point_one_way(path: Path) -> None:
    own = floor(module(path))
    steps_back = [
        name for name in imports(path) if (level := floor(name)) is not None and own is not None and level > own
    ]
    assert steps_back == []


@pytest.mark.parametrize("path", sources(), ids=module)
def test_libraries_keep_to_their_rooms(path: Path) -> None:
    name = module(path)
    strangers = [
        found
        for found in imports(path)
        if (rooms := LIBRARIES.get(found.split(".")[0]))
        and not any(name == r or name.startswith(r + ".") for r in rooms)
    ]
    assert strangers == []


@pytest.mark.parametrize("path", sources(), ids=module)
def test_the_clock_and_the_environment_are_read_at_the_edges(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if module(path) not in ("app", "pages.ui.cached", "geo.__main__", "geo.workspace"):
        assert "os.environ" not in text
        assert "datetime.now" not in text
        assert "date.today" not in text


@pytest.mark.parametrize("path", sources(), ids=module)
def test_modules_stay_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    page = path.parent.name == "pages"
    assert lines <= (80 if page else 400)


def test_everything_installed_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt", "constraints.txt"):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-")):
                assert "==" in line, f"{name}: {line}"


def test_version_is_said_once_and_the_same() -> None:
    import geo

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == geo.__version__
    assert f"## {geo.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
