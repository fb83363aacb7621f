"""Addresses: as many as can be, none wrongly. The district is real, because its names are the traps."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.places import Gazetteer, normalise

PACK = Path(__file__).parent.parent / "data"


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(PACK / name, dtype=str, keep_default_na=False)


REGIONS, PLACES = read("regions.csv"), read("places.csv")
STATISTICAL = PLACES[PLACES["kind"].isin(["community", "village"])]
# As addresses write them: 郁花园二里, 狼垡二村.
SPOKEN = STATISTICAL["name"].str.replace(r"(社区|居委会|居民委员会|村委会)+$", "", regex=True)
TRUTH = STATISTICAL["region"].map(REGIONS.set_index("code")["name"]).fillna("")
STEMS = REGIONS["name"].str.replace(r"(镇|街道)$", "", regex=True)
# Towns whose bare name can only be the town's: not 黄村, 亦庄 and 瀛海, whose names places of other regions bear.
BARE = tuple(set(STEMS[REGIONS["kind"] == "town"]) - {"黄村", "亦庄", "瀛海"})


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(REGIONS, PLACES, district="北京市大兴区")


def named(gazetteer: Gazetteer, addresses: pd.Series) -> pd.Series:
    """The names of the regions that the addresses resolve to, ``""`` where they do not."""
    return gazetteer.resolve(addresses)["region"].map(REGIONS["name"]).fillna("")


@pytest.mark.parametrize(
    ("address", "region", "matched"),
    [
        # a town or subdistrict in full, by name, official alias, office or as the township it was
        ("北京市大兴区黄村镇金星路12号", "黄村镇", "黄村镇"),
        ("大兴区黄村地区办事处", "黄村镇", "黄村地区"),
        ("大兴黄村镇", "黄村镇", "黄村镇"),
        ("北京市大兴区清源街道兴盛街187号院", "清源街道", "清源街道"),
        ("北京市大兴区清源办事处", "清源街道", "清源办事处"),
        ("青云店镇工业开发区", "青云店镇", "青云店镇"),
        ("大兴县旧宫乡", "旧宫镇", "旧宫乡"),
        # whatever dress the district wears, and wherever in the text the town stands
        ("北京市大兴县黄村镇兴政街5号", "黄村镇", "黄村镇"),
        ("中国北京市黄村镇", "黄村镇", "黄村镇"),
        ("北京市市辖区大兴区安定镇西芦小学", "安定镇", "安定镇"),
        ("北京大兴新区黄村镇", "黄村镇", "黄村镇"),
        ("北京经济技术开发区瀛海镇", "瀛海镇", "瀛海镇"),
        ("北京市临空经济区榆垡镇", "榆垡镇", "榆垡镇"),
        ("中国（北京）自由贸易试验区大兴机场片区榆垡镇榆顺路12号1-11室（集群注册）", "榆垡镇", "榆垡镇"),
        ("黄村镇北京市大兴区", "黄村镇", "黄村镇"),
        ("北京市大兴区兴华路（黄村镇）", "黄村镇", "黄村镇"),
        ("中国农业银行北京市大兴区安定镇支行", "安定镇", "安定镇"),
        ("北京超市发黄村镇店", "黄村镇", "黄村镇"),
        # however it is typed
        ("北京市　大兴区 庞各 庄镇", "庞各庄镇", "庞各庄镇"),
        ("北京市大兴区黄村\u200b镇", "黄村镇", "黄村镇"),
        ("北京市大興區長子營鎮", "长子营镇", "长子营镇"),
        ("大兴区西红门（地区）镇西红门路", "西红门镇", "西红门镇"),
        ("北京市大兴区北藏村镇", "北臧村镇", "北臧村镇"),
        # a name in full is no less one before 路, 政府 or 村
        ("大兴区兴丰街道路北", "兴丰街道", "兴丰街道"),
        ("大兴区黄村镇路12号", "黄村镇", "黄村镇"),
        ("大兴区黄村镇镇政府东", "黄村镇", "黄村镇"),
        # the official name over an area loosely called by another's, over roads, villages and communities
        ("大兴区亦庄地区瀛海镇三太路1号", "瀛海镇", "瀛海镇"),
        ("大兴区黄村镇清源办事处院内", "黄村镇", "黄村镇"),
        ("黄村地区（黄村镇）", "黄村镇", "黄村镇"),
        ("北京市大兴区西红门镇旧宫路5号", "西红门镇", "西红门镇"),
        ("大兴区黄村镇车站村1号", "黄村镇", "黄村镇"),
        ("瀛海镇郁花园二里", "瀛海镇", "瀛海镇"),
        # communities
        ("北京市大兴区郁花园二里１５号楼", "高米店街道", "郁花园二里"),
        ("北京市大兴区郁花园2里15号楼", "高米店街道", "郁花园2里"),
        ("大兴区郁花园三里小区12-3", "高米店街道", "郁花园三里"),
        ("北京市大兴区黄村西里甲3号", "兴丰街道", "黄村西里"),
        ("北京市大兴区黄村富强西里底商", "兴丰街道", "富强西里"),
        ("北京大兴富强西里综合楼", "兴丰街道", "富强西里"),
        ("大兴区枣园社区", "清源街道", "枣园"),
        ("大兴区枣园小区5-3-205", "清源街道", "枣园"),
        ("大兴区天宫院社区居委会", "天宫院街道", "天宫院"),
        ("北京市大兴区康庄路五十号院", "清源街道", "康庄路五十号院"),
        ("北京市大兴区康庄路50号院1号楼", "清源街道", "康庄路50号院"),
        ("大兴区新源大街２６号院3号楼", "林校路街道", "新源大街26号院"),
        ("大兴区空港新苑三里5号楼", "榆垡镇", "空港新苑三里"),
        ("北京大兴都市公寓3号楼", "西红门镇", "都市公寓"),
        ("大兴区鹿海园社区", "亦庄镇", "鹿海园"),
        ("大兴区富力丹麦小镇3号楼", "庞各庄镇", "富力丹麦小镇"),
        # a zone of several regions says nothing, the estate in it does
        ("北京市亦庄经济技术开发区博客雅苑12号楼", "博兴街道", "博客雅苑"),
        ("大兴区亦庄鹿海园五里3号楼", "瀛海镇", "鹿海园五里"),
        # villages
        ("大兴区后辛庄村3号", "黄村镇", "后辛庄村"),
        ("大兴区寿保庄12号", "西红门镇", "寿保庄"),
        ("北京市大兴区团河南村村委会北侧", "西红门镇", "团河南村"),
        ("大兴区李窑村村北路东", "庞各庄镇", "李窑村"),
        ("大兴区孙村3号", "黄村镇", "孙村"),
        ("北京大兴孙村中街3号", "黄村镇", "孙村"),
        ("大兴区孙村自然村3号", "黄村镇", "孙村"),
        ("大兴区狼垡2村", "黄村镇", "狼垡2村"),
        ("西红门12村3号", "西红门镇", "西红门12村"),
        ("大兴区皮各庄村5号", "北臧村镇", "皮各庄村"),
        ("大兴区黄村孙村5号", "黄村镇", "孙村"),
        ("大兴赵县营村5号", "长子营镇", "赵县营村"),
        ("大兴区东赵村5号", "青云店镇", "东赵村"),
        # two names, of which one leaves several regions and the other tells which
        ("大兴区安定车站村1号", "安定镇", "安定"),
        ("大兴区魏善庄车站村1号", "魏善庄镇", "魏善庄"),
        # zones of one town, by its own name or a village's
        ("大兴区孙村工业区", "黄村镇", "孙村工业区"),
        ("大兴区芦城工业区创新路8号", "黄村镇", "芦城工业区"),
        ("大兴区寿保庄工业区", "西红门镇", "寿保庄"),
        ("北京采育经济开发区采林路2号", "采育镇", "北京采育经济开发区"),
        ("采育开发区", "采育镇", "采育"),
        ("大兴区长子营工业小区", "长子营镇", "长子营"),
        ("旧宫南工业区3号", "旧宫镇", "旧宫"),
        ("大兴区南郊旧宫场区育龙路3号", "旧宫镇", "南郊旧宫场区"),
        ("大兴区瀛海工业区", "瀛海镇", "瀛海工业区"),
        # townships that were merged into one town
        ("大兴县芦城乡", "黄村镇", "芦城乡"),
        ("大兴区大辛庄乡", "礼贤镇", "大辛庄乡"),
        # a town without its 镇, right after the district
        ("大兴区西红门嘉悦广场5号楼", "西红门镇", "西红门"),
        ("大兴区庞各庄", "庞各庄镇", "庞各庄"),
    ],
)
def test_resolved(gazetteer: Gazetteer, address: str, region: str, matched: str) -> None:
    found = gazetteer.resolve(pd.Series([address])).iloc[0]
    assert found["region"] >= 0
    assert (REGIONS["name"].iloc[found["region"]], found["matched"]) == (region, matched)


@pytest.mark.parametrize(
    "address",
    [
        # bare names that are wider than the region
        "大兴区亦庄",
        "大兴区黄村",
        "大兴区黄村工业区",
        "大兴区亦庄工业区",
        "大兴区天宫院",
        "大兴区高米店五彩缤纷城",
        "大兴区九龙大厦",
        "大兴区九龙12号",
        "大兴区绿地中心",
        # roads, streets, stations
        "北京市大兴区黄村东大街5号",
        "北京市大兴区旧宫东路3号",
        "大兴区西红门路17号",
        "大兴区礼贤东大街27号",
        "大兴区安定门",
        "大兴区林校北路8号",
        "大兴区观音寺街3号",
        "大兴区荣华南路1号",
        "大兴区康庄路28号",
        "大兴区郁花园路2号",
        "大兴区枣园路12号",
        "大兴区孙村东路1号",
        "大兴区后辛庄村桥东",
        "大兴区天宫院地铁站",
        "大兴区瀛海博兴八路5号",
        # part of a longer name, or one that may be anywhere
        "大兴区北后辛庄村3号",
        "大兴区李村店村3号",
        "大兴区孙村镇",
        "大兴区郁花园二里大厦",
        "大兴区悦景苑二期5号楼",
        "大兴区团河北门",
        "大兴区幸福12号",
        "大兴区家园一里5号楼",
        "大兴区半壁店森林公园",
        "大兴区火神庙商业中心E座",
        "观音寺市场12号",
        # a name of two regions, two regions named
        "大兴区车站村1号",
        "大兴区鹿海园3号楼",
        "大兴区海子角12号",
        "大兴区黄村辛庄村5号",
        "大兴区西红门高米店",
        "黄村镇与清源街道之间",
        "大兴区庞各庄镇、礼贤镇",
        "大兴区黄村镇清源街道",
        "大兴区郁花园二里、黄村西里",
        # zones that reach across regions
        "大兴经济开发区一区",
        "北京市大兴区大兴工业开发区金苑路26号",
        "北京亦庄经济技术开发区荣华中路8号",
        "北京经济技术开发区科创十四街99号",
        "大兴区亦庄开发区荣京东街3号",
        "大兴区中关村科技园区大兴生物医药产业基地永大路38号",
        "大兴区西红门新媒体产业基地",
        "大兴区礼贤大兴国际机场",
        "大兴区团河农场",
        # another district, another district's town
        "北京市丰台区黄村镇",
        "北京丰台区黄村镇",
        "北京市通州区马村3号",
        "马驹桥镇孙村3号",
        "大兴区马驹桥镇孙村3号",
        "朝阳区十八里店乡周村",
        "湖北省武汉市硚口区荣华街道地质小区",
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


HEADS = (
    *(
        "",
        "大兴",
        "大兴区",
        "大兴县",
        "北京市",
        "北京大兴",
        "北京市大兴区",
        "北京市大兴县",
        "中国北京市大兴区",
        "北京市 大兴区",
    ),
    *("北京市市辖区大兴区", "北京市北京市大兴区", "北京市大兴新区", "北京市大兴区大兴区", "（集群注册）北京市大兴区"),
    *("北京经济技术开发区", "北京市亦庄经济技术开发区", "北京市大兴经济开发区", "北京市临空经济区", "北京市自贸试验区"),
)
SURROUNDINGS = st.lists(
    st.one_of(
        st.sampled_from([*SPOKEN, *filter(None, REGIONS["alias"]), *(PLACES["name"])]),
        st.builds(
            str.__add__, st.sampled_from([*STEMS]), st.sampled_from(["路", "东路", "路口", "村", "工业区", "农场"])
        ),
        st.sampled_from(
            ["路北", "政府", "办事处", "地区", "京开路", "科创十四街", "村委会西500米", "（1号楼101）", "甲"]
        ),
        st.integers(1, 999).map("{}号".format),
    ),
    max_size=4,
).map("".join)


@given(head=st.sampled_from(HEADS), town=st.sampled_from([*REGIONS["name"]]), before=SURROUNDINGS, after=SURROUNDINGS)
def test_an_address_that_names_exactly_one_region_in_full_is_in_it(
    gazetteer: Gazetteer, head: str, town: str, before: str, after: str
) -> None:
    address = head + before + town + after
    assume([name for name in REGIONS["name"] if name in address] == [town])
    assert named(gazetteer, pd.Series([address])).tolist() == [town]


VILLAGE = (
    "{}",
    "{}12号",
    "{}村委会西500米",
    "{}村北路东",
    "{}(集群注册)",
    "{}甲3号",
    "{}工业大院",
    "{}二巷8号",
    "{}内",
)
COMMUNITY = ("{}社区居委会", "{}小区3号楼", "{}社区12号")
ESTATE = (
    "{}",
    "{}5号楼",
    "{}12-3-401",
    "{}底商5号",
    "{}甲5号",
    "{}乙12号楼",
    "{}院内",
    "{}(东区)",
    "{}物业楼",
    "{}平房",
)
WAYS = ("{}路5号", "{}东路3号", "{}北桥", "{}地铁站", "{}大街3号")


def in_all(names: pd.Series, templates: tuple[str, ...], heads: tuple[str, ...]) -> tuple[pd.Series, pd.Series]:
    """Addresses of every name in every template after every head, and the index of the name of each."""
    rows = [(i, head + template.format(name)) for i, name in names.items() for template in templates for head in heads]
    return pd.Series([address for _, address in rows]), pd.Series([i for i, _ in rows])


@pytest.mark.parametrize(("kind", "templates"), [("village", VILLAGE), ("community", COMMUNITY), ("community", ESTATE)])
def test_every_place_is_found_in_every_usual_form_or_not_at_all(
    gazetteer: Gazetteer, kind: str, templates: tuple[str, ...]
) -> None:
    names = SPOKEN[(STATISTICAL["kind"] == kind) & (TRUTH != "")]
    addresses, owner = in_all(names, templates, ("北京市大兴区", "大兴区", "大兴县", "北京大兴", ""))
    found, truth = named(gazetteer, addresses), owner.map(TRUTH)
    assert addresses[(found != truth) & (found != "")].tolist() == []
    missed = set(owner[found == ""].map(names))
    if templates == ESTATE:  # 九龙, 绿地 need their 社区 said, as do names with which other regions' begin
        assert {name for name in missed if len(name) > 2} == {"观音寺", "天宫院", "海子角", "鹿海园"}
    else:
        assert missed == ({"车站村"} if kind == "village" else set())


def test_the_way_to_a_place_is_not_the_place(gazetteer: Gazetteer) -> None:
    """But a zone's road is the zone's, and after 大兴区 a name may begin with its town's: 西红门一村路."""
    names = SPOKEN[~SPOKEN.str.contains("[工产]业|开发区|配套区|场区|镇")]
    for head, alone in (("", names), ("大兴区", names[~names.str.startswith(BARE)])):
        addresses, _ = in_all(alone, WAYS, (head,))
        assert addresses[named(gazetteer, addresses) != ""].tolist() == []


