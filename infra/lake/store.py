"""A shelf in an object store. Its own promises hold: what is put is there, and stays.

Belongs here: objects below a URL. Does not: folders of this machine (``folder``), what is in an object (``packing``).
"""

from __future__ import annotations

from collections.abc import Iterator

import obstore
from obstore.store import from_url

from infra.lake.shelf import LOG, Content, Found
from transforms.district.variables import printed


class Store:
    """The files of a lake below a URL."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._store = from_url(self._url)

    @property
    def shown(self) -> str:
        """Its URL without what a user, a password or a query holds, for that may be a secret."""
        return printed(self._url)

    @property
    def table(self) -> str:
        """Its URL."""
        return self._url

    def prepare(self) -> None:
        """Nothing: a store has no folders."""

    def source(self, name: str) -> str:
        """The file's URL."""
        return f"{self._url}/{name}"

    def get(self, name: str) -> bytes:
        """The bytes of a file."""
        return bytes(obstore.get(self._store, name).bytes())

    def put(self, name: str, content: Content) -> None:
        """Write a file."""
        obstore.put(self._store, name, content)

    def settle(self, name: str) -> None:
        """Nothing: the store has it."""

    def marks(self) -> dict[str, str]:
        """The store's own mark of each content; a file that has none is left out."""
        listed = (meta for page in obstore.list(self._store) for meta in page)
        return {m["path"]: f"{m['size']}:{m['e_tag']}" for m in listed if m["e_tag"] and not m["path"].startswith(f"{LOG}/")}

    def found(self, below: str = "") -> Iterator[Found]:
        """The files below a folder."""
        for page in obstore.list(self._store, f"{below}/" if below else None):
            for meta in page:
                if below or not meta["path"].startswith(f"{LOG}/"):
                    yield Found(meta["path"], int(meta["size"]), meta["last_modified"].timestamp())

    def remove(self, name: str) -> None:
        """Delete a file."""
        obstore.delete(self._store, name)
