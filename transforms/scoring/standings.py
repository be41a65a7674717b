"""How the models of a night stand, read off their stored form.

Belongs here: reading standings. Does not: giving them (``transforms.scoring.promotion``), the models (``transforms.scoring.fitted``), whose
mathematics those who only read do not import.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from transforms.schema.plain import Json, read_back
from transforms.words import Standing


@dataclass(frozen=True)
class _Stands:
    """What of a stored model says how it stands."""

    standing: Standing
    keeps_incumbent: bool


@dataclass(frozen=True)
class Turn:
    """A series that was forecast in another way the night before."""

    series: str
    was: Standing
    now: Standing


def standings(payloads: Iterable[Mapping[str, Json]]) -> dict[Standing, list[str]]:
    """Series by how their stored models stand: ``incumbent`` where a refit was refused."""
    stands: dict[Standing, list[str]] = {}
    for code, standing in _by_series(payloads).items():
        stands.setdefault(standing, []).append(code)
    return stands


def turns(before: Iterable[Mapping[str, Json]], after: Iterable[Mapping[str, Json]]) -> list[Turn]:
    """Series that began or ceased to be forecast by their mixture between two nights; one that is new in the second has not turned."""
    was, now = _by_series(before), _by_series(after)
    return [Turn(code, was[code], now[code]) for code in now if code in was and was[code].is_promoted != now[code].is_promoted]


def _by_series(payloads: Iterable[Mapping[str, Json]]) -> dict[str, Standing]:
    return {
        code: Standing.INCUMBENT if model.keeps_incumbent else model.standing
        for payload in payloads
        for code, model in read_back(dict[str, _Stands], payload["series"]).items()
    }
