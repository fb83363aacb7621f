"""The map coloured by a measure: how much of it each town has."""

from __future__ import annotations

from dataclasses import replace

import folium
from branca.element import MacroElement

from geo.district import District
from geo.i18n import Language
from geo.layers import areas, legend, palette
from geo.layers.base import Basemap, Tiles, base_map
from geo.progress.measures import MEASURES, table
from geo.progress.words import number
from geo.words import Say
from pages.ui import cached
from pages.ui.overview_map import map_notice
from pages.ui.progress.asked import Asked

TIPS = ("visits", "worker_meetings", "enterprise_meetings", "units", "members", "appeals", "mediations", "recovered")


def progress_map(
    district: District, asked: Asked, shade: str, basemap: Basemap | None, say: Say, language: Language
) -> tuple[folium.Map, list[MacroElement]]:
    """The constant base map, and the towns over it, darker for more; the one that is picked is outlined."""
    drawing = cached.drawing(district, basemap.datum if basemap else "wgs84")
    names = cached.region_names(district, language)
    wanted = tuple(dict.fromkeys((shade, *TIPS)))
    rows = table(asked.scene.work, wanted, "town", replace(asked.where, town=None)).reindex(list(names), fill_value=0.0)
    counts = rows[shade].tolist()
    lines = [
        [f"{say(f'progress_measure.{name}')} {number(row[name], MEASURES[name].unit)}" for name in wanted]
        for row in rows.to_dict("records")
    ]
    invented = bool(asked.scene.work.entries["synthetic"].any() or asked.scene.work.founded["synthetic"].any())
    notice = map_notice(district, say, language)
    zero = legend.Row(say("progress.map_none"), swatch=(palette.GROUND,))
    layers: list[MacroElement] = [
        *areas.amounts(
            list(names), drawing.regions, counts, list(names.values()), lines, selected=asked.where.town or ""
        ),
        areas.names(drawing.centres, list(names.values()), selected=names.get(asked.where.town or "", "")),
        legend.Legend(
            say("legend.title"),
            (zero,) if 0.0 in counts else (),
            measure=say(f"progress_measure.{shade}") + (f" · {say('progress.synthetic')}" if invented else ""),
            steps=legend.classes(counts),
            notice=notice,
            corner=drawing.free_corner,
        ),
    ]
    zoom_corner = "bottomright" if drawing.free_corner == "bottomleft" else "bottomleft"
    base = base_map(cached.drawing(district, "wgs84").bounds, zoom_corner=zoom_corner)
    return base, [Tiles(basemap), *layers]
