"""A lower bound of all travel, and prices that rule sets out: every position pays its price, every hub takes what pays.

Lagrangian relaxation of "each position once" in the p-median with loads between two limits (Geoffrion 1974); what a hub
takes is a knapsack without wholeness. Neighbours are left out of it, so that it holds for any ground.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geo.assignment.problem import Bools, Floats
from geo.assignment.teams import View


@dataclass(frozen=True, eq=False)
class Priced:
    """``bound``: no plan travels less. ``price`` (n,). ``gain`` (h,): the least that each hub's set can come to,
    ascending."""

    bound: float
    price: Floats
    gain: Floats

    def budget(self, view: View, upper: float) -> float:
        """What a set may come to, travel less prices, in a plan that travels at most ``upper``."""
        return upper - float(self.price.sum()) - float(self.gain[: view.k - 1].sum())


def priced(view: View, upper: float, steps: int, late: Callable[[], bool]) -> Priced:
    """The best bound of so many steps. ``upper``: a known plan's travel, inf where there is none."""
    cost = hub_costs(view)
    load = np.array(view.load)
    least = min(view.least(team) for team in range(view.k))
    most = max(view.most(team) for team in range(view.k))
    metres = view.problem.metres
    near = np.sort(metres, axis=1)[:, 1 : 2 + view.n // view.k] if view.n > 1 else np.zeros((view.n, 1))
    price = near.mean(axis=1) if near.size else np.zeros(view.n)
    best: Priced | None = None
    stretch, worse = 1.0, 0
    for _ in range(steps):
        gain, takes = _gains(cost - price, load, least, most, view.k)
        order = np.argsort(gain, kind="stable")[: view.k]
        bound = float(price.sum() + gain[order].sum())
        if best is None or bound > best.bound:
            better = best is None or bound > best.bound + 1e-4 * abs(best.bound)
            best = Priced(bound, price, np.sort(gain))
            worse = 0 if better else worse + 1
        else:
            worse += 1
        if worse >= 12:
            stretch, worse = stretch / 2, 0
        slope = 1.0 - takes[order].sum(axis=0)
        length = float(slope @ slope)
        aim = upper if np.isfinite(upper) else best.bound + 0.1 * abs(best.bound) + 1.0
        if length < 1e-12 or stretch < 1e-3 or late() or aim - best.bound <= 1e-9 * abs(aim):
            break
        price = price + stretch * max(aim - bound, 1e-9) / length * slope
    assert best is not None
    return best


def hub_costs(view: View) -> Floats:
    """(h, n) metres from each hub; the last k rows, where places are unknown, are teams without a hub, which can have
    only those."""
    placed = view.problem.placed
    cost = view.problem.metres[placed]
    if placed.all():
        return np.asarray(cost)
    nowhere = np.where(placed, np.inf, 0.0)
    return np.vstack((cost, np.repeat(nowhere[None], view.k, axis=0)))


def _gains(cost: Floats, load: Floats, least: float, most: float, k: int) -> tuple[Floats, Floats]:
    """What each hub's best set comes to (h,), and the part of each position in it (h, n)."""
    finite = np.isfinite(cost)
    light = load <= 0
    rate = np.where(finite, cost, np.inf) / np.where(light, 1.0, load)
    rate = np.where(light, np.where(cost < 0, -np.inf, np.inf), rate)
    order = np.argsort(rate, axis=1, kind="stable")
    sorted_load = np.where(np.take_along_axis(finite, order, axis=1), load[order], 0.0)
    sorted_cost = np.where(np.take_along_axis(finite, order, axis=1), np.take_along_axis(cost, order, axis=1), 0.0)
    pays = sorted_cost < 0
    paying = (sorted_load * pays).sum(axis=1)
    room = np.maximum(np.minimum(paying, most), max(least, 0.0))
    before = np.cumsum(sorted_load, axis=1) - sorted_load
    part = np.clip((room[:, None] - before) / np.where(sorted_load > 0, sorted_load, 1.0), 0.0, 1.0)
    part = np.where(sorted_load > 0, part, pays)
    takes = np.zeros_like(cost)
    np.put_along_axis(takes, order, part, axis=1)
    gain = (np.where(finite, cost, 0.0) * takes).sum(axis=1)
    return gain, takes


def keeper(view: View, found: Priced, upper: float) -> Callable[[Floats], Bools]:
    """Which sets (c, n) of ones and zeros can be part of one in a plan that travels at most ``upper``, whatever is
    added to them."""
    reduced = hub_costs(view) - found.price
    reduced = np.where(np.isfinite(reduced), reduced, 1e15)
    added = np.minimum(reduced, 0.0)
    base = added.sum(axis=1)
    difference = (reduced - added).T
    budget = found.budget(view, upper) + 1e-6 * max(abs(upper), 1.0)

    def keep(members: Floats) -> Bools:
        return np.asarray((members @ difference + base).min(axis=1) <= budget)

    return keep
