"""`sifang db copy, roles, extract`: another database with the same rows, and who may read what of them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from infra.views.files import Tier, names, of_tier
from infra.warehouse.database.engine import Warehouse, connect
from infra.warehouse.views import view_rows
from tests.helpers.command import Sifang
from tests.helpers.databases import on_postgres
from tests.helpers.tiny import CODE, Tiny


def test_a_warehouse_moves_to_a_server_and_every_view_says_the_same(
    published: Tiny, sifang: Sifang, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with on_postgres(postgres_url) as url:
        said = sifang("db", "copy", "--to", url, "--json")
        assert said.code == 0, said.err
        made = json.loads(said.out)
        assert (made["districts"], made["rows"] > 4 * 36) == ([CODE], True)
        again = sifang("db", "copy", "--to", url)
        assert again.code == 1
        assert "is not empty" in again.err
        engines = [connect(published.home / "warehouse.db"), connect(url)]
        with engines[1].connect() as server:
            # Whoever plans how a view is answered knows from the first moment how much there is.
            counts = server.execute(sa.text("SELECT relname, reltuples FROM pg_class WHERE relname IN ('scores', 'nights')"))
            counted = {row.relname: row.reltuples for row in counts}
            assert counted == {name: server.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in ("scores", "nights")}
        for view in names():
            ours, theirs = (view_rows(Warehouse(engine, CODE), view) for engine in engines)
            # SQLite counts moments in milliseconds.
            assert_frame_equal(ours, theirs, check_row_order=False, abs_tol=2e-3)
        for engine in engines:
            engine.dispose()
        monkeypatch.setenv("SIFANG_WAREHOUSE_URL", url)
        # Lake and warehouse still belong together, and the roles are made where there are any.
        assert sifang("status", "--district", CODE).code == 0
        assert sifang("db", "roles").out.count("sifang_") == 5


def test_each_tier_has_a_file_of_its_own_with_its_views_and_nothing_else(published: Tiny, sifang: Sifang) -> None:
    for tier in Tier:
        file = published.root / f"{tier}.db"
        for _ in range(2):
            made = json.loads(sifang("db", "extract", "--district", CODE, "--tier", tier, "--out", file, "--json").out)
        with closing(sqlite3.connect(file)) as there:
            found = {name for (name,) in there.execute("SELECT name FROM sqlite_master")}
            assert found == set(of_tier(tier)) == set(made["views"])
            rows = there.execute("SELECT count(*) FROM dash_shared_levels_v1").fetchone()[0]
            assert rows == made["views"]["dash_shared_levels_v1"] > 0
        assert sorted(f.name for f in published.root.glob(f"{tier}.db*")) == [f"{tier}.db"]
    assert "has no roles" in sifang("db", "roles").err
    assert sifang("db", "extract", "--district", CODE, "--tier", "all", "--out", published.root / "x.db").code == 2
