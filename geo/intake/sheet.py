"""From the rows of a worksheet to a table: where the header is, what merged cells mean, which rows are no records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from geo.intake import IntakeError
from geo.intake.synonyms import is_known, plain

Row = tuple[int, list[str]]
"""A row's number as a spreadsheet counts, from 1, and its texts from column A on, tidy; rows come in order."""

Progress = Callable[[str, int, int], None]
"""Told the phase ("open", "read", "load"), how much of it is done, and of how much (0: not known)."""

HEAD_ROWS = 30
"""So many rows from the top, empty ones not counted, are looked at for the header."""
RECORDS_AT_MOST = 300_000
CELL_AT_MOST = 2_000
"""Characters; a longer cell is kept one character longer than this, so that it can be told and its row refused."""
NAMED_AT_MOST = 20
"""So many row numbers are named in a note."""

# What spreadsheets are kept from running by an apostrophe, in our own exports and others'.
ESCAPED = re.compile(r"\s*'(?=[\t\r\n]|[\s\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠])")
LINE_END = re.compile(r"[^\S\n]*(\r\n|[\n\r\x0b\x0c\x85\u2028\u2029])[^\S\n]*")
UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufffe\uffff]"
)
HAN = "\u3400-\u9fff\uf900-\ufaff（）"
LINE_IN_WORD = re.compile(rf"(?<=[{HAN}])\n(?=[{HAN}])")
BLANK = re.compile(r"[^\S\n ]")
TOTAL = re.compile(
    r"(?P<of>.{0,12}?)(合计|总计|小计|共计|总和|累计|(sub|grand)?\s*total)[:：]?(?P<tail>.*)", re.IGNORECASE
)
TOTAL_WORD = re.compile(r"[合总小共累]\s*[计和]|total", re.IGNORECASE)
FIGURE = re.compile(r"[-+]?[\d,，.\s]*\d[\d,，.\s]*[%％]?[人名个家户位条项次]?")
REMARK = re.compile(
    r"(备注|附注|注意?|说明|注释|填表|填报|制表|制单|审核|审批|复核|核对|统计|报送|报表|上报|单位负责人|负责人|联系人|"
    r"联系电话|经办|签字|签名|签章|盖章|单位公章|数据来源|资料来源|来源|打印|导出|"
    r"notes?|remarks?|source|prepared by|compiled by)"
    r"[^:：]{0,10}[:：]|注\d?[.、．]|第\s*\d+\s*页|（?(签字|盖章|公章)）?$",
    re.IGNORECASE,
)


