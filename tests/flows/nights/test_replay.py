"""Replay and staleness on the tiny district: what may happen to lake and folder without changing a past night, and what may not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from deltalake import DeltaTable, write_deltalake
from threadpoolctl import threadpool_info

from flows.nights.frozen import choose
from flows.nights.look import look
from flows.nights.night import NightOutcome, compute, run_night
from flows.nights.plan import PastNights, backfill_runs, nightly_run, stale_runs
from flows.nights.replay import Replayed, is_stale, replay
from flows.stores import Context, open_context
from flows.upkeep import compact, purge
from infra.errors import SifangError
from infra.settings import Settings
from infra.warehouse import tables
from infra.warehouse.nights.nights import latest_night, night_row
from infra.warehouse.nights.row_hashes import row_hashes
from infra.warehouse.nights.runs import RunTerms
from infra.warehouse.nights.scores import row_hashes_of
from infra.warehouse.publish import KEPT_BEYOND_HISTORY_DAYS
from tests.helpers import tiny
from tests.helpers.homes import going_on
from tests.helpers.shipped import shipping
from tests.helpers.tiny import CELLS, CODE, NIGHT, Tiny, moment
from transforms.scoring import fitting
from transforms.scoring.category import fit
from transforms.words.feeds import FEEDS

DAY = dt.timedelta(days=1)
LONG_AGO = dt.date(2024, 12, 1)
LIVE = [NIGHT + k * DAY for k in range(3)]
# Every day of the tests is closed by then, so that the time of asking changes nothing.
NOW = moment(NIGHT + 100 * DAY)


def _live(tiny_one: Tiny, night: dt.date) -> NightOutcome:
    return run_night(tiny_one.context, nightly_run(tiny_one.context, night, None, f"live-{night}"))


def _restate(context: Context, first: dt.date, last: dt.date, now: dt.datetime = NOW) -> list[NightOutcome]:
    return [run_night(context, r) for r in backfill_runs(context, PastNights(first, last, "late-data"), now, "again")]


def _report(source: str, number: str, happened: dt.datetime, released: dt.datetime, **changes: str) -> pl.DataFrame:
    """One report in the middle of the district as the file of a source, times local."""
    kind = next(iter(tiny.SOURCES[source][2]))
    row = {
        "number": number,
        "happened": f"{happened:%Y-%m-%d %H:%M:%S}",
        "released": f"{released:%Y-%m-%d %H:%M:%S}",
        "kind": kind,
        "lon": "113.9100",
        "lat": "35.3100",
        "department": "works",
        "status": "closed",
        "due": f"{happened + 5 * DAY:%Y-%m-%d %H:%M:%S}",
        "closed": f"{happened + dt.timedelta(hours=3):%Y-%m-%d %H:%M:%S}",
    }
    return pl.DataFrame([row | changes])


def _at(night: dt.date, hour: int = 12) -> dt.datetime:
    """An hour of a date as the district's files write it."""
    return dt.datetime.combine(night, dt.time(hour))


def _bring(tiny_one: Tiny, source: str, rows: pl.DataFrame, name: str, at: dt.datetime = NOW) -> None:
    tiny.deliver(tiny_one.inbox, source, rows, name)
    assert [r.accepted for r in tiny_one.ingest(at)] == [len(rows)]


def _counted(source: str, night: dt.date = NIGHT) -> pl.DataFrame:
    """One report of the first files that counts in a night, as it was delivered."""
    rows = tiny.reports(source, tiny.FIRST_DAY, NIGHT - DAY)
    return rows.filter(pl.col("happened").str.starts_with(f"{night - 5 * DAY}")).head(1)


def _verdicts(context: Context, *, refit: bool = False) -> list[Replayed]:
    return [replay(context, night, refit=refit) for night in LIVE]


def _identical(context: Context) -> None:
    for refit in (False, True):
        for found in _verdicts(context, refit=refit):
            assert (found.rows, found.different, found.inputs_same, found.identical) == (4 * CELLS, 0, True, True), (found, refit)


