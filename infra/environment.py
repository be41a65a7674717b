"""The environment of processes that this one starts and that need no secret: Prefect's server, guarded readers, browsers.

Belongs here: which variables are secrets, and an environment without them. Does not: what each is for (``infra.settings``,
``infra.sources.connectors.secrets``), starting a process.

Only processes that run Sifang's flows inherit them.
"""

from __future__ import annotations

import os
from typing import Final

# The address of a warehouse may hold a password, and so may those that messages go to.
_SECRETS: Final = ("SIFANG_KEY", "SIFANG_SECRET_", "SIFANG_WAREHOUSE_URL", "SIFANG_WEBHOOK_", "SIFANG_CHAT")


def without_secrets() -> dict[str, str]:
    """The environment of this process without our secrets, to be handed to one that is started."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_SECRETS)}
