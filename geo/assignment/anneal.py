"""Simulated annealing over moves and exchanges of single positions (Kirkpatrick and others 1983): for many positions.

Deviations beyond the limit cost little at first and much at last, so that teams can change shape on the way.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from geo.assignment.search import Search
from geo.assignment.teams import bits

EXCHANGES = 0.6
"""The part of the steps that try an exchange."""
SOFT, HARD = 1.0, 200.0
"""What the whole target beyond the limit costs at first and at last, in travels of an average team."""
A_LOOK = 2_000
"""Steps between looks at the clock and at what deviations cost."""


def anneal(
    one: Search,
    steps: int,
    hot: float,
    cold: float,
    late: Callable[[], bool],
    met: Callable[[int, int], None] | None = None,
) -> None:
    """Changes ``one``; temperatures are parts of an average team's travel. It may end beyond the limit.
    ``met`` hears of each team and set within the limit that it passes."""
    view, chance = one.view, one.chance
    n, masks, load = view.n, one.masks, one.load
    owner = [0] * n
    for team, mask in enumerate(masks):
        for position in bits(mask):
            owner[position] = team
    near = [bits(mask) for mask in view.near]
    mean = sum(view.travel(mask) for mask in masks) / view.k or 1.0
    moved = mean if view.goal == "least-change" else 0.0
    price = [0.0] * view.k
    strict = mean
    heat = hot * mean
    for step in range(steps):
        if step % A_LOOK == 0:
            if late():
                break
            part = step / steps
            heat = mean * hot * (cold / hot) ** part
            strict = mean * (SOFT + (HARD - SOFT) * part)
            for team in range(view.k):
                price[team] = view.travel(masks[team]) + one.over(team, load[team]) * strict
                if moved:
                    price[team] += moved * view.changes(team, masks[team])
        position = int(chance.random() * n)
        others = near[position]
        if not others:
            continue
        team, other = owner[position], owner[others[int(chance.random() * len(others))]]
        if other == team or (view.forbidden[other] | view.must[team]) >> position & 1:
            continue
        own, theirs = masks[team] & ~(1 << position), masks[other] | 1 << position
        less, more = load[team] - view.load[position], load[other] + view.load[position]
        back = -1
        if chance.random() < EXCHANGES:
            options = bits(masks[other])
            back = options[int(chance.random() * len(options))]
            if (own and not view.near[back] & own) or (view.forbidden[team] | view.must[other]) >> back & 1:
                continue
            own, theirs = own | 1 << back, theirs & ~(1 << back)
            less, more = less + view.load[back], more - view.load[back]
        if not own:
            continue
        new = one.over(team, less) * strict
        new_other = one.over(other, more) * strict
        if moved:
            new += moved * view.changes(team, own)
            new_other += moved * view.changes(other, theirs)
        allowed = price[team] + price[other] - heat * math.log(1.0 - chance.random())
        if new + new_other >= allowed:
            continue
        new += view.travel(own)
        new_other += view.travel(theirs)
        if new + new_other < allowed and view.connected(own) and view.connected(theirs):
            masks[team], masks[other], load[team], load[other] = own, theirs, less, more
            price[team], price[other] = new, new_other
            owner[position] = other
            if back >= 0:
                owner[back] = team
            if met is not None:
                if one.over(team, less) == 0:
                    met(team, own)
                if one.over(other, more) == 0:
                    met(other, theirs)
    one.load[:] = [view.load_of(mask) for mask in masks]
    one.press(one.limit)