class Merge(NamedTuple):
    """Merged cells: rows from 1, columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Header:
    """``row``: the last line of the header; ``names``: one text for each column, the last one not empty; ``lines``: its
    lines, upper first; ``titles``: the texts above it, as ``plain`` leaves them; ``skipped``: in so many rows."""

    row: int
    names: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    titles: frozenset[str]
    skipped: int


@dataclass
class Left:
    """What was left out or changed on the way: numbers of rows, by what they are."""

    totals: list[int] = field(default_factory=list)
    headers: list[int] = field(default_factory=list)
    remarks: list[int] = field(default_factory=list)
    banners: list[int] = field(default_factory=list)
    long: list[int] = field(default_factory=list)
    merged: set[Merge] = field(default_factory=set)

    def notes(self) -> list[tuple[str, dict[str, object]]]:
        """One note for each kind of which there is any, with ``count`` and ``rows``."""
        kinds = ("totals", "headers", "remarks", "banners", "long")
        notes = [(f"intake.note.{kind}", told(rows)) for kind in kinds if (rows := getattr(self, kind))]
        if self.merged:
            notes.append(("intake.note.merged", {"count": len(self.merged)}))
        return notes


def told(rows: Sequence[int]) -> dict[str, object]:
    """``count`` of rows and ``rows``, their numbers as a text, the first ``NAMED_AT_MOST`` of them."""
    more = " …" if len(rows) > NAMED_AT_MOST else ""
    return {"count": len(rows), "rows": ", ".join(map(str, rows[:NAMED_AT_MOST])) + more}


def tidy(text: str) -> str:
    """``text`` without blanks at its ends, of whatever width, and without what cannot be seen; line ends are ``\\n``.

    Taken off are the apostrophe that keeps a spreadsheet from running a text as a formula, and ="…" around one that
    it is to take for a text.
    """
    if not text:
        return text
    if not (text.isprintable() and text[:1] not in (" ", "'", "=") and text[-1:] != " "):
        text = text.strip()[: 4 * CELL_AT_MOST]  # what follows takes the square of a length of blanks
        text = ESCAPED.sub("", text, count=1) if ESCAPED.match(text) else text
        text = LINE_END.sub("\n", UNSEEN.sub("", text))
        text = BLANK.sub(" ", text).strip()
        if text.startswith('="') and text.endswith('"') and len(text) > 3:
            text = text[2:-1].strip()
    return text[: CELL_AT_MOST + 1]


def one_line(text: str) -> str:
    """A tidy text on one line: its line ends are accidents of a narrow cell, and within Chinese words nothing."""
    return LINE_IN_WORD.sub("", text).replace("\n", " ") if "\n" in text else text


def read_table(
    rows: Iterable[Row], merges: Iterable[Merge], left: Left, *, name: str, header_row: int | None = None
) -> tuple[Header, Iterator[Row]]:
    """The header and the records: rows with as many cells as the header has, what is no record told to ``left``.

    IntakeError where there is no header, no row ``header_row``, or (on the way) more than ``RECORDS_AT_MOST``.
    """
    coming = iter(rows)
    head: list[Row] = []
    for row in coming:
        if any(row[1]):
            head.append(row)
        if len(head) >= HEAD_ROWS and row[0] > (header_row or 0):
            break
    merges = sorted(merges)
    header = _header(head, merges, header_row)
    if header is None:
        raise IntakeError("intake.no_header_row" if header_row else "intake.no_header", file=name, row=header_row or 0)

    def rest() -> Iterator[Row]:
        yield from head
        yield from coming

    return header, _records(rest(), [m for m in merges if m.bottom > header.row], header, left, name)


def score(head: Sequence[Row]) -> int:
    """How much rows look like the beginning of a table: the most header words in one of them."""
    return max((_words(cells) for _, cells in head), default=0)


def _words(cells: Iterable[str]) -> int:
    return sum(is_known(cell) for cell in {*cells} - {""})


def _header(head: list[Row], merges: Sequence[Merge], asked: int | None) -> Header | None:
    """The row with the most header words, the first of equals, and a second header line above or below it; where no
    row has any, the first that is about as full as the fullest."""
    filled = _fill_all(head, merges)
    numbers = [number for number, _ in head]
    if asked is not None:
        if asked not in numbers:
            return None
        first = last = numbers.index(asked)
    else:
        words = [_words(cells) for cells in filled]
        if not words:
            return None
        if max(words) == 0:
            full = [len({*cells} - {""}) for cells in filled]
            first = last = next(i for i, count in enumerate(full) if count * 5 >= max(full) * 3)
        else:
            first = last = words.index(max(words))
            if first + 1 < len(head) and _is_second_line(filled[first + 1]):
                last = first + 1
    if first > 0 and first == last and _completes(filled[first - 1], filled[first]):
        first -= 1
    lines = filled[first : last + 1]
    width = max(max((i + 1 for i, cell in enumerate(line) if cell), default=0) for line in lines)
    names = _names([line[:width] + [""] * (width - len(line)) for line in lines])
    above = frozenset(plain(cell) for cells in filled[:first] for cell in cells if cell)
    return Header(numbers[last], names, tuple(map(tuple, lines)), above, first)


def _is_second_line(cells: Sequence[str]) -> bool:
    """Whether the row under a header goes on with it: header words, at least two or nothing else."""
    words = _words(cells)
    return words >= 2 or (words == 1 and len({*cells} - {""}) == 1)


def _completes(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether the row above a header is a line of it: it has header words where the header is empty, or goes on with
    them, merged down."""
    return any(cell and below in ("", cell) and is_known(cell) for cell, below in zip(upper, lower, strict=True))


