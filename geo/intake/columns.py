"""What the columns of a file are: the fields of each kind of import, and the guess from the words of a header."""

from __future__ import annotations

from geo import campaigns, enterprises, facilities, ledger, regions
from geo.intake.files import Sheet
from geo.intake.synonyms import KINDS as KINDS
from geo.intake.synonyms import ImportKind as ImportKind
from geo.intake.synonyms import field_words, readings
from geo.schema import Column

LONLAT = Column("lonlat")
_COLUMNS: dict[ImportKind, tuple[Column, ...]] = {
    "enterprises": (*enterprises.TABLE.columns, LONLAT),
    "facilities": (*facilities.TABLE.columns, LONLAT),
    "boundaries": tuple(column for column in regions.TABLE.columns if column.name in ("code", "name")),
    "positions": (*campaigns.POSITIONS.columns, LONLAT),
    "entries": (
        *(column for column in ledger.TABLE.columns if column.name not in ("handler", "placed_by")),
        LONLAT,
        Column("credit_code"),
        Column("caller"),
        Column("caller_number"),
    ),
}
# Words that end too many headers to say anything, and those that make a header another thing than what it ends in.
VAGUE = "名称 全称 编号 类型 类别 种类 性质 状态 说明 配置 设备 单位 企业 公司 依据 来源 人数 会员 坐标 位置"
OTHER = ("女", "其中", "农民工", "新增", "退休", "党员", "残疾", "未", "非", "上级", "工会名")


def fields(kind: ImportKind) -> tuple[Column, ...]:
    """What a column of a file of ``kind`` may be taken for.

    The columns of the noun's table and, where it has lon and lat, ``lonlat`` for both in one cell. Of boundaries:
    code and name, which say whose boundary a shape is. Of entries: the credit code of the enterprise besides, and the
    caller's name and number, so that they are known for what they are and left out (``asked.CALLER``).
    """
    return _COLUMNS[kind]


def guess_columns(sheet: Sheet, kind: ImportKind) -> dict[int, str]:
    """Position of a column → the field it is taken for; unknown columns are absent, no field comes twice.

    Of several columns that are worded as one field the best worded is it, of equally well worded ones the leftmost.
    Fields that no header names in full go to columns whose header ends in a word of theirs: 企业详细地址.
    """
    words = {field.name: field_words(kind)[field.name] for field in fields(kind)}
    # All fields' words, also of those that are no column here: 镇街归属方式 is no 镇街.
    field_of = {word: field for field, its in field_words(kind).items() for word in its}
    found: dict[str, tuple[tuple[int, int], int]] = {}
    unnamed: list[tuple[int, str]] = []
    for position, header in enumerate(sheet.header):
        hits = [(turn, word) for turn, word in enumerate(readings(header)) if word in field_of]
        if not hits:
            unnamed.append((position, next(readings(header))))
            continue
        turn, word = hits[0]
        field = field_of[word]
        if field in words:
            better = ((turn, words[field].index(word)), position)
            found[field] = min(found.get(field, better), better)
    for position, header in unnamed:
        ends = [
            (len(word), field)
            for field, its in words.items()
            for word in its
            if len(word) >= 2 and not word.isascii() and word not in VAGUE.split() and header.endswith(word)
        ]
        if ends and not any(other in header for other in OTHER):
            found.setdefault(max(ends)[1], ((0, 0), position))
    return {position: field for field, (_, position) in sorted(found.items(), key=lambda item: item[1][1])}
