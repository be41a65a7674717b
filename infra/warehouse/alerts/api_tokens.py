"""Tokens of the API: whose each is, and until when; of the token itself a digest alone.

Belongs here: the table, reading and writing it. Does not: what a role may do (``transforms.alerts.machine``), checking a request
(``flows.alerts.tokens``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.moments import UtcDateTime

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    key("district"),
    key("token_id"),
    must("digest"),
    must("role"),
    may("place"),
    must("made_at", UtcDateTime),
    must("until", UtcDateTime),
    may("revoked_at", UtcDateTime),
)


@dataclass(frozen=True)
class StoredToken:
    """A token without itself: its name, its digest, whose it is, until when; when it was revoked."""

    token_id: str
    digest: str
    role: str
    place: str | None
    made_at: dt.datetime
    until: dt.datetime
    revoked_at: dt.datetime | None = None


def store_token(warehouse: Warehouse, token: StoredToken) -> None:
    """Keep one."""
    with writing(warehouse) as connection:
        connection.execute(sa.insert(api_tokens).values(district=warehouse.district, **vars(token)))


def token_of(warehouse: Warehouse, token_id: str) -> StoredToken | None:
    """The one of this name; None where there is none."""
    return next((token for token in _found(warehouse, api_tokens.c.token_id == token_id)), None)


def tokens_of(warehouse: Warehouse) -> list[StoredToken]:
    """Every one that was ever made, the oldest first."""
    return sorted(_found(warehouse, sa.true()), key=lambda token: (token.made_at, token.token_id))


def revoke_token(warehouse: Warehouse, token_id: str, at: dt.datetime) -> bool:
    """Let one be good for nothing from now on; whether there was one that was good for something."""
    t = api_tokens.c
    with writing(warehouse) as connection:
        this = (t.district == warehouse.district, t.token_id == token_id, t.revoked_at.is_(None))
        return connection.execute(sa.update(api_tokens).where(*this).values(revoked_at=at)).rowcount > 0


def _found(warehouse: Warehouse, which: sa.ColumnElement[bool]) -> list[StoredToken]:
    t = api_tokens.c
    query = sa.select(*(t[name] for name in StoredToken.__dataclass_fields__)).where(t.district == warehouse.district, which)
    with reading(warehouse) as connection:
        return [StoredToken(**row._mapping) for row in connection.execute(query)]
