"""A run that is killed as a machine does it while it asks a far side, and is repeated, leaves what an undisturbed one leaves."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from infra import clock
from infra.sources.connectors import cuts, retries
from tests.flows.intake.live_child import ROWS
from tests.helpers.far.cases import COLUMNS, case
from tests.helpers.far.others import Service
from tests.helpers.far.server import Far, Question, Reply, serving
from tests.helpers.far.socrata import Portal
from tests.helpers.keys import KEY
from tests.helpers.live_city import FIRST, at, ledger, stands, take, write_city
from tests.helpers.source import ROOT

NOW = at(FIRST + dt.timedelta(days=35))
CASES = [case(n, happened=f"2026-01-{1 + n % 28:02d}T08:00:00") for n in range(1000)]
MORE_ANSWERS = [pytest.param(kind, number, marks=pytest.mark.lengthy) for kind, number in (("socrata", 19), ("open311", 3))]
REQUESTS = """
key = ["service_request_id"]
columns = { occurred_at = "requested_datetime", kind = "service_name", lon = "long", lat = "lat", status = "status" }
"""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "PATIENCE", retries.Patience(4, 0.01, 1.0))
    monkeypatch.setattr(cuts, "ROWS", ROWS)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setenv("SIFANG_KEY", KEY)


@dataclass
class Side:
    """A far side: how it is declared, and its server where it has one."""

    place: str
    far: Far | None


@pytest.fixture
def socrata() -> Iterator[Side]:
    portal = Portal(COLUMNS, cap=100)
    portal.put(CASES)
    with serving(portal.far):
        yield Side(f'from = {{ kind = "socrata", url = "{portal.url}", allow_local = true, page_rows = 100 }}', portal.far)


@pytest.fixture
def open311() -> Iterator[Side]:
    service = Service(100)
    service.put(({**row, "happened": f"{row['happened']}Z"} for row in CASES), NOW)
    with serving(service.far):
        first = f'url = "{service.far.url}/v2", first = "2026-01-01", page_rows = 100'
        yield Side(f'from = {{ kind = "open311", {first}, allow_local = true }}', service.far)


@pytest.fixture
def http() -> Iterator[Side]:
    body = pl.DataFrame(CASES).write_csv().encode()
    with serving(Far(lambda _: Reply(body, headers={"ETag": '"one"', "Accept-Ranges": "bytes"}, kind="text/csv"))) as far:
        yield Side(f'from = {{ kind = "http", url = "{far.url}/cases.csv", allow_local = true }}', far)


@pytest.fixture
def sql(tmp_path: Path) -> Side:
    url = f"sqlite:///{tmp_path / 'city.db'}"
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE cases ({', '.join(f'{c} TEXT' for c in (*COLUMNS, 'changed'))})"))
        marks = ", ".join(f":{c}" for c in COLUMNS)
        connection.execute(sa.text(f"INSERT INTO cases VALUES ({marks}, '2026-02-01 10:00:00')"), CASES)
    return Side(
        f'from = {{ kind = "sql", url = "{url}", table = "cases", watermark = "changed", page_rows = 90, allow_local = true }}', None
    )


def settle(root: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("SIFANG_HOME", str(root / "home"))
    monkeypatch.setenv("SIFANG_DISTRICTS", str(root / "districts"))
    kind = place.partition('kind = "')[2].partition('"')[0]
    write_city(root / "districts", place)
    if kind == "open311":
        file = root / "districts" / "live" / "district.toml"
        plain = file.read_text("utf-8").split("key = [")[0].replace("%H:%M:%S", "%H:%M:%S%z")
        file.write_text(f'{plain}{REQUESTS}statuses = {{ open = ["open"], closed = ["closed"], withdrawn = ["void"] }}\n', "utf-8")


def run(*death: str) -> subprocess.Popen[bytes]:
    """A run in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "tests.flows.intake.live_child", NOW.isoformat(), *death], cwd=ROOT)


def killed_at_answer(side: Side, number: int) -> None:
    """A run that is killed while the far side sends its answer of that number: half of it is on its way."""
    assert side.far is not None
    process, begun = list[subprocess.Popen[bytes]](), len(side.far.asked)

    def deadly(question: Question, reply: Reply) -> Reply:
        if question.number == begun + number:
            process[0].send_signal(signal.SIGKILL)
            process[0].wait()
            reply.cut_at = len(reply.body) // 2
        return reply

    side.far.faults = [deadly]
    process.append(run())
    assert process[0].wait(120) == -signal.SIGKILL
    side.far.faults = []


def counts() -> dict[str, tuple[str, int, int, int]]:
    """What became of every batch; in which order they came depends on the run."""
    return {batch: (r.state, r.delivered, r.accepted, r.duplicate) for batch, r in ledger().items()}


def check(side: Side, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kill: Callable[[], None]) -> None:
    """Kill, repeat, and hold what stands against a run that nobody disturbed."""
    settle(tmp_path / "undisturbed", monkeypatch, side.place)
    assert {r.state for r in take(NOW)} == {"stored"}
    right, standing = counts(), stands()
    assert len(standing) == len(CASES)
    settle(tmp_path / "killed", monkeypatch, side.place)
    kill()
    take(NOW)
    assert counts() == right
    assert stands().equals(standing)
    # What tells no changes is asked for once more, and cut elsewhere: nothing of it is new.
    assert sum(r.accepted for r in take(NOW)) == 0


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "number"), [("socrata", 9), ("open311", 9), ("http", 1), *MORE_ANSWERS])
def test_killed_in_the_middle_of_an_answer(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, number: int
) -> None:
    side: Side = request.getfixturevalue(kind)
    check(side, tmp_path, monkeypatch, lambda: killed_at_answer(side, number))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "death"),
    [
        ("sql", ("append", "after", "3")),
        ("open311", ("record_batch", "after", "1")),
        ("http", ("append", "after", "1")),
        pytest.param("sql", ("enter", "before", "2"), marks=pytest.mark.lengthy),
        pytest.param("http", ("record_batch", "after", "1"), marks=pytest.mark.lengthy),
    ],
)
def test_killed_between_two_steps(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, death: tuple[str, str, str]
) -> None:
    side: Side = request.getfixturevalue(kind)

    def kill() -> None:
        assert run(*death).wait(120) == -signal.SIGKILL

    check(side, tmp_path, monkeypatch, kill)
