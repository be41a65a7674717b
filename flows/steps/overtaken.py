"""A run that was to begin long ago: where a newer one of its deployment is due as well, it ends before it opens anything.

Belongs here: asking for that, and the names of runs. Does not: what an earlier start left behind (``flows.serving.left``), nights that were
missed (``flows.nights.absence``).

Whatever was down for days, the engine starts every run that was missed, the oldest first; one night makes up for all of them by itself.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar, cast, get_type_hints

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId, FlowRunFilterExpectedStartTime
from prefect.client.schemas.objects import State
from prefect.states import Cancelled

from infra import clock
from infra.districts.folder import find, load
from infra.errors import SifangError
from infra.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")
# Two runs of one schedule are further apart.
_LATER: Final = dt.timedelta(milliseconds=1)


def superseded() -> State[None]:
    """The state of a run that a newer one of its deployment has overtaken."""
    return Cancelled(name="Superseded", message="A newer run of the same deployment is due.")


def unless_overtaken(function: Callable[P, T]) -> Callable[P, T]:
    """A flow's function that ends its run as superseded, before anything else, where a newer run of the same deployment is due."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        # Prefect takes a state for what the run ends as; nobody who calls the function by hand has a deployment.
        return cast("T", superseded()) if _overtaken() else function(*args, **kwargs)

    # Prefect looks the names of types up where the function seems to stand, and that is here.
    run.__annotations__ = get_type_hints(function, include_extras=True)
    run.__signature__ = inspect.signature(function, eval_str=True)  # type: ignore[attr-defined]
    return run


def _overtaken() -> bool:
    deployment, due = runtime.deployment.id, runtime.flow_run.scheduled_start_time
    if deployment is None or due is None:
        return False
    newer = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment]),
        expected_start_time=FlowRunFilterExpectedStartTime(after_=due + _LATER, before_=clock.now()),
    )
    with get_client(sync_client=True) as client:
        return bool(client.read_flow_runs(flow_run_filter=newer, limit=1))


def named_for_its_night() -> str:
    """What a run is called: the district and the night, and whether it amends one. A name is stored, so it says nothing else."""
    given = runtime.flow_run.parameters
    settings = Settings()
    try:
        # Whatever somebody wrote that is no district of ours is repeated nowhere.
        district = load(find(str(given.get("district")), settings.district_roots)).district
    except SifangError:
        return "unknown"
    begun: dt.datetime = runtime.flow_run.scheduled_start_time or clock.now()
    night = given.get("night") or begun.astimezone(district.zone).date()
    amends = " amended" if given.get("amend") else ""
    return f"{district.code} {dt.date.fromisoformat(str(night)[:10])}{amends}"


def named_for_its_time() -> str:
    """What a run is called that is of no night: the district and when it was due."""
    due: dt.datetime = runtime.flow_run.scheduled_start_time or clock.now()
    return f"{named_for_its_night().partition(' ')[0]} {due:%Y-%m-%d %H:%M} UTC"
