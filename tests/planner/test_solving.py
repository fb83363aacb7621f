"""One solve in a child process: its answer, what is seen on the way, and whatever may become of the child."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from geo.distance import CostTable
from geo.errors import GongtuError, ParameterError
from geo.planner import solving
from geo.planner.solving import Seen, Solving
from geo.settings import PROJECT_FOLDER
from geo.siting import Problem, solve

PATIENCE_S = 60.0


def problem(*, forced: int | None = None, barred: int | None = None, capacity: float | None = None) -> Problem:
    """Three rows of weights 5, 3 and 1; site 0 reaches the first two, site 1 the last two, site 2 all of them."""
    table = CostTable(
        start=np.array([0, 2, 5, 7]),
        site=np.array([0, 2, 0, 1, 2, 1, 2], dtype=np.int32),
        cost=np.array([1.0, 2, 1, 1, 2, 1, 2]),
        sites=3,
    )
    sites = np.arange(3)
    return Problem(
        table=table,
        weight=np.array([5.0, 3, 1]),
        base=np.full(3, np.inf),
        capacity=None if capacity is None else np.full(3, capacity),
        forced=sites == (-1 if forced is None else forced),
        barred=sites == (-1 if barred is None else barred),
    )


@pytest.fixture(autouse=True)
def _no_child_stays() -> Iterator[None]:
    """Every test gives its turns back."""
    yield
    until = time.monotonic() + PATIENCE_S
    while solving._turns("staff")._value < solving.AT_ONCE["staff"]:  # type: ignore[attr-defined]
        assert time.monotonic() < until, "a turn was not given back"
        time.sleep(0.01)


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the child does instead of solving: to be written into this file."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(solving, "CHILD", "stub")
    return tmp_path / "stub.py"


SAYS = """\
import json, os, sys, time
def say(**what): print(json.dumps(what), flush=True)
def progress(objective): say(what="progress", stage="search", seconds=1.0, sites=[0, 1], objective=objective, bound=9.0)
sys.stdin.buffer.readline()
"""
ANSWER = (
    'say(what="solution", goal="max-cover", sites=[2], objective=9.0, bound=9.0, proven=True, gap=0.0, seconds=0.1,'
    ' note="")\n'
)


def begin(**more: float) -> Solving:
    return Solving.start(problem(), "max-cover", n=1, within=2.0, **more)


def until_seen(one: Solving, what: str) -> Seen:
    """What is seen once ``what`` is."""
    end = time.monotonic() + PATIENCE_S
    while not getattr(one.look(), what):
        assert time.monotonic() < end, f"no {what}: {one.look()}"
        time.sleep(0.01)
    return one.look()


def test_the_same_answer_as_without_a_child() -> None:
    seen = begin().wait(PATIENCE_S)
    own = solve(problem(), "max-cover", n=1, within=2.0)
    assert seen.done
    assert (seen.stopped, seen.error) == (False, None)
    assert seen.best is not None
    assert (
        (seen.best.sites, seen.best.objective, seen.best.proven) == (own.sites, own.objective, True) == ((2,), 9, True)
    )
    assert 0 < seen.seconds < PATIENCE_S


def test_all_parts_of_a_problem_arrive() -> None:
    found = Solving.start(problem(barred=2, forced=1), "max-cover", n=1, within=2.0).wait(PATIENCE_S)
    assert found.best is not None
    assert (found.best.sites, found.best.objective) == ((1,), 4)


def test_what_cannot_be_solved_is_told_in_the_solvers_words() -> None:
    seen = Solving.start(problem(forced=1, barred=1), "max-cover", n=1, within=2.0).wait(PATIENCE_S)
    assert isinstance(seen.error, ParameterError)
    assert seen.error.key == "siting.forced_and_barred"
    assert (seen.done, seen.best) == (True, None)


def test_a_problem_of_nothing_arrives() -> None:
    nothing = np.empty(0)
    table = CostTable(np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int32), nothing, 0)
    empty = Problem(table, nothing, nothing, None, np.empty(0, dtype=bool), np.empty(0, dtype=bool))
    seen = Solving.start(empty, "max-cover", n=1, within=2.0).wait(PATIENCE_S)
    assert seen.error is not None
    assert seen.error.key.startswith("siting.")


def test_progress_is_seen_and_stopping_keeps_the_best(stub: Path) -> None:
    stub.write_text(SAYS + "progress(3.0)\nprogress(6.0)\ntime.sleep(600)\n", encoding="utf-8")
    one = begin()
    until_seen(one, "best")
    seen = one.stop()
    assert (seen.done, seen.stopped, seen.error) == (True, True, None)
    assert seen.best is not None
    assert (seen.best.sites, seen.best.proven, seen.best.note) == ((0, 1), False, "stopped")
    assert seen.best.objective in (3.0, 6.0)
    assert seen.best.gap == (9 - seen.best.objective) / 9
    assert one.stop() == seen, "stopping twice changes nothing"


def test_stopping_at_once_leaves_nothing(stub: Path) -> None:
    stub.write_text(SAYS + "time.sleep(600)\n", encoding="utf-8")
    seen = begin().stop()
    assert (seen.done, seen.stopped, seen.best, seen.error) == (True, True, None, None)


def test_stopping_what_has_its_answer_leaves_it_proven(stub: Path) -> None:
    stub.write_text(SAYS + ANSWER + "time.sleep(600)\n", encoding="utf-8")
    one = begin(curve_most=3)
    until_seen(one, "best")
    seen = one.stop()
    assert (seen.stopped, seen.error) == (False, None)
    assert seen.best is not None
    assert (seen.best.proven, seen.best.note) == (True, "")


@pytest.mark.parametrize(
    "last_words",
    ["os.kill(os.getpid(), 9)", "os.abort()", "sys.exit(3)", "raise MemoryError", "print('{', flush=True)"],
)
def test_a_child_that_breaks_leaves_the_best_and_an_error(stub: Path, last_words: str) -> None:
    stub.write_text(f"{SAYS}progress(6.0)\n{last_words}\n", encoding="utf-8")
    seen = begin().wait(PATIENCE_S)
    assert (seen.done, seen.stopped) == (True, False)
    assert seen.error is not None
    assert seen.error.key == "planning.crashed"
    assert seen.best is not None
    assert seen.best.objective == 6.0


def test_a_child_that_ends_without_an_answer_is_an_error(stub: Path) -> None:
    stub.write_text(SAYS, encoding="utf-8")
    seen = begin().wait(PATIENCE_S)
    assert seen.error is not None
    assert seen.error.key == "planning.crashed"


def test_a_child_that_takes_no_problem_is_an_error(stub: Path) -> None:
    stub.write_text("", encoding="utf-8")
    big = CostTable(np.zeros(2, dtype=np.int64), np.empty(0, dtype=np.int32), np.empty(0), 1_000_000)
    flags = np.zeros(1_000_000, dtype=bool)
    seen = Solving.start(Problem(big, np.ones(1), np.ones(1), None, flags, flags), "max-cover", n=1, within=1.0).wait()
    assert seen.error is not None
    assert seen.error.key == "planning.crashed"


@pytest.mark.parametrize("known", [True, False])
def test_a_child_that_does_not_end_is_ended(stub: Path, monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    stub.write_text(SAYS + "progress(6.0)\n" * known + "time.sleep(600)\n", encoding="utf-8")
    monkeypatch.setattr(solving, "GRACE_S", 2.0)
    seen = begin(time_s=0.5).wait(PATIENCE_S)
    assert seen.done
    if known:
        assert seen.best is not None
        assert (seen.best.note, seen.error) == ("time", None)
    else:
        assert seen.error is not None
        assert (seen.best, seen.error.key) == (None, "planning.no_time")


def test_two_at_once_and_the_third_waits(stub: Path) -> None:
    stub.write_text(SAYS + "time.sleep(600)\n", encoding="utf-8")
    both = [begin(), begin()]
    with pytest.raises(GongtuError) as busy:
        begin()
    assert busy.value.key == "siting.busy"
    both[0].stop()
    third = begin()
    for one in (both[1], third):
        assert one.stop().stopped


def test_who_lets_go_ends_the_child(stub: Path) -> None:
    stub.write_text(SAYS + "progress(6.0)\ntime.sleep(600)\n", encoding="utf-8")
    one = begin()
    until_seen(one, "best")
    child = one._run.child
    del one
    gc.collect()
    assert child.wait(PATIENCE_S) == -signal.SIGKILL


def test_a_child_goes_when_the_one_who_asked_is_gone(stub: Path) -> None:
    """The real child, but for a solver that takes for ever; whoever asked is killed meanwhile."""
    stub.write_text(
        "import time\nfrom geo.siting import child\nchild.answer = lambda *_: time.sleep(600)\nchild.main()\n",
        encoding="utf-8",
    )
    script = f"""
        import sys, time
        import numpy as np
        from geo.distance import CostTable
        from geo.planner import solving
        from geo.siting import Problem
        sys.path.insert(0, {str(stub.parent)!r})
        solving.CHILD = "stub"
        table = CostTable(np.zeros(2, dtype=np.int64), np.empty(0, dtype=np.int32), np.empty(0), 1)
        no = np.zeros(1, dtype=bool)
        problem = Problem(table, np.ones(1), np.ones(1), None, no, no)
        one = solving.Solving.start(problem, "max-cover", n=1, within=1.0)
        time.sleep(2)
        assert not one.look().done, one.look()
        print(one._run.child.pid, flush=True)
        time.sleep(600)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=PROJECT_FOLDER, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.kill()
    until = time.monotonic() + PATIENCE_S
    while _lives(child):
        assert time.monotonic() < until, "the child outlived its parent"
        time.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    return state != "Z"  # nobody collects it where there is no init
