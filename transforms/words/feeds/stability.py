"""Disputes and services: what people ask departments to settle or to mend.

Belongs here: this feed as a record. Does not: what any district or any formula makes of it.
"""

from __future__ import annotations

from typing import Final

from transforms.words.bilingual import Words
from transforms.words.categories import Category
from transforms.words.feeds.feed import Feed, InCharge, StandardKind, StandardSeries

_SERIES: Final = (
    StandardSeries(
        "dispute_severe", Words("激化纠纷", "escalated disputes"), 6, "wages, land and medical harm: those that turn to violence most often"
    ),
    StandardSeries("dispute", Words("一般纠纷", "disputes"), 2, "twice one theft: a household's peace over weeks, seldom more"),
)

_KINDS: Final = (
    StandardKind("dispute_neighbours", Words("邻里纠纷", "dispute between neighbours"), 2, series="dispute", standing=True),
    StandardKind("dispute_property", Words("物业纠纷", "property management dispute"), 2, series="dispute", standing=True),
    StandardKind("dispute_wages", Words("劳资欠薪纠纷", "wage dispute"), 3, series="dispute_severe", standing=True),
    StandardKind("dispute_housing", Words("房屋纠纷", "housing dispute"), 2, series="dispute", standing=True),
    StandardKind("dispute_consumer", Words("消费纠纷", "consumer dispute"), 2, series="dispute", standing=True),
    StandardKind("dispute_noise", Words("噪声纠纷", "noise dispute"), 1, series="dispute", standing=True),
    StandardKind("dispute_medical", Words("医疗纠纷", "medical dispute"), 3, series="dispute_severe", standing=True),
    StandardKind("dispute_land", Words("土地纠纷", "land dispute"), 3, series="dispute_severe", standing=True),
    StandardKind("dispute_parking", Words("停车纠纷", "parking dispute"), 1, series="dispute", standing=True),
    StandardKind("dispute_family", Words("家庭纠纷", "family dispute"), 2, series="dispute", standing=True),
    StandardKind("service_sanitation", Words("环境卫生诉求", "sanitation request"), 1, standing=True),
    StandardKind("service_roads", Words("道路设施诉求", "road and pavement request"), 1, standing=True),
    StandardKind("service_lighting", Words("路灯照明诉求", "street lighting request"), 1, standing=True),
    StandardKind("service_greening", Words("园林绿化诉求", "trees and greening request"), 1, standing=True),
    StandardKind("service_water", Words("供水排水诉求", "water and sewer request"), 2, standing=True),
    StandardKind("service_heating", Words("供暖供气诉求", "heating and gas request"), 2, standing=True),
    StandardKind("service_vehicle", Words("废弃车辆诉求", "abandoned vehicle request"), 1, standing=True),
    StandardKind("service_graffiti", Words("涂鸦小广告诉求", "graffiti and postings request"), 1, standing=True),
    StandardKind("service_building", Words("房屋质量诉求", "building request"), 2, standing=True),
    StandardKind("service_transport", Words("公共交通诉求", "public transport request"), 1, standing=True),
    StandardKind("service_general", Words("一般诉求", "general request"), 1, standing=True),
    StandardKind("formal_request", Words("正式请求(只计时限)", "formal request (clocks only)"), 1),
)

# Words that senders everywhere use, as regular expressions; what stands above another wins.
_USUAL: Final = (
    ("dispute_wages", "欠薪|拖欠.*工资|讨薪|劳资|劳动报酬|wage|unpaid pay"),
    ("dispute_medical", "医患|医疗(事故|纠纷)|medical (dispute|malpractice)"),
    ("dispute_land", "征地|拆迁|宅基地|土地|land use|zoning"),
    ("dispute_noise", "noise|loud|噪"),
    ("dispute_parking", "parking|停车|挪车|占车位"),
    ("service_graffiti", "graffiti|poster|小广告|涂鸦"),
    ("service_vehicle", r"abandon\w* (vehicle|car|auto)|junk vehicle|僵尸车|废弃车"),
    ("dispute_property", "物业|property management"),
    ("dispute_neighbours", "邻里|邻居|neighbou?r.*dispute"),
    ("dispute_family", "家庭(矛盾|纠纷)|婚姻"),
    ("dispute_consumer", "consumer|退款|退货|消费|price gouging"),
    ("dispute_housing", "tenant|landlord|evict|housing|living conditions|租房|租赁|房屋纠纷"),
    ("service_heating", "(no|lack of|insufficient) heat|供暖|供热|暖气|供气|燃气"),
    ("service_lighting", "light|路灯|照明"),
    ("service_roads", "pothole|sidewalk|pavement|street repair|highway|bridge|sign (repair|missing)|traffic sign|signal|snow|plow|curb"),
    ("service_roads", "路面|道路|井盖|坑洼"),
    ("service_sanitation", "trash|garbage|rubbish|litter|recycl|bulk item|dumping|clean|sanitation|sanitary|rodent|dead animal|needle"),
    ("service_sanitation", "refuse|waste|环卫|垃圾|保洁|卫生"),
    ("service_greening", r"tree|\bparks?\b|ground maint|grass|weeds|overgrown|绿化|树木|树枝|园林"),
    ("service_water", "water|sewer|drain|flood|catch basin|hydrant|utilit|停水|供水|排水|下水|污水|漏水"),
    ("service_building", "building|work w.{0,4}permit|permit|contractor|construction|违建|房屋质量|漏雨"),
    ("service_transport", r"transport|transit|\bbus\b|subway|taxi|bicycle|公交|地铁|出租车"),
    ("service_general", "general|other|information|inquiry|enquiry|comment|咨询|求助|其他"),
)

FEED: Final = Feed(
    code="stability",
    words=Words("矛盾与诉求", "disputes and services"),
    category=Category.STABILITY,
    in_charge=InCharge.ALWAYS,
    series=_SERIES,
    kinds=_KINDS,
    spoken="complaint|service|request|noise|housing|street|sanitation|repair|neighbo|投诉|纠纷|诉求|求助|咨询|物业",
    usual=_USUAL,
    other="service_general",
)
