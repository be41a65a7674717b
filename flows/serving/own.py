"""Prefect's server of one command, where none is named and nothing serves the home: begun before Prefect is imported, and ended with it.

Belongs here: beginning it, waiting for it, ending it. Does not: running it (``flows.serving.server``), its settings
(``infra.deploy.prefect_home``), the server of `sifang serve` (``flows.serving.supervisor``).

The server takes seconds to import, and so do Prefect and the flows: a machine with two processors does both at once.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from flows.serving import prefect_part
from flows.serving.addresses import LOCAL, Listening
from infra.deploy import prefect_home
from infra.deploy.parts import Running
from infra.errors import SifangError
from infra.settings import Settings

_END_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.05


@contextmanager
def own_server(settings: Settings) -> Iterator[Callable[[], None]]:
    """Begin a server where there is none yet. What is handed waits until it answers, and is called before a flow is.

    A server is named by ``PREFECT_API_URL`` alone. Once Prefect is imported it has read its settings, and would ask no server begun here.
    """
    if "PREFECT_API_URL" in os.environ or "prefect" in sys.modules:
        yield lambda: None
        return
    listening, secret = Listening(0, _free_port(), ()), f"sifang:{secrets.token_urlsafe(24)}"
    part = prefect_part.server(settings, listening, secret, _END_SECONDS, prefect_home.of_one_command())
    running = Running(part, lambda _line: None)
    client = prefect_part.client(listening, secret)
    os.environ.update(client)
    try:
        yield lambda: _wait(running)
    finally:
        for name in client:
            del os.environ[name]
        running.end()


def _wait(running: Running) -> None:
    seconds = float(os.environ[prefect_home.PATIENCE])
    until = time.monotonic() + seconds
    while not running.ready.wait(_LOOK_SECONDS):
        if running.ended():
            raise SifangError("Prefect's own server did not start.", running.why)
        if time.monotonic() > until:
            raise SifangError(
                "Prefect's own server did not start in time.",
                f"Run this again when the machine is less busy, or set {prefect_home.PATIENCE} ({seconds:.0f}), "
                "or PREFECT_API_URL of a server that runs.",
            )


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind((LOCAL, 0))
        port: int = tried.getsockname()[1]
    return port
