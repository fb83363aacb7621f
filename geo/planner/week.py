"""Coverage over the hours of a week, and against the reach: what a planner needs to see that an hour or a reach was not
picked at will.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.demand import Demand
from geo.distance import Floats, each_within
from geo.district import District
from geo.hours import states
from geo.planner.coverage import Answer, Sites, moment, sites_at
from geo.planner.question import Question, When

HOURS = range(7 * 24)
"""The hours of a week, from Monday's first."""
CURVE_M = range(0, 5001, 250)
BITS = 64


def week(district: District, question: Question, today: date) -> pd.DataFrame:
    """The question at every hour of a week, whatever hour it asks about itself.

    168 rows from Monday 0:00: weekday (0 to 6), hour, served, unserved, unknown in the measure asked about, the same of
    enterprises with ``n_`` before them (int64), and ``share_served`` = served / (served + unserved), NaN where neither
    is known. A row is what ``answer`` has in its ``TOTAL`` at ``moment`` of that hour.

    Nobody is asked about 168 times: stations with the same week are one, people with the same stations in reach are
    one, and hours at which the same stations are open are one.
    """
    demand, within_m = district.demand, question.reach.within_m
    sites = sites_at(district, question.kinds, None)
    counted = np.flatnonzero(question.who.chosen(demand))
    weight = question.who.weights(demand)[counted]
    open_, doubtful, group = _weeks(district, sites, today)
    reached, amounts = _alike(demand, counted, weight, sites, group, len(open_), within_m)
    patterns, hour = np.unique(np.vstack((open_, doubtful)), axis=1, return_inverse=True)
    found = np.array([_at(reached, amounts, *np.split(pattern, 2)) for pattern in patterns.T])[hour.ravel()]
    nowhere = ~demand.placed[counted]
    columns: dict[str, NDArray[np.generic]] = {"weekday": np.array(HOURS) // 24, "hour": np.array(HOURS) % 24}
    for number, (prefix, kind, lost) in enumerate(
        (("", np.float64, weight[nowhere].sum()), ("n_", np.int64, nowhere.sum()))
    ):
        served, doubt, total = found[:, :, number].T.astype(kind)
        columns |= {
            f"{prefix}served": served,
            f"{prefix}unserved": total - served - doubt,
            f"{prefix}unknown": doubt + lost,
        }
    frame = pd.DataFrame(columns)
    known = frame["served"] + frame["unserved"]
    return frame.assign(share_served=frame["served"] / known.where(known > 0))


def _weeks(
    district: District, sites: Sites, today: date
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    """The different weeks that stations have: at which hours each is open, and not known (g, 168); and which of them
    each site (m,) has.
    """
    texts = district.facilities["opening_hours"].fillna("").to_numpy(dtype=object)[sites.rows]
    number, different = pd.factorize(texts)
    calendar = district.calendar
    days = [moment(When(weekday, 0), today, calendar).date() for weekday in range(7)]
    hours = range(0, 24 * 60, 60)
    said = np.array(
        [[state for day in days for state in states(text, day, hours, calendar)] for text in different], dtype=object
    ).reshape(len(different), len(HOURS))
    both = np.hstack((said == "open", said == "unknown"))
    weeks, group = np.unique(both, axis=0, return_inverse=True)
    return weeks[:, : len(HOURS)], weeks[:, len(HOURS) :], group.ravel()[number]


def _alike(
    demand: Demand,
    counted: NDArray[np.intp],
    weight: Floats,
    sites: Sites,
    group: NDArray[np.int64],
    groups: int,
    within_m: float,
) -> tuple[NDArray[np.uint64], Floats]:
    """Those ``counted`` who have a location, as one where the same groups of sites are in reach: a bit for each group,
    64 to a column (k, words), and what they weigh and how many they are together (k, 2).
    """
    placed = demand.placed[counted]
    rows, weight = counted[placed], weight[placed]
    reached = np.zeros((len(rows), max(-(-groups // BITS), 1)), dtype=np.uint64)
    for number, (near, _) in enumerate(each_within(demand.x[rows], demand.y[rows], sites.x, sites.y, within_m)):
        word, bit = divmod(int(group[number]), BITS)
        reached[near, word] |= np.uint64(1 << bit)
    kind = np.zeros(len(rows), dtype=np.int64)
    for column in reached.T:  # column by column: numpy sorts numbers sooner than rows
        values, place = np.unique(column, return_inverse=True)
        kind = np.unique(kind * len(values) + place, return_inverse=True)[1]
    first = np.unique(kind, return_index=True)[1]
    amounts: Floats = np.zeros((len(first), 2))
    if len(first):
        amounts[:] = np.column_stack((np.bincount(kind, weight), np.bincount(kind)))
    return reached[first], amounts


def _at(
    reached: NDArray[np.uint64], amounts: Floats, open_: NDArray[np.bool_], doubtful: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """What the served, those with nothing but sites in doubt in reach, and all come to (2,), with these groups open."""
    served = (reached & _packed(open_, reached.shape[1])).any(axis=1)
    doubt = (reached & _packed(doubtful, reached.shape[1])).any(axis=1) & ~served
    return amounts[served].sum(axis=0), amounts[doubt].sum(axis=0), amounts.sum(axis=0)


def _packed(groups: NDArray[np.bool_], words: int) -> NDArray[np.uint64]:
    """The groups as bits, 64 to a word, in the order of ``_alike``."""
    bits = np.zeros(words * BITS, dtype=np.uint8)
    bits[: len(groups)] = groups
    return np.packbits(bits, bitorder="little").view("<u8").astype(np.uint64)


def curve(answer: Answer) -> pd.DataFrame:
    """Which part of the weight asked about that has a location has a sure site within each distance, inclusive.

    Columns within_m (0, 250, … 5000 and the reach asked, ascending, each once), ``share_served``, NaN where nobody has
    a location, and ``n_within`` and ``n_beyond``, the enterprises behind it. The share never falls. Who has only
    stations of unknown hours near counts among the rest here.
    """
    seen = answer.chosen & answer.demand.placed
    metres, weight = answer.measured.nearest.metres[seen, 0], answer.weight[seen]
    within_m = np.unique(np.append(np.array(CURVE_M, dtype=np.float64), answer.question.reach.within_m))
    order = np.argsort(metres)  # NaN, no site at all, comes last
    total = np.append(0.0, np.cumsum(weight[order]))
    number = np.searchsorted(metres[order], within_m, side="right")
    share = total[number] / total[-1] if total[-1] > 0 else np.full(len(within_m), np.nan)
    columns = {"within_m": within_m, "share_served": share, "n_within": number, "n_beyond": len(metres) - number}
    return pd.DataFrame(columns)
