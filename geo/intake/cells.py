"""What cells say: typed values of the texts people write, and why where one cannot be understood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from stdnum.cn import uscc

from geo.errors import ParameterError
from geo.facilities import parse_amenities
from geo.hours.written import osm_hours
from geo.i18n import Language, translate
from geo.intake.choices import FLAGS, NO, YES, amenity_codes, choose, is_unknown, name, normal
from geo.intake.sheet import CELL_AT_MOST, one_line
from geo.intake.synonyms import plain
from geo.schema import WHOLE_AT_MOST, Column

Answer = tuple[object, str]
"""A value, None where it is unknown, and a reason: a message key, ``""`` where all is well."""

DEGREES = frozenset(("lon", "lat", "seat_lon", "seat_lat", "entrance_lon", "entrance_lat"))
DIGITS = frozenset(("phone", "union_id", "id", "code"))
"""Texts of digits, which a spreadsheet takes for numbers."""
PARAGRAPHS = frozenset(("note", "phrase"))
"""Texts whose lines stay lines; in all others a line end is an accident of a narrow cell."""

WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]")
NARROW = {code: code - 0xFEE0 for first, last in ("０９", "ＡＺ", "ａｚ") for code in range(ord(first), ord(last) + 1)}
LOST_DIGITS = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
PLAIN_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
NUMBER = re.compile(
    r"([+-]?)(\d+|\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+)(\.\d*)?(e[+-]?\d{1,3})? ?(万?)"
    r" ?\(?(?:余?[人名个家户位条项次处座]|平方千米|平方公里|km2|米|公尺|m|元|%)?\)?\.?",
    re.IGNORECASE,
)
BARE_NUMBER = r"\s*[+-]?[\d,]*\d(?:\.\d*)?\s*"
TEN_THOUSANDS = re.compile(r"万(?=[元人名家户条次]|[)\]】〕]|$)")
DECIMAL_DEGREES = re.compile(r"([+-]?\d{1,3}(?:\.\d*)?)(?:[°度])?")
SEXAGESIMAL = re.compile(r"""(\d{1,3})[°度](\d{1,2}(?:\.\d+)?)['分](?:(\d{1,2}(?:\.\d+)?)["秒]?)?""")
SIDE = re.compile(r"^(?:东经|北纬|西经|南纬|经度|纬度|lon|lng|lat|[ensw])[:=]?|[ensw]$", re.IGNORECASE)
PRIMES = str.maketrans({"’": "'", "′": "'", "‘": "'", "”": '"', "“": '"', "″": '"', "º": "°", "˚": "°", "−": "-"})
WELL_KNOWN_TEXT = re.compile(r"point\s*(?:z\s*)?\(([^()]+)\)", re.IGNORECASE)

TIME = re.compile(
    r"(?<=\d|日)[T ]*\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?|分)?(?:z|[+-]\d\d:?\d\d)?$", re.IGNORECASE
)
WEEKDAY = re.compile(r"\(?(?:星期|周)[一二三四五六日天]\)?$")
DATE = re.compile(
    r"(?:公元)?(\d{4})(?:(?:年度?|[./、-])(?:(\d{1,2})(?:(?:月份?|[./、-])(?:(\d{1,2})[日号]?)?)?)?)?(?:[初底末]|[上中下]旬)?\.?"
)
_HAN_NUMBER = "0-9〇零○一二三四五六七八九"
HAN_DATE = re.compile(
    rf"([{_HAN_NUMBER}]{{4}})年(?:([{_HAN_NUMBER}十]{{1,3}})月(?:([{_HAN_NUMBER}十]{{1,3}})[日号])?)?"
)
HAN_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
NO_DATES = frozenset(
    ("0", "1899-12-30", "1899-12-31", "1900-01-00", "1900-1-0", "1900/1/0", "0000-00-00", "1900-01-01")
)
SPREADSHEET_EPOCH = date(1899, 12, 30)
SPREADSHEET_DAYS = range(10_000, 73_051)
"""Days from the epoch that a number may be: 1927 to 2099."""

CODE = re.compile(r"[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}")


def parse(cells: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    """Typed values of ``cells`` (texts) as geo.schema types ``column``, and a reason for each: a message key or ``""``.

    Both with the index of ``cells``. Where there is a reason the value is unknown; an empty cell, and one that says 无,
    不详, a dash and the like, is unknown without one, also where the column is required. The reasons' messages take
    ``{value}`` (the cell) and ``{allowed}`` (``allowed(column, language)``). Each different text is looked at once.

    Texts keep their words (full-width digits and letters made plain); a valid 统一社会信用代码 gets its plain form, and
    whether it is one ``clean_code`` tells. ``lonlat`` stays text: see ``split_lonlat``. ``amenities`` become what
    ``geo.facilities.parse_amenities`` reads, opening hours what ``geo.hours`` reads (``osm_hours`` tells how). Numbers
    may have thousands separators, a unit behind them and 万; lon and lat may be in degrees, minutes and seconds. Dates
    are those of ``_date``.
    """
    codes, distinct = pd.factorize(cells)
    answers = [_answer(str(text), column) for text in distinct]
    # One more for what factorize leaves out: missing cells.
    values: list[Any] = [value for value, _ in answers] + [None]
    reasons = np.array([reason for _, reason in answers] + [""], dtype=object)[codes]
    return _typed(values, codes, cells.index, column), pd.Series(reasons, index=cells.index, dtype="str")


def in_ones(cells: pd.Series, header: str) -> pd.Series:
    """Numbers of a column whose header says 万元 or 万人, with 万 behind them; those that say a unit stay."""
    if not TEN_THOUSANDS.search(unicodedata.normalize("NFKC", header)):
        return cells
    return cells.mask(cells.str.fullmatch(BARE_NUMBER).astype(bool), cells + "万")


def _typed(values: list[Any], codes: NDArray[np.intp], index: pd.Index, column: Column) -> pd.Series:
    match column.kind:
        case "number":
            return pd.Series(np.array(values, dtype=np.float64)[codes], index=index)
        case "integer":
            return pd.Series(pd.array(values, dtype="Int64")[codes], index=index)
        case "flag":
            return pd.Series(pd.array(values, dtype="boolean")[codes], index=index)
    return pd.Series(np.array([value or "" for value in values], dtype=object)[codes], index=index, dtype="str")


def _answer(text: str, column: Column) -> Answer:
    if len(text) > CELL_AT_MOST:
        return None, "intake.cell.long"
    if not text:
        return None, ""
    return _ANSWERS.get(column.name, _BY_KIND[column.kind])(text, column)


def _text(text: str, column: Column) -> Answer:
    if is_unknown(text):
        return None, ""
    if column.name in DIGITS:
        text = unicodedata.normalize("NFKC", text)
        if LOST_DIGITS.fullmatch(text):
            return None, "intake.cell.digits"
        text = re.sub(r"^(\d{5,})\.0+$", r"\1", text)
    if WIDE.search(text):
        text = text.translate(NARROW)
    return text if column.name in PARAGRAPHS else one_line(text), ""


def _code(text: str, column: Column) -> Answer:
    code, valid = clean_code(text)
    return (code, "") if valid else _text(text, column)


def _number(text: str, column: Column) -> Answer:
    if PLAIN_NUMBER.fullmatch(text):
        return _within(Decimal(text), column)
    if is_unknown(text):
        return None, ""
    said = " ".join(unicodedata.normalize("NFKC", text).translate(PRIMES).split())
    value: float | Decimal | None = _degrees(said) if column.name in DEGREES else _amount(said)
    if value is None or not np.isfinite(float(value)):
        return None, "intake.cell.number"
    return _within(value, column)


def _within(value: float | Decimal, column: Column) -> Answer:
    if value < column.low or value > column.high:
        return None, "intake.cell.range"
    if column.kind != "integer":
        return float(value), ""
    if not -WHOLE_AT_MOST <= value <= WHOLE_AT_MOST:
        return None, "intake.cell.range"
    return (int(value), "") if value == int(value) else (None, "intake.cell.integer")


def _amount(said: str) -> Decimal | None:
    """1,234.5 · 1 234 · 12人 · 1.2万 · 1.5e3, as a number."""
    found = NUMBER.fullmatch(said)
    if not found:
        return None
    sign, whole, fraction, exponent, ten_thousands = found.groups()
    value = Decimal(sign + re.sub("[, ]", "", whole) + (fraction or "") + (exponent or ""))
    return value * 10_000 if ten_thousands else value


def _degrees(said: str) -> float | None:
    """116.32° · 东经116.32 · 116.32E · 116°19'12.5" as degrees; west and south are negative."""
    said = "".join(said.split()).replace("''", '"')
    negative = bool(re.match("[西南wsWS]", said) or re.search("[wsWS]$", said))
    bare = SIDE.sub("", said, count=2)
    if found := DECIMAL_DEGREES.fullmatch(bare):
        value = float(found[1])
    elif found := SEXAGESIMAL.fullmatch(bare):
        degrees, minutes, seconds = (float(part or 0) for part in found.groups())
        if minutes >= 60 or seconds >= 60:
            return None
        value = degrees + minutes / 60 + seconds / 3600
    else:
        return None
    return -value if negative else value


def _date(text: str, column: Column) -> Answer:
    """YYYY, YYYY-MM or YYYY-MM-DD of 2023年5月1日, 2023年5月, 2023年, 2023.5.1, 2023/5/1, 20230501, 202305,
    二〇二三年五月一日, with a time or a weekday behind it, or of a spreadsheet's number of days.

    A year of two digits and a day before its month are not understood. 2023.1 is not either: a spreadsheet shows
    2023.10 so. A zero date is unknown.
    """
    said = normal(TIME.sub("", unicodedata.normalize("NFKC", text).strip()))
    said = WEEKDAY.sub("", said.translate(PRIMES))
    if is_unknown(said) or said in NO_DATES:
        return None, ""
    if re.fullmatch(r"\d{4}\.1", said):
        return None, "intake.cell.date_short"
    if re.fullmatch(r"\d{5}(\.\d+)?", said):
        days = int(said[:5])
        if said in _YEAR_AND_MONTH or days not in SPREADSHEET_DAYS:
            return None, "intake.cell.date"
        return (SPREADSHEET_EPOCH + timedelta(days)).isoformat(), ""
    if re.fullmatch(r"(\d{8}|\d{6})(\.0)?", said):
        parts = [said[:4], said[4:6], said[6:8] if len(said) >= 8 and said[6] != "." else ""]
    elif found := DATE.fullmatch(said):
        parts = [part or "" for part in found.groups()]
    elif found := HAN_DATE.fullmatch(said):
        parts = [(found[1]).translate(HAN_DIGITS), *(_han_number(part or "") for part in found.groups()[1:])]
    else:
        return None, "intake.cell.date"
    year, month, day = parts
    try:
        whole = date(int(year), int(month or 1), int(day or 1)).isoformat()
    except ValueError:
        return None, "intake.cell.date"
    if not "1000" <= year <= "2999":
        return None, "intake.cell.date"
    return whole[: 10 if day else 7 if month else 4], ""


# 20235 would be 1955 as a spreadsheet's day, and is more likely a year and a month run together.
_YEAR_AND_MONTH = frozenset(f"{year}{month}" for year in range(1980, 2100) for month in range(1, 10))


def _han_number(said: str) -> str:
    """十 → 10, 十二 → 12, 二十 → 20, 二十一 → 21, 五 → 5."""
    tens, ten, ones = said.translate(HAN_DIGITS).rpartition("十")
    return f"{tens or 1}{ones or 0}" if ten else ones


def _flag(text: str, column: Column) -> Answer:
    said = normal(text)
    yes, no = (
        own | more for own, more in zip((YES, NO), FLAGS.get(column.name, (frozenset(), frozenset())), strict=True)
    )
    if said in yes or said in no:
        return said in yes, ""
    return (None, "") if is_unknown(text) else (None, "intake.cell.flag")


def _choice(text: str, column: Column) -> Answer:
    code = choose(text, column)
    if code is None and not is_unknown(text):
        return None, "intake.cell.choice"
    return code, ""


def _choices(text: str, column: Column) -> Answer:
    """Several choices, by 、 , ; / or blanks, joined by ``;`` in the order said, each once."""
    if is_unknown(text):
        return None, ""
    parts = [part for part in re.split(r"[、,，;；/|\s]+", text) if part]
    codes = [choose(part, column) for part in parts]
    if None in codes:
        return None, "intake.cell.choice"
    return ";".join(dict.fromkeys(code for code in codes if code)), ""


def _amenities(text: str, column: Column) -> Answer:
    """``wifi=yes; toilet=no`` as it is; 饮水、微波炉、无卫生间 likewise: named is yes, with 无 beside it no."""
    try:
        return parse_amenities(text) and text, ""
    except ParameterError:
        pass
    if is_unknown(text):
        return None, ""
    said: dict[str, str] = {}
    for part in re.split(r"[、,，;；/|\n]+", text):
        found = re.fullmatch(r"(无|没有|不|未配|有|配有)?(.*?)[:：=]?(无|没有|否|×|no|有|是|√|yes)?", normal(part))
        assert found
        whole = amenity_codes().get(plain(part))
        amenity = whole or amenity_codes().get(plain(found[2]))
        if not plain(part):
            continue
        if amenity is None:
            return None, "intake.cell.amenity"
        no = not whole and (found[1] in ("无", "没有", "不", "未配") or found[3] in ("无", "没有", "否", "×", "no"))
        if said.setdefault(amenity, "no" if no else "yes") != ("no" if no else "yes"):
            return None, "intake.cell.amenity"
    return "; ".join(f"{amenity}={answer}" for amenity, answer in said.items()), ""


def _hours(text: str, column: Column) -> Answer:
    if is_unknown(text):
        return None, ""
    hours = osm_hours(text)
    return (one_line(hours), "") if hours else (None, "intake.cell.hours")


def _lonlat(text: str, column: Column) -> Answer:
    return (text, "") if is_unknown(text) or _pair(text) else (None, "intake.cell.lonlat")


def _pair(text: str) -> tuple[float, float] | None:
    """The two coordinates of 116.3,39.7 · (116.3，39.7) · 116.3 39.7 · POINT(116.3 39.7) · 东经116.3°北纬39.7°."""
    said = unicodedata.normalize("NFKC", text).translate(PRIMES).strip()
    if found := WELL_KNOWN_TEXT.fullmatch(said):
        said = " ".join(found[1].split()[:2])
    said = re.sub(r"[\[\](){}]", "", said).strip()
    parts = [part for part in re.split(r"\s*[,;、/|\n]\s*", said) if part]
    if len(parts) == 1:
        parts = re.split(r"\s+|(?<=.)(?=[南北]纬|[东西]经)", said)
    if len(parts) != 2:
        return None
    first, second = map(_degrees, parts)
    return None if first is None or second is None else (first, second)


def split_lonlat(cells: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """The first and the second number of combined coordinates (float64, NaN where empty), and reasons as ``parse``.

    In the order written; which of them is the longitude is not looked into here.
    """
    codes, distinct = pd.factorize(cells)
    pairs = [None if is_unknown(str(text)) or len(text) > CELL_AT_MOST else _pair(str(text)) for text in distinct]
    numbers = np.array([pair or (np.nan, np.nan) for pair in pairs] + [(np.nan, np.nan)], dtype=np.float64)[codes]
    bad = [
        "" if pair or is_unknown(str(text)) else "intake.cell.lonlat"
        for pair, text in zip(pairs, distinct, strict=True)
    ]
    reasons = pd.Series(np.array([*bad, ""], dtype=object)[codes], index=cells.index, dtype="str")
    return pd.Series(numbers[:, 0], index=cells.index), pd.Series(numbers[:, 1], index=cells.index), reasons


def clean_code(text: str) -> tuple[str, bool]:
    """A 统一社会信用代码 without blanks and dashes, in plain capitals, and whether it is one by GB 32100-2015.

    That is: two characters for the register, six digits for the place, nine for the body, and the check character.
    Nothing is repaired: O and I stay what they are, and make it none.
    """
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    return code, bool(CODE.fullmatch(code)) and uscc.calc_check_digit(code[:-1]) == code[-1]


def allowed(column: Column, language: Language) -> str:
    """What a cell of ``column`` may be, in words, for the message of a reason."""
    if column.choices:
        return translate("intake.or", language).join(name(column, code, language) for code in column.choices)
    return column.allowed


_BY_KIND: dict[str, Callable[[str, Column], Answer]] = {
    "text": _text,
    "number": _number,
    "integer": _number,
    "flag": _flag,
    "date": _date,
    "choice": _choice,
    "choices": _choices,
}
_ANSWERS: dict[str, Callable[[str, Column], Answer]] = {
    "amenities": _amenities,
    "credit_code": _code,
    "lonlat": _lonlat,
    "opening_hours": _hours,
}
