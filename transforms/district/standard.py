"""The kinds and series that ship with the product, as a district holds them: a closed list, to which a city maps its words.

Belongs here: from the records of the feeds to rows of a codelist, the little that a district may say of one. Does not: those records
(``transforms.words.feeds``), a city's own words (``infra.districts.codelists``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from transforms.district.codes import CODE_PATTERN
from transforms.district.declaration import Kind
from transforms.words.feeds import FEEDS

# One row of a codelist, by column; what is not said is left out.
Row = dict[str, object]
# What a district may say of a series.
OF_A_SERIES: Final = ("weight",)
CLOSED: Final = "kinds and series are a closed list that ships with the product"


def kind_rows() -> dict[str, Row]:
    """The kinds of all feeds by code. Raises ``ValueError`` where two feeds name one alike."""
    return _by_code(
        {
            "code": kind.code,
            "feed": feed.code,
            "series": kind.series or "",
            "parent": kind.parent or "",
            "standing": kind.standing,
            "severity": kind.severity_1_4,
            "officer_initiated": kind.officer_initiated,
            "sensitive": kind.sensitive,
            "name_zh": kind.words.zh,
            "name_en": kind.words.capital.en,
        }
        for feed in FEEDS.values()
        for kind in feed.kinds
    )


def series_rows() -> dict[str, Row]:
    """The series of all feeds by code. Raises ``ValueError`` where two feeds name one alike."""
    return _by_code(
        {
            "code": series.code,
            "category": feed.category.value,
            "weight": series.weight,
            "escalates": series.escalates,
            "name_zh": series.words.zh,
            "name_en": series.words.capital.en,
            "reason": series.reason,
        }
        for feed in FEEDS.values()
        for series in feed.series
    )


def kinds() -> dict[str, Kind]:
    """The shipped kinds as a district declares them."""
    return {code: Kind.model_validate(row) for code, row in kind_rows().items()}


def weighed(declared: object) -> dict[str, object]:
    """The shipped series with a district's own weights over theirs, in the order of their codes.

    As the canonical text keeps them: sums over series in another order round differently, and a night must come out the same from a stored
    version. What else ``declared`` says, ``undeclarable`` names.
    """
    own = declared if isinstance(declared, Mapping) else {}
    shipped = series_rows()
    return {code: {**shipped[code], **_only_weight(own.get(code))} for code in sorted(shipped)}


def _only_weight(said: object) -> Row:
    return {key: said[key] for key in OF_A_SERIES if key in said} if isinstance(said, Mapping) else {}


def undeclarable(kinds: object, series: object) -> Iterator[str]:
    """What ``[kinds]`` and ``[series]`` of a ``district.toml`` say that no district can, one sentence each."""
    for code in kinds if isinstance(kinds, Mapping) else [] if kinds is None else [""]:
        yield f"kinds{_as_key(code)}: {CLOSED}; map the words of a source to them in [sources.kinds], and remove this"
    if not isinstance(series, Mapping):
        yield from [] if series is None else ["series: write [series.CODE] with a weight"]
        return
    shipped = series_rows()
    for code, said in series.items():
        if code not in shipped:
            near = get_close_matches(str(code), shipped, cutoff=0.6) or sorted(shipped)
            yield f"series{_as_key(code)}: {CLOSED}, and this is none of them; there are: {', '.join(near)}"
        elif not isinstance(said, Mapping):
            yield f"series.{code}: write [series.{code}] with a weight"
        else:
            yield from (
                f"series.{code}.{key}: a district sets the weight of a series and nothing else" for key in said if key not in OF_A_SERIES
            )


def _as_key(code: object) -> str:
    """A key as a message may show it: what is no code may be anything."""
    return f".{code}" if re.fullmatch(CODE_PATTERN, str(code)) else ""


def _by_code(rows: Iterator[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        code = str(row["code"])
        if code in found:
            raise ValueError(f"two feeds name {code!r}")
        found[code] = {column: value for column, value in row.items() if value not in ("", False)}
    return found
