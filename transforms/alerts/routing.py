"""Who is told about what: receivers and routes, and the way up when nobody answers.

A matter goes to the receivers of its most specific route: one that names its subdistrict before one that does not, then its kind, its
category, its type. So two routes never tie, and no order of lines matters. What a route does not name it does not look at; what a matter
does not have, no route can name. The subdistrict comes first; who does not answer is followed by who stands above, up to the district.
What several departments have to do with begins there.

Belongs here: the table, asking it, and what is wrong with one. Does not: sending (``infra.deliver``), when somebody has not answered
(``transforms.clocks``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, NamedTuple

from pydantic import Field

from transforms.district.codes import Code, Strict
from transforms.words import Category, Words

# The selectors of a route, those that decide first in front.
SELECTORS: Final = ("subdistrict", "kind", "category", "type")


class Receiver(Strict):
    """A role, never a person. One of level ``subdistrict`` is there in each of them; ``above`` is told when it does not answer."""

    code: Code
    name_zh: str
    name_en: str
    level: Literal["subdistrict", "district"] = "district"
    above: Code | None = None

    @property
    def name(self) -> Words:
        """Its declared name."""
        return Words(self.name_zh, self.name_en)


class Route(Strict):
    """Whom a matter goes to; the first of ``to`` leads. A selector that is left out fits everything."""

    type: Code | None = None
    category: Category | None = None
    kind: Code | None = None
    subdistrict: str | None = None
    to: tuple[Code, ...] = Field(min_length=1)

    @property
    def selectors(self) -> tuple[str | None, ...]:
        """What it names, in the order of ``SELECTORS``."""
        return tuple(getattr(self, name) for name in SELECTORS)

    def __str__(self) -> str:
        named = [f"{name} {value}" for name, value in zip(SELECTORS, self.selectors, strict=True) if value is not None]
        return f"{', '.join(named) or 'everything'} → {', '.join(self.to)}"


SUBDISTRICT: Final = Receiver(code="subdistrict", name_zh="街道", name_en="subdistrict", level="subdistrict", above="district")
DISTRICT: Final = Receiver(code="district", name_zh="区指挥中心", name_en="district command")
EVERYTHING: Final = Route(to=(SUBDISTRICT.code,))


class Matter(NamedTuple):
    """What somebody has to be told of; nothing stands for what it does not have."""

    type: str
    category: str | None = None
    kind: str | None = None
    subdistrict: str | None = None
    crosses_departments: bool = False


class Told(NamedTuple):
    """A receiver, and where: the subdistrict of one that is there in each."""

    receiver: str
    subdistrict: str | None


@dataclass(frozen=True)
class Routed:
    """Who is told of a matter: at once, and then step by step when nobody answers. ``route`` and ``passed`` say why."""

    route: Route
    at_once: tuple[Told, ...]
    then: tuple[tuple[Told, ...], ...]
    passed: tuple[Route, ...]


@dataclass(frozen=True)
class Table:
    """Receivers by code, and routes. Those that ship hold where a district declares none."""

    receivers: Mapping[str, Receiver]
    routes: tuple[Route, ...]

    @classmethod
    def of(cls, receivers: Sequence[Receiver], routes: Sequence[Route]) -> Table:
        """The table of a district: its own receivers over those that ship; its own routes, where it has any, instead of the one."""
        return cls({r.code: r for r in (SUBDISTRICT, DISTRICT, *receivers)}, tuple(routes) or (EVERYTHING,))

    def route(self, matter: Matter) -> Routed | None:
        """Who is told of a matter, and why; None where no route takes it, which a table without faults does not have."""
        fitting = sorted((r for r in self.routes if _fits(r, matter)), key=lambda r: [value is None for value in r.selectors])
        if not fitting:
            return None
        first = self._there(fitting[0].to, matter)
        steps = [*self._upwards(first, matter)]
        if matter.crosses_departments:
            # Whoever leads in a subdistrict cannot lead several departments.
            while any(told.subdistrict for told in steps[0]) and len(steps) > 1:
                steps.pop(0)
        return Routed(fitting[0], steps[0], tuple(steps[1:]), tuple(fitting[1:]))

    def _there(self, codes: Sequence[str], matter: Matter) -> tuple[Told, ...]:
        """The receivers as this matter finds them: where it has no subdistrict, those above the ones that are there in each."""
        found = []
        for code in codes:
            here: Receiver | None = self.receivers[code]
            while here and here.level == "subdistrict" and matter.subdistrict is None:
                here = self.receivers[here.above] if here.above else None
            if here:
                found.append(Told(here.code, matter.subdistrict if here.level == "subdistrict" else None))
        return tuple(dict.fromkeys(found))

    def _upwards(self, step: tuple[Told, ...], matter: Matter) -> Iterator[tuple[Told, ...]]:
        told: set[Told] = set()
        while step:
            yield step
            told |= set(step)
            above = [code for receiver in step if (code := self.receivers[receiver.receiver].above)]
            step = tuple(t for t in self._there(above, matter) if t not in told)


def _fits(route: Route, matter: Matter) -> bool:
    """Whether a route takes a matter. What a matter does not have equals nothing."""
    return all(named is None or named == getattr(matter, name) for name, named in zip(SELECTORS, route.selectors, strict=True))


class Extent(NamedTuple):
    """What a table may be asked about: types of alerts, the district's kinds and subdistricts."""

    types: Collection[str]
    kinds: Collection[str]
    subdistricts: Collection[str]