def test_every_place_is_found_by_its_registered_name_or_not_at_all(gazetteer: Gazetteer) -> None:
    found = named(gazetteer, "大兴区" + PLACES["name"])
    truth = PLACES["region"].map(REGIONS.set_index("code")["name"]).fillna("")
    assert PLACES["name"][(found != truth) & (found != "")].tolist() == []
    assert PLACES["name"][(found == "") & (truth != "")].tolist() == ["车站村村委会", "车站村村委会"]


def test_a_former_township_lies_where_all_places_of_its_name_do() -> None:
    former = PLACES[PLACES["kind"] == "former_township"]
    for name, region, standing in zip(former["name"], former["region"], former["standing"], strict=True):
        bearing = STATISTICAL["region"][STATISTICAL["name"].str.startswith(name.removesuffix("乡"))]
        assert set(bearing) <= {region}
        assert standing == "reported" or len(bearing)  # it is from those that the others are inferred


def test_every_region_is_found_by_each_of_its_names(gazetteer: Gazetteer) -> None:
    for names in (REGIONS["name"], REGIONS["alias"]):
        bearing = REGIONS[names != ""]
        for text in (names[names != ""], "北京市大兴区" + names[names != ""] + "办事处"):
            assert gazetteer.resolve(text)["region"].tolist() == bearing.index.tolist()
            assert gazetteer.declared(text).tolist() == bearing.index.tolist()
    assert gazetteer.declared(REGIONS["code"]).tolist() == REGIONS.index.tolist()