@pytest.fixture(scope="module")
def lived_root(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The filled district after three live nights, each with its own day's files; tests work on copies of it."""
    root = tmp_path_factory.mktemp("lived") / "root"
    with going_on(filled, root) as made:
        for night in LIVE:
            if night > NIGHT:
                tiny.deliver_days(made.inbox, night - DAY, night - DAY)
                made.ingest(moment(night))
            _live(made, night)
    return root


@pytest.fixture
def restated(district: Tiny) -> Tiny:
    """A night published with what is known long after: from then on only its inputs can make it stale."""
    _restate(district.context, NIGHT, NIGHT)
    assert not is_stale(district.context, NIGHT, NOW)
    return district


def _edit(tiny_one: Tiny, change: Callable[[str], str]) -> Context:
    """Change the district's folder and open it again."""
    file = tiny_one.root / "districts" / CODE / "district.toml"
    before = file.read_text("utf-8")
    file.write_text(change(before), "utf-8")
    assert file.read_text("utf-8") != before
    return open_context(CODE, Settings())


# --- what changes no past night


def test_nights_replay_after_later_corrections_newer_nights_and_an_import_that_claims_an_old_time(lived: Tiny) -> None:
    _identical(lived.context)
    corrected = _counted("order").with_columns(kind=pl.lit("assault"), released=pl.lit(f"{_at(LIVE[-1], 23)}"))
    _bring(lived, "order", corrected, "corrected")
    withdrawn = _counted("fire").with_columns(status=pl.lit("withdrawn"), released=pl.lit(f"{_at(LIVE[-1], 23)}"))
    _bring(lived, "fire", withdrawn, "withdrawn")
    imported = tiny.reports("order", NIGHT - 20 * DAY, NIGHT - 2 * DAY, seed=5)
    _bring(lived, "order", imported, "imported")
    tiny.deliver_days(lived.inbox, LIVE[-1], LIVE[-1] + DAY)
    lived.ingest(NOW)
    _live(lived, LIVE[-1] + 2 * DAY)
    # The import claims to have been known before the nights looked; only the order in which it entered keeps it out of them.
    seen = look(lived.context, NIGHT, moment(NIGHT), None)
    then = night_row(lived.context.warehouse, NIGHT)
    assert then is not None
    assert len(seen.reports) > len(look(lived.context, NIGHT, moment(NIGHT), then.lake_seq).reports) + 0.9 * len(imported)
    _identical(lived.context)


def test_nights_replay_after_the_lakes_files_were_joined(lived: Tiny) -> None:
    before = lived.context.lake.read().sort("report_id", "recorded_seq")
    assert compact(lived.context).files_joined > 0
    assert lived.context.lake.read().sort("report_id", "recorded_seq").equals(before)
    _identical(lived.context)


def test_nights_replay_after_a_weight_changed(lived: Tiny) -> None:
    changed = _edit(lived, lambda text: text + "\n[series.theft]\nweight = 4\n")
    try:
        _differs_today(changed)
        _identical(changed)
    finally:
        changed.stores.close()


def test_nights_replay_after_a_later_program_renamed_a_kind(lived: Tiny) -> None:
    renamed = {
        code: (feed.series, [replace(k, code="larceny") if k.code == "theft" else k for k in feed.kinds]) for code, feed in FEEDS.items()
    }
    with shipping(renamed):
        changed = _edit(lived, lambda text: text + "\n# read by a later program\n")
        try:
            assert "larceny" in changed.district.kinds
            assert "theft" not in changed.district.kinds
            _differs_today(changed)
            _identical(changed)
        finally:
            changed.stores.close()


def test_nights_replay_on_their_own_grid_after_it_changed(lived: Tiny) -> None:
    changed = _edit(lived, lambda text: text.replace("size_m = 500", "size_m = 1000"))
    try:
        assert len(changed.folder.cells) < CELLS
        _identical(changed)
    finally:
        changed.stores.close()


def _differs_today(context: Context) -> None:
    """Today's folder gives other scores, so that only the stored version can have reproduced the night."""
    row = night_row(context.warehouse, NIGHT)
    assert row is not None
    assert row.district_version != context.folder.version
    scores = compute(context, RunTerms(NIGHT, row.as_of, row.lake_seq, "nightly", "restate", "x")).result.scores
    now = scores.sort("category", "cell_id")
    assert row_hashes(now).to_list() != row_hashes_of(context.warehouse, NIGHT)["row_hash"].to_list()


def test_many_nights_under_a_former_version_read_the_lake_once(lived: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = _edit(lived, lambda text: text + "\n[series.theft]\nweight = 4\n")
    reads = []
    original = changed.lake.read

    def counted() -> pl.DataFrame:
        reads.append(1)
        return original()

    monkeypatch.setattr(changed.lake, "read", counted)
    try:
        assert all(found.identical for found in _verdicts(changed))
    finally:
        changed.stores.close()
    assert len(reads) == 1


def test_nights_replay_after_other_nights_were_restated(lived: Tiny) -> None:
    _bring(lived, "order", tiny.reports("order", NIGHT - 20 * DAY, NIGHT - 2 * DAY, seed=5), "imported")
    outcomes = _restate(lived.context, NIGHT - 3 * DAY, NIGHT - DAY)
    assert [o.revision for o in outcomes] == [1, 1, 1]
    _identical(lived.context)


def test_every_revision_of_a_night_replays(lived: Tiny) -> None:
    _bring(lived, "order", tiny.reports("order", NIGHT - 20 * DAY, NIGHT - 2 * DAY, seed=5), "imported")
    assert _restate(lived.context, NIGHT, NIGHT)[0].revision == 2
    for refit in (False, True):
        for revision in (None, 1, 2):
            found = replay(lived.context, NIGHT, revision, refit=refit)
            assert (found.revision, found.identical) == (revision or 2, True)


# --- what replay must notice


def test_a_tampered_row_hash_is_reported(lived: Tiny) -> None:
    s = tables.scores.c
    where = (s.district == CODE, s.night == NIGHT, s.category == "safety", s.cell_id == lived.context.folder.cells["cell_id"][0])
    with lived.context.warehouse.engine.begin() as connection:
        assert connection.execute(sa.update(tables.scores).where(*where).values(row_hash="0" * 32)).rowcount == 1
    found = replay(lived.context, NIGHT)
    assert (found.different, found.inputs_same, found.identical) == (1, True, False)


def test_a_stored_row_that_vanished_is_reported(lived: Tiny) -> None:
    s = tables.scores.c
    where = (s.district == CODE, s.night == NIGHT, s.category == "safety", s.cell_id == lived.context.folder.cells["cell_id"][0])
    with lived.context.warehouse.engine.begin() as connection:
        assert connection.execute(sa.delete(tables.scores).where(*where)).rowcount == 1
    found = replay(lived.context, NIGHT)
    assert (found.rows, found.different, found.identical) == (4 * CELLS, 1, False)


def test_a_row_removed_from_the_lake_is_reported(lived: Tiny) -> None:
    url = lived.context.settings.lake(CODE)
    rows = pl.read_delta(url)
    recent = rows.filter((pl.col("source") == "order") & (pl.col("occurred_on") < NIGHT)).sort("occurred_on").tail(1)
    left = rows.filter(pl.col("report_id") != recent["report_id"][0])
    assert len(left) == len(rows) - 1
    write_deltalake(DeltaTable(url), left, mode="overwrite")
    for found in _verdicts(lived.context):
        assert found.different > 0
        assert not found.inputs_same
        assert not found.identical


def test_a_night_that_was_never_published_and_one_whose_inputs_were_purged_say_so(lived: Tiny) -> None:
    with pytest.raises(SifangError, match="was never published"):
        replay(lived.context, NIGHT - DAY)
    n = tables.nights.c
    with lived.context.warehouse.engine.begin() as connection:
        past = sa.update(tables.nights).where(n.district == CODE, n.night == NIGHT).values(replayable_until=LIVE[-1] - DAY)
        assert connection.execute(past).rowcount == 1
    with pytest.raises(SifangError, match=f"The inputs of night {NIGHT} were purged after {LIVE[-1] - DAY}"):
        replay(lived.context, NIGHT)
    # The last day on which it can be replayed is still one.
    with lived.context.warehouse.engine.begin() as connection:
        connection.execute(sa.update(tables.nights).where(n.district == CODE, n.night == NIGHT).values(replayable_until=LIVE[-1]))
    assert replay(lived.context, NIGHT).identical


# --- staleness


def test_a_late_report_makes_a_night_stale_and_a_restate_repairs_it(restated: Tiny) -> None:
    _bring(restated, "order", _report("order", "late", _at(NIGHT - 2 * DAY), _at(NIGHT, 9)), "late")
    assert is_stale(restated.context, NIGHT, NOW)
    # Seen with what was known before it came, the night is as it was.
    assert not is_stale(restated.context, NIGHT, moment(NIGHT, 8))
    assert _restate(restated.context, NIGHT, NIGHT)[0].rows_changed > 0
    assert not is_stale(restated.context, NIGHT, NOW)


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("order", {"kind": "assault"}),
        ("order", {"status": "withdrawn"}),
        ("stability", {"lon": "113.9300", "lat": "35.3250"}),
        ("stability", {"closed": f"{_at(NIGHT - DAY, 23)}"}),
        ("stability", {"department": "parks"}),
        ("stability", {"due": f"{_at(NIGHT + 9 * DAY)}"}),
        # An earlier one that the correction moves out of the night's reach.
        ("order", {"happened": f"{_at(NIGHT, 1)}", "closed": f"{_at(NIGHT, 2)}"}),
    ],
)
def test_a_correction_of_a_counted_report_makes_a_night_stale(restated: Tiny, source: str, changes: dict[str, str]) -> None:
    corrected = _counted(source).with_columns(released=pl.lit(f"{_at(NIGHT, 9)}"), **{c: pl.lit(v) for c, v in changes.items()})
    _bring(restated, source, corrected, "corrected")
    assert is_stale(restated.context, NIGHT, NOW)


