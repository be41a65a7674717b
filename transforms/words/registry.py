"""Records by their codes: what a closed enumeration would be, if one more file could not join it.

Belongs here: entering and finding. Does not: any record (``transforms.words.feeds``, ``transforms.alerts.types``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Coded(Protocol):
    """Anything that has a code."""

    @property
    def code(self) -> str:
        """The code."""


Record = TypeVar("Record", bound=Coded)


class Registry(Mapping[str, Record], Generic[Record]):
    """Frozen records by code, in the order in which they were entered. Everything that iterates over it meets every record."""

    def __init__(self, what: str, *records: Record) -> None:
        """Enter the records that ship with the product, which are ``what`` each (a word for messages)."""
        self._what = what
        self._records: dict[str, Record] = {}
        for record in records:
            self.enter(record)

    def __getitem__(self, code: str) -> Record:
        return self._records[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def enter(self, record: Record) -> None:
        """Add a record for the life of the process. Raises ``ValueError`` when its code is taken."""
        if record.code in self._records:
            raise ValueError(f"there is a {self._what} {record.code!r} already")
        self._records[record.code] = record

    @contextmanager
    def including(self, *records: Record) -> Iterator[None]:
        """With further records while the context lasts."""
        before = dict(self._records)
        try:
            for record in records:
                self.enter(record)
            yield
        finally:
            self._records = before

    def known(self, code: str) -> str:
        """The code, if a record has it. Raises ``ValueError`` naming those that there are."""
        if code not in self._records:
            raise ValueError(f"there is no {self._what} {code!r}; write one of: {', '.join(self._records)}")
        return code
