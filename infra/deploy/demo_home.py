"""The demo's environment: an inbox in the home folder, a key that protects nothing, a server of its own.

Belongs here: what the demo sets before anything else starts. Does not: its staging (``flows.demo``), a real district's settings
(``infra.settings``), the key itself (``infra.keys``).
"""

from __future__ import annotations

import os
from pathlib import Path

from infra.deploy import prefect_home
from infra.keys import DEMO_KEY
from infra.settings import Settings
from infra.whole_files import write_file


def inbox_of(settings: Settings, district: str) -> Path:
    """Where what a demo simulates is delivered."""
    return settings.home.resolve() / "inbox" / district


def prepare(district: str) -> None:
    """Set the environment for a demo of ``district``. Must run before Prefect is imported."""
    settings = Settings()
    os.environ["SIFANG_INBOX"] = str(inbox_of(settings, district))
    if settings.key is None or settings.has_demo_key:
        os.environ["SIFANG_KEY"] = DEMO_KEY
        if _holds_nothing_but(district, settings.home.resolve()):
            write_file(settings.simulated, b"{}")
    prefect_home.prepare(settings, own_server=True)


def _holds_nothing_but(district: str, home: Path) -> bool:
    """Whether a home is empty, or holds one district alone: a key that everybody knows is for no other."""
    return {folder.name for below in ("lake", "landing") for folder in (home / below).glob("*")} <= {district}
