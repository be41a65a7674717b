"""What models and references have in common once they are stored: a name that is their content, and what they were made from.

Belongs here: both. Does not: their own content (``fitted``, ``reference``), storing them (``infra.warehouse``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from transforms.schema.plain import Json, read_back


@dataclass(frozen=True)
class Stamp:
    """What something was made from: the digest of its inputs, and what was known then. It is enough to make it again."""

    training: str
    as_of: dt.datetime
    lake_seq: int

    def payload(self) -> dict[str, Json]:
        """Plain values, for the store."""
        return {"training": self.training, "as_of": self.as_of.isoformat(), "lake_seq": self.lake_seq}

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        """The stamp that ``payload()`` came from."""
        return read_back(cls, payload)


class Stored(ABC):
    """Something that is stored under the hash of its content."""

    @cached_property
    def model_id(self) -> str:
        """Hash of the content."""
        return hashlib.blake2b(json.dumps(self.payload(), sort_keys=True).encode(), digest_size=8).hexdigest()

    @abstractmethod
    def payload(self) -> dict[str, Json]:
        """Plain values, for the store."""
