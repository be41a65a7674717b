"""Who would be told of a matter, and why: `sifang alerts route`.

Belongs here: the district's table, asked and described. Does not: the table itself (``transforms.alerts.routing``), telling anybody
(``flows.alerts.deliver``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from infra.districts.folder import DistrictFolder
from infra.errors import SifangError
from transforms.alerts.routing import SELECTORS, Matter, Receiver, Routed, Table, Told
from transforms.alerts.types import TYPES
from transforms.words import Category, Words
from transforms.words.harmless import quoted

CROSSING = "crosses_departments"
ASKED = ("type", "category", "kind", "subdistrict", CROSSING)


@dataclass(frozen=True)
class Step:
    """Receivers that are told together: role and subdistrict, with their names."""

    told: tuple[tuple[Told, Words], ...]


@dataclass(frozen=True)
class Answer:
    """Who is told of a matter at once, who when nobody answers, by which route, and which routes fitted less closely."""

    district: str
    route: str
    at_once: Step
    then: tuple[Step, ...]
    passed: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """The whole table: each receiver with who stands above, each route."""

    district: str
    receivers: tuple[Receiver, ...]
    routes: tuple[str, ...]


def matter_of(folder: DistrictFolder, asked: Mapping[str, str]) -> Matter:
    """A matter as somebody wrote it.

    Raises:
        SifangError: a name is none of a matter's, or a value is none of the district's.
    """
    known: Mapping[str, Collection[str]] = {
        "type": set(TYPES),
        "category": set(Category),
        "kind": set(folder.district.kinds),
        "subdistrict": set(folder.cells["subdistrict"]),
        CROSSING: {"true", "false"},
    }
    for name, value in asked.items():
        if value not in known.get(name, ()):
            what = f"{name}={value}" if name in known else name
            raise SifangError(f"{quoted(what)} means nothing here.", f"Write one of: {', '.join(sorted(known.get(name, ASKED)))}.")
    if "type" not in asked:
        raise SifangError("A matter has a type.", f"Add type= and one of: {', '.join(TYPES)}.")
    named = {name: asked.get(name) for name in SELECTORS if name != "type"}
    return Matter(asked["type"], **named, crosses_departments=asked.get(CROSSING) == "true")


def who_is_told(folder: DistrictFolder, matter: Matter) -> Answer:
    """Who is told of a matter, or would be."""
    table = _table(folder)
    found = table.route(matter)
    # A folder whose table has a hole does not load.
    assert found is not None
    return _answer(folder, table, found)


def table_shown(folder: DistrictFolder) -> Shown:
    """The table as it holds: what ships and what the district declares."""
    table = _table(folder)
    return Shown(folder.district.code, tuple(table.receivers.values()), tuple(map(str, table.routes)))


def _table(folder: DistrictFolder) -> Table:
    return Table.of(folder.district.receivers, folder.district.routes)


def _answer(folder: DistrictFolder, table: Table, found: Routed) -> Answer:
    places = {s.code: s.name for s in folder.district.subdistricts}

    def step(told: tuple[Told, ...]) -> Step:
        return Step(tuple((one, _name(table.receivers[one.receiver], places.get(one.subdistrict or ""))) for one in told))

    return Answer(folder.district.code, str(found.route), step(found.at_once), tuple(map(step, found.then)), tuple(map(str, found.passed)))


def _name(receiver: Receiver, place: Words | None) -> Words:
    return Words(f"{place.zh}{receiver.name_zh}", f"{receiver.name_en} of {place.en}") if place else receiver.name
