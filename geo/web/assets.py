"""Scripts, styles and images of the map and of the plain pages, served by this app: the browser asks no other host."""

from __future__ import annotations

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from xstatic.pkg import leaflet

from geo.layers.base import ASSET_URLS, ASSETS
from geo.web import page
from geo.web.access import Needs
from geo.workspace import Workspace


def routes(workspace: Workspace) -> list[Mount]:
    """Static routes; each answer carries an ETag."""
    folders = {ASSET_URLS["leaflet"]: leaflet.BASE_DIR, ASSET_URLS["map"]: ASSETS, page.STATIC_URL: page.STATIC}
    needs = [Needs("public", workspace)]
    return [Mount(url, StaticFiles(directory=folder), middleware=needs) for url, folder in folders.items()]
