"""The four levels of attention.

Belongs here: their codes and colours, and what they are called where they measure departments. Does not: where one begins
(``transforms.scoring.reference``, ``transforms.duty``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from transforms.words.bilingual import Vocabulary, Words


class Level(Vocabulary):
    """Internal attention levels, lowest first. They are not public warnings."""

    BLUE = "blue", "蓝", "blue"
    YELLOW = "yellow", "黄", "yellow"
    ORANGE = "orange", "橙", "orange"
    RED = "red", "红", "red"


LEVELS: Final = tuple(Level)

# Duty performance is drawn in violet, where a patch called "yellow" would read as a mistake; the level stands beside these words.
DUTY_LEVELS: Final[Mapping[Level, Words]] = {
    Level.BLUE: Words("正常", "on track"),
    Level.YELLOW: Words("留意", "slipping"),
    Level.ORANGE: Words("滞后", "behind"),
    Level.RED: Words("严重滞后", "far behind"),
}
