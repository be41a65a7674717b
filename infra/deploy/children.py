"""Ending the processes that this one started, such as Prefect's own server.

Belongs here: finding and ending them. Does not: when (``flows.cli.interrupt``).
"""

from __future__ import annotations

import psutil


def end_children() -> None:
    """Ask every child to end. Whoever is gone already is not missed."""
    for child in psutil.Process().children(recursive=True):
        try:
            child.terminate()
        except psutil.NoSuchProcess:
            continue
