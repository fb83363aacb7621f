"""The demonstration register: invented enterprises, with the faults real registers have.

Every name holds 示例, every credit code is valid (GB 32100-2015) but its organisation part starts with DEM, every
telephone number starts with 000. The totals lean on the figures published for 2025: 15 enterprises with their own
union and 771 in joint unions, 4,600 members among them. The faults, as tests/test_demo_data.py counts them in the file:

    region declared, no coordinates                     360
    address only                                        120
    no region, no coordinates, an address of no use     120
    coordinates, no region declared                     180
    point outside the district                           60
    point in another region than declared               180
    point at 0, 0                                         6
    longitude and latitude swapped                        6
    workers unknown                                      90
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import shapely

from builders import demo_words as words
from builders.demo_ground import Dice, Place, Region, beyond, scatter, shares

ENTERPRISES = 6000
AS_OF = "2025-10-31"
DEFECTS = {
    "no_point": 360,
    "address_only": 120,
    "unusable": 120,
    "undeclared": 180,
    "outside": 60,
    "disagrees": 180,
    "zero": 6,
    "swapped": 6,
}
WORKERS_UNKNOWN = 90
NEW_STANDALONE, NEW_JOINT, NEW_MEMBERS = 15, 771, 4600
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

Row = dict[str, str]


def enterprises(regions: Sequence[Region], outline: shapely.Geometry) -> list[Row]:
    """The rows of the register, by id; fields that begin with _ are for other builders and belong in no file."""
    dice = Dice(2)
    by_code = {region.code: region for region in regions}
    counts = shares([words.REGIONS[region.name][0] for region in regions], ENTERPRISES)
    homes = [region for region, count in zip(regions, counts, strict=True) for _ in range(count)]
    homes = [homes[i] for i in dice.shuffled(ENTERPRISES)]
    defects = [name for name, count in DEFECTS.items() for _ in range(count)]
    defects += [""] * (ENTERPRISES - len(defects))
    order = dice.shuffled(ENTERPRISES)
    far = iter(beyond(dice, outline, DEFECTS["outside"]))
    unknown = set(dice.shuffled(ENTERPRISES)[:WORKERS_UNKNOWN])
    rows = []
    for number, home in enumerate(homes, start=1):
        defect = defects[order[number - 1]]
        place = pick_place(dice, home)
        industry = pick_industry(dice, home, place)
        nature = pick_nature(dice, industry)
        trade = dice.pick(words.INDUSTRIES[industry].trades)
        point: list[float] = scatter(dice, home.shape, place.centre, place.spread_m).tolist()
        row = {
            "id": f"D{number:06d}",
            "name": f"示例{home.short}{trade}{number:04d}{words.ENDINGS[nature]}",
            "credit_code": credit_code(words.CODE_PREFIXES[nature] + "110115", number),
            "address": address(dice, home, place),
            "region": declared(dice, home),
            "nature": nature,
            "economic_type": nature if nature != "企业" else dice.pick(*words.ECONOMIC_TYPES),
            "industry": industry,
            "groups": pick_groups(dice, industry),
            "workers": "" if number - 1 in unknown else pick_workers(dice, nature, industry),
            "contact": f"示例联系人{number:04d}",
            "phone": f"000-0000-{number:04d}",
            "standing": "synthetic",
            "source": "demo",
            "as_of": AS_OF,
            "_home": home.code,
            "_base": place.name if place.kind == "base" else "",
            "_parent": home.parent_union,
        }
        match defect:
            case "no_point":
                point = []
            case "address_only":
                point, row["region"] = [], ""
                row["address"] = address(dice, home, place if place.kind != "base" else home.places[0])
            case "unusable":
                point, row["region"] = [], ""
                row["address"] = useless(dice)
            case "undeclared":
                row["region"] = ""
                if dice.chance(50):
                    row["address"] = useless(dice)
            case "outside":
                point, row["_home"] = next(far).tolist(), ""
                row["address"] = f"{neighbour(*point)}示例路{1 + dice.below(200)}号"
                row["region"] = row["region"] if dice.chance(60) else ""
            case "disagrees":
                other = by_code[dice.pick(home.neighbours)]
                row["region"] = declared(dice, other)
                if dice.chance(50):
                    row["address"] = address(dice, other, dice.pick(other.places))
            case "swapped":
                point = point[::-1]
        if defect == "zero":
            row["lon"] = row["lat"] = "0"
        elif point:
            row["lon"], row["lat"] = (f"{degrees:.5f}" for degrees in point)
        rows.append(row)
    add_unions(dice, rows)
    return rows


def pick_place(dice: Dice, region: Region) -> Place:
    """Where in the region: half around its seat or base, half in a community or village."""
    centres = [place for place in region.places if place.kind in ("seat", "base")]
    return dice.pick(centres if dice.chance(50) else region.places)


def pick_industry(dice: Dice, region: Region, place: Place) -> str:
    rural = region.code >= "110115103000"  # the towns that were never part of the urban area
    weights = [industry.rural if rural else industry.urban for industry in words.INDUSTRIES.values()]
    for i, name in enumerate(words.INDUSTRIES):
        if name in words.BASE_INDUSTRIES.get(place.name, ()):
            weights[i] *= 10
    return dice.pick(list(words.INDUSTRIES), weights)


def pick_nature(dice: Dice, industry: str) -> str:
    other, percent = words.OTHER_NATURES.get(industry, ("", 0))
    return other if dice.chance(percent) else "企业"


def pick_groups(dice: Dice, industry: str) -> str:
    first, second = words.INDUSTRIES[industry].groups
    if not first or not dice.chance(80):
        return ""
    return f"{first};{second}" if second and dice.chance(25) else first


def pick_workers(dice: Dice, nature: str, industry: str) -> str:
    """A number of workers, at least 1, with a heavy tail."""
    if nature == "个体工商户":
        return str(1 + dice.below(8))
    low, high = dice.pick(*words.SIZES)
    return str(max(1, (low + dice.below(high - low)) * words.INDUSTRIES[industry].size // 100))


def declared(dice: Dice, region: Region) -> str:
    """What the register's 所属镇街 says: mostly the name, sometimes the official alias or the code."""
    return dice.pick((region.name, region.alias or region.name, region.code), (86, 10, 4))


