"""Links into four map apps: each in the datum it reads, in the order it reads them; no name breaks a link."""

from __future__ import annotations

import math
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.finder.links import links, links_to
from geo.nearest import Mode

# Published pairs. Tian'anmen: the README and tests of wandergis/coordtransform and of Hutool, for WGS-84 to GCJ-02. The
# other: the tests of geotool, whose author's own converter leads through all three.
TIANANMEN = {"wgs84": (116.404, 39.915), "gcj02": (116.41024449916938, 39.91640428150164)}
JIAXING = {
    "wgs84": (121.0917077, 30.6107779),
    "gcj02": (121.09626935575027, 30.608604331756705),
    "bd09": (121.10271732371203, 30.61484572185035),
}
WRITTEN = 0.000_000_51  # what six decimals can be off
APPS = ("amap", "tencent", "baidu", "apple")
HOSTS = {
    "amap": "uri.amap.com",
    "tencent": "apis.map.qq.com",
    "baidu": "api.map.baidu.com",
    "apple": "maps.apple.com",
}


def fields(address: str) -> dict[str, str]:
    """The fields of an address, decoded, each of which may be there but once."""
    parts = urlsplit(address)
    assert parts.scheme == "https"
    assert not parts.fragment
    found = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}


def goals(found: dict[str, str]) -> dict[str, tuple[float, float]]:
    """Where each link leads to, as the app reads it: lon, lat."""
    amap = fields(found["amap"])["to"].split(",")
    tencent = fields(found["tencent"])["tocoord"].split(",")
    baidu = fields(found["baidu"])["destination"].split("|")[0].removeprefix("latlng:").split(",")
    apple = fields(found["apple"])["daddr"].split(",")
    assert len(amap) == 3
    texts = {"amap": amap[:2], "tencent": tencent[::-1], "baidu": baidu[::-1], "apple": apple[::-1]}
    return {app: (float(lon), float(lat)) for app, (lon, lat) in texts.items()}


def test_the_datum_of_each_app_by_published_pairs() -> None:
    found = goals(links("桥", *JIAXING["wgs84"], "walk"))
    for app in APPS:
        expected = JIAXING["bd09" if app == "baidu" else "gcj02"]
        assert found[app] == pytest.approx(expected, abs=WRITTEN), app
    found = goals(links("天安门", *TIANANMEN["wgs84"], "walk"))
    for app in ("amap", "tencent", "apple"):
        assert found[app] == pytest.approx(TIANANMEN["gcj02"], abs=WRITTEN), app


def test_how_far_the_datums_lie_apart_in_daxing() -> None:
    """Some 500 m from GPS to Amap, a kilometre and more to Baidu, whose own step is one of 0.0065°, 0.006°."""
    geod, here = Geod(ellps="WGS84"), (116.34, 39.73)
    found = goals(links("站", *here, "walk"))
    apart = {app: geod.inv(*here, *goal)[2] for app, goal in found.items()}
    assert 300 < apart["amap"] < 700
    assert 1_000 < apart["baidu"] < 1_700
    assert apart["apple"] == apart["tencent"] == apart["amap"]


@pytest.mark.parametrize("place", [(-74.006, 40.7128), (2.3522, 48.8566), (139.6917, 35.6895), (180.0, -90.0)])
def test_outside_china_nothing_is_shifted_but_baidu_s_own_step(place: tuple[float, float]) -> None:
    found = goals(links("there", *place, "walk", origin=place))
    for app in ("amap", "tencent", "apple"):
        assert found[app] == pytest.approx(place, abs=WRITTEN)


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("walk", {"amap": "walk", "tencent": "walk", "baidu": "walking", "apple": "w"}),
        ("ebike", {"amap": "ride", "tencent": "bike", "baidu": "riding", "apple": "b"}),
    ],
)
def test_what_each_app_is_told(mode: Mode, words: dict[str, str]) -> None:
    found = links("驿站", 116.34, 39.73, mode)
    assert list(found) == list(APPS)
    assert {app: urlsplit(address).netloc for app, address in found.items()} == HOSTS
    told = {app: fields(address) for app, address in found.items()}
    names = {"amap": "mode", "tencent": "type", "baidu": "mode", "apple": "dirflg"}
    assert {app: told[app][names[app]] for app in APPS} == words
    amap, tencent, baidu = told["amap"], told["tencent"], told["baidu"]
    assert (amap["coordinate"], amap["callnative"], amap["src"]) == ("gaode", "1", "gongtu")
    assert (tencent["to"], tencent["referer"]) == ("驿站", "gongtu")
    assert (baidu["coord_type"], baidu["output"], baidu["src"]) == ("bd09ll", "html", "gongtu")
    assert "origin" not in baidu


def test_where_the_way_begins_is_told_to_baidu_in_its_datum() -> None:
    told = fields(links("站", 116.34, 39.73, "walk", origin=JIAXING["wgs84"])["baidu"])
    lat, lon = map(float, told["origin"].removeprefix("latlng:").split(","))
    assert (lon, lat) == pytest.approx(JIAXING["bd09"], abs=WRITTEN)


NASTY = "甲&乙|丙,丁\n戊\t己#庚%26辛+壬?to=0,0=癸;'\"<b>:/\\\u202e\u200b\r\x00"


@pytest.mark.parametrize(
    "name", [NASTY, "%2C%7C%26", "a" * 3_000, "驿" * 3_000, "😀" * 200, "\ud800x", " 站 \n 二 ", "", "."]
)
def test_no_name_breaks_a_link(name: str) -> None:
    plain, found = (
        links("站", 116.34, 39.73, "ebike", (116.3, 39.7)),
        links(name, 116.34, 39.73, "ebike", (116.3, 39.7)),
    )
    assert goals(found) == goals(plain)
    for app in APPS:
        assert fields(found[app]).keys() == fields(plain[app]).keys()
        assert found[app].isascii()
        assert not set(found[app]) & set(" \n\r\t|\"'<>\\")
        assert len(found[app]) < 1_000
    told = [
        fields(found["amap"])["to"].split(",")[2],
        fields(found["tencent"])["to"],
        fields(found["baidu"])["destination"].partition("|name:")[2],
    ]
    assert len(set(told)) == 1
    assert not set(told[0]) & set("&|,:;#%?+=\n\r\t")


@given(name=st.text(), lon=st.floats(-180, 180), lat=st.floats(-90, 90), mode=st.sampled_from(["walk", "ebike"]))
def test_any_name_anywhere(name: str, lon: float, lat: float, mode: Mode) -> None:
    found = links(name, lon, lat, mode, (lon, lat))
    assert all(math.isfinite(number) for goal in goals(found).values() for number in goal)
    assert "e" not in fields(found["apple"])["daddr"]


def test_several_at_once_are_the_same_as_one_by_one() -> None:
    names, places = ["一", "二", "三"], [(116.34, 39.73), JIAXING["wgs84"], (2.35, 48.86)]
    for origin in (None, (116.3, 39.7)):
        together = links_to(names, places, "walk", origin)
        assert together == [links(name, *place, "walk", origin) for name, place in zip(names, places, strict=True)]
    assert links_to([], [], "walk") == []
    assert links_to([], [], "walk", (116.3, 39.7)) == []


def test_a_name_is_told_up_to_forty_characters() -> None:
    for length in (39, 40, 41):
        told = fields(links("驿" * length, 116.34, 39.73, "walk")["tencent"])["to"]
        assert told == "驿" * min(length, 40)
