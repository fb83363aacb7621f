"""Opening hours as people write them, in the words of OSM's ``opening_hours``."""

from __future__ import annotations

import re
import unicodedata

from geo.hours.calendar import WEEKDAYS
from geo.hours.evaluate import well_formed

HAN_DAYS = {
    han: WEEKDAYS[number] for number, hans in enumerate(("一", "二", "三", "四", "五", "六", "日天")) for han in hans
}
_HAN = "".join(HAN_DAYS)
_WEEK = "(?:周|星期|礼拜)"
DASH = re.compile(r"[‐-―−~～—]+|至|到")
TO = re.compile(rf"{_WEEK}([{_HAN}])-{_WEEK}?([{_HAN}])")
SOME = re.compile(rf"{_WEEK}([{_HAN}](?:[、,]?(?:{_WEEK})?[{_HAN}])*)")
_CLOCK = (
    r"(凌晨|清晨|早上|早晨|上午|早|中午|下午|傍晚|晚上|晚间|夜间|晚)?(?:次日|翌日|第二天)?"
    r"(?<!\d)(\d{1,2})(?::([0-5]\d)(?::00)?|[点时](?:(\d{1,2})分?|半|整)?)(?!\d)"
)
SPAN = re.compile(rf"{_CLOCK} ?- ?{_CLOCK}")
NIGHT = frozenset(("晚上", "晚间", "夜间", "晚"))
AFTERNOON = NIGHT | {"中午", "下午", "傍晚"}
WORDS = (
    (
        re.compile(
            r"7 ?[x×*] ?24(?:小时|h)?|24 ?[x×*] ?7|24 ?/ ?7|(?:全天候?|每[天日])?24 ?(?:个)?(?:小时|h)|全天候?",
            re.IGNORECASE,
        ),
        "24/7",
    ),
    (re.compile(r"(?:法定)?节假日|法定假日|节日"), "PH"),
    (re.compile(r"周末|双休日?|双休"), "Sa,Su"),
    (re.compile(r"每天|每日|天天|全年(?:无休)?|日常"), ""),
    (re.compile(rf"每(?={_WEEK})|对外"), ""),
    (re.compile(r"休息|闭馆|休馆|闭店|关闭|关门|除外|不(?:开放?|营业|服务)|停止(?:开放|服务|营业)"), "off"),
    (re.compile(r"开放|营业|服务|运营|时间|时段|均|为"), ""),
)
_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)"
_DAYS = rf"{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*"
_SPAN = r"\d\d:\d\d-\d\d:\d\d"
PIECE = re.compile(rf"(?P<days>{_DAYS})?:?(?P<says>{_SPAN}(?:,{_SPAN})*|off|24/7)")
NEXT = re.compile(rf"(?:(?<=\d\d:\d\d)|(?<=off)|(?<=24/7)),?(?={_DAY})|(?<=off),?(?=\d)")
WORKING = "工作日"


def osm_hours(text: str) -> str | None:
    """``text`` as OSM has it, as it is where it is that already: 周一至周五8:30-17:30，节假日休息 is
    ``Mo-Fr 08:30-17:30; PH off``. 工作日 are Monday to Friday without holidays. None where that cannot be said surely:
    a word that is not known is not passed over.
    """
    if well_formed(text):
        return text
    said = unicodedata.normalize("NFKC", text).replace("\n", ";").replace("。", ";")
    said = DASH.sub("-", said).translate(str.maketrans("、()", ",; "))
    working = WORKING in said
    for pattern, word in WORDS:
        said = pattern.sub(word, said)
    said = TO.sub(lambda found: f"{HAN_DAYS[found[1]]}-{HAN_DAYS[found[2]]}", said.replace(WORKING, "Mo-Fr"))
    said = SOME.sub(lambda found: ",".join(HAN_DAYS[han] for han in found[0] if han in HAN_DAYS), said)
    said = re.sub(r"(?<=\d) (?=\d)", ",", SPAN.sub(_span, said)).replace(" ", "")
    pieces = [PIECE.fullmatch(piece) for piece in filter(None, NEXT.sub(";", said).split(";"))]
    rules = [_rule(piece["days"] or "", piece["says"]) for piece in pieces if piece]
    if not rules or None in pieces:
        return None
    if working and "PH" not in said:
        rules.append("PH off")
    made = "; ".join(sorted(rules, key=lambda rule: rule.endswith("off")))  # a later rule takes the day from an earlier
    return made if well_formed(made) else None


def _rule(days: str, says: str) -> str:
    return f"{days} {says.replace('24/7', '00:00-24:00')}" if days else says


def _span(found: re.Match[str]) -> str:
    """上午8:30-11点半 as 08:30-11:30. An hour past noon is one by its word, or by that of the hour before it: 下午1-5点
    is no span, 下午1点-5点 is 13:00-17:00. A morning that ends before it begins stays as it is, which makes no rule.
    """
    half, then = found[1] or "", found[5] or ""
    start, end = _minutes(half, *found.group(2, 3, 4)), _minutes(then, *found.group(6, 7, 8))
    if "半" in found[0]:
        start += 30 * (found[0].partition("-")[0].strip().endswith("半"))
        end += 30 * found[0].endswith("半")
    if not then and half in AFTERNOON and start < end + 12 * 60 <= 24 * 60:
        end += 12 * 60
    if not then and half and half not in AFTERNOON and end <= start:
        return found[0]
    return "-".join(f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (start, end))


def _minutes(half: str, hour: str, minute: str | None, past: str | None) -> int:
    hours = int(hour)
    if (half in AFTERNOON and hours < 12 and not (half == "中午" and hours > 3)) or (half in NIGHT and hours == 12):
        hours += 12
    return hours * 60 + int(minute or past or 0)
