"""The demo's environment: an inbox in the home folder, a key that protects nothing, a server of its own.

Belongs here: what the demo sets before anything else starts. Does not: its staging (``flows.demo``), a real district's settings
(``infra.settings``).
"""

from __future__ import annotations

import os
from pathlib import Path

from infra.deploy import prefect_home
from infra.settings import Settings

# Well known on purpose: it protects invented reports only, and the demo uses it for no other district.
DEMO_KEY = "demo-key-for-simulated-data-only"


def prepare(district: str) -> Path:
    """Set the environment for a demo of ``district`` and return its inbox. Must run before Prefect is imported."""
    settings = Settings()
    inbox = settings.home.resolve() / "inbox" / district
    os.environ["SIFANG_INBOX"] = str(inbox)
    if settings.key is None:
        os.environ["SIFANG_KEY"] = DEMO_KEY
    prefect_home.prepare(settings, own_server=True)
    return inbox
