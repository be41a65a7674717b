"""The models of a category's series, fitted together once a week and stored.

Belongs here: when they are fitted, and their stored form. Does not: how one is fitted (``model``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from transforms.schema.plain import Json, read_back
from transforms.scoring.model import SeriesModel
from transforms.scoring.silence import Heard
from transforms.scoring.stamp import Stamp, Stored
from transforms.words import Category


@dataclass(frozen=True)
class CategoryModel(Stored):
    """One model per series of a category, by series code; ``escalation`` is the share of those that overdue disputes predict.

    ``stamp`` says what they were fitted on; None until they are to be stored.
    """

    category: Category
    frozen_on: dt.date
    series: Mapping[str, SeriesModel]
    escalation: Mapping[str, float] = field(default_factory=dict)
    stamp: Stamp | None = None

    @property
    def version(self) -> int:
        """The version of the structure that the models were fitted by; that of the first one where there is no series."""
        return max((model.version for model in self.series.values()), default=1)

    def payload(self) -> dict[str, Json]:
        """Plain values, for the store."""
        return {
            "category": self.category.value,
            "frozen_on": self.frozen_on.isoformat(),
            "series": {code: model.payload() for code, model in self.series.items()},
            "escalation": dict(self.escalation),
            "stamp": self.stamp.payload() if self.stamp else None,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Json]) -> Self:
        """The models that ``payload()`` came from."""
        return cls(
            read_back(Category, payload["category"]),
            read_back(dt.date, payload["frozen_on"]),
            {code: SeriesModel.from_payload(model) for code, model in read_back(dict[str, dict[str, object]], payload["series"]).items()},
            read_back(dict[str, float], payload["escalation"]),
            Stamp.from_payload(payload["stamp"]) if payload["stamp"] else None,
        )


def fit_day(heard: Heard) -> dt.date:
    """The day on which the models of a night are fitted: the Monday until which its feed was heard of, or that very day while no Monday
    has a week behind it."""
    monday = heard.until - dt.timedelta(days=heard.until.weekday())
    return monday if (monday - heard.first).days >= 7 else heard.until
