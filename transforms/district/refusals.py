"""What a district may not declare about its words: refused phrases in what a source gives a meaning to.

Belongs here: which texts of a source are asked. Does not: the phrases (``transforms.words.refusals``), in which line a text stands
(``infra.districts.folder``). Departments and names of places are not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from transforms.district.live import From, FromArcgis, FromSocrata, FromSql
from transforms.district.source import Source, Where
from transforms.words.refused import Refusal, refusal


@dataclass(frozen=True)
class Refused:
    """A text of a source that holds a refused phrase; ``part`` is the part of its declaration that the text stands in."""

    part: str
    text: str
    found: Refusal


def refused_in(source: Source) -> Iterator[Refused]:
    """What one source may not say, each text once, in the order of its declaration."""
    kinds = {*source.kinds.values(), *([source.kind] if source.kind else [])}
    asked = [("code", source.code, kinds)]
    asked += [("where", text, kinds) for test in (*source.where, *source.withdrawn) for text in _lets_in(test)]
    asked += [("from", text, kinds) for text in _asked_for(source.live)]
    asked += [("kinds", word, {kind}) for word, kind in source.kinds.items()]
    asked += [("severities", word, set()) for word in source.severities]
    asked += [("statuses", word, set()) for words in source.statuses.values() for word in words]
    asked += [("discoveries", word, set()) for words in source.discoveries.values() for word in words]
    for part, text, becomes in asked:
        if found := refusal(text, becomes):
            yield Refused(part, text, found)


def _lets_in(test: Where) -> list[str]:
    """The texts by which a condition lets rows in; those of ``none_of`` it keeps out, which is what such rows are for."""
    return [test.column, *(t for t in (test.equals, test.prefix, test.pattern) if t), *(test.one_of or [])]


def _asked_for(live: From | None) -> list[str]:
    """What a live source is asked for. A condition there that keeps rows out is better one of the district's own: nobody parses it."""
    match live:
        case FromSocrata(where=str(text)) | FromArcgis(where=text) | FromSql(table=text):
            return [text]
        case _:
            return []
