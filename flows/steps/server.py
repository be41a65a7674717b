"""Prefect's own server, which is started where no other is named: without our secrets, for it needs none.

Belongs here: starting it before a flow does. Does not: its settings (``infra.deploy.prefect_home``), a server of the operator's.
"""

from __future__ import annotations

from prefect.client.base import ServerType, determine_server_type
from prefect.server.api.server import SubprocessASGIServer

from infra.environment import secrets_hidden


def start_without_secrets() -> None:
    """Start the server that the next flow would start by itself, and hand it an environment without secrets; it takes this process's."""
    if determine_server_type() is ServerType.EPHEMERAL:
        with secrets_hidden():
            SubprocessASGIServer().start()
