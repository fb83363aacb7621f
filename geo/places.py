"""Places: from the words of a Chinese address to the region that the town, community or village it names belongs to.

As many as can be, none wrongly: what could mean two things means nothing. The first of these that an address says
decides, if it says one region only:

1. the official name of a town or subdistrict, anywhere and whatever else is named: 黄村镇, 清源街道;
2. another full name of one: 黄村地区, 清源办事处, and 黄村乡, what a town was before it was one;
3. communities, villages, zones, former townships, and a town's bare name where it can only be the town's (采育开发区).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.schema import PROVENANCE, Column, Table

# Communities and villages are the statistical ones. A zone without a region lies in several.
KINDS = ("community", "village", "zone", "former_township")

TABLE = Table(
    file="places.csv",
    key=("code",),
    columns=(
        Column("code", required=True),
        Column("name", required=True),
        Column("region"),
        Column("kind", "choice", required=True, choices=KINDS),
        Column("unit_name"),
        *PROVENANCE,
    ),
)

NOWHERE = -1

HAN = "一-鿿"
DIGIT = "一二三四五六七八九"
NUMERAL = f"{DIGIT}十"
# One way to write each character: traditional forms, and what names are commonly miswritten with (北藏村, 赢海, 通洲).
ONE_WAY = str.maketrans(
    "鎮區鄉縣紅莊營龐黃門舊宮長雲採禮賢觀榮華興豐園東號樓趙迴藏赢嬴洲啰",
    "镇区乡县红庄营庞黄门旧宫长云采礼贤观荣华兴丰园东号楼赵回臧瀛瀛州罗",
)
ODD = re.compile(rf"[(（]地区[)）]|[{''.join(map(chr, ONE_WAY))}]|[^\x21-\x7e{HAN}]+")  # what normalise changes
TOWN_SUFFIX = re.compile(r"(?:镇|乡|街道|地区)$")
OFFICE = re.compile(r"(?:人民政府|办事处)$")
COMMITTEE = re.compile(r"(?:社区|居委会|居民委员会|村委会|村民委员会)+$")
COUNTED = re.compile(rf"(?:([{DIGIT}])?(十)([{DIGIT}])?|([{DIGIT}]))(?=里|区|村|号院)")
NUMBERED_VILLAGE = re.compile(rf"(.{{2,}}?)[{NUMERAL}]+村")
LARGER = "省市区县镇乡街道处路号"  # how the names of larger units end, after which a place's begins

# 枣园路, 旧宫东二路, 天宫院地铁站, 芦城北桥 are roads, stations and bridges: a name said for the way to somewhere else.
WAY = rf"(?:地铁|公交)?[东西南北中前后内外大小新老{NUMERAL}\d]{{0,3}}(?:路|街|桥|胡同|巷|站|道|线|高速|立交)"
ZONE = (
    r"(?:工业(?:小区|园区|开发区|园|区|基地|大院)|(?:经济|工业)?(?:技术)?开发区"
    r"|(?:产业|科技|创业|物流|农业)(?:园区|园|基地)|配套区|场区)"
)
ZONE_NAME = re.compile(rf"{ZONE}$")

# What may follow a name, from the most that is allowed to the least.
ANYTHING = re.compile(r"")
# After 孙村: no way but its own lanes (孙村中街, 孙村三巷), no larger unit (孙村镇), no longer village (孙村店村).
AFTER_VILLAGE = re.compile(
    rf"(?=[东西南北中前后{NUMERAL}\d]{{1,2}}(?:街|条|巷|胡同))"
    rf"|(?!{WAY}|[镇乡区县市]|地区|(?!村?委|村?民委|自然村)[{HAN}]{{1,3}}[村庄营屯](?!委|民))"
)
# After 郁花园二里, 寿保庄: the end, 社区, a part or building of it, a house number (15号楼, 甲3号); not 大厦, 商贸.
AFTER_NAME = re.compile(
    rf"(?!{WAY})(?=$|[^{HAN}]|社区|小区|居委会|居民委员会|村?村委会|院|内|底商|商业(?:楼|用房)|综合楼|配套|公建|会所|物业"
    rf"|平房|地下|临\d|[东西南北中]?[区侧门]|[甲乙丙丁{NUMERAL}]+\d*(?:号|楼|栋|幢)|{ZONE})"
)
AFTER_SHORT = re.compile(r"(?=社区|小区|居委会|居民委员会)")
FROM_MOST_TO_LEAST = (ANYTHING, AFTER_VILLAGE, AFTER_NAME, AFTER_SHORT)

# 采育开发区, 旧宫南工业园: the zone of the town it is named after.
ZONE_OF_TOWN = re.compile(rf"[东西南北中新老]?{ZONE}")
# After 大兴区西红门: neither a way nor a gate, and no zone, new town or airport, which reach across towns.
AFTER_BARE = re.compile(rf"(?!{WAY}|门|地区|街道)(?!.*(?:开发区|基地|新城|新区|机场|临空))")

# 北京市, 大兴区, 河北省, 固安县 at the head of an address; 清源小区, 工业区, 三区, 都市公寓 are no districts.
UNIT = rf"(?:(?![省市区县镇乡街道路号村])[{HAN}])"
HEAD = re.compile(
    rf"[^{HAN}]*({UNIT}{{1,5}}县(?!营)|{UNIT}{{2,5}}(?:自治区|省|(?<!超)市(?![场政民营]|公寓)"
    rf"|(?<![小社园地发业验范片校景厂院场住活务流税保套库济贸空能郊辖护作理假东西南北中{NUMERAL}])区))"
)
# 马驹桥镇 there: a town of another district, whose villages may have the names of ours.
OTHER_TOWN = re.compile(rf"[{HAN}]{{2,5}}?(?:镇|乡|街道|地区办事处)")

Regions = dict[str, set[int]]  # the regions that a name can mean


class Gazetteer:
    """The names of a district's regions, communities and villages, ready to be found in text.

    ``regions``: columns code, name, alias, in region order; ``places``: name, kind, region (a code, ``""`` where it
    is in none of the regions or in several); ``district``: its full name from the top, as 北京市大兴区.
    """

    def __init__(self, regions: pd.DataFrame, places: pd.DataFrame, *, district: str) -> None:
        self._learn_district(normalise(district))
        self._learn_regions(regions["code"], [*map(normalise, regions["name"])], [*map(normalise, regions["alias"])])
        self._learn_places(places)
        # A name begins at the start, after any sign but a Chinese character, after a larger unit or after the district.
        starts = (*self._starting, *self._stems)
        firsts, seconds = (_any_of({name[i : i + 1] for name in starts}).pattern for i in (0, 1))
        self._start = re.compile(
            rf"(?:{firsts})(?={seconds})(?:(?<![{HAN}].)|(?<=[{LARGER}].)|(?<={re.escape(self._stem) or '(?!)'}.))"
        )

    def _learn_district(self, district: str) -> None:
        units, end = _head(district)
        self._home = (*units, *filter(None, [district[end:]]))
        self._stem = self._home[-1][:-1] if self._home else ""
        said = rf"{re.escape(self._stem)}(?:新?区|县|市)" if self._stem else "(?!)"  # 大兴县 is what 大兴区 was
        self._district = re.compile(said)
        self._at_district = re.compile(rf"(?:{said}|{re.escape(self._stem) or '(?!)'})$")

    def _learn_regions(self, codes: Iterable[str], names: list[str], aliases: list[str]) -> None:
        self._official: Regions = defaultdict(set)
        self._full_names: Regions = defaultdict(set)  # those and the others
        self._stems: Regions = defaultdict(set)
        for number, (name, alias) in enumerate(zip(names, aliases, strict=True)):
            self._official[name].add(number)
            for full in filter(None, (name, alias)):
                stem = TOWN_SUFFIX.sub("", full)
                self._stems[stem].add(number)
                for other in (full, f"{stem}办事处", f"{stem}乡" if full.endswith("镇") else full):
                    self._full_names[other].add(number)
        self._full_name = _any_of(self._full_names)
        self._town_stem = _any_of(self._stems)
        self._names, self._number_of = names, {code: number for number, code in enumerate(codes)}
        self._declared = self._number_of | _certain(self._stems) | _certain(self._full_names)

    def _learn_places(self, places: pd.DataFrame) -> None:
        known = []
        for name, kind, region in zip(places["name"], places["kind"], places["region"], strict=True):
            number = self._number_of.get(region, NOWHERE)
            town = "" if number == NOWHERE else self._names[number]
            known += [(part, kind, number) for part in _parts(COMMITTEE.sub("", normalise(name)), town)]
        begun: Regions = defaultdict(set)  # the regions of the names that begin so
        for name, _, number in known:
            for end in range(len(name)):
                begun[name[: end + 1]].add(number)
        # Towns only, and not 黄村 or 亦庄, which are wider: places of other regions, or of several, bear those names.
        self._bare = {
            stem: of
            for stem, of in self._stems.items()
            if self._official.get(f"{stem}镇") == of and begun.get(stem, of) == of
        }

        def certain(part: str) -> bool:
            return len(begun[part]) == 1 and part not in self._stems

        self._places: Regions = defaultdict(set)
        self._villages: set[str] = set()
        self._after: dict[str, re.Pattern[str]] = {}
        for name, kind, number in known:
            for spelling, after in _spellings(name, kind, certain):
                self._places[spelling].add(number)
                self._after[spelling] = max(self._after.get(spelling, after), after, key=FROM_MOST_TO_LEAST.index)
                if kind == "village":
                    self._villages.add(spelling)
        self._starting: dict[str, list[str]] = defaultdict(list)
        for spelling in _longest_first(self._places):
            self._starting[spelling[:2]].append(spelling)

    def declared(self, texts: pd.Series) -> NDArray[np.int16]:
        """The region index (n,) that each register cell names, -1 where none.

        A cell is a code, a name (黄村镇), an official alias (黄村地区) or either without its suffix where that is one
        region's only (黄村), with or without the district before it and 办事处 or 人民政府 after it.
        """

        def region(text: str) -> tuple[int, str]:
            words = OFFICE.sub("", normalise(text))
            for unit in self._home[:-1]:
                words = words.removeprefix(unit)
            if home := self._district.match(words):
                words = words[home.end() :]
            return self._declared.get(words, NOWHERE), words

        return _for_each(texts, region)["region"].to_numpy()

    def resolve(self, addresses: pd.Series) -> pd.DataFrame:
        """Columns ``region`` (int16 index, -1 where not certain) and ``matched`` (the name found, ``""``), same index.

        Exactly one town or subdistrict named in full decides. Else what communities, villages, zones and bare town
        names say, each the longest name at the start of a word and not part of the name of a road, a station or
        something longer, if together they leave one region. Not resolved: an address of another district, two regions
        named, a name that several regions have, a zone that reaches across several, a bare 亦庄 or 黄村.
        """
        return _for_each(addresses, self._region_of)

    def _region_of(self, address: str) -> tuple[int, str]:
        text = normalise(address)
        in_district = not self._home or self._district.search(text)
        if not in_district and not all(unit.endswith(self._home) for unit in _head(text)[0]):
            return NOWHERE, ""
        if towns := self._full_name.findall(text):
            named = [name for name in towns if name in self._official] or towns
            return _only_region([(name, self._full_names[name]) for name in named])
        _, head = _head(text)
        other = OTHER_TOWN.match(text, head)
        return _only_region(self._places_in(text, head) if other is None or other[0] in self._places else ())

    def _places_in(self, text: str, end: int) -> Iterator[tuple[str, set[int]]]:
        """The names of level 3 in ``text`` from ``end`` on, each with its regions: at each start of a word the longest,
        if what follows it fits.
        """
        for begin in self._start.finditer(text, end):
            start = begin.start()
            if start < end:
                continue
            name, within = self._longest(text, start), None
            if town := self._town_stem.match(text, start):
                if town[0] in self._bare and self._is_town(text, town):
                    yield town[0], self._bare[town[0]]
                if not name:  # one may begin after the town's: 黄村富强西里, but of villages only the town's own
                    start = town.end()
                    name = self._longest(text, start)
                    within = self._stems[town[0]] if name in self._villages else None
            if name:
                end = start + len(name)
                if self._after[name].match(text, end):
                    yield name, self._places[name] if within is None else self._places[name] & within

    def _longest(self, text: str, start: int) -> str:
        """The longest name of a place that stands in ``text`` at ``start``, ``""`` if none does."""
        for name in self._starting.get(text[start : start + 2], ()):
            if text.startswith(name, start):
                return name
        return ""

    def _is_town(self, text: str, stem: re.Match[str]) -> bool:
        """Whether ``stem``, a town's name without its 镇, can only mean the town."""
        if ZONE_OF_TOWN.match(text, stem.end()):
            return True
        here = self._at_district.search(text, 0, stem.start()) and AFTER_BARE.match(text, stem.end())
        return bool(here) and set(self._town_stem.findall(text)) == {stem[0]}


