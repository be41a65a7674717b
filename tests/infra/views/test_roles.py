"""Roles of PostgreSQL: each may do what it needs, and is denied everything else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from infra.views.files import Tier, names, of_tier
from infra.warehouse.alerts.alerts import store_events
from infra.warehouse.database.engine import Warehouse, WarehouseError, connect, writing
from infra.warehouse.keeping.districts import DistrictVersion, record_district_version
from infra.warehouse.publish import publish
from infra.warehouse.roles import ROLES, grant
from infra.warehouse.tables import metadata
from infra.warehouse.upgrade import upgrade
from tests.helpers.dashboards import FIRST, areas, cells, scores
from tests.helpers.databases import on_postgres
from tests.helpers.publication import DISTRICT, RULES, event, publication

Member = Callable[[str], sa.Engine]
MONDAY = FIRST + dt.timedelta(days=3)


@pytest.fixture(scope="module")
def member(postgres_url: str) -> Iterator[Member]:
    """Logs a member of a role in to a warehouse with a Monday's and a Tuesday's night."""
    with on_postgres(postgres_url) as url:
        owner = connect(url)
        upgrade(owner)
        _nights(Warehouse(owner, DISTRICT))
        grant(owner)
        # Once more: nothing changes, nothing fails.
        assert [one.role for one in grant(owner)] == list(ROLES)
        engines = []

        def log_in(role: str) -> sa.Engine:
            with writing(Warehouse(owner, "*")) as connection:
                if not connection.exec_driver_sql(f"SELECT 1 FROM pg_roles WHERE rolname = 'a_{role}'").first():
                    connection.exec_driver_sql(f"CREATE ROLE a_{role} LOGIN IN ROLE {role}")
            engines.append(connect(sa.make_url(url).set(username=f"a_{role}").render_as_string(hide_password=False)))
            return engines[-1]

        yield log_in
        for engine in (*engines, owner):
            engine.dispose()


def _nights(warehouse: Warehouse) -> None:
    version = DistrictVersion(DISTRICT, "v1", "s1", "{}", "g1", dt.datetime(2024, 5, 1, tzinfo=dt.UTC))
    record_district_version(warehouse, version, cells())
    for k in range(2):
        night = MONDAY + dt.timedelta(days=k)
        publish(warehouse, *publication(night=night, run_id=f"r{k}", scores=scores(night), areas=areas(night)))


@contextmanager
def as_member(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.connect() as connection, connection.begin():
        yield connection


DENIED = r"permission denied|must be owner|cannot delete from view"


def denied(engine: sa.Engine, statement: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match=DENIED), as_member(engine) as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize("tier", list(Tier))
def test_a_dashboard_reads_its_views_and_is_denied_everything_else(member: Member, tier: Tier) -> None:
    engine, own = member(f"sifang_{tier}"), of_tier(tier)
    with as_member(engine) as connection:
        for view in own:
            connection.exec_driver_sql(f"SELECT * FROM {view} LIMIT 1")
    for table in sorted(metadata.tables):
        denied(engine, f'SELECT * FROM "{table}"')
    for view in set(names()) - set(own):
        denied(engine, f"SELECT * FROM {view}")
    denied(engine, "SELECT * FROM alembic_version")
    denied(engine, f"DROP VIEW {own[0]}")
    denied(engine, f"DELETE FROM {own[0]}")
    denied(engine, "CREATE TABLE mine (a int)")
    denied(engine, "CREATE VIEW mine AS SELECT 1 AS a")
    denied(engine, "ALTER VIEW dash_shared_levels_v1 SET (security_barrier = false)")
    denied(engine, "SET ROLE sifang_writer")


def test_a_function_of_the_readers_own_sees_no_row_that_a_view_leaves_out(member: Member) -> None:
    peek = """
        CREATE FUNCTION pg_temp.peek(night date) RETURNS boolean LANGUAGE plpgsql COST 0.0000001
        AS $$ BEGIN IF extract(isodow FROM night) <> 1 THEN RAISE EXCEPTION 'saw a Tuesday'; END IF; RETURN true; END $$
    """
    with as_member(member("sifang_shared")) as connection:
        connection.exec_driver_sql(peek)
        seen = connection.exec_driver_sql("SELECT count(*) FROM dash_shared_levels_v1 WHERE pg_temp.peek(night)").scalar_one()
        assert seen == 3 * 14


def test_a_writer_publishes_and_changes_no_schema(member: Member) -> None:
    engine = member("sifang_writer")
    night = MONDAY + dt.timedelta(days=2)
    publish(Warehouse(engine, DISTRICT), *publication(night=night, run_id="w", scores=scores(night), areas=areas(night)))
    denied(engine, "DROP TABLE scores")
    denied(engine, "ALTER TABLE scores ADD COLUMN a int")
    denied(engine, "UPDATE alembic_version SET version_num = '0001'")


def test_an_operator_acts_on_alerts_and_publishes_nothing(member: Member) -> None:
    engine = member("sifang_operator")
    with writing(Warehouse(engine, DISTRICT)) as connection:
        store_events(connection, DISTRICT, [event("opened", MONDAY, "b1")], RULES)
    denied(engine, "DELETE FROM scores")
    denied(engine, "UPDATE nights SET is_latest = false")
    denied(engine, "DELETE FROM quarantine")


def test_a_file_has_no_roles(tmp_path: object) -> None:
    engine = connect(f"sqlite:///{tmp_path}/w.db")
    with pytest.raises(WarehouseError, match="has no roles"):
        grant(engine)
    engine.dispose()
