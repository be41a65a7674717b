"""Great Expectations, set up once per process: quiet, in memory, and without a trace of the last batch.

Belongs here: everything that exists only because of how Great Expectations works. Does not: what is checked (``suites``), what a failure
means (``judge``). Importing this module takes about ten seconds, so it is imported inside functions, never at the top of a module.

Nothing is sent anywhere: release 1.24 ships no telemetry client at all, and the context is told not to report in case a later one does.
``GX_ANALYTICS_ENABLED`` is read only while no context has decided, so the environment needs no entry for it.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any, assert_never

import pandas as pd

from expectations.words import Between, HasColumns, NotBefore, OneOf, Present, Question, RowCount, Unique

with warnings.catch_warnings():
    # Great Expectations imports two modules of the standard library that Python 3.11 deprecates.
    warnings.filterwarnings("ignore", message="module 'sre_(constants|parse)' is deprecated", category=DeprecationWarning)
    _show = warnings.showwarning
    import great_expectations as gx
    from great_expectations.compatibility import pydantic
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.core.expect_column_pair_values_a_to_be_greater_than_b import (
        ExpectColumnPairValuesAToBeGreaterThanB,
    )
    from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
    from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
    from great_expectations.expectations.core.expect_column_values_to_be_unique import ExpectColumnValuesToBeUnique
    from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
    from great_expectations.expectations.core.expect_table_columns_to_match_set import ExpectTableColumnsToMatchSet
    from great_expectations.expectations.core.expect_table_row_count_to_be_between import ExpectTableRowCountToBeBetween
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    # It also sends every warning of the process to the log; whoever runs the process decides that.
    if warnings.showwarning is not _show:
        logging.captureWarnings(capture=False)

# Its log lines quote exceptions, and exceptions may quote values of rows. What went wrong comes back as a result anyway.
# Some of its modules give their own logger a level, so nothing may travel further up from here either.
_library_log = logging.getLogger("great_expectations")
_library_log.setLevel(logging.CRITICAL + 1)
_library_log.addHandler(logging.NullHandler())
_library_log.propagate = False

# Row positions, and nothing that was read in those rows. `unexpected_index_column_names` would spell out one dictionary per row (8 s per
# million where 30 % fail); without it the index of the frame comes back, which is the position.
POSITIONS = {
    "result_format": "COMPLETE",
    "exclude_unexpected_values": True,
    "return_unexpected_index_query": False,
    "include_unexpected_rows": False,
}
PASSED_OR_NOT = {"result_format": "BOOLEAN_ONLY"}


class _Settled:
    """An expectation whose configuration is worked out once.

    The library rebuilds it some seventy times per check and run; on a small batch that was more than half of the time (0.13 s against
    0.055 s for 18 checks on 100 rows). Ours never change after they are made.
    """

    _settled: Any

    @property
    def configuration(self) -> ExpectationConfiguration:
        if self._settled is None:
            self._settled = super().configuration  # type: ignore[misc]
        return self._settled  # type: ignore[no-any-return]


class ExpectPresent(_Settled, ExpectColumnValuesToNotBeNull):
    """The column has a value in every row, or in the share ``mostly``."""

    _settled: Any = pydantic.PrivateAttr(default=None)


class ExpectBetween(_Settled, ExpectColumnValuesToBeBetween):
    """Where the column has a value, it lies between two bounds."""

    _settled: Any = pydantic.PrivateAttr(default=None)


class ExpectOneOf(_Settled, ExpectColumnValuesToBeInSet):
    """Where the column has a value, it is one of a set."""

    _settled: Any = pydantic.PrivateAttr(default=None)


class ExpectUnique(_Settled, ExpectColumnValuesToBeUnique):
    """Where the column has a value, no other row has the same."""

    _settled: Any = pydantic.PrivateAttr(default=None)


class ExpectNotBefore(_Settled, ExpectColumnPairValuesAToBeGreaterThanB):
    """Where both columns have a value, A is not less than B."""

    _settled: Any = pydantic.PrivateAttr(default=None)


class ExpectRowCount(_Settled, ExpectTableRowCountToBeBetween):
    """The table has so many rows."""

    _settled: Any = pydantic.PrivateAttr(default=None)


class ExpectColumns(_Settled, ExpectTableColumnsToMatchSet):
    """The table has at least these columns."""

    _settled: Any = pydantic.PrivateAttr(default=None)


def made(asks: Question, number: int) -> Expectation:
    """A question as an expectation. Results come back in another order; ``number`` finds their check again."""
    meta = {"check": number}
    match asks:
        case HasColumns(names):
            return ExpectColumns(column_set=list(names), exact_match=False, meta=meta)
        case RowCount(at_least, at_most):
            return ExpectRowCount(min_value=at_least, max_value=at_most, meta=meta)
        case Present(column, mostly):
            return ExpectPresent(column=column, mostly=mostly, meta=meta)
        case Between(column, low, high, above_low):
            return ExpectBetween(column=column, min_value=_naive(low), max_value=_naive(high), strict_min=above_low, meta=meta)
        case OneOf(column, values):
            return ExpectOneOf(column=column, value_set=list(values), meta=meta)
        case Unique(column):
            return ExpectUnique(column=column, meta=meta)
        case NotBefore(later, earlier):
            return ExpectNotBefore(column_A=later, column_B=earlier, or_equal=True, ignore_row_if="either_value_is_missing", meta=meta)
        case _:
            assert_never(asks)


def _naive(bound: Any) -> Any:
    """Times cross to pandas as UTC without a zone."""
    return bound.astimezone(dt.UTC).replace(tzinfo=None) if isinstance(bound, dt.datetime) else bound


# The context keeps state, and one process may check two batches at a time.
_lock = threading.Lock()


@cache
def _batches() -> Any:
    """One context, data source, asset and batch definition for the life of the process: making them anew costs more than checking."""
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("batches").add_dataframe_asset("batch")
    return asset.add_batch_definition_whole_dataframe("batch")


def run(table: pd.DataFrame, expectations: Sequence[Expectation], result_format: dict[str, Any]) -> list[Any]:
    """Validate ``table`` and return one result per expectation, in no particular order (those that raised come first)."""
    with _lock:
        batch = _batches().get_batch({"dataframe": table})
        suite = gx.ExpectationSuite(name="candidates", expectations=list(expectations))
        try:
            return list(batch.validate(suite, result_format=result_format).results)
        finally:
            # The engine would hold on to the table until the next batch comes; `reset_batch_cache` forgets the batch and keeps its data.
            held = batch.datasource.get_execution_engine().batch_manager
            held.reset_batch_cache()
            held.batch_data_cache.clear()


def raised(result: Any) -> bool:
    """Whether the expectation could not be evaluated. The library says so in two shapes: flat, or once per metric."""
    info = result.exception_info or {}
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(bool(metric["raised_exception"]) for metric in info.values())
