"""The settings, one declared list: read at the edge from the environment, passed on as a frozen value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from geo.errors import SettingError
from geo.people import ROLES, Role

PROJECT_FOLDER = Path(__file__).parent.parent
DATABASE = "gongtu.sqlite"
SITE = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")


@dataclass(frozen=True)
class Setting:
    """One environment variable: what it is called, what it is when unset, what it does (zh, en); a ``secret`` one is
    never shown.
    """

    name: str
    default: str
    help_zh: str
    help_en: str
    secret: bool = False


SETTINGS = (
    Setting("GONGTU_PACK", "data", "数据包文件夹", "Folder of the data pack"),
    Setting("GONGTU_DEMO", "1", "是否载入示例数据：1 载入，0 不载入", "Load the demonstration records: 1 yes, 0 no"),
    Setting(
        "GONGTU_VAR",
        "var",
        "存放内置数据库（SQLite）的文件夹",
        "Folder of the embedded database (SQLite)",
    ),
    Setting(
        "GONGTU_DATABASE_URL",
        "",
        "PostgreSQL（须有 PostGIS）的连接地址，如 postgresql://用户:密码@主机/库；留空用内置数据库",
        "Address of a PostgreSQL database with PostGIS, such as postgresql://user:password@host/name; empty: embedded",
        secret=True,
    ),
    Setting("GONGTU_SESSION_HOURS", "12", "登录后多少小时须重新登录", "Hours after which one has to sign in again"),
    Setting(
        "GONGTU_OIDC_CLAIM",
        "email",
        "用单位统一身份登录时，按身份的哪一项定角色",
        "With an identity provider: the claim that decides the role",
    ),
    Setting(
        "GONGTU_OIDC_ROLES",
        "",
        "该项的值对应的角色，如 admin=a@x.cn,b@x.cn;leader=领导组;staff=*",
        "Roles by the claim's value, such as admin=a@x.cn,b@x.cn;leader=leaders;staff=*",
    ),
    Setting(
        "GONGTU_TIANDITU_KEY",
        "",
        "天地图密钥；留空则不提供天地图底图",
        "Tianditu key; empty: no such base map",
        secret=True,
    ),
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
    Setting(
        "GONGTU_PUBLIC_URL",
        "",
        "别人访问本站用的地址，如 https://gongtu.example，印在海报的二维码里；留空则用打印者自己访问时的地址",
        "Where others reach this site, such as https://gongtu.example, for the QR codes of posters; empty: as the one"
        " who prints reaches it",
    ),
)


@dataclass(frozen=True)
class Settings:
    """What the environment asked for; hashable, so it can key a cache."""

    pack: Path
    demo: bool
    database_url: str
    session_hours: int
    oidc_claim: str
    oidc_roles: tuple[tuple[Role, tuple[str, ...]], ...]
    tianditu_key: str
    tiles: str
    tiles_datum: str
    public_url: str


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment. An unset or empty variable takes its default; SettingError names a bad one."""
    value = {setting.name: environment.get(setting.name, "").strip() or setting.default for setting in SETTINGS}
    return Settings(
        pack=(PROJECT_FOLDER / value["GONGTU_PACK"]).resolve(),
        demo=_one_of(value, "GONGTU_DEMO", ("0", "1")) == "1",
        database_url=value["GONGTU_DATABASE_URL"]
        or f"sqlite:///{(PROJECT_FOLDER / value['GONGTU_VAR']).resolve() / DATABASE}",
        session_hours=_whole(value, "GONGTU_SESSION_HOURS", 1, 24 * 90),
        oidc_claim=value["GONGTU_OIDC_CLAIM"],
        oidc_roles=_roles(value, "GONGTU_OIDC_ROLES"),
        tianditu_key=value["GONGTU_TIANDITU_KEY"],
        tiles=_template(value, "GONGTU_TILES"),
        tiles_datum=_one_of(value, "GONGTU_TILES_DATUM", ("wgs84", "gcj02")),
        public_url=_site(value, "GONGTU_PUBLIC_URL"),
    )


def _one_of(values: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    if values[name] not in choices:
        raise SettingError("error.setting_choice", setting=name, value=values[name], choices=" / ".join(choices))
    return values[name]


def _whole(values: Mapping[str, str], name: str, low: int, high: int) -> int:
    text = values[name]
    if not (text.isdecimal() and low <= int(text) <= high):
        raise SettingError("error.setting_whole", setting=name, value=text, low=low, high=high)
    return int(text)


def _roles(values: Mapping[str, str], name: str) -> tuple[tuple[Role, tuple[str, ...]], ...]:
    """``admin=a,b;staff=*`` as pairs of a role and the values that have it, the highest role first."""
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(None, (part.strip() for part in values[name].split(";"))):
        role, _, who = part.partition("=")
        names = tuple(filter(None, (one.strip() for one in who.split(","))))
        if role.strip() not in ROLES[1:] or role.strip() in found or not names:
            raise SettingError("error.setting_roles", setting=name, value=part)
        found[role.strip()] = names
    return tuple((role, found[role]) for role in reversed(ROLES) if role in found)


def _site(values: Mapping[str, str], name: str) -> str:
    """An address that others can open, without a slash at its end; ``""`` where none is set."""
    address = values[name].rstrip("/")
    if address and not SITE.fullmatch(address):
        raise SettingError("error.setting_site", setting=name, value=values[name])
    return address


def _template(values: Mapping[str, str], name: str) -> str:
    template = values[name]
    if template and not (template.startswith(("http://", "https://", "/")) and "{z}" in template):
        raise SettingError("error.setting_tiles", setting=name, value=template)
    return template
