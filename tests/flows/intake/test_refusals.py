"""A refusal stands until its file is accepted or gone: it is tried again when it could succeed, and every run tells of it."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from flows.cli.draw import refusals as draw
from flows.intake import refusals as module
from flows.intake.ingest import ingest
from flows.intake.refusals import Refusals, refusals, told
from flows.intake.retry import retry
from flows.tell.status import status
from infra import clock
from infra.sources.connectors import retries
from infra.sources.formats import read
from infra.sources.places import LocalFile
from tests.helpers import tiny
from tests.helpers.rights import python, run_bound
from tests.helpers.tiny import NIGHT, Tiny, deliver, moment, reports

DAY = dt.timedelta(days=1)
NOW = moment(NIGHT + DAY)


def _night(district: Tiny, now: dt.datetime = NOW, *, dies: bool = False) -> Refusals:
    """What a run takes in and tells; one that dies has told nobody."""
    ingest(district.context, now)
    found = refusals(district.context, now)
    if not dies:
        told(district.context, found, now)
    return found


def _shape(found: Refusals) -> dict[str, list[str]]:
    groups = {"new": found.new, "standing": found.standing, "accepted": found.accepted, "gone": found.gone}
    return {how: sorted(one.reason for one in ones) for how, ones in groups.items() if ones}


def _refusable(district: Tiny, name: str = "20250609") -> Path:
    """A file that the declaration refuses."""
    rows = reports("order", NIGHT, NIGHT).rename({"kind": "what"})
    return deliver(district.inbox, "order", rows, name)


def _mended(district: Tiny) -> Tiny:
    """The district under a declaration that takes the column by its other name."""
    file = district.root / "districts" / tiny.CODE / "district.toml"
    head, order = file.read_text("utf-8").split('code = "order"', 1)
    order = order.replace('key = ["number"]', 'key = ["number"]\nother_names = { kind = ["what"] }', 1)
    file.write_text(f'{head}code = "order"{order}', "utf-8")
    return Tiny(district.root)


def test_a_refusal_is_new_once_and_stands_on_with_what_tells_the_file(on_both: Tiny) -> None:
    file = _refusable(on_both)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    (new,) = _night(on_both).new
    assert (new.source, new.file, new.size_bytes, new.reason) == ("order", "order_20250609.csv", file.stat().st_size, "column_missing")
    assert new.changed_at == dt.datetime.fromtimestamp(1_700_000_000, dt.UTC)
    assert "kind" in new.detail
    later = _night(on_both, NOW + 3 * DAY)
    assert _shape(later) == {"standing": ["column_missing"]}
    (standing,) = later.standing
    # It cannot succeed, so it was not read again.
    assert (standing.first_seen, standing.tries, standing.days) == (new.first_seen, 1, 3)
    found = status(on_both.context)
    assert (_shape(found.refusals), found.waiting_files) == ({"standing": ["column_missing"]}, 0)


def test_a_run_that_died_after_the_refusal_has_told_nobody(on_both: Tiny) -> None:
    _refusable(on_both)
    for _ in range(2):
        assert _shape(_night(on_both, dies=True)) == {"new": ["column_missing"]}
    assert _shape(_night(on_both)) == {"new": ["column_missing"]}
    assert _shape(_night(on_both)) == {"standing": ["column_missing"]}


def test_a_refused_file_is_tried_again_under_another_declaration(district: Tiny) -> None:
    _refusable(district)
    _night(district)
    mended = _mended(district)
    try:
        assert _shape(_night(mended)) == {"accepted": ["column_missing"]}
        # Said once.
        assert _shape(_night(mended)) == {}
    finally:
        mended.context.stores.close()


def test_a_refused_file_is_tried_again_by_another_version_of_the_program(district: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    _refusable(district)
    _night(district)
    monkeypatch.setattr(module, "program_version", lambda: "2.0")
    monkeypatch.setattr("flows.intake.ingest.program_version", lambda: "2.0")
    for tries in (2, 2):
        (standing,) = _night(district).standing
        assert standing.tries == tries


def test_a_file_refused_for_the_clock_is_tried_again_when_the_clock_is_another(district: Tiny) -> None:
    # Everything in it lies in the future of a machine whose clock is a year behind.
    deliver(district.inbox, "order", reports("order", NIGHT, NIGHT), "20250609")
    behind = NOW - 365 * DAY
    assert _shape(_night(district, behind)) == {"new": ["quarantine_share"]}
    (standing,) = _night(district, behind + dt.timedelta(hours=1)).standing
    assert standing.tries == 1
    assert _shape(_night(district, NOW)) == {"accepted": ["quarantine_share"]}


def test_other_bytes_are_another_file(district: Tiny) -> None:
    file = _refusable(district)
    _night(district)
    file.write_bytes(file.read_bytes() + b"\n")
    assert _shape(_night(district)) == {"new": ["column_missing"]}
    file.write_bytes(reports("order", NIGHT, NIGHT).write_csv().encode())
    assert _shape(_night(district)) == {"accepted": ["column_missing"]}


def test_a_file_that_has_gone_is_said_to_have_once_and_is_new_when_it_comes_back(on_both: Tiny) -> None:
    file = _refusable(on_both)
    content = file.read_bytes()
    _night(on_both)
    file.unlink()
    assert _shape(_night(on_both)) == {"gone": ["column_missing"]}
    assert _shape(_night(on_both)) == {}
    file.write_bytes(content)
    assert _shape(_night(on_both)) == {"new": ["column_missing"]}


def test_nothing_has_gone_from_a_folder_that_nobody_can_look_into(district: Tiny) -> None:
    _refusable(district)
    _night(district)
    district.inbox.rename(district.inbox.with_name("away"))
    assert _shape(_night(district)) == {"new": ["source_unreachable"] * 3, "standing": ["column_missing"]}
    assert _shape(_night(district)) == {"standing": ["column_missing"] + ["source_unreachable"] * 3}
    district.inbox.with_name("away").rename(district.inbox)
    assert _shape(_night(district)) == {"standing": ["column_missing"], "accepted": ["source_unreachable"] * 3}


def test_of_what_could_not_be_reached_nobody_says_that_it_is_in(
    district: Tiny, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(retries, "PATIENCE", retries.Patience(4, 0.01, 1.0))
    file = district.root / "districts" / tiny.CODE / "district.toml"
    before = file.read_text("utf-8")
    asked = before.replace(
        'files = ["$SIFANG_INBOX/order_*', 'allow_local = true\nfiles = ["http://127.0.0.1:9/order.csv", "$SIFANG_INBOX/order_*', 1
    )
    file.write_text(asked, "utf-8")
    assert _shape(_night(Tiny(district.root))) == {"new": ["source_unreachable"]}
    file.write_text(before, "utf-8")
    found = _night(Tiny(district.root))
    assert _shape(found) == {"accepted": ["source_unreachable"]}
    draw.refusals(Console(width=300), found)
    assert "declared no more" in (said := capsys.readouterr().out)
    assert "is in now" not in said


def test_what_could_not_be_read_is_tried_in_every_run(district: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(district.inbox, "order", reports("order", NIGHT, NIGHT), "20250609")
    fetch = LocalFile.fetch

    def closed(place: LocalFile) -> bytes:
        if place.name == "order_20250609.csv":
            from infra.sources.faults import door

            with door():
                raise PermissionError(13, "Permission denied")
        return fetch(place)

    with monkeypatch.context() as patch:
        patch.setattr(LocalFile, "fetch", closed)
        assert _shape(_night(district)) == {"new": ["file_no_rights"]}
        (standing,) = _night(district).standing
        assert standing.tries == 2
    assert _shape(_night(district)) == {"accepted": ["file_no_rights"]}
    assert ingest(district.context, NOW) == []


def test_another_reason_is_news(district: Tiny) -> None:
    _refusable(district)
    _night(district)
    file = district.root / "districts" / tiny.CODE / "district.toml"
    file.write_text(file.read_text("utf-8").replace('key = ["number"]', 'key = ["number"]\nencoding = "utf-16"'), "utf-8")
    other = Tiny(district.root)
    try:
        assert _shape(_night(other)) == {"new": ["file_encoding"]}
    finally:
        other.context.stores.close()


def test_a_retry_reads_refused_files_again_and_takes_in_no_new_ones(on_both: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    _refusable(on_both)
    _night(on_both)
    deliver(on_both.inbox, "fire", reports("fire", NIGHT, NIGHT), "new")
    for given in ({"source": "fire"}, {"reason": "file_empty"}):
        assert retry(on_both.context, NOW, **given).files_accepted == 0
    again = retry(on_both.context, NOW, reason="column_missing")
    assert (again.files_accepted, [one.tries for one in again.refusals.standing]) == (0, [2])
    # A program that is better by an edit of its source, which no version tells.
    monkeypatch.setattr("infra.landing.scanning.read", lambda content, *rest: read(content.replace(b",what,", b",kind,"), *rest))
    again = retry(on_both.context, NOW)
    assert (again.files_accepted, _shape(again.refusals)) == (1, {"accepted": ["column_missing"]})
    assert again.nights_from is None
    assert status(on_both.context).waiting_files == 1


def test_a_refusal_in_an_archive_ends_with_its_member(district: Tiny) -> None:
    import io
    import zipfile

    file = district.root / "districts" / tiny.CODE / "district.toml"
    file.write_text(file.read_text("utf-8").replace("/order_*.csv", "/order_*"), "utf-8")
    other = Tiny(district.root)

    def pack(second: pl.DataFrame) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("1.csv", reports("order", NIGHT, NIGHT).write_csv())
            archive.writestr("2.csv", second.write_csv())
        (district.inbox / "order_1.zip").write_bytes(packed.getvalue())

    rows = reports("order", NIGHT + DAY, NIGHT + DAY)
    try:
        pack(rows.rename({"kind": "what"}))
        (new,) = _night(other, NOW + DAY).new
        assert new.file == "order_1.zip:2.csv"
        pack(rows)
        assert _shape(_night(other, NOW + DAY)) == {"accepted": ["column_missing"]}
    finally:
        other.context.stores.close()


@pytest.mark.slow
def test_rights_that_come_back_settle_the_refusal(district: Tiny) -> None:
    file = deliver(district.inbox, "order", reports("order", NIGHT, NIGHT), "20250609")
    script = f"""
import datetime as dt
from flows.intake.ingest import ingest
from flows.intake.refusals import refusals, told
from flows.stores import open_context
context, now = open_context("tiny"), dt.datetime.fromisoformat("{NOW.isoformat()}")
ingest(context, now)
found = refusals(context, now)
print([one.reason for one in found.new], [one.reason for one in found.standing], [one.reason for one in found.accepted])
told(context, found, now)
"""
    district.context.stores.close()
    said = []
    for mode in (0o000, 0o000, 0o600, 0o600):
        file.chmod(mode)
        done = run_bound(python(script), os.environ)
        assert done.returncode == 0, done.stderr
        said.append(done.stdout.strip())
    assert said == ["['file_no_rights'] [] []", "[] ['file_no_rights'] []", "[] [] ['file_no_rights']", "[] [] []"]


def test_status_tells_the_age_of_a_refusal(district: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    _refusable(district)
    _night(district)
    monkeypatch.setattr(clock, "now", lambda: NOW + 9 * DAY)
    (one,) = status(district.context).refusals.standing
    assert one.days == 9
