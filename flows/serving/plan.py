"""What runs by itself for each district, and when: nights at its cutoff, amendments until noon, the sweep by day and by night.

Belongs here: the deployments as values. Does not: Prefect's own (``flows.serving.runner``), flows (``flows.nightly``, ``flows.sweep``,
``flows.backfill``).

Schedules keep clear of the hours that clocks repeat or leave out: a night looks as of its cutoff, whenever it runs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from infra.districts.folder import codes, find, load
from infra.errors import SifangError
from infra.settings import SHIPPED_DISTRICTS, Settings
from transforms.district.declaration import District

_FIRST_HOUR: Final = 3
_LAST_AMENDED_HOUR: Final = 12
# A night takes minutes; before this an amendment would wait for the night itself.
_AMENDED_AFTER_HOURS: Final = 2


class Flow(StrEnum):
    """A flow, by the module that it stands in."""

    NIGHTLY = "flows.nightly"
    SWEEP = "flows.sweep"
    BACKFILL = "flows.backfill"


@dataclass(frozen=True)
class Deployment:
    """A flow of a district under a name, as Prefect shows it; without a ``cron`` people start it."""

    name: str
    flow: Flow
    description: str
    parameters: Mapping[str, object]
    timezone: str
    cron: str | None = None


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
    code, zone = district.code, district.timezone
    night = _clear_of_changes(district.cutoff)
    amended = f"{night.minute} {night.hour + _AMENDED_AFTER_HOURS}-{_LAST_AMENDED_HOUR} * * *"
    made = [
        Deployment(
            f"{code}-nightly",
            Flow.NIGHTLY,
            "Tonight's scores, at the cutoff; nights that were missed come first.",
            {"district": code},
            zone,
            f"{night.minute} {night.hour} * * *",
        ),
        Deployment(
            f"{code}-sweep",
            Flow.SWEEP,
            "What nobody did in time goes up, and messages leave, by day and by night.",
            {"district": code},
            zone,
            "*/5 * * * *",
        ),
        Deployment(f"{code}-backfill", Flow.BACKFILL, "Past nights again; nobody is told of them.", {"district": code}, zone),
    ]
    if night.hour + _AMENDED_AFTER_HOURS <= _LAST_AMENDED_HOUR:
        what = "A further revision each hour until noon, when something arrived late."
        made.insert(1, Deployment(f"{code}-amend", Flow.NIGHTLY, what, {"district": code, "amend": True}, zone, amended))
    return made


def _clear_of_changes(cutoff: dt.time) -> dt.time:
    return max(cutoff, dt.time(_FIRST_HOUR))
