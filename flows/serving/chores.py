"""Chores by a schedule: what is past its time goes each day; each week small files of the lake are joined, and forecasts are graded.

Belongs here: the three as flows. Does not: what goes and what is joined (``flows.upkeep``), grading (``flows.steps.weekly``), when
(``flows.serving.plan``).
"""

from __future__ import annotations

from prefect import flow, get_run_logger

from flows.steps.discretion import discreet
from flows.steps.overtaken import named_for_its_time, unless_overtaken
from flows.steps.weekly import WeeklyBacktest, weekly_backtest
from flows.stores import looking, opened
from flows.upkeep import Compacted, Purged
from flows.upkeep import compact as joined
from flows.upkeep import purge as purged
from infra import clock
from transforms.district.codes import Code
from transforms.words.harmless import harmless


@flow(name="purge", flow_run_name=named_for_its_time, timeout_seconds=3600, validate_parameters=True, persist_result=False)
@unless_overtaken
def purge(district: Code) -> Purged:
    """Drop what is past its time: rows of the lake that no night needs, landed files, drafts, rows set aside."""
    with discreet(), opened(district) as context:
        return purged(context, clock.now(), dry_run=False)


@flow(name="compact", flow_run_name=named_for_its_time, timeout_seconds=3600, validate_parameters=True, persist_result=False)
@unless_overtaken
def compact(district: Code) -> Compacted:
    """Join the lake's small files."""
    with discreet(), opened(district) as context:
        return joined(context)


@flow(name="backtest", flow_run_name=named_for_its_time, timeout_seconds=6 * 3600, validate_parameters=True, persist_result=False)
@unless_overtaken
def backtest(district: Code) -> WeeklyBacktest:
    """Grade a year of weekly forecasts, and write the page."""
    with discreet(), looking(district) as context:
        found = weekly_backtest(context)
        if found.reason:
            get_run_logger().info("%s", harmless(found.reason))
        return found
