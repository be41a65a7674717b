"""Prefect's server as a part: what it is handed, and what those are told that ask it.

Belongs here: its environment, its log, its password. Does not: running it (``flows.serving.server``), beginning it
(``flows.serving.supervisor`` for good, ``flows.serving.own`` for one command).
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.serving.addresses import LOCAL, Listening
from infra.deploy import prefect_home
from infra.deploy.parts import Part
from infra.environment import without_secrets
from infra.settings import Settings


def server(settings: Settings, listening: Listening, secret: str, end_seconds: float, more: Mapping[str, str] | None = None) -> Part:
    """The part. It knows no secret of ours, and answers who gives ``secret``; ``more`` is what it is told beside."""
    asks = {
        **prefect_home.server_settings(LOCAL, listening.prefect_port),
        **(more or {}),
        "PREFECT_SERVER_API_AUTH_STRING": secret,
    }
    log = settings.home.resolve() / "serving" / "server.log"
    return Part("Prefect's server", "flows.serving.server", {**without_secrets(), **listening.handed_on(), **asks}, log, end_seconds)


def client(listening: Listening, secret: str) -> dict[str, str]:
    """What a process is told that asks it."""
    return {"PREFECT_API_URL": f"{listening.prefect}/api", "PREFECT_API_AUTH_STRING": secret}
