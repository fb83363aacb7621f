"""Setting type: which font is taken, what is told where there is none, how lines break."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import typeset
from geo.doctor import examine
from geo.errors import GongtuError
from geo.i18n import LANGUAGES, explain
from geo.typeset import Sheet, font_file
from geo.workspace import Workspace

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def sheet() -> Iterator[Sheet]:
    made = Sheet("题", "zh", AT)
    yield made
    made.pdf.output()  # which lets go of the font's file


def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    real = find_spec
    monkeypatch.setattr(typeset, "find_spec", lambda name: None if name == typeset.PACKAGE else real(name))


def test_the_packages_font_is_taken_first() -> None:
    assert typeset.PACKAGE in str(font_file())


def test_without_the_package_a_font_of_the_system_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    packaged = font_file()
    no_package(monkeypatch)
    link = tmp_path / "system.ttf"
    link.symlink_to(packaged)
    monkeypatch.setattr(typeset, "SYSTEM_FONTS", (str(tmp_path / "missing.ttf"), str(link)))
    assert font_file() == link
    made = Sheet("题", "zh", AT)
    made.write("工图", 10, 10, 12)
    assert bytes(made.pdf.output()).startswith(b"%PDF-")


def test_no_font_is_told_in_words_and_found_by_the_doctor(
    monkeypatch: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    assert [finding.ok for finding in examine(workspace) if finding.key == "doctor.font"] == [True]
    no_package(monkeypatch)
    monkeypatch.setattr(typeset, "SYSTEM_FONTS", ())
    with pytest.raises(GongtuError, match=r"typeset\.no_font") as caught:
        Sheet("题", "zh", AT)
    assert all("pylopdf-fonts-zh-cn" in explain(caught.value, language) for language in LANGUAGES)
    assert [finding.ok for finding in examine(workspace) if finding.key == "typeset.no_font"] == [False]


@pytest.mark.parametrize("content", [b"", b"not a font at all" * 100])
def test_a_broken_font_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes) -> None:
    no_package(monkeypatch)
    (tmp_path / "broken.ttf").write_bytes(content)
    monkeypatch.setattr(typeset, "SYSTEM_FONTS", (str(tmp_path / "broken.ttf"),))
    with pytest.raises(GongtuError, match=r"typeset\.bad_font") as caught:
        Sheet("题", "zh", AT)
    assert str(tmp_path) not in explain(caught.value, "zh"), "no local paths"


@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=120),
    width=st.floats(5, 120),
    size=st.sampled_from([7.0, 9.6, 21.0]),
)
def test_no_line_is_wider_than_asked(sheet: Sheet, text: str, width: float, size: float) -> None:
    lines = sheet.wrap(text, width, size)
    for line in lines:
        assert sheet.width(line, size) <= width or len(line) == 1
    kept = "".join("".join(lines).split())
    assert kept == "".join(sheet.drawable(text).split()), "nothing is lost"


def test_lines_do_not_begin_with_a_full_stop(sheet: Sheet) -> None:
    lines = sheet.wrap("一二三四五，六七八九十。" * 20, 33, 10, at_most=1000)
    assert len(lines) > 5
    assert not [line for line in lines if line[0] in "，。"]


def test_a_long_text_is_set_as_far_as_asked(sheet: Sheet) -> None:
    assert len("".join(sheet.wrap("字" * 5000, 100, 10, at_most=4000))) == 4000
    assert len("".join(sheet.wrap("字" * 5000, 100, 10))) == typeset.TEXT_AT_MOST


def test_what_is_too_wide_is_cut_with_an_ellipsis(sheet: Sheet) -> None:
    cut = sheet.cut("很长的一行字" * 20, 30, 10)
    assert cut.endswith("…")
    assert sheet.width(cut, 10) <= 30


def test_a_font_without_chinese_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "NEEDED", "\U0010fffd")  # which no font has
    with pytest.raises(GongtuError, match=r"typeset\.bad_font"):
        Sheet("题", "zh", AT)
