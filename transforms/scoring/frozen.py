"""What a night is measured with, and which stored model or reference fits it.

Belongs here: naming what a night needs, and holding it. Does not: finding it in the store or having it made (``flows.nights.frozen``),
fitting and freezing (``transforms.scoring.category``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from transforms.district.declaration import District
from transforms.panel.panel import Panel
from transforms.scoring.category.view import scorable
from transforms.scoring.fitted import CategoryModel, fit_day
from transforms.scoring.reference import Reference, freeze_day
from transforms.scoring.structure import CURRENT, STRUCTURES, Structure
from transforms.words import Category

FrozenKind: TypeAlias = Literal["model", "reference"]
Made: TypeAlias = CategoryModel | Reference


def kind_of(made: Made) -> FrozenKind:
    """Whether something is the models of a category or its reference."""
    return "reference" if isinstance(made, Reference) else "model"


@dataclass(frozen=True)
class Frozen:
    """What a night is measured with, by category: the models of its series and the reference of its harm."""

    models: Mapping[Category, CategoryModel] = field(default_factory=dict)
    references: Mapping[Category, Reference] = field(default_factory=dict)

    @classmethod
    def of(cls, made: Iterable[Made]) -> Frozen:
        """Those at hand; of several of one category the last."""
        every = list(made)
        return cls(
            {m.category: m for m in every if isinstance(m, CategoryModel)}, {r.category: r for r in every if isinstance(r, Reference)}
        )

    def all(self) -> list[Made]:
        """Models, then references."""
        return [*self.models.values(), *self.references.values()]

    def trainings(self) -> dict[str, str]:
        """The digests of what each was made from, by kind and category."""
        return {Need.for_made(made).name: made.stamp.training for made in self.all() if made.stamp}


@dataclass(frozen=True)
class Need:
    """One thing a night is measured with, by the day it is frozen on."""

    kind: FrozenKind
    category: Category
    frozen_on: dt.date
    provisional: bool = False
    structure: Structure = CURRENT

    @classmethod
    def for_made(cls, made: Made) -> Need:
        """The need that something meets, by its own structure: what is made again is made as it was."""
        provisional = isinstance(made, Reference) and made.provisional
        return cls(kind_of(made), made.category, made.frozen_on, provisional, STRUCTURES[made.version])

    def is_met_by(self, made: Made) -> bool:
        """Whether a stored one is this, by whichever structure: one week and one quarter are measured with one rule."""
        return replace(Need.for_made(made), structure=self.structure) == self

    @property
    def name(self) -> str:
        """Kind and category, as a night's inputs name it."""
        return f"{self.kind}:{self.category}"


def needs(panel: Panel, district: District) -> list[Need]:
    """What a night needs: per category that can be scored, its week's models and its quarter's reference."""
    found = []
    for category, heard in scorable(panel, district).items():
        frozen_on, provisional = freeze_day(heard)
        found.append(Need("model", category, fit_day(heard)))
        found.append(Need("reference", category, frozen_on, provisional))
    return found
