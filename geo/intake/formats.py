"""What a file is, told by its content: the formats that are read, and by their names those that are not."""

from __future__ import annotations

import mmap
import stat
import struct
import zipfile
from pathlib import Path, PurePosixPath
from typing import Literal

from geo.intake import IntakeError

Format = Literal["xlsx", "xls", "csv", "geojson", "gpkg", "shapefile"]

UNPACKED_AT_MOST = 1 << 30
"""Bytes; a worksheet of 300,000 rows and 30 columns has some 400 MB."""
HARMLESS = 64 << 20
"""Bytes; what unpacks to less is no bomb, however well it is packed."""
RATIO_AT_MOST = 200
"""Deflate packs at most some 1,000 to 1; worksheets of repeating rows come to 40."""
ENTRIES_AT_MOST = 10_000

SIGNATURES = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"RIFF", "WebP / AVI"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"{\\rtf", "RTF"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90\x00", "EXE"),
    (b"PAR1", "Parquet"),
    (b"ARROW1", "Arrow"),
    (b"\t\x08", "Excel 4"),
    (b"\t\x04", "Excel 4"),
)
MARKUP = (
    (b"urn:schemas-microsoft-com:office:spreadsheet", "Excel 2003 XML"),
    (b"<kml", "KML"),
    (b"<gml", "GML"),
    (b"<svg", "SVG"),
    (b"<html", "HTML"),
    (b"<table", "HTML"),
    (b"<!doctype html", "HTML"),
    (b"<meta", "HTML"),
    (b"<body", "HTML"),
    (b"<div", "HTML"),
    (b"<style", "HTML"),
)
OFFICE = (
    ("xl/workbook.bin", "Excel (.xlsb)"),
    ("word/", "Word (.docx)"),
    ("ppt/", "PowerPoint (.pptx)"),
    ("content.xml", "OpenDocument (.ods / .odt)"),
)


def recognise(path: Path, name: str) -> Format:
    """What the file is. IntakeError where it is nothing that is read here, is empty, encrypted, or has macros."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    if not start.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise IntakeError("intake.empty" if not start.strip(b" \t\r\n\xef\xbb\xbf") else "intake.binary", file=name)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(path, name)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole(path, name)
    if start.startswith(b"SQLite format 3\x00"):
        if start[68:72] not in (b"GPKG", b"GP10", b"GP11"):
            raise _other(name, "SQLite")
        return "gpkg"
    if start.startswith(b"\x00\x00\x27\x0a"):
        raise IntakeError("intake.shapefile_parts", file=name)
    for signature, what in SIGNATURES:
        if start.startswith(signature):
            raise _other(name, what)
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = start.decode("utf-16", "ignore").encode() if wide else start.removeprefix(b"\xef\xbb\xbf")
    text = text.lstrip().lower()
    if text.startswith((b"<", b"mime-version:")):
        unnamed = "XML" if text.startswith((b"<?xml", b"<!")) else ""
        what = next((what for sign, what in MARKUP if sign in text[:4096]), unnamed)
        if what in ("HTML", "Excel 2003 XML"):
            raise IntakeError("intake.markup", file=name, format=what)
        if what:
            raise _other(name, what)
    if wide:
        return "csv"
    if b"\x00" in start:
        raise IntakeError("intake.binary", file=name)
    return "geojson" if text.startswith((b"{", b"[{")) else "csv"


def _other(name: str, what: str) -> IntakeError:
    return IntakeError("intake.other", file=name, format=what)


def _ole(path: Path, name: str) -> Format:
    """An OLE file: the streams of a workbook, or of what else Office keeps in it."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:

        def has(stream: str) -> bool:
            return content.find(stream.encode("utf-16-le")) >= 0

        if has("EncryptedPackage"):
            raise IntakeError("intake.encrypted", file=name)
        if has("_VBA_PROJECT"):
            raise IntakeError("intake.macros", file=name)
        if has("Workbook") or has("Book"):
            return "xls"
        for stream, what in (("WordDocument", "Word (.doc)"), ("PowerPoint Document", "PowerPoint (.ppt)")):
            if has(stream):
                raise _other(name, what)
    raise IntakeError("intake.damaged", file=name, format="Office")


def _zip(path: Path, name: str) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as error:
        raise IntakeError("intake.damaged", file=name, format="ZIP") from error
    _check_entries(entries, path.stat().st_size, name)
    names = {entry.filename for entry in entries}
    for sign, what in OFFICE:
        if any(entry.startswith(sign) for entry in names):
            raise _other(name, what)
    if any(entry.endswith("vbaProject.bin") or entry.startswith("xl/macrosheets/") for entry in names):
        raise IntakeError("intake.macros", file=name)
    if "xl/workbook.xml" in names or ("[Content_Types].xml" in names and any(n.startswith("xl/") for n in names)):
        return "xlsx"
    if any(entry.lower().endswith(".shp") for entry in names):
        return "shapefile"
    for entry in names:
        if entry.lower().endswith((".zip", ".rar", ".7z", ".gz")):
            raise IntakeError("intake.zip_nested", file=name, entry=entry[:80])
    raise IntakeError("intake.zip_other", file=name)


def _check_entries(entries: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    """IntakeError for a zip that unpacks to too much, is encrypted, or whose entries lead out of its folder."""
    unpacked = sum(entry.file_size for entry in entries)
    bomb = unpacked > max(HARMLESS, packed * RATIO_AT_MOST)
    if unpacked > UNPACKED_AT_MOST or bomb or len(entries) > ENTRIES_AT_MOST:
        raise IntakeError("intake.zip_bomb", file=name, megabytes=unpacked >> 20, limit=UNPACKED_AT_MOST >> 20)
    for entry in entries:
        if entry.flag_bits & 1:
            raise IntakeError("intake.encrypted", file=name)
        where = PurePosixPath(entry.filename.replace("\\", "/"))
        leads_out = where.is_absolute() or ".." in where.parts or ":" in "".join(where.parts[:1])
        if leads_out or stat.S_ISLNK(entry.external_attr >> 16):
            raise IntakeError("intake.zip_entry", file=name, entry=entry.filename[:80])
