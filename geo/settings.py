"""The settings, one declared list: read at the edge from the environment, passed on as a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from geo.errors import SettingError

PROJECT_FOLDER = Path(__file__).parent.parent


@dataclass(frozen=True)
class Setting:
    """One environment variable: what it is called, what it is when unset, what it does (zh, en)."""

    name: str
    default: str
    help_zh: str
    help_en: str


SETTINGS = (
    Setting("GONGTU_PACK", "data", "数据包文件夹", "Folder of the data pack"),
    Setting("GONGTU_DEMO", "1", "是否载入示例数据：1 载入，0 不载入", "Load the demonstration records: 1 yes, 0 no"),
    Setting("GONGTU_TIANDITU_KEY", "", "天地图密钥；留空则不提供天地图底图", "Tianditu key; empty: no such base map"),
    Setting(
        "GONGTU_TILES",
        "",
        "本地底图地址模板，如 http://tiles.example/{z}/{x}/{y}.png",
        "URL template of a local base map, such as http://tiles.example/{z}/{x}/{y}.png",
    ),
    Setting(
        "GONGTU_TILES_DATUM",
        "wgs84",
        "本地底图的坐标系：wgs84 或 gcj02",
        "Datum of the local base map: wgs84 or gcj02",
    ),
)


@dataclass(frozen=True)
class Settings:
    """What the environment asked for; hashable, so it can key a cache."""

    pack: Path
    demo: bool
    tianditu_key: str
    tiles: str
    tiles_datum: str


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment. An unset or empty variable takes its default; SettingError names a bad one."""
    value = {setting.name: environment.get(setting.name, "").strip() or setting.default for setting in SETTINGS}
    return Settings(
        pack=(PROJECT_FOLDER / value["GONGTU_PACK"]).resolve(),
        demo=_one_of(value, "GONGTU_DEMO", ("0", "1")) == "1",
        tianditu_key=value["GONGTU_TIANDITU_KEY"],
        tiles=_template(value, "GONGTU_TILES"),
        tiles_datum=_one_of(value, "GONGTU_TILES_DATUM", ("wgs84", "gcj02")),
    )


def _one_of(values: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    if values[name] not in choices:
        raise SettingError("error.setting_choice", setting=name, value=values[name], choices=" / ".join(choices))
    return values[name]


def _template(values: Mapping[str, str], name: str) -> str:
    template = values[name]
    if template and not (template.startswith(("http://", "https://", "/")) and "{z}" in template):
        raise SettingError("error.setting_tiles", setting=name, value=template)
    return template
