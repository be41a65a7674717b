"""Asking over the web: within limits of size and time, again where that can help, never on another host.

Belongs here: one question and its answer. Does not: how long to wait between attempts (``retries``), how often to ask (``quota``), what an
answer says (a file per protocol). Nothing that is raised quotes an answer, a query or a header: each may hold a secret or a person.
"""

from __future__ import annotations

import io
import logging
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol, TypeVar, runtime_checkable
from urllib.request import getproxies

import httpx

from infra.sources.connectors import retries
from infra.sources.connectors.guard import require_far, require_far_address
from infra.sources.connectors.packing import ASKED_FOR, PackedError, unpacked
from infra.sources.connectors.quota import Quota
from infra.sources.table import UnusableFile

T = TypeVar("T")

MAX_PAGE_BYTES: Final = 256 << 20
# An answer that drips is given up after so many times the wait for one piece of it.
_WHOLE_IN: Final = 10
_HOPS: Final = 5
_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_GONE: Final = frozenset({404, 410})
_DENIED: Final = frozenset({401, 403, 407})
# The library tells each request with its query, which may name what nobody else is to know.
logging.getLogger("httpx").addFilter(lambda record: record.levelno > logging.INFO)
# The one below it tells headers too, by loggers under this name, which a filter would not reach.
logging.getLogger("httpcore").setLevel(logging.WARNING)


