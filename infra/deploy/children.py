"""Ending the processes that this one started, such as Prefect's own server.

Belongs here: finding and ending them. Does not: when (``flows.cli.interrupt``, ``flows.serving.runner``).
"""

from __future__ import annotations

from contextlib import suppress

import psutil


def end_children(within_seconds: float = 0.0) -> bool:
    """Ask every child to end, and make those that have not by then; says whether there was one. Whoever is gone already is not missed."""
    children = psutil.Process().children(recursive=True)
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.terminate()
    if within_seconds:
        for deaf in psutil.wait_procs(children, within_seconds)[1]:
            with suppress(psutil.NoSuchProcess):
                deaf.kill()
    return bool(children)
