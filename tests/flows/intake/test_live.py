from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import polars as pl
import pytest

from flows.intake import ingest as intake
from flows.intake.reread import Reread, reread
from infra import clock
from infra.errors import SifangError
from infra.sources.connectors import cuts, retries
from infra.warehouse.intake.batches import BatchRecord
from tests.helpers.far import server
from tests.helpers.far.cases import case
from tests.helpers.far.server import Fault, Question, Reply, once, serving
from tests.helpers.far.socrata import Portal
from tests.helpers.keys import KEY
from tests.helpers.live_city import CODE, COLUMNS, FIRST, Truth, at, home, ledger, stands, take, write_city
from transforms.reports.versions import standing
from transforms.words.reasons import REASONS

DAYS = 30


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "PATIENCE", retries.Patience(4, 0.01, 1.0))
    monkeypatch.setattr(cuts, "ROWS", 300)
    monkeypatch.setenv("SIFANG_KEY", KEY)


def settle(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIFANG_HOME", str(root / "home"))
    monkeypatch.setenv("SIFANG_DISTRICTS", str(root / "districts"))


def asked(portal: Portal, more: str = "") -> str:
    return f'from = {{ kind = "socrata", url = "{portal.url}", allow_local = true, page_rows = 100, overlap_hours = 24 }}\n{more}'


@pytest.mark.lengthy
@pytest.mark.parametrize("content", ["changes", "whole"])
def test_thirty_days_of_asking_are_thirty_days_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    portal, truth, inbox = Portal(COLUMNS, cap=100), Truth(), tmp_path / "inbox"
    inbox.mkdir()
    days = [FIRST + dt.timedelta(days=n) for n in range(DAYS)]
    most = 0
    with serving(portal.far):
        write_city(tmp_path / "live" / "districts", asked(portal, f'content = "{content}"'))
        write_city(tmp_path / "files" / "districts", f'files = ["{inbox}/*.csv"]\ncontent = "whole"')
        for day in days:
            portal.clock = at(day) - dt.timedelta(hours=2)
            new, edited, deleted = truth.day(day, deleting=content == "whole")
            portal.put(new)
            for row in edited:
                portal.edit("number", str(row["number"]), status=row["status"])
            for number in deleted:
                portal.delete("number", number)
            pl.DataFrame(list(truth.rows.values())).write_csv(inbox / f"{day:%F}.csv")
            monkeypatch.setattr(clock, "now", lambda day=day: at(day))
            before = len(portal.far.asked)
            settle(tmp_path / "live", monkeypatch)
            assert {r.state for r in take(at(day))} == {"stored"}
            most = max(most, len(portal.far.asked) - before)
            settle(tmp_path / "files", monkeypatch)
            assert {r.state for r in take(at(day))} == {"stored"}
        by_file = stands()
        settle(tmp_path / "live", monkeypatch)
        by_asking = stands()
    assert by_asking.equals(by_file)
    assert len(by_asking) == len(truth.rows)
    # Two days' changes fit into one or two pages; everything takes two questions a page.
    assert most <= (8 if content == "changes" else 3 + 2 * (len(truth.rows) // 100 + 1))


NOW = at(FIRST + dt.timedelta(days=60))


def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int) -> Portal:
    """A portal with so many cases and a home that asks it, once it is served."""
    portal = Portal(COLUMNS, cap=100)
    portal.put(case(n, happened=f"2026-01-{1 + n % 28:02d}T08:00:00", lon="113.91", lat="35.31") for n in range(rows))
    settle(tmp_path / "live", monkeypatch)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return portal


def counts() -> dict[str, tuple[str, int, int, int]]:
    """What became of every batch; in which order they came depends on the run."""
    return {batch: (r.state, r.delivered, r.accepted, r.duplicate) for batch, r in ledger().items()}


class Killed(BaseException):
    """What a killed process would not live to see."""


@pytest.mark.parametrize("stage", ["scan", "enter", "record_batch"])
@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2, 4])
def test_killed_at_any_batch_the_next_run_completes_the_same_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str, number: int
) -> None:
    portal = city(tmp_path, monkeypatch, 1000)
    with serving(portal.far):
        for root in ("undisturbed", "live"):
            write_city(tmp_path / root / "districts", asked(portal))
        settle(tmp_path / "undisturbed", monkeypatch)
        take(NOW)
        right, standing = counts(), stands()
        settle(tmp_path / "live", monkeypatch)
        real, calls = getattr(intake, stage), []

        def deadly(*arguments: object, **named: object) -> object:
            calls.append(1)
            if stage == "scan" and len(calls) == number:
                raise Killed
            done = real(*arguments, **named)
            if len(calls) == number:
                raise Killed
            return done

        with monkeypatch.context() as patch:
            patch.setattr(intake, stage, deadly)
            with pytest.raises(Killed):
                take(NOW)
        take(NOW)
        assert counts() == right
        assert stands().equals(standing)


