"""The codelists that are shipped: complete, bilingual, and with weights that say why."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from infra.districts.codelists import CODELISTS
from transforms.district.declaration import MAX_WEIGHT_SPAN

HAN = re.compile(r"[\u4e00-\u9fff]")


@cache
def rows(name: str) -> list[dict[str, str]]:
    with (Path(CODELISTS) / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", ["kinds.csv", "series.csv"])
def test_every_code_reads_in_chinese_and_in_english(name: str) -> None:
    for row in rows(name):
        assert HAN.search(row["name_zh"]), row["code"]
        assert re.search("[a-z]{2}", row["name_en"]), row["code"]
        assert not HAN.search(row["name_en"]), row["code"]
    assert len({r["name_zh"] for r in rows(name)}) == len({r["name_en"] for r in rows(name)}) == len(rows(name))


def test_harm_weights_span_at_most_one_to_thirty_and_each_says_why() -> None:
    weights = [float(r["weight"]) for r in rows("series.csv")]
    assert max(weights) <= MAX_WEIGHT_SPAN * min(weights)
    assert all(len(r["reason"]) > 20 for r in rows("series.csv"))


def test_every_series_has_a_kind() -> None:
    assert {r["code"] for r in rows("series.csv")} == {r["series"] for r in rows("kinds.csv")} - {""}


@pytest.mark.parametrize(
    ("prefix", "parts"),
    [
        ("hazard_", "facility_faulty facility_misused exit_blocked hydrant_obstructed spacing_occupied fire_lane_blocked"),
        ("hazard_", "window_bars not_rectified wiring ebike_charging flammables"),
        ("fire_", "ordinary larger major extraordinary"),
        ("dispute_", "neighbours property wages housing consumer noise medical land parking family"),
        ("order_", "property person disorder traffic enforcement protection"),
    ],
)
def test_what_a_district_needs_is_there(prefix: str, parts: str) -> None:
    assert {prefix + p for p in parts.split()} <= {r["code"] for r in rows("kinds.csv")}


def test_every_kind_of_public_order_belongs_to_one_of_the_six_dispatch_classes() -> None:
    kinds = {r["code"]: r for r in rows("kinds.csv") if r["feed"] == "public_order"}
    classes = {c for c, r in kinds.items() if not r["parent"]}
    assert len(classes) == 6
    assert all(r["parent"] in classes for c, r in kinds.items() if c not in classes)
    marked = [r for r in kinds.values() if r["officer_initiated"] or r["sensitive"]]
    assert len(marked) >= 10
    assert not any(r["series"] for r in marked)


def test_usual_words_name_kinds_in_patterns_that_compile_and_no_kind_matches_everything() -> None:
    kinds = {r["code"] for r in rows("kinds.csv")}
    for row in rows("usual_words.csv"):
        assert row["kind"] in kinds, row
        assert not re.search(row["pattern"], "", re.IGNORECASE), row
