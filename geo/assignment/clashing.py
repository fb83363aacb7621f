"""Which demands clash: plain reasons first, then by leaving demands out one after another (a deletion filter)."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.assignment.check import check
from geo.assignment.clash import Demand
from geo.assignment.flows import any_plan
from geo.assignment.loose import loosely
from geo.assignment.partition import cheapest, columns
from geo.assignment.problem import Floats, Problem, components
from geo.assignment.search import Search, begin
from geo.assignment.sets import POSITIONS_AT_MOST, connected_sets
from geo.assignment.teams import View, bits, team_of

Demands = tuple[Demand, ...]
SETS_AT_MOST = 300_000
CUTS_AT_MOST = 500
"""Positions up to which those are looked at whose absence leaves grounds apart."""
BALANCE, CONNECTED, TEAMS = Demand("balance"), Demand("connected"), Demand("teams")


def all_demands(problem: Problem) -> Demands:
    """Everything that is asked of an assignment, in the order in which it is left out to see what clashes."""
    never = [Demand("never", int(team), int(position)) for position, team in np.argwhere(problem.never)]
    fixed = [Demand("fixed", int(problem.fixed[one]), one) for one in np.flatnonzero(problem.fixed >= 0).tolist()]
    balance = [BALANCE] if np.isfinite(problem.balance) else []
    return (*never, *fixed, *balance, TEAMS, CONNECTED)


def relaxed(problem: Problem, demands: Sequence[Demand]) -> Problem:
    """The problem with only these demands; "teams" cannot be left out of it, see ``possible``."""
    fixed = np.full(problem.n, -1)
    never = np.zeros_like(problem.never)
    for demand in demands:
        if demand.what == "fixed":
            fixed[demand.position] = demand.team
        elif demand.what == "never":
            never[demand.position, demand.team] = True
    return replace(
        problem,
        fixed=fixed,
        never=never,
        balance=problem.balance if BALANCE in demands else np.inf,
        anywhere=problem.anywhere if CONNECTED in demands else np.ones(problem.n, dtype=np.bool_),
    )


def possible(problem: Problem, demands: Sequence[Demand], left_s: Callable[[], float]) -> bool | None:
    """Whether some assignment meets these demands, the others left out; None where time or size leave it open."""
    one, teams = relaxed(problem, demands), TEAMS in demands
    if plain(one, teams=teams, connected=CONNECTED in demands):
        return False
    view = View(one, "compact", one.balance)
    if _tried(view, left_s):
        return True
    if np.isfinite(one.balance) and problem.n <= POSITIONS_AT_MOST:
        most = max(view.most(team) for team in range(view.k))
        sets = connected_sets(view, most, keep=None, at_most=SETS_AT_MOST, late=lambda: left_s() <= 0, empty=not teams)
        if sets is not None:
            these = columns(view, view.classes(), sets)
            ended = cheapest(these, np.zeros(len(these)), None, left_s, lambda _: None)
            if ended.how != "time":
                return ended.how == "optimal"
    if left_s() <= 0:
        return None
    how, _ = any_plan(view, teams=teams, time_s=left_s())
    return None if how == "time" else how == "found"


def _tried(view: View, left_s: Callable[[], float]) -> bool:
    """Whether a short search finds one."""
    chance = random.Random(0)
    for _ in range(3):
        masks = begin(view, chance, 10, lambda: left_s() <= 0) or loosely(view, chance, lambda: left_s() <= 0)
        if masks is None:
            return False
        one = Search(view, masks, chance, view.limit)
        for _ in range(30):
            if one.within:
                return not check(view.problem, team_of(one.masks, view.n))
            if left_s() <= 0:
                return False
            one.flips(lambda: left_s() <= 0)
            if not one.within:
                one.recombine(0.5)
    return False


def plain(problem: Problem, *, teams: bool = True, connected: bool = True) -> Demands:
    """Demands that clash for a reason that is seen at once; empty where none is."""
    if teams and problem.n < problem.k:
        return (TEAMS,)
    view = View(problem, "compact", problem.balance)
    found = _alone(problem, view) or (_apart(problem) if connected else ())
    found = found or _heavy(problem, view) or (_cut_off(problem, view) or _followed(problem, view) if connected else ())
    if connected and np.isfinite(problem.balance):
        found = found or _far(problem, view) or _pinched(problem, view)
    return found


def _alone(problem: Problem, view: View) -> Demands:
    """One position that no team can have."""
    most = np.array([view.most(team) for team in range(view.k)])
    for one in range(problem.n):
        must = int(problem.fixed[one])
        if must >= 0 and problem.never[one, must]:
            return (Demand("fixed", must, one), Demand("never", must, one))
        heavy = problem.load[one] > most
        own, bounds = Demand("load", -1, one), (Demand("load", -1, one), BALANCE)
        if heavy.all():
            return bounds
        if must >= 0 and heavy[must]:
            return (Demand("fixed", must, one), own, BALANCE)
        if (heavy | problem.never[one]).all():
            barred = tuple(Demand("never", team, one) for team in np.flatnonzero(~heavy).tolist())
            return (*barred, *bounds) if heavy.any() else barred
    return ()


def _apart(problem: Problem) -> Demands:
    """More separate grounds than teams; or one whose load no number of teams shares within the balance."""
    core = np.flatnonzero(~problem.anywhere)
    parts = components(problem.ties, core)
    if len(parts) > problem.k:
        return (CONNECTED,)
    even = bool((problem.strength == problem.strength[0]).all())
    if problem.anywhere.any() or not even or not np.isfinite(problem.balance) or not problem.load.sum() > 0:
        return ()
    target, off = float(problem.target[0]), problem.balance + 1e-7
    for part in parts if len(parts) > 1 else ():
        share = float(problem.load[list(part)].sum()) / target
        if not any(count * (1 - off) <= share <= count * (1 + off) for count in range(1, problem.k + 1)):
            return (CONNECTED, BALANCE)
    return ()


def _heavy(problem: Problem, view: View) -> Demands:
    """What a team must have is too much for it: the heaviest of it that are."""
    for team in range(problem.k):
        own = np.flatnonzero(problem.fixed == team)
        if len(own) and problem.load[own].sum() > view.most(team):
            own = own[np.argsort(-problem.load[own], kind="stable")]
            count = int(np.argmax(np.cumsum(problem.load[own]) > view.most(team))) + 1
            return (*(Demand("fixed", team, one) for one in sorted(own[:count].tolist())), BALANCE)
    return ()


def _cut_off(problem: Problem, view: View) -> Demands:
    """What a team must have cannot hang together without what it cannot have."""
    for team in range(problem.k):
        own = [one for one in np.flatnonzero(problem.fixed == team).tolist() if not problem.anywhere[one]]
        free = np.array([one for one in range(problem.n) if not (view.forbidden[team] | view.anywhere) >> one & 1])
        parts = components(problem.ties, free.astype(np.int64))
        holding = [part for part in parts if set(part) & set(own)]
        if len(holding) > 1:
            ends = [min(set(part) & set(own)) for part in holding[:2]]
            fixed = tuple(Demand("fixed", team, one) for one in sorted(ends))
            barred = [one for one in range(problem.n) if view.forbidden[team] >> one & 1]
            for one in tuple(barred):
                without = np.setdiff1d(np.arange(problem.n), [other for other in barred if other != one])
                without = without[~problem.anywhere[without]]
                if not any(set(ends) <= set(part) for part in components(problem.ties, without)):
                    barred.remove(one)
            return (*fixed, *_blocks(problem, team, barred), CONNECTED)
    return ()


def _followed(problem: Problem, view: View) -> Demands:
    """What follows from what is fixed and ruled out, one step after another: who has but one team left must go there,
    and a team that must have some cannot reach past what it cannot have."""
    may = [view.all & ~forbidden for forbidden in view.forbidden]
    must = list(view.must)
    before: list[int] = []
    while before != may + must:
        before = may + must
        once = twice = 0
        for mask in may:
            twice |= once & mask
            once |= mask
        alone = once & ~twice
        for team in range(view.k):
            must[team] |= alone & may[team]
            core = must[team] & ~view.anywhere
            if core:
                may[team] &= view.reached(core & -core, may[team] & ~view.anywhere) | view.anywhere
        if once != view.all or any(own & ~mask for own, mask in zip(must, may, strict=True)):
            return tuple(one for one in all_demands(problem) if one.what in ("fixed", "never", "connected"))
    return ()


def _pinched(problem: Problem, view: View) -> Demands:
    """A position whose absence leaves grounds apart (a cut vertex): the teams without it are within one of these each,
    and what so many cannot have there falls to its own team; or too few teams find room."""
    least = min(view.least(team) for team in range(view.k)) - view.load_of(view.anywhere)
    most = max(view.most(team) for team in range(view.k))
    if view.n > CUTS_AT_MOST or not most < np.inf:
        return ()
    for one in cut_vertices(view):
        left = view.all & ~view.anywhere & ~(1 << one)
        own, room = view.load[one], 1
        shares: list[float] = []
        while left:
            part = view.part(left)
            left &= ~part
            load, fits = view.load_of(part), part.bit_count()
            if least > 1e-9 * most:
                fits = min(fits, int(load / least * (1 + 1e-9)))
            room += fits
            own += load if part & view.near[one] else 0.0
            while fits > 0 and load > 0:
                shares.append(min(load, most))
                load -= shares[-1]
                fits -= 1
        own -= sum(sorted(shares, reverse=True)[: view.k - 1])
        if own > most * (1 + 1e-9) or (least > 1e-9 * most and room < view.k):
            return (CONNECTED, BALANCE)
    return ()


def cut_vertices(view: View) -> list[int]:
    """The positions whose absence leaves the ground around them in more parts (Tarjan 1972)."""
    depth, low, found = [-1] * view.n, [0] * view.n, set()
    for root in range(view.n):
        if depth[root] >= 0:
            continue
        depth[root] = 0
        children = 0
        stack = [(root, iter(bits(view.near[root])))]
        while stack:
            one, others = stack[-1]
            other = next(others, -1)
            if other >= 0 and depth[other] < 0:
                depth[other] = low[other] = depth[one] + 1
                stack.append((other, iter(bits(view.near[other]))))
            elif other >= 0:
                low[one] = min(low[one], depth[other])
            else:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    low[above] = min(low[above], low[one])
                    if above == root:
                        children += 1
                    elif low[one] >= depth[above]:
                        found.add(above)
        if children > 1:
            found.add(root)
    return sorted(found)


def _far(problem: Problem, view: View) -> Demands:
    """Two positions that a team must have, with more load on every way between them than it may have."""
    for team in range(problem.k):
        own = [one for one in np.flatnonzero(problem.fixed == team).tolist() if not problem.anywhere[one]]
        barred = [one for one in range(problem.n) if view.forbidden[team] >> one & 1]
        if len(own) < 2:
            continue
        for without in ([], barred):
            apart = _ways(problem, own, without)
            at = np.argwhere(apart > view.most(team) * (1 + 1e-12))
            if len(at):
                ends = sorted((own[int(at[0, 0])], own[int(at[0, 1])]))
                fixed = tuple(Demand("fixed", team, one) for one in ends)
                return (*fixed, *_blocks(problem, team, without), CONNECTED, BALANCE)
    return ()


def _ways(problem: Problem, ends: list[int], without: list[int]) -> Floats:
    """(e, e) the least load of any way between two of these positions, both ends included."""
    open_ = problem.ties.copy()
    open_[without] = False
    open_[:, without] = False
    rows, columns = np.nonzero(open_)
    # Half of each end's load to either side, and a grain so that no way is free.
    cost = (problem.load[rows] + problem.load[columns]) / 2 + 1e-12
    graph = csr_array((cost, (rows, columns)), shape=(problem.n, problem.n))
    apart = dijkstra(graph, directed=False, indices=ends)[:, ends]
    apart = apart + (problem.load[ends][:, None] + problem.load[ends][None]) / 2 - 1e-12 * problem.n
    np.fill_diagonal(apart, 0.0)
    return np.asarray(np.where(np.isinf(apart), 0.0, apart))


def _blocks(problem: Problem, team: int, barred: list[int]) -> Demands:
    """The demands that keep these positions from a team."""
    return tuple(
        Demand("fixed", int(problem.fixed[one]), one)
        if problem.fixed[one] >= 0 and not problem.never[one, team]
        else Demand("never", team, one)
        for one in barred
    )


def irreducible(problem: Problem, demands: Demands, left_s: Callable[[], float]) -> tuple[Demands, bool]:
    """As few of these clashing demands as still clash, and whether every one of them is known to be needed."""
    sure = True

    def without(kept: Demands, group: Demands) -> Demands:
        """``kept`` with as many of ``group`` left out as can be."""
        nonlocal sure
        rest = tuple(demand for demand in kept if demand not in group)
        answer = possible(problem, rest, left_s) if left_s() > 0 else None
        if answer is False:
            return rest
        if len(group) == 1:
            sure = sure and answer is True
            return kept
        half = len(group) // 2
        return without(without(kept, group[:half]), group[half:])

    kept = demands
    loads = tuple(demand for demand in demands if demand.what == "load")
    for kinds in (("never",), ("fixed",), ("balance",), ("teams",), ("connected",)):
        group = tuple(demand for demand in kept if demand.what in kinds)
        if group:
            kept = without(kept, group)
    # A load is no demand that could be left out: it is named where the balance it breaks is.
    kept = kept if BALANCE in kept else tuple(demand for demand in kept if demand not in loads)
    order = ("fixed", "never", "load", "balance", "teams", "connected")
    return tuple(sorted(kept, key=lambda one: (order.index(one.what), one.team, one.position))), sure
