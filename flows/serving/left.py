"""What an earlier start left behind on Prefect's server: runs that end no more, runs that a newer one has overtaken, one to begin again.

Belongs here: settling them before the first run begins. Does not: what a run does that finds itself overtaken
(``flows.steps.overtaken``).

Whoever settles serves the home alone, so a run that is told to go on goes on no more: the processes of runs end with what serves them.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Crashed

from flows.steps.overtaken import superseded
from infra import clock

_GOING_ON: Final = {StateType.RUNNING, StateType.PENDING, StateType.CANCELLING}
_BEGUN_AGAIN: Final = "begun again"
# More than a deployment can have due within a page of the server's; older ones are settled with the next start.
_PAGE: Final = 200


async def settle_left(client: PrefectClient, deployment: UUID) -> None:
    """Settle the runs of a deployment that are due: one of them, the newest, is still to be done."""
    due = await _due(client, deployment)
    for run in due:
        if run.state_type in _GOING_ON:
            await client.set_flow_run_state(run.id, Crashed(message="What served it ended before it did."), force=True)
    for run in due[1:]:
        if run.state_type is StateType.SCHEDULED:
            await client.set_flow_run_state(run.id, superseded(), force=True)
    if due and _was_cut_short(due[0]):
        await client.create_flow_run_from_deployment(deployment, parameters=due[0].parameters, tags=[_BEGUN_AGAIN])


def _was_cut_short(run: FlowRun) -> bool:
    """Whether a run that nobody started by hand did not come to its end; what people start they start again."""
    by_itself = run.auto_scheduled or _BEGUN_AGAIN in run.tags
    return by_itself and run.state_type in {*_GOING_ON, StateType.CRASHED}


async def _due(client: PrefectClient, deployment: UUID) -> list[FlowRun]:
    """The runs of a deployment that were to begin by now, the newest first."""
    return await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[deployment]),
            expected_start_time=FlowRunFilterExpectedStartTime(before_=clock.now()),
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=_PAGE,
    )