class BrokenAnswer(Exception):  # noqa: N818 - asking again may heal it
    """An answer that is not what was asked for. ``said`` says what it is instead, and quotes nothing of it."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Rejected(Exception):  # noqa: N818 - the protocol knows what it means
    """The far side does not take the question. ``body`` is its answer, for codes alone."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status)
        self.status, self.body = status, body


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass
class Asking:
    """One question; ``resumable`` goes on where a transfer broke off, where the far side can."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "GET"
    most_bytes: int = MAX_PAGE_BYTES
    resumable: bool = False


class Client:
    """Asks one far side."""

    def __init__(self, *, shown: str, timeout_s: float, allow_local: bool, quota: Quota) -> None:
        self._shown, self._timeout_s, self._local, self._quota = shown, timeout_s, allow_local, quota
        self._http = httpx.Client(timeout=timeout_s, follow_redirects=False, trust_env=not allow_local)
        self._behind_proxy = not allow_local and bool(getproxies())

    def close(self) -> None:
        """Let go of its connections."""
        self._http.close()

    def ask(self, asking: Asking, understood: Callable[[Answer], T]) -> T:
        """What is understood of the answer to a question; asked again while that may help.

        Raises:
            Rejected: the far side does not take the question.
            UnusableFile: it does not answer, denies it, or answers with something else to the last.
        """
        part = _Part()
        attempt, plain = 0, False
        while True:
            attempt += 1
            after: str | None = None
            try:
                answer = self._once(asking, part, plain=plain)
                if answer.status not in _AGAIN:
                    return understood(answer)
                said, after = f"it answers {answer.status}", answer.headers.get("retry-after")
            except PackedError as broken:
                # What it calls packed is not, or is broken: perhaps it can send it as it is.
                said, plain = broken.said, True
                part.forget()
            except BrokenAnswer as broken:
                # What was packed may have lost its end without a sign of it.
                said, plain = broken.said, True
                part.forget()
            except (httpx.HTTPError, ssl.SSLError, OSError) as error:
                if _of_certificate(error):
                    raise UnusableFile(
                        "source_unreachable", f"{self._shown}: its certificate is not valid (expired, or another's)"
                    ) from None
                said = _plain(error)
            if not retries.PATIENCE.wait(attempt, after):
                reason = "source_quota" if said.endswith("429") else "source_answer" if _is_answer(said) else "source_unreachable"
                raise UnusableFile(reason, f"{self._shown}: {said}, {attempt} times")

    def _once(self, asking: Asking, part: _Part, *, plain: bool) -> Answer:
        packed = {"Accept-Encoding": "identity" if plain or asking.resumable else ASKED_FOR}
        headers = {**asking.headers, **part.headers(), **packed}
        request = self._http.build_request(asking.method, asking.url, params=asking.params or None, headers=headers)
        for _ in range(_HOPS):
            require_far(request.url.host, request.url.port or 443, allow_local=self._local)
            self._quota.take()
            with self._sent(request) as response:
                if response.is_redirect and response.next_request is not None:
                    request = self._followed(request, response.next_request)
                    continue
                return self._read(asking, part, response)
        raise UnusableFile("source_answer", f"{self._shown} leads in circles")

    @contextmanager
    def _sent(self, request: httpx.Request) -> Iterator[httpx.Response]:
        if not self._local and not self._behind_proxy:
            request.extensions = {**request.extensions, "trace": partial(_require_far_peer, request.url.host)}
        response = self._http.send(request, stream=True)
        try:
            yield response
        finally:
            response.close()

    def _followed(self, request: httpx.Request, onward: httpx.Request) -> httpx.Request:
        if not _same_side(request.url, onward.url):
            raise UnusableFile(
                "source_answer", f"{self._shown} leads to another host, which is not followed; declare that one if it is right"
            )
        return onward

    def _read(self, asking: Asking, part: _Part, response: httpx.Response) -> Answer:
        status = response.status_code
        if status in _DENIED:
            raise UnusableFile("source_refused", f"{self._shown} answers {status}: it wants a token, or another one")
        if status in _GONE:
            raise UnusableFile("source_unreachable", f"nothing lies at {self._shown} (it answers {status})")
        if status == 416 or (status == 206 and not part.goes_on(response.headers)):
            raise BrokenAnswer("it sends another part than it was asked for")
        whole = part if status == 206 else _Part()
        if status == 200:
            part.begin(response.headers)
            whole = part
        self._gather(asking, whole, response)
        if status >= 400 and status not in _AGAIN:
            raise Rejected(status, whole.body.getvalue())
        return Answer(status, response.headers, whole.body.getvalue())

    def _gather(self, asking: Asking, part: _Part, response: httpx.Response) -> None:
        deadline = time.monotonic() + _WHOLE_IN * self._timeout_s
        for piece in unpacked(response.iter_raw(), response.headers.get("content-encoding", "")):
            part.body.write(piece)
            if part.body.tell() > asking.most_bytes:
                raise UnusableFile("file_too_large", f"{self._shown} sends more than {asking.most_bytes >> 20} MiB in one answer")
            if time.monotonic() > deadline:
                raise UnusableFile(
                    "source_unreachable", f"{self._shown} does not come to an end within {_WHOLE_IN * self._timeout_s:.0f} s"
                )


class _Part:
    """What is there of an answer whose transfer may break off."""

    def __init__(self) -> None:
        self.body = io.BytesIO()
        self._mark: str | None = None

    def begin(self, headers: Mapping[str, str]) -> None:
        """Begin anew, with the mark by which the far side would know the same content again."""
        self.forget()
        mark = headers.get("etag")
        known_again = mark and not mark.startswith("W/") and headers.get("accept-ranges") == "bytes"
        self._mark = mark if known_again and not headers.get("content-encoding") else None

    def goes_on(self, headers: Mapping[str, str]) -> bool:
        """Whether a partial answer begins where this one ended."""
        return headers.get("content-range", "").startswith(f"bytes {self.body.tell()}-")

    def forget(self) -> None:
        """Begin anew, knowing nothing."""
        self.body, self._mark = io.BytesIO(), None

    def headers(self) -> dict[str, str]:
        """How to ask for the rest; nothing where all of it must be asked for."""
        if self._mark is None or not self.body.tell():
            self.forget()
            return {}
        return {"Range": f"bytes={self.body.tell()}-", "If-Range": self._mark}


@runtime_checkable
class _Stream(Protocol):
    """A connection of the library's, whose own library we do not declare."""

    def get_extra_info(self, info: str, /) -> object: ...

    def close(self) -> None: ...


def _require_far_peer(host: str, event: str, told: Mapping[str, object]) -> None:
    """Look where a connection truly led, before anything is said over it: a name may lead elsewhere than a moment ago."""
    if event != "connection.connect_tcp.complete":
        return
    stream = told["return_value"]
    assert isinstance(stream, _Stream)
    led_to = stream.get_extra_info("server_addr")
    try:
        require_far_address(host, str(led_to[0]) if isinstance(led_to, tuple) else "")
    except UnusableFile:
        stream.close()
        raise


def _same_side(asked: httpx.URL, onward: httpx.URL) -> bool:
    """Whether a redirect leads to the same server, or to the same host over a safe line. Another port may be anybody's."""
    if asked.host != onward.host:
        return False
    if asked.scheme == onward.scheme:
        return asked.port == onward.port
    return (asked.scheme, asked.port, onward.scheme, onward.port) == ("http", None, "https", None)


def _is_answer(said: str) -> bool:
    return said.startswith(("it answers with", "what it sends", "it sends"))


def _of_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _plain(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "it does not answer in time"
    if isinstance(error, httpx.ConnectError):
        return "it cannot be reached"
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return "it breaks off in the middle of an answer"
    return f"it cannot be asked ({type(error).__name__})"
