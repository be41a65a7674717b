"""What makes a batch: its source and its content.

Belongs here: that, before anything of a file is read. Does not: which batches are done with (``infra.warehouse.batches``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """One file may feed two sources; the same content twice is one batch."""

    batch_id: str
    content_sha256: str


def identify(content: bytes, district: str, source: str) -> Identity:
    """The identity of a delivered file, before anything of it is read."""
    sha = hashlib.sha256(content).hexdigest()
    return Identity(hashlib.blake2b(f"{district}/{source}/{sha}".encode(), digest_size=12).hexdigest(), sha)
