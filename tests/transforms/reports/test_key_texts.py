"""What tells a report from every other: one key in every spelling, and rows that are told apart by what they say."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.district_folders import source
from transforms.district.source import Source
from transforms.reports.key_texts import canonical, key_text, rounded

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
SPELLINGS = [
    str,
    lambda n: f"{n}.0",
    lambda n: f"000{n}",
    lambda n: f" {n} ",
    lambda n: f"{n:,}",
    lambda n: f"{n:,}".replace(",", "'"),
    lambda n: f"{n:,}".replace(",", "."),
    lambda n: str(n).translate(WIDE),
    lambda n: f"+{n}",
    lambda n: f"{str(n)[0]}.{str(n)[1:]}E+{len(str(n)) - 1:02d}",
]


@given(st.lists(st.integers(1_000_000, 10**15), min_size=1, max_size=5), st.sampled_from(SPELLINGS))
def test_a_number_is_one_key_however_it_is_spelt(numbers: list[int], spelling: Any) -> None:
    assert canonical(pl.Series([spelling(n) for n in numbers])).to_list() == [str(n) for n in numbers]


@pytest.mark.parametrize("text", ["A-0012", "24-0012", "2026/001", "24E01", "0", "v1.2", "工单007", "12:30", "1.5", "a b"])
def test_what_is_no_number_stays_as_it_is(text: str) -> None:
    assert canonical(pl.Series([text, "007"])).to_list() == [text, "7"]


def test_a_number_that_was_rounded_is_no_key() -> None:
    texts = pl.Series(["1.2E+11", "1.20261000012E+11", "20261000"])
    assert canonical(texts).to_list() == [None, "120261000012", "20261000"]
    assert rounded(texts) == 1


def declared(**changes: Any) -> Source:
    return Source.model_validate({**source(), **changes})


ROWS = pl.DataFrame(
    {
        "id": ["1", "2", "1", "N/A", None],
        "time": ["2025-03-01 08:00:00", "2025-03-01 08:00:00", "2025-03-02 08:00:00", "2025-03-02 08:00:00", "2025-03-02 09:00:00"],
        "kind": ["theft"] * 5,
        "x": ["113.81"] * 5,
        "y": ["35.31"] * 5,
    }
)


@pytest.mark.parametrize(("scope", "different"), [(None, 2), ("day", 3), ("month", 2), ("year", 2)])
def test_a_number_that_begins_anew_counts_within_its_day(scope: str | None, different: int) -> None:
    keys = key_text(ROWS, declared(key_scope=scope))
    assert keys[3:].to_list() == [None, None]
    assert keys.drop_nulls().n_unique() == different


@given(st.permutations(range(6)), st.lists(st.integers(0, 2), min_size=6, max_size=6))
def test_rows_that_are_each_a_report_are_told_apart_whatever_their_order(order: list[int], same: list[int]) -> None:
    each = declared(key=[], rows="each")
    rows = pl.DataFrame({"time": [f"2025-03-0{n + 1} 08:00:00" for n in same], "kind": ["theft"] * 6, "x": ["1"] * 6, "y": ["2"] * 6})
    keys = key_text(rows, each)
    assert keys.n_unique() == 6
    assert sorted(key_text(rows[order], each)) == sorted(keys)


def test_a_source_without_a_key_says_so() -> None:
    with pytest.raises(ValueError, match='rows = "each"'):
        declared(key=[])
    with pytest.raises(ValueError, match="needs merge"):
        declared(merged_rows="callers")
