"""A home of a test's own, and a district opened in it.

Belongs here: settings pointed at one folder, opening and copying. Does not: fixtures (``tests.flows.conftest``), districts
(``tests.helpers.tiny``).
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows.intake.ingest import ingest
from flows.stores import Context, open_context
from infra import clock
from infra.accord.adopting import adopt
from infra.keys import fingerprint
from infra.warehouse.database.engine import connect
from infra.warehouse.keeping.locks import held
from infra.warehouse.recorded import take_word
from infra.warehouse.upgrade import upgrade
from tests.helpers import tiny
from tests.helpers.keys import KEY
from tests.helpers.real_data import SETTING
from tests.helpers.tiny import Tiny

# When everything of every open data set had long been known.
LONG_AFTER = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def settle(patch: pytest.MonkeyPatch, root: Path) -> None:
    """Point every setting at one folder."""
    for name in ("SIFANG_DISTRICT", "SIFANG_WAREHOUSE_URL", "SIFANG_LAKE_URL"):
        patch.delenv(name, raising=False)
    patch.setenv("SIFANG_HOME", str(root / "home"))
    patch.setenv("SIFANG_DISTRICTS", str(root / "districts"))
    patch.setenv("SIFANG_INBOX", str(root / "inbox"))
    patch.setenv("SIFANG_KEY", KEY)


@contextmanager
def opened(root: Path, patch: pytest.MonkeyPatch) -> Iterator[Tiny]:
    """The district in a folder, with every setting pointed at it."""
    settle(patch, root)
    made = Tiny(root)
    try:
        yield made
    finally:
        made.context.stores.close()


def on_another_warehouse(root: Path, url: str) -> Tiny:
    """The district in a folder, opened on a new warehouse beside its lake: what nobody may do but by a person's order."""
    engine = connect(url)
    upgrade(engine)
    engine.dispose()
    made = Tiny(root)
    key = fingerprint(made.context.settings.hash_key())
    with held(made.context.warehouse) as lease:
        every = set(made.context.lake.batches()["batch_id"])
        adopt(made.context.pair, lease, key, "test", tiny.moment(tiny.NIGHT), every)
    # Its nights lie long ago, and verbs ask for the time of today.
    take_word(made.context.warehouse, clock.now())
    return made


@contextmanager
def going_on(filled: Path, root: Path) -> Iterator[Tiny]:
    """A copy of the filled district in ``root``, opened for a module to go on with before its tests copy it."""
    shutil.copytree(filled, root)
    with pytest.MonkeyPatch.context() as patch, opened(root, patch) as made:
        yield made


@contextmanager
def opened_city(code: str, districts: Path, home: Path, data: Path, warehouse: str | None = None) -> Iterator[Context]:
    """A district of real data, all of it taken in; in the home's own warehouse where none is named."""
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, home)
        if warehouse is not None:
            patch.setenv("SIFANG_WAREHOUSE_URL", warehouse)
        patch.setenv("SIFANG_DISTRICTS", str(districts))
        patch.setenv(SETTING, str(data.resolve()))
        context = open_context(code)
        try:
            assert {r.state for r in ingest(context, LONG_AFTER)} == {"stored"}
            yield context
        finally:
            context.stores.close()
