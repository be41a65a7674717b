"""What a store says of itself: whose it is, and how far it has come. Lake and warehouse both keep it, so that neither is taken for another.

Belongs here: the identity of a district and the mark of a commit. Does not: keeping them (``infra.lake.log``,
``infra.warehouse.keeping.identities``), comparing them (``infra.accord``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

# What a commit did. ``begin`` made the table, ``mark`` only wrote the first mark of one that had none.
Deed: TypeAlias = Literal["begin", "append", "compact", "purge", "sweep", "reland", "erase", "rotate", "mark"]


@dataclass(frozen=True)
class Identity:
    """Whose a pair of stores is: made once, by the first run of a district that exists nowhere, or by a person who has it begin again
    without what was lost; then ``instead_of`` is the one before. ``fingerprint`` is the key's.
    """

    identity: str
    district: str
    fingerprint: str
    created_at: dt.datetime
    instead_of: str | None = None


@dataclass(frozen=True)
class Mark:
    """The state of the lake after one commit.

    ``sequence`` is the commit, ``newest_seq`` the newest one in which reports entered, ``files`` the digest of what the table then
    consisted of. ``token`` names the deed: the batch that was appended, or a number drawn for a compaction or a purge.
    """

    sequence: int
    deed: Deed
    token: str
    rows: int
    newest_seq: int
    files: str


def new_identity(district: str, fingerprint: str, now: dt.datetime, instead_of: str | None = None) -> Identity:
    """The identity of a district that exists nowhere yet, or begins again."""
    return Identity(secrets.token_hex(8), district, fingerprint, now, instead_of)


def new_token() -> str:
    """A name for a compaction or a purge, by which it is recognised if it is killed."""
    return secrets.token_hex(8)


def files_digest(paths: Iterable[str]) -> str:
    """One digest for a set of files. Their names hold the digests of their bytes, so it stands for those as well."""
    return hashlib.sha256("\n".join(sorted(paths)).encode()).hexdigest()
