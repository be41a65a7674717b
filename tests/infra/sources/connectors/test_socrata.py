from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from infra.sources.connectors import cuts, retries
from infra.sources.connectors.live import Ask, LivePlace
from infra.sources.connectors.memory import Memory
from infra.sources.unpack import Delivered
from tests.helpers.far import server
from tests.helpers.far.server import Question, Reply, once, serving
from tests.helpers.far.socrata import Portal
from tests.helpers.keys import SECRET
from transforms.district.live import FromSocrata
from transforms.district.source import Source

COLUMNS = ("number", "happened", "kind", "lon", "lat", "status")
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def row(number: int, **changes: str | None) -> dict[str, str | None]:
    return {
        "number": f"n{number:06d}",
        "happened": f"2026-01-{1 + number % 28:02d}T08:00:00.000",
        "kind": "theft",
        "lon": "113.91",
        "lat": "35.31",
        "status": "open",
        **changes,
    }


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "PATIENCE", retries.Patience(4, 0.01, 1.0))
    monkeypatch.setattr(cuts, "ROWS", 500)


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal(COLUMNS, cap=200)
    made.put(row(n) for n in range(1234))
    with serving(made.far):
        yield made


def place(portal: Portal, **changes: object) -> tuple[Source, LivePlace]:
    declared = {"kind": "socrata", "url": portal.url, "allow_local": True, "page_rows": 200, "timeout_s": 2}
    columns = {"occurred_at": "happened", "kind": "kind", "lon": "lon", "lat": "lat", "status": "status"}
    of = {"code": "order", "feed": "public_order", "key": ["number"], "columns": columns, "from": declared, **changes}
    source = Source.model_validate(of)
    assert isinstance(source.live, FromSocrata)
    return source, LivePlace(source, source.live)


def taken(at: LivePlace, memory: Memory, now: dt.datetime = NOW, since: dt.date | None = None) -> list[Delivered]:
    found = []
    for file in at.deliveries(Ask(memory, now, SECRET, since)):
        file.settled = file.refusal is None
        found.append(file)
    return found


def rows_of(files: list[Delivered]) -> pl.DataFrame:
    return pl.concat(
        [pl.DataFrame(schema=dict.fromkeys(("number", "status"), pl.String)), *(f.table.rows for f in files if f.table)], how="diagonal"
    )


def said(files: list[Delivered]) -> str:
    refusals = [f.refusal for f in files if f.refusal]
    assert len(refusals) == 1
    return f"{refusals[0].reason}: {refusals[0].detail}"


def test_everything_comes_once_cut_where_batches_end(portal: Portal, tmp_path: Path) -> None:
    files = taken(place(portal)[1], Memory(tmp_path))
    assert [len(f.table.rows) for f in files if f.table] == [500, 500, 234]
    assert sorted(rows_of(files)["number"]) == sorted(str(r["number"]) for r in portal.rows())
    assert not [q for q in portal.far.asked if "$offset" in q.params]


def test_only_what_changed_is_asked_for_again_and_the_overlap_is_the_same_batch(portal: Portal, tmp_path: Path) -> None:
    taken(place(portal)[1], Memory(tmp_path))
    portal.clock += dt.timedelta(days=10)
    portal.edit("number", "n000007", status="closed")
    portal.put([row(9001)])
    assert {"n000007", "n009001"} <= set(rows_of(taken(place(portal)[1], Memory(tmp_path)))["number"])
    first = taken(place(portal)[1], Memory(tmp_path))
    assert sorted(rows_of(first)["number"]) == ["n000007", "n009001"]
    before = len(portal.far.asked)
    again = taken(place(portal)[1], Memory(tmp_path))
    assert [f.content for f in again] == [f.content for f in first]
    assert len(portal.far.asked) - before <= 4


