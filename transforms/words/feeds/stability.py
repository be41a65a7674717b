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
    StandardKind("dispute_contract", Words("合同债务纠纷", "contract or debt dispute"), 2, series="dispute", standing=True),
    StandardKind("dispute_other", Words("其他纠纷", "other dispute"), 2, series="dispute", standing=True),
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
    StandardKind("service_waste", Words("垃圾清运诉求", "waste collection request"), 1, standing=True),
    StandardKind("service_dumping", Words("乱倒垃圾诉求", "illegal dumping request"), 1, standing=True),
    StandardKind("service_snow", Words("除雪防滑诉求", "snow and ice request"), 1, standing=True),
    StandardKind("service_pests", Words("鼠虫害诉求", "rats and insects request"), 1, standing=True),
    StandardKind("service_animals", Words("动物管理诉求", "animals request"), 1, standing=True),
    StandardKind("service_parking", Words("停车秩序诉求", "parking enforcement request"), 1, standing=True),
    StandardKind("service_signals", Words("信号灯标志标线诉求", "signals and signs request"), 1, standing=True),
    StandardKind("service_facilities", Words("公共设施损坏诉求", "damaged public property request"), 1, standing=True),
    StandardKind("service_power", Words("供电诉求", "electricity request"), 2, standing=True),
    StandardKind("service_telecom", Words("通信网络诉求", "telephone and internet request"), 1, standing=True),
    StandardKind("service_air", Words("空气油烟扬尘诉求", "air, fumes and dust request"), 1, standing=True),
    StandardKind("service_public_housing", Words("公共住房诉求", "public housing request"), 2, standing=True),
    StandardKind("service_illegal_building", Words("违法建设诉求", "illegal building request"), 2, standing=True),
    StandardKind("service_vending", Words("占道经营诉求", "street vending request"), 1, standing=True),
    StandardKind("service_market", Words("市场与食品监管诉求", "trade and food safety request"), 1, standing=True),
    StandardKind("service_benefits", Words("社会救助与养老诉求", "benefits and care request"), 2, standing=True),
    StandardKind("service_health", Words("医疗卫生诉求", "health service request"), 2, standing=True),
    StandardKind("service_education", Words("教育诉求", "schools request"), 1, standing=True),
    StandardKind("service_employment", Words("就业与社保诉求", "work and social insurance request"), 1, standing=True),
    StandardKind("service_tax", Words("税费诉求", "taxes and fees request"), 1, standing=True),
    StandardKind("service_documents", Words("证照办理诉求", "papers and permits request"), 1, standing=True),
    StandardKind("service_legal", Words("法律服务诉求", "legal aid request"), 1, standing=True),
    StandardKind("service_culture", Words("文体旅游诉求", "culture and sports request"), 1, standing=True),
    StandardKind("service_policing", Words("治安服务诉求", "policing request"), 1, standing=True),
    StandardKind("service_conduct", Words("服务作风投诉", "complaint about an office's service"), 1, standing=True),
    StandardKind("service_information", Words("信息咨询", "request for information"), 1, standing=True),
    StandardKind("service_general", Words("一般诉求", "general request"), 1, standing=True),
    StandardKind("formal_request", Words("正式请求(只计时限)", "formal request (clocks only)"), 1),
)

