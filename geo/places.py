"""Places: from the words of a Chinese address to the region that the town, community or village it names belongs to.

As many as can be, none wrongly: what could mean two things means nothing.
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

KINDS = ("community", "village")

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
NEVER = re.compile(r"(?!)")

HAN = "一-鿿"
TOWN_SUFFIX = re.compile(r"(?:镇|乡|街道|地区)$")
OFFICE = re.compile(r"(?:人民政府|办事处)$")
COMMITTEE = re.compile(r"(?:社区居委会|社区居民委员会|社区|居委会|居民委员会|村委会|村民委员会)$")
# A name begins at the start, after the sign of a larger unit, or after anything that is not a Chinese character.
NAME_START = re.compile(rf"(?:^|(?<=[省市区县镇乡街道处路号])|(?<=[^{HAN}]))(?=\S)")
# 枣园路, 旧宫东二路, 天宫院地铁站, 芦城北桥 are roads, stations and bridges: a name said for the way to somewhere else.
WAY = r"(?:地铁|公交)?[东西南北中前后内外大小新老一二三四五六七八九十\d]{0,3}(?:路|街|桥|胡同|巷|站|道|线|高速|立交)"
# After 孙村: no way, no larger unit (孙村镇) and no longer village name (孙村店村).
AFTER_VILLAGE = re.compile(rf"(?!{WAY}|[镇乡区县市]|地区|[{HAN}]{{1,3}}[村庄营屯](?!委|民))")
# After 郁花园二里: the end, 社区, a part or gate of the estate, a house number (15号楼, 甲3号); not 大厦, 商贸.
AFTER_ESTATE = re.compile(
    rf"(?!{WAY})(?=$|[^{HAN}]|社区|小区|居委会|居民委员会|院|底商|[东西南北中]?[区侧门]|[甲乙丙丁一二三四五六七八九十]+\d*号)"
)
AFTER_COMMUNITY = re.compile(r"(?=社区|居委会|居民委员会)")
# 北京市, 大兴区, 河北省, 固安县 at the head of an address; 清源小区, 工业区, 三区 are no districts.
HEAD = re.compile(
    rf"[^{HAN}]*((?:(?![省市区县镇乡街道路号村])[{HAN}]){{1,5}}"
    r"(?:自治区|省|市(?![场政民])|县|(?<![小社园地发业验范片校景厂院场住活务流税套库东西南北中一二三四五六七八九十])区))"
)


class Gazetteer:
    """The names of a district's regions, communities and villages, ready to be found in text.

    ``regions``: columns code, name, alias, in region order; ``places``: name, kind, region (a code, ``""`` where it
    is in none of the regions); ``district``: its full name from the top, as 北京市大兴区.
    """

    def __init__(self, regions: pd.DataFrame, places: pd.DataFrame, *, district: str) -> None:
        number_of = {code: number for number, code in enumerate(regions["code"])}
        towns: dict[str, set[int]] = defaultdict(set)
        stems: dict[str, set[int]] = defaultdict(set)
        for number, names in enumerate(zip(regions["name"], regions["alias"], strict=True)):
            for name in filter(None, map(normalise, names)):
                stem = TOWN_SUFFIX.sub("", name)
                if stem:
                    stems[stem].add(number)
                for full in (name, stem + "办事处"):
                    towns[full].add(number)
        self._towns = _certain(towns)
        # 兴丰街道路北 is the north side of a street, not the subdistrict.
        self._town = re.compile(f"(?:{'|'.join(map(re.escape, _longest_first(towns)))})(?!路)") if towns else NEVER
        self._declared = number_of | _certain(stems) | self._towns

        found: dict[str, set[int]] = defaultdict(set)
        self._after: dict[str, re.Pattern[str]] = {}
        for name, kind, region in zip(places["name"], places["kind"], places["region"], strict=True):
            short = COMMITTEE.sub("", normalise(name))
            found[short].add(number_of.get(region, NOWHERE))
            if kind == "village" and short.endswith("村"):
                self._after[short] = AFTER_VILLAGE
            else:  # 九龙, 绿地, 天宫院 alone may be anything: those need their 社区 said.
                self._after[short] = AFTER_COMMUNITY if len(short) <= 2 or short in stems else AFTER_ESTATE
        self._places = _certain(found)
        self._starting: dict[str, list[str]] = defaultdict(list)
        for name in _longest_first(found):
            self._starting[name[:2]].append(name)

        self._home = _head_units(normalise(district))

    def declared(self, texts: pd.Series) -> NDArray[np.int16]:
        """The region index (n,) that each register cell names, -1 where none.

        A cell is a code, a name (黄村镇), an official alias (黄村地区) or either without its suffix where that is one
        region's only (黄村), with or without the district before it and 办事处 or 人民政府 after it.
        """

        def region(text: str) -> tuple[int, str]:
            words = OFFICE.sub("", normalise(text))
            for unit in self._home:
                words = words.removeprefix(unit)
            return self._declared.get(words, NOWHERE), words

        return _for_each(texts, region)["region"].to_numpy()

    def resolve(self, addresses: pd.Series) -> pd.DataFrame:
        """Columns ``region`` (int16 index, -1 where not certain) and ``matched`` (the name found, ``""``), same index.

        Exactly one town or subdistrict named in full decides. Else one community or village, the longest name at
        the start of a word, not as part of the name of a road, a station or something longer. Not resolved: an
        address of another district, two regions named, a name that several regions have, a bare 亦庄 or 黄村.
        """
        return _for_each(addresses, self._region_of)

    def _region_of(self, address: str) -> tuple[int, str]:
        text = normalise(address)
        if self._home and self._home[-1] not in text and not set(_head_units(text)) <= set(self._home):
            return NOWHERE, ""
        towns = self._town.findall(text)
        named = {self._towns[name]: name for name in towns} or {
            self._places[name]: name for name in self._places_in(text)
        }
        (region, name), *others = named.items() or [(NOWHERE, "")]
        return (NOWHERE, "") if others or region == NOWHERE else (region, name)

    def _places_in(self, text: str) -> Iterator[str]:
        """The community and village names in ``text``: at each start of a word the longest, where what follows fits."""
        end = 0
        for word in NAME_START.finditer(text):
            start = word.start()
            if start < end:
                continue
            for name in self._starting.get(text[start : start + 2], ()):
                if text.startswith(name, start):
                    end = start + len(name)
                    if self._after[name].match(text, end):
                        yield name
                    break


def normalise(text: str) -> str:
    """``text`` with full-width letters, digits and signs made plain (NFKC) and all blanks taken out."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _head_units(text: str) -> list[str]:
    """The provinces, cities, districts and counties that an address begins with: 北京市, 大兴区."""
    units, position = [], 0
    while unit := HEAD.match(text, position):
        units.append(unit[1])
        position = unit.end()
    return units


def _certain(regions_of: dict[str, set[int]]) -> dict[str, int]:
    """The one region of each name, NOWHERE where there are several."""
    return {name: next(iter(regions)) if len(regions) == 1 else NOWHERE for name, regions in regions_of.items()}


def _longest_first(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (-len(name), name))


def _for_each(texts: pd.Series, answer: Callable[[str], tuple[int, str]]) -> pd.DataFrame:
    """``answer`` for each text (missing is ``""``), worked out once for equal ones."""
    codes, distinct = pd.factorize(texts.fillna("").astype(str))
    pairs = [answer(text) for text in distinct]
    region = np.array([region for region, _ in pairs], dtype=np.int16)
    matched = np.array([name for _, name in pairs], dtype=object)
    return pd.DataFrame({"region": region[codes], "matched": matched[codes]}, index=texts.index)
