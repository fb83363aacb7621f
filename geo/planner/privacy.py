"""What the public may not see of a table of counts: nothing under five, nor what gives such a count away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.coverage import COUNTED
from geo.planner.cells import Cells
from geo.planner.coverage import Answer

if TYPE_CHECKING:
    from geo.planner.outcome import Outcome

AT_LEAST = 5
"""Fewer than so many enterprises are not counted in public; that there are none may be said."""

PUBLIC_CELL_M = 2000
"""The one size of cells that is public: four of one size are one of the next, and could be subtracted from it."""
PRICES = (1, 2, 8)
"""What it costs to hide a cell, and how much more one of the last row and of the last column. Three cells of two rows
and two columns but the last are cheaper than any of the last column, whose total other tables have as well."""

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


def withheld(counts: Counts, also: Mask | None = None) -> Mask:
    """Which cells (r, c) of an additive table the public may not see. Its last row is the total of the rows above it,
    its last column the total of the columns before it.

    Those of 1 to 4, and of the others so many that none of these can be worked out: for each there is another table of
    whole numbers, 0 or more, with the same cells seen and another number there. So no row and no column has exactly one
    hidden cell. The cheapest cells (``PRICES``) first, ties to the smaller count, then the place. ``also`` are hidden
    anyway, and safe already.

    How: a hidden cell needs three more at the corners of a rectangle. Raise it by one, and the corners beside it move
    by one to keep the sums, down where both cells of a line are parts, up where one is its total; the corner across
    follows. That is possible where whatever moves down is 1 or more; and so is the way back.
    """
    small = _small(counts)
    hidden = small.copy() if also is None else small | also
    if min(counts.shape) < 2:
        return np.full(counts.shape, bool(hidden.any()))
    for row, column in np.argwhere(small if also is None else small & ~also):
        _protect(counts, hidden, int(row), int(column))
    return hidden


def _small(counts: Counts) -> Mask:
    return (counts > 0) & (counts < AT_LEAST)


def _protect(counts: Counts, hidden: Mask, row: int, column: int) -> None:
    """Hides the corners of the cheapest rectangle that keeps one hidden cell from being worked out."""
    rows, columns = counts.shape
    last_row, last_column = np.arange(rows) == rows - 1, np.arange(columns) == columns - 1
    # Which way each corner moves when the cell goes up: beside it in its column, beside it in its row, and across.
    in_column = np.where(last_row | (row == rows - 1), 1, -1)[:, None]
    in_row = np.where(last_column | (column == columns - 1), 1, -1)[None, :]
    corners = (
        (1, counts[row, column]),
        (in_column, counts[:, [column]]),
        (in_row, counts[[row], :]),
        (in_column * in_row, counts),
    )

    def can(way: int) -> Mask:
        free = np.ones(counts.shape, dtype=bool)
        for step, count in corners:
            free &= (way * step > 0) | (count > 0)
        return free

    possible = can(1) | can(-1)
    possible[row, :] = possible[:, column] = False
    new = ~hidden
    price = new * (PRICES[0] + PRICES[1] * last_row[:, None] + PRICES[2] * last_column[None, :])
    amount = np.where(new, counts, 0)
    dear = price + price[:, [column]] + price[[row], :]
    much = amount + amount[:, [column]] + amount[[row], :]
    order = np.lexsort((much.ravel(), dear.ravel(), ~possible.ravel()))
    across = divmod(int(order[0]), columns)
    if possible[across]:
        hidden[across] = hidden[across[0], column] = hidden[row, across[1]] = True


TOLD = [*COUNTED[1:], *(f"n_{name}" for name in COUNTED[1:]), "share", "median_m", "p90_m"]
"""What is hidden in a row that is close to what it was before, besides ``SECOND``."""
SECOND = ["share_second", "n_second"]
STATUSES = ["n_served", "n_unserved", "n_unknown", "n_all"]
UNIONS = ["unionised", "ununionised", "enterprises"]


def public_rows(answer: Answer) -> pd.DataFrame:
    """``answer.rows`` as the public may see them: NaN where the number of enterprises behind a number is withheld; and
    shares, distances and the second choice NaN in a row of which anything is. Counts are float64 for it.

    Two tables stand side by side, by status and by union, and one's total is a column of the other. A row where any of
    what they share is small is hidden whole in both, and so is a second row: move one enterprise from the one to the
    other, and nothing that is seen has changed. In other rows only the statuses are hidden (``withheld``), whose total
    stays. A second choice is hidden where few of the served have one, or few have none. The answers to two questions
    that differ little can still be subtracted from one another; that is the price of asking freely.
    """
    rows = answer.rows.copy()
    statuses, unions = rows[STATUSES].to_numpy(np.int64), rows[UNIONS].to_numpy(np.int64)
    whole = _small(statuses[:, 3]) | _small(unions).any(axis=1)
    whole = _not_alone(whole, unions[:, 2])
    # In a row that is not hidden whole some other status has one or more, and the total's row has as many: that is a
    # rectangle without the total of a row, at a price below the last column's.
    hidden = withheld(statuses, np.broadcast_to(whole[:, None], statuses.shape))
    numbers = [*STATUSES, *UNIONS]
    rows = rows.astype(np.float64)
    rows[numbers] = rows[numbers].mask(np.column_stack((hidden, *[whole] * len(UNIONS))))
    for name in COUNTED:
        rows[name] = rows[name].where(rows[f"n_{name}"].notna())
    some = hidden.any(axis=1)
    rows.loc[some, ["share", "median_m", "p90_m"]] = np.nan
    second = answer.rows["n_second"].to_numpy(np.int64)
    some |= _small(second) | _small(statuses[:, 0] - second)
    some[-1] |= some[:-1].sum() == 1  # one alone would be the total less the others
    rows.loc[some, SECOND] = np.nan
    return rows


def _not_alone(whole: Mask, enterprises: Counts) -> Mask:
    """The rows hidden whole, with a second one where there was but one: the row of the fewest enterprises that has any,
    or the total's.
    """
    if whole.sum() != 1 or whole[-1]:
        return whole
    others = np.flatnonzero(~whole[:-1] & (enterprises[:-1] > 0))
    more = whole.copy()
    more[others[np.argmin(enterprises[others])] if len(others) else -1] = True
    return more


def public_change(found: Outcome) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``public_rows`` before and after new sites, as the public may see them side by side: nowhere can one be
    subtracted from the other to find that 1 to 4 enterprises are served, unserved or unknown now that were not.

    A row of after where that is so, or where 1 to 4 in all are left without service, is hidden but for its total. So
    are other rows (first those where something changes, the smallest first) until two are, no small change is certain,
    and what is hidden comes to no change or to one of five or more. Where the change of the whole is itself of 1 to 4,
    or there is no other row to hide, the whole's row is hidden.
    """
    before, after = public_rows(found.before), public_rows(found.after)
    names = STATUSES[:3]
    was, now = (side.rows[names].to_numpy(np.int64) for side in (found.before, found.after))
    change = np.abs(now - was)
    close = _small(change).any(axis=1) | _small(now[:, 1:].sum(axis=1))
    unseen = (before[names].isna() | after[names].isna()).to_numpy()
    parts = now[:-1].sum(axis=1)
    order = np.lexsort((parts, ~change[:-1].any(axis=1)))
    more = [int(row) for row in order if parts[row] and not close[row]]

    def told() -> bool:
        """Whether the total's row still tells something of the hidden ones: the change of what all gain may be known
        though the row is not.
        """
        hidden = unseen[:-1] | close[:-1, None]
        whole = after[names].isna().to_numpy()[:-1].all(axis=1) | close[:-1]
        alone = bool(close[:-1].any()) and (whole.sum() < 2 or _certain(now[:-1], change[:-1], whole))
        return (alone and not close[-1]) or bool(
            (_small((change[:-1] * hidden).sum(axis=0)) & ~_small(change[-1])).any()
        )

    while more and told():
        close[more.pop(0)] = True
    close[-1] |= told()
    after.loc[close, TOLD] = np.nan
    second = close | _small(np.abs((found.after.rows["n_second"] - found.before.rows["n_second"]).to_numpy(np.int64)))
    second[-1] |= second[:-1].sum() == 1
    after.loc[second, SECOND] = np.nan
    return before, after