def address(dice: Dice, region: Region, place: Place) -> str:
    """An address in one of the styles registers use: with the town, a community or village, both, or a base alone."""
    if place.kind == "base":
        return f"北京市大兴区{place.name}示例路{1 + dice.below(60)}号院{1 + dice.below(12)}号楼"
    named = [spot for spot in region.places if spot.kind in ("community", "village")]
    spot = place if place in named else dice.pick(named)
    styles = words.VILLAGE_ADDRESSES if spot.kind == "village" else words.COMMUNITY_ADDRESSES
    return dice.pick(styles).format(
        town=region.name,
        alias=region.alias or region.name,
        place=spot.name,
        n=1 + dice.below(200),
        m=1 + dice.below(20),
        side=dice.pick("东南西北"),
    )


def useless(dice: Dice) -> str:
    """An address that names no town, community or village."""
    return dice.pick(words.USELESS_ADDRESSES).format(n=1 + dice.below(99))


def neighbour(lon: float, lat: float) -> str:
    """Roughly which district or county a point outside Daxing lies in."""
    if lat > 39.78:
        return "北京市丰台区" if lon < 116.43 else "北京市朝阳区" if lon < 116.5 else "北京市通州区"
    if lon < 116.33 and lat > 39.55:
        return "北京市房山区"
    if lon > 116.55 and lat > 39.6:
        return "北京市通州区"
    return "河北省廊坊市固安县" if lon < 116.4 else "河北省廊坊市广阳区"


