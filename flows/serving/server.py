"""Prefect's server and its page as a part of `sifang serve`: no flow runs in it, so no secret of ours is in its environment.

Belongs here: running it. Does not: its settings (``infra.deploy.prefect_home``), the server of a single command (``flows.steps.server``).
"""

from __future__ import annotations

from typing import Final

from flows.serving.addresses import Listening
from flows.serving.listener import listen

# Where everything was killed, runs end while it can still hear so.
_LINGER_SECONDS: Final = 6.0


def main() -> None:
    """Run it."""
    from prefect.server.api.server import create_app

    listen(create_app(final=True), Listening.handed().prefect_port, _LINGER_SECONDS)


if __name__ == "__main__":
    main()
