"""Columns that a source may not declare, by their names alone.

Belongs here: which names of a declaration are asked, and which are exempt. Does not: what such names look like
(``transforms.reports.privacy``), refusing the file (``infra.landing.scanning``), telling it before there is one (``flows.tell.doctor``).
"""

from __future__ import annotations

from transforms.district.columns import Columns
from transforms.district.source import Source
from transforms.reports.privacy import personal_column, personal_key


def personal_columns(source: Source) -> list[str]:
    """The declared names of columns that are named like personal data, sorted.

    A key is hashed and never kept raw, so most names are nothing to it; what one person is known by is no report's key. How many people
    called is a small number, and nothing else of that column is kept.
    """
    read = [c for field in Columns.model_fields if field != "callers" for c in source.columns.of(field)]
    read += [*source.filter_columns, *([source.known_at.column] if source.known_at.column else [])]
    read += [source.join.on] if source.join else []
    named = {name for names in source.names_of(read) for name in names if personal_column(name)}
    keys = {name for names in source.names_of([*source.key, *source.row_key]) for name in names if personal_key(name)}
    return sorted(named | keys)
