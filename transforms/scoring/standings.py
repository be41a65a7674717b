"""How the models of a night stand, read off their stored form.

Belongs here: reading standings. Does not: giving them (``transforms.scoring.promotion``), the models (``transforms.scoring.fitted``), whose
mathematics those who only read do not import.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from transforms.schema.plain import read_back
from transforms.words import Standing


@dataclass(frozen=True)
class _Model:
    keeps_incumbent: bool
    standing: Standing


@dataclass(frozen=True)
class _Models:
    series: dict[str, _Model]


def standings(payloads: Iterable[Mapping[str, object]]) -> dict[Standing, list[str]]:
    """Series by how their stored models stand: ``incumbent`` where a refit was refused."""
    stands: dict[Standing, list[str]] = {}
    for payload in payloads:
        for code, model in read_back(_Models, payload).series.items():
            stands.setdefault(Standing.INCUMBENT if model.keeps_incumbent else model.standing, []).append(code)
    return stands
