"""The words people write where one of a few choices is meant: for yes and no, and for the codes of each field."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from geo.facilities import AMENITIES
from geo.i18n import LANGUAGES, Language, messages
from geo.intake.synonyms import BRACKETED, plain
from geo.schema import Column

UNKNOWN = frozenset(
    (
        *(
            "无",
            "暂无",
            "没有",
            "不详",
            "不明",
            "未知",
            "不清楚",
            "不知",
            "未填",
            "未填写",
            "空",
            "待定",
            "待补",
            "待补充",
        ),
        *(
            "n/a",
            "na",
            "null",
            "none",
            "nan",
            "nil",
            "unknown",
            "#n/a",
            "#ref!",
            "#value!",
            "#name?",
            "#div/0!",
            "#null!",
        ),
    )
)
LONGEST_UNKNOWN = max(map(len, UNKNOWN))
DASHES = re.compile(r"[-‐-―−ー一_/\\|.。、,·*?~]+")
YES = frozenset(("是", "有", "对", "已", "√", "✓", "✔", "☑", "1", "y", "yes", "t", "true"))
NO = frozenset(("否", "无", "没有", "没", "不是", "不", "未", "×", "✗", "✘", "x", "☐", "0", "n", "no", "f", "false"))

FLAGS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "answered": (frozenset(("已响应", "响应")), frozenset(("未响应", "不响应"))),
    "solved": (frozenset(("已解决", "解决")), frozenset(("未解决", "没解决"))),
    "satisfied": (frozenset(("满意", "非常满意")), frozenset(("不满意", "非常不满意"))),
}
"""Field → words for yes and for no besides; 基本满意 is neither: whoever brings the file in says which it is."""

WORDS: dict[str, dict[str, str]] = {
    "union_status": {
        "none": "未建会 未建 未建立 未建立工会 未建工会 未成立 未组建 尚未建会 没有 无 不是",
        "contacted": "已沟通 沟通中 已联系 已对接",
        "willing": "有意向 有意愿 意向 有建会意向 有建会意愿 拟建会 拟建",
        "preparing": "备材料 准备材料 筹备中 筹备 筹建中 筹建 建会中 正在建会 组建中",
        "established": "已建会 已建 已建立 已建立工会 已建工会 已成立 已组建 建会 有",
        "declined": "暂不建会 不建会 不愿建会 无意向 无意愿 无建会意愿 拒绝 拒绝建会",
        "closed": "已注销 注销 吊销 已吊销 吊销未注销 已停业",
    },
    "union_form": {
        "standalone": """
            单独建会 单独 独立 独立建会 独立工会 单独工会 单独基层工会 独立基层工会 基层工会 基层 单建 单独组建
            独立组建""",
        "joint": "联合覆盖 联合 联合建会 联合工会 联合基层工会 联合基层 联合组建 联建 覆盖 区域联合 行业联合",
    },
    "route": {"重点建": "重点 重点建会", "行业建": "行业 行业建会", "兜底建": "兜底 兜底建会"},
    "groups": {
        "货车司机": "卡车司机 货运司机",
        "快递员": "快递小哥 快递 快递从业人员",
        "网约送餐员": "外卖员 外卖配送员 外卖骑手 外卖小哥 送餐员 网约配送员 骑手 外卖",
        "护工护理员": "护工 护理员 护理工",
        "家政服务员": "家政 家政员 家政服务 家政服务人员",
        "商场信息员": "信息员 商场信息",
        "房产中介员": "房产中介 房地产中介员 房产经纪人 中介",
        "保安员": "保安",
    },
    "kind": {
        "rest_station": """
            驿站 职工驿站 工会驿站 暖心驿站 爱心驿站 骑手驿站 户外劳动者驿站 户外劳动者服务站 户外劳动者服务站点
            户外劳动者工会驿站 工会户外劳动者驿站 外卖快递综合休闲驿站 外卖快递驿站 劳动者驿站 服务站点""",
        "mediation_kiosk": "枫桥实践站智能舱 工会枫桥实践站智能舱 工会枫桥实践站 枫桥实践站 智能舱 调解智能舱",
        "mediation_workstation": """
            一站式调解工作站 调解工作站 一站式工作站 劳动争议调解工作站 新就业形态劳动者纠纷一站式调解工作站""",
        "six_party_workstation": "六方工作站",
        "workers_home": "职工之家 工会之家",
        "reading_room": "职工书屋 书屋",
        "region": "镇街 街镇 乡镇 街道 镇",
        "industrial_base": "产业基地 工业基地 基地",
        "airport_zone": "临空区 临空经济区",
        "drivers_home": "的士职工之家 的士之家 出租车司机之家",
        "visit": "走访企业 企业走访 入企走访 走访慰问 上门走访 走访座谈",
        "worker_meeting": "职工座谈会 职工座谈 职工沟通",
        "enterprise_meeting": "企业座谈会 企业座谈 企业沟通",
        "appeal": "职工诉求 诉求办理 接诉即办",
        "mediation": "劳动争议调解 争议调解 纠纷调解",
        "bargaining": "集体协商培训 集体协商指导 协商培训",
        "legal_checkup": "法律体检",
        "programme": "活动 品牌活动 服务品牌活动",
    },
    "appeal_source": {
        "12345": "接诉即办 12345热线 市民热线",
        "12351": "职工热线 12351热线 职工服务热线",
        "visit": "走访收集 上门走访 走访中",
    },
    "appeal_type": {
        "hardship": "困难帮扶 困难 帮扶救助",
        "reemployment": "转岗 再就业 就业",
        "wages": "欠薪 工资报酬 劳动报酬",
        "insurance": "社会保险 社保缴纳",
        "health": "职业病 劳动保护",
        "dispute": "劳动争议调解 劳动纠纷 争议",
    },
    "channel": {
        "hr_union": "人社工会 人社和工会",
        "court_union": "法院工会 法院和工会",
        "online": "言和 言和平台 线上 线上调解 言和线上调解平台",
        "workstation": "工作站 一站式调解工作站",
        "kiosk": "枫桥实践站智能舱 调解智能舱",
    },
    "outcome": {
        "settled": "成功 达成协议 达成 已调解 和解",
        "partly": "部分成功 部分达成协议",
        "failed": "失败 不成功 未达成协议 调解不成",
        "withdrawn": "撤诉 已撤回",
        "pending": "调解中 处理中",
    },
    "state": {
        "open": "开放 已开放 开放中 正常 正常开放 正常运营 运营 运营中 营业 营业中 在用 使用中 启用 已启用",
        "trial": "试运行 试运营 试营业 试开放",
        "planned": "筹划中 规划 规划中 计划 计划中 拟建 待建 在建 建设中 筹建 筹建中 筹备中",
        "closed": "停用 已停用 关闭 已关闭 暂停 暂停开放 停业 停止使用",
        "removed": "已撤 撤销 已撤销 拆除 已拆除 取消 已取消",
        "unverified": "待核实 未核实 未知 不详",
    },
}
"""Field → code → words besides those that the screen uses."""
TABLES = {"kind": ("kind", "position_kind", "entry_kind"), "location_standing": ("standing",)}
"""Where the screen's words of a field's choices stand in the locale, where not in the table of the field's name."""
AMENITY_WORDS = {
    "water": "饮水机 饮用水 热水 开水 饮水设备",
    "microwave": "微波炉加热 热饭",
    "phone_charging": "充电 手机充电站 手机充电器 充电设备 充电插座",
    "battery_charging": "电动车充电 电瓶车充电 换电 换电柜",
    "wifi": "无线网络 无线网 无线上网 上网",
    "air_conditioning": "冷暖空调",
    "first_aid": "药箱 急救箱 急救药箱 医药箱 急救包",
    "seating": "座椅 休息座椅 休息桌椅 桌子 椅子",
    "umbrella": "雨具 爱心雨伞",
    "books": "书籍 书报 图书报刊 报刊",
    "pump": "充气筒",
    "fridge": "冰柜",
    "blood_pressure": "血压计",
    "toilet": "厕所 洗手间",
    "pickup_locker": "智能取餐柜 外卖柜 恒温取餐柜 智能外卖恒温取餐柜",
}


