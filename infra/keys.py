"""The secret under which a city's report keys are hashed: its written form, making one, reading one.

Belongs here: the only place where a key is read. Does not: where it stands (``infra.settings``), the keys of single uses that derive from
it (``transforms.reports.keys``).

A key is written with a prefix, so that scanners for leaked secrets and people recognise one, and with a checksum, so that one that was cut
or mistyped is told from another one: under that, every report would look new.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from typing import Final

from infra.errors import SifangError

PREFIX: Final = "sifang_key_"
BYTES: Final = 32
_CHECK_BYTES: Final = 8
_LENGTH: Final = 64

# Well known on purpose: it protects invented reports only, and is accepted in a home that the demo made, for a synthetic district.
DEMO_KEY: Final = "demo-key-for-simulated-data-only"

_MAKE_ONE: Final = "Make one with `sifang key new`, keep it safe, and set it as {name}."
_LOOK_AGAIN: Final = "Set the very text that `sifang key new` printed; where it is lost, infra/backup/README.md says what is left."


def made() -> str:
    """A new key, as it is written."""
    return written(secrets.token_bytes(BYTES))


def written(secret: bytes) -> str:
    """The written form of 32 bytes."""
    return PREFIX + base64.b32encode(secret + _check(secret)).decode().lower()


def read(text: str | None, name: str) -> bytes:
    """The bytes of a written key. ``name`` is the variable that holds it; what was written is never repeated.

    Raises:
        SifangError: there is none, or it is none that ``made`` wrote.
    """
    if not text:
        raise SifangError(
            f"{name} is not set. Report keys are stored only as hashes under this secret, so nothing can be ingested without it.",
            _MAKE_ONE.format(name=name),
        )
    body = text.strip().removeprefix(PREFIX)
    if not text.strip().startswith(PREFIX):
        raise SifangError(f"{name} is no key that `sifang key new` makes; those begin with {PREFIX}.", _MAKE_ONE.format(name=name))
    if len(body) != _LENGTH:
        raise SifangError(
            f"{name} is a key that was cut or joined with something: it has {len(body)} of {_LENGTH} characters.", _LOOK_AGAIN
        )
    try:
        both = base64.b32decode(body.upper())
    except (binascii.Error, ValueError):
        both = b""
    if not secrets.compare_digest(both[BYTES:], _check(both[:BYTES])):
        raise SifangError(f"{name} is a key with a wrong character: its checksum does not fit.", _LOOK_AGAIN)
    return both[:BYTES]


def of_the_demo() -> bytes:
    """The bytes of the demo's own key."""
    return hashlib.sha256(DEMO_KEY.encode()).digest()


def fingerprint(key: bytes) -> str:
    """What may be stored of the key: enough to notice another one, too little to use it."""
    return hashlib.blake2b(b"sifang key fingerprint", key=key, digest_size=8).hexdigest()


def _check(secret: bytes) -> bytes:
    return hashlib.blake2b(secret, digest_size=_CHECK_BYTES, person=b"sifang key").digest()
