"""The short way through Great Expectations gives what its own ``Batch.validate`` gives, whatever is asked and whatever is in the table."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pytest

from expectations.questions import Between, HasColumns, NotBefore, OneOf, Present, Question, RowCount, Unique

ROWS = 60
QUESTIONS: tuple[Question, ...] = (
    HasColumns(("a", "b")),
    HasColumns(("a", "nowhere")),
    RowCount(1),
    RowCount(ROWS + 1),
    RowCount(1, ROWS - 1),
    Present("a"),
    Present("a", 0.5),
    Present("a", 0.99),
    Between("a", 1, 4),
    Between("a", 0, above_low=True),
    Between("t", dt.datetime(2025, 1, 3, tzinfo=dt.UTC), dt.datetime(2025, 2, 1, tzinfo=dt.UTC)),
    OneOf("c", ("x", "y")),
    OneOf("c", ("x", "y", "z")),
    Unique("b"),
    Unique("a"),
    NotBefore("u", "t"),
    # Texts cannot be compared with numbers: this one cannot be answered.
    Between("c", 1, 2),
    Present("nowhere"),
)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(8)

    def table(holes: float) -> pd.DataFrame:
        def holed(values: Any, empty: Any) -> Any:
            return np.where(rng.random(ROWS) < holes, empty, values)

        days = np.datetime64("2025-01-01", "ns") + rng.integers(0, 40, ROWS) * np.timedelta64(1, "D")
        return pd.DataFrame(
            {
                "a": holed(rng.integers(0, 6, ROWS).astype(float), np.nan),
                "b": rng.permutation(ROWS).astype(float),
                "c": pd.Categorical(holed(rng.choice(["x", "y", "z"], ROWS).astype(object), None), categories=["x", "y", "z"]),
                "t": holed(days, np.datetime64("NaT")),
                "u": holed(days + rng.integers(-1, 3, ROWS) * np.timedelta64(1, "D"), np.datetime64("NaT")),
            }
        )

    return {"whole": table(0.0), "holed": table(0.3), "hollow": table(1.0)}


def the_long_way(table: pd.DataFrame, question: Question, result_format: dict[str, Any]) -> Any:
    import great_expectations as gx

    from expectations import engine

    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("batches").add_dataframe_asset("batch")
    batch = asset.add_batch_definition_whole_dataframe("batch").get_batch({"dataframe": table})
    return batch.validate(engine.made(question), result_format=result_format)


def raised(result: Any) -> bool:
    """The library says so in two shapes: flat, or once per metric."""
    info = result.exception_info or {}
    return bool(info.get("raised_exception", any(isinstance(m, dict) and m["raised_exception"] for m in info.values())))


@pytest.mark.parametrize("name", ["whole", "holed", "hollow"])
@pytest.mark.parametrize("positions", [False, True])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_short_way_answers_as_the_library_itself_does(tables: dict[str, pd.DataFrame], name: str, positions: bool) -> None:
    from expectations import engine

    table = tables[name]
    # Twice, because the second time everything is prepared.
    for _ in range(2):
        short = engine.run(table, QUESTIONS, positions=positions)
        assert len(short) == len(QUESTIONS)
    for question, answer in zip(QUESTIONS, short, strict=True):
        long = the_long_way(table, question, dict(engine.result_format(positions=positions)))
        assert (answer is None) == raised(long), question
        if answer is not None:
            assert answer.success == long.success, question
            assert answer.result.get("unexpected_index_list") == long.result.get("unexpected_index_list"), question
    failed = [q for q, a in zip(QUESTIONS, short, strict=True) if a is not None and not a.success]
    assert len(failed) >= 4


def test_two_tables_may_be_asked_at_a_time(tables: dict[str, pd.DataFrame]) -> None:
    from expectations import engine

    def asked(name: str) -> list[tuple[bool | None, list[int] | None] | None]:
        results = engine.run(tables[name], QUESTIONS, positions=True)
        return [None if r is None else (r.success, r.result.get("unexpected_index_list")) for r in results]

    names = ["whole", "holed", "hollow"] * 6
    alone = {name: asked(name) for name in set(names)}
    assert len({str(said) for said in alone.values()}) == 3
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(asked, names)) == [alone[name] for name in names]