def test_a_changed_weight_makes_a_night_stale_and_a_new_name_does_not(restated: Tiny) -> None:
    renamed = _edit(restated, lambda text: text.replace('name_en = "Tiny"', 'name_en = "Renamed"'))
    try:
        assert renamed.folder.version != restated.context.folder.version
        assert not is_stale(renamed, NIGHT, NOW)
    finally:
        renamed.stores.close()
    heavier = _edit(restated, lambda text: text + "\n[series.theft]\nweight = 4\n")
    try:
        assert is_stale(heavier, NIGHT, NOW)
        _restate(heavier, NIGHT, NIGHT)
        assert not is_stale(heavier, NIGHT, NOW)
    finally:
        heavier.stores.close()


def test_a_case_closed_after_the_night_began_and_a_later_days_report_make_no_night_stale(restated: Tiny) -> None:
    opened = _at(NIGHT - 3 * DAY)
    case = {"status": "open", "closed": "", "due": f"{_at(NIGHT + 2 * DAY)}"}
    _bring(restated, "stability", _report("stability", "case", opened, opened + dt.timedelta(hours=1), **case), "case")
    assert is_stale(restated.context, NIGHT, NOW)
    _restate(restated.context, NIGHT, NIGHT)
    closed = case | {"status": "closed", "closed": f"{_at(NIGHT, 8)}"}
    _bring(restated, "stability", _report("stability", "case", opened, _at(NIGHT, 9), **closed), "closed")
    _bring(restated, "order", _report("order", "next", _at(NIGHT, 10), _at(NIGHT, 11)), "next")
    assert not is_stale(restated.context, NIGHT, NOW)
    assert _stale_after_an_earlier_closing(restated)


