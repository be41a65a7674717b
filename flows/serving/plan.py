"""What runs by itself for each district, and when: nights at its cutoff, amendments until noon, the sweep by day and by night, upkeep.

Belongs here: the deployments as values. Does not: Prefect's own (``flows.serving.runner``), flows (``flows.nightly``, ``flows.sweep``,
``flows.backfill``, ``flows.serving.chores``).

Schedules keep clear of the hours that clocks repeat or leave out: a night looks as of its cutoff, whenever it runs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from infra.districts.folder import codes, find, load
from infra.errors import SifangError
from infra.settings import SHIPPED_DISTRICTS, Settings
from transforms.district.declaration import District

# Flows, each by its module and its name in there.
_NIGHTLY: Final = "flows.nightly.nightly"
_SWEEP: Final = "flows.sweep.sweep"
_BACKFILL: Final = "flows.backfill.backfill"
_PURGE: Final = "flows.serving.chores.purge"
_COMPACT: Final = "flows.serving.chores.compact"
_BACKTEST: Final = "flows.serving.chores.backtest"
_FIRST_HOUR: Final = 3
_LAST_AMENDED_HOUR: Final = 12
# A night takes minutes; before this an amendment would wait for the night itself.
_AMENDED_AFTER_HOURS: Final = 2


@dataclass(frozen=True)
class Deployment:
    """A flow of a district under a name, as Prefect shows it; without a ``cron`` people start it.

    One run of a deployment goes on at a time; a further one ``waits``, or is dropped, for the next one does its work as well.
    """

    name: str
    flow: str
    description: str
    parameters: Mapping[str, object]
    timezone: str
    cron: str | None = None
    waits: bool = True


@dataclass(frozen=True)
class Found:
    """The districts that are served, and those that cannot be, each with what is wrong."""

    districts: tuple[District, ...]
    faulty: tuple[tuple[str, str], ...] = field(default=())


def served_districts(settings: Settings) -> Found:
    """The district that ``SIFANG_DISTRICT`` names; where it names none, those of the operator's folders and those that the home holds.

    Raises:
        SifangError: there is none.
    """
    found: list[District] = []
    faulty: list[tuple[str, str]] = []
    for code in [settings.district] if settings.district else _codes(settings):
        try:
            found.append(load(find(code, settings.district_roots)).district)
        except SifangError as error:
            faulty.append((code, str(error).splitlines()[0]))
    if not found:
        said = "; ".join(f"{code}: {why}" for code, why in faulty)
        raise SifangError(
            f"There is no district to serve{f' ({said})' if said else ''}.",
            "Set SIFANG_DISTRICTS to the folder that holds one; `sifang init` makes one, and `sifang doctor` says what one lacks.",
        )
    return Found(tuple(found), tuple(faulty))


def _codes(settings: Settings) -> list[str]:
    own = codes([root for root in settings.district_roots if root != SHIPPED_DISTRICTS])
    held = {folder.name for folder in _folders(settings.home.resolve() / "lake")} & {*codes(settings.district_roots)}
    return sorted({*own, *held})


def _folders(folder: Path) -> list[Path]:
    return [each for each in folder.glob("*") if each.is_dir()]


def deployments(district: District) -> list[Deployment]:
    """What runs by itself for a district, and what people start."""
    night, code = _clear_of_changes(district.cutoff), district.code
    amends = f"{night.minute} {night.hour + _AMENDED_AFTER_HOURS}-{_LAST_AMENDED_HOUR} * * *"
    made = [
        _of(district, "nightly", _NIGHTLY, f"{night.minute} {night.hour} * * *"),
        replace(_of(district, "amend", _NIGHTLY, amends), parameters={"district": code, "amend": True}, waits=False),
        replace(_of(district, "sweep", _SWEEP, "*/5 * * * *"), waits=False),
        # Whoever opens its form sees first what would run.
        replace(_of(district, "backfill", _BACKFILL), parameters={"district": code, "dry_run": True}),
        replace(_of(district, "purge", _PURGE, "30 22 * * *"), waits=False),
        replace(_of(district, "compact", _COMPACT, "0 23 * * SUN"), waits=False),
        replace(_of(district, "backtest", _BACKTEST, "30 23 * * SUN"), waits=False),
    ]
    late = night.hour + _AMENDED_AFTER_HOURS > _LAST_AMENDED_HOUR
    return [each for each in made if not (late and each.name == f"{code}-amend")]


_TOLD: Final = {
    "nightly": "Tonight's scores, at the cutoff; nights that were missed come first.",
    "amend": "A further revision each hour until noon, when something arrived late.",
    "sweep": "What nobody did in time goes up, and messages leave, by day and by night.",
    "backfill": "Past nights again; nobody is told of them.",
    "purge": "What is past its time goes.",
    "compact": "Small files of the lake are joined.",
    "backtest": "How good the forecasts of the past year were, as a page in the home.",
}


def _of(district: District, what: str, flow: str, cron: str | None = None) -> Deployment:
    return Deployment(f"{district.code}-{what}", flow, _TOLD[what], {"district": district.code}, district.timezone, cron)


def _clear_of_changes(cutoff: dt.time) -> dt.time:
    return max(cutoff, dt.time(_FIRST_HOUR))
