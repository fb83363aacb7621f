"""The colours that the layers give to what they draw; those that never change with the data stand in the style sheets.

The region ramp runs from paper to amber, so that black labels stay readable on all of it and the accent red stays
free for the one thing to look at. Chosen to keep their order in greyscale and for colour-blind eyes: lightness falls
along the ramp; kinds differ by shape as well as by colour (see assets/marks.svg).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

INK = "#1f2328"
SERVED = "#2f6f5e"
UNSERVED = "#e08a2e"
GAP = "#b26a1d"
RAMP = ("#f4f1ea", "#f2e3c9", "#efcf9f", "#e9b573", "#dd954b")
CELL_RAMP = ("#f6e7cc", "#efcf9f", "#e3a862", "#cc7f35", "#94520f")
AMOUNT_RAMP = ("#f8ead0", "#f2d6a9", "#ecbf7f", "#e5a657", "#dd8f3f")
NO_DATA = "url(#no-data)"
HATCH = "url(#gap)"
DOUBTFUL = "url(#doubtful)"
WITHHELD = "#e4e0d8"
UNASSIGNED = "url(#unassigned)"
NEW = "#c8161d"
TEAMS = ("#77aadd", "#ee8866", "#eedd88", "#44bb99", "#ffaabb", "#bbcc33", "#99ddff", "#aaaa00", "#c5b0d5")
"""Fills that black labels read on, told apart by colour-blind eyes: the first eight by Paul Tol ("light" scheme, SRON
technical note EPS/TN/09-002), and a violet. In print and beyond nine teams the number on the ground tells.
"""
GROUND = "#f4f1ea"
EDGE = "#d8d3c8"
MUTED = "#59564f"


def shade(share: float) -> str:
    """The ramp's colour for a share of 0 to 1; five equal steps, each including its lower bound, the last also 1.

    NaN (nothing known to divide) gets the "no data" pattern, which no share has.
    """
    if share != share:
        return NO_DATA
    return RAMP[min(int(share * len(RAMP)), len(RAMP) - 1)]


def team(number: int) -> str:
    """The fill of the ground of the team at ``number`` (from 0) of its campaign; nine, then the same again."""
    return TEAMS[number % len(TEAMS)]


def amounts(counts: Sequence[float], ramp: Sequence[str]) -> list[str]:
    """The colour of each count, by its class among ``classes`` of the largest; of nothing that of the ground."""
    bounds = classes(max((count for count in counts if count == count), default=0))
    return [ramp[max(bisect_right(bounds, count) - 1, 0)] if count > 0 else GROUND for count in counts]


def classes(most: float) -> tuple[int, ...]:
    """The lower bounds of at most ``len(CELL_RAMP)`` classes for counts of 1 to ``most``: 1, then round numbers (1, 2
    or 5 times a power of ten) up to it, each two to five times the last, and the first class what is left below.
    """
    round_numbers = [1]
    while round_numbers[-1] < most:
        last = str(round_numbers[-1])
        round_numbers.append(round_numbers[-1] * 5 // 2 if last.startswith("2") else round_numbers[-1] * 2)
    bounds = [number for number in round_numbers if number <= max(most, 1)]
    step = 1 if len(bounds) <= len(CELL_RAMP) else 2
    return (1, *reversed(bounds[:0:-step][: len(CELL_RAMP) - 1]))
