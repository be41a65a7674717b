"""What is proposed for files of real cities, rebuilt small (``tests/golden/cities``): right, or marked as unsure with the reason.

Belongs here: the lines of the proposals. Does not: what the declared files come to (``tests.flows.intake.test_golden_cities``).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from flows.tell.proposal import propose_for

CASES = Path(__file__).parents[2] / "golden" / "cities"


def proposed(file: str) -> tuple[dict[str, Any], str]:
    toml = propose_for(CASES / file).toml
    (source,) = tomllib.loads(toml)["sources"]
    return source, toml


@pytest.mark.parametrize(
    ("file", "form"), [("date_only_with_z/data/b.csv", "%Y-%m-%dT%H:%M:%SZ"), ("midnight_z/data/socz.json", "%Y-%m-%dT%H:%M:%S.000Z")]
)
def test_midnights_of_utc_are_local_days_and_that_is_in_doubt(file: str, form: str) -> None:
    source, toml = proposed(file)
    assert source["time_formats"] == [form]
    assert "UNSURE" in next(line for line in toml.splitlines() if line.startswith("time_formats"))


def test_hours_from_1_to_24_are_hours() -> None:
    assert proposed("hours_1_to_24/data/h24.csv")[0]["columns"]["occurred_at"] == {"date": "Date", "time": "Hour"}


def test_halves_of_a_chinese_day_are_read_in_either_place() -> None:
    for file, form in (("h12345_ampm_prefix", "%Y年%m月%d日 %I:%M %p"), ("h12345_ampm_suffix", "%Y/%m/%d %I:%M %p")):
        assert proposed(f"chinese_half_days/{file}.csv")[0]["time_formats"] == [form]


def test_an_order_of_day_and_month_that_no_row_proves_is_in_doubt_and_so_is_a_feed_of_which_no_word_tells() -> None:
    _, toml = proposed("day_month_unsure/caba.csv")
    for begins in ("time_formats", "feed"):
        assert "UNSURE" in next(line for line in toml.splitlines() if line.startswith(begins))


def test_a_latitude_of_many_decimals_is_no_telephone() -> None:
    source, _ = proposed("decimal_comma_phone/homicidios.csv")
    assert (source["columns"]["lon"], source["columns"]["lat"], source["decimal"]) == ("longitud", "latitud", ",")


def test_what_is_not_done_is_open() -> None:
    assert proposed("status_words/hotline.csv")[0]["statuses"] == {"closed": ["已办结"], "open": ["未办结", "办理中"]}


def test_premises_are_no_kind() -> None:
    source, toml = proposed("premises_as_kind/assault.csv")
    assert "kind" not in source["columns"]
    assert "# UNSURE: no column tells kinds" in toml


def test_rows_without_a_number_are_each_a_report() -> None:
    assert proposed("rows_without_number/asb.csv")[0]["rows"] == "each"


def test_a_number_that_counts_rows_is_in_doubt() -> None:
    _, toml = proposed("serial_number_key/data/s04_1.csv")
    assert 'key = ["序号"]   # UNSURE: it counts from 1' in toml


def test_axes_that_would_lead_to_a_pole_are_taken_for_exchanged() -> None:
    source, toml = proposed("axes_swapped/data/a.csv")
    assert (source["columns"]["lon"], source["columns"]["lat"]) == ("lat", "lon")
    assert "# UNSURE: lat is taken for the longitude" in toml