def test_what_a_register_declares(gazetteer: Gazetteer) -> None:
    cells = pd.Series(
        [
            "黄村",
            " 亦庄 ",
            "大兴区西红门",
            "大兴县采育",
            "礼贤镇人民政府",
            "安定乡",
            "经开区",
            "大兴区",
            "",
            None,
            "丰台区",
            "村",
        ]
    )
    found = pd.Series(gazetteer.declared(cells)).map(REGIONS["name"]).fillna("")
    assert found.tolist() == ["黄村镇", "亦庄镇", "西红门镇", "采育镇", "礼贤镇", "安定镇", "", "", "", "", "", ""]


def test_the_index_and_the_order_are_kept(gazetteer: Gazetteer) -> None:
    addresses = pd.Series(["礼贤镇", None, "礼贤镇"], index=[5, 5, 1])
    found = gazetteer.resolve(addresses)
    assert found.index.tolist() == [5, 5, 1]
    assert found["matched"].tolist() == ["礼贤镇", "", "礼贤镇"]
    assert gazetteer.resolve(addresses[:0]).empty


@pytest.fixture(scope="module")
def small() -> Gazetteer:
    """A district whose own name looks like no district's: 河东区 could be the east side of a river."""
    regions = pd.DataFrame({"code": ["1", "2"], "name": ["新立街道", "新立镇"], "alias": ["", ""]})
    rows = [
        ("东庄村村委会", "village", "1"),
        ("东庄村村委会", "village", "2"),
        ("西庄村村委会", "village", "2"),
        ("南街西庄村村委会", "village", "1"),
        ("李村村委会", "village", "1"),
        ("李村社区居委会", "community", "1"),
    ]
    return Gazetteer(regions, pd.DataFrame(rows, columns=["name", "kind", "region"]), district="天津市河东区")


