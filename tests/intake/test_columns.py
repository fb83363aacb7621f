"""What the columns of a file are taken for."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.i18n import LANGUAGES, messages
from geo.intake.columns import KINDS, ImportKind, fields, guess_columns
from geo.intake.files import Sheet
from geo.intake.synonyms import field_words, is_known, known_words, plain

REGISTER = {
    "单位名称": "name",
    "统一社会信用代码": "credit_code",
    "单位地址": "address",
    "所属镇街": "region",
    "单位性质": "nature",
    "经济类型": "economic_type",
    "所属行业": "industry",
    "职工人数": "workers",
    "会员人数": "members",
    "建会状态": "union_status",
    "建会日期": "established_on",
    "工会类型": "union_form",
    "上级工会": "parent_union",
    "负责人": "contact",
    "联系电话": "phone",
    "经度": "lon",
    "纬度": "lat",
}


def guess(headers: list[str], kind: ImportKind = "enterprises") -> dict[str, str]:
    """Header → field."""
    sheet = Sheet(name="", sheets=("",), header_row=1, header=tuple(headers), cells=pd.DataFrame())
    return {headers[position]: field for position, field in guess_columns(sheet, kind).items()}


@given(st.permutations(list(REGISTER)))
def test_a_register_in_any_order(headers: list[str]) -> None:
    assert guess(headers) == REGISTER


@pytest.mark.parametrize("kind", KINDS)
def test_codes_and_the_words_of_our_exports_name_their_fields(kind: ImportKind) -> None:
    for column in fields(kind):
        assert guess([column.name], kind) == {column.name: column.name}
        for language in LANGUAGES:
            word = messages(language)[f"field.{column.name}"]
            assert guess([word], kind) == {word: column.name}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("企业名称", "name"),
        ("公司名称", "name"),
        ("单位\n名称", "name"),
        ("单 位 名 称", "name"),
        ("*单位名称", "name"),
        ("1.单位名称", "name"),
        ("单位名称 Name", "name"),
        ("Company Name", "name"),
        ("信用代码", "credit_code"),
        ("统一社会信用代码（18位）", "credit_code"),
        ("统一社会信用代码/注册号", "credit_code"),
        ("税号", "credit_code"),
        ("注册地址", "address"),
        ("经营地址", "address"),
        ("住所", "address"),
        ("企业详细地址", "address"),
        ("街道", "region"),
        ("所属镇（街道）", "region"),
        ("职工人数（人）", "workers"),
        ("职工人数(人)：", "workers"),
        ("从业人数", "workers"),
        ("在职职工数", "workers"),
        ("2023年末职工人数", "workers"),
        ("工会会员数", "members"),
        ("是否建会", "union_status"),
        ("建会时间", "established_on"),
        ("工会类型（独立/联合）", "union_form"),
        ("独立/联合", "union_form"),
        ("工会主席", "contact"),
        ("联系人", "contact"),
        ("手机", "phone"),
        ("法定代表人联系电话", "phone"),
        ("ＬＮＧ", "lon"),
        ("x", "lon"),
        ("X坐标", "lon"),
        ("经度（GCJ02）", "lon"),
        ("坐标(经度)", "lon"),
        ("lat", "lat"),
        ("经纬度", "lonlat"),
        ("坐标", "lonlat"),
        ("经度/纬度", "lonlat"),
        ("镇街（登记）", "region"),
    ],
)
def test_words_people_use(header: str, field: str) -> None:
    assert guess([header]) == {header: field}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "序号",
        "其中女职工人数",
        "企业成立日期",
        "成立日期",
        "工会名称",
        "上级工会联系电话",
        "备注",
        "身份证号",
        "镇街归属方式",
    ],
)
def test_what_is_no_field_stays_unknown(header: str) -> None:
    assert guess([header]) == {}


def test_no_field_comes_twice_and_the_better_word_has_it() -> None:
    assert guess(["注册地址", "经营地址", "手机", "联系电话"]) == {"经营地址": "address", "联系电话": "phone"}


def test_of_equal_words_the_leftmost_has_the_field() -> None:
    sheet = Sheet(name="", sheets=("",), header_row=1, header=("备注", "单位名称", "单位名称"), cells=pd.DataFrame())
    assert guess_columns(sheet, "enterprises") == {1: "name"}


def test_an_ending_never_takes_a_field_from_a_full_word() -> None:
    assert guess(["企业实际用工人数", "职工人数"]) == {"职工人数": "workers"}


def test_columns_of_facilities() -> None:
    headers = ["站点名称", "设施类型", "所属镇街", "位置", "运营状态", "服务时间", "设施配置", "坐标", "备注"]
    expected = ["name", "kind", "region", "address", "state", "opening_hours", "amenities", "lonlat", "note"]
    assert guess(headers, "facilities") == dict(zip(headers, expected, strict=True))


def test_columns_of_positions() -> None:
    headers = ["阵地名称", "阵地类型", "所在镇街", "经度", "纬度"]
    assert guess(headers, "positions") == dict(zip(headers, ["name", "kind", "region", "lon", "lat"], strict=True))


def test_columns_of_boundaries() -> None:
    assert guess(["XZQDM", "XZQMC", "面积"], "boundaries") == {"XZQDM": "code", "XZQMC": "name"}
    assert guess(["街道名称", "行政区划代码"], "boundaries") == {"街道名称": "name", "行政区划代码": "code"}
    assert [column.name for column in fields("boundaries")] == ["code", "name"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_names_two_fields(kind: ImportKind) -> None:
    words = [word for its in field_words(kind).values() for word in its]
    assert len(words) == len(set(words))
    assert set(words) == {plain(word) for word in words}


def test_what_a_header_is_known_by() -> None:
    assert is_known("单位名称（盖章）")
    assert not is_known("黄村镇")
    assert not is_known("")
    assert "企业" not in known_words(), "also a value: a row that says it is no header for that"
