"""How the models of a night stand, read off their stored form.

Belongs here: reading standings. Does not: giving them (``transforms.scoring.promotion``), the models (``transforms.scoring.fitted``), whose
mathematics those who only read do not import.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from transforms.words import Standing


def standings(payloads: Iterable[Mapping[str, Any]]) -> dict[Standing, list[str]]:
    """Series by how their stored models stand: ``incumbent`` where a refit was refused."""
    stands: dict[Standing, list[str]] = {}
    for payload in payloads:
        for code, model in payload["series"].items():
            stands.setdefault(Standing.INCUMBENT if model["keeps_incumbent"] else Standing(model["standing"]), []).append(code)
    return stands
