"""What follows from what lake and warehouse say: whether they belong together, and what to do where they do not.

Belongs here: one pure function, and its words. Does not: asking the stores (``infra.accord.sides``), acting (``infra.accord.pair``).

A kill leaves commits of the lake that the warehouse did not get to know, each announced by an intent. Whatever else one has and the other
lacks was done to them from outside, and nobody but a person can say which of the two is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from infra.accord.sides import LakeSide, Sides
from infra.errors import SifangError
from infra.marks import Identity, Mark
from infra.warehouse.keeping.identities import Remembered
from transforms.words.counting import many


class Standing(StrEnum):
    """How the two stand to each other. The first four are no cause to stop."""

    NEW = "new"
    SAME = "same"
    LEFTOVERS = "left by a kill"
    UNMARKED = "written before marks were"
    LAKE_GONE = "the lake is gone"
    LAKE_EMPTY = "the lake is empty"
    LAKE_BEHIND = "the lake is older"
    LAKE_AHEAD = "the lake was written by something else"
    LAKE_FORKED = "the lake has another history"
    WAREHOUSE_EMPTY = "the warehouse does not know the district"
    WAREHOUSE_BEHIND = "the warehouse is older"
    ANOTHER = "they are of two different beginnings"
    OTHER_KEY = "the key is another one"


GOES_ON: Final = frozenset({Standing.NEW, Standing.SAME, Standing.LEFTOVERS, Standing.UNMARKED})


@dataclass(frozen=True)
class Verdict:
    """How lake and warehouse stand, what both say in numbers, and the way out. ``unsettled`` are commits that a kill left untold."""

    standing: Standing
    says: str = ""
    remedy: str = ""
    unsettled: tuple[Mark, ...] = ()

    @property
    def goes_on(self) -> bool:
        """Whether a writer may go on."""
        return self.standing in GOES_ON

    @property
    def line(self) -> str:
        """What a reader tells beside its answer; nothing where all is well."""
        return "" if self.goes_on else f"{self.says} What follows may lack reports or nights."

    def require(self) -> None:
        """Pass when a writer may go on.

        Raises:
            DisagreementError: what both say, and the way out.
        """
        if not self.goes_on:
            raise DisagreementError(self)


class DisagreementError(SifangError):
    """Lake and warehouse do not tell the same of a district; nothing may be written to either."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(f"{verdict.says} Nothing was written.", verdict.remedy)
        self.verdict = verdict


_PLACES: Final = "SIFANG_HOME, SIFANG_LAKE_URL or SIFANG_WAREHOUSE_URL"
_WAYS: Final = "`sifang restore` fills an empty place from a backup; where none is left, `sifang db adopt` says what beginning again costs."
_RESTORE_LAKE: Final = f"If it lies elsewhere, or its disk is not mounted, correct {_PLACES}. If it is lost, {_WAYS}"
_RESTORE_WAREHOUSE: Final = f"If it lies elsewhere, correct {_PLACES}. If it is lost, {_WAYS}"
_RESTORE_BOTH: Final = f"Correct {_PLACES} if one names another place than before. Else {_WAYS}"


def compare(told: Sides, fingerprint: str | None = None) -> Verdict:
    """Whether lake and warehouse of a district tell the same.

    Args:
        told: what both say.
        fingerprint: of the key at hand; None where there is none, and none is needed.
    """
    lake, warehouse = told.lake, told.warehouse
    ours = lake.newest.identity if lake.newest else None
    theirs = warehouse.identity
    if _adoption_cut_short(ours, warehouse):
        found = Verdict(Standing.LEFTOVERS)
    elif ours is not None and theirs is not None:
        found = _of_one(told) if ours.identity == theirs.identity else _another(told, ours, theirs)
    elif theirs is not None:
        found = _without_lakes_word(told)
    elif ours is not None:
        found = _without_warehouses_word(told, ours)
    else:
        found = _without_a_word(told)
    # A lake that was not told yet who it belongs to now still says under which key it was filled before.
    told_last = ours is not None and not _adoption_cut_short(ours, warehouse)
    filled_under = ours.fingerprint if ours is not None and told_last else warehouse.filled_under
    if found.goes_on and filled_under is not None and fingerprint is not None and fingerprint != filled_under:
        return other_key(told.district, fingerprint, filled_under)
    return found


def _adoption_cut_short(ours: Identity | None, warehouse: Remembered) -> bool:
    """Whether the warehouse bears a new identity that the lake, there or not, has not yet been told of."""
    theirs = warehouse.identity
    if theirs is None or theirs.instead_of is None or warehouse.newest is not None:
        return False
    return ours is None or ours.identity == theirs.instead_of


def other_key(district: str, given: str, filled_under: str) -> Verdict:
    """The key at hand is not the one under which a district was filled."""
    says = f"SIFANG_KEY has the fingerprint {given}, but {district} was filled under the key {filled_under}. Every report would look new."
    return Verdict(Standing.OTHER_KEY, says, "Set the key that was used before.")