def _stale_after_an_earlier_closing(tiny_one: Tiny) -> bool:
    """The same case closed before the night began: the control that closings count at all."""
    opened = _at(NIGHT - 3 * DAY)
    early = {"status": "closed", "closed": f"{_at(NIGHT - DAY, 23)}", "due": f"{_at(NIGHT + 2 * DAY)}"}
    _bring(tiny_one, "stability", _report("stability", "case", opened, _at(NIGHT, 10), **early), "earlier")
    return is_stale(tiny_one.context, NIGHT, NOW)


def test_only_the_nights_that_a_late_report_reaches_are_chosen(district: Tiny) -> None:
    first, last = NIGHT - 4 * DAY, NIGHT
    _restate(district.context, first, last)
    runs = backfill_runs(district.context, PastNights(first, last, "late-data"), NOW, "again")
    assert stale_runs(district.context, runs, NOW) == []
    # Of Friday noon: Saturday's night is the first that sees it. NIGHT is a Monday, so its provisional reference is another.
    _bring(district, "order", _report("order", "late", _at(NIGHT - 3 * DAY), _at(NIGHT, 9)), "late")
    assert [r.night for r in stale_runs(district.context, runs, NOW)] == [NIGHT - 2 * DAY, NIGHT - DAY, NIGHT]
    assert not is_stale(district.context, NIGHT + DAY, NOW), "a night that was never published has nothing to repair"


