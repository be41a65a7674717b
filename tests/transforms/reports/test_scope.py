"""Which rows a source means."""

from __future__ import annotations

from typing import Any

import polars as pl

from tests.helpers.candidates import district
from tests.helpers.district_folders import source
from transforms.reports.scope import in_scope


def scope(texts: list[str | None], **test: Any) -> list[bool]:
    place = district(source(where=[{"column": "w", **test}]))
    return in_scope(pl.DataFrame({"w": texts}, schema={"w": pl.String}), place.sources[0]).to_list()


def test_the_filter_of_a_source_keeps_what_passes_every_test() -> None:
    texts = ["Fire", " Fire ", "Fires", "EMS", None]
    assert scope(texts, equals="Fire") == [True, True, False, False, False]
    assert scope(texts, one_of=["Fire", "EMS"]) == [True, True, False, True, False]
    assert scope(texts, prefix="Fire") == [True, True, True, False, False]
    assert scope(texts, pattern="^(Fires|E)") == [False, False, True, True, False]
    both = district(source(where=[{"column": "w", "prefix": "F"}, {"column": "w", "pattern": "s$"}])).sources[0]
    assert in_scope(pl.DataFrame({"w": texts}), both).to_list() == [False, False, True, False, False]
    assert in_scope(pl.DataFrame({"w": texts}), district().sources[0]).to_list() == [True] * 5


def test_the_filter_leaves_out_what_it_names() -> None:
    assert scope(["Fire", "EMS", None], none_of=["EMS"]) == [True, False, False]
