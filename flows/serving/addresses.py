"""Where the parts of `sifang serve` listen, as the environment of a part hands it on.

Belongs here: those values, written and read. Does not: settings of the operator's (``infra.settings``).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LOCAL: Final = "127.0.0.1"
_PAGES, _PREFECT, _SERVED = "SIFANG__PAGES_PORT", "SIFANG__PREFECT_PORT", "SIFANG__SERVED"


@dataclass(frozen=True)
class Listening:
    """The ports of the pages and of Prefect's server on this machine, and the districts that are served."""

    pages_port: int
    prefect_port: int
    districts: tuple[str, ...]

    @property
    def pages(self) -> str:
        """The address of the pages."""
        return f"http://{LOCAL}:{self.pages_port}"

    @property
    def prefect(self) -> str:
        """The address of Prefect's server."""
        return f"http://{LOCAL}:{self.prefect_port}"

    def handed_on(self) -> Mapping[str, str]:
        """As variables of an environment."""
        return {_PAGES: str(self.pages_port), _PREFECT: str(self.prefect_port), _SERVED: ",".join(self.districts)}

    @classmethod
    def handed(cls) -> Listening:
        """As this process was handed it."""
        return cls(int(os.environ[_PAGES]), int(os.environ[_PREFECT]), tuple(os.environ[_SERVED].split(",")))
