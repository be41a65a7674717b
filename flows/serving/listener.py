"""An application on a port of this machine, in a part of `sifang serve`.

Belongs here: beginning to listen, saying so, ending with the starter. Does not: applications (``flows.serving.pages``, Prefect's own).
"""

from __future__ import annotations

import os
import socket
import threading
import time
from typing import TYPE_CHECKING, Final

import uvicorn

from flows.serving.addresses import LOCAL
from infra.deploy.parts import READY, end_with_starter, say

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.applications import Starlette

# What is being answered may be finished.
_ANSWERED_SECONDS: Final = 3


class _Saying(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            say(READY)


def listen(app: FastAPI | Starlette, port: int, linger_seconds: float = 0.0) -> None:
    """Answer on a port of this machine until the starter lets go or is gone.

    Args:
        app: what answers.
        port: where.
        linger_seconds: how long it goes on where that is gone, for those that end at the same time and have something to tell it.
    """
    server = _Saying(
        uvicorn.Config(
            app,
            host=LOCAL,
            port=port,
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_ANSWERED_SECONDS,
        )
    )

    def end(asked: bool) -> None:
        time.sleep(0 if asked else linger_seconds)
        server.should_exit = True
        last = threading.Timer(2 * _ANSWERED_SECONDS, os._exit, (0,))
        last.daemon = True
        last.start()

    end_with_starter(end)
    server.run()