def faults(receivers: Sequence[Receiver], routes: Sequence[Route], extent: Extent) -> list[str]:
    """Everything that keeps receivers and routes from being a table: names of nothing, circles, ends below the district, ties, holes."""
    table, codes = Table.of(receivers, routes), [r.code for r in receivers]
    named = {"type": extent.types, "kind": extent.kinds, "subdistrict": extent.subdistricts}
    found = [f"receiver {code!r} stands twice" for code in sorted({c for c in codes if codes.count(c) > 1})]
    found += [_unknown(f"receiver {r.code!r}", "receiver", r.above, table.receivers) for r in receivers if r.above]
    for route in routes:
        found += [_unknown(f"the route {route}", "receiver", code, table.receivers) for code in route.to]
        found += [_unknown(f"the route {route}", what, getattr(route, what), known) for what, known in named.items()]
    selectors = [route.selectors for route in routes]
    found += [f"two routes take the same: {route}" for n, route in enumerate(routes) if route.selectors in selectors[:n]]
    found = [text for text in found if text]
    # What leads nowhere cannot be followed.
    return found or [*_ways_up(table), *_holes(table, extent)]


def _unknown(who: str, what: str, code: str | None, known: Collection[str]) -> str:
    return "" if code is None or code in known else f"{who} names the {what} {code!r}; there are: {', '.join(sorted(known)) or 'none'}"


def _ways_up(table: Table) -> Iterator[str]:
    """Receivers that are above themselves, each circle once, and ways up that end below the district."""
    circles: set[frozenset[str]] = set()
    for receiver in table.receivers.values():
        way = [receiver]
        while (above := way[-1].above) and (here := table.receivers[above]) not in way:
            way.append(here)
        if above:
            circle = way[way.index(table.receivers[above]) :]
            codes = [r.code for r in circle]
            if frozenset(codes) not in circles:
                circles.add(frozenset(codes))
                yield f"these receivers stand above each other: {' → '.join([*codes, codes[0]])}"
        elif way[-1].level != "district":
            yield f"above {receiver.code!r} nobody of the district is told; give {way[-1].code!r} an 'above'"


def _holes(table: Table, extent: Extent) -> list[str]:
    """Matters that no route takes. A kind only narrows, so a matter without one meets every hole."""
    matters = [Matter(*which) for which in product(extent.types, [*Category, None], [None], [*extent.subdistricts, None])]
    holes = [matter for matter in matters if not any(_fits(route, matter) for route in table.routes)]
    if not holes:
        return []
    first = ", ".join(f"{name} {getattr(holes[0], name)}" for name in ("type", "category", "subdistrict") if getattr(holes[0], name))
    more = f" (and {len(holes) - 1} more)" if len(holes) > 1 else ""
    return [f"no route takes {first}{more}; add a route that names only 'to', for the rest"]
