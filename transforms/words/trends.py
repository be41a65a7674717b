"""How something develops between two nights.

Belongs here: the classes. Does not: deciding which one it is, which a view does (``dash_trends_v1``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary


class Trend(Vocabulary):
    """Rising and falling are beyond what the interval of the earlier forecast allowed; what is neither that nor close is not sure."""

    RISING = "rising", "上升", "rising"
    STEADY = "steady", "平稳", "steady"
    FALLING = "falling", "下降", "falling"
    UNSURE = "unsure", "不能确定", "not sure"
