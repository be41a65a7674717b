"""Chat and mail, by Apprise: mail, WeCom, DingTalk, Feishu, Slack and whatever else it knows by an address.

Belongs here: one notification, of one alert or of several that leave together. Does not: which words leave
by chat (``transforms.alerts.messages``), trying again (``flows.alerts.deliver``).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from functools import partial
from typing import Final

from infra.deliver.channel import Channel, UndeliveredError
from infra.errors import SifangError
from transforms.alerts.addressing import addressed
from transforms.alerts.messages import Message, in_words
from transforms.words import Audience

NAME: Final = "chat"
# It tells what a far side answered, and to whom a letter could not be brought.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


def chats(addresses: str) -> list[Channel]:
    """A channel per receiver that is written before an address, and one for the addresses that take everything; blanks between addresses.

    Raises:
        SifangError: one of them means nothing to Apprise. None is quoted: they hold passwords.
    """
    # Imported by who sends alone: it takes a third of a second. What its plugins import is old; that is theirs to mend.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        found = addressed(addresses)
        if isinstance(found, int):
            raise _nothing(found)
        of: dict[str | None, apprise.Apprise] = {}
        for number, (receiver, address) in enumerate(found, start=1):
            if not of.setdefault(receiver, apprise.Apprise()).add(address):
                raise _nothing(number)
    return [
        Channel(f"{NAME}:{receiver}" if receiver else NAME, Audience.CHAT, partial(_send, known.notify), receiver=receiver, gathers=True)
        for receiver, known in of.items()
    ]


def _nothing(number: int) -> SifangError:
    return SifangError(f"Address {number} of SIFANG_CHAT is none that Apprise knows.", "See its list of services for the form.")


def _send(notify: object, sent: Sequence[Message]) -> None:
    said = in_words(sent)
    if not callable(notify) or not notify(title=said.splitlines()[0], body=said):
        raise UndeliveredError("chat", "at least one address of SIFANG_CHAT did not take it")
