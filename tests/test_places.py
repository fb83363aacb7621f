"""Addresses: as many as can be, none wrongly. The district is real, because its names are the traps."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from geo.places import Gazetteer, normalise

PACK = Path(__file__).parent.parent / "data"


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(PACK / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def regions() -> pd.DataFrame:
    return read("regions.csv")


@pytest.fixture(scope="module")
def gazetteer(regions: pd.DataFrame) -> Gazetteer:
    return Gazetteer(regions, read("places.csv"), district="北京市大兴区")


@pytest.mark.parametrize(
    ("address", "region", "matched"),
    [
        # a town or subdistrict in full, by name, official alias or office
        ("北京市大兴区黄村镇金星路12号", "黄村镇", "黄村镇"),
        ("大兴区黄村地区办事处", "黄村镇", "黄村地区"),
        ("大兴黄村镇", "黄村镇", "黄村镇"),
        ("北京市大兴区清源街道兴盛街187号院", "清源街道", "清源街道"),
        ("北京市大兴区清源办事处", "清源街道", "清源办事处"),
        ("青云店镇工业开发区", "青云店镇", "青云店镇"),
        ("北京市　大兴区 庞各 庄镇", "庞各庄镇", "庞各庄镇"),
        # a town decides over what a village's name leaves open, and over a community of another
        ("大兴区黄村镇车站村1号", "黄村镇", "黄村镇"),
        ("瀛海镇郁花园二里", "瀛海镇", "瀛海镇"),
        # communities and villages
        ("北京市大兴区郁花园二里１５号楼", "高米店街道", "郁花园二里"),
        ("大兴区郁花园三里小区12-3", "高米店街道", "郁花园三里"),
        ("北京市大兴区黄村西里甲3号", "兴丰街道", "黄村西里"),
        ("大兴区枣园社区", "清源街道", "枣园"),
        ("大兴区天宫院社区居委会", "天宫院街道", "天宫院"),
        ("北京市大兴区康庄路五十号院", "清源街道", "康庄路五十号院"),
        ("大兴区新源大街２６号院3号楼", "林校路街道", "新源大街26号院"),
        ("大兴区后辛庄村3号", "黄村镇", "后辛庄村"),
        ("北京市大兴区团河南村村委会北侧", "西红门镇", "团河南村"),
        ("大兴区孙村工业区", "黄村镇", "孙村工业区"),
        ("大兴区孙村3号", "黄村镇", "孙村"),
    ],
)
def test_resolved(gazetteer: Gazetteer, regions: pd.DataFrame, address: str, region: str, matched: str) -> None:
    found = gazetteer.resolve(pd.Series([address])).iloc[0]
    assert (regions["name"].iloc[found["region"]], found["matched"]) == (region, matched)
    assert found["region"] >= 0


@pytest.mark.parametrize(
    "address",
    [
        # bare short names
        "大兴区亦庄",
        "北京亦庄经济技术开发区荣华中路8号",
        "北京经济技术开发区荣华中路8号",
        "大兴区黄村",
        "大兴区天宫院",
        "大兴区九龙大厦",
        "大兴区九龙12号",
        "大兴区绿地中心",
        # roads, streets, stations
        "北京市大兴区黄村东大街5号",
        "北京市大兴区旧宫东路3号",
        "大兴区西红门路17号",
        "大兴区郁花园路2号",
        "大兴区枣园路12号",
        "大兴区孙村东路1号",
        "大兴区后辛庄村桥东",
        "大兴区天宫院地铁站",
        "兴丰街道路北",
        # part of a longer name
        "大兴区北后辛庄村3号",
        "大兴区李村店村3号",
        "大兴区孙村镇",
        "大兴区郁花园二里大厦",
        "观音寺市场12号",
        # a name of two regions, two regions named
        "大兴区车站村1号",
        "黄村镇与清源街道之间",
        "大兴区庞各庄镇、礼贤镇",
        "大兴区郁花园二里、黄村西里",
        # in none of the regions
        "大兴经济开发区一区",
        # another district
        "北京市丰台区黄村镇",
        "北京丰台区黄村镇",
        "北京市通州区马村3号",
        "河北省廊坊市固安县安定镇",
        "固安县礼贤镇",
        "天津市安定镇",
        "新疆维吾尔自治区安定镇",
        "",
        "12号",
    ],
)
def test_not_resolved(gazetteer: Gazetteer, address: str) -> None:
    assert gazetteer.resolve(pd.Series([address])).iloc[0].tolist() == [-1, ""]


def test_every_place_is_found_by_its_own_name_or_not_at_all(gazetteer: Gazetteer, regions: pd.DataFrame) -> None:
    places = read("places.csv")
    found = name_or_nothing(regions, gazetteer.resolve("大兴区" + places["name"]))
    truth = places["region"].map(regions.set_index("code")["name"]).fillna("")
    assert places["name"][(found != truth) & (found != "")].tolist() == []
    assert places["name"][(found == "") & (truth != "")].tolist() == ["车站村村委会", "车站村村委会"]


def test_every_region_is_found_by_each_of_its_names(gazetteer: Gazetteer, regions: pd.DataFrame) -> None:
    for names in (regions["name"], regions["alias"]):
        named = regions[names != ""]
        for text in (names[names != ""], "北京市大兴区" + names[names != ""] + "办事处"):
            assert gazetteer.resolve(text)["region"].tolist() == named.index.tolist()
            assert gazetteer.declared(text).tolist() == named.index.tolist()
    assert gazetteer.declared(regions["code"]).tolist() == regions.index.tolist()


def name_or_nothing(regions: pd.DataFrame, found: pd.DataFrame) -> pd.Series:
    return found["region"].map(regions["name"]).fillna("")


def test_what_a_register_declares(gazetteer: Gazetteer, regions: pd.DataFrame) -> None:
    cells = pd.Series(
        ["黄村", " 亦庄 ", "大兴区西红门", "礼贤镇人民政府", "经开区", "大兴区", "", None, "丰台区", "村"]
    )
    found = name_or_nothing(regions, pd.DataFrame({"region": gazetteer.declared(cells)}))
    assert found.tolist() == ["黄村镇", "亦庄镇", "西红门镇", "礼贤镇", "", "", "", "", "", ""]


def test_the_index_and_the_order_are_kept(gazetteer: Gazetteer) -> None:
    addresses = pd.Series(["礼贤镇", None, "礼贤镇"], index=[5, 5, 1])
    found = gazetteer.resolve(addresses)
    assert found.index.tolist() == [5, 5, 1]
    assert found["matched"].tolist() == ["礼贤镇", "", "礼贤镇"]
    assert gazetteer.resolve(addresses[:0]).empty


def test_no_names_at_all() -> None:
    nothing = Gazetteer(
        pd.DataFrame(columns=["code", "name", "alias"]),
        pd.DataFrame(columns=["name", "kind", "region"]),
        district="",
    )
    assert nothing.resolve(pd.Series(["大兴区黄村镇"]))["region"].tolist() == [-1]


def test_normalise() -> None:
    assert normalise("　大兴区 １２Ａ（北）") == "大兴区12A(北)"


def test_200_000_addresses_take_seconds(gazetteer: Gazetteer) -> None:
    places = read("places.csv")["name"]
    addresses = pd.Series([f"北京市大兴区{places[i % len(places)][:4]}{i}号{i % 30}幢" for i in range(200_000)])
    start = time.perf_counter()
    gazetteer.resolve(addresses)
    assert time.perf_counter() - start < 10  # 1.6 s on a loaded machine
