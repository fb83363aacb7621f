"""The words people head their columns with, for each field of each kind of import."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Literal, get_args

from geo.i18n import LANGUAGES, messages

ImportKind = Literal["enterprises", "facilities", "boundaries", "positions", "entries"]
KINDS: tuple[ImportKind, ...] = get_args(ImportKind)

# The best word of a field first: of two columns that could be it, the better worded one is taken.
ANY = {
    "id": "编号 id",
    "name": "名称 全称 name",
    "name_en": "英文名称 英文名 englishname",
    "address": """
        单位地址 地址 企业地址 公司地址 实际经营地址 生产经营地址 经营地址 经营场所 实际地址 详细地址 办公地址
        注册地址 注册住所 企业住所 住所 所在地址 单位所在地 所在地 通讯地址 地点 坐落 address""",
    "region": """
        所属镇街 镇街 所在镇街 属地镇街 所属街镇 街镇 所属街道 所属乡镇 所属镇 街道 乡镇 所在街道 所在乡镇 乡镇街道
        街道乡镇 镇街道 所属镇街道 所属街道镇 所属街道乡镇 所属乡镇街道 镇街名称 街道名称 乡镇名称 属地 归属镇街
        归属镇街代码 town township subdistrict region""",
    "lon": """
        经度 东经 lon lng long longitude x 坐标经度 经度坐标 坐标x x坐标 百度经度 高德经度 gps经度 pointx x经度 经度x
        lon84""",
    "lat": """
        纬度 北纬 lat latitude y 坐标纬度 纬度坐标 坐标y y坐标 百度纬度 高德纬度 gps纬度 pointy y纬度 纬度y lat84""",
    "lonlat": """
        经纬度 坐标 经纬度坐标 坐标经纬度 经度纬度 地理坐标 位置坐标 地图坐标 空间坐标 坐标点 gps坐标 gps 百度坐标
        高德坐标 定位坐标 lonlat lnglat lonlatitude longitudelatitude coordinates coordinate""",
    "source": "来源 数据来源 资料来源 source",
    "as_of": "截至 截至日期 截止日期 数据日期 统计截止日期 asof",
    "location_standing": "位置依据",
    "precision_m": "位置误差米 位置误差 定位误差 误差",
    "standing": "依据",
    "phrase": "原文",
}
BY_KIND: dict[str, dict[str, str]] = {
    "enterprises": {
        "id": "企业编号 单位编号",
        "name": """
            单位名称 企业名称 公司名称 用人单位名称 企业单位名称 企业全称 单位全称 公司全称 用人单位 建会单位名称
            建会单位 建会企业名称 建会企业 市场主体名称 主体名称 机构名称 商户名称 纳税人名称 单位 企业 公司 单位名
            企业名 公司名 enterprise enterprisename company companyname employer""",
        "credit_code": """
            统一社会信用代码 社会信用代码 信用代码 统一信用代码 社会统一信用代码 统一社会信用码 统一社会代码
            单位统一社会信用代码 企业统一社会信用代码 纳税人识别号 税号 uscc usci uscid socialcreditcode
            unifiedsocialcreditcode unifiedsocialcreditidentifier""",
        "nature": "单位性质 企业性质 性质 单位性质类别 单位类别 单位类型 机构类型",
        "economic_type": """
            经济类型 经济性质 企业类型 登记注册类型 注册类型 所有制 所有制性质 市场主体类型 主体类型 公司类型
            ownership""",
        "industry": "所属行业 行业 行业类别 行业门类 行业类型 行业名称 国民经济行业 主营行业 sector",
        "groups": "八大群体 八大员 所属群体 涉及群体 群体 职工群体 群体类别 新就业群体 新就业形态群体",
        "workers": """
            职工人数 职工总数 在职职工数 在职职工人数 职工数 从业人数 从业人员数 从业人员人数 员工人数 员工总数 员工数
            职工总人数 在职职工 从业人员 用工人数 在岗职工数 在岗职工人数 在册职工数 现有职工数 现有职工 在职人数
            全部职工 全部职工人数 人数 employees numberofemployees headcount staff""",
        "members": """
            会员人数 工会会员数 会员数 工会会员人数 工会会员 会员总数 在册会员数 入会人数 会员 membership
            numberofmembers""",
        "union_status": """
            建会状态 是否建会 是否已建会 是否建立工会 是否成立工会 是否建工会 是否组建工会 建会情况 组建状态
            工会组建情况 工会组建状态 工会建立情况 建会与否 unionised unionized""",
        "union_form": """
            工会类型 建会形式 建会方式 工会形式 工会组织形式 组建形式 组建方式 建会类型 工会类别 基层工会类型
            工会组织类型 独立联合 单独联合 独立或联合 单独或联合""",
        "union_id": "工会编号 工会代码 基层工会编号 工会组织编号 工会统一社会信用代码 工会社会信用代码",
        "route": "建会途径 建会路径 建会渠道",
        "established_on": """
            建会日期 建会时间 工会成立日期 工会成立时间 工会建立日期 工会建立时间 建立工会日期 建立工会时间
            成立工会日期 成立工会时间 组建日期 组建时间 建会年月 establishedon unionfounded""",
        "parent_union": "上级工会 上级工会名称 上级工会组织 所属上级工会 隶属工会 所属工会 主管工会",
        "contact": """
            联系人 单位联系人 企业联系人 联系人姓名 负责人 单位负责人 企业负责人 负责人姓名 工会主席 工会主席姓名
            工会负责人 主席 法定代表人 法定代表人姓名 法人代表 法人 经办人 姓名 contactperson""",
        "phone": """
            联系电话 手机 电话 联系手机 手机号码 手机号 电话号码 联系人电话 负责人电话 联系方式 单位电话 企业电话
            办公电话 固定电话 座机 tel telephone mobile phonenumber""",
    },
    "facilities": {
        "id": "设施编号 站点编号 驿站编号",
        "name": """
            设施名称 站点名称 驿站名称 服务设施名称 服务站名称 服务站点名称 站点 驿站 设施 facility facilityname
            station""",
        "kind": "种类 设施种类 设施类型 设施类别 服务设施类型 站点类型 站点类别 类型 类别 type",
        "address": "设施地址 站点地址 位置 具体位置 所在位置",
        "entrance_lon": "入口经度 门口经度 大门经度 出入口经度 entrancelng entrancelongitude",
        "entrance_lat": "入口纬度 门口纬度 大门纬度 出入口纬度 entrancelatitude",
        "state": "状态 运营状态 使用状态 开放状态 设施状态 站点状态 当前状态 运行状态 status",
        "opening_hours": "开放时间 营业时间 服务时间 开放时段 服务时段 运营时间 hours",
        "amenities": "设施配置 配置 配套设施 配备设施 设施设备 配套设备 配备 设备 服务项目 服务内容 服务功能",
        "verified_on": "核实日期 核实时间 最近核实日期 核查日期 核查时间",
        "verified_by": "核实人 核查人",
        "note": "备注 备注信息 说明 remark remarks notes",
    },
    "boundaries": {
        "code": """
            代码 行政区划代码 区划代码 行政代码 行政区代码 统计用区划代码 镇街代码 街道代码 乡镇代码 xzqdm xzdm adcode
            code""",
        "name": """
            镇街 镇街名称 街道 乡镇 街道名称 乡镇名称 镇名 区划名称 行政区名称 行政区划名称 xzqmc xzmc townname town""",
    },
    "positions": {
        "id": "阵地编号",
        "name": "阵地名称 阵地 服务阵地 职工服务阵地 服务阵地名称 蹲点单位 position",
        "kind": "种类 阵地种类 阵地类型 阵地类别 类型 类别 type",
    },
    "entries": {
        "id": "台账编号 记录编号 工单编号 工单号",
        "campaign": "蹲点行动 行动 蹲点活动 campaign",
        "kind": "类型 种类 类别 台账类型 台账种类 工作类型 工作类别 记录类型 type",
        "date": """
            日期 时间 工作日期 工作时间 走访日期 走访时间 活动日期 活动时间 会议日期 会议时间 受理日期 受理时间 来电日期
            来电时间 发生日期 登记日期 date day""",
        "team": "工作组 蹲点工作组 蹲点小组 蹲点组 小组 组别 team",
        "position": "阵地 职工服务阵地 服务阵地 阵地名称 蹲点单位 position",
        "enterprise": """
            企业 企业名称 单位名称 公司名称 单位 公司 用人单位 用人单位名称 企业编号 涉及企业 涉事企业 走访企业 走访单位
            被诉单位 被反映单位 enterprise employer""",
        "credit_code": "统一社会信用代码 社会信用代码 信用代码 企业统一社会信用代码 uscc",
        "facility": "服务设施 设施 驿站 站点 服务站 facility",
        "programme": "服务品牌 品牌 品牌活动 programme",
        "programme_kind": "活动种类 活动类型 活动类别 品牌类型",
        "people": """
            人数 参加人数 参与人数 参会人数 覆盖人数 服务人数 惠及人数 惠及职工 覆盖人次 服务人次 人次 走访人数 people
            attendance""",
        "workers": "涉及职工 涉及人数 帮助职工 受助职工 职工人数 惠及职工数 workers",
        "recovered": "追回金额 追回损失 挽回损失 挽回金额 挽回经济损失 追回金额元 recovered",
        "enterprises": "企业数 企业家数 参会企业 参加企业数 指导企业 指导企业数 听取企业数",
        "instructors": "指导员 指导员人次 专职指导员 培训指导员",
        "model_workers": "劳模 劳模人数 展出劳模",
        "collectives": "模范集体 模范集体数",
        "craftsmen": "工匠 劳模工匠 工匠人数",
        "problems": "解决难题 破解难题 难题 技术难题",
        "volunteers": "志愿者 志愿者人数",
        "drivers": "的士司机 司机 司机人数",
        "appeal_source": "诉求来源 来源渠道 诉求渠道",
        "appeal_type": "诉求类型 诉求类别 诉求种类 问题类型",
        "step": "办理步骤 步骤 办理环节",
        "step_on": "步骤日期",
        "due": "办理期限 期限 办结期限 截止时间 应办结日期",
        "answered": "已响应 是否响应 响应 响应情况",
        "solved": "已解决 是否解决 解决 解决情况",
        "satisfied": "满意 是否满意 满意情况 满意度",
        "closed_on": "办结日期 办结时间 结案日期",
        "channel": "调解渠道 渠道 调解方式",
        "claims": "请求事项 请求 仲裁请求 争议事项",
        "outcome": "结果 调解结果 处理结果",
        "note": "备注 备注信息 内容 工作内容 主要内容 诉求内容 情况 情况说明 说明 摘要 remark remarks notes",
        "caller": "来电人 来电人姓名 诉求人 诉求人姓名 反映人 反映人姓名 投诉人 姓名 联系人 caller",
        "caller_number": "来电号码 来电电话 电话 联系电话 联系方式 手机 手机号 手机号码 电话号码 phone tel",
    },
}
# Words that head columns and fill cells alike (单位性质: 企业): a row is not known as a header by them.
ALSO_VALUES = """
    企业 单位 公司 用人单位 机构 满意 解决 响应 情况 内容 时间 小组 司机 劳模 工匠 期限 难题 品牌 结果 渠道 步骤
    街道 乡镇 镇街 属地 驿站 站点 设施 阵地 会员 工会会员 法人 主席 工会主席 town township
    subdistrict region station facility position enterprise company employer member staff x y"""
BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕")


def plain(text: str) -> str:
    """``text`` for comparing: full-width signs made plain, small letters, nothing but letters and digits."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


