"""Tokens of the API: making one, taking one back, and whom a request comes from.

A token is shown once and stored as a digest; it has a role and an end. What is refused is told by the token's name, never by its value.

Belongs here: those rules. Does not: HTTP (``flows.api``), what a role may do (``transforms.alerts.machine``) and see
(``transforms.alerts.visible``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

from flows.alerts.acts import actor
from flows.stores import Context
from infra.errors import SifangError
from infra.warehouse.alerts.api_tokens import StoredToken, revoke_token, store_token, token_of, tokens_of
from transforms.alerts.machine.commands import Actor
from transforms.alerts.visible import Viewer, is_own_place
from transforms.words import Audience, Role
from transforms.words.harmless import quoted

READER: Final = "reader"
LONGEST_DAYS: Final = 366
_FORM: Final = re.compile(r"sft_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")


class NotAllowedError(Exception):
    """A request comes from nobody who may ask: ``why`` is a code, ``token_id`` the token's name where it has one that we know."""

    def __init__(self, why: str, token_id: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.token_id = token_id


@dataclass(frozen=True)
class TokenLine:
    """A token without itself: whose it is, from when until when, and when it was revoked."""

    token_id: str
    role: str
    place: str | None
    made_at: dt.datetime
    until: dt.datetime
    revoked_at: dt.datetime | None


@dataclass(frozen=True)
class MadeToken:
    """A token that was just made; it is shown this once."""

    token: str
    line: TokenLine


@dataclass(frozen=True)
class Tokens:
    """Every token of a district."""

    district: str
    tokens: tuple[TokenLine, ...]


@dataclass(frozen=True)
class Bearer:
    """Whom a request comes from: ``by`` as an act names it, None for who may only read; what they may see."""

    token_id: str
    by: str | None
    viewer: Viewer

    def owns(self, subdistrict: str | None) -> bool:
        """Whether places of a subdistrict are theirs to tell of; None stands for a place that is nowhere."""
        return is_own_place(self.viewer, subdistrict)


def make_token(context: Context, role: str, until: dt.datetime, now: dt.datetime) -> MadeToken:
    """Make a token for ``district``, ``subdistrict:CODE``, ``department:CODE`` or ``reader``.

    Raises:
        SifangError: no such role here, or an end that is none.
    """
    if not now < until <= now + dt.timedelta(days=LONGEST_DAYS):
        raise SifangError(f"A token ends at a moment to come, no further ahead than {LONGEST_DAYS} days.", "Make another one then.")
    who = None if role == READER else _holder(context, role)
    token_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    stored = StoredToken(token_id, _digest(secret), who.role.value if who else READER, who.place if who else None, now, until)
    store_token(context.warehouse, stored)
    return MadeToken(f"sft_{token_id}_{secret}", _line(context, stored))


def _holder(context: Context, role: str) -> Actor:
    try:
        return actor(context, role)
    except SifangError as error:
        raise SifangError(error.message, f"{error.remedy} Or {READER}, who only looks.") from None


def tokens(context: Context) -> Tokens:
    """All of them, those that are over as well."""
    return Tokens(context.code, tuple(_line(context, each) for each in tokens_of(context.warehouse)))


def revoke(context: Context, token_id: str, now: dt.datetime) -> Tokens:
    """Take a token back.

    Raises:
        SifangError: there is none of that name, or it was taken back before.
    """
    if not revoke_token(context.warehouse, token_id, now):
        raise SifangError(f"No token that is good for anything is called {quoted(token_id)}.", "`sifang api tokens` lists them.")
    return tokens(context)


def bearer(context: Context, authorization: str | None, now: dt.datetime) -> Bearer:
    """Whom a request comes from, by its header.

    Raises:
        NotAllowedError: ``missing``, ``wrong``, ``revoked`` or ``expired``.
    """
    if not authorization:
        raise NotAllowedError("missing")
    scheme, _, written = authorization.partition(" ")
    read = _FORM.fullmatch(written.strip()) if scheme.lower() == "bearer" else None
    stored = token_of(context.warehouse, read[1]) if read else None
    if read is None or stored is None:
        raise NotAllowedError("wrong")
    if not hmac.compare_digest(stored.digest, _digest(read[2])):
        raise NotAllowedError("wrong", stored.token_id)
    if stored.revoked_at is not None:
        raise NotAllowedError("revoked", stored.token_id)
    if now >= stored.until:
        raise NotAllowedError("expired", stored.token_id)
    if stored.role == READER:
        return Bearer(stored.token_id, None, Viewer(Audience.READER))
    by = f"{stored.role}:{stored.place}" if stored.place else stored.role
    return Bearer(stored.token_id, by, Viewer(Audience.STAFF, Role(stored.role), stored.place))


def _digest(secret: str) -> str:
    # A secret of 256 random bits needs no slow digest: nobody tries them all.
    return hashlib.sha256(secret.encode()).hexdigest()


def _line(context: Context, stored: StoredToken) -> TokenLine:
    def local(moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(context.district.zone)

    revoked = local(stored.revoked_at) if stored.revoked_at else None
    return TokenLine(stored.token_id, stored.role, stored.place, local(stored.made_at), local(stored.until), revoked)
