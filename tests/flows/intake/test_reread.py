"""A declaration mended after the first run: what stands is what a home would hold that had the right one from the start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flows.intake.ingest import ingest
from flows.intake.reread import reread
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.nights.replay import replay
from flows.tell.readings import ReadOtherwise, read_otherwise
from infra.errors import SifangError
from tests.helpers.district_folders import source
from tests.helpers.mended import DAY, RIGHT, WRONG, Part, deliver, mend, right, stands, wrong
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment
from tests.helpers.town import NOW, Town
from transforms.reports.versions import standing

Make = Callable[..., Town]


def town_in(root: Path, name: str, **declared: Any) -> Town:
    return Town(root / name, f"sqlite:///{root / name}.db", source(**declared))


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    towns: list[Town] = []

    def made(name: str, **declared: Any) -> Town:
        towns.append(town_in(tmp_path, name, **{**RIGHT, **declared}))
        return towns[-1]

    yield made
    for town in towns:
        town.context.stores.close()


def otherwise(town: Town) -> tuple[ReadOtherwise, ...]:
    return read_otherwise(town.context.warehouse, town.context.folder)


# All but two are in the longer suite, as is the property below, where they meet.
@pytest.mark.parametrize("what", [pytest.param(w, marks=() if w in {"the key", "the sheet"} else pytest.mark.slow) for w in WRONG])
def test_what_stands_is_what_the_right_declaration_would_have_made(make: Make, what: str) -> None:
    good, bad = make("right", **right([what])), make("wrong", **wrong([what]))
    for town in (good, bad):
        deliver(town, [what])
    before = bad.lake()
    last = int(before["recorded_seq"].max() or 0)  # type: ignore[arg-type]
    if what != "the release":
        assert stands(bad) != stands(good)
    mend(bad, **right([what]))
    # What was refused as a whole is taken in by the next night.
    ingest(bad.context, NOW + 5 * DAY)
    told = reread(bad.context, "police", "mended", NOW + 6 * DAY, dry_run=True)
    assert bad.lake().filter(pl.col("recorded_seq") <= last).height == len(before)
    done = reread(bad.context, "police", "mended", NOW + 6 * DAY)
    assert len(stands(good)) > 60
    assert stands(bad) == stands(good)
    assert (done.gone, done.left, done.unusable) == (0, 0, 0)
    assert otherwise(bad) == ()
    # Nothing that an earlier night reads has changed.
    after = bad.lake()
    assert after.filter(pl.col("recorded_seq") <= last).equals(before)
    bad.balance()
    again = reread(bad.context, "police", "mended", NOW + 7 * DAY)
    assert (again.added, again.changed, again.withdrawn) == (0, 0, 0)
    assert told.deliveries == done.deliveries


part = st.builds(
    lambda first, rows, kind, shift: Part(first, first + rows, kind, shift),
    st.integers(0, 60),
    st.integers(4, 50),
    st.sampled_from(["theft", "robbery", "loitering"]),
    st.integers(0, 3),
)
# How a delivery is written decides who could read it at all; so at most one of those that change that.
mistakes = st.sets(st.sampled_from(sorted(WRONG.keys() - {"the release", "the decimal", "the sheet"})), max_size=3).flatmap(
    lambda found: st.sampled_from([frozenset(found), found | {"the decimal"}, found | {"the sheet"}]).filter(bool)
)


@pytest.mark.lengthy
@settings(
    max_examples=12, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow]
)
@given(mistakes, st.lists(part, min_size=1, max_size=4), st.sampled_from(["changes", "whole"]), st.booleans())
def test_whatever_was_wrong_and_delivered_it_ends_alike(made: frozenset[str], parts: list[Part], content: str, night_between: bool) -> None:
    says = {"content": content}
    with TemporaryDirectory() as folder:
        good, bad = town_in(Path(folder), "right", **right(made), **says), town_in(Path(folder), "wrong", **wrong(made), **says)
        try:
            for town in (good, bad):
                deliver(town, made, parts)
            before = bad.lake()
            last = int(before["recorded_seq"].max() or 0)  # type: ignore[arg-type]
            mend(bad, **right(made), **says)
            if night_between:
                ingest(bad.context, NOW + 5 * DAY)
            reread(bad.context, "police", "mended", NOW + 6 * DAY)
            # A file that was refused is the next night's where no night came between, and may tell of reports that others tell of too.
            ingest(bad.context, NOW + 7 * DAY)
            reread(bad.context, "police", "mended", NOW + 8 * DAY)
            assert stands(bad) == stands(good)
            assert bad.lake().filter(pl.col("recorded_seq") <= last).equals(before)
            again = reread(bad.context, "police", "mended", NOW + 9 * DAY)
            assert (again.added, again.changed, again.withdrawn) == (0, 0, 0)
            bad.balance()
        finally:
            for town in (good, bad):
                town.context.stores.close()


@pytest.mark.slow
def test_nights_published_before_replay_as_they_were(district: Tiny) -> None:
    run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
    file = district.root / "districts" / CODE / "district.toml"
    before, code, after = file.read_text("utf-8").partition('code = "order"')
    declared = (
        'kinds = { theft = "robbery", fight = "fight", assault = "assault" }',
        'timezone = "America/Los_Angeles"',
        'where = [{ column = "department", equals = "works" }]',
    )
    for number, mended in enumerate(declared, start=1):
        file.write_text(before + code + after.replace('key = ["number"]\n', f'key = ["number"]\n{mended}\n', 1), "utf-8")
        district.context.stores.close()
        district.context = Tiny(district.root).context
        done = reread(district.context, "order", "mended", moment(NIGHT) + number * DAY)
        assert done.changed + done.withdrawn > 100
        assert replay(district.context, NIGHT).identical


def test_batches_that_were_read_otherwise_are_named_and_what_reads_alike_is_not(make: Make) -> None:
    mistake = ["the date order"]
    town = make("town", **wrong(mistake))
    deliver(town, mistake)
    assert otherwise(town) == ()
    mend(town, **{**wrong(mistake), "max_quarantined": 0.9, "delivery": "event"})
    assert otherwise(town) == ()
    mend(town, **right(mistake))
    assert otherwise(town) == (ReadOtherwise("police", 3),)


def test_a_delivery_that_has_gone_is_counted_and_what_it_told_of_is_left(make: Make) -> None:
    mistake = ["the codelist"]
    town = make("town", **wrong(mistake))
    deliver(town, mistake)
    (town.folder / "in" / "police_1.csv").unlink()
    before = dict.fromkeys(r[0] for r in stands(town))
    mend(town, **right(mistake))
    done = reread(town.context, "police", "mended", NOW + 6 * DAY)
    assert (done.deliveries, done.gone) == (2, 1)
    assert done.left > 0
    # Nobody is withdrawn whom a delivery that has gone may have told of.
    assert before.keys() <= {r[0] for r in stands(town)}
    town.balance()


@pytest.mark.parametrize("what", ["the date order", "the codelist", "the scope", "the key"])
def test_of_deliveries_of_everything_what_vanished_stays_gone(make: Make, what: str) -> None:
    whole = {"content": "whole"}
    good, bad = make("right", **whole), make("wrong", **wrong([what]), **whole)
    for town in (good, bad):
        deliver(town, [what], (Part(0, 60), Part(2, 62), Part(4, 60, "robbery")))
    assert len(stands(good)) < len(standing(good.lake().filter(pl.col("status") != "withdrawn"), frozenset()))
    mend(bad, **right([what]), **whole)
    ingest(bad.context, NOW + 5 * DAY)
    reread(bad.context, "police", "mended", NOW + 6 * DAY)
    assert stands(bad) == stands(good)


def test_an_unknown_source_is_refused(make: Make) -> None:
    with pytest.raises(SifangError, match="Its sources: police"):
        reread(make("town").context, "polcie", "mended", NOW)
