"""Stand-ins for what takes ten seconds to import and writes nothing that a run leaves behind.

Belongs here: judging without Great Expectations, flows without Prefect. Does not: what the true ones do, which other tests prove.
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
import types
from collections.abc import Callable
from typing import Any, Generic

import polars as pl


def stand_in_for_the_checks() -> None:
    """Judge without Great Expectations.

    Its import takes ten seconds, which every one of these processes would pay. The stand-in gives the same kind of verdict; what the
    true one says is proved elsewhere, and no crash can lie inside it, because it writes nothing.
    """
    from expectations.verdict import Finding, Verdict
    from transforms.schema import QUARANTINED

    def judge(frame: pl.DataFrame, *_: object, **__: object) -> Verdict:
        if frame["occurred_at"].is_null().all():
            return Verdict((Finding("column_missing", "occurred_at", len(frame)),), QUARANTINED.to_frame(), (), 1, 0.0)
        broken = frame.filter(pl.any_horizontal(pl.col("occurred_at", "kind", "lon", "lat").is_null()))
        rejects = broken.select(row="row", reason=pl.lit("time_unreadable"), column=pl.lit("occurred_at"))
        return Verdict((), rejects.cast(QUARANTINED).sort("row"), (), 1, 0.0)

    _module("expectations.judge", judge=judge, get_ready=lambda: None)


def stand_in_for_prefect() -> None:
    """Run flows and their tasks as what they wrap: a task is tried again as it asks, without the wait, and nothing is told to a server."""

    def flow(**_: object) -> Callable[[Any], Any]:
        return lambda function: function

    def task(*, retries: int, retry_condition_fn: Callable[[Any, Any, Any], bool], **_: object) -> Callable[[Any], Any]:
        def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
            def tried(*args: Any, **kwargs: Any) -> Any:
                for attempt in range(retries + 1):
                    try:
                        return function(*args, **kwargs)
                    except Exception as error:
                        if attempt == retries or not retry_condition_fn(None, None, _Ended(error)):
                            raise
                return None

            return tried

        return wrap

    def nothing(**_: object) -> str:
        return ""

    _module("prefect", flow=flow, task=task, Task=Callable, get_run_logger=logging.getLogger)
    _module(
        "prefect.artifacts",
        create_table_artifact=nothing,
        create_progress_artifact=nothing,
        update_progress_artifact=lambda *_, **__: None,
    )
    _module("prefect.cache_policies", NO_CACHE=None)
    _module("prefect.utilities", annotations=None)
    _module("prefect.utilities.annotations", quote=lambda value: value)
    _stand_in_for_the_schedule()


# The runs of the same deployment that are due, as moments; whoever plays the engine writes them, and `runtime` of the stand-in.
DUE: list[dt.datetime] = []


def _stand_in_for_the_schedule() -> None:
    """What a run is told of its schedule: nothing, until somebody writes ``runtime`` and ``DUE``."""
    runtime = types.SimpleNamespace(
        deployment=types.SimpleNamespace(id=None), flow_run=types.SimpleNamespace(scheduled_start_time=None, parameters={})
    )
    sys.modules["prefect"].runtime = runtime  # type: ignore[attr-defined]

    class Client:
        def __enter__(self) -> Client:
            return self

        def __exit__(self, *_: object) -> None:
            """Nothing was opened."""

        def read_flow_runs(self, *, flow_run_filter: Any, limit: int) -> list[dt.datetime]:
            wanted = flow_run_filter.expected_start_time
            return [moment for moment in DUE if wanted.after_ <= moment <= wanted.before_][:limit]

    _module("prefect.client")
    _module("prefect.client.orchestration", get_client=lambda *, sync_client: Client())
    _module("prefect.client.schemas")
    kept = types.SimpleNamespace
    filters = dict.fromkeys(("FlowRunFilter", "FlowRunFilterDeploymentId", "FlowRunFilterExpectedStartTime"), kept)
    _module("prefect.client.schemas.filters", **filters)
    _module("prefect.client.schemas.objects", State=Generic)
    _module("prefect.states", Cancelled=kept)


class _Ended:
    """How a task ended, as Prefect tells whoever decides on a further try."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def result(self, *, raise_on_failure: bool) -> Exception:
        """The error."""
        assert not raise_on_failure
        return self._error


def _module(name: str, **members: object) -> None:
    module = types.ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module
