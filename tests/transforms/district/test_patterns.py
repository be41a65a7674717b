"""Which regular expressions a district may hold."""

from __future__ import annotations

import time

import polars as pl
import pytest

from transforms.district.patterns import require_pattern

FINE = (
    *("gas|odou?r", "^Fire: .*$", r"\d{4}-\d{2}", "[A-Z]{2,5}-[0-9]{1,6}", "(?:a|b)+c*", r"[+*(]+", r"\(a+\)+", "(ab){3}", "(?i)(fire)?s*"),
    *(r"[[:alpha:]]+", r"[^\]]+x", "a{0}", "", r"(\d+),(\d+)"),
)
COSTLY = (
    *("(a+)+$", "(a*)*", "((a+)b?)*", r"(\w+\s?)+$", "(?:x{2,})+", "([a-z]+)*", "(a|b+){2,}", "((a{50}){50})", "a{2000}", "(a{1,500}){3}"),
    *("(a{1000}){1000}", "(" * 5 + "a+" + ")" * 5 + "+"),
)
NONE = "(", "[", r"(?=a)", r"(a)\1", "*a"


@pytest.mark.parametrize("pattern", FINE)
def test_what_is_read_in_a_time_that_grows_with_the_text_is_taken(pattern: str) -> None:
    assert require_pattern(pattern) == pattern


@pytest.mark.parametrize("pattern", [*COSTLY, *NONE])
def test_what_can_take_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"repeats a part|is not a regular expression"):
        require_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(a|aa)+$", "(a|a)*b", "(.*a){12}"])
def test_what_the_rules_let_through_is_no_danger_to_the_engine(pattern: str) -> None:
    begun = time.perf_counter()
    pl.Series(["a" * 50_000 + "!"]).str.contains(require_pattern(pattern))
    assert time.perf_counter() - begun < 2
