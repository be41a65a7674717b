"""What makes a batch: its source and its content, under a key of the source.

Belongs here: that, before anything of a file is read. Does not: the key (``infra.settings``), which batches are done with
(``infra.warehouse.intake.batches``).

Without the key nobody can try out which rows a small file held.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """One file may feed two sources; the same content twice is one batch."""

    batch_id: str


def identify(content: bytes, own_key: bytes) -> Identity:
    """The identity of a delivered file, before anything of it is read. ``own_key`` is the source's own for its batches."""
    return Identity(hashlib.blake2b(content, key=own_key, digest_size=12).hexdigest())
