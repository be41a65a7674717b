"""Keys that derive from the one secret, one for each use and place, so that what is hashed under one says nothing under another.

Belongs here: deriving. Does not: the secret (``infra.settings``), what is hashed under a key (``mapping``, ``spots``).
"""

from __future__ import annotations

import hashlib


def derived(key: bytes, *purpose: str) -> bytes:
    """The key for a purpose, told in parts; 32 bytes. Nobody finds the secret, or the key of another purpose, from it."""
    told = "".join(f"{len(part)}:{part}" for part in purpose)
    return hashlib.blake2b(told.encode(), key=key, digest_size=32).digest()
