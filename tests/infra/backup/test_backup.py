"""A backup on both databases: made at every point of a commit, proved, restored into either kind, cut short and repeated."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from infra.accord import pair as pair_module
from infra.accord.pair import Pair
from infra.accord.verdict import Standing
from infra.backup import making, manifest, note, restoring
from infra.backup.making import make
from infra.backup.note import require_none_begun
from infra.backup.restoring import restore
from infra.errors import SifangError
from infra.lake.lake import Lake
from infra.lake.opening import open_shelf
from infra.lake.table import Table
from infra.settings import Settings
from infra.warehouse import copying
from infra.warehouse.database.engine import Warehouse, connect
from infra.warehouse.intake.batches import batches
from infra.warehouse.keeping.locks import held, locks
from infra.warehouse.upgrade import current_revision, head_revision, upgrade
from tests.helpers.appended import versions

pytestmark = pytest.mark.slow

DISTRICT = "weibin"
KEY = "f00d"
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


@pytest.fixture
def settings(tmp_path: Path, warehouse_url: str) -> Settings:
    return Settings(home=tmp_path / "home", warehouse_url=warehouse_url)


@pytest.fixture
def pair(settings: Settings) -> Iterator[Pair]:
    """Two batches, and one more that is about to be taken in."""
    engine = connect(settings.warehouse)
    upgrade(engine)
    made = Pair(Lake(settings.lake(DISTRICT)), Warehouse(engine, DISTRICT))
    with held(made.warehouse) as lease:
        made.agree(KEY, NOW)
        for number, batch in enumerate(("a", "b")):
            made.append(versions(batch, 2, first=2 * number), batch, lease)
    with engine.begin() as connection:
        connection.execute(sa.insert(batches).values(**_batch("a", {"detail": "五 '\"\\\n"}, None)))
        connection.execute(sa.insert(batches).values(**_batch("b", [], {"of": 0.1})))
    landed = settings.landing(DISTRICT) / "s" / "a.parquet"
    landed.parent.mkdir(parents=True)
    landed.write_bytes(b"landed")
    yield made
    engine.dispose()


def _batch(name: str, warnings: object, checked: object) -> dict[str, object]:
    counts = dict.fromkeys(("merged", "duplicate", "quarantined", "out_of_scope", "withdrawn", "order_key"), 0)
    named = {"source": "s", "feed": "stability", "file_name": "", "district_version": "v", "state": "stored"}
    moments = {"landed_at": NOW + dt.timedelta(microseconds=1), "first_day": dt.date(2026, 1, 1), "recorded_seq": 1}
    return {**counts, **named, **moments, "district": DISTRICT, "batch_id": name, "delivered": 2, "accepted": 2} | {
        "warnings": warnings,
        "checked": checked,
    }


@pytest.fixture
def elsewhere(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "elsewhere")


def standing(settings: Settings) -> Standing:
    engine = connect(settings.warehouse)
    try:
        return Pair(Lake(settings.lake(DISTRICT)), Warehouse(engine, DISTRICT)).look(KEY).standing
    finally:
        engine.dispose()


def rows(engine: sa.Engine) -> dict[str, pl.DataFrame]:
    """Every table but the lock, which a restored home holds no more."""
    with copying.snapshot(engine) as shot:
        return {name: pl.concat(shot.parts(name)) for name in shot.tables() if name != "locks"}


def same(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> bool:
    return one.keys() == other.keys() and all(one[name].equals(other[name]) for name in one)


def test_a_backup_restores_every_row_and_file(pair: Pair, settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    made = make(settings, tmp_path / "kept", NOW)
    assert [(k.identity.district, k.sequence, k.rows) for k in made.districts] == [(DISTRICT, 2, 4)]
    assert manifest.read(tmp_path / "kept") == made
    assert restore(elsewhere, tmp_path / "kept") == made
    assert standing(elsewhere) is Standing.SAME
    engine = connect(elsewhere.warehouse)
    assert same(rows(engine), rows(pair.warehouse.engine))
    with engine.connect() as connection:
        assert connection.scalar(sa.select(locks.c.held)) is False
    engine.dispose()
    assert Lake(elsewhere.lake(DISTRICT)).read().sort("report_id").equals(pair.lake.read().sort("report_id"))
    assert (elsewhere.landing(DISTRICT) / "s" / "a.parquet").read_bytes() == b"landed"
    assert not elsewhere.restoring.exists()


def test_it_restores_into_the_other_kind_of_database(
    pair: Pair, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if settings.warehouse_url and settings.warehouse_url.startswith("postgresql"):
        pytest.skip("into SQLite every other test restores")
    server = sa.make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE moved")
    url = server.set(drivername="postgresql", database="moved").render_as_string(hide_password=False)
    try:
        make(settings, tmp_path / "kept", NOW)
        moved = Settings(home=tmp_path / "moved", warehouse_url=url)
        restore(moved, tmp_path / "kept")
        engine = connect(url)
        assert same(rows(engine), rows(pair.warehouse.engine))
        engine.dispose()
        assert standing(moved) is Standing.SAME
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE moved WITH (FORCE)")
        admin.dispose()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("place", ["intend", "commit", "settle"])
@pytest.mark.parametrize("deed", ["append", *(pytest.param(d, marks=pytest.mark.slow) for d in ("compact", "purge"))])
def test_a_backup_in_the_middle_of_a_commit_is_a_pair_that_goes_on(
    pair: Pair,
    settings: Settings,
    elsewhere: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    deed: str,
    after: bool,
) -> None:
    owner: object = Table if place == "commit" else pair_module
    real: Callable[..., object] = getattr(owner, place)
    taken = []

    def kept(*given: object, **how: object) -> object:
        if not after:
            taken.append(make(settings, tmp_path / "kept", NOW))
        done = real(*given, **how)
        if after:
            taken.append(make(settings, tmp_path / "kept", NOW))
        return done

    deeds: dict[str, Callable[..., object]] = {
        "append": lambda lease: pair.append(versions("c", 2, first=8), "c", lease),
        "compact": pair.compact,
        "purge": lambda lease: pair.purge((NOW - dt.timedelta(days=3000)).date(), lease),
    }
    with held(pair.warehouse) as lease:
        pair.agree(KEY, NOW)
        with monkeypatch.context() as patch:
            patch.setattr(owner, place, kept)
            deeds[deed](lease)
    if not taken:
        pytest.skip("nothing to commit")
    restore(elsewhere, tmp_path / "kept")
    assert standing(elsewhere) in {Standing.SAME, Standing.LEFTOVERS}
    lake = Lake(elsewhere.lake(DISTRICT))
    kept_rows = {"append": 6, "compact": 4, "purge": 0}[deed] if place == "settle" and after else 4
    assert len(lake.read()) == kept_rows
    engine = connect(elsewhere.warehouse)
    again = Pair(lake, Warehouse(engine, DISTRICT))
    with held(again.warehouse) as lease:
        again.agree(KEY, NOW)
        again.append(versions("c", 2, first=8), "c", lease)
    assert len(lake.read()) == (2 if kept_rows == 0 else 6)
    assert standing(elsewhere) in {Standing.SAME, Standing.LEFTOVERS}
    engine.dispose()


@pytest.mark.parametrize("warehouse_url", ["sqlite"], indirect=True)
def test_a_lake_of_many_commits_keeps_its_checkpoints(pair: Pair, settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    with held(pair.warehouse) as lease:
        for number in range(100, 211):
            pair.append(versions(f"n{number}", 1, first=number), f"n{number}", lease)
    make(settings, tmp_path / "kept", NOW)
    restore(elsewhere, tmp_path / "kept")
    assert any("checkpoint" in f.name for f in (Path(elsewhere.lake(DISTRICT)) / "_delta_log").iterdir())
    assert Lake(elsewhere.lake(DISTRICT)).read().height == 115
    assert standing(elsewhere) is Standing.SAME


def test_a_backup_goes_nowhere_but_into_an_empty_folder(pair: Pair, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "other").touch()
    with pytest.raises(SifangError, match="holds something already"):
        make(settings, tmp_path / "kept", NOW)
    with pytest.raises(SifangError, match="would be lost with it"):
        make(settings, settings.home / "kept", NOW)
    with pytest.raises(SifangError, match="There is no warehouse"):
        make(Settings(home=tmp_path / "nowhere"), tmp_path / "new", NOW)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("at", ["_lake", "_landed", "_described"])
def test_one_that_was_killed_is_made_anew_in_the_same_folder(
    pair: Pair, settings: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    def die(*_: object) -> None:
        raise Killed

    kept = tmp_path / "kept"
    with monkeypatch.context() as patch:
        patch.setattr(making, at, die)
        with pytest.raises(Killed):
            make(settings, kept, NOW)
    with pytest.raises(SifangError, match="holds no finished backup"):
        restore(elsewhere, kept)
    (kept / "warehouse" / "of_before.0.parquet").touch()
    made = make(settings, kept, NOW)
    assert {str(f.relative_to(kept)) for f in kept.rglob("*") if f.is_file()} == {f.name for f in made.files} | {"manifest.json"}
    restore(elsewhere, kept)


def test_stores_that_do_not_belong_together_are_not_kept(pair: Pair, settings: Settings, tmp_path: Path) -> None:
    shutil.rmtree(settings.lake(DISTRICT))
    with pytest.raises(SifangError, match="do not belong together"):
        make(settings, tmp_path / "kept", NOW)
    with pytest.raises(SifangError, match="holds no finished backup"):
        restore(Settings(home=tmp_path / "elsewhere"), tmp_path / "kept")


def test_a_lake_that_rots_is_not_kept(pair: Pair, settings: Settings, tmp_path: Path) -> None:
    file = next(Path(settings.lake(DISTRICT)).rglob("feed=*/**/*.parquet"))
    file.write_bytes(file.read_bytes()[:-4] + b"rot!")
    with pytest.raises(SifangError, match=f"lost or damaged a file.*{file.name}"):
        make(settings, tmp_path / "kept", NOW)


@pytest.mark.parametrize("harm", ["lost", "cut", "changed", "no manifest", "broken manifest", "another format", "of later"])
def test_a_damaged_backup_restores_nothing(pair: Pair, settings: Settings, elsewhere: Settings, tmp_path: Path, harm: str) -> None:
    kept = tmp_path / "kept"
    made = make(settings, kept, NOW)
    victim = kept / next(f.name for f in made.files if f.name.startswith("lakes/") and f.name.endswith(".parquet"))
    said = f"1 of {len(made.files)} files of the backup"
    content = victim.read_bytes()
    match harm:
        case "lost":
            victim.unlink()
        case "cut":
            victim.write_bytes(content[:-1])
        case "changed":
            victim.write_bytes(content[:50] + bytes([content[50] ^ 1]) + content[51:])
        case "no manifest":
            (kept / manifest.MANIFEST).unlink()
            said = "holds no finished backup"
        case "broken manifest":
            (kept / manifest.MANIFEST).write_text((kept / manifest.MANIFEST).read_text()[:-9])
            said = "manifest of the backup at .* is damaged"
        case "another format":
            manifest.write(kept, replace(made, format=2))
            said = "has format 2"
        case _:
            manifest.write(kept, replace(made, revision="9999"))
            said = "which this version does not know"
    with pytest.raises(SifangError, match=said):
        restore(elsewhere, kept)
    assert not elsewhere.home.exists()


def test_a_restore_overwrites_nothing(pair: Pair, settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    make(settings, tmp_path / "kept", NOW)
    with pytest.raises(SifangError, match=r"there is a lake at \S+, landed files at \S+, a warehouse at \S+\. Nothing was restored"):
        restore(settings, tmp_path / "kept")
    restore(elsewhere, tmp_path / "kept")
    with pytest.raises(SifangError, match="Nothing was restored"):
        restore(elsewhere, tmp_path / "kept")
    assert standing(settings) is standing(elsewhere) is Standing.SAME


@pytest.mark.parametrize("place", ["put_back", "fill", "upgrade", "_prove"])
@pytest.mark.parametrize("after", [False, True])
def test_a_restore_that_is_cut_short_is_recognised_and_repeated(
    pair: Pair, settings: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, after: bool
) -> None:
    make(settings, tmp_path / "kept", NOW)
    real: Callable[..., object] = getattr(restoring, place)

    def last(*given: object, **how: object) -> None:
        if after:
            real(*given, **how)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(restoring, place, last)
        with pytest.raises(Killed):
            restore(elsewhere, tmp_path / "kept")
    with pytest.raises(SifangError, match="was begun and has not come to its end"):
        require_none_begun(elsewhere)
    # Another backup is not laid over it.
    make(settings, tmp_path / "other", NOW)
    if place != "put_back" or after:
        with pytest.raises(SifangError, match="Nothing was restored"):
            restore(elsewhere, tmp_path / "other")
    restore(elsewhere, tmp_path / "kept")
    require_none_begun(elsewhere)
    assert standing(elsewhere) is Standing.SAME
    engine = connect(elsewhere.warehouse)
    assert same(rows(engine), rows(pair.warehouse.engine))
    engine.dispose()


def test_what_others_laid_into_a_half_made_lake_stops_its_repetition(
    pair: Pair, settings: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(settings, tmp_path / "kept", NOW)
    note.begin(elsewhere, made.backup)
    open_shelf(elsewhere.lake(DISTRICT)).put("feed=x/other.parquet", b"somebody's")
    with pytest.raises(SifangError, match="there is a lake at"):
        restore(elsewhere, tmp_path / "kept")


def test_every_table_is_copied_and_put_back_at_its_revision(empty_warehouse: sa.Engine) -> None:
    upgrade(empty_warehouse)
    assert copying.is_empty(empty_warehouse)
    with copying.snapshot(empty_warehouse) as shot:
        assert set(shot.tables()) == set(sa.inspect(shot.connection).get_table_names()) - {"alembic_version"}
        assert all(len(list(shot.parts(name))) == 1 for name in shot.tables())
    assert current_revision(empty_warehouse) == head_revision()
