"""What premises of a register are: a closed list of places where nobody lives.

Belongs here: categories, and the words by which a dwelling is told. Does not: the register (``transforms.district.premises``), the alert
on one (``transforms.alerts.types.major_hazard``). Places where people live, dormitories and homes for the old among them, are none, and
places of worship are none either.
"""

from __future__ import annotations

import re
from typing import Final

from transforms.words.bilingual import Vocabulary


class PremisesCategory(Vocabulary):
    """What premises are used for."""

    CHEMICAL_WORKS = "chemical_works", "化工企业", "chemical works"
    HAZARDOUS_STORE = "hazardous_store", "危险品仓库", "store of dangerous goods"
    FUEL_STATION = "fuel_station", "加油加气站", "petrol station"
    GAS_STATION = "gas_station", "燃气场站", "gas supply station"
    FIREWORKS = "fireworks", "烟花爆竹经营点", "fireworks shop or store"
    POWER = "power", "发变电设施", "power station or substation"
    FACTORY = "factory", "生产企业", "factory"
    WAREHOUSE = "warehouse", "仓储物流", "warehouse"
    CONSTRUCTION_SITE = "construction_site", "施工工地", "construction site"
    MALL = "mall", "商场", "shopping mall"
    MARKET = "market", "市场", "market"
    RESTAURANT = "restaurant", "餐饮场所", "restaurant"
    HOTEL = "hotel", "宾馆", "hotel"
    ENTERTAINMENT = "entertainment", "公共娱乐场所", "place of entertainment"
    SPORTS = "sports", "体育场馆", "sports hall or stadium"
    OFFICE = "office", "办公楼", "office building"
    HOSPITAL = "hospital", "医院", "hospital"
    KINDERGARTEN = "kindergarten", "幼儿园", "kindergarten"
    SCHOOL = "school", "学校", "school"
    MUSEUM = "museum", "文博图书馆", "museum or library"
    TRANSPORT = "transport", "客运枢纽", "station or terminal"


_DWELLING: Final = re.compile(
    r"dwelling|residen|\b(home|house|housing|apartment|flat|villa|dormitor|hostel|tenement)|住宅|住户|民居|民宅|居民|公寓|宿舍|出租屋|自建房"
    r"|小区|别墅|农房|家庭|养老|敬老|福利院",
    re.IGNORECASE,
)


def is_dwelling(word: str) -> bool:
    """Whether a word for premises says that somebody lives there."""
    return word not in CATEGORY_OF and _DWELLING.search(word.replace("_", " ")) is not None


# Every way to write a category: its code, and what it is called in either language.
CATEGORY_OF: Final = {word: c for c in PremisesCategory for word in (c.value, c.words.zh, c.words.en)}
