"""What a file is, by its content whatever its name; and what is refused, by the name of what it is."""

from __future__ import annotations

import sqlite3
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from made_files import HEADER, refusal, rewrite_zip, write_xlsx, write_zip

from geo.i18n import LANGUAGES, explain
from geo.intake import formats
from geo.intake.formats import recognise

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def ole(*streams: str) -> bytes:
    """As much of an OLE file as names its streams."""
    return OLE.ljust(512, b"\x00") + b"".join(stream.encode("utf-16-le").ljust(128, b"\x00") for stream in streams)


REFUSED = {
    "nothing": (b"", "intake.empty", ""),
    "blanks": (b" \r\n\t\n", "intake.empty", ""),
    "only a mark": (b"\xef\xbb\xbf", "intake.empty", ""),
    "noughts": (b"\x00" * 100_000, "intake.binary", ""),
    "noughts in text": ("单位名称\n".encode() + b"\x00\x01\x02", "intake.binary", ""),
    "PDF": (b"%PDF-1.7\n", "intake.other", "PDF"),
    "PNG": (b"\x89PNG\r\n\x1a\n", "intake.other", "PNG"),
    "JPEG": (b"\xff\xd8\xff\xe0", "intake.other", "JPEG"),
    "RAR": (b"Rar!\x1a\x07", "intake.other", "RAR"),
    "gzip": (b"\x1f\x8b\x08", "intake.other", "gzip"),
    "an old Excel": (b"\t\x08\x10\x00\x00\x06", "intake.other", "Excel 4"),
    "an HTML table": ("<html><table><tr><td>单位名称".encode("gbk"), "intake.markup", "HTML"),
    "HTML in UTF-16": ("<table><tr>".encode("utf-16"), "intake.markup", "HTML"),
    "HTML behind a mark": (b"\xef\xbb\xbf  <!DOCTYPE html>", "intake.markup", "HTML"),
    "an archived web page": (b"MIME-Version: 1.0\n<html>", "intake.markup", "HTML"),
    "Excel 2003 XML": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "intake.markup",
        "Excel 2003 XML",
    ),
    "KML": (b'<?xml version="1.0"?><kml xmlns="x">', "intake.other", "KML"),
    "XML": (b'<?xml version="1.0"?><x/>', "intake.other", "XML"),
    "an entity bomb": (b'<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>', "intake.other", "XML"),
    "a workbook with a password": (ole("EncryptionInfo", "EncryptedPackage"), "intake.encrypted", ""),
    "an old workbook with macros": (ole("Workbook", "_VBA_PROJECT_CUR"), "intake.macros", ""),
    "an old Word file": (ole("WordDocument"), "intake.other", "Word (.doc)"),
    "another OLE file": (ole("Something"), "intake.damaged", "Office"),
    "half an old workbook": (ole("Workbook"), "intake.damaged", "Excel"),
    "one part of a Shapefile": (b"\x00\x00\x27\x0a" + b"\x00" * 96, "intake.shapefile_parts", ""),
    "a broken zip": (b"PK\x03\x04" + b"\x00" * 100, "intake.damaged", "ZIP"),
    "an empty zip": (b"PK\x05\x06" + b"\x00" * 18, "intake.zip_other", ""),
}


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_what_is_refused_by_what_it_is_and_not_by_its_name(tmp_path: Path, what: str, name: str) -> None:
    content, key, said = REFUSED[what]
    path = tmp_path / name
    path.write_bytes(content)
    error = refusal(path)
    assert error.key == key
    assert error.params.get("format", "") == said
    for language in LANGUAGES:
        assert name in explain(error, language)


