"""District versions and their cells: stored once, found again, never rewritten."""

from __future__ import annotations

import dataclasses
import datetime as dt

import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from infra.warehouse import tables
from infra.warehouse.database.engine import Warehouse, WarehouseError
from infra.warehouse.keeping.districts import DistrictVersion, cells_of, district_version, record_district_version
from transforms.schema import CELLS

VERSION = DistrictVersion("weibin", "v1", "s1", '{"name_zh": "渭滨"}', "d1", dt.datetime(2024, 6, 3, tzinfo=dt.UTC))
CELL_ROWS = [("C2", "二格", "s1", 113.8660, 35.3050, 0.0, 500.0, 0.25, 120, "old_estate", "{}"), ("C1", *[None] * 10)]
CELL_FRAME = pl.DataFrame(CELL_ROWS, schema=CELLS, orient="row")


def test_a_version_is_stored_once_and_found_again(warehouse: Warehouse) -> None:
    assert district_version(warehouse, "v1") is None
    record_district_version(warehouse, VERSION, CELL_FRAME)
    record_district_version(warehouse, dataclasses.replace(VERSION, first_used_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC)), CELL_FRAME)
    record_district_version(warehouse, dataclasses.replace(VERSION, version="v2", canonical="{}"), CELL_FRAME)
    assert district_version(warehouse, "v1") == VERSION
    assert_frame_equal(cells_of(warehouse, "d1"), CELL_FRAME.sort("cell_id"))
    assert cells_of(warehouse, "d2").is_empty()
    with warehouse.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.cells)) == 2


def test_one_hash_with_two_contents_is_refused(warehouse: Warehouse) -> None:
    record_district_version(warehouse, VERSION, CELL_FRAME)
    with pytest.raises(WarehouseError, match="stored with another content"):
        record_district_version(warehouse, dataclasses.replace(VERSION, canonical="{}"), CELL_FRAME)
