"""Object stores by URL, through obstore: ``s3://``, ``gs://``, ``az://`` and their other names.

Belongs here: listing and downloading. Does not: files on this machine (``places``), which the library could read too, nor web servers
(``connectors.http_file``), whose redirects it would follow anywhere.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

import obstore
import polars as pl
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore, from_url

from infra.sources.fetching import Stamp, UnreachableError, require_fits, tell_fetched
from infra.sources.table import UnusableFile
from transforms.district.addresses import STORES
from transforms.district.variables import printed

if TYPE_CHECKING:
    # Types alone; the library does not hold them when it runs.
    from obstore import ObjectMeta
    from obstore.store import RetryConfig

_RETRIES: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=30)}
_WILD = re.compile(r"[*?\[]")


class StoredObject:
    """An object of a store; ``address`` is its URL without what a query holds, for that may be a secret."""

    def __init__(self, store: ObjectStore, path: str, address: str, meta: ObjectMeta | None = None) -> None:
        self._store, self._path, self._meta = store, path, meta
        self.address = address

    @property
    def name(self) -> str:
        """The last part of its path."""
        return unquote(self.address.rsplit("/", 1)[-1])

    def mark(self) -> str | None:
        """The store's own mark of the content; a web server gives none."""
        return _mark(self._meta) if self._meta else None

    def stamp(self) -> Stamp:
        """Its size and time of change, where it was listed."""
        return Stamp(self._meta["size"], self._meta["last_modified"]) if self._meta else Stamp()

    def fetch(self) -> bytes:
        """Its bytes, piece by piece.

        Raises:
            UnusableFile: it is too large, or is not there any more.
            UnreachableError: the store does not answer.
        """
        content = io.BytesIO()
        with _answering(self.address):
            try:
                found = obstore.get(self._store, self._path)
            except (NotFoundError, FileNotFoundError):
                raise UnusableFile("file_not_there", "nothing lies at its address; check `files` of the source") from None
            size = int(found.meta["size"])
            require_fits(size)
            for piece in found.stream():
                content.write(piece)
                require_fits(content.tell())
                tell_fetched(content.tell(), size)
        return content.getvalue()


def find(pattern: str) -> list[StoredObject]:
    """What matches a URL, in which the parts of the path may hold ``*`` and ``?``, and ``**`` stands for any of them.

    Raises:
        UnreachableError: the store does not answer, or the address is none.
    """
    if pattern.partition("://")[0].lower() not in STORES:
        raise UnreachableError(f"{printed(pattern)} cannot be reached: it is no address of a store.", "Check 'files' of the source.")
    wild = _WILD.search(pattern)
    root, slash, tail = pattern[: wild.start() if wild else len(pattern)].rpartition("/")
    tail += pattern[wild.start() :] if wild else ""
    with _answering(pattern):
        store = from_url(root + slash, retry_config=_RETRIES)
        if not wild:
            try:
                listed = [obstore.head(store, tail)]
            except (NotFoundError, FileNotFoundError):
                return []
        else:
            listed = [meta for page in obstore.list(store) for meta in page]
    fits = pl.Series([m["path"] for m in listed], dtype=pl.String).str.contains(_translated(tail))
    return [StoredObject(store, m["path"], f"{root}/{m['path']}", m) for m, fit in zip(listed, fits, strict=True) if fit]


def _mark(meta: ObjectMeta) -> str | None:
    return f"{meta['size']}:{meta['e_tag']}" if meta["e_tag"] else None


def _translated(glob: str) -> str:
    """A glob over the parts of a path as a regular expression, for an engine that no name keeps busy."""
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return f"(?s)^{re.sub(r'[*][*]/|[*][*]|[*]|[?]|[^*?]+', lambda m: parts.get(m.group(), re.escape(m.group())), glob)}$"


@contextmanager
def _answering(address: str) -> Iterator[None]:
    """Turn what the library raises into one paragraph. Its own messages quote addresses with their queries."""
    shown = printed(address)
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise UnreachableError(f"Nothing lies at {shown}.", "Check the address in 'files' of the source.") from None
    except (BaseError, OSError, ValueError) as error:
        raise UnreachableError(
            f"{shown} cannot be reached ({type(error).__name__}).",
            "Check the address, the network and the store's own variables (AWS_…, GOOGLE_…, AZURE_…), then run this again.",
        ) from None
