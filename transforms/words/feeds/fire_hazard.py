"""Fire hazards and fires: what the fire service is called to, and what inspections find.

Belongs here: this feed as a record. Does not: what any district or any formula makes of it.
"""

from __future__ import annotations

from typing import Final

from transforms.words.bilingual import Words
from transforms.words.categories import Category
from transforms.words.feeds.feed import Feed, InCharge, StandardKind, StandardSeries

_SERIES: Final = (
    StandardSeries(
        "fire_building", Words("建筑火灾", "building fires"), 10, "people sleep and work in buildings: most deaths by fire happen there"
    ),
    StandardSeries(
        "fire_other", Words("其他火灾", "other fires"), 3, "vehicles, wiring and open ground: damage, and buildings catch fire from them"
    ),
    StandardSeries(
        "fire_emergency",
        Words("消防险情", "fire-service emergencies"),
        2,
        "gas and hazardous material: rarely harm, at once and for many when they do",
    ),
)

_KINDS: Final = (
    StandardKind("fire_residential", Words("住宅火灾", "residential fire"), 4, series="fire_building"),
    StandardKind("fire_commercial", Words("商业场所火灾", "commercial fire"), 4, series="fire_building"),
    StandardKind("fire_structure", Words("建筑物火灾", "structure fire"), 4, series="fire_building"),
    StandardKind("fire_electrical", Words("电气火灾", "electrical fire"), 3, series="fire_other"),
    StandardKind("fire_ebike", Words("电动自行车火灾", "e-bike fire"), 4, series="fire_building"),
    StandardKind("fire_vehicle", Words("车辆火灾", "vehicle fire"), 3, series="fire_other"),
    StandardKind("fire_outdoor", Words("室外火灾", "outdoor fire"), 2, series="fire_other"),
    StandardKind("fire_unknown", Words("不明火情", "fire of unknown type"), 2, series="fire_other"),
    StandardKind("fire_ordinary", Words("一般火灾", "ordinary fire (grade 4)"), 3, series="fire_building"),
    StandardKind("fire_larger", Words("较大火灾", "larger fire (grade 3)"), 4, series="fire_building"),
    StandardKind("fire_major", Words("重大火灾", "major fire (grade 2)"), 4, series="fire_building"),
    StandardKind("fire_extraordinary", Words("特别重大火灾", "extraordinarily major fire (grade 1)"), 4, series="fire_building"),
    StandardKind("gas_leak", Words("燃气泄漏", "gas leak"), 3, series="fire_emergency"),
    StandardKind("hazardous_material", Words("危险品险情", "hazardous material"), 3, series="fire_emergency"),
    StandardKind("rescue", Words("抢险救援", "rescue"), 2, series="fire_emergency"),
    StandardKind("explosion", Words("爆炸险情", "explosion"), 4, series="fire_emergency"),
    StandardKind("carbon_monoxide", Words("一氧化碳险情", "carbon monoxide"), 3, series="fire_emergency"),
    StandardKind("wires_down", Words("电线坠落", "wires down"), 2, series="fire_emergency"),
    StandardKind("crash_response", Words("交通事故救援", "response to a road crash"), 2),
    StandardKind("public_assist", Words("公众协助", "assistance by the fire service"), 1),
    StandardKind("standby", Words("备勤调防", "standby or transfer of crews"), 1),
    StandardKind("fire_alarm", Words("火警报警", "fire alarm"), 1),
    StandardKind("smoke_investigation", Words("烟雾排查", "smoke investigation"), 1),
    StandardKind("fire_service_other", Words("其他消防出动", "other fire service"), 1),
    StandardKind("hazard_facility_faulty", Words("消防设施损坏", "fire facility faulty"), 2, standing=True),
    StandardKind("hazard_facility_misused", Words("消防设施被挪用停用", "fire facility misused or disabled"), 2, standing=True),
    StandardKind("hazard_exit_blocked", Words("疏散通道堵塞", "exit or passage blocked"), 3, standing=True),
    StandardKind("hazard_hydrant_obstructed", Words("消火栓被埋压圈占", "hydrant obstructed"), 2, standing=True),
    StandardKind("hazard_spacing_occupied", Words("防火间距被占用", "fire spacing occupied"), 2, standing=True),
    StandardKind("hazard_fire_lane_blocked", Words("消防车通道堵塞", "fire lane blocked"), 3, standing=True),
    StandardKind("hazard_window_bars", Words("窗户设置栅栏", "bars on windows"), 2, standing=True),
    StandardKind("hazard_not_rectified", Words("隐患未整改", "hazard not rectified"), 3, standing=True),
    StandardKind("hazard_wiring", Words("私拉乱接电线", "unsafe wiring"), 3, standing=True),
    StandardKind("hazard_ebike_charging", Words("电动车违规充电", "unsafe e-bike charging"), 3, standing=True),
    StandardKind("hazard_flammables", Words("易燃易爆品", "flammables"), 4, standing=True),
    StandardKind("hazard_gas", Words("燃气使用隐患", "unsafe use of gas"), 3, standing=True),
    StandardKind("hazard_hot_work", Words("违规动火作业", "unsafe hot work"), 3, standing=True),
    StandardKind("hazard_mixed_use", Words("生产经营与住宿混用", "dwelling within a workshop or shop"), 4, standing=True),
    StandardKind("hazard_other", Words("其他火灾隐患", "other fire hazard"), 2, standing=True),
)