@pytest.mark.parametrize(
    ("address", "region"),
    [
        ("河东区新立镇", 1),
        ("河东县新立镇", 1),
        ("天津市和平区新立镇", -1),
        ("河东区新立办事处", -1),  # of the town or of the subdistrict
        ("河东区新立", -1),
        ("河东区东庄村", -1),
        ("河东区东庄村、西庄村", 1),  # only one region has both
        ("河东区西庄村、李村社区", -1),
        ("河东区南街西庄村", 0),  # a name is not looked for within a longer one
        ("河东区李村社区", 0),
        ("河东区李村商贸城", -1),  # of a name with two meanings, the stricter one's rule holds
    ],
)
def test_a_small_district(small: Gazetteer, address: str, region: int) -> None:
    assert small.resolve(pd.Series([address]))["region"].tolist() == [region]


def test_no_names_at_all() -> None:
    nothing = Gazetteer(
        pd.DataFrame(columns=["code", "name", "alias"]),
        pd.DataFrame(columns=["name", "kind", "region"]),
        district="",
    )
    assert nothing.resolve(pd.Series(["大兴区黄村镇"]))["region"].tolist() == [-1]


def test_normalise() -> None:
    assert normalise("　大兴区 １２Ａ（北）") == "大兴区12A(北)"
    assert normalise("西红门（地区）\ufeff鎮") == normalise("西红门(地区)镇") == "西红门镇"
