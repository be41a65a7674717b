"""Models and references: frozen once, each stored whole under the name of its payload.

Belongs here: the table ``models``, what is asked of it and written to it. Does not: fitting and freezing (``transforms.scoring``), which
model scores a night (``flows.nights.frozen``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, WarehouseError, reading
from infra.warehouse.database.moments import UtcDateTime
from transforms.schema.plain import Json

models = sa.Table(
    "models",
    metadata,
    key("district"),
    key("model_id"),
    must("kind"),
    may("category"),
    must("frozen_on", sa.Date),
    must("created_night", sa.Date),
    must("payload", sa.JSON),
    must("district_version"),
    must("scoring_hash"),
    # Made for nights that were taken back, from what a wrong clock knew: no other night is scored with it.
    may("retracted_at", UtcDateTime),
)


@dataclass(frozen=True)
class ModelRecord:
    """One frozen model. ``payload`` is plain JSON without NaN; ``model_id`` names exactly this payload, for ever."""

    model_id: str
    kind: str
    category: str | None
    frozen_on: dt.date
    created_night: dt.date
    payload: Mapping[str, Json]
    district_version: str


def models_of(warehouse: Warehouse, model_ids: Iterable[str], kind: str | None = None) -> list[ModelRecord]:
    """The stored models with these names, of one kind where one is given, oldest freeze first."""
    m = models.c
    query = sa.select(*(m[field.name] for field in fields(ModelRecord)))
    query = query.where(m.district == warehouse.district, m.model_id.in_(list(model_ids)))
    with reading(warehouse) as connection:
        found = [ModelRecord(**row._mapping) for row in connection.execute(query if kind is None else query.where(m.kind == kind))]
    return sorted(found, key=lambda r: (r.frozen_on, r.category or "", r.model_id))


def model_names(warehouse: Warehouse, scoring_hash: str, frozen_on: Iterable[dt.date]) -> list[str]:
    """IDs of the models first published under a scoring hash and frozen on one of these days, the first one made first; none of those
    that only nights were scored with which were taken back."""
    m = models.c
    these = (m.district == warehouse.district, m.scoring_hash == scoring_hash, m.frozen_on.in_(sorted(frozen_on)))
    query = sa.select(m.model_id).where(*these, m.retracted_at.is_(None))
    with reading(warehouse) as connection:
        return list(connection.scalars(query.order_by(m.created_night, m.model_id)))


def store_models(connection: sa.Connection, district: str, scoring_hash: str, made: Iterable[ModelRecord]) -> None:
    """Store those that are not stored yet, in the publishing transaction, under the rules that they were made by.

    Raises:
        WarehouseError: one is stored under the same id with another payload.
    """
    m = models.c
    for model in made:
        this = (m.district == district, m.model_id == model.model_id)
        payload = connection.execute(sa.select(m.payload).where(*this)).one_or_none()
        if payload is None:
            connection.execute(sa.insert(models).values({"district": district, "scoring_hash": scoring_hash, **vars(model)}))
            continue
        # One that was made again for a night that stands serves again.
        connection.execute(sa.update(models).where(*this, m.retracted_at.is_not(None)).values(retracted_at=None))
        if payload[0] != json.loads(json.dumps(model.payload)):
            raise WarehouseError(
                f"Model {model.model_id} of {district} is stored with another payload.", "Let the id name the payload, by its hash."
            )