def test_models_are_fitted_on_one_thread_whoever_asks(restated: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    _bring(restated, "order", _report("order", "late", _at(NIGHT - 20 * DAY), _at(NIGHT, 9)), "late")
    threads: list[int] = []
    original = fitting.fit_model

    def noted(*args: object, **kwargs: object) -> object:
        threads.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
        return original(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(fit, "fit_model", noted)
    assert is_stale(restated.context, NIGHT, NOW)
    restated.context.memory.forget()
    assert replay(restated.context, NIGHT, refit=True).identical
    assert len(threads) >= 2
    assert set(threads) == {1}


def test_restate_makes_models_and_references_again_when_what_they_were_trained_on_changed(lived: Tiny) -> None:
    before = night_row(lived.context.warehouse, LIVE[-1])
    assert before is not None
    _bring(lived, "order", tiny.reports("order", NIGHT - 40 * DAY, NIGHT - 20 * DAY, seed=5), "imported")
    run = backfill_runs(lived.context, PastNights(LIVE[-1], LIVE[-1], "late-data"), NOW, "again")[0]
    chosen = choose(lived.context, run, look(lived.context, run.night, NOW, None)).all()
    kept = {made.model_id for made in chosen} & set(before.model_ids)
    # Only order's reports changed, but a digest covers all that a night sees: every model and reference is remade.
    assert kept == set()
    run_night(lived.context, run)
    after = night_row(lived.context.warehouse, LIVE[-1])
    assert after is not None
    assert set(after.model_ids) == {made.model_id for made in chosen}


# --- purge


@pytest.fixture
def short(district_root: Path) -> Tiny:
    """The district with the shortest history there is, and a live night on the last day before its reference is frozen anew."""
    file = district_root / "districts" / CODE / "district.toml"
    file.write_text(file.read_text("utf-8").replace("synthetic = true", "synthetic = true\nhistory_days = 56"), "utf-8")
    opened = Tiny(district_root)
    # Reports from before anything that a night still needs.
    _bring(opened, "order", tiny.reports("order", LONG_AGO, LONG_AGO + 30 * DAY), "long_ago", moment(NIGHT - DAY))
    _live(opened, NIGHT - DAY)
    return opened


def test_purge_drops_whole_reports_and_nothing_that_a_replayable_night_needs(short: Tiny) -> None:
    context, night = short.context, NIGHT - DAY
    try:
        # Two versions: the newest of an event long ago, an older one that says it was recent. It goes or stays as one.
        moved = _counted("order", NIGHT).with_columns(happened=pl.lit(f"{_at(LONG_AGO, 10)}"), closed=pl.lit(f"{_at(LONG_AGO, 11)}"))
        _bring(short, "order", moved.with_columns(released=pl.lit(f"{_at(NIGHT, 9)}")), "moved")
        _live(short, night + KEPT_BEYOND_HISTORY_DAYS * DAY)
        before = context.lake.read()
        told = purge(context, moment(NIGHT), dry_run=True)
        assert (told.district, told.dry_run, told.landed_files) == (CODE, True, 0)
        assert context.lake.read().sort("report_id", "recorded_seq").equals(before.sort("report_id", "recorded_seq"))
        sequence = context.lake.sequence()
        done = purge(context, moment(NIGHT), dry_run=False)
        after = context.lake.read()
        assert context.lake.sequence() > sequence
        assert done.lake_rows == told.lake_rows == len(before) - len(after) > 0
        gone = before.join(after, on=["report_id", "version_hash", "recorded_seq"], how="anti")
        assert gone.join(after, on="report_id", how="semi").is_empty(), "a report lost some of its versions"
        # It has an old event, but a version that is recent: both are there.
        two = after.filter(pl.col("report_id").is_duplicated())
        assert (len(two), two["report_id"].n_unique(), two["occurred_on"].dt.month().sort().to_list()) == (2, 1, [6, 12])
        single = after.filter(pl.col("report_id").is_unique())
        assert gone["occurred_on"].to_list()[0] >= LONG_AGO
        assert gone.filter(pl.col("occurred_on") >= single["occurred_on"].sort()[0]).is_empty()
        for refit in (False, True):
            assert replay(context, night, refit=refit).identical
        assert purge(context, moment(NIGHT), dry_run=False).lake_rows == 0
    finally:
        context.stores.close()


def test_purge_of_a_district_without_nights_drops_nothing(district: Tiny) -> None:
    assert latest_night(district.context.warehouse) is None
    before = len(district.context.lake.read())
    assert purge(district.context, NOW, dry_run=False).lake_rows == 0
    assert len(district.context.lake.read()) == before > 0