def skipping(question: Question, reply: Reply) -> Reply:
    """Leaves out the first row of each page."""
    rest = reply.body.partition(b"}, ")[2]
    return Reply(b"[" + rest, headers=reply.headers) if "$order" in question.params and rest else reply


def the_same_page(question: Question, reply: Reply) -> Reply:
    """Gives the first page whatever it is asked."""
    return (
        Reply(b'[{":id":"row-00000001",":updated_at":"2026-01-01T00:00:00.001Z","number":"n000000"}]')
        if "$order" in question.params
        else reply
    )


def another_type(question: Question, reply: Reply) -> Reply:
    """Suddenly wraps every row."""
    return Reply(b'[{"row": [1, 2]}]') if "$order" in question.params else reply


BAD: dict[str, Fault] = {
    "HTML with status 200": server.html,
    "breaks off": server.too_short,
    "a wrong length": server.wrong_length,
    "gzip that lies": server.gzip_that_lies,
    "closes": server.hang_up,
    "endless": server.endless,
    "a token that is refused in the middle": server.status(401),
    "a schema that loses a column": lambda q, r: Reply(b'{"code": "query.soql.no-such-column"}', 400),
    "too many requests": server.status(429, Retry_After="3600"),
    "errors": server.status(500),
    "skipped rows": skipping,
    "repeated pages": the_same_page,
    "another type": another_type,
    "zero rows": lambda q, r: Reply(b"[]") if "$order" in q.params else r,
}


@pytest.mark.parametrize("fault", BAD.values(), ids=BAD.keys())
@pytest.mark.slow
def test_whatever_a_far_side_does_standing_reports_are_true_and_in_the_end_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    portal = city(tmp_path, monkeypatch, 1000)
    with serving(portal.far):
        write_city(tmp_path / "live" / "districts", asked(portal))
        portal.far.faults = [once(fault, 999, lambda q: q.number > 8)]
        records = take(NOW)
        (refused,) = [r for r in records if r.state == "refused"]
        assert refused.reason in REASONS
        assert "Maria" not in str(refused.warnings)
        assert sum(r.accepted for r in records) % 300 == 0
        portal.far.faults = []
        take(NOW)
        assert len(stands()) == 1000
        assert _balanced(ledger())


def _balanced(records: dict[str, BatchRecord]) -> bool:
    return all(
        r.delivered == r.accepted + r.merged + r.duplicate + r.quarantined + r.out_of_scope for r in records.values() if r.state == "stored"
    )


def test_an_archive_is_one_delivery_of_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(tmp_path / "files", monkeypatch)
    write_city(tmp_path / "files" / "districts", f'files = ["{tmp_path}/*.zip"]\ncontent = "whole"')
    rows = pl.DataFrame([case(n, happened="2026-01-05T08:00:00", lon="113.91", lat="35.31") for n in range(100)])

    def taken(days: int) -> list[BatchRecord]:
        now = NOW + dt.timedelta(days=days)
        monkeypatch.setattr(clock, "now", lambda: now)
        return take(now)

    def deliver(name: str, *parts: pl.DataFrame) -> None:
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for number, part in enumerate(parts):
                archive.writestr(f"{number}.csv", part.write_csv())

    deliver("1.zip", rows[:50], rows[50:])
    taken(0)
    assert len(stands()) == 100
    # The second part is known, so that nothing can be said of what has gone from the first.
    deliver("2.zip", rows[5:50], rows[50:])
    taken(0)
    assert len(stands()) == 100
    deliver("3.zip", rows[5:50], rows[50:99])
    taken(1)
    deliver("4.zip", rows[6:50], rows[50:98])
    taken(2)
    assert len(stands()) == 92
    # Less than nine tenths of it are likelier to be the delivery's fault.
    deliver("5.zip", rows[:40], rows[70:71])
    (*_, refused) = taken(3)
    assert (refused.state, refused.reason) == ("refused", "source_shrunk")


