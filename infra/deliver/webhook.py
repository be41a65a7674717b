"""A webhook, signed as Standard Webhooks has it: ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``.

Belongs here: one request and what counts as taken. Does not: trying again (``flows.alerts.deliver``), what a message says
(``transforms.alerts.messages``).

``webhook-id`` is the alert and the number of its event, the same however often a message is repeated, so a receiver can drop what it knows
and what is older. Redirects are not followed: a signature is meant for one receiver.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import httpx

from infra import clock
from infra.deliver.channel import Channel, UndeliveredError
from infra.errors import SifangError
from transforms.alerts.messages import Message
from transforms.words import Audience

NAME: Final = "webhook"
# A receiver that hangs, or answers byte by byte, holds up nobody for longer: connection, request and answer have one deadline together.
PATIENCE_S: Final = 10.0
_PREFIX: Final = "whsec_"
_LEAST_BYTES: Final = 24


def webhook(address: str, secret: str) -> Channel:
    """The channel to one receiver.

    Raises:
        SifangError: the secret is none of the form that receivers expect, or the address none that can be asked.
    """
    key = _key(secret)
    if not address.startswith(("http://", "https://")) or not _can_be_asked(address):
        raise SifangError("SIFANG_WEBHOOK_URL is no address of the web.", "Write https://host/path.")
    return Channel(NAME, Audience.MACHINE, partial(_send, address, key))


def signature(key: bytes, message_id: str, timestamp: int, body: str) -> str:
    """The signature of a message, version 1."""
    signed = hmac.new(key, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def _can_be_asked(address: str) -> bool:
    """Whether a request to an address can be made at all: one that ends with the line of the file it was read from cannot."""
    try:
        return bool(httpx.Request("POST", address).url.host)
    except (httpx.InvalidURL, UnicodeError):
        return False


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or len(key) < _LEAST_BYTES:
        raise SifangError(
            "SIFANG_WEBHOOK_SECRET is no secret of a webhook.", f"Write {_PREFIX} and at least {_LEAST_BYTES} random bytes in base64."
        )
    return key


def _send(address: str, key: bytes, sent: Sequence[Message]) -> None:
    for message in sent:
        _post(address, key, message)


def _post(address: str, key: bytes, message: Message) -> None:
    body = json.dumps(dict(message.payload), ensure_ascii=False, sort_keys=True)
    now = int(clock.now().timestamp())
    headers = {
        "content-type": "application/json",
        "webhook-id": message.message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(key, message.message_id, now, body),
    }
    try:
        asyncio.run(_asked(address, body.encode(), headers))
    except TimeoutError:
        raise UndeliveredError("timeout", f"the webhook did not answer within {PATIENCE_S:g} s") from None
    except httpx.HTTPError as error:
        raise UndeliveredError("unreachable", f"the webhook cannot be reached ({type(error).__name__})") from None


async def _asked(address: str, body: bytes, headers: Mapping[str, str]) -> None:
    # The library's own patience begins anew with every byte, so it is told none.
    async with (
        httpx.AsyncClient(timeout=None, follow_redirects=False, trust_env=False) as client,  # noqa: S113 - the next line has one
        asyncio.timeout(PATIENCE_S),
        # What the receiver says besides its number is never read.
        client.stream("POST", address, content=body, headers=headers) as answer,
    ):
        _taken(answer)


def _taken(answer: httpx.Response) -> None:
    """Raises ``UndeliveredError`` where an answer is not that of a receiver that has the message."""
    if not answer.is_success:
        raise UndeliveredError(f"http_{answer.status_code}", f"the webhook answered {answer.status_code}")
    if "html" in answer.headers.get("content-type", ""):
        # A page for people, of a proxy or a login, is no receiver, whatever its number says.
        raise UndeliveredError("html", "the webhook answered with a page for people")
