"""What a night is measured with: the models fitted that week and the references frozen that quarter, found in the store or made.

Belongs here: choosing for a run, reading from the store, having what is missing made from what was known. Does not: which one fits
(``transforms.scoring.frozen``), fitting and freezing (``transforms.scoring.category``), storing (``infra.warehouse.publish``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace

from threadpoolctl import threadpool_limits

from flows.nights.look import look
from flows.stores import Context
from flows.stores.memory import Looked, Moment
from infra.errors import SifangError
from infra.warehouse.nights.models import ModelRecord, model_names, models_of
from infra.warehouse.nights.nights import night_row
from infra.warehouse.nights.runs import RunTerms
from transforms.panel.digests import night_digest
from transforms.panel.known import View
from transforms.scoring.category.fit import fitted
from transforms.scoring.category.freeze import frozen
from transforms.scoring.category.view import CategoryView
from transforms.scoring.fitted import CategoryModel
from transforms.scoring.frozen import Frozen, Made, Need, kind_of, needs
from transforms.scoring.reference import Reference
from transforms.scoring.stamp import Stamp
from transforms.words.counting import many


def choose(context: Context, terms: RunTerms, view: View) -> Frozen:
    """Models and references for a run.

    Live, those stored for the week and the quarter, so that each is measured with one rule. As known, those the night was published
    with. Restated, those that today's knowledge gives; where these were trained on the same inputs as stored ones, the stored ones.
    """
    row = night_row(context.warehouse, terms.night) if terms.mode == "as_known" else None
    if row is not None:
        return stored(context, row.model_ids)
    wanted, moment = needs(view.panel, context.district), Moment(terms.as_of, view.lake_seq)
    kept = _read(context, model_names(context.warehouse, context.folder.scoring_hash, {need.frozen_on for need in wanted}))
    chosen = []
    for need in wanted:
        fitting = [made for made in kept if need.is_met_by(made)]
        if terms.mode == "restate":
            training = _training(context, need, moment)
            fitting = [made for made in fitting if made.stamp and made.stamp.training == training]
        # They come in the order in which they were made.
        chosen.append(fitting[0] if fitting else _made(context, need, moment))
    return Frozen.of(chosen)


def trainings(context: Context, terms: RunTerms, view: View) -> dict[str, str]:
    """The digests of what a restated run's models and references would be made from, without making them."""
    moment = Moment(terms.as_of, view.lake_seq)
    return {need.name: _training(context, need, moment) for need in needs(view.panel, context.district)}


def stored(context: Context, model_ids: Sequence[str]) -> Frozen:
    """Models and references by their IDs."""
    return Frozen.of(_read(context, model_ids))


def remade(context: Context, measure: Frozen) -> Frozen:
    """The same models and references made again, each from what was known when it was first made."""
    again = []
    for made in measure.all():
        assert made.stamp is not None
        again.append(_made(context, Need.for_made(made), Moment(made.stamp.as_of, made.stamp.lake_seq)))
    return Frozen.of(again)


def record(context: Context, made: Made, night: dt.date) -> ModelRecord:
    """A model or reference as the warehouse keeps it."""
    return ModelRecord(
        model_id=made.model_id,
        kind=kind_of(made),
        category=made.category.value,
        frozen_on=made.frozen_on,
        created_night=night,
        payload=made.payload(),
        district_version=context.folder.version,
    )


def read_before(context: Context) -> Collection[str]:
    """The names of those that this command has read from the store."""
    return context.memory.stored.keys()


def _read(context: Context, names: Sequence[str]) -> list[Made]:
    """Stored ones by name, in the order of the names; a name is the hash of a content, so that each is read once."""
    kept = context.memory.stored
    if new := [name for name in names if name not in kept]:
        kept |= {m.model_id: _from_store(m) for m in models_of(context.warehouse, new)}
    if lost := [name for name in names if name not in kept]:
        raise SifangError(
            f"The warehouse has lost {many(len(lost), 'model')} of {context.code}, {lost[0]} among them.",
            "Restore a backup that still holds them.",
        )
    return [kept[name] for name in names]


def _from_store(record: ModelRecord) -> Made:
    payload = dict(record.payload)
    return Reference.from_payload(payload) if record.kind == "reference" else CategoryModel.from_payload(payload)


def _training(context: Context, need: Need, moment: Moment) -> str:
    """The digest of what something would be made from; kept, because a week's models are asked for by seven nights."""
    kept, key = context.remembered.trainings, Looked(need.frozen_on, moment)
    if key not in kept:
        seen = look(context, need.frozen_on, *moment)
        kept[key] = night_digest(*seen.digest, context.folder.scoring_hash, {})
    return kept[key]


def _made(context: Context, need: Need, moment: Moment) -> Made:
    training = _training(context, need, moment)
    kept, key = context.remembered.made, (need, training)
    if key not in kept:
        seen = look(context, need.frozen_on, *moment)
        holidays = context.holidays(need.frozen_on)
        of_category = CategoryView(seen.panel, seen.reports, context.district, need.category, holidays, context.each)
        # Threads split sums differently on different machines, and a replay must give the same bits.
        with threadpool_limits(limits=1, user_api="blas"):
            made = _make(of_category, need)
        kept[key] = replace(made, stamp=Stamp(training, moment.as_of, seen.lake_seq))
    return kept[key]


def _make(view: CategoryView, need: Need) -> Made:
    if need.kind == "reference":
        return frozen(view, need.frozen_on, provisional=need.provisional, structure=need.structure)
    return fitted(view, need.frozen_on, structure=need.structure)
