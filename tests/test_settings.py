"""Settings: one list, each documented, each refused in words when it cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import SettingError
from geo.settings import PROJECT_FOLDER, SETTINGS, read_settings


def test_nothing_set_gives_the_pack_of_the_project() -> None:
    settings = read_settings({})
    assert settings.pack == (PROJECT_FOLDER / "data").resolve()
    assert settings.demo is True
    assert (settings.tianditu_key, settings.tiles, settings.tiles_datum) == ("", "", "wgs84")
    assert settings.public_url == ""


def test_an_empty_variable_is_an_unset_one() -> None:
    assert read_settings({"GONGTU_DEMO": " ", "GONGTU_PACK": ""}) == read_settings({})


def test_a_pack_may_lie_anywhere(tmp_path: Path) -> None:
    assert read_settings({"GONGTU_PACK": str(tmp_path)}).pack == tmp_path.resolve()


def test_the_public_address_ends_without_a_slash() -> None:
    for said in ("https://gongtu.example", "https://gongtu.example/", "http://10.0.0.8:8501/gongtu//"):
        assert read_settings({"GONGTU_PUBLIC_URL": said}).public_url == said.rstrip("/")


@pytest.mark.parametrize(
    "value",
    [
        "gongtu.example",
        "ftp://x",
        "https://",
        "https:///m",
        "https://x/?a=1",
        "https://x/#a",
        "http://a b",
        "http://u@x",
    ],
)
def test_a_public_address_that_nobody_can_open_is_named(value: str) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings({"GONGTU_PUBLIC_URL": value})
    assert caught.value.params == {"setting": "GONGTU_PUBLIC_URL", "value": value}


@pytest.mark.parametrize(
    ("name", "value"),
    [("GONGTU_DEMO", "yes"), ("GONGTU_TILES", "tiles/{x}/{y}"), ("GONGTU_TILES_DATUM", "bd09")],
)
def test_a_bad_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings({name: value})
    assert caught.value.params["setting"] == name
    assert caught.value.params["value"] == value


@pytest.mark.parametrize("file", ["README.md", "README.en.md"])
def test_each_setting_is_documented(file: str) -> None:
    text = (PROJECT_FOLDER / file).read_text(encoding="utf-8")
    assert [setting.name for setting in SETTINGS if f"`{setting.name}`" not in text] == []
