"""The legend and the data notice on the map: redrawn with the layers they explain."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from branca.element import MacroElement
from folium.template import Template

from geo.layers import palette


@dataclass(frozen=True)
class Row:
    """One line of the legend: a mark of the sprite, or a swatch (fill, pattern over it), and its words."""

    words: str
    mark: str = ""
    swatch: tuple[str, ...] = ()


class Legend(MacroElement):
    """Legend, ramp and notice as map controls (assets/map.js). Add it to the feature group whose marks it explains."""

    _template = Template(
        "{% macro script(this, kwargs) %}gongtu.explain(map_div, {{ this.words | tojson }});{% endmacro %}"
    )

    def __init__(
        self, title: str, rows: tuple[Row, ...], *, measure: str, low: str, high: str, notice: str, corner: str
    ) -> None:
        """``measure`` says what the ramp shows (empty: no ramp), ``low`` and ``high`` its ends.

        ``corner`` is Leaflet's name of one.
        """
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Legend"
        self.words: dict[str, object] = {
            "title": title,
            "rows": [asdict(row) for row in rows],
            "ramp": {"colours": palette.RAMP, "low": low, "high": high, "words": measure},
            "notice": notice,
            "corner": corner,
        }

    def render(self, **kwargs: object) -> str:
        """Nothing: only the script is used (see GeoJsonLayer)."""
        return ""


GAP_SWATCH = (palette.RAMP[2], palette.HATCH)
NO_DATA_SWATCH = (palette.NO_DATA,)
