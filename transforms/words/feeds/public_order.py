"""Public-order incidents: what the police are called to, and what officers begin themselves.

Belongs here: this feed as a record. Does not: what any district or any formula makes of it.
"""

from __future__ import annotations

from typing import Final

from transforms.words.bilingual import Words
from transforms.words.categories import Category
from transforms.words.feeds.feed import Feed, InCharge, StandardKind, StandardSeries

_SERIES: Final = (
    StandardSeries("violence", Words("侵害人身", "violence"), 10, "bodily harm, sometimes lasting", escalates=True),
    StandardSeries(
        "robbery", Words("抢劫抢夺", "robbery"), 8, "theft with force or threat: close to violence, mostly without lasting injury"
    ),
    StandardSeries("burglary", Words("入室盗窃", "burglary"), 4, "loss, and a home that is no longer safe"),
    StandardSeries("vehicle_theft", Words("盗窃车辆", "vehicle theft"), 3, "a loss of months of income, no confrontation"),
    StandardSeries("theft", Words("一般盗窃", "theft"), 1, "the unit: one loss without force"),
    StandardSeries("damage", Words("损毁财物", "criminal damage"), 1.5, "repair costs; arson stands in it and is rare"),
    StandardSeries("fraud", Words("诈骗", "fraud"), 2, "losses are large, but the place of the report says little of where it happened"),
    StandardSeries("disorder", Words("扰乱秩序", "disorder"), 1, "as much as one theft: nobody is hurt, many are disturbed"),
    StandardSeries("traffic_incident", Words("道路险情", "road incidents"), 1, "as much as one theft on average: most are sheet metal"),
)

