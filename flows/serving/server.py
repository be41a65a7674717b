"""Prefect's server as a part of `sifang serve`, with its page, or beside one command: no flow runs in it, so it knows no secret of ours.

Belongs here: running it. Does not: its settings (``infra.deploy.prefect_home``), who begins it (``flows.serving.supervisor``,
``flows.serving.own``).
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
