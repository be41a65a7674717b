"""What a view says of itself, as its chapter of ``README.md`` has it: the question that it answers, and what each column is.

Belongs here: reading that page. Does not: the types of columns (``columns``); a test holds the page against the views.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PAGE: Final = Path(__file__).with_name("README.md")
_QUESTION: Final = re.compile(r"^\*\*Question:\*\* (.+)$", re.MULTILINE)
_COLUMN: Final = re.compile(r"^\| `(\w+)` \| [\w ]+ \| (\S.*) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Described:
    """A view in words: its question, and its columns in their order."""

    question: str
    columns: Mapping[str, str]


def described(view: str) -> Described:
    """What the page says of a view that there is.

    Raises:
        ValueError: the page has no question of it.
    """
    chapter = _PAGE.read_text("utf-8").partition(f"\n## `{view}`\n")[2].partition("\n## ")[0]
    question = _QUESTION.search(chapter)
    if question is None:
        raise ValueError(f"{_PAGE.name} says nothing of {view}")
    return Described(question[1], dict(_COLUMN.findall(chapter)))
