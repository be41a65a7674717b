"""How the models of a night stand, read off their stored form.

Belongs here: reading standings. Does not: giving them (``transforms.scoring.promotion``), the models (``transforms.scoring.fitted``), whose
mathematics those who only read do not import.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def standings(payloads: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Series by how their stored models stand: a ``Standing``, or ``incumbent`` where a refit was refused."""
    stands: dict[str, list[str]] = {}
    for payload in payloads:
        for code, model in payload["series"].items():
            stands.setdefault("incumbent" if model["keeps_incumbent"] else model["standing"], []).append(code)
    return stands
