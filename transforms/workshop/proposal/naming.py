"""In which languages an unknown file is written, and which of its columns are called as those of a role are.

Belongs here: finding the languages, and ranking names. Does not: the words (``transforms.words.languages``), what columns hold
(``columns``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import polars as pl

from transforms.reports.shapes import present
from transforms.words.feeds import FEEDS
from transforms.words.folding import simplified
from transforms.words.languages import LANGUAGES, Language, searchable

# What English has in common with others tells nothing.
_ENGLISH: Final = re.compile(
    r"(?<!\w)(?:date|time|type|description|source|service|district|zone|address|e ?mail|id|no|code|lon|long|lat|longitude|latitude|data|geo"
    r"|position|status|stand|unit|agency|incident|nature|category|fin|total|lane|dir|via|area|sector|alarm|option|accident|collision|art"
    r"|subject|point|x|y|area|number|nr|num|ref|ticket|case|day|hour|month|year|name|number|place|location|street|block|park|transport|bus"
    r"|graffiti|vandalism|assault|rescue|homicide|fire|robbery|theft|burglary|fraud|arson|police|crime|minor|animal|canal|version|regional)"
    r"(?!\w)"
)
_USUAL: Final = re.compile("|".join(f"(?<![a-z])(?:{pattern})" for feed in FEEDS.values() for _, pattern in feed.usual))
_KANA: Final = re.compile("[\u3040-\u30ff]")
_WORDS: Final = 60
_MOST_WORDS: Final = 500
# A language that only few words speak beside another's many is a resemblance.
_RIVAL: Final = 0.6
_ENOUGH: Final = 1.0


def languages_of(rows: pl.DataFrame) -> tuple[Language, ...]:
    """The languages of a file beside English and Chinese, the most spoken first, by its header and by the words that repeat in it."""
    texts = [*rows.columns, *(w for column in rows.columns for w in _repeated(rows[column]))]
    # What is written in Han alone is Chinese.
    spoken = [language for language in LANGUAGES if language.code != "ja" or any(_KANA.search(t) for t in texts)]
    scores: dict[str, float] = {}
    for text in {searchable(t) for t in texts}:
        telling = _ENGLISH.sub(" ", text).strip()
        speaking = [language.code for language in spoken if telling and language.speaks(telling)]
        speaking += ["en"] if telling != text or _USUAL.search(text) else []
        for code in speaking:
            scores[code] = scores.get(code, 0.0) + 1 / len(speaking)
    most = max(scores.values(), default=0.0)
    chosen = [language for language in spoken if scores.get(language.code, 0.0) >= max(_ENOUGH, _RIVAL * most)]
    return tuple(sorted(chosen, key=lambda language: -scores[language.code]))


def _repeated(column: pl.Series) -> list[str]:
    """The most frequent words of a column that holds few, without numbers."""
    texts = present(column)
    counted = texts.filter(texts.str.contains(r"\p{L}{2}")).value_counts(sort=True)
    return counted.to_series().head(_WORDS).to_list() if 0 < len(counted) <= _MOST_WORDS and len(counted) < 0.5 * len(texts) else []


def ranked(names: Sequence[str], patterns: Sequence[str], languages: Sequence[Language] = (), *roles: str) -> list[str]:
    """The names that match, those that match an earlier pattern first, then those called as a role is in one of the languages."""
    seen = {name: simplified(name) for name in names}
    found = [name for pattern in patterns for name in names if re.search(pattern, seen[name], re.IGNORECASE)]
    found += [name for role in roles for name in names if called(name, languages, role)]
    return list(dict.fromkeys(found))


def called(name: str, languages: Sequence[Language], *roles: str) -> bool:
    """Whether a column is called as those of one of some roles are."""
    text = searchable(name)
    return any(language.names(role, text) for language in languages for role in roles)
