"""A receiver of messages on loopback.

Belongs here: answering as it is told, remembering what it was sent. Does not: expectations of any test.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """It answers as it is told, the last answer again and again, and remembers what it was sent.

    An answer is a number, ``page`` (200 with a page for people), ``redirect``, ``die`` (the connection is closed), ``hang``, ``drip`` (200,
    and then a byte now and again), or ``trickle`` (every byte so); ``before`` is called before each is given.
    """

    def __init__(self) -> None:
        self.answers: list[str] = ["200"]
        self.choose: Callable[[], str] | None = None
        self.before: Callable[[], object] = lambda: None
        self.hangs_s = 0.5
        self.drips = 200
        self.got: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                receiver.before()
                receiver.answer(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """A sender that was killed is no fault of the receiver's."""

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/alerts"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        how = self.choose() if self.choose else self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if how == "die":
            to.connection.close()
            return
        if how == "hang":
            threading.Event().wait(self.hangs_s)
        if how == "trickle":
            with contextlib.suppress(OSError):
                for byte in b"HTTP/1.1 200 OK\r\nx-slow: " + b"y" * self.drips + b"\r\n\r\n":
                    to.wfile.write(bytes([byte]))
                    threading.Event().wait(0.05)
            return
        to.send_response({"page": 200, "hang": 200, "drip": 200, "redirect": 302}.get(how) or int(how))
        if how == "redirect":
            to.send_header("location", self.address)
        to.send_header("content-type", "text/html" if how == "page" else "application/json")
        to.end_headers()
        if how == "drip":
            with contextlib.suppress(OSError):
                for _ in range(self.drips):
                    to.wfile.write(b" ")
                    threading.Event().wait(0.05)

    def ids(self) -> list[str]:
        """The names of all that it was sent, in their order."""
        return [headers["webhook-id"] for headers, _ in self.got]

    def close(self) -> None:
        """Be there no more."""
        self.server.shutdown()
        self.server.server_close()