def test_any_other_database_is_no_geopackage(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.gpkg") as database:
        database.execute("create table 企业 (名称 text)")
    database.close()
    error = refusal(tmp_path / "a.gpkg")
    assert (error.key, error.params["format"]) == ("intake.other", "SQLite")


@pytest.mark.parametrize(
    ("entries", "key", "said"),
    [
        ({"word/document.xml": b"<w/>", "[Content_Types].xml": b""}, "intake.other", "Word (.docx)"),
        ({"ppt/presentation.xml": b"<p/>"}, "intake.other", "PowerPoint (.pptx)"),
        ({"xl/workbook.bin": b"x", "[Content_Types].xml": b""}, "intake.other", "Excel (.xlsb)"),
        ({"mimetype": b"application/x", "content.xml": b"<x/>"}, "intake.other", "OpenDocument (.ods / .odt)"),
        ({"xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b"x"}, "intake.macros", ""),
        ({"xl/workbook.xml": b"<x/>", "xl/macrosheets/sheet1.xml": b"x"}, "intake.macros", ""),
        ({"内.zip": b"PK"}, "intake.zip_nested", ""),
        ({"a.csv": b"x"}, "intake.zip_other", ""),
        ({"../a.shp": b"x"}, "intake.zip_entry", ""),
        ({"/etc/a.shp": b"x"}, "intake.zip_entry", ""),
        ({"C:\\a.shp": b"x"}, "intake.zip_entry", ""),
        ({"b\\..\\..\\a.shp": b"x"}, "intake.zip_entry", ""),
    ],
)
def test_archives_are_refused_by_what_they_hold(tmp_path: Path, entries: dict[str, bytes], key: str, said: str) -> None:
    error = refusal(write_zip(tmp_path / "a.zip", entries))
    assert (error.key, error.params.get("format", "")) == (key, said)


def test_macros_are_refused_in_a_workbook_of_any_name(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", HEADER, ["甲", "", 1])
    assert refusal(rewrite_zip(path, {"xl/vbaProject.bin": b"x"})).key == "intake.macros"


def test_links_in_archives_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("a.shp")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(path).key == "intake.zip_entry"


def test_entries_under_lock_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.shp": b"x"})
    content = path.read_bytes()
    central = content.index(b"PK\x01\x02")
    path.write_bytes(content[: central + 8] + b"\x01" + content[central + 9 :])
    assert refusal(path).key == "intake.encrypted"


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.xlsx", {"xl/workbook.xml": b"<x/>", "xl/a.xml": b" " * (80 << 20)})
    error = refusal(path)
    assert (error.key, error.params["megabytes"], error.params["limit"]) == ("intake.zip_bomb", 80, 1024)


def test_well_packed_is_no_bomb_where_it_is_small(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", HEADER, ["甲", "", 1])
    path = rewrite_zip(path, {"docProps/thumbnail.xml": b" " * (20 << 20)})
    assert recognise(path, "a.xlsx") == "xlsx"


def test_many_small_entries_that_are_one_are_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "ENTRIES_AT_MOST", 3)
    path = write_zip(tmp_path / "a.xlsx", {f"xl/{i}.xml": b"x" for i in range(4)})
    assert refusal(path).key == "intake.zip_bomb"


def test_a_size_that_was_lied_about_comes_out(tmp_path: Path) -> None:
    """The directory says 10 bytes; there are 40 million."""
    path = write_xlsx(tmp_path / "a.xlsx", HEADER, ["甲", "", 1])
    path = rewrite_zip(path, {"xl/big.xml": b" " * 40_000_000})
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02", content.index(b"xl/big.xml", content.index(b"PK\x01\x02")) - 60)
    assert struct.unpack_from("<I", content, entry + 24) == (40_000_000,)
    struct.pack_into("<I", content, entry + 24, 10)
    path.write_bytes(content)
    assert refusal(path).key == "intake.damaged"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("单位名称,地址\n甲,乙\n".encode(), "csv"),
        ("单位名称\t地址\r\n甲\t乙\r\n".encode("gbk"), "csv"),
        ("名称,地址\n".encode("utf-16"), "csv"),
        ("<企业>,地址\n".encode(), "csv"),
        (b"PK,2\n", "csv"),
        (b'\n {"type": "FeatureCollection", "features": []}', "geojson"),
    ],
)
def test_what_is_read_is_told_by_its_content(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    assert recognise(path, "a.xls") == kind


def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    assert refusal(tmp_path / "不在.xlsx").key == "intake.unreadable"