def test_a_cursor_moves_only_past_what_is_in(portal: Portal, tmp_path: Path) -> None:
    at = place(portal)[1]
    for number, file in enumerate(at.deliveries(Ask(Memory(tmp_path), NOW, SECRET))):
        file.settled = number == 0
    again = taken(at, Memory(tmp_path))
    assert {"n001233"} <= set(rows_of(again)["number"])


@pytest.mark.parametrize("pages", range(1, 7))
def test_killed_at_any_page_the_next_run_makes_the_same_batches(portal: Portal, tmp_path: Path, pages: int) -> None:
    undisturbed = [f.content for f in taken(place(portal)[1], Memory(tmp_path / "other"))]
    stopped = place(portal)[1].deliveries(Ask(Memory(tmp_path), NOW, SECRET))
    portal.far.faults = [lambda q, r: r if len([a for a in portal.far.asked if "$order" in a.params]) <= pages else _stop()]
    seen = [file.content for file in stopped if file.refusal is None]
    portal.far.faults = []
    files = taken(place(portal)[1], Memory(tmp_path))
    assert [f.content for f in files] == undisturbed
    assert seen == undisturbed[: len(seen)]


def _stop() -> Reply:
    return Reply(hang_up=True)


def test_rows_of_one_incident_come_whole_and_in_one_batch(tmp_path: Path) -> None:
    portal = Portal((*COLUMNS, "unit"), cap=200)
    portal.put({**row(n // 3), "unit": f"E{n % 3}"} for n in range(1500))
    with serving(portal.far):
        at = place(portal, merge=True, row_key=["unit"])[1]
        files = taken(at, Memory(tmp_path))
        assert len(rows_of(files)) == 1500
        parted = [set(f.table.rows["number"]) for f in files if f.table]
        assert len(parted) == 4
        assert sum(map(len, parted)) == len(set().union(*parted)) == 500
        portal.clock += dt.timedelta(days=3)
        portal.edit("unit", "E1", status="closed")
        portal.clock += dt.timedelta(days=3)
        portal.put([{**row(3), "unit": "E8"}])
        taken(at, Memory(tmp_path))
        portal.clock += dt.timedelta(days=3)
        portal.put([{**row(3), "unit": "E9"}])
        # One unit came: all five of its incident are asked for.
        files = taken(at, Memory(tmp_path))
        assert rows_of(files).select("number", "unit").rows() == [("n000003", u) for u in ("E0", "E1", "E2", "E8", "E9")]


HEALED = {
    "a page of HTML": server.html,
    "a transfer that breaks off": server.too_short,
    "a wrong length": server.wrong_length,
    "gzip that lies": server.gzip_that_lies,
    "a far side that hangs up": server.hang_up,
    "too many requests": server.status(429, Retry_After="0"),
    "an error of the server": server.status(503),
}


@pytest.mark.parametrize("fault", HEALED.values(), ids=HEALED.keys())
def test_what_heals_by_asking_again_is_healed(portal: Portal, tmp_path: Path, fault: server.Fault) -> None:
    portal.far.faults = [once(fault, 2, lambda q: q.number > 3)]
    files = taken(place(portal)[1], Memory(tmp_path))
    assert not [f for f in files if f.refusal]
    assert len(rows_of(files)) == 1234


def test_packed_answers_that_are_broken_are_asked_for_plain(portal: Portal, tmp_path: Path) -> None:
    portal.far.faults = [server.gzip_unless_plain]
    assert len(rows_of(taken(place(portal)[1], Memory(tmp_path)))) == 1234


def test_a_far_side_that_closes_after_every_second_answer_is_read_to_the_end(portal: Portal, tmp_path: Path) -> None:
    portal.far.faults = [lambda q, r: Reply(hang_up=True) if q.number % 3 == 2 else r]
    assert len(rows_of(taken(place(portal)[1], Memory(tmp_path)))) == 1234


REFUSED = {
    "html": (server.html, "source_answer: {}: it answers with a page of HTML where JSON belongs, 4 times"),
    "too_short": (server.too_short, "source_unreachable: {}: it breaks off in the middle of an answer, 4 times"),
    "gzip": (server.gzip_that_lies, "source_answer: {}: what it sends as packed cannot be unpacked, 4 times"),
    "hang_up": (server.hang_up, "source_unreachable: {}: it breaks off in the middle of an answer, 4 times"),
    "denied": (server.status(403), "source_refused: {} answers 403: it wants a token, or another one"),
    "too_many": (server.status(429, Retry_After="0"), "source_quota: {}: it answers 429, 4 times"),
    "waits_long": (server.status(429, Retry_After="86400"), "source_quota: {}: it answers 429, 1 times"),
    "broken": (server.status(500), "source_unreachable: {}: it answers 500, 4 times"),
    "gone": (server.status(404), "source_unreachable: nothing lies at {} (it answers 404)"),
    "endless": (server.endless, "file_too_large: {} sends more than 256 MiB in one answer"),
    "elsewhere": (
        server.status(302, Location="http://localhost:1/x"),
        "source_answer: {} leads to another host, which is not followed; declare that one if it is right",
    ),
}


@pytest.mark.parametrize(("fault", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_healed_is_refused_in_plain_words(portal: Portal, tmp_path: Path, fault: server.Fault, why: str) -> None:
    first = taken(place(portal)[1], Memory(tmp_path))
    portal.clock += dt.timedelta(days=3)
    portal.put(row(2000 + n) for n in range(700))
    portal.far.faults = [once(fault, 99, lambda q: len(portal.far.asked) > 20)]
    files = taken(place(portal)[1], Memory(tmp_path))
    told = said(files)
    assert told == why.format(portal.url)
    assert "Maria" not in told
    portal.far.faults = []
    later = taken(place(portal)[1], Memory(tmp_path))
    assert {n for f in (first, files, later) for n in rows_of(f)["number"]} == {r["number"] for r in portal.rows()}


def skipping(question: Question, reply: Reply) -> Reply:
    """Leaves out a row of each page."""
    if "$order" in question.params and reply.body.startswith(b"[{"):
        _, _, rest = reply.body.partition(b"}, ")
        reply.body = b"[" + rest if rest else reply.body
    return reply


def test_a_page_that_skips_a_row_is_asked_for_again_and_refused_if_it_goes_on(portal: Portal, tmp_path: Path) -> None:
    portal.far.faults = [once(skipping, 2, lambda q: "$order" in q.params)]
    assert len(rows_of(taken(place(portal)[1], Memory(tmp_path / "once")))) == 1234
    portal.far.faults = [skipping]
    assert said(taken(place(portal)[1], Memory(tmp_path))).startswith(f"source_incomplete: {portal.url} counts more rows than it gives")


def test_a_page_that_comes_twice_is_not_taken_twice(portal: Portal, tmp_path: Path) -> None:
    first: list[bytes] = []

    def same(question: Question, reply: Reply) -> Reply:
        if "$order" not in question.params:
            return reply
        first.append(reply.body)
        return Reply(first[0], headers=reply.headers)

    portal.far.faults = [same]
    assert "it answers with a page that was there before" in said(taken(place(portal)[1], Memory(tmp_path)))


def test_rows_in_another_order_within_a_page_are_all_there(portal: Portal, tmp_path: Path) -> None:
    import json

    def shuffled(question: Question, reply: Reply) -> Reply:
        rows = json.loads(reply.body)
        return Reply(json.dumps(rows[::-1] if "$order" in question.params else rows).encode(), headers=reply.headers)

    for n in range(1234):
        portal.edit("number", f"n{n:06d}", status="closed")
    portal.far.faults = [shuffled]
    files = taken(place(portal)[1], Memory(tmp_path))
    assert sorted(rows_of(files)["number"]) == sorted(str(r["number"]) for r in portal.rows())


def test_rows_that_change_while_they_are_paged_come_as_they_are_now(portal: Portal, tmp_path: Path) -> None:
    def changing(question: Question, reply: Reply) -> Reply:
        if "$order" in question.params and question.number < 12:
            portal.clock += dt.timedelta(seconds=1)
            portal.edit("number", f"n{question.number:06d}", status=f"state {question.number}")
            portal.edit("number", f"n{1200 + question.number:06d}", status=f"state {question.number}")
            portal.delete("number", f"n{1100 + question.number:06d}")
        return reply

    portal.far.faults = [changing]
    at = place(portal)[1]
    files = taken(at, Memory(tmp_path)) + taken(at, Memory(tmp_path))
    held = dict(rows_of(files).select("number", "status").iter_rows())
    truth = {r["number"]: r["status"] for r in portal.rows()}
    assert {n: held[str(n)] for n in truth} == truth


def test_a_clock_that_runs_ahead_hides_nothing(portal: Portal, tmp_path: Path) -> None:
    at, right = place(portal)[1], portal.clock
    portal.clock = NOW + dt.timedelta(days=400)
    portal.put([row(5000)])
    taken(at, Memory(tmp_path))
    portal.clock = right + dt.timedelta(days=59)
    portal.put([row(5001)])
    assert "n005001" in set(rows_of(taken(at, Memory(tmp_path), now=NOW))["number"])


def test_a_lost_column_is_named_as_such(portal: Portal, tmp_path: Path) -> None:
    lost = place(
        portal, columns={"occurred_at": "happened", "kind": "kind", "lon": "lon", "lat": "lat", "status": "state"}, undeclared="ignore"
    )
    assert said(taken(lost[1], Memory(tmp_path))).startswith("column_missing")


def test_no_rows_where_there_were_some_are_refused(portal: Portal, tmp_path: Path) -> None:
    at = place(portal)[1]
    taken(at, Memory(tmp_path))
    for r in portal.rows():
        portal.delete("number", str(r["number"]))
    assert said(taken(at, Memory(tmp_path))) == "no_rows: it has no row where it had 1234 the last time"


def test_this_machine_is_asked_only_where_the_source_says_so(portal: Portal, tmp_path: Path) -> None:
    declared = {"kind": "socrata", "url": portal.url}
    assert "allow_local" in said(taken(place(portal, **{"from": declared})[1], Memory(tmp_path)))
    assert not portal.far.asked


def test_the_requests_of_a_day_are_kept_over_runs(portal: Portal, tmp_path: Path) -> None:
    few = {"kind": "socrata", "url": portal.url, "allow_local": True, "page_rows": 200, "requests_per_day": 10}
    at = place(portal, **{"from": few})[1]
    assert said(taken(at, Memory(tmp_path))).startswith("source_quota")
    assert said(taken(at, Memory(tmp_path))).startswith("source_quota")
    assert len(portal.far.asked) == 10
    rest = taken(at, Memory(tmp_path), now=NOW + dt.timedelta(days=1))
    assert not [f for f in rest if f.refusal] or len(portal.far.asked) == 20


def test_a_secret_goes_to_the_far_side_and_nowhere_else(portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = {"kind": "socrata", "url": portal.url, "allow_local": True, "token": "$SIFANG_SECRET_CITY"}
    at = place(portal, **{"from": declared})[1]
    assert said(taken(at, Memory(tmp_path))) == "source_refused: SIFANG_SECRET_CITY is not set where Sifang runs"
    monkeypatch.setenv("SIFANG_SECRET_CITY", "open-sesame-1234")
    files = taken(at, Memory(tmp_path))
    assert {q.headers["X-App-Token"] for q in portal.far.asked} == {"open-sesame-1234"}
    assert "open-sesame" not in repr(files) + "".join(f.read_text() for f in tmp_path.rglob("*") if f.is_file())
