from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest

from expectations.verdict import Finding, Verdict, split
from tests.helpers.batches import make_frame, make_row
from transforms.schema import QUARANTINED
from transforms.words.reasons import REASONS, Tier


def _verdict(*rows: int, stops: tuple[str, ...] = ()) -> Verdict:
    rejects = pl.DataFrame({"row": rows, "reason": ["kind_unknown"] * len(rows), "column": ["kind"] * len(rows)}, schema=QUARANTINED)
    return Verdict(tuple(Finding(s, None, 3) for s in stops), rejects, (), 1, 0.0)


def test_neither_the_package_nor_the_verdict_imports_the_slow_library() -> None:
    code = "import sys, expectations, expectations.verdict, expectations.judge, expectations.suites\n"
    code += "print([m for m in ('great_expectations', 'pandas') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_finding_speaks_the_words_of_its_reason() -> None:
    found = Finding("rows_below_floor", None, 3)
    assert (found.tier, found.words) == (Tier.STOP, REASONS["rows_below_floor"].words)


def test_split_keeps_order_and_every_row_once() -> None:
    frame = make_frame(*(make_row(n) for n in (5, 2, 9, 4)))
    good, rejects = split(frame, _verdict(2, 4))
    assert good["row"].to_list() == [5, 9]
    assert rejects["row"].to_list() == [2, 4]
    assert good.schema == frame.schema


def test_split_refuses_the_verdict_of_another_frame() -> None:
    with pytest.raises(ValueError, match="rejects 2 rows, of which this frame holds 1"):
        split(make_frame(make_row(1)), _verdict(1, 2))
