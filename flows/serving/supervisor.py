"""The one process that somebody starts: it starts the parts in their order, starts one again that ends by itself, ends all in turn.

Belongs here: which parts there are, what each is handed, what is said of them. Does not: processes (``infra.deploy.parts``), what a part
does (its own module).

Only the parts that run Sifang's flows or read its stores inherit the key and the addresses that may hold a password; Prefect's server does
not.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

from flows.serving import prefect_part
from flows.serving.addresses import LOCAL, Listening
from flows.serving.plan import Found
from infra.deploy.parts import Part, Running
from infra.deploy.served import Served, password, serving
from infra.errors import SifangError
from infra.settings import Settings

# The first start of Prefect's server makes its database, half a minute on a small machine.
_BEGIN_SECONDS: Final = 180.0
# What was killed leaves its port a few seconds later.
_PORT_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 60.0
# A part that ran for so long begins anew with short pauses.
_STEADY_SECONDS: Final = 300.0


class PartError(SifangError):
    """A part does not begin."""


@dataclass(frozen=True)
class Stopped:
    """How serving ended: ``by_hand`` is Ctrl-C, otherwise the system asked for it."""

    by_hand: bool


def serve(settings: Settings, found: Found, listening: Listening, say: Callable[[str], None]) -> Stopped:
    """Serve until somebody stops it.

    Raises:
        AlreadyServedError: another process serves this home.
        PartError: a part does not begin.
        SifangError: no key, or a port that another program has.
    """
    settings.hash_key()
    theirs = os.environ.get("PREFECT_API_URL")
    served = Served(os.getpid(), listening.pages, theirs or f"{listening.prefect}/api")
    with serving(settings, served), _asked_to_stop() as asked:
        _require_free(listening.pages_port, "--port", asked.event)
        if theirs is None:
            _require_free(listening.prefect_port, "--prefect-port", asked.event)
        parts = _Parts(_parts(settings, listening, own_server=theirs is None), asked.event, say)
        try:
            parts.begin()
            if not asked.event.is_set():
                _tell(found, listening, served, say)
            parts.watch()
        finally:
            parts.end()
    return Stopped(asked.by_hand)


def _tell(found: Found, listening: Listening, served: Served, say: Callable[[str], None]) -> None:
    for code, why in found.faulty:
        say(f"not served: {code}: {why}")
    names = ", ".join(f"{d.code} (nights at {d.cutoff:%H:%M} {d.timezone})" for d in found.districts)
    say(f"serving {names}")
    say(f"pages and API: {listening.pages}/   Prefect: {served.prefect.removesuffix('/api')}/")


def _parts(settings: Settings, listening: Listening, *, own_server: bool) -> list[Part]:
    """Prefect's server where the operator names none, then what asks it, then pages: the order in which they begin."""
    log = settings.home.resolve() / "serving"
    handed = dict(listening.handed_on())
    if not own_server:
        server, client = [], {}
    else:
        secret = password(settings)
        server = [prefect_part.server(settings, listening, secret, 15)]
        client = prefect_part.client(listening, secret)
    environment: Mapping[str, str] = {**os.environ, **handed, **client}
    return [
        *server,
        Part("the runner", "flows.serving.runner", environment, log / "runner.log", 20),
        Part("the pages", "flows.serving.pages", environment, log / "pages.log", 10),
    ]


class _Parts:
    """The parts while they run, in the order in which they began."""

    def __init__(self, parts: list[Part], stop: threading.Event, say: Callable[[str], None]) -> None:
        self._parts, self._stop, self._say = parts, stop, say
        self._running: dict[str, Running] = {}
        self._since: dict[str, float] = {}
        self._pauses: dict[str, float] = {}

    def begin(self) -> None:
        """Start all of them, and wait until each is ready; whatever one needs of another it waits for by itself.

        Raises:
            PartError: one ended instead.
        """
        for part in self._parts:
            self._start(part)
        until = time.monotonic() + _BEGIN_SECONDS
        while not self._stop.is_set() and not all(each.ready.is_set() for each in self._running.values()):
            for name, running in self._running.items():
                if running.ended() or (time.monotonic() > until and not running.ready.is_set()):
                    raise PartError(f"{name[0].upper()}{name[1:]} did not begin.", running.why)
            self._stop.wait(_LOOK_SECONDS)

    def watch(self) -> None:
        """Until somebody stops it, start again what ends by itself, with longer and longer pauses."""
        while not self._stop.wait(_LOOK_SECONDS):
            for part in self._parts:
                if self._running[part.name].ended() and not self._again(part):
                    return

    def end(self) -> None:
        """End what runs, the last first."""
        for running in reversed(self._running.values()):
            running.end()

    def _again(self, part: Part) -> bool:
        steady = time.monotonic() - self._since[part.name] > _STEADY_SECONDS
        pause = 1.0 if steady else min(2 * self._pauses.get(part.name, 0.5), _LONGEST_PAUSE_SECONDS)
        self._pauses[part.name] = pause
        self._say(f"{part.name} ended by itself and is started again in {pause:.0f} s: {self._running[part.name].why}")
        if self._stop.wait(pause):
            return False
        self._start(part)
        return True

    def _start(self, part: Part) -> Running:
        self._running[part.name] = running = Running(part, self._say)
        self._since[part.name] = time.monotonic()
        return running


@dataclass
class _Asked:
    """Whether somebody asked to stop, and how."""

    event: threading.Event
    by_hand: bool = False


@contextmanager
def _asked_to_stop() -> Iterator[_Asked]:
    """While it lasts, SIGTERM and Ctrl-C ask to stop; whoever asks a second time waits for nothing."""
    asked = _Asked(threading.Event())

    def stop(number: int, _frame: FrameType | None) -> None:
        if asked.event.is_set():
            # The parts read the end of their pipes.
            os._exit(1)
        asked.by_hand = number == signal.SIGINT
        asked.event.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _require_free(port: int, option: str, stop: threading.Event) -> None:
    """Pass when nobody listens on a port of this machine, or once who did was gone.

    Raises:
        SifangError: somebody does.
    """
    until = time.monotonic() + _PORT_SECONDS
    while not _is_free(port):
        if time.monotonic() > until:
            raise SifangError(f"Port {port} of this machine is another program's.", f"Name another one with {option}.")
        if stop.wait(_LOOK_SECONDS):
            return


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((LOCAL, port))
        except OSError:
            return False
    return True
