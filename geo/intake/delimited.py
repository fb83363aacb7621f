"""Text tables: CSV and its kin, in the encodings and with the separators that Chinese systems write."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from geo.intake import IntakeError
from geo.intake.sheet import HEAD_ROWS, Progress, Row, score, tidy

SEPARATORS = ",\t;|"
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
FIELD_AT_MOST = 1 << 20
"""Characters; what is longer is a quote that is never closed."""
BLOCK = 1 << 20


def read_rows(path: Path, *, name: str, progress: Progress) -> tuple[str, Iterator[Row]]:
    """The encoding and the rows. IntakeError, here or on the way, for bytes that are no text, quotes that do not
    match, more rows than can be taken."""
    encoding = find_encoding(path, name)
    return encoding, _rows(path, encoding, name, progress)


def _rows(path: Path, encoding: str, name: str, progress: Progress) -> Iterator[Row]:
    csv.field_size_limit(FIELD_AT_MOST)
    size = path.stat().st_size
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding, newline="") as text:
        separator = _separator(text.read(1 << 16))
        text.seek(0)
        number = 0
        reader = csv.reader(text, delimiter=separator, strict=True)
        try:
            for number, cells in enumerate(reader, start=1):
                if number % 10_000 == 0:
                    progress("read", min(raw.tell(), size), size)
                yield number, [tidy(cell) for cell in cells]
        except csv.Error as error:
            raise IntakeError("intake.quotes", file=name, row=number + 1) from error


def count_lines(path: Path) -> int:
    """How many lines a file has: for saying how much too long it is."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))


def _separator(sample: str) -> str:
    """The separator by which the sample's head has most header words, then most cells."""
    first = sample.split("\n", 1)[0].strip().casefold()
    if first.startswith("sep=") and len(first) == 5 and first[4] in SEPARATORS:
        return first[4]

    def worth(separator: str) -> tuple[int, int]:
        head: list[Row] = []
        lines = sample.splitlines(keepends=True)
        try:
            for number, cells in enumerate(csv.reader(lines, delimiter=separator), start=1):
                head.append((number, [tidy(cell) for cell in cells]))
                if number == HEAD_ROWS:
                    break
        except csv.Error:
            pass
        return score(head), sum(len(cells) for _, cells in head)

    return max(SEPARATORS, key=worth)


def find_encoding(path: Path, name: str) -> str:
    """UTF-16 or UTF-8 by their marks, else UTF-8 where all of it is, else GB18030, of which GBK is a part.

    IntakeError, with ``row`` (the line), where it is neither. A byte that is broken in what is UTF-8 for the rest is
    such an error too: as GB18030 all of it would be read as other words.
    """
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((encoding for mark, encoding in BOMS if start.startswith(mark)), "")
    if marked:
        bad = first_bad_line(path, marked)
        if bad:
            raise IntakeError("intake.encoding", file=name, row=bad)
        return marked
    bad_utf8 = first_bad_line(path, "utf-8")
    if not bad_utf8:
        return "utf-8"
    bad_gb = first_bad_line(path, "gb18030")
    with path.open("rb") as file:
        mostly = is_mostly_utf8(file.read(BLOCK))
    if bad_gb or mostly:
        raise IntakeError("intake.encoding", file=name, row=bad_utf8 if mostly else bad_gb)
    return "gb18030"


def is_mostly_utf8(content: bytes) -> bool:
    """Whether more of it reads as Chinese in UTF-8 than does not read; of GBK text next to nothing does."""
    text = content.decode("utf-8", "replace")
    return len(re.findall("[\u2e80-\ufffc]", text)) > text.count("\ufffd")


def first_bad_line(path: Path, encoding: str) -> int:
    """The first line, from 1, that ``encoding`` cannot read; 0 where it reads all."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                # What is before the bad byte in this block; a mark or half a character before the block has no line.
                return lines + error.object[: error.start].decode(encoding, "replace").count("\n")
            lines += text.count("\n")
            if not block:
                return 0
