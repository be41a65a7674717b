"""The models of a category's series, fitted together once a week and stored.

Belongs here: when they are fitted, and their stored form. Does not: how one is fitted (``model``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from transforms.schema import Category
from transforms.scoring.model import SeriesModel
from transforms.scoring.silence import Heard


@dataclass(frozen=True)
class CategoryModel:
    """One model per series of a category, by series code; ``escalation`` is the share of those that overdue disputes predict.

    ``training`` is the digest of what they were fitted on, ``as_of`` and ``lake_seq`` what was known then: enough to fit them again.
    """

    category: Category
    frozen_on: dt.date
    series: Mapping[str, SeriesModel]
    training: str = ""
    as_of: dt.datetime | None = None
    lake_seq: int | None = None
    escalation: Mapping[str, float] = field(default_factory=dict)

    @property
    def model_id(self) -> str:
        """Hash of the content."""
        return hashlib.blake2b(json.dumps(self.payload(), sort_keys=True).encode(), digest_size=8).hexdigest()

    def payload(self) -> dict[str, Any]:
        """Plain values, for the store."""
        return {
            "category": self.category.value,
            "frozen_on": self.frozen_on.isoformat(),
            "series": {code: model.payload() for code, model in self.series.items()},
            "training": self.training,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "lake_seq": self.lake_seq,
            "escalation": dict(self.escalation),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """The models that ``payload()`` came from."""
        return cls(
            Category(payload["category"]),
            dt.date.fromisoformat(payload["frozen_on"]),
            {code: SeriesModel.from_payload(model) for code, model in payload["series"].items()},
            payload["training"],
            dt.datetime.fromisoformat(payload["as_of"]) if payload["as_of"] else None,
            payload["lake_seq"],
            dict(payload["escalation"]),
        )


def standings(payloads: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Series by how their stored models stand: a ``Standing``, or ``incumbent`` where a refit was refused."""
    stands: dict[str, list[str]] = {}
    for payload in payloads:
        for code, model in payload["series"].items():
            stands.setdefault("incumbent" if model["keeps_incumbent"] else model["standing"], []).append(code)
    return stands


def fit_day(heard: Heard) -> dt.date:
    """The day on which the models of a night are fitted: the Monday until which its feed was heard of, or that very day while no Monday
    has a week behind it."""
    monday = heard.until - dt.timedelta(days=heard.until.weekday())
    return monday if (monday - heard.first).days >= 7 else heard.until
