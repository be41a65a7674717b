"""Which variables of the environment an address may name, and addresses as they are printed.

Belongs here: that. Does not: which addresses may be declared (``addresses``), filling variables in (``infra.addresses``,
``infra.sources.connectors.secrets``).
"""

from __future__ import annotations

import re
from typing import Final

SECRET: Final = re.compile(r"\$SIFANG_SECRET_[A-Z0-9_]+")
# Folders, by names that nothing else bears: no address reaches the key, nor what other programs keep in the environment.
FOLDER: Final = re.compile(r"\$(?:(?P<plain>SIFANG_INBOX\w*|SIFANG_\w+_DATA)(?!\w)|\{(?P<braced>SIFANG_INBOX\w*|SIFANG_\w+_DATA)\})")
ANY: Final = re.compile(r"\$(?:\w+|\{\w+\})")


def printed(url: str) -> str:
    """An address as it may be printed: without user, password, query and fragment, each of which may be a secret or hold one."""
    return re.sub(r"//[^/?#]*@", "//", url).partition("?")[0].partition("#")[0]
