"""What a night is measured with: the models fitted that week and the references frozen that quarter, found in the store or made.

Belongs here: which stored one fits a night, and making one from what was known. Does not: fitting (``transforms.scoring``), storing
(``infra.warehouse.publish``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from threadpoolctl import threadpool_limits

from flows.nights.look import NightRun, View, look
from flows.stores import Context
from infra.warehouse.models import ModelRecord, model_names, models_of
from infra.warehouse.nights import night_row
from transforms.panel.digests import night_digest
from transforms.schema import Category
from transforms.scoring.category.fit import fitted
from transforms.scoring.category.freeze import frozen
from transforms.scoring.category.view import CategoryView, scorable
from transforms.scoring.fitted import CategoryModel, fit_day
from transforms.scoring.reference import Reference, freeze_day
from transforms.scoring.risk import Frozen
from transforms.scoring.stamp import Stamp

Kind = Literal["model", "reference"]
_FROM_STORE: Final[Mapping[str, Callable[[dict[str, Any]], CategoryModel | Reference]]] = {
    "model": CategoryModel.from_payload,
    "reference": Reference.from_payload,
}
# A backfill asks for the same Monday seven times and the same quarter ninety times; older ones it never asks for again.
_VIEWS_KEPT = 2


@dataclass(frozen=True)
class Need:
    """One thing a night is measured with, by the day it is frozen on."""

    kind: Kind
    category: Category
    frozen_on: dt.date
    provisional: bool = False

    def fits(self, made: CategoryModel | Reference) -> bool:
        """Whether a stored one is this."""
        provisional = made.provisional if isinstance(made, Reference) else False
        return (made.category, made.frozen_on, provisional) == (self.category, self.frozen_on, self.provisional)


def needs(view: View, context: Context) -> list[Need]:
    """What a night needs: per category that can be scored, its week's models and its quarter's reference."""
    found = []
    for category, heard in scorable(view.panel, context.district).items():
        frozen_on, provisional = freeze_day(heard)
        found.append(Need("model", category, fit_day(heard)))
        found.append(Need("reference", category, frozen_on, provisional))
    return found


def choose(context: Context, run: NightRun, view: View) -> Frozen:
    """Models and references for a run.

    Live, those stored for the week and the quarter, so that each is measured with one rule. As known, those the night was published
    with. Restated, those that today's knowledge gives; where these were trained on the same inputs as stored ones, the stored ones.
    """
    row = night_row(context.warehouse, run.night) if run.mode == "as_known" else None
    if row is not None:
        return stored(context, row["model_ids"])
    wanted = needs(view, context)
    kept = _of_days(context, {need.frozen_on for need in wanted})
    chosen = []
    for need in wanted:
        fitting = [made for made in kept[need.kind] if need.fits(made)]
        if run.mode == "restate":
            training = _training(context, need.frozen_on, run.as_of, view.lake_seq)
            fitting = [made for made in fitting if made.stamp.training == training]
        chosen.append(fitting[0] if fitting else _made(context, need, run.as_of, view.lake_seq))
    return _bundle(chosen)


def trainings(context: Context, run: NightRun, view: View) -> dict[str, str]:
    """The digests of what a restated run's models and references would be made from, without making them."""
    return {f"{n.kind}:{n.category}": _training(context, n.frozen_on, run.as_of, view.lake_seq) for n in needs(view, context)}


def trained_on(measure: Frozen) -> dict[str, str]:
    """The same digests of models and references at hand."""
    return {f"{_kind(made)}:{made.category}": made.stamp.training for made in measure.all() if made.stamp}


def stored(context: Context, model_ids: list[str]) -> Frozen:
    """Models and references by their IDs."""
    return _bundle(_read(context, model_ids))


def remade(context: Context, measure: Frozen) -> Frozen:
    """The same models and references made again, each from what was known when it was first made."""
    again = []
    for made in measure.all():
        assert made.stamp is not None
        provisional = made.provisional if isinstance(made, Reference) else False
        again.append(_made(context, Need(_kind(made), made.category, made.frozen_on, provisional), made.stamp.as_of, made.stamp.lake_seq))
    return _bundle(again)


def record(context: Context, made: CategoryModel | Reference, night: dt.date) -> ModelRecord:
    """A model or reference as the warehouse keeps it."""
    return ModelRecord(
        model_id=made.model_id,
        kind=_kind(made),
        category=made.category.value,
        frozen_on=made.frozen_on,
        created_night=night,
        payload=made.payload(),
        district_version=context.folder.version,
    )


def read_before(context: Context) -> Collection[str]:
    """The names of those that this command has read from the store."""
    names: Collection[str] = context.memo.get("stored", {}).keys()
    return names


def _kind(made: CategoryModel | Reference) -> Kind:
    return "reference" if isinstance(made, Reference) else "model"


def _bundle(made: list[Any]) -> Frozen:
    return Frozen({m.category: m for m in made if isinstance(m, CategoryModel)}, {r.category: r for r in made if isinstance(r, Reference)})


def _of_days(context: Context, days: set[dt.date]) -> Mapping[str, list[Any]]:
    """Stored ones of some days made under today's rules, the first one made first."""
    names = model_names(context.warehouse, context.folder.scoring_hash, days)
    found = _read(context, names)
    return {kind: [made for made in found if _kind(made) == kind] for kind in _FROM_STORE}


def _read(context: Context, names: list[str]) -> list[CategoryModel | Reference]:
    """Stored ones by name; a name is the hash of a content, so that each is read once."""
    kept: dict[str, CategoryModel | Reference] = context.memo.setdefault("stored", {})
    if new := [name for name in names if name not in kept]:
        kept |= {m.model_id: _FROM_STORE[m.kind](dict(m.payload)) for m in models_of(context.warehouse, model_ids=new)}
    return [kept[name] for name in names]


def _past(context: Context, frozen_on: dt.date, as_of: dt.datetime, lake_seq: int) -> View:
    """What something frozen on a day sees."""
    views: dict[Any, View] = context.memo.setdefault("views", {})
    key = (frozen_on, as_of, lake_seq)
    if key not in views:
        while len(views) >= _VIEWS_KEPT:
            del views[next(iter(views))]
        views[key] = look(context, frozen_on, as_of, lake_seq)
    return views[key]


def _training(context: Context, frozen_on: dt.date, as_of: dt.datetime, lake_seq: int) -> str:
    key = ("training", frozen_on, as_of, lake_seq)
    if key not in context.memo:
        context.memo[key] = night_digest(*_past(context, frozen_on, as_of, lake_seq).digest, context.folder.scoring_hash, {})
    return str(context.memo[key])


def _made(context: Context, need: Need, as_of: dt.datetime, lake_seq: int) -> CategoryModel | Reference:
    training = _training(context, need.frozen_on, as_of, lake_seq)
    key = (need, training)
    if key not in context.memo:
        view = _past(context, need.frozen_on, as_of, lake_seq)
        holidays = context.holidays(need.frozen_on)
        seen = CategoryView(view.panel, view.reports, context.district, need.category, holidays, context.each)
        # Threads split sums differently on different machines, and a replay must give the same bits.
        with threadpool_limits(limits=1, user_api="blas"):
            made: CategoryModel | Reference = (
                frozen(seen, need.frozen_on, provisional=need.provisional) if need.kind == "reference" else fitted(seen, need.frozen_on)
            )
        context.memo[key] = replace(made, stamp=Stamp(training, as_of, view.lake_seq))
    kept: CategoryModel | Reference = context.memo[key]
    return kept
