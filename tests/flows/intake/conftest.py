"""Fixtures of intake: towns of a test's own making.

Belongs here: what several files of this room open and close. Does not: the town (``tests.helpers.town``).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.town import Build, Town


@pytest.fixture
def build(tmp_path: Path, warehouse_url: str) -> Iterator[Build]:
    """Make a town of these sources on each kind of warehouse; all are closed at the end."""
    made: list[Town] = []

    def one(*sources: dict[str, Any], **changes: Any) -> Town:
        made.append(Town(tmp_path, warehouse_url, *sources, **changes))
        return made[-1]

    yield one
    for town in made:
        town.context.stores.close()
