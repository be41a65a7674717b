"""One file on a web server, declared as a live source: read again when its mark changes, resumed where a transfer breaks off.

Belongs here: such a file as a place. Does not: what is in it (``infra.sources.unpack``, ``infra.sources.formats``), web servers named in
``files`` (``infra.sources.stores``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from infra import clock
from infra.sources.connectors.client import Answer, Asking, BrokenAnswer, Client, Rejected
from infra.sources.connectors.quota import Quota
from infra.sources.connectors.secrets import revealed
from infra.sources.fetching import Stamp
from infra.sources.limits import MAX_BYTES
from infra.sources.table import UnusableFile
from transforms.district.live import FromHttp

T = TypeVar("T")

# A server dates a change to the second: within that, a second change could go unnoticed.
_SETTLED = dt.timedelta(seconds=2)


class HttpFile:
    """A file on a web server."""

    def __init__(self, declared: FromHttp) -> None:
        self._declared = declared

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
            return self._ask("GET", _body)
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
    start = answer.body[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise BrokenAnswer("it answers with a page of HTML where a file belongs")
    return answer.body
