"""A process that serves the nightly of a district on a schedule, until it is stopped.

Belongs here: one deployment with a schedule, made from code. Does not: the server (``tests.flows.test_schedule`` starts it).
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time

import httpx

from infra.deploy.prefect_home import prepare
from infra.settings import Settings

EVERY = dt.timedelta(seconds=3)


def answers(api: str) -> bool:
    """Whether a server is up."""
    try:
        return httpx.get(f"{api}/health", timeout=2).is_success
    except httpx.TransportError:
        return False


def main(district: str, night: str) -> None:
    """Serve one deployment once the server is up. Prefect takes as long to import as that, and reads the environment when it is."""
    prepare(Settings())
    from prefect import serve
    from prefect.deployments.runner import RunnerDeployment

    from flows.nightly import nightly

    deployment = nightly.to_deployment("on-schedule", interval=EVERY, parameters={"district": district, "night": night})
    # In an asynchronous caller it would be a coroutine.
    assert isinstance(deployment, RunnerDeployment)
    while not answers(os.environ["PREFECT_API_URL"]):
        time.sleep(0.1)
    serve(deployment, limit=1, pause_on_shutdown=False, print_starting_message=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
