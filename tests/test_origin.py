"""A point that somebody pasted: every way it is written, what is refused, which datum a link is in."""

from __future__ import annotations

import string
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datum import DATUMS, Datum, convert
from geo.errors import ParameterError
from geo.i18n import explain
from geo.origin import LONGEST, read_point

HERE = (116.34, 39.73)
SIXTHS = (116 + 20 / 60 + 30 / 3600, 39 + 43 / 60)


def near(point: tuple[float, float]) -> object:
    """The point to a hundredth of a metre."""
    return pytest.approx(point, abs=1e-7)


def moved(point: tuple[float, float], source: Datum) -> tuple[float, float]:
    lon, lat = convert(*point, source, "wgs84")
    return float(lon), float(lat)


@pytest.mark.parametrize(
    "text",
    [
        "116.34, 39.73",
        "116.34,39.73",
        "116.34 39.73",
        "39.73 116.34",
        "39.73;116.34",
        "39.73\t116.34\n",
        "１１６．３４，３９．７３",
        "116.34，39.73。",
        "116.34、39.73",
        "（116.34，39.73）",
        "[116.34, 39.73]",
        "+116.34 +39.73",
        "116.34° 39.73°",
        "116.34°39.73°",
        "116.34E 39.73N",
        "39.73°N, 116.34°E",
        "N39.73 E116.34",
        "n39.73e116.34",
        "东经116.34，北纬39.73",
        "北纬39.73°东经116.34°",
        "经度：116.34 纬度：39.73",
        "lat=39.73&lon=116.34".replace("&", " "),
        "lat: 39.73, lng: 116.34",
        "Latitude 39.73 Longitude 116.34",
        "geo:39.73,116.34",
        "geo:39.73,116.34,25;u=35",
        "GEO:39.73,116.34?z=19",
    ],
)
def test_degrees_however_written(text: str) -> None:
    assert read_point(text, "wgs84") == HERE


