"""Which batches were read under a declaration that reads otherwise than today's.

Belongs here: telling. Does not: reading them again (``flows.intake.reread``), what of a declaration reads
(``transforms.district.reading``).
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.districts.folder import DistrictFolder
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.intake.batches import ledger_versions
from infra.warehouse.keeping.districts import district_version
from transforms.district.reading import reading_hash


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
        for _, version in ledger_versions(warehouse, source.code):
            if version not in versions:
                stored = district_version(warehouse, version)
                versions[version] = stored.canonical if stored else None
            canonical = versions[version]
            number += canonical is not None and reading_hash(canonical, source.code) != today
        if number:
            found.append(ReadOtherwise(source.code, number))
    return tuple(found)
