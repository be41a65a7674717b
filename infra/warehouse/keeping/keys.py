"""Which key a district of before was filled under, by fingerprint.

Belongs here: the table in which warehouses kept it until a district's identity did. Does not: the identity
(``infra.warehouse.keeping.identities``), the key itself (``infra.settings``), which is stored nowhere.
"""

from __future__ import annotations

import sqlalchemy as sa

from infra.warehouse.database.columns import key, metadata, must
from infra.warehouse.database.moments import UtcDateTime

hash_keys = sa.Table(
    "hash_keys",
    metadata,
    key("district"),
    must("fingerprint"),
    must("first_used_at", UtcDateTime),
)
