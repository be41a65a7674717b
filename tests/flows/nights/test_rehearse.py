"""A rehearsal is what a home under the changed folder would have been, and touches nothing of the live one."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest

from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.nights.rehearse import rehearse
from infra.districts.folder import load
from infra.errors import SifangError
from infra.warehouse.alerts.events import alert_events_before
from tests.helpers import tiny
from tests.helpers.homes import opened
from tests.helpers.nine import remains
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)
NIGHTS = [NIGHT + k * DAY for k in range(5)]
# Alerts open at the first hot night, and at any harm that is not below the usual.
EAGER = "\n[alerts]\nconfirm_nights = 1\nsurprise = 1.0\n"


def live(made: Tiny) -> None:
    """Five nights while their files arrive."""
    for night in NIGHTS:
        if night > NIGHT:
            tiny.deliver_days(made.inbox, night - DAY, night - DAY)
        made.ingest(moment(night))
        run_night(made.context, nightly_run(made.context, night, None, f"live-{night}"))


def changed(root: Path, more: str) -> Path:
    """The district's folder with something added to its declaration."""
    folder = root / "changed" / CODE
    shutil.copytree(root / "districts" / CODE, folder)
    declaration = folder / "district.toml"
    # Tables come after what stands alone.
    declaration.write_text(declaration.read_text("utf-8") + more, "utf-8")
    return folder


@pytest.fixture(scope="module")
def lived_root(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with five nights behind it."""
    root = shutil.copytree(filled, tmp_path_factory.mktemp("lived") / "home")
    with pytest.MonkeyPatch.context() as patch, opened(root, patch) as made:
        live(made)
    return root


def test_an_unchanged_folder_changes_nothing(lived: Tiny) -> None:
    found = rehearse(lived.context, load(lived.root / "districts" / CODE), 5)
    assert (found.first, found.last, found.nights, found.ran_from) == (NIGHTS[0], NIGHTS[-1], 5, NIGHTS[0])
    assert found.exact
    assert found.withheld == ()
    assert found.under_others == 0
    assert (found.alerts.lost, found.alerts.gained, found.alerts.moved) == ((), (), ())
    assert all(count.before == count.after for count in (found.alerts.opened, *found.alerts.by_type, *found.alerts.told))


def test_a_changed_threshold_gives_the_alerts_of_a_home_under_it(
    lived: Tiny, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = changed(tmp_path / "copy", EAGER)
    found = rehearse(lived.context, load(folder), 5)
    other = shutil.copytree(filled, tmp_path / "other")
    shutil.copytree(folder, other / "districts" / CODE, dirs_exist_ok=True)
    with opened(other, monkeypatch) as made:
        live(made)
        there = alert_events_before(made.context.warehouse, NIGHTS[-1] + DAY)
    openings = there.filter(pl.col("event") == "opened").select("night", "type", "category", "subject").rows()
    assert found.exact
    assert found.alerts.opened.after == len(openings) > found.alerts.opened.before
    assert {(one.night, one.type, one.category, one.subject) for one in found.alerts.gained} <= {*openings}


def test_a_rehearsal_touches_nothing(lived: Tiny) -> None:
    before = remains(lived.root, None)
    rehearse(lived.context, load(changed(lived.root, EAGER)), 2)
    assert remains(lived.root, None) == before


def test_of_many_nights_only_the_last_are_compared(lived: Tiny) -> None:
    found = rehearse(lived.context, load(changed(lived.root, EAGER)), 2)
    assert (found.first, found.nights, found.ran_from) == (NIGHTS[-2], 2, NIGHTS[0])
    assert all(one.night >= NIGHTS[-2] for one in (*found.alerts.gained, *found.alerts.lost))


def test_another_grid_is_refused(lived: Tiny) -> None:
    folder = changed(lived.root, "")
    declaration = folder / "district.toml"
    declaration.write_text(declaration.read_text("utf-8").replace("size_m = 500", "size_m = 1000"), "utf-8")
    with pytest.raises(SifangError, match="not the one that night"):
        rehearse(lived.context, load(folder), 5)
