"""The words and proportions of the demonstration register (builders/demo.py). Weights and percentages are whole."""

from __future__ import annotations

from typing import NamedTuple

ENTERPRISE_HEADER = (
    "id,name,credit_code,address,region,nature,economic_type,industry,groups,workers,members,union_status,union_form,"
    "union_id,route,established_on,parent_union,status_on,next_on,next_step,contact,phone,lon,lat,standing,source,as_of"
)
FACILITY_HEADER = (
    "id,kind,name,name_en,region,address,lon,lat,location_standing,precision_m,state,opening_hours,amenities,"
    "verified_on,verified_by,note,phrase,standing,source,as_of"
)

REGIONS = {  # weight of enterprises, number of rest stations: dense in the built-up north, sparse in the rural south
    "兴丰街道": (30, 3),
    "林校路街道": (30, 4),
    "清源街道": (38, 4),
    "观音寺街道": (42, 4),
    "天宫院街道": (38, 4),
    "高米店街道": (42, 4),
    "荣华街道": (75, 5),
    "博兴街道": (55, 3),
    "亦庄镇": (75, 4),
    "黄村镇": (85, 5),
    "旧宫镇": (62, 4),
    "西红门镇": (75, 4),
    "瀛海镇": (48, 3),
    "青云店镇": (32, 1),
    "采育镇": (34, 1),
    "安定镇": (22, 1),
    "礼贤镇": (26, 0),
    "榆垡镇": (32, 1),
    "庞各庄镇": (38, 2),
    "北臧村镇": (30, 1),
    "魏善庄镇": (34, 1),
    "长子营镇": (26, 1),
}


class Industry(NamedTuple):
    """Weights in the urban and the rural regions; trades for names; size in percent; the groups its workers are in."""

    urban: int
    rural: int
    trades: tuple[str, ...]
    size: int = 100
    groups: tuple[str, str] = ("", "")


INDUSTRIES = {
    "制造业": Industry(10, 24, ("精密机械", "电气设备", "金属制品", "包装印刷", "食品加工", "家具"), 180),
    "生物医药": Industry(5, 3, ("生物制药", "医疗器械", "中药饮片"), 170),
    "快递物流": Industry(9, 9, ("快递服务", "供应链", "仓储服务"), 120, ("快递员", "货车司机")),
    "道路货运": Industry(5, 9, ("货运", "道路运输"), 90, ("货车司机", "")),
    "外卖配送": Industry(6, 2, ("外卖配送", "即时配送"), 130, ("网约送餐员", "快递员")),
    "批发零售": Industry(18, 14, ("商贸", "百货", "建材销售"), 60, ("商场信息员", "")),
    "餐饮住宿": Industry(8, 5, ("餐饮", "酒店管理"), 70),
    "建筑业": Industry(7, 8, ("建筑工程", "装饰工程"), 130),
    "信息技术": Industry(10, 2, ("软件", "信息科技", "网络科技"), 90),
    "文化传媒": Industry(5, 2, ("影视文化", "广告传媒", "数字出版"), 60),
    "农业": Industry(2, 13, ("果蔬种植", "西瓜种植", "花木种植"), 40),
    "物业管理": Industry(4, 2, ("物业管理",), 150, ("保安员", "")),
    "保安服务": Industry(2, 1, ("保安服务",), 250, ("保安员", "")),
    "家政服务": Industry(3, 1, ("家政服务",), 80, ("家政服务员", "护工护理员")),
    "养老护理": Industry(2, 2, ("养老服务", "康复护理"), 90, ("护工护理员", "")),
    "房产中介": Industry(3, 1, ("房产经纪",), 60, ("房产中介员", "")),
    "出租汽车": Industry(1, 2, ("出租汽车",), 200),
}
BASE_INDUSTRIES = {"新媒体产业基地": ("文化传媒", "信息技术"), "生物医药产业基地": ("生物医药",)}
OTHER_NATURES = {  # what else than 企业 an employer of the industry may be, and how often
    "农业": ("农民专业合作社", 35),
    "批发零售": ("个体工商户", 35),
    "餐饮住宿": ("个体工商户", 40),
    "养老护理": ("民办非企业单位", 40),
}
ENDINGS = {
    "企业": "有限公司",
    "个体工商户": "经营部",
    "农民专业合作社": "专业合作社",
    "民办非企业单位": "服务中心",
}
CODE_PREFIXES = {"企业": "91", "个体工商户": "92", "农民专业合作社": "93", "民办非企业单位": "52"}
ECONOMIC_TYPES = (
    ("私营企业", "其他有限责任公司", "国有企业", "集体企业", "外商投资企业", "港澳台商投资企业"),
    (62, 24, 4, 3, 4, 3),
)
SIZES = (  # from, below: workers before the industry's size is applied; and the weights
    ((1, 5), (5, 11), (11, 30), (30, 60), (60, 160), (160, 400), (400, 900), (500, 1500)),
    (22, 25, 26, 14, 8, 3, 1, 1),
)
STATUSES = (("none", "contacted", "willing", "preparing", "declined", "closed"), (60, 18, 8, 4, 6, 4))

