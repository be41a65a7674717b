"""The secret under which report keys are hashed, for people.

Belongs here: what ``sifang key`` comes to. Does not: the key's form (``infra.keys``).
"""

from __future__ import annotations

from dataclasses import dataclass

from infra import keys


@dataclass(frozen=True)
class NewKey:
    """A new key, and what is stored of it."""

    key: str
    fingerprint: str


def new_key() -> NewKey:
    """Make a key; nothing of it is stored."""
    key = keys.made()
    return NewKey(key, keys.fingerprint(keys.read(key, "the new key")))
