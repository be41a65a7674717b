"""The pages of a district as `sifang serve` shows them to somebody who signed in, on a port of this process.

Belongs here: a night with alerts and a list, tokens, listening. Does not: what is expected (``tests.flows.serving.test_staff``), the
command itself (``tests.helpers.served``).
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from flows.alerts.tokens import make_token
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.serving.addresses import Listening
from flows.serving.pages import pages
from flows.stores import Context
from flows.tell.brief import write_brief
from flows.tell.site import Tier, write_site
from infra import clock
from infra.settings import Settings
from tests.helpers.homes import opened
from tests.helpers.invented import dampness
from tests.helpers.served import LOOPBACK, free_port
from tests.helpers.tiny import CODE, NIGHT
from transforms.alerts.types import TYPES

_LIST = "\n[worklist]\nvisits_per_day = 10\nrandom_share = 0.2\n"


@dataclass(frozen=True)
class Duty:
    """A district in the morning of its first night: two alerts on cells, a list of ten visits, pages and the brief written."""

    context: Context
    app: Starlette
    port: int

    def token(self, role: str) -> str:
        """A token of a role that is good for a month."""
        now = clock.now()
        return make_token(self.context, role, now + dt.timedelta(days=30), now).token

    @property
    def staff(self) -> str:
        """Where the pages for staff begin, once somebody listens."""
        return f"http://{LOOPBACK}:{self.port}/site/{CODE}/staff"


@contextmanager
def on_duty(root: Path, patch: pytest.MonkeyPatch) -> Iterator[Duty]:
    """The district in a folder, its night published."""
    declared = root / "districts" / CODE / "district.toml"
    declared.write_text(declared.read_text("utf-8") + _LIST, "utf-8")
    with opened(root, patch) as made, TYPES.including(dampness.TYPE):
        run_night(made.context, nightly_run(made.context, NIGHT, None, "first"))
        write_brief(made.context)
        for tier in Tier:
            write_site(made.context, tier)
        port = free_port()
        yield Duty(made.context, pages(Settings(), Listening(port, free_port(), (CODE,))), port)


@contextmanager
def listening(duty: Duty) -> Iterator[None]:
    """Answer on the port, from another thread."""
    server = uvicorn.Server(uvicorn.Config(duty.app, host=LOOPBACK, port=duty.port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)