COMMUNITY_ADDRESSES = (
    "北京市大兴区{town}{place}{n}号",
    "北京市大兴区{town}{place}{m}号楼底商{n}号",
    "北京市大兴区{place}{m}号楼{n}室",
    "北京市大兴区{place}底商{n}号",
    "大兴区{alias}{place}{m}号院",
    "{town}{place}{m}号楼",
    "北京市大兴区{town}示例大街{n}号院{m}号楼",
)
VILLAGE_ADDRESSES = (
    "北京市大兴区{town}{place}{n}号",
    "北京市大兴区{town}{place}村委会{side}{n}米",
    "北京市大兴区{place}{n}号",
    "北京市大兴区{place}村委会{side}{n}米",
    "大兴区{alias}{place}示例工业园{m}号",
    "{town}{place}{n}号",
    "北京市大兴区{town}示例路{n}号",
)
USELESS_ADDRESSES = ("", "北京市大兴区示例大街{n}号", "北京市示例路{n}号", "见营业执照（示例）", "地址待补（示例）")

OPENING_HOURS = (  # OSM syntax; empty is unknown
    "24/7",
    "08:00-20:00",
    "Mo-Su 07:00-22:00",
    "Mo-Fr 09:00-17:00",
    "Mo-Fr 08:30-11:30,13:30-17:30",
    "08:00-02:00",
    "Mo-Su 09:00-21:00; PH off",
    "Mo-Fr 08:30-17:30; PH off",
    "Mo-Fr 08:00-20:00; Sa,Su 09:00-18:00",
    "Apr-Oct 07:00-21:00; Nov-Mar 08:00-19:00",
    "Jun 01-Sep 30: 10:00-22:00",
    "",
)
STATION_STATES = (  # the others are open
    ("closed", "示例：装修停用"),
    ("closed", "示例：临时停水停电"),
    ("closed", "示例：设备检修"),
    ("unverified", "示例：尚未实地核实"),
    ("unverified", "示例：开放时间与公示不符，待核"),
    ("unverified", "示例：尚未实地核实"),
    ("unverified", "示例：电话无人接听，待核"),
    ("removed", "示例：场地收回，已撤除"),
    ("removed", "示例：并入相邻驿站，已撤除"),
    ("trial", "示例：试运行"),
)
AMENITIES = {  # percent yes, percent no; otherwise unknown
    "water": (90, 2),
    "microwave": (65, 20),
    "phone_charging": (80, 8),
    "battery_charging": (35, 45),
    "wifi": (60, 20),
    "air_conditioning": (75, 12),
    "first_aid": (60, 15),
    "seating": (85, 3),
    "umbrella": (40, 25),
    "books": (35, 30),
    "pump": (30, 35),
    "fridge": (25, 40),
    "blood_pressure": (20, 45),
    "toilet": (45, 35),
    "pickup_locker": (10, 55),
}
MEDIATION = (  # kind, name, English name, region
    ("mediation_workstation", "一站式调解工作站", "One-stop Mediation Workstation", "黄村镇"),
    ("mediation_workstation", "一站式调解工作站", "One-stop Mediation Workstation", "亦庄镇"),
    ("mediation_workstation", "一站式调解工作站", "One-stop Mediation Workstation", "榆垡镇"),
    ("mediation_kiosk", "调解智能舱", "Mediation Kiosk", "荣华街道"),
)