@cache
def field_words(kind: ImportKind) -> dict[str, tuple[str, ...]]:
    """Field → the words for it, as ``plain`` leaves them, the best first; the words of exports and codes among them.

    A word that would name two fields of a kind is the one's that the kind itself lists, else the first one's. The
    locale's words of fields that no import of this kind has are here too: they say what a column is not.
    """
    own = BY_KIND[kind]
    exported: dict[str, list[str]] = {}
    for table in ("export.field.", "field."):
        for key in messages(LANGUAGES[0]):
            if key.startswith(table):
                words = [messages(language)[key] for language in LANGUAGES]
                exported.setdefault(key.removeprefix(table), []).extend(words)
    taken = {plain(word): field for field in own for word in own[field].split()}
    found: dict[str, tuple[str, ...]] = {}
    for field in dict.fromkeys((*own, *ANY, *exported)):
        everything = (*own.get(field, "").split(), *exported.get(field, ()), field, *ANY.get(field, "").split())
        found[field] = tuple(w for w in dict.fromkeys(map(plain, everything)) if taken.setdefault(w, field) == field)
    return found


@cache
def known_words() -> frozenset[str]:
    """The words that head columns of any kind and hardly fill cells: what a header row is known by."""
    return frozenset(word for kind in KINDS for its in field_words(kind).values() for word in its).difference(
        ALSO_VALUES.split()
    )


def readings(header: str) -> Iterator[str]:
    """What a header cell may be looked up by, ``plain``, the most literal first.

    The whole; without what stands in brackets, 职工人数（人）; each part of 单位名称/企业名称; without Latin letters,
    digits and a number before it, 3.单位名称 Name.
    """
    text = unicodedata.normalize("NFKC", header)
    bare = BRACKETED.sub("", text)
    yield plain(text)
    yield plain(bare)
    for part in re.split(r"[/、|;,\n]", bare):
        yield plain(part)
    yield re.sub(r"[a-z0-9]+|^[一二三四五六七八九十]+(?=、)", "", plain(bare))


def is_known(header: str) -> bool:
    """Whether a header cell's words are among those that head columns."""
    return any(word in known_words() for word in readings(header))
