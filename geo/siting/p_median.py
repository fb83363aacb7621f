"""The least total of weight times cost to the nearest of the existing and at most n new sites (Hakimi 1964).

A greedy start with exchanges, from several beginnings; prices that bound the total from below and rule candidates out;
a linear program over the candidates alone, cut by cut; and HiGHS on the candidates that are left.
"""

from __future__ import annotations

import numpy as np

from geo.errors import GongtuError
from geo.siting import swap
from geo.siting.branch import Tree
from geo.siting.cuts import Cuts, Levels
from geo.siting.highs import solve_linear, solve_whole
from geo.siting.pairs import Pairs, of_open
from geo.siting.prices import Priced, ascend, priced, ruled_out
from geo.siting.problem import Floats
from geo.siting.search import Search

STARTS = 4
STEPS = 250
"""Of the prices' ascent."""
ROUNDS = 40
"""Linear programs at most."""
CUTS_A_ROW = 5
"""More than so many on average, and those that do not hold go."""
BRANCHED_AT_MOST = 15
"""Sites to choose. With few, linear programs say little and branching ends soon; with many it is the other way."""


class Median:
    """What is left of the search: the pairs that can still matter, how many may be chosen, which are fixed."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.pairs = of_open(search.open)
        self.n = search.open.n
        self.fixed: list[int] = []
        self.price: Floats = np.zeros(0)

    def heuristic(self, start: tuple[int, ...]) -> None:
        search = self.search
        begin = np.flatnonzero(np.isin(self.pairs.site, start)).tolist()
        ends = search.seconds + search.left_s / 3
        for columns in swap.answers(self.pairs, self.n, STARTS, lambda: search.seconds > ends, begin):
            self.offer(columns, "heuristic")
            self.best = columns

    def offer(self, columns: list[int], stage: str) -> None:
        self.search.found([*self.fixed, *self.pairs.site[columns].tolist()], stage)

    def improve(self, columns: list[int], stage: str) -> list[int]:
        """Offers what exchanges make of these columns, and gives it."""
        better = swap.exchange(swap.Chosen(self.pairs, columns), lambda: self.search.late).columns
        self.offer(better, stage)
        return better

    def first_prices(self) -> None:
        """Prices from the best answer known, made better step by step."""
        search, known = self.search, swap.Chosen(self.pairs, self.best)
        price = np.minimum(0.5 * (known.least + known.second), self.pairs.base)
        price = np.where(self.pairs.weight > 0, price, 0.0)
        aim = search.worth if np.isfinite(search.worth) else known.worth
        found = ascend(self.pairs, self.n, price, lambda: aim, STEPS, lambda: search.late)
        self.improve(_top(found.bring, self.n), "bound")
        self.take(found, "bound")

    def take(self, found: Priced, stage: str) -> bool:
        """Takes a bound; whether it rules candidates out, which are then gone."""
        search = self.search
        self.price = found.price
        search.bounded(found.bound, stage)
        if search.done:
            return False
        out, always = ruled_out(found, self.n, search.need)
        if not (out | always).any():
            return False
        self.fixed += self.pairs.site[always].tolist()
        base = self.pairs.base_with(np.flatnonzero(always))
        self.n -= int(always.sum())
        pairs = self.pairs
        self.pairs = pairs.keep(np.ones(len(pairs.row), dtype=bool), ~(out | always), base)
        self.price = np.minimum(self.price, base)
        return True

    def linear(self) -> Cuts | None:
        """The linear program, cut by cut, while it still says more; the cuts that hold at its end."""
        search = self.search
        levels = Levels(self.pairs, self.n)
        cuts = levels.around(self.price)
        said_before, since = -np.inf, 0
        for _ in range(ROUNDS):
            if search.late or search.done or not len(levels.active) or not self.n:
                break
            ended = solve_linear(levels.program(cuts, whole=False), search.left_s)
            if ended.x is None or ended.price is None:
                break
            x = ended.x[: self.pairs.columns]
            self.improve(_top(x, self.n), "bound")
            before = self.pairs.columns
            changed = self.take(priced(self.pairs, levels.prices(cuts, ended.price), self.n), "bound")
            if search.done:
                break
            deeper, said = levels.deepest(x)
            known = ended.x[before:] * levels.scale
            more = said > known + 1e-7 * levels.scale
            # As long as the program says a good part more of what is missing.
            says = levels.total(ended.bound)
            since = 0 if says > said_before + 0.02 * abs(search.worth - says) else since + 1
            said_before = max(said_before, says)
            if len(cuts.row) > CUTS_A_ROW * len(levels.active):
                tight = ended.price[: len(cuts.row)] > 1e-9
                cuts = Cuts(cuts.row[tight], cuts.rank[tight])
            cuts = cuts.plus(Cuts(deeper.row[more], deeper.rank[more]))
            if changed:
                smaller = Levels(self.pairs, self.n)
                levels, cuts = smaller, smaller.at(cuts.row, levels.depth(cuts))
            if not (more.any() or changed) or since >= 3:
                break
        return cuts

    def whole(self, cuts: Cuts) -> None:
        """Branches where few sites are to be chosen; else HiGHS, cut again where its answer costs more than it says."""
        search = self.search
        if self.n <= BRANCHED_AT_MOST:
            Tree(search, self.pairs, self.n, self.fixed, priced(self.pairs, self.price, self.n)).grow()
            return
        levels = Levels(self.pairs, self.n)
        while not search.late and not search.done:
            search.say("search")
            ended = solve_whole(levels.program(cuts, whole=True), search.left_s)
            if ended.how == "infeasible":
                search.finished("search")
                return
            # Nothing that was ruled out beats the best known.
            search.bounded(min(search.worth, levels.total(ended.bound)), "search")
            if ended.x is None:
                return
            x = ended.x[: self.pairs.columns]
            self.improve(np.flatnonzero(x > 0.5).tolist(), "search")
            deeper, said = levels.deepest(x)
            more = said > ended.x[self.pairs.columns :] * levels.scale + 1e-9 * levels.scale
            if not more.any():
                return
            cuts = cuts.plus(Cuts(deeper.row[more], deeper.rank[more]))
            if self.take(priced(self.pairs, self.price, self.n), "search"):
                smaller = Levels(self.pairs, self.n)
                levels, cuts = smaller, smaller.at(cuts.row, levels.depth(cuts))


def p_median(search: Search, start: tuple[int, ...]) -> None:
    """Searches until proven or late. GongtuError where no choice of so many reaches all who must be reached."""
    median = Median(search)
    pairs = median.pairs
    reach = np.isfinite(pairs.base)
    reach[pairs.row] = True
    if not reach.all():
        raise GongtuError("siting.out_of_reach", count=int((~reach).sum()))
    search.found((), "heuristic")
    search.bounded(_each_at_best(pairs), "bound")
    if median.n >= pairs.columns:
        search.found(pairs.site, "heuristic")
        search.finished("bound")
    if search.done or median.n == 0:
        search.finished("bound")
    else:
        median.heuristic(start)
        if not (search.late or search.done):
            median.first_prices()
        cuts = None if search.late or search.done else median.linear()
        if cuts is not None and not (search.late or search.done):
            if median.n == 0 or not len(median.pairs.row):
                median.offer([], "bound")
                search.finished("bound")
            else:
                median.whole(cuts)
    if not np.isfinite(search.worth):
        raise GongtuError("siting.not_found" if search.late else "siting.infeasible", n=search.open.n)


def _top(numbers: Floats, n: int) -> list[int]:
    """The places of the n largest, the first of equals."""
    return [int(place) for place in np.argsort(-numbers, kind="stable")[:n]]


def _each_at_best(pairs: Pairs) -> float:
    """The total if every row had the candidate it likes best."""
    least = pairs.base.copy()
    np.minimum.at(least, pairs.row, pairs.cost)
    return float(pairs.weight @ least)
