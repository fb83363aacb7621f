"""Addresses that open a phone's map app on the way to a place, each in the datum that the app reads.

Amap ``uri.amap.com/navigation``: GCJ-02, longitude first. Tencent ``apis.map.qq.com/uri/v1/routeplan``: GCJ-02,
latitude first. Baidu ``api.map.baidu.com/direction``: BD-09, latitude first. Apple ``maps.apple.com``: latitude first;
its map of mainland China is AutoNavi's, so GCJ-02. Outside China GCJ-02 is WGS-84 (``geo.datum``).
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from geo.datum import convert
from geo.nearest import Mode
from geo.text import tidy

DECIMALS = 6  # of a degree: a tenth of a metre
NAME_AT_MOST = 40  # characters, each of which takes up to nine (or, beyond the basic plane, twelve) in an address
MODES = {
    "amap": {"walk": "walk", "ebike": "ride"},
    "tencent": {"walk": "walk", "ebike": "bike"},
    "baidu": {"walk": "walking", "ebike": "riding"},
    "apple": {"walk": "w", "ebike": "b"},
}
"""What each app calls a way on foot and one by bicycle; none has a word for an e-bike."""
FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "!\"#$%&'*+,/:;<=>?@[\\]^`{|}"}
"""Signs that part the fields of an address, as the wide signs that Chinese print has for them."""
Point = tuple[float, float]


def links(name: str, lon: float, lat: float, mode: Mode, origin: Point | None = None) -> dict[str, str]:
    """Each app's address for the way to ``name`` at (lon, lat), WGS-84 degrees.

    ``origin``, (lon, lat) in WGS-84, is where the way begins. Baidu alone is told; the others begin where the phone is.
    """
    return links_to([name], [(lon, lat)], mode, origin)[0]


def links_to(
    names: Sequence[str], points: Sequence[Point], mode: Mode, origin: Point | None = None
) -> list[dict[str, str]]:
    """``links`` of several places at once, which takes little longer than of one."""
    lon, lat = np.array([*points, *([origin] if origin else [])], dtype=np.float64).reshape(-1, 2).T
    gcj02 = convert(lon, lat, "wgs84", "gcj02")
    shared, baidus = _texts(*gcj02), _texts(*convert(*gcj02, "gcj02", "bd09"))
    start = f"origin=latlng:{','.join(reversed(baidus[-1]))}&" if origin else ""
    way = {app: words[mode] for app, words in MODES.items()}
    found = []
    for name, (east, north), (baidu_east, baidu_north) in zip(names, shared, baidus, strict=False):
        called = _called(name)
        found.append(
            {
                "amap": f"https://uri.amap.com/navigation?to={east},{north},{called}&mode={way['amap']}"
                "&coordinate=gaode&callnative=1&src=gongtu",
                "tencent": f"https://apis.map.qq.com/uri/v1/routeplan?type={way['tencent']}&to={called}"
                f"&tocoord={north},{east}&referer=gongtu",
                "baidu": f"https://api.map.baidu.com/direction?{start}destination=latlng:{baidu_north},{baidu_east}"
                f"%7Cname:{called}&coord_type=bd09ll&mode={way['baidu']}&output=html&src=gongtu",
                "apple": f"https://maps.apple.com/?daddr={north},{east}&dirflg={way['apple']}",
            }
        )
    return found


def _texts(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> list[tuple[str, str]]:
    """Degrees (n,) as they are written."""
    return [(f"{x:.{DECIMALS}f}", f"{y:.{DECIMALS}f}") for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]


def _called(name: str) -> str:
    """A name as it stands in an address: on one line, and with nothing in it that ends a field for an app or a server,
    not even where one decodes it twice.
    """
    line = " ".join(tidy(name).split())[:NAME_AT_MOST]
    return quote(line.translate(FULL_WIDTH), safe="")
