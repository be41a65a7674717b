"""Which key a district's report keys are hashed under, by fingerprint.

Belongs here: noticing another key. Does not: the key itself (``infra.settings``), which is stored nowhere.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from infra.errors import SifangError
from infra.warehouse.columns import key, metadata, must
from infra.warehouse.engine import Warehouse, writing
from infra.warehouse.moments import UtcDateTime

# The key under which a district's report keys are hashed, by fingerprint: under another one no report would be recognised again.
hash_keys = sa.Table(
    "hash_keys",
    metadata,
    key("district"),
    must("fingerprint"),
    must("first_used_at", UtcDateTime),
)


def require_same_key(warehouse: Warehouse, fingerprint: str, now: dt.datetime) -> None:
    """Remember a district's key at its first use and accept no other one afterwards.

    Raises:
        SifangError: the warehouse.district was filled under another key.
    """
    k = hash_keys.c
    with writing(warehouse) as connection:
        stored = connection.scalar(sa.select(k.fingerprint).where(k.district == warehouse.district))
        if stored is None:
            connection.execute(sa.insert(hash_keys).values(district=warehouse.district, fingerprint=fingerprint, first_used_at=now))
        elif stored != fingerprint:
            raise SifangError(
                f"SIFANG_KEY has the fingerprint {fingerprint}, but {warehouse.district} was filled under the key {stored}. "
                "Every report would look new.",
                "Set the key that was used before.",
            )
