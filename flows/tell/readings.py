"""Which batches were read under a declaration that reads otherwise than today's, and which name premises that no register knows.

Belongs here: telling. Does not: reading them again (``flows.intake.reread``), what of a declaration reads
(``transforms.district.reading``).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Final

from infra.districts.folder import DistrictFolder
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.intake.batches import READING, landed_since, ledger_versions
from infra.warehouse.keeping.districts import district_version
from transforms.district.reading import reading_hash

# Of what came before that nobody will mend the register any more.
LOOKED_BACK: Final = dt.timedelta(days=14)
_UNKNOWN: Final = "premises_unknown"


@dataclass(frozen=True)
class Unregistered:
    """Rows of a source that came lately and name premises which the register did not know when they were read."""

    source: str
    rows: int


def unregistered(warehouse: Warehouse, now: dt.datetime) -> tuple[Unregistered, ...]:
    """The sources of which rows name premises that are on no register, since they were read again where they were."""
    rows: Counter[str] = Counter()
    for batch in sorted(landed_since(warehouse, now - LOOKED_BACK), key=lambda batch: batch.landed_at):
        if batch.file_name == READING:
            del rows[batch.source]
        rows[batch.source] += sum(found.rows for found in batch.checked.found if found.reason == _UNKNOWN)
    return tuple(Unregistered(source, number) for source, number in sorted(rows.items()) if number)


@dataclass(frozen=True)
class ReadOtherwise:
    """Batches of a source that were read under a declaration that reads otherwise than today's."""

    source: str
    batches: int


def read_otherwise(warehouse: Warehouse, folder: DistrictFolder) -> tuple[ReadOtherwise, ...]:
    """The sources of which batches were read otherwise, with how many those are."""
    found = []
    versions: dict[str, str | None] = {folder.version: folder.canonical}
    for source in folder.district.sources:
        today = reading_hash(folder.canonical, source.code)
        number = 0
        # A text of hundreds of kilobytes is parsed once per version, not for each of years of batches.
        for version, batches in Counter(version for _, version in ledger_versions(warehouse, source.code)).items():
            if version not in versions:
                stored = district_version(warehouse, version)
                versions[version] = stored.canonical if stored else None
            canonical = versions[version]
            if canonical is not None and reading_hash(canonical, source.code) != today:
                number += batches
        if number:
            found.append(ReadOtherwise(source.code, number))
    return tuple(found)
