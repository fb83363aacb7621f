"""The words and numbers of the demonstration ledger (builders/demo_ledger.py). Weights and percentages are whole."""

from __future__ import annotations

LEDGER_HEADER = (
    "id,campaign,kind,date,team,position,region,lon,lat,placed_by,precision_m,note,enterprise,facility,programme,"
    "programme_kind,appeal_source,appeal_type,step,step_on,due,answered,solved,satisfied,closed_on,channel,claims,"
    "outcome,people,workers,recovered,enterprises,instructors,model_workers,collectives,craftsmen,problems,volunteers,"
    "drivers,standing,source,as_of"
)

PLAN = {  # an invented division of labour: no article says which team served which position
    "1": ("P01", "P02", "P03", "P05"),
    "2": ("P07", "P11", "P21"),
    "3": ("P04", "P06", "P08"),
    "4": ("P09", "P10", "P18", "P22"),
    "5": ("P12", "P13", "P20"),
    "6": ("P14", "P17", "P19"),
    "7": ("P15", "P16", "P23", "P24"),
}
AIRPORT_REGIONS = ("礼贤镇", "榆垡镇")  # whose enterprises the teams at the airport zone are made to visit

# What the article of 2025 counts, kept to the unit; 余 is made a little more, 近 a little less.
WORKER_MEETINGS, ENTERPRISE_MEETINGS = 200, 120
MEDIATIONS, MEDIATION_WORKERS, RECOVERED_FEN = 37, 39, 20_460_000
TRAININGS, INSTRUCTORS, GUIDED = 8, 14, 408
MODEL_WORKERS, COLLECTIVES, VISITORS = 37, 5, 1_836
CRAFTSMEN, PROBLEMS, CRAFT_WORKERS = 6, 5, 534
CARNIVAL, CARNIVAL_PEOPLE = 820, 39_680
EXAM_POINTS, VOLUNTEERS, EXAM_PEOPLE, DRIVERS = 20, 312, 19_840, 54
HEALTH, HEALTH_WORKERS = 10, 508
# Nothing is published of these.
VISITS, CHECKUPS, OFFERS = 400, 36, 12
APPEALS = {"closed": 124, "open": 13, "due_soon": 7, "overdue": 8, "escalated": 8}

SOLVE_DAYS = {"12345": 7, "12351": 15, "visit": 15}  # geo.ledger.Rules; a test compares
ESCALATE_DAYS = 3

STATUS_VISITS = {  # the weight of each status among enterprises visited, and what was done there
    "contacted": (
        30,
        (
            "示例：上门宣讲工会法，负责人愿意再谈",
            "示例：首次走访，了解用工人数与诉求，留下建会材料",
            "示例：到企业介绍联合工会，约定下次参加沟通会",
        ),
    ),
    "willing": (
        18,
        (
            "示例：负责人表示愿意建会，商量单独建还是加入联合工会",
            "示例：企业有意建会，讲解筹备步骤",
        ),
    ),
    "preparing": (
        14,
        (
            "示例：帮助填写入会申请，核对职工名册",
            "示例：指导筹备小组准备选举材料",
        ),
    ),
    "declined": (8, ("示例：企业暂不考虑建会，约定以后再访",)),
    "established": (
        20,
        (
            "示例：走访基层工会，了解驿站使用情况",
            "示例：与工会主席座谈，了解职工思想动态",
            "示例：看望一线职工，听取用餐与停车方面的意见",
        ),
    ),
    "none": (10, ("示例：走访未建会企业，负责人外出，留下联系方式",)),
}
NEXT = {  # by status: how often something is planned, and what
    "contacted": (50, ("示例：再次上门，邀请参加企业沟通会", "示例：送去工会法宣传材料")),
    "willing": (65, ("示例：商定建会形式与筹备人选", "示例：约负责人与属地总工会见面")),
    "preparing": (75, ("示例：收齐入会申请与选举材料", "示例：报上级工会审批")),
    "declined": (10, ("示例：三个月后再访",)),
}
WORKER_MEETING = (
    "示例：职工沟通会，谈劳动报酬与工作时间",
    "示例：职工沟通会，谈休息场所与饮水充电",
    "示例：骑手与快递员座谈，谈配送时限与停车",
    "示例：职工沟通会，谈职业健康与高温防护",
    "示例：班组座谈，谈技能培训与子女暑期照看",
)
ENTERPRISE_MEETING = (
    "示例：未建会企业沟通会，讲解建会程序与扶持",
    "示例：企业沟通会，听取经营与用工困难",
    "示例：园区企业沟通会，谈集体协商与民主管理",
)
APPEAL = {  # by type: weight, notes
    "wages": (26, ("示例：反映加班费未结清", "示例：反映工资拖欠一个月")),
    "insurance": (18, ("示例：询问社保补缴", "示例：反映入职后未缴工伤保险")),
    "dispute": (16, ("示例：对解除劳动合同的补偿有异议", "示例：反映调岗未经协商")),
    "hardship": (14, ("示例：申请困难职工帮扶", "示例：子女就学有困难，询问助学")),
    "health": (10, ("示例：反映高温作业防护不足", "示例：询问职业健康体检")),
    "reemployment": (8, ("示例：希望参加转岗培训",)),
    "other": (8, ("示例：反映驿站夜间不开放", "示例：建议园区增设充电柜")),
}
APPEAL_SOURCES = (("12345", "12351", "visit"), (45, 25, 30))
STEPS = ("enterprise", "territory", "coordination", "explained")
CHANNELS = (("hr_union", "court_union", "online", "workstation", "kiosk"), (40, 20, 12, 20, 8))
CLAIMS = ("拖欠工资", "加班费", "解除合同的经济补偿", "未休年假的报酬", "高温津贴", "工伤待遇")
CHECKUP = ("示例：法治体检，审看劳动合同与规章制度", "示例：法治体检，讲解新就业形态用工的责任")
BARGAINING = "示例：集体协商专题培训，指导企业拟定协商议题"
OFFER = "示例：指导基层工会发出集体协商要约"
STALL = "示例：摆摊设点，介绍入会服务"
SUMMER = "示例：夏送清凉，为一线职工送饮水与防暑用品"
LECTURE = ("示例：大思政课专题讲座", "示例：劳模宣讲，与职工座谈")
QUIZ = "示例：工会百年线上知识竞答"
EXHIBITION = "示例：劳模展板专题巡展"
EXHIBITION_UNNAMED = "示例：劳模展板专题巡展，报道没有点名的一处，地点为虚构"
CRAFT = ("示例：现场问诊焊接工艺", "示例：自动化焊接路线讨论与答疑", "示例：实操培训")
COURSES = ("飞盘", "摄影", "游泳", "书画", "羽毛球", "合唱", "瑜伽", "棋类")
EXAM = "示例：伴考点，提供休息、饮水与手工制作"
RIDES = "示例：爱心送考，新时代雷锋车队出车"
HEALTH_WORDS = ("示例：中医义诊", "示例：体质调理与检查", "示例：科学减重讲座", "示例：健身操教学")
