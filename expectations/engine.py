"""Great Expectations, asked for what it knows: expectations and the metrics behind them; quiet, and without a trace of the last batch.

Belongs here: everything that exists only because of how Great Expectations works. Does not: what is checked (``suites``), what a failure
means (``judge``). Importing this module takes five to ten seconds, so it is imported inside functions, never at the top of a module;
``judge.get_ready`` does so beside other work.

No context, data source, batch or validator is made: those name, store and configure, and nothing here is stored. So nothing can be sent
anywhere either: the library's analytics belong to its contexts.
"""

from __future__ import annotations

import datetime as dt
import gc
import logging
import warnings
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

import pandas as pd

from expectations.questions import Between, Bound, HasColumns, NotBefore, OneOf, Present, Question, RowCount, Unique

with warnings.catch_warnings():
    # Great Expectations imports two modules of the standard library that Python 3.11 deprecates.
    warnings.filterwarnings("ignore", message="module 'sre_(constants|parse)' is deprecated", category=DeprecationWarning)
    _show = warnings.showwarning
    from great_expectations.compatibility import pydantic
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
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
    from great_expectations.validator.computed_metric import MetricValue
    from great_expectations.validator.metric_configuration import MetricConfigurationID
    from great_expectations.validator.metrics_calculator import MetricsCalculator
    from great_expectations.validator.validation_graph import MetricEdge, ValidationGraph
    from great_expectations.validator.validator import ValidationDependencies

    # It also sends every warning of the process to the log; whoever runs the process decides that.
    if warnings.showwarning is not _show:
        logging.captureWarnings(capture=False)

# Its hundreds of thousands of objects stay for good; each time Python looks for garbage among them, all threads wait a quarter of a second.
gc.freeze()

# Its log lines quote exceptions, and exceptions may quote values of rows. What went wrong comes back as a result anyway.
# Some of its modules give their own logger a level, so nothing may travel further up from here either.
_library_log = logging.getLogger("great_expectations")
_library_log.setLevel(logging.CRITICAL + 1)
_library_log.addHandler(logging.NullHandler())
_library_log.propagate = False


def result_format(*, positions: bool) -> dict[str, object]:
    """Whether anything fails, or the positions of what fails; never anything that was read there.

    ``unexpected_index_column_names`` would spell out one dictionary per row (8 s per million where 30 % fail); without it the index of the
    frame comes back, which is the position.
    """
    if not positions:
        return {"result_format": "BOOLEAN_ONLY"}
    return {
        "result_format": "COMPLETE",
        "exclude_unexpected_values": True,
        "return_unexpected_index_query": False,
        "include_unexpected_rows": False,
    }


class _Settled:
    """An expectation whose configuration, and the metrics that follow from it, are worked out once.

    The library rebuilds both some seventy times per check and run. Ours never change after they are made, and each is only ever asked in
    one result format.
    """

    _settled: ExpectationConfiguration | None
    _needs: ValidationDependencies | None

    @property
    def configuration(self) -> ExpectationConfiguration:
        if self._settled is None:
            self._settled = super().configuration  # type: ignore[misc]
        return self._settled

    def get_validation_dependencies(self, *given: object, **named: object) -> ValidationDependencies:
        if self._needs is None:
            self._needs = super().get_validation_dependencies(*given, **named)  # type: ignore[misc]
        return self._needs


class ExpectPresent(_Settled, ExpectColumnValuesToNotBeNull):
    """The column has a value in every row, or in the share ``mostly``."""

    _settled: ExpectationConfiguration | None = pydantic.PrivateAttr(default=None)
    _needs: ValidationDependencies | None = pydantic.PrivateAttr(default=None)


class ExpectBetween(_Settled, ExpectColumnValuesToBeBetween):
    """Where the column has a value, it lies between two bounds."""

    _settled: ExpectationConfiguration | None = pydantic.PrivateAttr(default=None)
    _needs: ValidationDependencies | None = pydantic.PrivateAttr(default=None)


class ExpectOneOf(_Settled, ExpectColumnValuesToBeInSet):
    """Where the column has a value, it is one of a set."""

    _settled: ExpectationConfiguration | None = pydantic.PrivateAttr(default=None)
    _needs: ValidationDependencies | None = pydantic.PrivateAttr(default=None)


class ExpectUnique(_Settled, ExpectColumnValuesToBeUnique):
    """Where the column has a value, no other row has the same."""

    _settled: ExpectationConfiguration | None = pydantic.PrivateAttr(default=None)
    _needs: ValidationDependencies | None = pydantic.PrivateAttr(default=None)