@pytest.mark.parametrize(
    "text",
    [
        "116°20′30″E 39°43′N",
        "39°43′N 116°20′30″E",
        "116°20'30\" 39°43'",
        "116°20’30” 39°43’",
        "116º20'30''E, 39º43'00''N",
        "E116°20′30″ N39°43′0″",
        "东经116度20分30秒，北纬39度43分",
        "１１６°２０′３０″，３９°４３′",
        "116°20.5′E 39°43′N",
    ],
)
def test_degrees_minutes_seconds(text: str) -> None:
    assert read_point(text, "wgs84") == pytest.approx(SIXTHS, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("2.35E 48.86N", (2.35, 48.86)),
        ("东经2.35 北纬48.86", (2.35, 48.86)),
        ("40.7N 74W", (-74.0, 40.7)),
        ("南纬33.9 东经151.2", (151.2, -33.9)),
        ("lat -33.9 lon 151.2", (151.2, -33.9)),
        ("139.7 35.6", (139.7, 35.6)),
        ("35.6 139.7", (139.7, 35.6)),
        ("-33.9, 151.2", (151.2, -33.9)),
        ("116.34, -39.73", (116.34, -39.73)),
        ("0E 0N", (0.0, 0.0)),
        ("180E 90S", (180.0, -90.0)),
    ],
)
def test_elsewhere_in_the_world(text: str, point: tuple[float, float]) -> None:
    assert read_point(text, "gcj02") == near(point), "outside China the datums are one"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "error.point"),
        ("  ", "error.point"),
        ("这里", "error.point"),
        ("116.34", "error.point"),
        ("116.34,", "error.point"),
        ("116.34 39.73 50", "error.point"),
        ("116,34 39,73", "error.point"),
        ("1163439.73", "error.point"),
        ("116.34.5 39.73", "error.point"),
        ("12958160.97, 4826060.97", "error.point"),
        ("1e2 39", "error.point"),
        ("nan nan", "error.point"),
        ("inf 39", "error.point"),
        ("0x74 0x27", "error.point"),
        ("116.34E 39.73", "error.point"),
        ("116.34E 39.73E", "error.point"),
        ("39.73N 39.73N", "error.point"),
        ("E116.34 39.73N", "error.point"),
        ("-116.34W 39.73N", "error.point"),
        ("116°60′ 39°43′", "error.point"),
        ("116°20′60″ 39°43′", "error.point"),
        ("116.5°20′ 39°43′", "error.point"),
        ("181E 39N", "error.point"),
        ("116E 91N", "error.point"),
        ("100 200", "error.point"),
        ("116.34, 39.73; DROP TABLE", "error.point"),
        ("2.35, 48.86", "error.point_order"),
        ("0 0", "error.point_order"),
        ("-74 40.7", "error.point_order"),
        ("https://surl.amap.com/3Qb4qM1a9x", "error.point_link"),
        ("https://j.map.baidu.com/5d/abc", "error.point_link"),
        ("https://map.baidu.com/@12958160.97,4826060.97,17z", "error.point_link"),
        ("https://uri.amap.com/marker?position=", "error.point_link"),
        ("http://[::1,2.0/", "error.point_link"),
        ("geo:", "error.point"),
        ("geo:39.73", "error.point"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str, key: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read_point(text, "wgs84")
    assert (caught.value.key, caught.value.params["field"]) == (key, "point")
    assert text.strip()[:20] in explain(caught.value, "zh")


def test_too_long_is_refused_and_quoted_in_part() -> None:
    with pytest.raises(ParameterError) as caught:
        read_point("116.34, 39.73" + " " * LONGEST, "wgs84")
    assert caught.value.params["value"] == "116.34, 39.73"
    with pytest.raises(ParameterError) as caught:
        read_point("9" * 100_000, "wgs84")
    assert caught.value.params["value"] == "9" * 80


@pytest.mark.parametrize("datum", DATUMS)
def test_in_the_datum_asked_for(datum: Datum) -> None:
    assert read_point("116.34, 39.73", datum) == near(moved(HERE, datum))


@pytest.mark.parametrize(
    ("link", "datum"),
    [
        ("https://uri.amap.com/marker?position=116.34,39.73&name=%E9%A9%BF%E7%AB%99&src=x&callnative=1", "gcj02"),
        ("https://uri.amap.com/navigation?from=116.1,39.1,a&to=116.34,39.73,b&mode=walk", "gcj02"),
        ("https://www.amap.com/?p=B0FFF,39.73,116.34,%E9%A9%BF%E7%AB%99", "gcj02"),
        ("https://uri.amap.com/marker?position=116.34,39.73&coordinate=wgs84", "wgs84"),
        ("https://apis.map.qq.com/uri/v1/marker?marker=coord:39.73,116.34;title:1.5,2.5&referer=x", "gcj02"),
        ("https://apis.map.qq.com/uri/v1/routeplan?type=walk&fromcoord=39.1,116.1&tocoord=39.73,116.34", "gcj02"),
        ("http://api.map.baidu.com/marker?location=39.73,116.34&title=x&output=html", "bd09"),
        ("http://api.map.baidu.com/marker?location=39.73,116.34&coord_type=gcj02", "gcj02"),
        ("http://api.map.baidu.com/direction?origin=latlng:39.1,116.1|name:a&destination=latlng:39.73,116.34|name:b",
         "bd09"),
        ("https://maps.apple.com/?ll=39.73,116.34&q=Station", "gcj02"),
        ("https://maps.apple.com/?saddr=39.1,116.1&daddr=39.73,116.34&dirflg=w", "gcj02"),
        ("https://www.openstreetmap.org/?mlat=39.73&mlon=116.34#map=17/39.10000/116.10000", "wgs84"),
        ("https://www.openstreetmap.org/#map=17/39.73000/116.34000", "wgs84"),
        ("iosamap://path?slat=39.1&slon=116.1&dlat=39.73&dlon=116.34&dev=0", None),
        ("https://www.google.com/maps/@39.73,116.3400,17z", None),
        ("https://gongtu.example/m?lon=116.34&lat=39.73&datum=bd09", "bd09"),
        ("https://gongtu.example/m?lat=39.73&lon=116.34", None),
        ("https://notamap.com.example/?position=116.34,39.73", None),
        ("【驿站】快来 https://uri.amap.com/marker?position=116.34,39.73 复制打开", "gcj02"),
        ("HTTPS://URI.AMAP.COM/marker?POSITION=116.34,39.73", "gcj02"),
        ("https://uri.amap.com/marker?position=116.34%2C39.73", "gcj02"),
        ("https://uri.amap.com/marker?position=116.34，39.73", "gcj02"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("asked", DATUMS)
def test_links_of_maps(link: str, datum: Datum | None, asked: Datum) -> None:
    assert read_point(link, asked) == near(moved(HERE, datum or asked))


@given(lon=st.floats(74, 134), lat=st.floats(4, 53), datum=st.sampled_from(DATUMS))
def test_the_order_makes_no_difference_in_china(lon: float, lat: float, datum: Datum) -> None:
    expected = near(moved((round(lon, 7), round(lat, 7)), datum))
    for text in (f"{lon:.7f},{lat:.7f}", f"{lat:.7f} {lon:.7f}", f"{lat:.7f}N {lon:.7f}E"):
        assert read_point(text, datum) == expected
    link = "https://x.example/?" + urlencode({"location": f"{lat:.7f},{lon:.7f}"})
    assert read_point(link, datum) == expected


@given(text=st.text(max_size=200) | st.text(string.digits + " .,;-+°′″'\"NSEWnsew东西南北经纬度分秒:=/?&@#[]%geolatht"))
def test_whatever_is_pasted_gives_a_point_on_earth_or_is_refused(text: str) -> None:
    for given_text in (text, f"https://{text}", f"geo:{text}", f"https://uri.amap.com/marker?position={text}"):
        with suppress(ParameterError):
            lon, lat = read_point(given_text, "wgs84")
            assert -180 <= lon <= 180
            assert -90 <= lat <= 90


@pytest.mark.parametrize(
    "link",
    [
        "https://maps.example/?center=116.10,39.60&q=116.34,39.73",
        "https://maps.example/?q=116.34,39.73&center=116.10,39.60",
        "https://maps.example/?ll=39.60,116.10&daddr=39.73,116.34",
    ],
)
def test_where_one_goes_comes_before_what_the_screen_showed(link: str) -> None:
    assert read_point(link, "wgs84") == (116.34, 39.73)


def test_a_host_that_only_ends_like_a_maps_has_no_datum_of_its_own() -> None:
    assert read_point("https://notamap.com/?q=116.34,39.73", "wgs84") == (116.34, 39.73)
    assert read_point("https://www.amap.com/?q=116.34,39.73", "wgs84") != (116.34, 39.73)
