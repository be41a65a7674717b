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


def standings(payloads: Iterable[Mapping[str, Json]]) -> dict[Standing, list[str]]:
    """Series by how their stored models stand: ``incumbent`` where a refit was refused."""
    stands: dict[Standing, list[str]] = {}
    for payload in payloads:
        for code, model in read_back(dict[str, _Stands], payload["series"]).items():
            stands.setdefault(Standing.INCUMBENT if model.keeps_incumbent else model.standing, []).append(code)
    return stands
