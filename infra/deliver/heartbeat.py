"""A sign of life after each publication, to an address of the operator's: where none comes, whoever waits there hears that nights stopped.

Belongs here: one request, and what counts as heard. Does not: when it is sent and what becomes of one that was not heard
(``flows.steps.products``).

It says nothing but that it came: no district, no night, no number.
"""

from __future__ import annotations

from typing import Final

import httpx

from infra.errors import SifangError

# The night is published; nobody waits longer to say so.
PATIENCE_S: Final = 10.0
_CHECK: Final = "Check SIFANG_SECRET_HEARTBEAT."


class UnheardError(SifangError):
    """Nobody heard it."""


def beat(address: str, transport: httpx.BaseTransport | None = None) -> None:
    """Ask an address once.

    Raises:
        UnheardError: it does not answer in time, or not as one that heard. The address may itself be a secret, and is not repeated.
    """
    if not address.startswith(("http://", "https://")):
        raise UnheardError("SIFANG_SECRET_HEARTBEAT is no address of the web.", "Write https://host/path.")
    try:
        with httpx.Client(timeout=PATIENCE_S, follow_redirects=False, transport=transport, trust_env=False) as client:
            answer = client.get(address)
    # A name that cannot be written for the network is an error of its letters.
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise UnheardError(f"nobody heard the heartbeat ({type(error).__name__})", _CHECK) from None
    if not answer.is_success:
        raise UnheardError(f"the heartbeat was answered with {answer.status_code}", _CHECK)
