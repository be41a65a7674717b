"""A web server on loopback, and everything it can do wrong.

Belongs here: sending. Does not: what portals say (a file per protocol beside this one).
"""

from __future__ import annotations

import gzip
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Question:
    """What was asked."""

    method: str
    path: str
    params: dict[str, str]
    headers: Mapping[str, str]
    number: int


@dataclass
class Reply:
    """What is answered. ``length`` is what Content-Length says, where that is a lie; ``cut_at`` where the transfer breaks off."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    length: int | None = None
    cut_at: int | None = None
    endless: bool = False
    hang_up: bool = False
    drip_s: float = 0.0


Fault = Callable[[Question, Reply], Reply]


@dataclass
class Far:
    """A far side: what it answers, the faults that the next answers suffer (each is asked in turn and may pass), and what it was asked."""

    answer: Callable[[Question], Reply]
    faults: list[Fault] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    url: str = ""

    def reply(self, question: Question) -> Reply:
        """The answer after its faults."""
        reply = self.answer(question)
        for fault in list(self.faults):
            reply = fault(question, reply)
        return reply


class _Server(ThreadingHTTPServer):
    """Says nothing of those who are gone before they have asked, as one that was killed is."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serving(far: Far) -> Iterator[Far]:
    """Serve it for a while."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Its head and its body are two writes: the second would wait for the first to be acknowledged, which takes a client 40 ms.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._do()

        def do_HEAD(self) -> None:
            self._do()

        def do_POST(self) -> None:
            self._do()

        def _do(self) -> None:
            parts = urlsplit(self.path)
            posted = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            params = dict(parse_qsl(parts.query, keep_blank_values=True)) | dict(parse_qsl(posted, keep_blank_values=True))
            question = Question(self.command, parts.path, params, dict(self.headers.items()), len(far.asked) + 1)
            far.asked.append(question)
            try:
                self._send(far.reply(question))
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _send(self, reply: Reply) -> None:
            if reply.hang_up:
                self.close_connection = True
                return
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.endless:
                self.send_header("Connection", "close")
                self.end_headers()
                self.close_connection = True
                while True:
                    self.wfile.write(reply.body or b"[" * 65536)
                    time.sleep(reply.drip_s)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body if reply.cut_at is None else reply.body[: reply.cut_at])
            if reply.cut_at is not None or reply.length is not None:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
            """Nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    far.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield far
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def once(fault: Fault, times: int = 1, at: Callable[[Question], bool] = lambda _: True) -> Fault:
    """A fault that befalls so many of the answers to questions that fit."""
    left = [times]

    def befall(question: Question, reply: Reply) -> Reply:
        if left[0] <= 0 or not at(question):
            return reply
        left[0] -= 1
        return fault(question, reply)

    return befall


def html(_: Question, reply: Reply) -> Reply:
    """A page of HTML with status 200."""
    return Reply(b"<!DOCTYPE html><html><body>Please log in, Maria Example</body></html>", kind="text/html")


def too_short(_: Question, reply: Reply) -> Reply:
    """A transfer that breaks off in the middle."""
    reply.cut_at = len(reply.body) // 2
    return reply


def wrong_length(_: Question, reply: Reply) -> Reply:
    """A length that is less than what there is."""
    reply.length = max(len(reply.body) - 20, 1)
    return reply


def gzip_that_lies(_: Question, reply: Reply) -> Reply:
    """Says that it is packed, and is not."""
    reply.headers["Content-Encoding"] = "gzip"
    return reply


def gzip_unless_plain(question: Question, reply: Reply) -> Reply:
    """Says that it is packed, and is broken, unless it is asked for plain bytes."""
    if "gzip" not in question.headers.get("Accept-Encoding", ""):
        return reply
    reply.body, reply.headers["Content-Encoding"] = gzip.compress(reply.body)[:-12] + b"x" * 12, "gzip"
    return reply


def endless(_: Question, reply: Reply) -> Reply:
    """Never comes to an end."""
    return Reply(b"[" * (1 << 20), endless=True)


def hang_up(_: Question, reply: Reply) -> Reply:
    """Closes without a word."""
    return Reply(hang_up=True)


def status(code: int, **headers: str) -> Fault:
    """Another status."""
    return lambda _question, _reply: Reply(b'{"message":"no, Maria Example"}', code, {k.replace("_", "-"): v for k, v in headers.items()})
