"""One assignment in a child process: its answer, a clash, what is seen on the way, and an end that somebody makes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.assignment import Clash, Demand, solve
from geo.errors import GongtuError
from geo.fieldwork import solving
from geo.fieldwork.solving import Solving
from geo.settings import PROJECT_FOLDER
from tests.assignment.brute import line, problem

PATIENCE_S = 60.0
SAYS = """\
import json, sys, time
def say(**what): print(json.dumps(what), flush=True)
sys.stdin.buffer.readline()
say(what="progress", stage="search", seconds=0.5, team=[0, 0, 1, 1], value=[2000.0], bound=[1500.0])
"""


@pytest.fixture(autouse=True)
def _no_child_stays() -> Iterator[None]:
    """Every test gives its turns back."""
    yield
    until = time.monotonic() + PATIENCE_S
    while solving._turns()._value < solving.AT_ONCE:  # type: ignore[attr-defined]
        assert time.monotonic() < until, "a turn was not given back"
        time.sleep(0.01)


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the child does instead of solving: to be written into this file."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(solving, "CHILD", "stub")
    return tmp_path / "stub.py"


def test_the_same_answer_as_without_a_child() -> None:
    asked = problem([1, 2, 1, 2], line(4), 2, fixed={0: 1}, never=((3, 1),), present=[0, 1, -1, 0])
    for goal in ("compact", "fair", "least-change"):
        seen = Solving.start(asked, goal).wait(PATIENCE_S)  # type: ignore[arg-type]
        own = solve(asked, goal)  # type: ignore[arg-type]
        assert (seen.done, seen.stopped, seen.error) == (True, False, None)
        assert seen.best is not None
        assert (seen.best.team, seen.best.value, seen.best.bound) == (own.team, own.value, own.bound)
        assert seen.best.proven


def test_a_clash_comes_whole() -> None:
    seen = Solving.start(problem([2, 2, 2], line(3), 2, balance=0.3), "compact").wait(PATIENCE_S)
    assert isinstance(seen.error, Clash)
    assert seen.error.demands == (Demand("balance"),)
    assert seen.error.least_balance == pytest.approx(1 / 3)
    assert (seen.error.least_proven, seen.error.irreducible, seen.best, seen.done) == (True, True, None, True)


def test_stopping_keeps_the_best(stub: Path) -> None:
    stub.write_text(SAYS + "time.sleep(600)\n", encoding="utf-8")
    one = Solving.start(problem([1, 1, 1, 1], line(4), 2), "compact")
    end = time.monotonic() + PATIENCE_S
    while one.look().best is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    seen = one.stop()
    assert (seen.done, seen.stopped, seen.error) == (True, True, None)
    assert seen.best is not None
    assert (seen.best.team, seen.best.value, seen.best.bound) == ((0, 0, 1, 1), (2000,), (1500,))
    assert (seen.best.proven, seen.best.note) == (False, "stopped")


def test_two_at_once_and_the_third_waits(stub: Path) -> None:
    stub.write_text(SAYS + "time.sleep(600)\n", encoding="utf-8")
    asked = problem([1, 1, 1, 1], line(4), 2)
    both = [Solving.start(asked, "compact") for _ in range(2)]
    with pytest.raises(GongtuError, match=r"siting\.busy"):
        Solving.start(asked, "compact")
    for one in both:
        one.stop()


def test_a_child_that_breaks_is_an_error(stub: Path) -> None:
    stub.write_text(SAYS + "sys.exit(3)\n", encoding="utf-8")
    seen = Solving.start(problem([1, 1, 1, 1], line(4), 2), "compact").wait(PATIENCE_S)
    assert seen.error is not None
    assert (seen.error.key, seen.best is None) == ("planning.crashed", False)


def test_the_child_knows_numpy_and_scipy_only() -> None:
    """What it imports is what its start costs."""
    script = "import sys, geo.assignment.child; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT_FOLDER, capture_output=True, text=True, check=True
    )
    assert {"numpy", "scipy"} <= set(done.stdout.split())
    assert not {"pandas", "geopandas", "shapely", "pyproj", "streamlit"} & set(done.stdout.split())
