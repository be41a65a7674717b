"""One file on a web server: read again when its mark changes, resumed where a transfer breaks off.

Belongs here: such a file as a place, also where it is named in ``files``. Does not: what is in it (``infra.sources.unpack``,
``infra.sources.formats``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import ValidationError

from infra import clock
from infra.sources.connectors.client import Answer, Asking, BrokenAnswer, Client, Rejected
from infra.sources.connectors.quota import Quota
from infra.sources.connectors.secrets import revealed
from infra.sources.fetching import Closed, Place, Stamp
from infra.sources.limits import MAX_BYTES
from infra.sources.table import UnusableFile
from transforms.district.live import FromHttp
from transforms.district.variables import printed

T = TypeVar("T")

# A server dates a change to the second: within that, a second change could go unnoticed.
_SETTLED = dt.timedelta(seconds=2)


class HttpFile:
    """A file on a web server; ``page`` where it is a page of HTML, which by itself mostly says that there is no file."""

    def __init__(self, declared: FromHttp, *, page: bool = False) -> None:
        self._declared = declared
        self._page = page or self.name.lower().endswith((".html", ".htm"))

    @property
    def name(self) -> str:
        """The last part of its path."""
        return unquote(urlsplit(self._declared.shown).path.rstrip("/").rpartition("/")[2]) or urlsplit(self._declared.shown).netloc

    @property
    def address(self) -> str:
        """Its address without what a query holds, for that may be a secret."""
        return f"http {self._declared.shown}"

    def mark(self) -> str | None:
        """The server's own mark of the content, and the week: a server whose mark lies is found out within one."""
        try:
            return self._ask("HEAD", _mark)
        except (UnusableFile, Rejected):
            return None

    def stamp(self) -> Stamp:
        """Nothing: asking for it would be a request more."""
        return Stamp()

    def fetch(self) -> bytes:
        """Its bytes.

        Raises:
            UnusableFile: it is too large, not there, or something else than a file.
        """
        try:
            return self._ask("GET", (lambda answer: answer.body) if self._page else _body)
        except Rejected as rejected:
            raise UnusableFile("source_answer", f"{self._declared.shown} does not give it (it answers {rejected.status})") from None

    def _ask(self, method: str, understood: Callable[[Answer], T]) -> T:
        declared = self._declared
        quota = Quota(declared.requests_per_minute)
        client = Client(shown=declared.shown, timeout_s=declared.timeout_s, allow_local=declared.allow_local, quota=quota)
        headers = {name: revealed(value) for name, value in declared.headers.items()}
        asking = Asking(revealed(declared.url), {}, headers, method, MAX_BYTES, resumable=method == "GET")
        try:
            return client.ask(asking, understood)
        finally:
            client.close()


def file_at(url: str, pattern: str, *, allow_local: bool) -> Place:
    """The file at an address that ``files`` of a source names, or what is refused in its stead.

    Args:
        url: the address, its folders filled in and its secrets not.
        pattern: what was declared, by which it is told.
        allow_local: it may be on this machine.
    """
    try:
        return HttpFile(FromHttp(kind="http", url=url, allow_local=allow_local))
    except ValidationError as error:
        said = error.errors(include_input=False, include_url=False)[0]["msg"].removeprefix("Value error, ")
        return Closed(printed(url), UnusableFile("source_unreachable", f"{pattern} leads to an address that is not taken: {said}"))


def _mark(answer: Answer) -> str | None:
    etag, changed = answer.headers.get("etag"), answer.headers.get("last-modified")
    if etag is None and (changed is None or not _settled(changed)):
        return None
    return f"{etag}:{changed}:{answer.headers.get('content-length')}:{clock.now():%G-%V}"


def _settled(changed: str) -> bool:
    try:
        return parsedate_to_datetime(changed) < clock.now() - _SETTLED
    except (ValueError, TypeError):
        return False


def _body(answer: Answer) -> bytes:
    start = answer.body[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise BrokenAnswer("it answers with a page of HTML where a file belongs")
    return answer.body
