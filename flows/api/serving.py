"""Serving the API of one district: on this machine alone unless somebody says otherwise.

Belongs here: starting and stopping. Does not: the application (``flows.api.app``).
"""

from __future__ import annotations

import uvicorn

from flows.api.app import api
from flows.stores import opened
from infra.settings import Settings


def serve_api(district: str, settings: Settings, host: str, port: int) -> None:
    """Serve until stopped by hand. Encryption is for the proxy in front; nothing of a request but its refusal is logged."""
    with opened(district, settings) as context:
        uvicorn.run(
            api(context),
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            limit_concurrency=64,
            timeout_keep_alive=5,
        )