# Words that senders everywhere use, as regular expressions; what stands above another wins.
_USUAL: Final = (
    ("hazard_ebike_charging", "电动.*(充电|飞线)|e-?bike.*charg"),
    ("hazard_wiring", "飞线|私拉|乱接|wiring hazard"),
    ("hazard_fire_lane_blocked", "消防车(通)?道|fire lane"),
    ("hazard_exit_blocked", "(疏散|安全|消防)(通道|出口)|楼道.*(堆|堵|占)|exit.*(block|obstruct)"),
    ("hazard_hydrant_obstructed", "消火栓.*(埋|压|圈|占|堵)|hydrant.*obstruct"),
    ("hazard_spacing_occupied", "防火间距"),
    ("hazard_window_bars", "防盗窗|铁栅栏|bars on window"),
    ("hazard_facility_faulty", "(消防)?设施.*(坏|故障|失效)|(灭火器|喷淋|报警器).*(坏|失效|过期)|alarm.*(fault|out of service)"),
    ("hazard_facility_misused", "(挪用|停用|遮挡).*设施|设施.*(挪用|停用|遮挡)"),
    ("hazard_not_rectified", "未整改|逾期未改|not rectified"),
    ("hazard_flammables", "易燃|易爆|烟花|液化气瓶"),
    ("hazard_gas", "燃气.*隐患|软管老化|gas appliance.*(unsafe|hazard)"),
    ("hazard_hot_work", "动火|电焊|气焊|hot work"),
    ("hazard_mixed_use", "三合一|多合一|住改商|混用"),
    ("fire_alarm", r"auto\w*\.? (fire )?alarm|automatic alarm"),
    ("wires_down", "(wires?|power lines?|cable) (is |are )?down|电线(坠落|掉落|断落)"),
    ("fire_electrical", "electric|wires? (down|arcing)|电气"),
    ("fire_vehicle", "(vehicle|car|truck|auto|bus).{0,6}fire|车辆.*(起火|着火|自燃)"),
    ("fire_outdoor", "brush|woods|grass|field fire|outside fire|outdoor|trash|dumpster|rubbish|荒草|垃圾.*(起火|着火)"),
    ("fire_structure", "(building|structure|appliance|chimney|dwelling|house|apartment|kitchen).{0,6}fire"),
    ("explosion", "explosi|爆炸"),
    ("carbon_monoxide", "carbon monoxide|一氧化碳"),
    ("hazardous_material", "haz-?mat|hazardous|(fuel|oil|chemical).{0,6}spill|危险化学|危化"),
    ("gas_leak", r"\bgas\b|gas-|燃气|煤气|天然气.*漏"),
    ("crash_response", "(vehicle|traffic|road|motor).{0,4}(accident|collision|crash)|交通事故"),
    ("rescue", "rescue|extricat|elevator|entrap|accident|collapse|medic|aid response|抢险|救援|电梯困|坍塌|溺水"),
    ("fire_alarm", "alarm|报警器|误报"),
    ("smoke_investigation", "smoke|odou?r|fire investigation|烟雾|冒烟"),
    ("standby", "stand.?by|s/b at|transfer|pump detail|备勤|调防"),
    ("public_assist", "assist|police needed|citizen|service call|helicopter|debris|群众求助|公众协助"),
    ("hazard_other", "隐患|hazard"),
    ("fire_service_other", "other|special service|其他"),
)

FEED: Final = Feed(
    code="fire_hazard",
    words=Words("火灾隐患与火情", "fire hazards and fires"),
    category=Category.SAFETY,
    in_charge=InCharge.WHERE_DUE,
    series=_SERIES,
    kinds=_KINDS,
    spoken="fire|smoke|gas|alarm|hazmat|火|消防|燃气|隐患",
    usual=_USUAL,
    other="fire_service_other",
)
