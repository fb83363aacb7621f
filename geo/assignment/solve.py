"""One assignment: a search that finds good plans quickly, the proof where size allows it, a bound where it does not."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import numpy as np

from geo.assignment import large
from geo.assignment.check import check
from geo.assignment.clash import Clash, Demand
from geo.assignment.clashing import BALANCE, all_demands, irreducible, plain
from geo.assignment.exact import Exact, Proof
from geo.assignment.flows import any_plan
from geo.assignment.loose import loosely
from geo.assignment.measure import measure, value
from geo.assignment.problem import CLOSE, GOALS, Goal, Ints, Problem, Progress, Solution, Tell, validate
from geo.assignment.search import Search, begin
from geo.assignment.sets import POSITIONS_AT_MOST
from geo.assignment.teams import View, masks_of, team_of
from geo.assignment.ties import labelled
from geo.errors import GongtuError, ParameterError

TRIES, LARGE_TRIES, LOOSE_TRIES = 60, 5, 2
ROUNDS = 150
"""Recombinations before the proof is tried."""
ENOUGH = 1e-6
"""A worst deviation so close to its bound is not looked at any longer."""
CLASH_S = 1.0
"""How long what clashes is looked for, whatever time is left."""
START_PART = 0.25
"""Of the time, for a first plan, before it is asked whether there is any."""
PROGRAM_AT_MOST = 12_000
"""Positions and borders times teams up to which a program is asked whether there is a plan."""
BOUND_PART = 0.3
"""Of the time then left, for the bound of what cannot be proven."""
PROOF_PART = 0.7
"""Of the time, for the proof; the rest is for better plans where it fails."""


def _nobody(progress: Progress) -> None:
    return None


class Run:
    """The best so far, what bounds it, and the time left."""

    def __init__(self, problem: Problem, goal: Goal, time_s: float, tell: Tell) -> None:
        self.problem, self.goal, self.time_s, self.tell = problem, goal, time_s, tell
        self.began = time.monotonic()
        self.best: Ints | None = None
        self.value: tuple[float, ...] = ()
        self.bound: tuple[float, ...] = (0.0,) if goal == "compact" else (0.0, 0.0)
        self.stage = "search"
        self.asked = replace(problem, balance=np.inf) if goal == "fair" else problem
        self.view = View(problem, goal, self.asked.balance)
        self.classes = self.view.classes()
        self.nearest = np.inf
        """The smallest worst deviation of any plan that keeps all else."""

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def left_s(self) -> float:
        return self.time_s - self.seconds

    @property
    def late(self) -> bool:
        return self.left_s() <= 0

    def labelled(self, team: Ints) -> Ints:
        """The plan with the labels of teams that differ in nothing as they are to be."""
        kinds = {member: number for number, one in enumerate(self.classes) for member in one.teams}
        of_class = [kinds[one] for one in range(self.view.k)]
        return labelled(self.view, self.classes, of_class, masks_of(team, self.view.k))

    def found(self, team: Ints | None, bound: tuple[float, ...] = ()) -> bool:
        """Takes a plan if it is right and better, and a bound if it is; whether the plan was."""
        better, raised = False, False
        bound = (*bound, *(0.0,) * (len(self.bound) - len(bound)))
        if less(self.bound, bound):
            self.bound, raised = bound, True
            self._doubt()
        if team is not None:
            parts = measure(self.problem, team)
            if self.best is None or less(value(self.goal, parts), self.value):
                findings = check(self.asked, team)
                if not findings:
                    self.best, self.value, better = team, value(self.goal, parts), True
                    self._doubt()
                elif all(finding.what in ("heavy", "light") for finding in findings):
                    self.nearest = min(self.nearest, parts.worst)
        if better or raised:
            given = () if self.best is None else tuple(self.best.tolist())
            self.tell(Progress(self.stage, self.seconds, given, self.value, self.bound))
        return better

    def _doubt(self) -> None:
        """A bound that a plan in hand passes is none: nothing is known then."""
        if self.best is not None and less(self.value, self.bound):
            self.bound = (0.0,) * len(self.bound)


def less(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether ``one`` is smaller, part by part, by more than floats differ."""
    for a, b in zip(one, other, strict=True):
        if abs(a - b) > CLOSE * max(abs(a), abs(b)):
            return a < b
    return False


def solve(problem: Problem, goal: Goal, *, time_s: float = 10.0, tell: Tell = _nobody) -> Solution:
    """The best assignment of ``problem`` that is found within about ``time_s``, with what it is worth.

    Plans of the same worth: that with the fewest changes from the present, then the smallest list of teams. The same
    question has the same answer, unless time ended the search. Clash where no assignment meets the demands.
    ParameterError for a problem that cannot be read; GongtuError "assignment.not_found" where time or size ended the
    search before any plan was found or ruled out, with the ``worst`` deviation of the nearest to one.
    """
    if goal not in GOALS:
        raise ParameterError("assignment.goal", field="goal", value=goal)
    if not time_s > 0:
        raise ParameterError("assignment.time", field="time_s", value=time_s)
    validate(problem)
    run = Run(problem, goal, time_s, tell)
    reason = plain(run.asked)
    if reason:
        raise clash(run, reason)
    chance = random.Random(0)
    start = search(run, chance)
    proof = prove(run)
    if proof.how == "infeasible":
        raise clash(run, all_demands(run.asked))
    run.found(proof.team, proof.bound)
    if proof.how == "optimal" and proof.team is not None:
        best = value(goal, measure(problem, proof.team))
        return Solution(goal, tuple(proof.team.tolist()), best, best, True, run.seconds)
    if start is None and run.best is None:
        start = exists(run)
    run.stage = "improve"
    improve(run, chance, start)
    if run.best is None:
        raise GongtuError("assignment.not_found", worst=None if np.isinf(run.nearest) else run.nearest)
    return unproven(run, proof)