_KINDS: Final = (
    StandardKind("order_person", Words("人身类警情", "person class"), 3, series="violence"),
    StandardKind("assault", Words("殴打伤害", "assault"), 3, series="violence", parent="order_person"),
    StandardKind("homicide", Words("命案", "homicide"), 4, series="violence", parent="order_person"),
    StandardKind("weapon_violence", Words("持械侵害", "armed violence"), 4, series="violence", parent="order_person"),
    StandardKind("kidnapping", Words("绑架", "kidnapping"), 4, series="violence", parent="order_person"),
    StandardKind("threats", Words("威胁恐吓", "threats"), 2, parent="order_person"),
    StandardKind("harassment", Words("滋扰骚扰", "harassment"), 1, parent="order_person"),
    StandardKind("order_property", Words("侵财类警情", "property class"), 2, series="theft"),
    StandardKind("robbery", Words("抢劫", "robbery"), 4, series="robbery", parent="order_property"),
    StandardKind("snatching", Words("抢夺", "snatching"), 3, series="robbery", parent="order_property"),
    StandardKind("burglary", Words("入室盗窃", "burglary"), 3, series="burglary", parent="order_property"),
    StandardKind("vehicle_theft", Words("盗窃机动车", "vehicle theft"), 3, series="vehicle_theft", parent="order_property"),
    StandardKind("ebike_theft", Words("盗窃电动车", "e-bike theft"), 2, series="vehicle_theft", parent="order_property"),
    StandardKind("theft", Words("一般盗窃", "theft"), 2, series="theft", parent="order_property"),
    StandardKind("theft_from_vehicle", Words("盗窃车内财物", "theft from a vehicle"), 2, series="theft", parent="order_property"),
    StandardKind("pickpocketing", Words("扒窃", "pickpocketing"), 2, series="theft", parent="order_property"),
    StandardKind("shoplifting", Words("商场盗窃", "shoplifting"), 1, series="theft", parent="order_property"),
    StandardKind("fraud", Words("诈骗", "fraud"), 2, series="fraud", parent="order_property"),
    StandardKind("telecom_fraud", Words("电信网络诈骗", "fraud by telephone or online"), 2, series="fraud", parent="order_property"),
    StandardKind("damage", Words("故意损毁财物", "criminal damage"), 2, series="damage", parent="order_property"),
    StandardKind("arson", Words("放火", "arson"), 4, series="damage", parent="order_property"),
    StandardKind("order_disorder", Words("秩序类警情", "public disorder class"), 2, series="disorder"),
    StandardKind("disorder", Words("寻衅滋事", "disorderly conduct"), 2, series="disorder", parent="order_disorder"),
    StandardKind("fight", Words("打架斗殴", "fight"), 2, series="disorder", parent="order_disorder"),
    StandardKind("drunk_disorder", Words("醉酒滋事", "drunken disorder"), 1, series="disorder", parent="order_disorder"),
    StandardKind("noise_disorder", Words("噪声扰民警情", "noise disturbance"), 1, series="disorder", parent="order_disorder"),
    StandardKind("trespass", Words("非法侵入", "trespass"), 1, series="disorder", parent="order_disorder"),
    StandardKind("fireworks", Words("违规燃放烟花爆竹", "fireworks let off"), 1, series="disorder", parent="order_disorder"),
    StandardKind("suspicious_occurrence", Words("可疑情况", "suspicious occurrence"), 1, parent="order_disorder"),
    StandardKind("dispute_call", Words("纠纷类警情", "police call to a dispute"), 1, parent="order_disorder"),
    StandardKind("false_report", Words("虚假报警", "false report"), 1, parent="order_disorder"),
    StandardKind("animal_incident", Words("动物伤人扰人", "incident with an animal"), 1, parent="order_disorder"),
    StandardKind("order_traffic", Words("交通类警情", "traffic class"), 2, series="traffic_incident"),
    StandardKind("road_crash", Words("交通事故", "road crash"), 2, series="traffic_incident", parent="order_traffic"),
    StandardKind("road_obstruction", Words("道路障碍", "road obstruction"), 1, series="traffic_incident", parent="order_traffic"),
    StandardKind("vehicle_disabled", Words("车辆故障", "disabled vehicle"), 1, parent="order_traffic"),
    StandardKind("illegal_parking", Words("违法停车", "illegal parking"), 1, parent="order_traffic"),
    StandardKind("traffic_violation", Words("交通违法查处", "traffic violation"), 1, parent="order_traffic", officer_initiated=True),
    StandardKind("order_enforcement", Words("查处类警情", "enforcement class"), 1, officer_initiated=True),
    StandardKind("drugs", Words("涉毒", "drugs"), 2, parent="order_enforcement", officer_initiated=True),
    StandardKind("gambling", Words("赌博", "gambling"), 1, parent="order_enforcement", officer_initiated=True),
    StandardKind("prostitution", Words("卖淫嫖娼", "prostitution"), 1, parent="order_enforcement", officer_initiated=True),
    StandardKind("warrant_or_stop", Words("盘查缉拿", "warrant or stop"), 1, parent="order_enforcement", officer_initiated=True),
    StandardKind(
        "driving_under_influence", Words("酒后驾驶", "driving under influence"), 2, parent="order_enforcement", officer_initiated=True
    ),
    StandardKind("weapon_possession", Words("非法持有器具", "weapon possession"), 2, parent="order_enforcement", officer_initiated=True),
    StandardKind("stolen_goods", Words("查获赃物", "stolen goods found"), 1, parent="order_property", officer_initiated=True),
    StandardKind(
        "obstructing_officer", Words("阻碍执行职务", "obstructing an officer"), 2, parent="order_enforcement", officer_initiated=True
    ),
    StandardKind(
        "regulation_breach", Words("违反行政管理", "breach of a by-law or licence"), 1, parent="order_enforcement", officer_initiated=True
    ),
    StandardKind("order_protection", Words("保护求助类警情", "protection class"), 2, sensitive=True),
    StandardKind("domestic", Words("家庭内侵害", "domestic violence"), 3, parent="order_protection", sensitive=True),
    StandardKind("sexual", Words("性侵害", "sexual offence"), 4, parent="order_protection", sensitive=True),
    StandardKind("minors", Words("涉未成年人", "involving minors"), 3, parent="order_protection", sensitive=True),
    StandardKind("self_harm", Words("自伤", "self-harm"), 3, parent="order_protection", sensitive=True),
    StandardKind(
        "stalking", Words("跟踪与违反保护令", "stalking or breach of a protective order"), 3, parent="order_protection", sensitive=True
    ),
    StandardKind("missing_person", Words("人员走失", "missing person"), 2, parent="order_protection", sensitive=True),
    StandardKind("sudden_death", Words("非正常死亡", "unexplained death"), 3, parent="order_protection", sensitive=True),
    StandardKind("help_request", Words("群众求助警情", "person in need of help"), 1, parent="order_protection"),
    StandardKind("lost_or_found", Words("遗失与寻获", "lost or found property"), 1, parent="order_property"),
    StandardKind("order_other", Words("其他警情", "other"), 1, parent="order_protection"),
)

