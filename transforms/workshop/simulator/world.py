"""What the simulated district is made of: kinds with their rates and words, departments with their habits, festivals, profiles of the day.

Belongs here: invented numbers and the words the simulated files use. Does not: drawing anything (``events`` and the
modules after it). No number is an estimate for a real place; they are chosen so that files look and behave like files of a district.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

# First day of the lunar year (Spring Festival). Published almanac dates; outside these years the festival is simply absent.
SPRING_FESTIVALS: Final = (
    dt.date(2023, 1, 22),
    dt.date(2024, 2, 10),
    dt.date(2025, 1, 29),
    dt.date(2026, 2, 17),
    dt.date(2027, 2, 6),
    dt.date(2028, 1, 26),
)

# Multipliers by day relative to the first day of the lunar year: (first, last, factor). What no window covers is 1.
FESTIVAL: Final[dict[str, tuple[tuple[int, int, float], ...]]] = {
    "none": (),
    "fireworks": ((-8, -2, 1.4), (-1, 5, 3.2), (6, 13, 1.4), (14, 15, 2.4)),
    "theft": ((-12, -3, 1.15), (-2, 7, 0.4), (8, 14, 0.75)),
    "quiet": ((-3, -2, 0.7), (-1, 6, 0.35), (7, 13, 0.9)),
    "wages": ((-35, -3, 2.4), (-2, 7, 0.2), (8, 20, 0.6)),
    "family": ((-2, 7, 1.5),),
    "travel": ((-10, -1, 1.15), (0, 6, 0.75)),
}

# 24 relative weights of the hours of a day.
HOURS: Final[dict[str, tuple[int, ...]]] = {
    "flat": (2, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 4, 4, 3),
    "office": (0, 0, 0, 0, 0, 0, 0, 1, 5, 9, 9, 7, 3, 4, 8, 9, 7, 5, 1, 1, 0, 0, 0, 0),
    "day": (1, 1, 0, 0, 0, 1, 3, 6, 7, 7, 7, 7, 6, 6, 7, 7, 7, 7, 6, 5, 4, 3, 2, 1),
    "evening": (3, 2, 1, 1, 0, 0, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 5, 7, 8, 9, 9, 8, 7, 5),
    "night": (8, 7, 5, 3, 2, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 4, 5, 7, 9, 10, 10, 9),
}


@dataclass(frozen=True)
class Group:
    """Kinds that share their places: spread of the log rate over cells, share of it common to all groups, and multipliers by tag."""

    spread: float
    common: float
    lived_in: float
    tags: dict[str, float] = field(default_factory=dict)


# `lived_in` is the exponent of households; 0 makes a kind indifferent to where people live.
GROUPS: Final[dict[str, Group]] = {
    "fire": Group(0.75, 0.5, 0.8, {"old_estate": 1.8, "market": 2.0, "no_property_manager": 1.3, "industrial": 2.5}),
    "hazard": Group(0.85, 0.5, 0.7, {"old_estate": 2.2, "market": 2.6, "no_property_manager": 1.8, "school": 1.2, "industrial": 2.5}),
    "property": Group(1.0, 0.5, 0.6, {"market": 4.0, "school": 1.3, "transport_hub": 4.0, "no_property_manager": 1.4}),
    "violence": Group(1.0, 0.6, 0.6, {"market": 2.5, "transport_hub": 2.5, "old_estate": 1.3}),
    "traffic": Group(0.95, 0.3, 0.1, {"transport_hub": 3.0, "nonresidential": 1.6, "school": 1.3}),
    "vice": Group(1.2, 0.5, 0.4, {"transport_hub": 2.0, "market": 1.5}),
    "private": Group(0.7, 0.4, 1.0, {"old_estate": 1.3}),
    "dispute": Group(0.75, 0.5, 0.9, {"old_estate": 1.6, "no_property_manager": 1.9, "market": 1.6}),
    "service": Group(0.75, 0.4, 0.7, {"old_estate": 1.5, "no_property_manager": 1.4, "transport_hub": 1.5}),
}


@dataclass(frozen=True)
class SimulatedKind:
    """One kind as the simulator draws it and as its source writes it.

    ``per_day`` is the district's mean; ``winter`` the relative swing of the year, positive with its top in mid January; ``desk`` the
    department that has to handle it and ``limit_days`` its deadline, 0 where it has none.
    """

    code: str
    text: str
    source: str
    per_day: float
    group: str
    series: str = ""
    weekend: float = 1.0
    winter: float = 0.0
    feast: str = "none"
    hours: str = "day"
    severity: int = 1
    desk: str = ""
    limit_days: int = 0
    boost: tuple[tuple[str, float], ...] = ()


POLICE, TRAFFIC_POLICE, STREET_OFFICE = "属地派出所", "交警大队", "属地街道办"
FIRE_BRIGADE, EMERGENCY, HOUSING, MARKETS = "消防救援大队", "应急管理局", "住房和建设局", "市场监督管理局"
EDUCATION, COMMERCE, CITY, LABOUR = "教育局", "商务局", "城市管理局", "人力资源和社会保障局"
ECOLOGY, HEALTH, LAND, TRANSPORT = "生态环境分局", "卫生健康委员会", "自然资源分局", "交通运输局"
JUSTICE, HEATING, WATER = "司法局", "供热服务中心", "供水排水中心"

# The chance that a department misses a deadline. Some are clearly worse, so that `political` has something to find.
BREACH: Final[dict[str, float]] = {
    POLICE: 0.07, TRAFFIC_POLICE: 0.04, STREET_OFFICE: 0.09, FIRE_BRIGADE: 0.04, EMERGENCY: 0.12, HOUSING: 0.30, MARKETS: 0.06,
    EDUCATION: 0.05, COMMERCE: 0.22, CITY: 0.08, LABOUR: 0.14, ECOLOGY: 0.11, HEALTH: 0.10, LAND: 0.38, TRANSPORT: 0.09,
    JUSTICE: 0.07, HEATING: 0.26, WATER: 0.16,
}  # fmt: skip
DEPARTMENTS: Final = tuple(BREACH)

_FIRE_KINDS: Final = (
    ("fire_residential", "住宅火灾", 0.45, "fire_building", 1.1, 0.35, "fireworks", "evening", 4),
    ("fire_commercial", "商业场所火灾", 0.25, "fire_building", 1.0, 0.15, "quiet", "day", 4),
    ("fire_ebike", "电动自行车火灾", 0.25, "fire_building", 1.0, -0.25, "none", "night", 4),
    ("fire_electrical", "电气火灾", 0.5, "fire_other", 1.0, -0.2, "none", "evening", 3),
    ("fire_vehicle", "车辆火灾", 0.3, "fire_other", 1.0, -0.2, "none", "day", 3),
    ("fire_outdoor", "室外火灾", 0.7, "fire_other", 1.05, 0.45, "fireworks", "evening", 2),
    ("gas_leak", "燃气泄漏", 0.3, "fire_emergency", 1.0, 0.3, "none", "evening", 3),
    ("rescue", "抢险救援", 0.5, "fire_emergency", 1.0, -0.1, "none", "flat", 2),
    ("fire_alarm", "火警误报", 0.6, "", 1.0, 0.1, "fireworks", "flat", 1),
    ("smoke_investigation", "烟雾排查", 0.5, "", 1.0, 0.2, "fireworks", "evening", 1),
)
_HAZARDS: Final = (
    ("hazard_facility_faulty", "消防设施损坏", 1.2, FIRE_BRIGADE, 15, 2, ()),
    ("hazard_facility_misused", "消防设施挪用停用", 0.4, FIRE_BRIGADE, 15, 2, ()),
    ("hazard_exit_blocked", "疏散通道堵塞", 1.3, STREET_OFFICE, 3, 3, (("market", 1.6),)),
    ("hazard_hydrant_obstructed", "消火栓埋压圈占", 0.3, WATER, 7, 2, ()),
    ("hazard_spacing_occupied", "防火间距占用", 0.3, LAND, 30, 2, ()),
    ("hazard_fire_lane_blocked", "消防车通道堵塞", 0.9, HOUSING, 3, 3, (("old_estate", 1.5),)),
    ("hazard_window_bars", "窗户设置栅栏", 0.3, EDUCATION, 30, 2, (("school", 6.0),)),
    ("hazard_not_rectified", "隐患逾期未整改", 0.3, EMERGENCY, 7, 3, ()),
    ("hazard_wiring", "私拉乱接电线", 0.8, HOUSING, 7, 3, (("old_estate", 1.6),)),
    ("hazard_ebike_charging", "电动车违规充电", 1.3, STREET_OFFICE, 3, 3, (("old_estate", 2.0),)),
    ("hazard_flammables", "违规存放易燃易爆品", 0.4, COMMERCE, 7, 4, (("market", 2.0), ("industrial", 2.0))),
)
_ORDER_KINDS: Final = (
    ("theft", "侵财/一般盗窃", 14.0, "property", "theft", 1.1, -0.1, "theft", "day"),
    ("burglary", "侵财/入室盗窃", 3.0, "property", "burglary", 0.9, 0.1, "theft", "night"),
    ("ebike_theft", "侵财/盗窃电动车", 6.0, "property", "vehicle_theft", 1.0, -0.2, "theft", "evening"),
    ("vehicle_theft", "侵财/盗窃机动车", 0.8, "property", "vehicle_theft", 1.0, 0.0, "theft", "night"),
    ("robbery", "侵财/抢劫", 0.3, "property", "robbery", 1.1, 0.1, "theft", "night"),
    ("snatching", "侵财/抢夺", 0.3, "property", "robbery", 1.0, -0.1, "theft", "evening"),
    ("fraud", "侵财/诈骗", 9.0, "private", "fraud", 0.8, 0.05, "quiet", "day"),
    ("damage", "侵财/损毁财物", 4.0, "violence", "damage", 1.15, -0.1, "none", "evening"),
    ("assault", "人身/殴打伤害", 5.0, "violence", "violence", 1.2, -0.25, "none", "night"),
    ("weapon_violence", "人身/持械侵害", 0.25, "violence", "violence", 1.2, -0.2, "none", "night"),
    ("fight", "秩序/打架斗殴", 5.0, "violence", "disorder", 1.25, -0.25, "none", "night"),
    ("disorder", "秩序/寻衅滋事", 3.0, "violence", "disorder", 1.2, -0.2, "none", "night"),
    ("drunk_disorder", "秩序/醉酒滋事", 4.0, "violence", "disorder", 1.4, -0.1, "family", "night"),
    ("noise_disorder", "秩序/噪声扰民", 8.0, "private", "disorder", 1.2, -0.35, "none", "night"),
    ("road_crash", "交通/交通事故", 14.0, "traffic", "traffic_incident", 0.9, 0.05, "travel", "day"),
    ("road_obstruction", "交通/道路障碍", 4.0, "traffic", "traffic_incident", 0.9, 0.0, "quiet", "day"),
    ("vehicle_disabled", "交通/车辆故障", 3.0, "traffic", "", 0.9, 0.15, "travel", "day"),
    ("driving_under_influence", "查处/酒后驾驶", 1.2, "traffic", "", 1.5, 0.0, "family", "night"),
    ("drugs", "查处/涉毒", 0.6, "vice", "", 1.0, 0.0, "quiet", "night"),
    ("gambling", "查处/赌博", 1.2, "vice", "", 1.2, 0.15, "family", "evening"),
    ("prostitution", "查处/卖淫嫖娼", 0.5, "vice", "", 1.0, 0.0, "quiet", "night"),
    ("warrant_or_stop", "查处/盘查缉拿", 3.0, "vice", "", 0.9, 0.0, "quiet", "evening"),
    ("domestic", "保护/家庭内侵害", 3.5, "private", "", 1.2, 0.0, "family", "evening"),
    ("minors", "保护/涉未成年人", 0.4, "private", "", 1.0, 0.0, "none", "day"),
    ("self_harm", "保护/自伤", 0.5, "private", "", 1.0, 0.0, "none", "night"),
    ("order_other", "保护/其他", 8.0, "violence", "", 1.0, 0.0, "none", "flat"),
)
_STABILITY_KINDS: Final = (
    ("dispute_neighbours", "纠纷/邻里", 4.0, "dispute", "dispute", 1.15, -0.15, "quiet", JUSTICE, 15),
    ("dispute_property", "纠纷/物业", 5.0, "dispute", "dispute", 0.9, 0.1, "quiet", HOUSING, 15),
    ("dispute_wages", "纠纷/劳资欠薪", 2.0, "dispute", "dispute_severe", 0.6, 0.2, "wages", LABOUR, 15),
    ("dispute_housing", "纠纷/房屋", 1.5, "dispute", "dispute", 0.7, 0.0, "quiet", HOUSING, 30),
    ("dispute_consumer", "纠纷/消费", 4.0, "property", "dispute", 1.1, 0.0, "quiet", MARKETS, 7),
    ("dispute_noise", "纠纷/噪声", 4.0, "dispute", "dispute", 1.25, -0.35, "quiet", ECOLOGY, 7),
    ("dispute_medical", "纠纷/医疗", 0.4, "service", "dispute_severe", 0.7, 0.0, "quiet", HEALTH, 30),
    ("dispute_land", "纠纷/土地", 0.5, "dispute", "dispute_severe", 0.7, -0.2, "quiet", LAND, 30),
    ("dispute_parking", "纠纷/停车", 3.0, "dispute", "dispute", 1.2, 0.0, "family", STREET_OFFICE, 7),
    ("dispute_family", "纠纷/家庭", 3.0, "private", "dispute", 1.2, 0.0, "family", JUSTICE, 15),
    ("service_sanitation", "诉求/环境卫生", 4.0, "service", "", 0.9, -0.25, "quiet", CITY, 3),
    ("service_roads", "诉求/道路设施", 2.5, "service", "", 0.7, -0.1, "quiet", CITY, 10),
    ("service_lighting", "诉求/路灯照明", 1.5, "service", "", 0.8, 0.2, "quiet", CITY, 5),
    ("service_greening", "诉求/园林绿化", 1.2, "service", "", 0.8, -0.5, "quiet", CITY, 10),
    ("service_water", "诉求/供水排水", 2.0, "service", "", 1.0, -0.1, "none", WATER, 3),
    ("service_heating", "诉求/供暖供气", 1.8, "service", "", 1.0, 0.95, "none", HEATING, 2),
    ("service_vehicle", "诉求/废弃车辆", 0.6, "service", "", 0.9, 0.0, "quiet", CITY, 10),
    ("service_graffiti", "诉求/涂鸦小广告", 0.8, "service", "", 0.9, 0.0, "quiet", CITY, 5),
    ("service_building", "诉求/房屋质量", 1.2, "service", "", 0.7, -0.2, "quiet", HOUSING, 20),
    ("service_transport", "诉求/公共交通", 0.8, "service", "", 0.8, 0.0, "travel", TRANSPORT, 7),
    ("service_general", "诉求/一般", 2.0, "service", "", 0.8, 0.0, "quiet", STREET_OFFICE, 5),
    ("formal_request", "正式请求", 0.8, "service", "", 0.3, 0.0, "quiet", STREET_OFFICE, 60),
)

KINDS: Final = (
    *(
        SimulatedKind(code, text, "fire", rate, "fire", series, weekend, winter, feast, hours, severity)
        for code, text, rate, series, weekend, winter, feast, hours, severity in _FIRE_KINDS
    ),
    *(
        SimulatedKind(code, text, "fire", rate, "hazard", "", 0.4, 0.1, "quiet", "office", severity, desk, limit, boost)
        for code, text, rate, desk, limit, severity, boost in _HAZARDS
    ),
    *(
        SimulatedKind(
            code, text, "order", rate, group, series, weekend, winter, feast, hours,
            desk=TRAFFIC_POLICE if group == "traffic" else POLICE, limit_days=3,
        )
        for code, text, rate, group, series, weekend, winter, feast, hours in _ORDER_KINDS
    ),
    *(
        SimulatedKind(
            code, text, "stability", rate, group, series, weekend, winter, feast, "day", desk=desk, limit_days=limit,
            boost=(("no_property_manager", 1.6),) if code == "dispute_property" else (),
        )
        for code, text, rate, group, series, weekend, winter, feast, desk, limit in _STABILITY_KINDS
    ),
)  # fmt: skip

SOURCES: Final = ("fire", "order", "stability")
# The words of the column that says who noticed, by how often each is used; hazards, police work and calls differ.
DISCOVERY: Final[dict[str, tuple[tuple[str, float], ...]]] = {
    "fire": (("群众报警", 0.82), ("设备报警", 0.12), ("巡查发现", 0.04), ("其他", 0.02)),
    "hazard": (("检查发现", 0.52), ("网格巡查", 0.27), ("群众举报", 0.15), ("部门移送", 0.06)),
    "call": (("群众报警", 0.9), ("巡逻发现", 0.05), ("技防发现", 0.03), ("移交", 0.02)),
    "officer": (("巡逻发现", 0.8), ("群众报警", 0.12), ("移交", 0.08)),
    "hotline": (("热线来电", 0.68), ("网格上报", 0.2), ("窗口受理", 0.07), ("部门移送", 0.05)),
}
