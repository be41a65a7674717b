"""Secrets of far sides: from the environment where they are used, and out of whatever is told.

Belongs here: revealing and masking. Does not: where a secret may stand (``transforms.district.variables``).
"""

from __future__ import annotations

import os
import re
from typing import Final

from infra.sources.table import UnusableFile
from transforms.district.live import FromHttp, Paged
from transforms.district.variables import SECRET

_PREFIX: Final = "SIFANG_SECRET_"
_MASK: Final = "***"


def revealed(text: str) -> str:
    """A text with the values of the secrets that it names.

    Raises:
        UnusableFile: one of them is not set.
    """

    def value(found: re.Match[str]) -> str:
        name = found.group().removeprefix("$")
        if not (secret := os.environ.get(name)):
            raise UnusableFile("source_refused", f"{name} is not set where Sifang runs")
        return secret

    return SECRET.sub(value, text)


def masked(text: str) -> str:
    """A text in which no secret of the environment stands. Nothing puts one there; this is the second lock."""
    for secret in sorted((v for k, v in os.environ.items() if k.startswith(_PREFIX) and v), key=len, reverse=True):
        text = text.replace(secret, _MASK)
    return text


def unset_in(declared: FromHttp | Paged) -> list[str]:
    """The names of the secrets that a declaration names and the environment does not hold."""
    named = SECRET.findall(declared.model_dump_json())
    return sorted({name.removeprefix("$") for name in named if not os.environ.get(name.removeprefix("$"))})