def unproven(run: Run, proof: Proof) -> Solution:
    """The best so far, with its bound; it may yet be as good as that."""
    assert run.best is not None
    run.found(run.labelled(run.best))
    team = run.labelled(run.best)
    best = value(run.goal, measure(run.problem, team))
    proven = not less(run.bound, best) and not less(best, run.bound)
    note = "" if proven else "time" if run.late or proof.how == "time" else "size"
    return Solution(run.goal, tuple(team.tolist()), best, best if proven else run.bound, proven, run.seconds, note)


def exists(run: Run) -> list[int] | None:
    """The sets of a plan whatever its balance, out of a program that finds one or shows that there is none (Clash)."""
    view = run.view
    borders = int(run.problem.ties.sum())
    if (view.n + borders) * view.k > PROGRAM_AT_MOST or run.late:
        return None
    how, team = any_plan(View(run.asked, run.goal, np.inf), teams=True, time_s=run.left_s() / 3)
    if how == "none":
        raise clash(run, tuple(demand for demand in all_demands(run.asked) if demand != BALANCE))
    return None if team is None else masks_of(team, view.k)


def improve(run: Run, chance: random.Random, start: list[int] | None) -> None:
    """Better plans from ``start`` on, and from other starts for as long as there is no plan; of large "fair" problems
    until time ends or the bound is reached."""
    small = run.problem.n <= POSITIONS_AT_MOST

    def enough() -> bool:
        return run.best is not None and (run.goal != "fair" or run.value[0] <= run.bound[0] + ENOUGH)

    if run.best is not None and small and (enough() or start is None):
        large.mend(run.asked, run.goal, run.left_s, run.found, lambda: run.best)
        return
    while not run.late:
        if start is None:
            start = first(run, chance, run.left_s())
        if start is None:
            return
        large.better(run.asked, run.goal, start, run.left_s, run.found, lambda: run.best, chance)
        if enough():
            return
        start = None


def first(run: Run, chance: random.Random, time_s: float, tries: float = np.inf) -> list[int] | None:
    """The sets of a plan whatever its balance, from one seed after another; None where time or tries end."""
    ends = time.monotonic() + time_s

    def late() -> bool:
        return run.late or time.monotonic() >= ends

    masks = begin(run.view, chance, TRIES if run.problem.n <= POSITIONS_AT_MOST else LARGE_TRIES, late)
    while masks is None and tries > 0 and not late():
        masks = loosely(run.view, chance, late)
        tries -= 1
    return masks


def prove(run: Run) -> Proof:
    """What can be proven, and of larger problems the bound."""
    run.stage = "proof"
    problem, goal = run.problem, run.goal
    limit = run.asked.balance
    if goal == "fair" and run.best is not None:
        limit = run.value[0]
    share = run.left_s() * (1 - PROOF_PART)
    proof = Exact(problem, goal, limit, run.best, lambda: run.left_s() - share, run.found).prove()
    if proof.how in ("size", "time"):
        upper = np.inf if run.best is None else measure(problem, run.best).travel_m
        ends = run.left_s() * (1 - BOUND_PART)
        run.found(None, large.bound(run.asked, goal, upper, lambda: run.left_s() <= ends))
    return proof


def clash(run: Run, demands: tuple[Demand, ...]) -> Clash:
    """The clash that these demands come down to."""
    ends = time.monotonic() + max(run.left_s() / 2, CLASH_S)
    kept, sure = irreducible(run.asked, demands, lambda: ends - time.monotonic())
    if BALANCE not in kept:
        return Clash(kept, irreducible=sure)
    try:
        fairest = solve(replace(run.problem, balance=np.inf), "fair", time_s=max(run.left_s(), CLASH_S))
    except GongtuError:  # other demands clash as well
        return Clash(kept, irreducible=sure)
    least, bound = fairest.value[0], fairest.bound[0]
    return Clash(kept, least_balance=least, least_proven=bound >= least * (1 - CLOSE), irreducible=sure)


def search(run: Run, chance: random.Random) -> list[int] | None:
    """A start and its betterment, so many rounds; the sets of the best, or of what came nearest."""
    # Where all can be tried, whether there is a plan is not asked of chance for long.
    tries = LOOSE_TRIES if run.problem.n <= POSITIONS_AT_MOST else np.inf
    masks = first(run, chance, run.time_s * START_PART, tries)
    if masks is None:
        return None
    one = Search(run.view, masks, chance, 0.0 if run.goal == "fair" else run.view.limit)
    least, kept = np.inf, masks
    for number in range(ROUNDS):
        if run.late or (run.problem.n > POSITIONS_AT_MOST and number > 2 and run.best is not None):
            break
        if number % 25 == 0:
            one.flips(lambda: run.late)
        if one.total < least - 1e-6:
            least, kept = one.total, list(one.masks)
            run.found(run.labelled(team_of(one.masks, run.view.n)))
        one.recombine(0.3 if number % 25 < 8 else 0.0)
    one.flips(lambda: run.late)
    run.found(run.labelled(team_of(one.masks, run.view.n)))
    return kept
