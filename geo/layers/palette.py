"""The colours that the layers give to what they draw; those that never change with the data stand in the style sheets.

The region ramp runs from paper to amber, so that black labels stay readable on all of it and the accent red stays
free for the one thing to look at. Chosen to keep their order in greyscale and for colour-blind eyes: lightness falls
along the ramp; kinds differ by shape as well as by colour (see assets/marks.svg).
"""

from __future__ import annotations

INK = "#1f2328"
SERVED = "#2f6f5e"
UNSERVED = "#e08a2e"
GAP = "#b26a1d"
RAMP = ("#f4f1ea", "#f2e3c9", "#efcf9f", "#e9b573", "#dd954b")
NO_DATA = "url(#no-data)"
HATCH = "url(#gap)"
GROUND = "#f4f1ea"
EDGE = "#d8d3c8"


def shade(share: float) -> str:
    """The ramp's colour for a share of 0 to 1; five equal steps, each including its lower bound, the last also 1.

    NaN (nothing known to divide) gets the "no data" pattern, which no share has.
    """
    if share != share:
        return NO_DATA
    return RAMP[min(int(share * len(RAMP)), len(RAMP) - 1)]
