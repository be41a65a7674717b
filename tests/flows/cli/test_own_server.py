"""A command's own server: without our secrets, closed to others, gone with the command; a night without anything new judges nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import psutil
import pytest

from flows.intake.glance import may_be_new
from flows.intake.ingest import ingest
from flows.stores import opened
from infra import clock
from infra.settings import Settings
from tests.helpers.command import process
from tests.helpers.keys import KEY
from tests.helpers.tiny import CODE, Tiny

TOLD = """
import psutil, urllib.error, urllib.request
from flows.serving.own import own_server
from infra.deploy import prefect_home
from infra.settings import Settings
import os
prefect_home.prepare(Settings())
with own_server(Settings()) as wait:
    wait()
    (server,) = psutil.Process().children()
    print(server.pid, server.environ())
    try:
        urllib.request.urlopen(os.environ["PREFECT_API_URL"] + "/flow_runs/count", b"{}")
    except urllib.error.HTTPError as refused:
        print("status", refused.code)
    from prefect.client.orchestration import get_client
    with get_client(sync_client=True) as client:
        print("runs", len(client.read_flow_runs()))
assert Settings().hash_key()
"""
NIGHTLY = """
import sys
sys.argv = ["sifang", "nightly", "-d", "tiny", "--night", "2025-06-09"]
from flows.cli.app import main
try:
    main()
finally:
    print("judges", "expectations.engine" in sys.modules)
"""


@pytest.mark.slow
def test_its_own_server_knows_no_secret_answers_nobody_else_and_ends_with_the_command(tmp_path: Path) -> None:
    said = process(TOLD, SIFANG_KEY=KEY, SIFANG_SECRET_A="s3cret", SIFANG_HOME=str(tmp_path / "home"))
    assert said.returncode == 0, said.stderr
    told, *rest = said.stdout.splitlines()
    assert "PREFECT_SERVER_API_AUTH_STRING" in told
    assert KEY not in told
    assert "s3cret" not in told
    assert rest == ["status 401", "runs 0"]
    assert not psutil.pid_exists(int(told.split()[0]))


def test_a_glance_tells_whether_anything_may_be_new(published: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    # What changed a moment ago nobody vouches for.
    later = clock.now() + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with opened(CODE, Settings()) as context:
        assert may_be_new(context), "the files lie in another place than those that were taken in"
        ingest(context, later)
        assert not may_be_new(context)
        (published.inbox / "order_late.csv").write_text("number,happened\n1,2025-06-09 01:00:00\n", "utf-8")
        assert may_be_new(context)


@pytest.mark.slow
def test_a_night_without_anything_new_imports_no_checks(published: Tiny) -> None:
    for file in published.inbox.iterdir():
        file.unlink()
    said = process(NIGHTLY)
    assert said.returncode == 0, said.stderr
    assert "judges False" in said.stdout