def normal(text: str) -> str:
    """``text`` with full-width signs made plain, in small letters, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def is_unknown(text: str) -> bool:
    """Whether ``text`` says that nothing is known: empty, 无, 不详, N/A, a dash …"""
    if len(text) > LONGEST_UNKNOWN and text[0].isalnum():
        return False
    said = normal(text)
    return not said or said in UNKNOWN or bool(DASHES.fullmatch(said))


def choose(text: str, column: Column) -> str | None:
    """The code that ``text`` means among the column's choices; None where it is none of them.

    Of 已建会（联合） what stands before the brackets counts, and where that is nothing, what stands in them.
    """
    codes = _codes(column)
    said = normal(text)
    bracketed = [part[1:-1] for part in BRACKETED.findall(said)]
    for reading in (said, plain(said), plain(BRACKETED.sub("", said)), *map(plain, bracketed)):
        if reading in codes:
            return codes[reading]
    return None


@cache
def _codes(column: Column) -> dict[str, str]:
    """Word, ``normal`` and ``plain`` → code; a word of two codes is the earlier one's."""
    codes: dict[str, str] = {}
    for reading in (normal, plain):
        for code in column.choices:
            own = WORDS.get(column.name, {}).get(code, "").split()
            for word in (code, *(name(column, code, language) for language in LANGUAGES), *own):
                if reading(word):
                    codes.setdefault(reading(word), code)
    if column.name == "union_status":  # 是否建会: 是
        for words, code in ((YES, "established"), (NO, "none")):
            codes = dict.fromkeys(words, code) | codes
    return codes


def name(column: Column, code: str, language: Language) -> str:
    """What the screen calls one of a column's choices; the code where it has no word for it."""
    found = messages(language)
    tables = TABLES.get(column.name, (column.name,))
    return next((found[key] for key in (f"{table}.{code}" for table in tables) if key in found), code)


@cache
def amenity_codes() -> dict[str, str]:
    """Word, ``plain`` → amenity."""
    return {
        plain(word): code
        for code in AMENITIES
        for word in (
            *(messages(language).get(f"amenity.{code}", code) for language in LANGUAGES),
            *AMENITY_WORDS[code].split(),
            code,
        )
    }
