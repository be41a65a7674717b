"""Names of categories and levels as tables print them: Chinese and English in one cell.

Belongs here: joining the two. Does not: the words themselves (``transforms.words``).
"""

from __future__ import annotations

from typing import Final

from transforms.schema import Category, Level

CATEGORIES: Final = {
    Category.SAFETY: "安全 Safety",
    Category.PUBLIC_ORDER: "治安 Public order",
    Category.STABILITY: "稳定 Disputes and services",
    Category.POLITICAL: "履职 Duty performance",
}
LEVELS: Final = {Level.BLUE: "蓝 blue", Level.YELLOW: "黄 yellow", Level.ORANGE: "橙 orange", Level.RED: "红 red"}


def category_name(code: str) -> str:
    """A category in both languages."""
    return CATEGORIES[Category(code)]


def level_name(code: str) -> str:
    """A level in both languages; what stands in its place, such as all levels together, as it is."""
    return LEVELS[Level(code)] if code in set(Level) else code
