"""What several parts of a declaration are made of: strictness, codes, places, subdistricts.

Belongs here: types that both a district and its grid are declared with. Does not: the district (``transforms.district.declaration``), grids
(``transforms.grids``), refused words (``transforms.words.refused``).
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from transforms.words import Words
from transforms.words.feeds import FEEDS

CODE_PATTERN = r"^[a-z][a-z0-9_]{0,39}$"
Code = Annotated[str, Field(pattern=CODE_PATTERN)]
# The code of a feed that the product knows.
FeedCode = Annotated[str, AfterValidator(FEEDS.known)]
LonLat = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]
# One or more polygons, each a ring of at least three corners; islands are polygons of their own.
Area = Annotated[list[Annotated[list[LonLat], Field(min_length=3)]], Field(min_length=1)]


def is_cell_code(text: str) -> bool:
    """Whether a text is the code of a cell and no name: it has a digit, as those of H3 and of our squares have."""
    return re.fullmatch(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9._:/-]{0,39}", text) is not None


def _cell_code(text: str) -> str:
    if not is_cell_code(text):
        raise ValueError("this is the code of no cell: write letters, digits and any of . _ : / -, with a digit among them")
    return text


CellCode = Annotated[str, AfterValidator(_cell_code)]


class Strict(BaseModel):
    """Unknown keys are errors, and a district never changes after it is loaded."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Subdistrict(Strict):
    """A subdistrict. ``anchor`` lets a grid of squares or hexagons give each cell to the nearest one; zones name theirs in their file."""

    code: str
    name_zh: str
    name_en: str
    anchor: LonLat | None = None

    @property
    def name(self) -> Words:
        """Its declared name."""
        return Words(self.name_zh, self.name_en)