# Words that senders everywhere use, as regular expressions; what stands above another wins.
_USUAL: Final = (
    ("ebike_theft", "电动.{0,3}车.*盗|盗.*电动.{0,3}车|e-?bike.*(theft|stol)"),
    (
        "vehicle_theft",
        r"(auto|vehicle|car|motor\w*|truck).{0,8}(theft|stol)|stolen.{0,6}(vehicle|car|auto)|盗窃?.*(汽车|机动车|摩托)|(汽车|机车|机动车|摩托车?)(窃盗|失窃|被盗)",
    ),
    ("stalking", "stalk|restraining order|order of protection|protective order|stay away|no contact order|跟踪|保护令"),
    ("missing_person", "missing (person|adult)|found person|走失|失踪"),
    ("sudden_death", "death (report|investigation)|sudden death|非正常死亡|尸体"),
    ("telecom_fraud", "(phone|online|internet|telecom|wire|cyber).{0,8}(fraud|scam)|电信.*诈骗|网络.*诈骗|电诈|刷单"),
    ("domestic", "domestic|intimate partner|spous|partner (assault|violence)|家暴|家庭暴力"),
    ("minors", r"child|juvenile|minors?\b(?!.{0,3}(crash|injur|acc|coll|damage))|runaway|未成年"),
    ("self_harm", "suicid|self.?harm|自杀|自残|轻生"),
    ("sexual", r"\bsex|rape|indecen|强奸|猥亵"),
    ("homicide", "homicide|murder|manslaughter|杀人"),
    ("kidnapping", "kidnap|abduct|绑架|拐卖"),
    ("arson", "arson|放火|纵火"),
    ("robbery", "robber|hold.?up|carjack|抢劫|强盗"),
    ("snatching", "snatch|抢夺"),
    ("theft_from_vehicle", r"burglar\w*.{0,12}\b(vehicle|auto|car)\b|\b(vehicle|auto|car).{0,3}burglar"),
    ("theft_from_vehicle", r"(theft|larceny|stol\w*|steal\w*).{0,12}from.{0,12}(vehicle|auto|car)\b|车内.*(盗|窃)|盗窃?车内|砸车窗"),
    ("shoplifting", "shoplift|retail theft|商场.*盗|超市.*盗"),
    ("pickpocketing", "pocket|purse.?snatch|扒窃"),
    ("burglary", "burglar|break.{0,6}ent(er|ry)|入室|入户盗|住宅(窃盗|失窃)|侵入.{0,2}窃盗|撬"),
    ("threats", "threat|intimidat|威胁|恐吓"),
    ("harassment", "harass|nuisance call|phone calls|骚扰|滋扰"),
    ("assault", "batter(y|ies)(?!.{0,3}(charg|stol|theft|pack|fire))|assault|wound|伤害|殴打"),
    (
        "fraud",
        "identity (theft|fraud)|theft of (identity|service)|fraud|decepti|embezz|forg(ery|ed)|counterfeit|bad check|extort|scam|诈骗|诈欺",
    ),
    ("driving_under_influence", r"driving.{0,12}(influence|impair|drunk)|\bdui\b|\bdwi\b|酒驾|醉驾|酒后驾驶"),
    ("obstructing_officer", "(resist|obstruct|interfer|evad).{0,14}(officer|police|arrest|justice|identification)|妨害公务|阻碍执行职务"),
    ("drugs", "drug|narcotic|controlled subst|吸毒|贩毒|涉毒|毒品"),
    ("gambling", "gambl|赌"),
    ("prostitution", "prostitut|卖淫|嫖"),
    ("weapon_possession", "weapon|firearm|管制(刀)?具"),
    ("warrant_or_stop", "warrant|field interview|盘查|缉拿|通缉"),
    ("traffic_violation", "traffic (violation|offen|infraction)|driver.?s licen|speeding|reckless driving|交通违法|超速|无证驾驶"),
    ("illegal_parking", "parking|违停|违法停车|挪车"),
    ("lost_or_found", "(lost|found|recovered|located|misplaced).{0,8}(property|vehicle|plate|passport|article)|遗失|拾得|丢失|捡到"),
    ("stolen_goods", "stolen property|receiving stolen|赃物"),
    ("damage", "damage|vandal|mischief|graffiti|毁坏|损毁|砸"),
    ("fireworks", "firework|firecracker|烟花|爆竹"),
    ("false_report", "false (report|alarm|police)|虚假报警|谎报|误报"),
    ("animal_incident", r"\banimal|\bdogs?\b|犬|狗"),
    ("suspicious_occurrence", "suspicious|可疑"),
    ("trespass", "trespass|非法侵入"),
    ("drunk_disorder", "drunk|intoxic|醉"),
    ("noise_disorder", "noise|loud|噪"),
    ("disorder", "disorderly|public peace|disturb|nuisance|寻衅|滋事"),
    ("fight", "fight|打架|斗殴|打斗"),
    ("vehicle_disabled", "disabled vehicle|抛锚|车辆故障"),
    ("road_crash", "crash|collision|accident|hit.{0,3}run|交通事故|追尾|剐蹭|刮擦"),
    ("road_obstruction", "obstruct|hazardous road|road closure|debris|路障|占道"),
    ("regulation_breach", "licen[sc]e|permit|municipal code|ordinance|regulation|liquor law|违反.*(管理|规定)"),
    ("dispute_call", "dispute|纠纷"),
    ("help_request", "welfare check|check on|lock.?out|求助|求救"),
    ("theft", "theft|larcen|steal|盗窃|窃盗|被盗"),
    ("order_other", "other|non-?criminal|miscell|其他"),
)

FEED: Final = Feed(
    code="public_order",
    words=Words("治安警情", "public-order incidents"),
    category=Category.PUBLIC_ORDER,
    in_charge=InCharge.NOBODY,
    series=_SERIES,
    kinds=_KINDS,
    spoken="theft|assault|robber|burglar|homicide|fraud|traffic|vehicle|crime|weapon|盗|抢|殴|斗|诈骗|警情|治安",
    usual=_USUAL,
    other="order_other",
)
