from __future__ import annotations

import os
import re
import time

import pytest

from transforms.reports.names import reduced

KEY = b"k" * 32
MOBILE = "138" + "00001111"
PLATE = "京A" + "1" + "2345"


def shown(name: str, pattern: str = "$INBOX/order_*.csv", members: str = "*.csv") -> str:
    return reduced(name, [pattern], members, KEY)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("order_20250609.csv", "$INBOX/order_*.csv"),
        ("order_2025-06-09_103000.csv", "order_*.csv"),
        ("order_20250609103000.csv", "order_*"),
        ("order_000123.CSV", "order_*"),
        ("fire07.csv", "fire[0-9][0-9].csv"),
        ("911.csv", "data/911.csv.gz"),
        ("export", "https://city/open/export?token=x"),
        ("警情 日报_20250609.csv", "in/**/警情 日报_*.csv"),
        ("a.zip:part_1.csv", "a.zip"),
        ("order_20250609_1_of_12.csv", "order_*_of_*.csv"),
        ("order_12-34.csv", "order_*.csv"),
    ],
)
def test_what_was_declared_dates_and_a_counter_stay_as_they_are(name: str, pattern: str) -> None:
    assert shown(name, pattern, "part_*.csv") == name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("order_张伟_20250609.csv", "order_20250609~*.csv"),
        (f"order_{MOBILE}.csv", "order_~*.csv"),
        ("order_138-0000-1111.csv", "order_~*.csv"),
        ("order_110101199003071234.csv", "order_~*.csv"),
        ("somebody.csv", "~*.csv"),
        ("a\\b.csv", "~*.csv"),
        ("order_[red]\x1b]8;;.csv", "order_~*.csv"),
        ("order_\u202egnp.csv", "order_~*.csv"),
        (os.fsdecode(b"order_\xb0\xa1.csv"), "order_~*.csv"),
        ("order_\ud800.csv", "order_~*.csv"),
        ("order_1.csv.exe", "order_~*"),
        # The digits of a plate, of an account, of a day of birth that stands beside a name.
        (f"order_{PLATE}.csv", "order_~*.csv"),
        (f"order_{PLATE[:2]}·{PLATE[2:]}_20250609.csv", "order_20250609~*.csv"),
        (f"order_{PLATE[:2]}-{PLATE[2:]}.csv", "order_~*.csv"),
        (f"order_12_{PLATE[:2]}-34-567.csv", "order_~*.csv"),
        ("order_qq12345.csv", "order_~*.csv"),
        ("order_12345abc.csv", "order_~*.csv"),
        ("order_X20250609.csv", "order_~*.csv"),
        ("order_20250609张.csv", "order_~*.csv"),
        ("order_20250609103000x.csv", "order_~*.csv"),
        ("in.zip:张伟.csv", "~*.zip:~*.csv"),
    ],
)
def test_of_the_rest_nothing_stays_but_a_keyed_hash(name: str, kept: str) -> None:
    found = shown(name, "$INBOX/order_*")
    assert re.fullmatch(re.escape(kept).replace(r"\*", "[0-9a-f]{6}"), found), found
    assert found == shown(name, "$INBOX/order_*")
    assert found != reduced(name, ["order_*"], "*.csv", b"another key")


def test_names_that_differ_only_in_what_goes_still_differ() -> None:
    assert shown("order_a.csv") != shown("order_b.csv")


@pytest.mark.parametrize("pattern", ["*", "[z-a]", "[", "a[b", "***", "?", ""])
def test_any_pattern_is_taken(pattern: str) -> None:
    assert shown("order_x.csv", pattern).endswith(".csv")


def test_no_name_takes_long() -> None:
    began = time.perf_counter()
    shown("a" * 4000 + "b", "*a" * 40 + "*c")
    assert time.perf_counter() - began < 0.5
