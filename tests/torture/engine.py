"""What happens around a home while years go by: files arrive, and an engine begins the flows that are due.

Belongs here: one file that arrives, one flow that begins, and the clocks they see. Does not: what is due when (``years``), Prefect itself
(``tests.helpers.stand_ins``).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.helpers.stand_ins import DUE

_DATES = {"first", "last", "night"}
# What a machine wrote by its own clock is older than anything that the driven one has written.
_YEAR_S = 400 * 86400


def set_clock(own: dt.datetime, true: dt.datetime) -> None:
    """The moment by this machine's clock, and by the server's."""
    from infra import clock
    from infra.warehouse.database import clocks
    from infra.warehouse.keeping import locks

    def shared_now(connection: sa.Connection) -> dt.datetime:
        return true if connection.dialect.name == "postgresql" else own

    clock.now = lambda: own
    for module in (clocks, locks):
        vars(module)["shared_now"] = shared_now


def arrive(root: Path, stage: str) -> None:
    """The files of a stage are delivered; those that lie there already stay as they are."""
    for file in sorted((root / "stage" / stage).iterdir()):
        if not (delivered := root / "inbox" / file.name).exists():
            shutil.copyfile(file, delivered)


def run_flow(root: Path, order: str) -> None:
    """Begin a flow as an engine does, and say what it came to.

    ``order`` is JSON: ``flow`` (module and name), ``parameters``, ``at`` (the moment), ``due`` (the scheduled start), ``also_due`` (those
    of the same deployment that are due as well).
    """
    from prefect import runtime

    from infra.errors import SifangError

    asked: dict[str, Any] = json.loads(order)
    at = dt.datetime.fromisoformat(asked["at"])
    set_clock(at, at)
    runtime.deployment.id = asked["flow"]
    runtime.flow_run.scheduled_start_time = dt.datetime.fromisoformat(asked["due"])
    DUE[:] = [dt.datetime.fromisoformat(moment) for moment in asked["also_due"]]
    module, _, name = asked["flow"].rpartition(".")
    given = {k: dt.date.fromisoformat(v) if k in _DATES else v for k, v in asked["parameters"].items()}
    _age_landed(root, at)
    try:
        print(_told(getattr(import_module(module), name)(**given)))
    except SifangError as error:
        raise SystemExit(_said(error)) from None
    finally:
        _age_landed(root, at)


def _age_landed(root: Path, at: dt.datetime) -> None:
    """Have what landed until now look as written at a moment, for a purge goes by that. A run that was killed leaves it to the next."""
    for file in (root / "home" / "landing").rglob("*.parquet"):
        if at.timestamp() - file.stat().st_mtime > _YEAR_S:
            os.utime(file, (at.timestamp(), at.timestamp()))


def _said(error: Exception) -> int:
    import sys

    sys.stderr.write(f"sifang: {error}\n")
    return 1


def _told(ended: Any) -> str:
    """What a flow came to, in a line: the name of a state, or nights that were published and what is wrong."""
    if (name := getattr(ended, "name", None)) is not None:
        return str(name)
    nights = [str(getattr(n, "night", n)) for n in getattr(ended, "nights_run", getattr(ended, "nights", ()))]
    unmade = [f"{u.product} not made: {u.said}" for u in ended.products.unmade] if hasattr(ended, "products") else []
    return " ".join([type(ended).__name__, *nights, *unmade])
