"""A process that takes in one large dataset from a portal on loopback, or the same rows from a CSV, and says what that cost.

Belongs here: both ways in, measuring. Does not: the portal, which another process serves, and what it may cost (``test_live``).

Called with a folder, ``live`` or ``file``, and the portal's address or the file; prints one JSON object.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from importlib import import_module
from pathlib import Path

from pydantic import SecretStr

from flows.intake.ingest import ingest
from flows.stores import open_context
from infra.settings import Settings
from infra.sources.connectors.contract import Wanted
from infra.sources.connectors.cuts import cuts
from infra.sources.connectors.kinds import opened
from infra.sources.connectors.quota import Quota
from infra.sources.formats import read
from infra.sources.table import Layout
from tests.benchmarks import memory
from tests.helpers.district_folders import source, write_district
from tests.helpers.keys import KEY
from transforms.district.live import FromSocrata

NOW = dt.datetime(2025, 6, 1, 2, 0, tzinfo=dt.UTC)
COLUMNS = ("number", "happened", "kind", "lon", "lat", "department", "status")
SOURCE = source(
    key=["number"],
    undeclared="ignore",
    time_formats=["%Y-%m-%dT%H:%M:%S"],
    kinds={"a": "theft", "b": "fight", "c": "robbery"},
    columns={"occurred_at": "happened", "kind": "kind", "lon": "lon", "lat": "lat", "department": "department", "status": "status"},
    statuses={"open": ["open"], "closed": ["closed"]},
)


def bare(way: str, place: str) -> int:
    """Only the rows, as text: how many."""
    if way == "file":
        return len(read(Path(place).read_bytes(), place, Layout([[c] for c in COLUMNS])).rows)
    declared = FromSocrata(kind="socrata", url=place, allow_local=True)
    with opened(declared, Quota()) as portal:
        pages = portal.pages(Wanted(COLUMNS, ["number"], "happened"), None)
        return sum(len(cut.rows) for cut in cuts(pages, ()) if cut.digest(b"k" * 32))


def main(root: Path, way: str, place: str) -> dict[str, object]:
    """Take everything in, and tell what it cost: seconds of reading alone and of all of it, and the most memory above what was there."""
    live = {"kind": "socrata", "url": place, "allow_local": True}
    declared = {k: v for k, v in SOURCE.items() if k != "files"} | ({"from": live} if way == "live" else {"files": [place]})
    write_district(root, "town", declared)
    settings = Settings(home=root / "home", districts=str(root), warehouse_url=None, lake_url=None, key=SecretStr(KEY))
    context = open_context("town", settings)
    # All of it before anything is measured: begun beside the reading, it would count as the reading's memory.
    import_module("expectations.engine")
    begun = time.perf_counter()
    rows, reading_peak = memory.grown(lambda: bare(way, place))
    reading = time.perf_counter() - begun
    begun = time.perf_counter()
    records, peak = memory.grown(lambda: ingest(context, NOW))
    seconds = time.perf_counter() - begun
    context.stores.close()
    return {
        "rows": rows,
        "accepted": sum(r.accepted for r in records),
        "states": sorted({r.state for r in records}),
        "batches": len(records),
        "reading_s": reading,
        "reading_peak": reading_peak,
        "seconds": seconds,
        "peak": peak,
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])))
