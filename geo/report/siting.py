"""The report of new sites: what each adds, who is served before and after, how good the choice is known to be."""

from __future__ import annotations

import math
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from geo.coverage import NO_REGION, TOTAL
from geo.district import District
from geo.i18n import Language, translate
from geo.planner.candidates import named
from geo.planner.coverage import Answer, uncovered
from geo.planner.outcome import Outcome
from geo.planner.plan import Plan, Site
from geo.planner.privacy import AT_LEAST, public_change
from geo.report import asked
from geo.report.content import (
    WITHHELD,
    Block,
    Cell,
    Column,
    Curve,
    Figure,
    Figures,
    Grid,
    Heading,
    Kind,
    Pairs,
    Report,
    Spot,
    Words,
    shown,
)
from geo.report.coverage import cell, cover, coverage_map, enterprise_grid, number
from geo.storage.scenarios import Scenario
from geo.text import clean
from geo.words import Say

CHANGED_AT_MOST = 60


def siting_report(
    district: District,
    found: Outcome,
    plan: Plan,
    *,
    scenario: Scenario | None,
    public: bool,
    language: Language,
    printed: datetime,
) -> Report:
    """The report of what ``found`` says of a plan's sites. ``public``: without names of enterprises, and without counts
    that the public may not see, nor what would give them away.
    """
    say: Say = partial(translate, language=language)
    rows = changed_rows(found, public)
    areas = uncovered(district, found.after.measured.sites, found.after.question.reach.within_m)
    proof = scenario.proof if scenario else None
    blocks: list[Block] = [
        Pairs(
            (
                *_scenario(district, scenario, say),
                *asked.asked(found.before, say, language),
                *_plan(district, plan, say, language),
            ),
            True,
        ),
        _headline(found, rows, public, say),
        Words((_proof_words(plan, found, proof, say),)),
        Heading(say("report_file.map_after")),
        coverage_map(district, found.after, rows[1], areas, say, language, new=_spots(district, found)),
        Heading(say("report_file.sites_title")),
        _sites(district, found, public, say, language),
        Heading(say("report_file.before_after")),
        _regions(district, found, rows, say, language),
        *_curve(plan, found, proof, public, say),
        Heading(say("report_file.changed")),
        *_changed(district, found, rows, public, say, language),
        Heading(say("report_file.method")),
        Pairs((*_method(plan, say), *asked.method(found.before, district, say, language))),
        Words((say("report_file.private", least=AT_LEAST),), small=True) if public else Words(()),
        Heading(say("report_file.grounds")),
        Pairs(tuple(asked.grounds(district, _frames(district, found.before), say, language))),
        Words((say("report_file.caveat_sites"),), small=True),
    ]
    title, below = say("report_file.siting"), asked.subtitle(found.before, say)
    if scenario:
        below = f"{clean(scenario.name)} · {below}"
    return cover(district, found.before, title, blocks, language, printed, name="plan", subtitle=below)


def _frames(district: District, before: Answer) -> tuple[pd.DataFrame, pd.DataFrame]:
    return district.enterprises, district.facilities.iloc[before.measured.sites.rows]


