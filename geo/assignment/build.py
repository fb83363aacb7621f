"""A first assignment: seeds far apart, grown evenly. It keeps what is fixed, never and connected, or says it cannot."""

from __future__ import annotations

import random

from geo.assignment.teams import View, bits


def build(view: View, chance: random.Random, *, present: bool = False) -> list[int] | None:
    """A set for each team, all positions given, every team with one, grounds connected, fixed and never kept; None
    where these seeds lead nowhere (which proves nothing). ``present``: begun from what teams have now."""
    masks = _joined(view, chance)
    if masks is None:
        return None
    if present:
        _kept(view, masks)
    left = view.all & ~view.anywhere
    for mask in masks:
        left &= ~mask
    left = _seeded(view, masks, left, chance)
    left = _grown(view, masks, left)
    if left:
        return None
    return masks if give_anywhere(view, masks) and _none_empty(view, masks) else None


def _joined(view: View, chance: random.Random) -> list[int] | None:
    """What each team must have, joined by shortest ways through positions that nobody else must have."""
    masks = list(view.must)
    taken = 0
    for mask in masks:
        taken |= mask
    order = [team for team in range(view.k) if masks[team] & ~view.anywhere]
    chance.shuffle(order)
    for team in order:
        while not view.connected(masks[team]):
            core = masks[team] & ~view.anywhere
            start = view.part(core)
            free = view.all & ~view.anywhere & ~view.forbidden[team] & ~(taken & ~masks[team])
            way = _way(view, start, core & ~start, free, chance)
            if way is None:
                return None
            masks[team] |= way
            taken |= way
    return masks


def _kept(view: View, masks: list[int]) -> None:
    """Adds to each team what it has now and hangs together with what it must have, or the largest part of it."""
    taken = 0
    for mask in masks:
        taken |= mask
    for team in range(view.k):
        free = (view.present[team] & ~view.anywhere & ~view.forbidden[team] & ~taken) | masks[team] & ~view.anywhere
        parts = []
        while free:
            parts.append(view.part(free))
            free &= ~parts[-1]
        core = masks[team] & ~view.anywhere
        parts = [part for part in parts if not core or part & core]
        if parts:
            masks[team] |= max(parts, key=lambda part: (part.bit_count(), -part))
        taken |= masks[team]


def _way(view: View, start: int, ends: int, free: int, chance: random.Random) -> int | None:
    """The positions of a shortest way from one set to another through ``free``."""
    came: dict[int, int] = {}
    edge, seen = bits(start), start
    while edge:
        chance.shuffle(edge)
        later = []
        for one in edge:
            for other in bits(view.near[one] & free & ~seen):
                seen |= 1 << other
                came[other] = one
                later.append(other)
                if ends >> other & 1:
                    found = 0
                    while other in came:
                        found |= 1 << other
                        other = came[other]
                    return found
        edge = later
    return None


def _seeded(view: View, masks: list[int], left: int, chance: random.Random) -> int:
    """Gives every team without ground one position, first where nobody is; what is left then."""
    metres = view.problem.metres
    order = [team for team in range(view.k) if not masks[team] & ~view.anywhere]
    chance.shuffle(order)
    order.sort(key=lambda team: -view.forbidden[team].bit_count())
    whole = view.all & ~view.anywhere
    parts = []
    while whole:
        parts.append(view.part(whole))
        whole &= ~parts[-1]
    seeds = [bits(mask & ~view.anywhere)[0] for mask in masks if mask & ~view.anywhere]
    count = [sum(seed in bits(part) for seed in seeds) for part in parts]
    size = [view.load_of(part) + 1e-9 * part.bit_count() for part in parts]
    for team in order:
        may = [one for one, part in enumerate(parts) if part & left & ~view.forbidden[team]]
        if not may:
            continue
        where = max(may, key=lambda one: (count[one] == 0, size[one] / (count[one] + 1)))
        options = bits(parts[where] & left & ~view.forbidden[team])
        if seeds:
            options.sort(key=lambda one: -min(metres[one, seed] for seed in seeds))
            options = options[: max(1, len(options) // 4)]
        seed = chance.choice(options)
        seeds.append(seed)
        masks[team] |= 1 << seed
        left &= ~(1 << seed)
        count[where] += 1
    return left


def _grown(view: View, masks: list[int], left: int) -> int:
    """Gives what is left to the least laden team that borders it, one after another; what nobody could take."""
    metres = view.problem.metres
    load = [view.load_of(mask) for mask in masks]
    border = [view.border(mask) & ~view.forbidden[team] for team, mask in enumerate(masks)]
    hub = [bits(mask & ~view.anywhere)[0] if mask & ~view.anywhere else 0 for mask in masks]
    scale = [target or 1.0 for target in view.target]
    while left:
        may = [team for team in range(view.k) if border[team] & left]
        if not may:
            return left
        team = min(may, key=lambda one: (load[one] / scale[one], masks[one].bit_count()))
        one = min(bits(border[team] & left), key=lambda other: (metres[hub[team], other], other))
        masks[team] |= 1 << one
        left &= ~(1 << one)
        load[team] += view.load[one]
        border[team] |= view.near[one] & ~view.forbidden[team]
    return 0


def give_anywhere(view: View, masks: list[int]) -> bool:
    """Gives those that may be anywhere: first to teams with nothing, then to the least laden; whether it could."""
    load = [view.load_of(mask) for mask in masks]
    free = view.anywhere
    for mask in masks:
        free &= ~mask
    for one in sorted(bits(free), key=lambda other: -view.load[other]):
        may = [team for team in range(view.k) if not view.forbidden[team] >> one & 1]
        if not may:
            return False
        team = min(may, key=lambda other: (masks[other] != 0, load[other] / (view.target[other] or 1.0)))
        masks[team] |= 1 << one
        load[team] += view.load[one]
    return True


def _none_empty(view: View, masks: list[int]) -> bool:
    """Takes a position that can be spared for every team with nothing."""
    for team in range(view.k):
        if masks[team]:
            continue
        for giver in sorted(range(view.k), key=lambda one: -masks[one].bit_count()):
            spare = [
                one
                for one in bits(masks[giver] & ~view.forbidden[team] & ~view.must[giver])
                if masks[giver] != 1 << one and view.connected(masks[giver] & ~(1 << one))
            ]
            if spare:
                masks[team] = 1 << spare[0]
                masks[giver] &= ~masks[team]
                break
        else:
            return False
    return True