class ExpectNotBefore(_Settled, ExpectColumnPairValuesAToBeGreaterThanB):
    """Where both columns have a value, A is not less than B."""

    _settled: ExpectationConfiguration | None = pydantic.PrivateAttr(default=None)
    _needs: ValidationDependencies | None = pydantic.PrivateAttr(default=None)


class ExpectRowCount(_Settled, ExpectTableRowCountToBeBetween):
    """The table has so many rows."""

    _settled: ExpectationConfiguration | None = pydantic.PrivateAttr(default=None)
    _needs: ValidationDependencies | None = pydantic.PrivateAttr(default=None)


class ExpectColumns(_Settled, ExpectTableColumnsToMatchSet):
    """The table has at least these columns."""

    _settled: ExpectationConfiguration | None = pydantic.PrivateAttr(default=None)
    _needs: ValidationDependencies | None = pydantic.PrivateAttr(default=None)


def made(asks: Question) -> Expectation:
    """A question as an expectation of the library."""
    match asks:
        case HasColumns(names):
            return ExpectColumns(column_set=list(names), exact_match=False)
        case RowCount(at_least, at_most):
            return ExpectRowCount(min_value=at_least, max_value=at_most)
        case Present(column, mostly):
            return ExpectPresent(column=column, mostly=mostly)
        case Between(column, low, high, above_low):
            return ExpectBetween(column=column, min_value=_naive(low), max_value=_naive(high), strict_min=above_low)
        case OneOf(column, values):
            return ExpectOneOf(column=column, value_set=list(values))
        case Unique(column):
            return ExpectUnique(column=column)
        case NotBefore(later, earlier):
            return ExpectNotBefore(column_A=later, column_B=earlier, or_equal=True, ignore_row_if="either_value_is_missing")
        case _:
            assert_never(asks)


def _naive(bound: Bound | None) -> Bound | None:
    """Times cross to pandas as UTC without a zone."""
    return bound.astimezone(dt.UTC).replace(tzinfo=None) if isinstance(bound, dt.datetime) else bound


class _Engine(PandasExecutionEngine):
    """The library's engine, showing a check the columns that it asks about and no others.

    Every check leaves out the rows it ignores, which copies what it sees: of a million rows with all their columns that took longer than
    all the checking.
    """

    def get_domain_records(self, domain_kwargs: dict[str, object]) -> pd.DataFrame:
        named = [domain_kwargs[role] for role in ("column", "column_A", "column_B") if role in domain_kwargs]
        if not named:
            return super().get_domain_records(domain_kwargs)
        seen = PandasExecutionEngine()
        seen.load_batch_data("batch", super().get_domain_records({})[named])
        return seen.get_domain_records(domain_kwargs)


@dataclass(frozen=True)
class _Prepared:
    """An expectation, and the graph of metrics that it needs, as edges."""

    expectation: Expectation
    edges: list[MetricEdge]


@lru_cache(maxsize=512)
def _prepared(asks: Question, *, positions: bool) -> _Prepared:
    """A question, ready to be asked of any table. Most questions are the same for every file of a source."""
    said = {"result_format": result_format(positions=positions)}
    expectation, calculator = made(asks), MetricsCalculator(PandasExecutionEngine())
    needs = expectation.get_validation_dependencies(None, said)
    return _Prepared(expectation, calculator.build_metric_dependency_graph(needs.get_metric_configurations(), said).edges)


def run(table: pd.DataFrame, questions: Sequence[Question], *, positions: bool) -> list[ExpectationValidationResult | None]:
    """Ask ``table`` every question: the library's result for each, in their order, None where a question could not be answered.

    Args:
        table: is not held on to.
        questions: at least one.
        positions: also which rows fail; without, only whether any does.

    The library's own way (``Batch.validate``) works out again for every table which metrics each expectation needs, and hashes the whole
    table to name it. Both are left out here, and nothing else: expectations, metrics and verdicts are the library's, and a test compares.
    """
    said = {"result_format": result_format(positions=positions)}
    prepared = [_prepared(q, positions=positions) for q in questions]
    engine = _Engine()
    engine.load_batch_data("batch", table)
    graph = ValidationGraph(engine, [edge for p in prepared for edge in p.edges])
    metrics, _ = graph.resolve(said, show_progress_bars=False)
    return [_answer(p.expectation, metrics, engine, said) for p in prepared]


def _answer(
    expectation: Expectation, metrics: dict[MetricConfigurationID, MetricValue], engine: PandasExecutionEngine, said: Mapping[str, object]
) -> ExpectationValidationResult | None:
    """One result from the metrics, None where one of them could not be computed."""
    try:
        return expectation.metrics_validate(metrics, deepcopy(dict(said)), engine)
    except Exception:  # noqa: BLE001 (whatever broke; its message could quote values)
        return None