def test_a_window_that_is_asked_for_again_is_read_under_todays_declaration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = city(tmp_path, monkeypatch, 350)
    with serving(portal.far):
        write_city(tmp_path / "live" / "districts", asked(portal))
        take(NOW)
        write_city(tmp_path / "live" / "districts", asked(portal, 'kinds = { "theft" = "burglary" }'))
        assert take(NOW) == []
        assert sum(r.accepted for r in take(NOW, since=FIRST)) == 350
        assert set(stands()["kind"]) == {"burglary"}
        assert take(NOW, since=FIRST) == []


def read_again(since: dt.date | None = None, *, dry_run: bool = False) -> Reread:
    with home() as context:
        return reread(context, "order", "mended", clock.now(), since=since, dry_run=dry_run)


def known_since() -> dict[str, dt.datetime]:
    with home() as context:
        found = standing(context.lake.read(), context.district.released)
    return dict(found.select("report_id", "known_at").iter_rows())


def test_a_source_that_is_asked_is_read_again_under_todays_declaration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portal, folder = city(tmp_path, monkeypatch, 0), tmp_path / "live" / "districts"
    for days, numbers in ((9, range(340)), (1, range(340, 350))):
        portal.clock = NOW - dt.timedelta(days=days)
        portal.put(case(n, happened=f"2026-01-{1 + n % 28:02d}T08:00:00", lon="113.91", lat="35.31") for n in numbers)
    later = NOW + dt.timedelta(days=3)
    with serving(portal.far):
        write_city(folder, asked(portal))
        take(NOW)
        first, since = stands(), known_since()
        assert (read_again().unchanged, stands().equals(first)) == (350, True)
        write_city(folder, asked(portal, 'kinds = { "theft" = "burglary" }'))
        told = read_again(dry_run=True)
        assert (told.changed, told.left, stands().equals(first)) == (350, 0, True)
        # Since then the far side has edited some and lost another; ten lie in the overlap, which every asking reads.
        portal.clock = later - dt.timedelta(hours=2)
        for number in range(5):
            portal.edit("number", f"n{number:06d}", status="closed")
        portal.delete("number", "n000020")
        monkeypatch.setattr(clock, "now", lambda: later)
        told = read_again()
        assert (told.changed, told.added, told.withdrawn, told.left) == (334, 0, 0, 1)
        now = stands()
        assert dict(now.group_by("kind").len().iter_rows()) == {"burglary": 349, "theft": 1}
        # What the declaration had wrong was known when it was told; what the far side changed is known since today.
        newly = {report for report, moment in known_since().items() if moment != since[report]}
        assert set(now.filter(status="closed")["report_id"]) <= newly
        assert len(newly) == 15
        assert (read_again().unchanged, take(later)) == (349, [])


def test_a_scope_that_narrows_withdraws_and_another_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portal, folder = city(tmp_path, monkeypatch, 350), tmp_path / "live" / "districts"
    with serving(portal.far):
        write_city(folder, asked(portal))
        take(NOW)
        write_city(folder, asked(portal, 'where = [{ column = "lon", pattern = "none" }]'))
        assert read_again(dry_run=True).withdrawn == 350
        write_city(folder, asked(portal))
        file = folder / CODE / "district.toml"
        file.write_text(file.read_text("utf-8").replace('key = ["number"]', 'key = ["number", "kind"]'), "utf-8")
        with pytest.raises(SifangError, match="Of 350 reports of order that stand, 350 are not among what it tells now"):
            read_again(dry_run=True)
        portal.far.faults = [once(server.status(403), 99)]
        with pytest.raises(SifangError, match="order cannot be asked again"):
            read_again(dry_run=True)
