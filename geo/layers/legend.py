"""The legend and the data notice on the map: redrawn with the layers they explain."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

from branca.element import MacroElement
from folium.template import Template

from geo.layers import palette


@dataclass(frozen=True)
class Row:
    """One line of the legend: a mark of the sprite, or a swatch (fill, pattern over it), and its words."""

    words: str
    mark: str = ""
    swatch: tuple[str, ...] = ()


Step = tuple[str, str]
"""A class of a scale: its colour, and what it stands for."""


class Legend(MacroElement):
    """Legend, ramp and notice as map controls (assets/map.js). Add it to the feature group whose marks it explains."""

    _template = Template(
        "{% macro script(this, kwargs) %}gongtu.explain(map_div, {{ this.words | tojson }});{% endmacro %}"
    )

    def __init__(
        self,
        title: str,
        rows: tuple[Row, ...],
        *,
        measure: str,
        low: str = "",
        high: str = "",
        steps: Sequence[Step] = (),
        notice: str,
        corner: str,
    ) -> None:
        """``measure`` says what the ramp shows (empty: no ramp), ``low`` and ``high`` its ends; ``steps`` are drawn in
        the ramp's place where there are any. ``corner`` is Leaflet's name of one.
        """
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Legend"
        self.words: dict[str, object] = {
            "title": title,
            "rows": [asdict(row) for row in rows],
            "ramp": {"colours": palette.RAMP, "low": low, "high": high, "words": measure, "steps": list(steps)},
            "notice": notice,
            "corner": corner,
        }

    def render(self, **kwargs: object) -> str:
        """Nothing: only the script is used (see GeoJsonLayer)."""
        return ""


GAP_SWATCH = (palette.RAMP[2], palette.HATCH)
NO_DATA_SWATCH = (palette.NO_DATA,)
DOUBTFUL_SWATCH = ("#fff", palette.DOUBTFUL)
WITHHELD_SWATCH = (palette.WITHHELD,)


def classes(counts: Sequence[float], ramp: Sequence[str] = palette.CELL_RAMP) -> list[Step]:
    """The classes (``palette.classes``) that any of the counts is in, as ranges: ``1–4``, ``5–``. ``ramp``: their
    colours, as many as ``CELL_RAMP`` has.
    """
    known = [count for count in counts if count > 0]
    bounds = palette.classes(max(known, default=0))
    used = {bisect_right(bounds, count) for count in known}
    ends = [f"–{high - 1:,}" if high - 1 > low else "" for low, high in pairwise(bounds)]
    ends.append("–" if known and max(known) > bounds[-1] else "")
    named = enumerate(zip(bounds, ends, ramp, strict=False), start=1)
    return [(colour, f"{low:,}{end}") for rank, (low, end, colour) in named if rank in used]
