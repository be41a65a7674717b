"""Starting runs that are due, each in a process of its own, as a part of `sifang serve`: the only one that hands on the key.

Belongs here: deployments as Prefect knows them, asking for runs that are due, ending those that go on. Does not: what is scheduled
(``flows.serving.plan``), flows.

Runs are served from code: Prefect stores the name of a module, and `python -m prefect.engine` imports it. What a run writes on its streams
is written nowhere: libraries in Rust quote what they cannot read.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
import threading
import time
from pathlib import Path
from typing import Final

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.serving.addresses import Listening
from flows.serving.left import settle_left
from flows.serving.plan import Deployment, deployments
from infra.deploy.children import end_children
from infra.deploy.parts import READY, end_with_starter, fail, say
from infra.districts.folder import find, load
from infra.errors import SifangError
from infra.settings import Settings
from infra.version import program_version

# A night rolls back in less.
_END_SECONDS: Final = 10.0
_TOLD_SECONDS: Final = 1.0
# A server that makes its database takes half a minute on a small machine.
_ANSWER_SECONDS: Final = 150.0
_ASK_SECONDS: Final = 0.2
_AT_ONCE: Final = 3
# A process that was started holds its place so long before it says that it runs.
_BEGINS_SECONDS: Final = 300


def main() -> None:
    """Run until the starter lets go or is gone."""
    left = threading.Event()
    end_with_starter(lambda _asked: left.set())
    threading.Thread(target=_run, args=(left,), daemon=True).start()
    left.wait()
    if end_children(_END_SECONDS):
        # The server hears from Prefect that they ended.
        time.sleep(_TOLD_SECONDS)
    # Prefect's own way out waits for runs that are gone and for a server that may be.
    os._exit(0)


def _run(left: threading.Event) -> None:
    try:
        settings = Settings()
        districts = [load(find(code, settings.district_roots)).district for code in Listening.handed().districts]
        asyncio.run(_serve([each for district in districts for each in deployments(district)]))
    except Exception as error:  # noqa: BLE001 - whatever it is, its starter says it
        fail(error)
    finally:
        left.set()


async def _serve(wanted: list[Deployment]) -> None:
    # A schedule goes on while nobody serves: what was missed is made up for.
    runner = Runner(name="sifang", limit=_AT_ONCE, pause_on_shutdown=False)
    async with get_client() as client:
        await _answer_of(client)
        for each in wanted:
            await settle_left(client, await runner.aadd_deployment(_for_prefect(each)))
    say(READY)
    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = sys.stderr = nowhere
        await runner.start()


async def _answer_of(client: PrefectClient) -> None:
    """Wait for a server that begins at the same time."""
    until = time.monotonic() + _ANSWER_SECONDS
    while await client.api_healthcheck() is not None:
        if time.monotonic() > until:
            raise SifangError(f"Prefect's server at {client.api_url} does not answer.", "Check PREFECT_API_URL.")
        await asyncio.sleep(_ASK_SECONDS)


def _for_prefect(wanted: Deployment) -> RunnerDeployment:
    module, _, name = wanted.flow.rpartition(".")
    collide = ConcurrencyLimitStrategy.ENQUEUE if wanted.waits else ConcurrencyLimitStrategy.CANCEL_NEW
    return RunnerDeployment.from_flow(
        getattr(importlib.import_module(module), name),
        name=wanted.name,
        schedules=[Cron(wanted.cron, timezone=wanted.timezone)] if wanted.cron else [],
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=collide, grace_period_seconds=_BEGINS_SECONDS),
        parameters=dict(wanted.parameters),
        description=wanted.description,
        tags=["sifang", str(wanted.parameters["district"])],
        version=program_version(),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


if __name__ == "__main__":
    main()
