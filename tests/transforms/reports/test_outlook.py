"""What a walked batch comes to as a whole."""

from __future__ import annotations

import polars as pl
import pytest

from tests.helpers.district_folders import source
from transforms.district.source import Source
from transforms.reports.checked import Said
from transforms.reports.corrections import LEAVING
from transforms.reports.outlook import mostly_merged, too_many_outside, worth_a_look, would_be_refused
from transforms.reports.walked import Walked

PATIENT_TO_A_TENTH = Source.model_validate(source(max_quarantined=0.1))


def walked(located: int, rejected: int = 0, outside: int = 0, merged: int = 0) -> Walked:
    rows, rejects, lost, versions = (
        pl.DataFrame({"row": list(range(n))}) for n in (located + rejected + outside + merged, rejected, outside, located)
    )
    return Walked(rows, rejects, lost, LEAVING.to_frame(), merged, versions, Said())


@pytest.mark.parametrize(
    ("located", "rejected", "outside", "expected"),
    [
        pytest.param(100, 0, 12, True, id="more than the share"),
        pytest.param(200, 0, 12, False, id="within the share"),
        pytest.param(0, 0, 9, False, id="a handful is those rows' fault"),
        pytest.param(100, 3, 10, True, id="rejects count with them"),
        pytest.param(10, 90, 0, False, id="rejects alone are not about the place"),
    ],
)
def test_a_place_is_declared_wrongly_where_many_lie_outside(located: int, rejected: int, outside: int, expected: bool) -> None:
    batch = walked(located, rejected, outside)
    assert too_many_outside(PATIENT_TO_A_TENTH, batch) is expected
    # What a night would do is the same, or it stops before.
    assert would_be_refused(PATIENT_TO_A_TENTH, batch) is (expected or rejected > 0.1 * (located + rejected + outside))


@pytest.mark.parametrize(("rejected", "expected"), [(10, False), (12, True)])
def test_more_rejects_than_the_source_allows_refuse_the_batch(rejected: int, expected: bool) -> None:
    assert would_be_refused(PATIENT_TO_A_TENTH, walked(100 - rejected, rejected)) is expected


@pytest.mark.parametrize(("merged", "expected"), [(0, False), (50, False), (51, True)])
def test_a_batch_is_mostly_merged_where_more_than_half_of_what_passed_is(merged: int, expected: bool) -> None:
    assert mostly_merged(walked(100 - merged, rejected=40, merged=merged)) is expected


@pytest.mark.parametrize(
    ("located", "rejected", "outside", "personal", "expected"),
    [(95, 2, 2, 1, False), (94, 2, 2, 2, True), (0, 0, 0, 0, True), (1, 0, 0, 0, False)],
)
def test_nothing_and_much_set_aside_are_worth_a_look(located: int, rejected: int, outside: int, personal: int, expected: bool) -> None:
    batch = walked(located, rejected, outside)
    assert worth_a_look(batch, personal, len(batch.rows) + personal) is expected
