"""Buildings of whoever: they burn, leak and are broken into like others, and a word about that is about the building.

Belongs here: harmless phrases made of whose it is, what it is and what happened to it. Does not: what is refused (the subjects beside this
file).
"""

from __future__ import annotations

from typing import Final

_WHOSE: Final = (
    "(ethnic|religious|muslim|islamic|christian|jewish|buddhist|hindu|catholic|protestant|faith"
    "|petitions?|immigration|refugee|asylum|tribal)"
)
_WHAT: Final = (
    "(restaurant|store|shop|school|cent(?:re|er)|office|building|cemetery|hall|hospital|museum|market|supermarket|library|premises|property"
    "|hostel|shelter)"
)
_HAPPENED: Final = "(fire|alarm|burglar|theft|leak|flood|damage|power|gas|noise|break|vandal|lift|elevator|parking|water|smoke|roof)[a-z]*"
_WHOSE_ZH: Final = "(宗教|民族|信访|穆斯林|伊斯兰|佛教|基督教|天主教|道教|犹太|[回藏]族|维吾尔族?)"
_WHAT_ZH: Final = "(餐厅|餐馆|饭店|食堂|大楼|办公楼|楼|建筑|场所|学校|中学|小学|医院|商店|超市|博物馆|[墓陵]地|公墓|中心|大厅|局)"
_HAPPENED_ZH: Final = "(火|消防|盗|漏|停电|断电|故障|损|隐患|积水|坍塌|电梯|燃气)"

BUILDINGS: Final = (
    f"{_WHOSE} {_WHAT} {_HAPPENED}",
    f"{_HAPPENED} (at|in|near) (an? |the )?{_WHOSE} {_WHAT}",
    f"{_WHOSE_ZH}{_WHAT_ZH}+(?=.{{0,6}}{_HAPPENED_ZH})",
)
