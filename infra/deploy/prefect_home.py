"""Prefect's environment: its files stay in the home folder, it tells nobody, and it waits long enough for its own server.

Belongs here: environment variables of Prefect. Does not: importing it (only ``flows`` does, after this has run).
"""

from __future__ import annotations

import os
from typing import Final

from infra.addresses import linked
from infra.deploy.served import password, served
from infra.private import keep_private
from infra.settings import Settings

# How many seconds a command waits for its own server.
PATIENCE: Final = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"


def prepare(settings: Settings, *, own_server: bool = False) -> None:
    """Set what the operator has not set. Must run before Prefect is imported, which reads its settings once.

    Args:
        settings: where the home folder is.
        own_server: ignore a configured API and use a server of this process; the demo must never report to somebody's server.
    """
    keep_private(settings.home.resolve())
    own_home = settings.home.resolve() / "prefect"
    # Prefect's server does not make the folder of its database, and says only that it cannot open it.
    own_home.mkdir(parents=True, exist_ok=True)
    # It makes the address of its database out of this text, so the text must be one that can stand in an address.
    os.environ.setdefault("PREFECT_HOME", str(linked(own_home)))
    # DO_NOT_TRACK alone leaves the server's analytics on.
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    # The first start of a server migrates its database, which takes half a minute on a small machine.
    os.environ.setdefault(PATIENCE, "90")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
    # The command says in one paragraph what went wrong; the traceback stays with the run on the server.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "ERROR")
    if own_server:
        os.environ.pop("PREFECT_API_URL", None)
        os.environ.pop("PREFECT_API_KEY", None)
    elif "PREFECT_API_URL" not in os.environ and (here := served(settings)) is not None:
        # What serves the home has a server already, and starting another one takes as long as a night.
        os.environ["PREFECT_API_URL"] = here.prefect
        os.environ["PREFECT_API_AUTH_STRING"] = password(settings)


def server_settings(host: str, port: int) -> dict[str, str]:
    """What Prefect's server is told beside: where it listens, that its page alone may ask it, which old runs it forgets.

    Its page may be open beside others in a browser, and by itself it would answer any of them.
    """
    return {
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_UI_API_URL": f"http://{host}:{port}/api",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://{host}:{port}",
        # Runs and their logs would be kept for ever; what must last stands in the warehouse.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    }


def of_one_command() -> dict[str, str]:
    """What a server is told beside that lasts as long as a command: it shows no page, and nothing is scheduled by it."""
    return {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1"}
