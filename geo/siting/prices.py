"""Bounds from prices: what the rows pay at most for being served says how little any n sites can cost.

With a price for each row, at most its base, no n columns cost less than ``sum(weight * price)`` less the n largest
sums of ``weight * (price - cost)`` over the rows whose price is above the column's cost (the Lagrangian dual of the
p-median: Cornuejols, Fisher and Nemhauser 1977). That holds for any such prices: a bound is never wrong because prices
are poor or rounded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geo.siting.pairs import Pairs
from geo.siting.problem import Bools, Floats, add_up

HALVE_AFTER = 12
"""Steps without a better bound before steps become half as long."""


@dataclass(frozen=True, eq=False)
class Priced:
    """``bound`` of the prices, and what each column (k,) brings by them."""

    price: Floats
    bound: float
    bring: Floats


def priced(pairs: Pairs, price: Floats, n: int) -> Priced:
    over = price[pairs.row] - pairs.cost
    bring = add_up(pairs.column, np.maximum(over, 0.0) * pairs.weight[pairs.row], pairs.columns)
    return Priced(price, float(pairs.weight @ price) - float(_largest(bring, n).sum()), bring)


def ascend(
    pairs: Pairs, n: int, price: Floats, aim: Callable[[], float], steps: int, late: Callable[[], bool]
) -> Priced:
    """Better prices, from these, by subgradient steps towards ``aim``, the least total known."""
    first = np.minimum(pairs.base, _least_cost(pairs))
    limit = np.maximum(np.maximum(price * 2, price.mean()), first)
    near = pairs.keep(pairs.cost < limit[pairs.row], np.ones(pairs.columns, dtype=bool), pairs.base)
    most = np.minimum(pairs.base, limit)
    best = priced(near, np.clip(price, first, most), n)
    price, length, since = best.price, 1.0, 0
    turn = np.zeros(pairs.rows)
    for _ in range(steps):
        if late() or length < 1e-3:
            break
        over = price[near.row] - near.cost
        pays = over > 0
        row, column = near.row[pays], near.column[pays]
        bring = add_up(column, near.weight[row] * over[pays], near.columns)
        top = np.argpartition(-bring, n - 1)[:n] if n < near.columns else np.arange(near.columns)
        bound = float(near.weight @ price) - float(bring[top].sum())
        since += 1
        if bound > best.bound:
            if bound - best.bound > 1e-5 * abs(bound):
                since = 0
            best = Priced(price, bound, bring)
        if since >= HALVE_AFTER:
            length, since, price = length / 2, 0, best.price
            turn[:] = 0
            continue
        chosen = np.zeros(near.columns, dtype=bool)
        chosen[top] = True
        slope = 1.0 - np.bincount(row[chosen[column]], minlength=near.rows)
        slope[(slope > 0) & (price >= most)] = 0
        turn = 0.7 * slope + 0.3 * turn
        size = float((near.weight * turn**2).sum())
        if size <= 0:
            break
        goal = aim()
        ahead = max(goal - bound, 1e-6 * abs(bound)) if np.isfinite(goal) else 0.1 * abs(bound)
        price = np.clip(price + length * ahead / size * turn, first, most)
    return priced(pairs, best.price, n)


def ruled_out(found: Priced, n: int, need: float) -> tuple[Bools, Bools]:
    """The columns (k,) that no answer of at most ``need`` has, and those that each has."""
    count = len(found.bring)
    chosen, out = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    if n >= count or n == 0:
        return out, chosen
    order = np.argsort(-found.bring, kind="stable")
    chosen[order[:n]] = True
    last, following = found.bring[order[n - 1]], found.bring[order[n]]
    out = ~chosen & (found.bound + last - found.bring > need)
    always = chosen & (found.bound + found.bring - following > need)
    return out, always


def _least_cost(pairs: Pairs) -> Floats:
    least = np.full(pairs.rows, np.inf)
    np.minimum.at(least, pairs.row, pairs.cost)
    return least


def _largest(numbers: Floats, n: int) -> Floats:
    return numbers if n >= len(numbers) else np.partition(numbers, len(numbers) - n)[len(numbers) - n :]
