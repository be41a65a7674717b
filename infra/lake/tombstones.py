"""The reports that a lake must never hold again, beside it: their ids and nothing else.

Belongs here: one file on the shelf. Does not: the same list in the warehouse (``infra.warehouse.keeping.erasures``), keeping both alike
(``infra.accord.erasing``).

A lake that is copied, moved or put back from a copy brings its list with it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

from infra.lake.faults import door
from infra.lake.log import BrokenLogError
from infra.lake.shelf import Shelf

FILE: Final = "_tombstones.json"


def told(shelf: Shelf) -> frozenset[str]:
    """The reports that must not come back; none where nobody ever erased one.

    Raises:
        StoreError: the list is damaged, or may not be read.
    """
    with door(shelf.shown):
        try:
            return frozenset(str(report) for report in json.loads(shelf.get(FILE))["reports"])
        except FileNotFoundError:
            return frozenset()
        except (ValueError, TypeError, KeyError) as error:
            raise BrokenLogError(f"{FILE} is no list of reports") from error


def tell(shelf: Shelf, reports: Collection[str]) -> None:
    """Write the list anew, whole or not at all.

    Raises:
        StoreError: the lake cannot be written.
    """
    with door(shelf.shown):
        shelf.put(FILE, json.dumps({"reports": sorted(reports)}).encode())