def _parts(name: str, town: str) -> set[str]:
    """A place's name as registered, and as also written: without its town's 镇 (瀛海工业区), or without the town where
    what is left tells enough (空港新苑一里).
    """
    stem = TOWN_SUFFIX.sub("", town)
    rest = name.removeprefix(stem)
    parts = {name, name.replace(town, stem, 1) if town else name}
    return parts | ({rest} if len(rest) > 4 and not name.startswith(town) else set())


def _spellings(name: str, kind: str, certain: Callable[[str], bool]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The ways an address may write a place's name, each with what must follow it for the place to be meant.

    ``certain``: whether names that begin so are of one region only, and none is a region's own.
    """
    spellings: list[tuple[str, re.Pattern[str]]]
    if kind in ("zone", "former_township") or ZONE_NAME.search(name):
        spellings = [(name, ANYTHING)]
    elif kind == "village" and name.endswith("村"):
        numbered = NUMBERED_VILLAGE.fullmatch(name)  # 皮各庄二村 is in 皮各庄, like its other parts
        short = numbered[1] if numbered else name[:-1]
        spellings = [(name, AFTER_VILLAGE), (f"{short}村", AFTER_VILLAGE)]
        if len(short) > 2 and short[-1] not in "东西南北" and certain(short):  # 团河北门 is a gate
            spellings.append((short, AFTER_NAME))
    else:  # 九龙, 绿地, 天宫院 alone may be anything, and 鹿海园 begins the names of two regions' estates
        spellings = [(name, AFTER_NAME if len(name) > 2 and certain(name) else AFTER_SHORT)]
    for spelling, after in spellings:
        yield spelling, after
        yield COUNTED.sub(_in_digits, spelling), after


def _in_digits(counted: re.Match[str]) -> str:
    """12 for 十二, 3 for 三."""
    tens, ten, ones, single = (counted[i] or "" for i in range(1, 5))
    value = {"": 0} | {digit: value for value, digit in enumerate(DIGIT, start=1)}
    return str((value[tens] or 1) * 10 + value[ones] if ten else value[single])


def normalise(text: str) -> str:
    """``text`` with full-width letters, digits and signs made plain (NFKC), characters written one way (``ONE_WAY``),
    and all blanks and a bracketed 地区, as in 西红门(地区)镇, taken out.
    """
    return ODD.sub(_plain, text)


def _plain(odd: re.Match[str]) -> str:
    if "地区" in odd[0]:
        return ""
    characters = unicodedata.normalize("NFKC", odd[0]).translate(ONE_WAY)
    return "".join(character for character in characters if character.isprintable() and not character.isspace())


def _head(text: str) -> tuple[list[str], int]:
    """The provinces, cities, districts and counties that an address begins with, 北京市, 大兴区, and where they end."""
    units, end = [], 0
    while unit := HEAD.match(text, end):
        units.append(unit[1])
        end = unit.end()
    return units, end


def _only_region(found: Iterable[tuple[str, set[int]]]) -> tuple[int, str]:
    """The one region that all the names found can mean, with the first of them; NOWHERE if there is none or several.

    Names that no region has to itself (``NOWHERE``) say nothing.
    """
    telling = [(name, regions) for name, regions in found if regions != {NOWHERE}]
    regions = set.intersection(*(regions for _, regions in telling)) if telling else set()
    number = regions.pop() if len(regions) == 1 else NOWHERE
    return number, "" if number == NOWHERE else telling[0][0]


def _certain(regions_of: Regions) -> dict[str, int]:
    """The one region of each name, NOWHERE where there are several."""
    return {name: next(iter(regions)) if len(regions) == 1 else NOWHERE for name, regions in regions_of.items()}


def _longest_first(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (-len(name), name))


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Finds the longest of ``names``; nothing where there are none."""
    return re.compile("|".join(map(re.escape, filter(None, _longest_first(names)))) or r"(?!)")


def _for_each(texts: pd.Series, answer: Callable[[str], tuple[int, str]]) -> pd.DataFrame:
    """``answer`` for each text (missing is ``""``), worked out once for equal ones."""
    codes, distinct = pd.factorize(texts.fillna("").astype(str))
    pairs = [answer(text) for text in distinct]
    region = np.array([region for region, _ in pairs], dtype=np.int16)
    matched = np.array([name for _, name in pairs], dtype=object)
    return pd.DataFrame({"region": region[codes], "matched": matched[codes]}, index=texts.index)
