"""The map of the ledger: towns by how many entries they have, places of those that say one, programmes by kind."""

from __future__ import annotations

import folium
import pandas as pd
from branca.element import MacroElement

from geo.casework import appeals
from geo.casework.told import title
from geo.datum import Datum, convert
from geo.district import District
from geo.i18n import Language
from geo.layers import areas, legend, palette, points
from geo.layers.base import Basemap
from geo.layers.geojson import GeoJsonLayer
from geo.words import Say
from pages.ui import cached
from pages.ui.ledger.asked import Seen
from pages.ui.map_view import over
from pages.ui.overview_map import map_notice
from pages.ui.programme_map import programme_marks

MARKS_AT_MOST = 400
"""Places of entries that are drawn, the latest ones."""


def ledger_map(
    district: District, seen: Seen, basemap: Basemap | None, selected: str, say: Say, language: Language
) -> tuple[folium.Map, list[MacroElement]]:
    """The constant base map, and the layers over it: of appeals the open ones are counted, else all entries wanted."""
    datum: Datum = basemap.datum if basemap else "wgs84"
    drawing = cached.drawing(district, datum)
    counted = _counted(seen)
    towns = _towns(counted, district).value_counts()
    codes = list(district.regions["code"])
    counts = [int(towns.get(code, 0)) for code in codes]
    names = cached.region_names(district, language)
    what = say(f"ledger.map_{seen.view}")
    lines = [(say("ledger.map_count", what=what, count=f"{count:,}"),) for count in counts]
    most = max(counts, default=0)
    shares = [count / most if most else 0.0 for count in counts]
    wanted = seen.wanted.regions[0] if len(seen.wanted.regions) == 1 else ""
    labels = [names[code] for code in codes]
    if seen.view == "programmes":
        marks, rows = programme_marks(district, counted, datum, say, language)
    else:
        marks, rows = _marks(counted, seen, datum, selected, say), _legend(counted, say)
    layers: list[MacroElement] = [
        *areas.regions(codes, drawing.regions, shares, labels, lines, selected=wanted),
        areas.names(drawing.centres, labels, selected=names.get(wanted, "")),
        GeoJsonLayer(marks, "points"),
        legend.Legend(
            say("legend.title"),
            (*rows, legend.Row(say("ledger.legend_none"), swatch=(palette.RAMP[0],))),
            measure=what if most else "",
            low="0",
            high=f"{most:,}",
            notice=map_notice(district, say, language),
            corner=drawing.free_corner,
        ),
    ]
    return over(district, drawing, basemap, layers)


def _counted(seen: Seen) -> pd.DataFrame:
    if seen.view != "appeals" or seen.wanted.states:
        return seen.rows
    stands = appeals.states(seen.rows, seen.as_of, {seen.campaign.id: seen.campaign.rules})
    return seen.rows[stands != "closed"]


def _towns(rows: pd.DataFrame, district: District) -> pd.Series:
    """The region of each entry: its own, else its position's."""
    of_position = dict(zip(district.positions["id"], district.positions["region"], strict=True))
    return rows["region"].where(rows["region"] != "", rows["position"].map(of_position).fillna(""))


def _marks(rows: pd.DataFrame, seen: Seen, datum: Datum, selected: str, say: Say) -> list[str]:
    placed = rows[rows["lon"].notna() & rows["lat"].notna()].head(MARKS_AT_MOST)
    if not len(placed):
        return []
    lon, lat = convert(placed["lon"].to_numpy(float), placed["lat"].to_numpy(float), "wgs84", datum)
    marks = [
        points.Mark(
            row["id"],
            float(x),
            float(y),
            "entry-synthetic" if row["standing"] == "synthetic" else "entry",
            title(row, seen.names, say),
            tuple(filter(None, (row["note"], say(f"standing.{row['standing']}")))),
            size=20 if row["id"] == selected else 13,
            order=1 if row["id"] == selected else 0,
        )
        for row, x, y in zip(placed.to_dict("records"), lon, lat, strict=True)
    ]
    return points.marks(marks)


def _legend(rows: pd.DataFrame, say: Say) -> list[legend.Row]:
    """The marks that there are."""
    made_up = rows.loc[rows["lon"].notna(), "standing"] == "synthetic"
    marks = {"entry": ~made_up, "entry-synthetic": made_up}
    words = {"entry": "ledger.legend_entry", "entry-synthetic": "ledger.legend_synthetic"}
    return [legend.Row(say(words[mark]), mark=mark) for mark, there in marks.items() if there.any()]
