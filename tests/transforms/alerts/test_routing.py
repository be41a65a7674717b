"""Who is told: the most specific route, the way up, and tables that are refused."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.alerts.routing import EVERYTHING, Extent, Matter, Receiver, Route, Table, Told, faults

GROUND = Extent({"level", "surge"}, {"hazard_wiring", "theft"}, {"east", "west"})


def receiver(code: str, above: str | None = None, level: str = "district") -> Receiver:
    return Receiver.model_validate({"code": code, "name_zh": "处", "name_en": code, "level": level, "above": above})


def to(*codes: str, **selectors: str) -> Route:
    return Route.model_validate({"to": codes, **selectors})


FIRE = receiver("fire", above="district")
WARDEN = receiver("warden", above="fire", level="subdistrict")
ROUTES = (
    to("subdistrict"),
    to("fire", category="safety"),
    to("warden", "fire", category="safety", kind="hazard_wiring"),
    to("district", subdistrict="east"),
)


@pytest.mark.parametrize(
    ("matter", "expected"),
    [
        (Matter("level", "stability", None, "west"), [[("subdistrict", "west")], [("district", None)]]),
        (Matter("level", "safety", None, "west"), [[("fire", None)], [("district", None)]]),
        (Matter("level", "safety", "hazard_wiring", "west"), [[("warden", "west"), ("fire", None)], [("district", None)]]),
        # The subdistrict decides before the kind does.
        (Matter("level", "safety", "hazard_wiring", "east"), [[("district", None)]]),
        # Nobody of a subdistrict is there for what has none.
        (Matter("surge", "stability"), [[("district", None)]]),
        (Matter("surge", "safety", "hazard_wiring"), [[("fire", None)], [("district", None)]]),
        (Matter("level", "stability", None, "west", crosses_departments=True), [[("district", None)]]),
    ],
)
def test_the_most_specific_route_holds_whatever_their_order(matter: Matter, expected: list[list[tuple[str, str | None]]]) -> None:
    for routes in permutations(ROUTES):
        found = Table.of([FIRE, WARDEN], routes).route(matter)
        assert found is not None
        assert [[tuple(told) for told in step] for step in (found.at_once, *found.then)] == expected


def test_what_a_matter_does_not_have_equals_nothing() -> None:
    narrow = Table.of([], [to("district", kind="theft"), to("subdistrict", category="safety")])
    assert narrow.route(Matter("level", None, None, "west")) is None
    found = narrow.route(Matter("level", "safety", "theft", "west"))
    assert found is not None
    assert (found.route, found.passed) == (to("district", kind="theft"), (to("subdistrict", category="safety"),))


def test_what_ships_tells_the_subdistrict_and_then_the_district() -> None:
    assert not faults([], [], GROUND)
    found = Table.of([], []).route(Matter("level", "safety", None, "west"))
    assert found is not None
    assert (found.route, found.at_once, found.then) == (EVERYTHING, (Told("subdistrict", "west"),), ((Told("district", None),),))


@pytest.mark.parametrize(
    ("receivers", "routes", "says"),
    [
        ([FIRE, FIRE], [], ["receiver 'fire' stands twice"]),
        ([receiver("fire", above="gone")], [], ["receiver 'fire' names the receiver 'gone'; there are: district, fire, subdistrict"]),
        ([], [to("gone")], ["the route everything → gone names the receiver 'gone'"]),
        ([], [to("district", type="gone"), EVERYTHING], ["names the type 'gone'; there are: level, surge"]),
        ([], [to("district", kind="gone"), EVERYTHING], ["names the kind 'gone'"]),
        ([], [to("district", subdistrict="north"), EVERYTHING], ["names the subdistrict 'north'; there are: east, west"]),
        ([], [EVERYTHING, to("district")], ["two routes take the same: everything → district"]),
        ([receiver("a", "b"), receiver("b", "c"), receiver("c", "a")], [], ["stand above each other: a → b → c → a"]),
        ([receiver("a", "a")], [], ["stand above each other: a → a"]),
        ([receiver("district", "subdistrict")], [], ["stand above each other: subdistrict → district → subdistrict"]),
        ([receiver("warden", level="subdistrict")], [], ["above 'warden' nobody of the district is told; give 'warden' an 'above'"]),
        ([], [to("district", category="safety")], ["no route takes", "add a route that names only 'to'"]),
        ([], [to("district", subdistrict="east"), to("district", subdistrict="west")], ["no route takes type"]),
    ],
)
def test_a_table_with_a_hole_a_circle_or_a_tie_is_refused(receivers: list[Receiver], routes: list[Route], says: list[str]) -> None:
    told = faults(receivers, routes, GROUND)
    assert len(told) == 1, told
    assert all(text in told[0] for text in says), told


def test_every_fault_that_can_be_named_at_once_is() -> None:
    told = faults([FIRE, FIRE], [to("gone", type="gone"), to("nobody")], GROUND)
    assert len(told) == 4


SELECTED = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(sorted(GROUND.types)),
        "category": st.sampled_from(["safety", "stability"]),
        "kind": st.sampled_from(sorted(GROUND.kinds)),
        "subdistrict": st.sampled_from(sorted(GROUND.subdistricts)),
    },
)
RECEIVER = st.sampled_from(["subdistrict", "district", "fire", "warden"])
TABLES = st.lists(st.builds(lambda code, selected: to(code, **selected), RECEIVER, SELECTED), max_size=8)
MATTERS = st.builds(
    Matter,
    st.sampled_from(sorted(GROUND.types)),
    st.sampled_from(["safety", "public_order", None]),
    st.sampled_from(["theft", None]),
    st.sampled_from(["east", "west", None]),
    st.booleans(),
)


@given(TABLES, MATTERS, st.randoms(use_true_random=False))
def test_a_table_without_faults_tells_somebody_of_everything_and_ends_with_the_district(
    routes: list[Route], matter: Matter, order: object
) -> None:
    if faults([FIRE, WARDEN], routes, GROUND):
        return
    found = Table.of([FIRE, WARDEN], routes).route(matter)
    assert found is not None
    steps = (found.at_once, *found.then)
    assert all(steps)
    assert any(told.subdistrict is None for told in steps[-1])
    # Nobody is told twice, and nobody of a subdistrict is told of what has none.
    everybody = [told for step in steps for told in step]
    assert len(set(everybody)) == len(everybody)
    assert {told.subdistrict for told in everybody} <= {matter.subdistrict, None}
    if matter.crosses_departments:
        assert all(told.subdistrict is None for told in steps[0]) or len(steps) == 1
    shuffled = list(routes)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert Table.of([WARDEN, FIRE], shuffled).route(matter) == found