# Words that senders everywhere use, as regular expressions; what stands above another wins.
_USUAL: Final = (
    ("dispute_wages", "欠薪|拖欠.*工资|讨薪|劳资|劳动报酬|wage|unpaid pay"),
    ("dispute_medical", "医患|医疗(事故|纠纷)|medical (dispute|malpractice)"),
    ("dispute_land", "征地|拆迁|宅基地|土地|land use|zoning|landmark"),
    ("dispute_noise", "noise|loud|噪"),
    ("dispute_parking", "停车.*纠纷|车位.*(纠纷|争)|占车位|parking dispute"),
    ("service_parking", "parking|停车|挪车|违停"),
    ("service_graffiti", "graffiti|poster|illegal (flyer|sign)|小广告|涂鸦"),
    ("service_vehicle", r"abandon\w* (vehicle|car|auto|bicycle)|junk vehicle|僵尸车|废弃车"),
    ("dispute_property", "物业|property management"),
    ("dispute_neighbours", "邻里|邻居|neighbou?r.*dispute"),
    ("dispute_family", "家庭(矛盾|纠纷)|婚姻"),
    ("dispute_contract", "合同|债务|借贷|contract dispute|debt"),
    ("service_market", "食品安全|food (safety|alert)|假冒|无照|weights and measures|restaurant|street vendor complaint"),
    ("dispute_consumer", "consumer|退款|退货|消费|price gouging|overcharg"),
    ("service_public_housing", "public housing|affordable housing|housing (lottery|authority)|公租房|廉租房|保障房|公共住房"),
    ("dispute_housing", "tenant|landlord|evict|lease|housing|living conditions|租房|租赁|房屋纠纷"),
    ("service_heating", "(no|lack of|insufficient) heat|供暖|供热|暖气|供气|燃气"),
    ("service_lighting", r"street ?lights?|lights?\b|lighting|lamps?\b|路灯|照明"),
    ("service_signals", "traffic sign|signal|sign (repair|missing)|missing sign|stop sign|street sign|crosswalk|信号灯|红绿灯|标志|标线"),
    ("service_snow", r"\bsnow|\bice\b|plow|积雪|除雪|除冰"),
    ("service_roads", "pothole|pot hole|sidewalk|pavement|resurfac|street repair|highway|bridge|curb|speed bump|路面|道路|井盖|坑洼"),
    ("service_dumping", "illegal dump|dumping|乱倒|偷倒|建筑垃圾"),
    ("service_pests", r"rodent|\brats?\b|\bmice\b|bed ?bugs|infestation|insects|pest|鼠|蟑螂|蚊|虫害"),
    ("service_animals", r"animal|\bdogs?\b|pigeon|流浪(犬|狗|猫)|养犬|遛狗"),
    ("service_waste", "missed (collection|trash)|recycl|bulk item|collection|compost|e-?waste|垃圾(清运|未清|分类)"),
    (
        "service_sanitation",
        "trash|garbage|rubbish|litter|clean|sanitation|sanitary|needle|dirty|refuse|waste|环卫|垃圾|保洁|卫生(差|死角|环境)",
    ),
    ("service_greening", r"tree|\bparks?\b|ground maint|grass|weeds|overgrown|stump|绿化|树木|树枝|园林"),
    ("service_water", "water|sew(er|age)|drain|flood|catch ?basin|hydrant|manhole|sink hole|停水|供水|排水|下水|污水|漏水"),
    ("service_power", "power (outage|failure)|electric|供电|停电|断电"),
    ("service_telecom", "telecom|internet|broadband|telephone service|cable tv|wi-?fi|宽带|通信|网络故障|信号差|线上"),
    ("service_air", "air (quality|pollution)|fumes|idling|smoking|odou?r|asbestos|油烟|扬尘|异味|空气"),
    ("service_illegal_building", "违建|违法建设|违章建筑|私搭|illegal (building|occupancy|construction)|work w.{0,4}permit"),
    ("service_vending", "占道经营|流动摊|摊贩|vending|street vendor|peddl"),
    ("service_building", "building|contractor|construction|房屋质量|漏雨|电梯"),
    ("service_facilities", "damaged|vandalis|bench|shelter.{0,12}(damage|kiosk)|playground|公共设施|健身器材"),
    ("service_transport", r"transport|transit|\bbus(es)?\b|subway|taxi|bicycle|traffic|muni\b|公交|地铁|出租车"),
    ("service_education", "school|education|student|pre-?k|教育|入学|学校|幼儿园"),
    ("service_employment", "employment|job|workforce|workplace|就业|社保|养老保险|工伤"),
    ("service_tax", r"\btax|exemption|发票|税"),
    ("service_benefits", "welfare|benefit|food stamp|medicaid|pension|assistance|senior|elder|homeless|低保|救助|补贴|养老|残疾"),
    ("service_health", "health|hospital|clinic|vaccin|医疗|医院|医保|疫苗"),
    ("service_documents", "permit|licen[sc]e|certificate|passport|证照|证件|户口|户籍|身份证"),
    ("service_legal", "legal|法律"),
    ("service_culture", "librar|museum|theat(er|re)|cultur|图书馆|文化|体育|旅游"),
    ("service_policing", "police|policing|precinct|public safety|治安|派出所"),
    ("service_conduct", "conduct|discourteous|personnel|employee|staff|服务态度|作风"),
    ("service_information", "information|inquiry|enquiry|comment|咨询|查询"),
    ("dispute_other", "dispute|纠纷"),
    ("service_general", "general|other|求助|其他"),
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