def changed_rows(found: Outcome, public: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows before and after as whoever reads the report may see them together."""
    return public_change(found) if public else (found.before.rows, found.after.rows)


def _less(whole: Cell, part: Cell) -> Cell:
    """A number less another; withheld where either is."""
    if isinstance(whole, float) and isinstance(part, float):
        return whole - part
    return WITHHELD


def few_changed(found: Outcome, public: bool) -> bool:
    """Whether so few are newly served that the sums over all would tell of single ones."""
    return public and 0 < len(found.changed) < AT_LEAST


def _scenario(district: District, scenario: Scenario | None, say: Say) -> list[tuple[str, str]]:
    if scenario is None:
        return []
    zone = ZoneInfo(district.about["time_zone"])
    rows = [
        (say("report_file.scenario"), clean(scenario.name)),
        (say("report_file.made"), f"{scenario.created_at.astimezone(zone):%Y-%m-%d %H:%M}"),
    ]
    if scenario.adopted_at:
        rows.append((say("report_file.adopted"), f"{scenario.adopted_at.astimezone(zone):%Y-%m-%d %H:%M}"))
    if outdated(district, scenario):
        rows.append((say("report_file.revised"), say("report_file.revised_text")))
    if scenario.notes:
        rows.append((say("report_file.notes"), clean(" ".join(scenario.notes.split()))))
    return rows


def outdated(district: District, scenario: Scenario) -> bool:
    """Whether the data have changed since the scenario was saved: its proof holds for what they were then."""
    return bool(scenario.grounds.get("revision", district.revision) != district.revision)


def _plan(district: District, plan: Plan, say: Say, language: Language) -> list[tuple[str, str]]:
    rows = [
        (say("report_file.goal"), say(f"report_file.goal_{plan.goal}")),
        (say("report_file.source"), say(f"report_file.source_{plan.source}", metres=f"{plan.cell_m:,}")),
    ]
    if plan.capacity is not None:
        rows.append((say("report_file.capacity"), f"{plan.capacity:,g}"))
    for name, ids in (("forced", plan.forced), ("barred", plan.barred)):
        if ids:
            known = named(district, (Site(id_, "", 0.0, 0.0) for id_ in ids), language=language)
            rows.append((say(f"report_file.{name}"), say("export.and").join(clean(site.name) for site in known)))
    return rows


def _headline(found: Outcome, rows: tuple[pd.DataFrame, pd.DataFrame], public: bool, say: Say) -> Figures:
    before = found.before
    unit = say(f"report_file.unit_{before.question.who.measure}")
    was, now = cell(before, rows[0], TOTAL, "served"), cell(found.after, rows[1], TOTAL, "served")
    more = _less(now, was)

    def per_head(total: float) -> float:
        metres = before.measured.nearest.metres[:, 0]
        counted = np.isfinite(before.demand.x) & (before.weight > 0)
        weight = float(before.weight[counted].sum())
        return total / weight if weight and metres.size else float("nan")

    distances = (
        Figure(
            say("report_file.mean"),
            shown(per_head(found.total_after_m), "metres", say),
            say("report_file.was", value=shown(per_head(found.total_before_m), "metres", say)),
        ),
        Figure(
            say("report_file.worst"),
            shown(found.worst_after_m, "metres", say),
            say("report_file.was", value=shown(found.worst_before_m, "metres", say)),
        ),
    )
    return Figures(
        (
            Figure(say("report_file.new_sites"), f"{len(found.sites)}", say("report_file.new_sites_short")),
            Figure(
                say("report_file.served_after"),
                f"{shown(now, 'count', say)} {unit}",
                say("report_file.was", value=f"{shown(was, 'count', say)} {unit}"),
            ),
            Figure(say("report_file.newly"), f"{shown(more, 'count', say)} {unit}", say("report_file.newly_short")),
            *(() if few_changed(found, public) else distances),
        )
    )


def _proof_words(plan: Plan, found: Outcome, proof: dict[str, Any] | None, say: Say) -> str:
    """How good the sites are known to be: proven or not, of which demand, and whether somebody stopped the solving."""
    moved = sum(site.moved for site in found.sites)
    if proof is None:
        return say("report_file.proof_none")
    gap, seconds = proof.get("gap"), proof.get("seconds")
    said = {"goal": say(f"report_file.goal_{proof.get('goal') or plan.goal}"), "seconds": f"{float(seconds or 0):.1f}"}
    if proof.get("proven"):
        words = say("report_file.proof_proven", **said)
    elif gap is None:
        words = say("report_file.proof_open", **said)
    else:
        words = say("report_file.proof_gap", **said, gap=f"{100 * float(gap):.1f}%")
    off_m = float(proof.get("off_m") or 0)
    more = (
        say("report_file.proof_stopped") if proof.get("stopped") else "",
        say("report_file.proof_gathered", metres=f"{math.ceil(off_m):,}") if off_m > 0 else "",
        say("report_file.proof_moved", count=moved) if moved else "",
    )
    return " ".join(filter(None, (words, *more)))


def _spots(district: District, found: Outcome) -> tuple[Spot, ...]:
    lon, lat = ([getattr(site, name) for site in found.sites] for name in ("lon", "lat"))
    x, y = district.plane.project(np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64))
    return tuple(
        Spot(float(px), float(py), "new_moved" if site.moved else "new", str(place))
        for place, (site, px, py) in enumerate(zip(found.sites, x, y, strict=True), start=1)
    )


def _sites(district: District, found: Outcome, public: bool, say: Say, language: Language) -> Grid:
    names = asked.region_names(district, say, language)
    codes = np.append(district.demand.codes, NO_REGION)
    spots = _spots(district, found)
    region = district.region_index.locate([s.x for s in spots], [s.y for s in spots])
    gains = [gain.in_public() for gain in found.gains] if public else found.gains
    unit = say(f"report_file.unit_{found.before.question.who.measure}")
    rows: list[tuple[Cell, ...]] = []
    for place, (gain, where) in enumerate(zip(gains, region, strict=True)):
        rows.append(
            (
                str(place + 1),
                clean(gain.site.name or gain.site.id) + (say("report_file.moved") if gain.site.moved else ""),
                names[codes[where]] if where >= 0 else say("report_file.outside"),
                f"{gain.site.lon:.5f}, {gain.site.lat:.5f}",
                WITHHELD if math.isnan(gain.reaches) else gain.reaches,
                WITHHELD if math.isnan(gain.own) else gain.own,
            )
        )
    columns = (
        Column(say("report_file.number"), "text", 0.5),
        Column(say("report_file.site"), "text", 3.0),
        Column(say("report_file.region"), "text", 2.0),
        Column(say("report_file.place"), "text", 2.2),
        Column(say("report_file.reaches", unit=unit), "count", 1.4),
        Column(say("report_file.own", unit=unit), "count", 1.4),
    )
    star = say("report_file.star") if any(WITHHELD in row for row in rows) else ""
    note = " ".join(filter(None, (say("report_file.sites_note"), star)))
    return Grid(say("report_file.sites_title"), "", columns, tuple(rows), note=note)


def _regions(
    district: District, found: Outcome, sides: tuple[pd.DataFrame, pd.DataFrame], say: Say, language: Language
) -> Grid:
    """Who is served by region, before and after. What the public may not see of either side is in no difference."""
    names = asked.region_names(district, say, language)
    before, after = sides
    unit = say(f"report_file.unit_{found.before.question.who.measure}")
    rows: list[tuple[Cell, ...]] = []
    for code in found.before.rows.index:
        if code == NO_REGION and not number(found.before.rows, code, "all"):
            continue
        whole, served = (cell(found.before, before, code, name) for name in ("all", "served"))
        later = cell(found.after, after, code, "served")
        shares = cell(found.before, before, code, "share"), cell(found.after, after, code, "share")
        rows.append((names[code], whole, served, _less(later, served), _less(whole, later), *shares))
    share = asked.share_words(found.before.question, say)
    columns = (
        Column(say("report_file.region"), "text", 2.4),
        Column(say("report_file.column_all", unit=unit), "count", 1.2),
        Column(say("report_file.served_before", unit=unit), "count", 1.2),
        Column(say("report_file.newly_unit", unit=unit), "count", 1.2),
        Column(say("report_file.rest", unit=unit), "count", 1.5),
        Column(say("report_file.share_before", share=share), "share", 1.3),
        Column(say("report_file.share_after", share=share), "share", 1.3),
    )
    star = say("report_file.star") if any(WITHHELD in row for row in rows) else ""
    note = " ".join(filter(None, (say("report_file.before_after_note"), star)))
    return Grid(say("report_file.before_after"), "", columns, tuple(rows), total=True, note=note)


def _curve(plan: Plan, found: Outcome, proof: dict[str, Any] | None, public: bool, say: Say) -> list[Block]:
    """The best objective for every number of sites, where the solver worked it out. In public as a part of all, in
    steps of a tenth of a per cent or ``AT_LEAST`` enterprises, where it counts enterprises or people; and not where so
    few are newly served that they are not counted.
    """
    steps = [step for step in (proof or {}).get("curve") or () if len(step) >= 2 and step[1] is not None]
    if len(steps) < 2 or few_changed(found, public):
        return []
    goal = str((proof or {}).get("goal") or plan.goal)
    whole = number(found.before.rows, TOTAL, "all")
    kind: Kind = "metres" if goal == "p-centre" else "count"
    label = say(f"report_file.objective_{goal}")
    heights = np.array([float(step[1]) for step in steps])
    if goal == "p-median":
        heights = heights / 1000
    elif goal != "p-centre" and public:
        step = max(0.001, AT_LEAST / max(number(found.before.rows, TOTAL, "n_all"), 1))
        heights, kind = np.round(heights / (whole or 1) / step) * step, "share"
        label = say("report_file.objective_share")
    points = tuple((float(step[0]), float(height)) for step, height in zip(steps, heights, strict=True))
    return [
        Curve(
            say("report_file.knee"),
            say("report_file.knee_title"),
            say("report_file.knee_x"),
            label,
            points,
            "count",
            kind,
            float(len(plan.sites)) if plan.sites else None,
            say("report_file.knee_note"),
        )
    ]


def _changed(
    district: District,
    found: Outcome,
    rows: tuple[pd.DataFrame, pd.DataFrame],
    public: bool,
    say: Say,
    language: Language,
) -> list[Block]:
    """Who is served afterwards and was not before: by name for staff."""
    count = len(found.changed)
    if public:
        told = _less(cell(found.after, rows[1], TOTAL, "n_served"), cell(found.before, rows[0], TOTAL, "n_served"))
        return [Words((say("report_file.changed_public", count=shown(told, "count", say), least=AT_LEAST),))]
    if not count:
        return [Words((say("report_file.changed_none"),))]
    heaviest = found.changed[np.lexsort((found.changed, -found.after.weight[found.changed]))][:CHANGED_AT_MOST]
    note = say("report_file.changed_note", count=f"{count:,}", told=f"{len(heaviest):,}")
    return [enterprise_grid(district, found.after, heaviest, say("report_file.changed"), say, language, note=note)]


def _method(plan: Plan, say: Say) -> list[tuple[str, str]]:
    return [
        (say("report_file.goal"), say(f"report_file.goal_{plan.goal}_text")),
        (say("report_file.method_proof"), say("report_file.method_proof_text")),
        (say("report_file.method_gain"), say("report_file.method_gain_text")),
    ]
