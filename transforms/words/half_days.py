"""The two halves of a day as clocks of twelve hours name them, in the languages of cities.

Belongs here: the words. Does not: reading a clock (``transforms.reports.spellings``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# By language: the words for the hours before noon, and for those after it.
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "zh": ("上午 凌晨 早上 早晨 清晨", "下午 中午 傍晚 晚上 夜间"),
    "ja": ("午前", "午後"),
    "ko": ("오전", "오후"),
    "en": ("am a.m. a.m", "pm p.m. p.m"),
    "es": ("a.\u00a0m. a.m.", "p.\u00a0m. p.m."),
    "el": ("π.μ. πμ", "μ.μ. μμ"),
    "tr": ("öö", "ös"),
    "vi": ("sa", "ch"),
    "hu": ("de.", "du."),
    "sv": ("fm", "em"),
    "he": ("לפנה״צ", "אחה״צ"),
    "ar": ("ص", "م"),
    "hi": ("पूर्वाह्न", "अपराह्न"),
}
HALF_DAYS: Final[Mapping[str, str]] = {
    word.replace("\u00a0", " "): half
    for words in _WORDS.values()
    for half, told in zip(("AM", "PM"), words, strict=True)
    for word in told.split(" ")
}
