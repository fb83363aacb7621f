"""Both languages are complete, say the same keys with the same values, and no key is asked for that is not there."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from geo.errors import Fault, PackError, SettingError
from geo.i18n import LANGUAGES, explain, messages, translate

ROOT = Path(__file__).parent.parent


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert set(messages("zh")) == set(messages("en"))


def test_both_languages_fill_in_the_same_values() -> None:
    assert [k for k, m in messages("zh").items() if placeholders(m) != placeholders(messages("en")[k])] == []


def test_no_message_is_empty() -> None:
    assert [key for language in LANGUAGES for key, message in messages(language).items() if not message.strip()] == []


def test_english_has_no_chinese_but_what_it_quotes() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert [key for key, message in messages("en").items() if chinese.search(message)] == []


def test_every_key_in_the_code_exists() -> None:
    asked = set()
    for folder in ("geo", "pages"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            asked |= set(re.findall(r"\b(?:say|translate|[A-Za-z]+Error)\(\s*\"([a-z_]+\.[a-z_.]+)\"", text))
            asked |= set(re.findall(r"\"((?:fault|error|distance|coverage|regions|facilities)\.[a-z_]+)\"", text))
    code = {key for key in asked if not key.endswith((".csv", ".py", ".toml", ".geojson", ".css", ".js"))}
    assert code - set(messages("zh")) == set()
    assert len(code) > 50, "the search itself must find the keys"


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        translate("no.such.key", "zh")


def test_a_pack_error_lists_every_fault_with_its_place() -> None:
    faults = [
        Fault("regions.csv", 3, "code", "fault.empty"),
        Fault("outline.geojson", None, None, "fault.file_missing"),
    ]
    assert explain(PackError(faults), "zh").splitlines() == [
        "数据包有 2 处错误",
        "regions.csv 第 3 行 “code”列：不能为空",
        "outline.geojson：缺这个文件",
    ]
    assert explain(PackError(faults), "en").splitlines()[1] == "regions.csv, row 3, column “code”: must not be empty"


def test_an_error_is_explained_with_its_values() -> None:
    error = SettingError("error.setting_choice", setting="GONGTU_DEMO", value="yes", choices="0 / 1")
    assert explain(error, "zh") == "设置 GONGTU_DEMO 的值“yes”不能用，只能是：0 / 1"
