"""What a channel is: something that takes a message, or says why it did not.

Belongs here: the type, and the codes of failing. Does not: any channel (the files beside this one), when one is tried again
(``transforms.alerts.retrying``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transforms.alerts.messages import Message
from transforms.words import Audience


class UndeliveredError(Exception):
    """A channel did not take a message: a code such as ``http_500`` or ``timeout``, and a sentence for people. No answer is quoted."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


@dataclass(frozen=True)
class Channel:
    """A channel by its name, and what may be seen on it.

    ``send`` takes messages that leave together, all or none of them, and raises ``UndeliveredError``, or an error of a store where that is
    at fault. One that ``rests`` is left alone for a while after it failed. ``receiver`` is whose it is, as an address names it, None where
    it takes everything. One that ``gathers`` goes to people: several messages are one, and nobody is disturbed out of hours.
    """

    name: str
    audience: Audience
    send: Callable[[Sequence[Message]], object]
    rests: bool = True
    receiver: str | None = None
    gathers: bool = False
