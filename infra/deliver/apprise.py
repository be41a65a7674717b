"""Chat and mail, by Apprise: mail, WeCom, DingTalk, Feishu, Slack and whatever else it knows by an address.

Belongs here: one notification. Does not: which words leave by chat (``transforms.alerts.messages``), trying again
(``flows.alerts.deliver``).
"""

from __future__ import annotations

import warnings
from functools import partial
from typing import Final

from infra.deliver.channel import Channel, UndeliveredError
from infra.errors import SifangError
from transforms.alerts.messages import Message, in_words

NAME: Final = "chat"


def chat(addresses: str) -> Channel:
    """The channel to every address, those with blanks between.

    Raises:
        SifangError: one of them means nothing to Apprise. None is quoted: they hold passwords.
    """
    # Imported by who sends alone: it takes a third of a second. What its plugins import is old; that is theirs to mend.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        known = apprise.Apprise()
        taken = [known.add(address) for address in addresses.split()]
    if not all(taken):
        number = taken.index(False) + 1
        raise SifangError(f"Address {number} of SIFANG_CHAT is none that Apprise knows.", "See its list of services for the form.")
    return Channel(NAME, partial(_send, known.notify))


def _send(notify: object, message: Message) -> None:
    said = in_words(message)
    if not callable(notify) or not notify(title=said.splitlines()[0], body=said):
        raise UndeliveredError("chat", "at least one address of SIFANG_CHAT did not take it")
