"""Which connector speaks which protocol. A new one is one file and one line here, and its declaration in ``transforms.district.live``.

Belongs here: the choice. Does not: protocols.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from infra.sources.connectors.arcgis import Arcgis
from infra.sources.connectors.ckan import Ckan
from infra.sources.connectors.client import Client
from infra.sources.connectors.contract import Connector
from infra.sources.connectors.open311 import Open311
from infra.sources.connectors.quota import Quota
from infra.sources.connectors.socrata import Socrata
from transforms.district.live import FromArcgis, FromCkan, FromSocrata, FromSql, Paged


@contextmanager
def opened(declared: Paged, quota: Quota) -> Iterator[Connector]:
    """A connector to a far side, for a while.

    Raises:
        UnusableFile: it cannot be reached, or a secret that it needs is not set.
    """
    if isinstance(declared, FromSql):
        # Heavier than the others, and most districts have no database.
        from infra.sources.connectors.sql import Sql

        with closing(Sql(declared, quota)) as database:
            yield database
        return
    with closing(Client(shown=declared.shown, timeout_s=declared.timeout_s, allow_local=declared.allow_local, quota=quota)) as client:
        if isinstance(declared, FromSocrata):
            yield Socrata(declared, client)
        elif isinstance(declared, FromArcgis):
            yield Arcgis(declared, client)
        elif isinstance(declared, FromCkan):
            yield Ckan(declared, client)
        else:
            yield Open311(declared, client)