def _names(lines: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The lowest text of each column; where several columns have the same, the texts above it before it."""
    columns = [list(dict.fromkeys(map(one_line, filter(None, column)))) for column in zip(*lines, strict=True)]
    lowest = [column[-1] if column else "" for column in columns]
    return tuple(
        "".join(column) if name and lowest.count(name) > 1 else name
        for name, column in zip(lowest, columns, strict=True)
    )


def _fill_all(head: Sequence[Row], merges: Iterable[Merge]) -> list[list[str]]:
    """The rows with every merged cell showing its text, across and down."""
    width = max((len(cells) for _, cells in head), default=0)
    filled = {number: cells + [""] * (width - len(cells)) for number, cells in head}
    for merge in merges:
        text = filled[merge.top][merge.left] if merge.top in filled and merge.left < width else ""
        for number in filled if text else ():
            if merge.top <= number <= merge.bottom:
                for column in range(merge.left, min(merge.right, width - 1) + 1):
                    filled[number][column] = filled[number][column] or text
    return list(filled.values())


def _records(rows: Iterator[Row], merges: list[Merge], header: Header, left: Left, name: str) -> Iterator[Row]:
    """The rows below the header that are records. A cell merged down says the same in each of its rows; one merged
    across says it in its first column only."""
    width = len(header.names)
    open_merges: list[tuple[Merge, str]] = []
    coming = iter(merges)
    merge = next(coming, None)
    remark = False
    count = 0
    for number, cells in rows:
        across = 0
        while merge is not None and merge.top <= number:
            if merge.top == number and merge.left < len(cells) and cells[merge.left]:
                across = max(across, merge.right - merge.left + 1)
                if merge.bottom > number and number > header.row:
                    open_merges.append((merge, cells[merge.left]))
            merge = next(coming, None)
        if number <= header.row or not any(cells):
            continue
        said = [cell for cell in cells if cell]
        remark = bool(REMARK.match(said[0])) or (remark and len(said) == 1)
        if remark:
            left.remarks.append(number)
        elif _repeats(cells, header):
            left.headers.append(number)
        elif _is_total(said):
            left.totals.append(number)
        elif len(said) == 1 and (plain(said[0]) in header.titles or (across >= 3 and across * 2 > width)):
            left.banners.append(number)
        else:
            if any(cells[width:]):
                left.long.append(number)
            cells = cells[:width] + [""] * (width - len(cells))
            if open_merges:
                open_merges = [item for item in open_merges if item[0].bottom >= number]
                for (top, column, _, _), text in open_merges:
                    if top < number and column < width and not cells[column]:
                        cells[column] = text
                        left.merged.add(Merge(top, column, 0, 0))
            if any(cells):
                count += 1
                if count > RECORDS_AT_MOST:
                    raise IntakeError("intake.too_many", file=name, rows=number, limit=RECORDS_AT_MOST)
                yield number, cells


def _repeats(cells: Sequence[str], header: Header) -> bool:
    """Whether a row says a line of the header again: in two columns and half of what it says, or in the only one."""
    for line in header.lines:
        same = sum(cell == word != "" for cell, word in zip(cells, line, strict=False))
        if same and same >= min(2, sum(map(bool, line))) and same * 2 >= sum(map(bool, cells)):
            return True
    return False


def _is_total(said: Sequence[str]) -> bool:
    """Whether a row's texts are those of a total: 合计, 黄村镇小计, 共计25家 …, beside figures, and at most one text
    where the word stands alone (黄村镇 | 小计)."""
    if not TOTAL_WORD.search("|".join(said[:4])):
        return False
    for cell in said[:4]:
        total = TOTAL.fullmatch(cell.replace(" ", "") if not cell.isascii() else cell)
        if total and (not total["tail"] or FIGURE.fullmatch(total["tail"])):
            others = sum(not FIGURE.fullmatch(other) for other in said) - 1
            return others <= (0 if total["of"] or total["tail"] else 1)
    return False
