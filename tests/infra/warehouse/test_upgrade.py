"""Migrations: from nothing to today's tables, all or nothing, and refusing any other schema."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from infra.warehouse import upgrade as module
from infra.warehouse.database.engine import Warehouse, WarehouseError
from infra.warehouse.tables import metadata
from infra.warehouse.upgrade import current_revision, head_revision, require_current, upgrade
from tests.helpers.source import ROOT


def test_migrated_schema_is_the_schema_of_the_tables(warehouse: Warehouse) -> None:
    with warehouse.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        # One index stands in the migration alone.
        ((what, index),) = compare_metadata(context, metadata)
        assert (what, index.name, index.unique) == ("remove_index", "ix_nights_one_latest", True)
        inspector = sa.inspect(connection)
        for table in metadata.sorted_tables:
            # Alembic compares neither primary keys nor checks.
            assert inspector.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key]
            checks = {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
            assert {c["name"] for c in inspector.get_check_constraints(table.name)} == checks


def test_district_leads_every_key() -> None:
    assert all(next(iter(table.primary_key)).name == "district" for table in metadata.sorted_tables)


def test_upgrade_is_repeatable_and_known(empty_warehouse: sa.Engine) -> None:
    assert current_revision(empty_warehouse) is None
    with pytest.raises(WarehouseError, match=r"no tables yet\. Run: sifang db upgrade"):
        require_current(empty_warehouse)
    upgrade(empty_warehouse)
    upgrade(empty_warehouse)
    assert current_revision(empty_warehouse) == head_revision()
    require_current(empty_warehouse)


def test_revisions_read_off_file_names_are_those_that_alembic_knows() -> None:
    script = ScriptDirectory(str(Path(module.__file__).with_name("migrations")))
    assert module.revisions() == [step.revision for step in script.walk_revisions()][::-1]
    assert head_revision() == script.get_current_head()


def test_other_revisions_are_refused(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    head = module.head_revision()
    monkeypatch.setattr(module, "head_revision", lambda: "9999")
    with pytest.raises(WarehouseError, match=rf"at revision {head}, this version needs 9999\. Run: sifang db upgrade"):
        require_current(warehouse.engine)
    monkeypatch.undo()
    with warehouse.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '8888'")
    with pytest.raises(WarehouseError, match=r"does not know\. Install"):
        require_current(warehouse.engine)


def test_a_failed_upgrade_leaves_nothing(empty_warehouse: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic.operations import Operations

    real = Operations.create_index

    def strike(self: Operations, *args: object, **kwargs: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(Operations, "create_index", strike)
    monkeypatch.setattr("alembic.op.create_index", strike)
    with pytest.raises(RuntimeError, match="power cut"):
        upgrade(empty_warehouse)
    assert sa.inspect(empty_warehouse).get_table_names() == []
    monkeypatch.setattr(Operations, "create_index", real)
    monkeypatch.undo()
    upgrade(empty_warehouse)
    require_current(empty_warehouse)


def test_processes_that_upgrade_at_once_queue_up(warehouse_url: str) -> None:
    script = (
        "import sys\nfrom infra.warehouse.database.engine import connect\nfrom infra.warehouse.upgrade import require_current, upgrade\n"
        "engine = connect(sys.argv[1])\nupgrade(engine)\nrequire_current(engine)\nengine.dispose()\n"
    )
    children = [subprocess.Popen([sys.executable, "-W", "error", "-c", script, warehouse_url], cwd=ROOT) for _ in range(2)]
    assert [child.wait(timeout=120) for child in children] == [0, 0]
