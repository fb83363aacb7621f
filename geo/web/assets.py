"""The map's script, style and image files, served by this app: the browser asks no other host."""

from __future__ import annotations

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from xstatic.pkg import leaflet

from geo.layers.base import ASSET_URLS, ASSETS


def routes() -> list[Mount]:
    """Static routes; each answer carries an ETag."""
    return [
        Mount(ASSET_URLS["leaflet"], StaticFiles(directory=leaflet.BASE_DIR)),
        Mount(ASSET_URLS["map"], StaticFiles(directory=ASSETS)),
    ]
