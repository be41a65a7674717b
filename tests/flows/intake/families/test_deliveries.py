"""The order of deliveries, and what a delivery is: families 1 and 7."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from flows.intake.ingest import ingest
from tests.helpers.district_folders import source
from tests.helpers.mended import stands
from tests.helpers.town import HEADER, NOW, Town, row, table

pytestmark = pytest.mark.lengthy

# A home for each spelling and each example: three of them, not made smaller where they fail.
few = settings(max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate])
DAY: Final = dt.timedelta(days=1)


@contextmanager
def opened(**declared: Any) -> Iterator[Town]:
    with TemporaryDirectory() as root:
        town = Town(Path(root), f"sqlite:///{root}/w.db", source(min_share_of_usual=0, **declared))
        try:
            yield town
        finally:
            town.context.stores.close()


def standing(town: Town) -> list[tuple[Any, ...]]:
    town.balance()
    return [told for told in stands(town) if told[-1] != "withdrawn"]


# --- 1: order

MONTHS: Final = "januari februari maart april mei juni juli augustus september oktober november december".split()  # noqa: SIM905 - twelve
NAMES: Final[dict[str, Callable[[dt.date, int], str]]] = {
    "compact": lambda d, _: f"police_{d:%Y%m%d}.csv",
    "months by name": lambda d, _: f"police_{d.day} {MONTHS[d.month - 1]} {d.year}.csv",
    "weeks": lambda d, _: f"police_{d.isocalendar().year}-W{d.isocalendar().week}.csv",
    "numbers": lambda _, n: f"police_part{n}.csv",
}
States = list[dict[int, str]]
# In each delivery some reports, each as it stood then.
states: st.SearchStrategy[States] = st.lists(
    st.dictionaries(st.integers(1, 6), st.sampled_from(["theft", "robbery", "fight"]), min_size=4), min_size=3, max_size=4
)


def delivered(told: Mapping[int, str]) -> str:
    return table(*(row(n, kind) for n, kind in sorted(told.items())))


@pytest.mark.parametrize("how", NAMES)
@few
@given(states, st.integers(1, 2))
def test_what_stands_is_the_newest_state_however_files_are_named_and_whenever_they_come(how: str, told: States, late: int) -> None:
    # Something new in each, for what is the same again is nothing new.
    told = [{**each, 100 + n: "fight"} for n, each in enumerate(told)]
    # Weeks apart, around a new year, and beyond the ninth of their number.
    files = [(NAMES[how](dt.date(2024, 12, 9) + n * 13 * DAY, n + 8), delivered(each)) for n, each in enumerate(told)]
    with opened() as plain, opened() as other:
        for n, (_, content) in enumerate(files):
            plain.take(content, f"police_2024-12-{n + 1:02d}.csv", NOW + n * DAY)
        # Together, and the oldest of them a night later.
        for night, part in enumerate((files[late:], files[:late])):
            for name, content in part:
                other.deliver(content, name)
            ingest(other.context, NOW + night * DAY)
        assert standing(other) == standing(plain)
        newest = {n: kind for each in told for n, kind in each.items()}
        assert sorted(kind for _, kind, *_ in standing(other)) == sorted(newest.values())


# --- 7: what a delivery is

BASE: Final = 40
Snapshot = dict[int, str]
# What is no more or another kind in each delivery; of forty never more than a tenth.
changes = st.lists(
    st.tuples(
        st.sets(st.integers(1, BASE), max_size=3), st.dictionaries(st.integers(1, BASE), st.sampled_from(["robbery", "fight"]), max_size=3)
    ),
    min_size=2,
    max_size=3,
)


def snapshots(changed: Sequence[tuple[set[int], dict[int, str]]]) -> list[Snapshot]:
    """All that there is, delivery by delivery; what is no more in one comes again with the next, beside something new."""
    kinds, found = dict.fromkeys(range(1, BASE + 1), "theft"), [dict.fromkeys(range(1, BASE + 1), "theft")]
    for gone, others in changed:
        kinds |= others
        kinds[100 + len(found)] = "fight"
        found.append({n: kind for n, kind in kinds.items() if n not in gone})
    return found


def whole(_: Snapshot, now: Snapshot) -> Iterator[tuple[str, str]]:
    yield "police", delivered(now)


def changed_rows(before: Snapshot, now: Snapshot) -> Snapshot:
    return {n: kind for n, kind in now.items() if before.get(n) != kind}


def with_deletions(before: Snapshot, now: Snapshot) -> Iterator[tuple[str, str]]:
    if told := changed_rows(before, now):
        yield "police", delivered(told)
    if gone := before.keys() - now.keys():
        yield "deleted", "\n".join(["id,why", *(f"{n},double" for n in sorted(gone)), ""])


def with_marks(mark: str, other: str) -> Callable[[Snapshot, Snapshot], Iterator[tuple[str, str]]]:
    def deliveries(before: Snapshot, now: Snapshot) -> Iterator[tuple[str, str]]:
        rows = [f"{row(n, kind)},{other}" for n, kind in changed_rows(before, now).items()]
        rows += [f"{row(n, before[n])},{mark}" for n in before.keys() - now.keys()]
        if rows:
            yield "police", table(*sorted(rows), header=f"{HEADER},mark")

    return deliveries


CONTENTS: Final[dict[str, tuple[Callable[[Snapshot, Snapshot], Iterator[tuple[str, str]]], dict[str, Any]]]] = {
    "files of deletions": (with_deletions, {"deletions": ["in/deleted_*"]}),
    "rows that are withdrawn": (with_marks("unfounded", ""), {"withdrawn": [{"column": "mark", "equals": "unfounded"}]}),
    "a count of minus one": (with_marks("-1", "1"), {"withdrawn": [{"column": "mark", "equals": "-1"}]}),
}


@pytest.mark.parametrize("how", CONTENTS)
@few
@given(changes)
def test_what_stands_is_what_there_is_however_the_sender_says_what_is_no_more(
    how: str, changed: list[tuple[set[int], dict[int, str]]]
) -> None:
    told = snapshots(changed)
    deliver, declared = CONTENTS[how]
    with opened(content="whole") as plain, opened(**declared) as other:
        for town, write in ((plain, whole), (other, deliver)):
            before: Snapshot = {}
            for n, now in enumerate(told):
                for name, content in write(before, now):
                    town.deliver(content, f"{name}_2025-03-{n + 1:02d}.csv")
                ingest(town.context, NOW + n * DAY)
                before = now
        assert standing(other) == standing(plain)
        assert sorted(kind for _, kind, *_ in standing(plain)) == sorted(told[-1].values())
