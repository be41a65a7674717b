"""The kinds and series that ship with the product, as a declaration writes them: what every district begins with.

Belongs here: from the records of the feeds to rows of a codelist. Does not: those records (``transforms.words.feeds``), a city's own
codelists (``infra.districts.codelists``).
"""

from __future__ import annotations

from collections.abc import Iterator

from transforms.district.declaration import Kind
from transforms.words.feeds import FEEDS

# One row of a codelist, by column; what is not said is left out.
Row = dict[str, object]


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


def _by_code(rows: Iterator[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        code = str(row["code"])
        if code in found:
            raise ValueError(f"two feeds name {code!r}")
        found[code] = {column: value for column, value in row.items() if value not in ("", False)}
    return found
