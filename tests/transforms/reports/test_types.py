"""The closed set of types, held against what lands."""

from __future__ import annotations

import polars as pl
import pytest

from transforms.reports.types import FIELDS, STORED_AS, require_typed
from transforms.schema import CANDIDATES
from transforms.words.reasons import REASONS


def test_every_column_that_lands_has_a_type_and_none_is_a_text() -> None:
    assert FIELDS.keys() == set(CANDIDATES)
    assert [c for c, type_ in CANDIDATES.items() if type_ not in STORED_AS[FIELDS[c].type]] == []
    assert {f.unread for f in FIELDS.values()} - {None} <= REASONS.keys()


def test_a_column_of_texts_is_refused_by_its_name_alone() -> None:
    rows = CANDIDATES.to_frame().with_columns(street=pl.lit("Farm Lane 4"), severity=pl.lit("grave"))
    with pytest.raises(ValueError, match="severity is String, street is String") as refused:
        require_typed(rows)
    assert "Farm" not in str(refused.value)
    assert require_typed(CANDIDATES.to_frame()).is_empty()
