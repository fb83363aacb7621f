"""Enterprises one by one on the map, told apart by how far they are on the way to a union: by fill, ring and size, so
that it reads in grey as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from geo.enterprises import ON_THE_WAY
from geo.layers import legend, palette
from geo.layers.geojson import GeoJsonLayer, feature, point

LOOKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "none": ("none",),
        "on_the_way": ON_THE_WAY,
        "established": ("established",),
        "ended": ("declined", "closed"),
    }
)
"""The looks, and the union statuses that have each."""
STYLES: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "none": {"fillColor": "#fff", "fillOpacity": 1, "color": palette.GAP, "weight": 1.8},
        "on_the_way": {"fillColor": palette.UNSERVED, "fillOpacity": 0.95, "color": palette.GAP, "weight": 1.8},
        "established": {"fillColor": palette.SERVED, "fillOpacity": 0.9, "color": "#fff", "weight": 0.8},
        "ended": {"fillColor": palette.EDGE, "fillOpacity": 1, "color": palette.MUTED, "weight": 1, "dashArray": "2 2"},
    }
)
RADIUS, CHOSEN = 5, 9
CHOSEN_STYLE = {"color": palette.NEW, "weight": 3}


@dataclass(frozen=True)
class Dot:
    """An enterprise in the map's datum; a click reports ``id``. ``status``: its union status."""

    id: str
    lon: float
    lat: float
    status: str
    title: str
    lines: tuple[str, ...] = ()


def look_of(status: str) -> str:
    """Which of ``LOOKS`` an enterprise of this union status has."""
    return next((look for look, statuses in LOOKS.items() if status in statuses), "ended")


def dots(found: Sequence[Dot], *, selected: str = "") -> GeoJsonLayer:
    """The enterprises as circles; the ``selected`` one larger, ringed, above all others."""
    ordered = sorted(found, key=lambda one: one.id == selected)
    return GeoJsonLayer(
        [
            feature(
                point(one.lon, one.lat),
                id=one.id,
                title=one.title,
                lines=list(one.lines),
                radius=CHOSEN if one.id == selected else RADIUS,
                style={**STYLES[look_of(one.status)], **(CHOSEN_STYLE if one.id == selected else {})},
            )
            for one in ordered
        ],
        "cells",
    )


def row(look: str, words: str) -> legend.Row:
    """The legend's row of a look."""
    return legend.Row(words, swatch=(str(STYLES[look]["fillColor"]),))