def _of_one(told: Sides) -> Verdict:
    """Both bear the same identity: how far each has come decides."""
    lake, warehouse = told.lake, told.warehouse
    known = warehouse.newest
    assert lake.newest is not None
    if known is None:
        # A kill between claiming the district and settling its first commit.
        return Verdict(Standing.LEFTOVERS, unsettled=(lake.newest.mark,) if lake.newest.mark else ())
    if lake.sequence < known.sequence:
        return _behind(told, known)
    if lake.at is None or lake.at.mark != known:
        says = f"{_both(told)} The lake's commit {known.sequence} is not the one that the warehouse knows: it went on from an older state."
        return Verdict(Standing.LAKE_FORKED, says, _RESTORE_BOTH)
    if any(c.mark is None for c in lake.since):
        says = (
            f"{_both(told)} {many(len(lake.since), 'commit')} of the lake after that {_came(lake.since)} from something else than Sifang."
        )
        return Verdict(Standing.LAKE_AHEAD, says, f"{_RESTORE_BOTH} Find out what else writes there.")
    untold = tuple(c.mark for c in lake.since if c.mark is not None)
    if strange := [m for m in untold if m.token not in warehouse.intents]:
        rows = lake.rows - known.rows
        says = (
            f"{_both(told)} The warehouse never heard of {many(len(strange), 'commit')} of the lake with {rows:+,} rows, nor meant to "
            "make them: it was put back to an older state, and nights that it published since may be missing."
        )
        return Verdict(Standing.WAREHOUSE_BEHIND, says, _RESTORE_BOTH)
    return Verdict(Standing.LEFTOVERS if untold or warehouse.intents else Standing.SAME, unsettled=untold)


def _behind(told: Sides, known: Mark) -> Verdict:
    missing, rows = known.sequence - told.lake.sequence, known.rows - told.lake.rows
    if told.lake.newest and told.lake.newest.mark and told.lake.newest.mark.deed == "begin":
        return _empty(told)
    says = f"{_both(told)} The lake lacks the newest {many(missing, 'commit')} with {many(rows, 'row')}."
    return Verdict(Standing.LAKE_BEHIND, says, _RESTORE_LAKE)


def _without_lakes_word(told: Sides) -> Verdict:
    """The warehouse knows the district, and the lake says nothing of it."""
    if told.warehouse.is_empty and not told.lake.sequence:
        return Verdict(Standing.LEFTOVERS)
    if told.warehouse.newest is None and told.lake.version is not None:
        # A kill between claiming a district of before and marking its lake.
        return Verdict(Standing.UNMARKED)
    return _gone(told) if told.lake.version is None else _empty(told)


def _without_warehouses_word(told: Sides, ours: Identity) -> Verdict:
    """The lake says whose it is, and the warehouse has never heard of the district."""
    of = f"The lake is of {ours.district}. " if ours.district != told.district else ""
    guess = "So the warehouse there is a new one, or not the one of this lake, which was" if told.warehouse.there else "The lake was"
    says = f"{_both(told)} {of}{guess} begun on {ours.created_at:%Y-%m-%d}."
    return Verdict(Standing.WAREHOUSE_EMPTY, says, _RESTORE_WAREHOUSE)


def _without_a_word(told: Sides) -> Verdict:
    """Neither says whose it is: both are new, or were written before stores said so."""
    lake, warehouse = told.lake, told.warehouse
    if warehouse.is_empty:
        if not lake.sequence:
            return Verdict(Standing.NEW)
        says = f"{_both(told)} So the warehouse there is a new one, or not the one of this lake."
        return Verdict(Standing.WAREHOUSE_EMPTY, says, _RESTORE_WAREHOUSE)
    if warehouse.newest_seq is None:
        return Verdict(Standing.UNMARKED if lake.version is not None else Standing.NEW)
    if lake.version is None:
        return _gone(told)
    if not lake.version:
        return _empty(told)
    if lake.version < warehouse.newest_seq:
        says = f"{_both(told)} The lake lacks the newest {many(warehouse.newest_seq - lake.version, 'commit')}."
        return Verdict(Standing.LAKE_BEHIND, says, _RESTORE_LAKE)
    return Verdict(Standing.UNMARKED)


def _gone(told: Sides) -> Verdict:
    return Verdict(Standing.LAKE_GONE, f"{_both(told)} No lake lies there, and none is begun in its stead.", _RESTORE_LAKE)


def _empty(told: Sides) -> Verdict:
    return Verdict(Standing.LAKE_EMPTY, f"{_both(told)} The lake that lies there was begun anew and holds nothing.", _RESTORE_LAKE)


def _another(told: Sides, ours: Identity, theirs: Identity) -> Verdict:
    of = f"of {ours.district}, " if ours.district != told.district else ""
    says = (
        f"{_both(told)} The lake is {of}begun on {ours.created_at:%Y-%m-%d} as {ours.identity}; the warehouse knows another, begun on "
        f"{theirs.created_at:%Y-%m-%d} as {theirs.identity}."
    )
    return Verdict(Standing.ANOTHER, says, _RESTORE_BOTH)


def _both(told: Sides) -> str:
    """Where both are and what each holds."""
    return (
        f"The lake and the warehouse of {told.district} do not belong together as they are. "
        f"The lake at {told.lake.where} {_held(told.lake)}. The warehouse at {told.warehouse_where} {_known(told.warehouse)}."
    )


def _held(lake: LakeSide) -> str:
    if lake.version is None:
        return "is not there"
    if lake.newest is None:
        return f"has {many(lake.version, 'commit')}, none of which says whose it is"
    return f"has {many(lake.rows, 'row')} as of commit {lake.sequence}"


def _known(warehouse: Remembered) -> str:
    if not warehouse.there:
        return "is not there"
    if warehouse.newest is not None:
        lake = f"knows a lake of {many(warehouse.newest.rows, 'row')} as of commit {warehouse.newest.sequence}"
    elif warehouse.batches:
        lake = f"knows {many(warehouse.batches, 'batch')} with {many(warehouse.rows, 'row')}, the newest of commit {warehouse.newest_seq}"
    else:
        lake = "knows of no lake"
    return f"{lake}, and {many(warehouse.nights, 'night')} published"


def _came(commits: tuple[object, ...]) -> str:
    return "comes" if len(commits) == 1 else "come"
