"""The one road: every row of a batch comes out of it exactly once, and what it returns is what the lake gets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from flows.intake.checks import UnfitFile
from flows.intake.right_datum import no_earlier_reports
from flows.intake.road import walk
from infra.landing.landing import landed_rows
from tests.helpers.district_folders import source
from tests.helpers.town import NOW, Town, row, table
from transforms.reports.delivery import Delivery, order_key
from transforms.reports.mapping import to_candidates
from transforms.reports.walked import Walked

ROWS = (
    *(row(n) for n in range(20)),
    # One incident of two rows, a kind of nowhere, a time of nowhere, a place outside.
    *(row(20, "fight"), row(20, "robbery"), row(21, "unheard of"), row(22, time="soon"), row(23, x="114.5")),
)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path, f"sqlite:///{tmp_path / 'w.db'}", source(merge=True, row_key=["kind"], max_quarantined=0.5))
    yield made
    made.context.stores.close()


def walked(town: Town, batch_id: str, candidates: pl.DataFrame) -> Walked:
    (one,) = town.context.district.sources
    spot_key = town.context.settings.spot_key("town")
    return walk(candidates, Delivery(one, batch_id, NOW, order_key(NOW, 0)), town.context.folder, spot_key, no_earlier_reports)


def test_every_row_comes_out_once_and_the_lake_gets_what_the_road_returned(town: Town) -> None:
    record = town.take(table(*ROWS))
    landed = landed_rows(town.context.settings.landing("town"), "police", record.batch_id)
    assert landed is not None
    lake = town.lake()
    before = sorted(p for p in town.folder.parent.rglob("*") if p.is_file())
    found = walked(town, record.batch_id, landed)
    assert len(found.rows) == len(ROWS) == len(found.rejects) + len(found.outside) + found.merged + len(found.versions)
    assert (record.accepted, record.merged, record.quarantined) == (len(found.versions), found.merged, 3)
    assert sorted(pl.concat([found.rejects, found.outside])["reason"]) == ["kind_unknown", "outside_district", "time_unreadable"]
    assert len(found.passed) == len(ROWS) - 2
    columns = pl.exclude("recorded_seq")
    assert found.versions.select(columns).sort("report_id").equals(lake.select(columns).sort("report_id"))
    # The batch as a whole is held against earlier ones only where it is taken in; the rest was said alike.
    assert set(found.said.checked.found) <= set(record.checked.found)
    assert found.said.checked.measures == record.checked.measures
    # Walking it writes nothing.
    assert sorted(p for p in town.folder.parent.rglob("*") if p.is_file()) == before


def test_a_stop_says_everything_that_was_found_on_the_way(town: Town) -> None:
    rows = [row(n, "unheard of") for n in range(12)] + [row(20), row(21, time="soon")]
    record = town.take(table(*rows))
    assert (record.state, record.reason) == ("refused", "quarantine_share")
    assert {f.reason for f in record.checked.found} >= {"quarantine_share", "kind_unknown"}
    town.take(table(row(1)), "police_2.csv")
    read = pl.DataFrame(
        {"_row": list(range(1, 13)), "_key_hash": [f"k{n}" for n in range(12)], "time": "2025-03-01 12:00:00", "kind": "unheard of"}
    ).with_columns(x=pl.lit("113.81"), y=pl.lit("35.31"))
    (one,) = town.context.district.sources
    with pytest.raises(UnfitFile) as refused:
        walked(town, "b", to_candidates(read, one, town.context.district, NOW))
    assert [s.reason for s in refused.value.stops] == ["quarantine_share"]
    assert "kind_unknown 12" in refused.value.detail


def test_no_kind_that_is_sensitive_stands_beside_a_row(tmp_path: Path) -> None:
    town = Town(tmp_path, f"sqlite:///{tmp_path / 'w.db'}", source(kinds={"theft": "domestic", "fight": "fight"}))
    try:
        record = town.take(table(row(1), row(2, "fight"), row(3, "fight", time="soon"), row(4, time="soon")))
        landed = landed_rows(town.context.settings.landing("town"), "police", record.batch_id)
        assert landed is not None
        found = walked(town, record.batch_id, landed)
        assert found.rows["kind"].to_list() == [None, "fight", "fight", None]
        # Nor is it counted by cell.
        assert found.said.checked.measures is not None
        assert sum(found.said.checked.measures.cells.values()) == 1
    finally:
        town.context.stores.close()
