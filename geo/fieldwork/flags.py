"""Published plans that no longer hang together since the boundaries moved, or would not if they did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.assignment.problem import components
from geo.district import District
from geo.fieldwork.campaign import Campaign, campaigns
from geo.fieldwork.ground import Ground, Shapes, ground
from geo.intake.plan import Plan as Import
from geo.storage import Store
from geo.storage.assignments import Published

TOLD_AT_MOST = 8
"""Teams that one note names."""
APART = " | "
"""Between the pieces of a ground, in any language."""


@dataclass(frozen=True)
class Flag:
    """``teams``: ids of the teams whose ground hung together when version ``number`` was published, and does not now;
    ``parts``: for each of them the positions in each piece, the largest piece first. A position that was deleted
    since, or has no known ground, is in no piece.
    """

    campaign: Campaign
    number: int
    teams: tuple[str, ...]
    parts: tuple[tuple[tuple[str, ...], ...], ...]

    def said(self, district: District) -> dict[str, object]:
        """What fills a message about it, names as the records have them: ``campaign``, ``number``, ``teams``."""
        names = dict(zip(district.positions["id"], district.positions["name"], strict=True))
        teams = {team.id: team.name for team in self.campaign.teams}
        told = [
            f"{teams.get(team, team)}（{APART.join('、'.join(names.get(one, one) for one in part) for part in parts)}）"
            for team, parts in zip(self.teams, self.parts, strict=True)
        ]
        whole = "；".join(told[:TOLD_AT_MOST]) + " …" * (len(told) > TOLD_AT_MOST)
        return {"campaign": self.campaign.name, "number": self.number, "teams": whole}


def flagged(
    district: District, campaigns: Iterable[Campaign], published: Iterable[Published], shapes: Shapes | None = None
) -> list[Flag]:
    """Of ``published``, those of campaigns that are not closed with a team that the present boundaries split, in their
    order. ``shapes`` are the regions as they might be (``ground``).
    """
    open_ones = {one.id: one for one in campaigns if one.closed_at is None}
    found = []
    for version in published:
        if version.campaign not in open_ones:
            continue
        split = _split(district, version, shapes)
        if split:
            flag = Flag(open_ones[version.campaign], version.number, tuple(split), tuple(split.values()))
            found.append(flag)
    return found


def _split(district: District, version: Published, shapes: Shapes | None) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The pieces, now, of each team that was in one when this was published."""
    members: dict[str, list[str]] = defaultdict(list)
    for field, team in sorted(version.fields.items()):
        kind, _, position = field.partition(".")
        if kind == "where":
            members[team].append(position)
    ids = [position for those in members.values() for position in those]
    now, before = ground(district, ids, shapes), _ties(ids, version.grounds)
    place = {one: index for index, one in enumerate(ids)}
    free = set(version.grounds.get("anywhere", ()))
    split = {}
    for team, those in members.items():
        held = components(before, np.array([place[one] for one in those if one not in free], dtype=np.int64))
        parts = _parts(now, [place[one] for one in those])
        if len(held) <= 1 < len(parts):
            split[team] = tuple(tuple(ids[at] for at in part) for part in parts)
    return split


def _ties(ids: Sequence[str], grounds: Mapping[str, object]) -> NDArray[np.bool_]:
    """Which of the positions hung together then (n, n)."""
    place = {one: index for index, one in enumerate(ids)}
    ties = np.zeros((len(ids), len(ids)), dtype=bool)
    edges = grounds.get("edges", ())
    for a, b in edges if isinstance(edges, list | tuple) else ():
        if a in place and b in place:
            ties[place[a], place[b]] = ties[place[b], place[a]] = True
    return ties


def _parts(now: Ground, members: list[int]) -> list[tuple[int, ...]]:
    return components(now.neighbours, np.array([at for at in members if not now.anywhere[at]], dtype=np.int64))


def open_flags(district: District, store: Store, shapes: Shapes | None = None) -> list[Flag]:
    """The flags of the last published version of each campaign that is not closed."""
    those = [one for one in campaigns(district, store) if one.closed_at is None]
    last = (store.assignments.published(one.id) for one in those)
    return flagged(district, those, [one for one in last if one is not None], shapes)


def noted(made: Import, district: District, store: Store) -> Import:
    """The plan of an import with a note on each published plan that it would split. What is split already, the doctor
    and the page of the teams tell.
    """
    if made.asked.kind != "boundaries":
        return made
    now = {(flag.campaign.id, flag.number): flag.parts for flag in open_flags(district, store)}
    flags = [
        flag
        for flag in open_flags(district, store, _after(made, district))
        if now.get((flag.campaign.id, flag.number)) != flag.parts
    ]
    return replace(made, notes=(*made.notes, *(("plan.note_teams", flag.said(district)) for flag in flags)))


def _after(made: Import, district: District) -> Shapes:
    """The regions on the plane as the import would leave them."""
    shapes: Shapes = district.regions_m.geometry.to_numpy().copy()
    written = made.rows[made.rows["writes"] != ""]
    place = {str(code): index for index, code in enumerate(district.regions["code"])}

    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(district.plane.project(*points.T))

    for code, shape in zip(written["id"], written["geometry"], strict=True):
        if code in place:
            shapes[place[code]] = shapely.transform(shape, project)
    return shapes
