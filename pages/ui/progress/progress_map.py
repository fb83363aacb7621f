"""The map coloured by a measure: how much of it each town has."""

from __future__ import annotations

from dataclasses import replace

import folium
from branca.element import MacroElement

from geo.district import District
from geo.i18n import Language
from geo.layers import areas, legend, palette
from geo.progress.measures import MAIN, MEASURES, count, table_and_demo
from geo.progress.words import demo, number
from geo.words import Say
from pages.ui import cached
from pages.ui.map_view import over
from pages.ui.overview_map import map_notice
from pages.ui.progress.asked import Asked


def progress_map(
    district: District, asked: Asked, shade: str, say: Say, language: Language
) -> tuple[folium.Map, list[MacroElement]]:
    """The constant base map, and the towns over it, darker for more; the one that is picked is outlined."""
    drawing = cached.drawing(district, "wgs84")
    names = cached.region_names(district, language)
    wanted = tuple(dict.fromkeys((shade, *MAIN)))
    where = replace(asked.where, town=None)
    found = table_and_demo(asked.scene.work, wanted, "town", where)
    rows, made = (frame.reindex(list(names), fill_value=0.0) for frame in found)
    counts = rows[shade].tolist()
    lines = [
        [
            " · ".join(
                filter(
                    None,
                    (
                        f"{say(f'progress_measure.{name}')} {number(row[name], MEASURES[name].unit)}",
                        demo(row[name], part[name], say),
                    ),
                )
            )
            for name in wanted
        ]
        for row, part in zip(rows.to_dict("records"), made.to_dict("records"), strict=True)
    ]
    whole = count(asked.scene.work, shade, where)
    note = demo(whole.value, whole.synthetic, say)
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
            measure=say(f"progress_measure.{shade}") + (f" · {note}" if note else ""),
            steps=legend.classes(counts, palette.AMOUNT_RAMP),
            notice=notice,
            corner=drawing.free_corner,
        ),
    ]
    return over(district, drawing, None, layers)
