"""Golden cases of the scoring road, from report versions to scores: every folder of ``tests/golden`` (see its README)."""

from __future__ import annotations

import hashlib
import os
import tomllib
from pathlib import Path

import polars as pl
import pytest
from threadpoolctl import threadpool_limits

from infra.districts import folder as district_folder
from infra.districts import holidays
from transforms.grids.neighbours import Neighbours
from transforms.panel.known import Known
from transforms.reports.versions import version_hash
from transforms.schema import REPORTS, SCORES, UTC
from transforms.scoring.risk import score_night

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(p.parent.name for p in GOLDEN.glob("*/case.toml"))
DIGITS = 6
# Half a unit of the last digit kept, at its worst.
PRECISION = 0.51 * 10.0 ** (1 - DIGITS)
NUMBERS = [c for c, t in SCORES.items() if t == pl.Float64]


@pytest.mark.parametrize("case", CASES)
def test_a_golden_case_comes_out_as_it_is_written(case: str) -> None:
    folder = GOLDEN / case
    scores = _scores(folder)
    if os.environ.get("SIFANG_GOLDEN") == "write":
        _written(scores).write_csv(folder / "scores.csv")
        pytest.skip(f"wrote {case}/scores.csv; review the diff")
    expected = pl.read_csv(folder / "scores.csv", schema=SCORES)
    texts = [c for c in SCORES if c not in NUMBERS]
    assert scores.select(texts).equals(expected.select(texts))
    for name in NUMBERS:
        for row, (found, wanted) in enumerate(zip(scores[name].to_list(), expected[name].to_list(), strict=True)):
            assert found == (None if wanted is None else pytest.approx(wanted, rel=PRECISION, abs=1e-12)), f"{name} in row {row + 1}"


def test_there_are_cases_and_they_say_something() -> None:
    assert len(CASES) >= 2
    for case in CASES:
        expected = pl.read_csv(GOLDEN / case / "scores.csv", schema=SCORES)
        assert {"blue", "yellow", "orange"} <= set(expected["level"].drop_nulls())
        assert "not_scored" in set(expected["state"])


def test_no_order_of_the_input_changes_a_case() -> None:
    folder = GOLDEN / CASES[0]
    plain = _scores(folder)
    shuffled = _scores(folder, seed=3)
    assert _written(shuffled).equals(_written(plain))


def _scores(folder: Path, seed: int | None = None) -> pl.DataFrame:
    """The road of a night without its stores: what was known, what the night sees of it, its scores."""
    loaded = district_folder.load(folder)
    case = tomllib.loads((folder / "case.toml").read_text("utf-8"))
    night, moment, district = case["night"], case["as_of"], loaded.district
    versions = _versions(folder, {s.code: s.feed for s in district.sources})
    if seed is not None:
        versions = versions.sample(fraction=1, shuffle=True, seed=seed)
    around = Neighbours(loaded.cells["x_m"].to_numpy(), loaded.cells["y_m"].to_numpy())
    seen = Known(versions, moment, 1, district, loaded.cells, loaded.former, around).on(night)
    with threadpool_limits(limits=1, user_api="blas"):
        result = score_night(seen.panel, seen.reports, district, holidays.between(district.calendar, night.year - 2, night.year + 1))
    return result.scores.sort("category", "cell_id")


def _versions(folder: Path, feeds: dict[str, str]) -> pl.DataFrame:
    rows = pl.read_csv(folder / "reports.csv", schema_overrides={"report_id": pl.String})
    times = ["occurred_at", "known_at", "due_at", "closed_at"]
    rows = rows.with_columns(pl.col(c).str.to_datetime("%Y-%m-%dT%H:%MZ").dt.replace_time_zone("UTC").cast(UTC) for c in times)
    day = pl.col("occurred_at").dt.convert_time_zone("Asia/Shanghai").dt.date()
    given = {
        # In the lake a report's name is a hash.
        "report_id": pl.col("report_id").map_elements(lambda name: hashlib.blake2b(name.encode(), digest_size=16).hexdigest(), pl.String),
        "feed": pl.col("source").replace_strict(feeds),
        "occurred_on": day,
        "reported_on": day,
        "part_of_day": pl.lit("unknown"),
        "clock_from": pl.col("occurred_at"),
        "count": pl.lit(1),
        "precision": pl.lit("day"),
        "recorded_seq": pl.lit(1),
        # Delivered when it became known.
        "order_key": pl.col("known_at").dt.epoch("us"),
        "rank": pl.lit(0),
        "located_by": pl.lit("zone"),
        "discovery": pl.lit("unknown"),
        "first_department": pl.col("department"),
        "batch_id": pl.lit("golden"),
    }
    rows = rows.with_columns(**given)
    rows = rows.with_columns(pl.lit(None).alias(c) for c in REPORTS if c not in rows.columns)
    rows = rows.select(pl.col(c).cast(t) for c, t in REPORTS.items())
    return rows.with_columns(version_hash(rows))


def _written(scores: pl.DataFrame) -> pl.DataFrame:
    def digits(value: float) -> str:
        return f"{value:.{DIGITS}g}"

    return scores.with_columns(pl.col(c).map_elements(digits, pl.String) for c in NUMBERS)