def _certain(now: Counts, change: Counts, hidden: Mask) -> bool:
    """Whether some change of 1 to 4 in the unserved or the unknown (columns 1 and 2) can have been no other.

    It could be one less where one more of another hidden row may be served, for some of it are not; or one more where
    one of that row's may be served no sooner than before. What is served of the row moves with it.
    """
    for row, place in np.argwhere(_small(change[:, 1:]) & hidden[:, None]):
        column = place + 1
        others = hidden & (np.arange(len(hidden)) != row)
        more, less = now[others, column] > 0, change[others, column] > 0
        if not (more.any() or (now[row, column] > 0 and less.any())):
            return True
    return False


def public_week(hours: pd.DataFrame) -> pd.DataFrame:
    """``geo.planner.week.week`` as the public may see it: an hour with a count of 1 to 4 behind it has NaN for numbers.

    Hours are not parts of one another: nothing is to be worked out from the others.
    """
    counts = hours[[f"n_{name}" for name in COUNTED[1:]]]
    shown = hours.astype(dict.fromkeys(counts.columns, np.float64))
    shown.loc[_small(counts.to_numpy(np.int64)).any(axis=1), shown.columns[2:]] = np.nan
    return shown


def public_curve(points: pd.DataFrame) -> pd.DataFrame:
    """``geo.planner.week.curve`` as the public may see it: from one share shown to the next there come none or at least
    five enterprises, and as many are left beyond; the others are NaN.
    """
    within, beyond = points["n_within"].to_numpy(), points["n_beyond"].to_numpy()
    seen, last = [], 0
    for near, far in zip(within, beyond, strict=True):
        seen.append(all(many == 0 or many >= AT_LEAST for many in (near - last, far)))
        last = near if seen[-1] else last
    shown = points.astype(np.float64)
    shown.loc[~np.array(seen, dtype=bool), ["share_served", "n_within", "n_beyond"]] = np.nan
    return shown


def cells_withheld(cells: Cells) -> tuple[Mask, Mask]:
    """Of which cells (k,) the public may not see how many there are, and of which not how many are unserved: 1 to 4
    of all; 1 to 4 of the unserved or of the others. Where it is one cell alone, which the district's total would give
    away, the next smallest goes with it. That holds for one size of cells, ``PUBLIC_CELL_M``.
    """
    count, unserved = cells.count, cells.count_unserved
    few = _small(count)
    some = few | _small(unserved) | _small(count - unserved)
    few = _with_another(few, count)
    return few, _with_another(some, unserved) | few


def _with_another(hidden: Mask, count: Counts) -> Mask:
    """The cells hidden, with the smallest of the others where there was but one."""
    if hidden.sum() != 1 or len(hidden) == 1:
        return hidden
    seen = np.flatnonzero(~hidden)
    more = hidden.copy()
    more[seen[np.argmin(count[seen])]] = True
    return more