def credit_code(prefix: str, number: int) -> str:
    """The unified social credit code (GB 32100-2015) of ``prefix`` (8 characters) and organisation DEM + number."""
    organisation = f"DEM{number:05d}"
    total = sum(w * int(c, 36) for w, c in zip(ORGANISATION_WEIGHTS, organisation, strict=True))  # GB 11714
    code = prefix + organisation + "0123456789X"[-total % 11]
    total = sum(w * ALPHABET.index(c) for w, c in zip(CODE_WEIGHTS, code, strict=True))
    return code + ALPHABET[-total % 31]


def add_unions(dice: Dice, rows: list[Row]) -> None:
    """Give every row its union status, and the established ones their union, members, date and parent."""
    order = dice.shuffled(len(rows))
    eligible = [rows[i] for i in order if rows[i]["workers"] and rows[i]["_home"]]
    alone = [row for row in eligible if 60 <= int(row["workers"]) <= 150][:NEW_STANDALONE]
    joint = [row for row in eligible if 3 <= int(row["workers"]) < 60 and row not in alone][:NEW_JOINT]
    for row in alone:
        row["members"] = str(int(row["workers"]) * (50 + dice.below(40)) // 100)
    left = NEW_MEMBERS - sum(int(row["members"]) for row in alone)
    for row, members in zip(joint, split_members(joint, left), strict=True):
        row["members"] = str(members)
    unions: dict[tuple[str, ...], str] = {}
    new = {row["id"]: form for form, group in (("standalone", alone), ("joint", joint)) for row in group}
    for row in rows:
        workers = int(row["workers"] or 0)
        form = new.get(row["id"], "")
        if not form and row["_home"] and workers not in (1, 2):  # 0 stands for unknown
            percent = 75 if workers >= 100 else 50 if workers >= 25 else 30
            own = 80 if workers >= 100 else 45 if workers >= 25 else 0
            form = ("standalone" if dice.chance(own) else "joint") if dice.chance(percent) else ""
        if not form:
            row["union_status"] = dice.pick(*words.STATUSES)
            if row["union_status"] == "preparing":
                row["route"] = "重点建" if workers >= 25 else "兜底建"
            continue
        fresh = row["id"] in new
        by_trade = form == "joint" and bool(row["groups"]) and dice.chance(60)
        trade = row["groups"].split(";")[0]
        key = (row["id"],) if form == "standalone" else (str(fresh), trade if by_trade else row["_home"])
        row["union_id"] = unions.setdefault(key, f"DU{len(unions) + 1:04d}")
        row["union_status"], row["union_form"] = "established", form
        row["parent_union"] = "大兴区总工会" if by_trade else row["_parent"]
        if form == "standalone" and row["_base"]:
            row["parent_union"] = f"{row['_base']}总工会"
        if fresh:
            row["route"] = "重点建" if form == "standalone" else "行业建" if by_trade else "兜底建"
            row["established_on"] = weekday(dt.date(2025, 6, 2), dice.below(152))
        else:
            row["members"] = "" if dice.chance(2) else str(max(1, (workers or 20) * (40 + dice.below(61)) // 100))
            row["established_on"] = weekday(dt.date(2003, 1, 6), dice.below(8175))


def split_members(rows: Sequence[Row], total: int) -> list[int]:
    """``total`` members over enterprises: one each, then in proportion to the other workers; never above workers."""
    others = [int(row["workers"]) - 1 for row in rows]
    spare = total - len(rows)
    if not 0 <= spare <= sum(others):
        raise ValueError(f"{total} members do not fit {len(rows)} enterprises of {sum(others) + len(rows)} workers")
    return [1 + part for part in shares(others, spare)]


def weekday(start: dt.date, days: int) -> str:
    """The day ``days`` after ``start`` (a Monday), or the Friday before if that is a weekend."""
    day = start + dt.timedelta(days=days)
    return (day - dt.timedelta(days=max(0, day.weekday() - 4))).isoformat()
