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
from geo.assignment.measure import measure, value
from geo.assignment.problem import CLOSE, GOALS, Goal, Ints, Problem, Progress, Solution, Tell, validate
from geo.assignment.search import Search, begin
from geo.assignment.sets import POSITIONS_AT_MOST
from geo.assignment.teams import View, masks_of, team_of
from geo.assignment.ties import labelled
from geo.errors import GongtuError, ParameterError

TRIES = 60
ROUNDS = 150
"""Recombinations before the proof is tried."""
CLASH_S = 3.0
"""How long what clashes is looked for, whatever time is left."""
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
        if team is not None:
            parts = measure(self.problem, team)
            if self.best is None or less(value(self.goal, parts), self.value):
                findings = check(self.asked, team)
                if not findings:
                    self.best, self.value, better = team, value(self.goal, parts), True
                elif all(finding.what in ("heavy", "light") for finding in findings):
                    self.nearest = min(self.nearest, parts.worst)
        if better or raised:
            given = () if self.best is None else tuple(self.best.tolist())
            self.tell(Progress(self.stage, self.seconds, given, self.value, self.bound))
        return better


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
    start = search(run, random.Random(0))
    proof = prove(run)
    if proof.how == "infeasible":
        raise clash(run, all_demands(run.asked))
    run.found(proof.team, proof.bound)
    if proof.how == "optimal" and proof.team is not None:
        best = value(goal, measure(problem, proof.team))
        return Solution(goal, tuple(proof.team.tolist()), best, best, True, run.seconds)
    run.stage = "improve"
    if start is not None and (problem.n > POSITIONS_AT_MOST or run.best is None):
        large.better(run.asked, goal, start, run.left_s, run.found, lambda: run.best)
    elif run.best is not None:
        large.mend(run.asked, goal, run.left_s, run.found, lambda: run.best)
    if run.best is None:
        raise GongtuError("assignment.not_found", worst=None if np.isinf(run.nearest) else run.nearest)
    return unproven(run, proof)


def unproven(run: Run, proof: Proof) -> Solution:
    """The best so far, with its bound; it may yet be as good as that."""
    assert run.best is not None
    run.found(run.labelled(run.best))
    team = run.labelled(run.best)
    best = value(run.goal, measure(run.problem, team))
    proven = not less(run.bound, best)
    note = "" if proven else "time" if run.late or proof.how == "time" else "size"
    return Solution(run.goal, tuple(team.tolist()), best, best if proven else run.bound, proven, run.seconds, note)


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
        run.found(None, large.bound(run.asked, goal, upper, lambda: run.late))
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
    masks = begin(run.view, chance, TRIES, lambda: run.late)
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
