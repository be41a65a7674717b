"""Whatever an alert is about has a name that people know it by; what a district no longer has is called by its code."""

from __future__ import annotations

from tests.helpers.made import cells, district
from transforms.alerts.alert import CELL, DISTRICT, PREMISES, SUBDISTRICT
from transforms.alerts.subjects import Called, Names
from transforms.alerts.types.overdue import DUTY, duty_subject
from transforms.alerts.types.source import SOURCE
from transforms.duty.clocks import POOLED_DEPARTMENT, UNKNOWN_DEPARTMENT
from transforms.words import SurgeArea, Words

WEST, FIRE = Words("西街道", "West"), Words("消防队", "Fire brigade")
NAMES = Names(
    district(
        subdistricts=[{"code": "W", "name_zh": WEST.zh, "name_en": WEST.en}],
        departments={"fire": {"code": "fire", "name_zh": FIRE.zh, "name_en": FIRE.en}},
    ),
    cells().with_columns(name="cell_id"),
)


def test_a_department_in_a_subdistrict_has_the_names_of_both() -> None:
    assert NAMES.subject(DUTY, duty_subject("fire", "W")) == Called(FIRE, WEST)
    for stands_for in (UNKNOWN_DEPARTMENT, POOLED_DEPARTMENT):
        assert NAMES.subject(DUTY, duty_subject(stands_for, "W")).name.en != stands_for
    assert NAMES.subject(DUTY, "gone/S") == Called(Words("gone", "gone"), Words("S", "S"))


def test_places_and_sources() -> None:
    assert NAMES.subject(CELL, "c0000") == Called(Words("c0000", "c0000"), WEST)
    assert NAMES.subject(SUBDISTRICT, "W") == Called(WEST, SurgeArea.SUBDISTRICT.words)
    assert NAMES.subject(DISTRICT, "d") == Called(NAMES.district.name, SurgeArea.DISTRICT.words)
    assert NAMES.subject(SOURCE, "hotline") == Called(Words("hotline", "hotline"))


def test_premises_that_the_register_lacks_say_so() -> None:
    assert NAMES.subject(PREMISES, "P9") == Called(Words("场所 P9", "Premises P9"), Words("不在场所名录中", "not in the register"))
