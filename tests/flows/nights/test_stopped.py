"""A night that somebody stops, by hand or on Prefect's page, publishes nothing and stands in the warehouse as stopped."""

from __future__ import annotations

import pytest

from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from infra.warehouse.nights.nights import night_row
from infra.warehouse.nights.runs import STOPPED, runs_of
from tests.helpers.tiny import NIGHT, Tiny


class TerminationSignal(BaseException):
    """As Prefect's of this name is: no error, so that nobody takes it for one."""


@pytest.mark.parametrize("way", [KeyboardInterrupt, TerminationSignal])
def test_a_night_that_is_stopped_leaves_a_record_and_nothing_else(
    district: Tiny, monkeypatch: pytest.MonkeyPatch, way: type[BaseException]
) -> None:
    def stop(*_: object) -> None:
        raise way

    monkeypatch.setattr("flows.nights.night.compute", stop)
    with pytest.raises(way):
        run_night(district.context, nightly_run(district.context, NIGHT, None, "one"))
    found = runs_of(district.context.warehouse).select("run_id", "night", "status", "error").rows()
    assert found == [("one", NIGHT, "failed", STOPPED)]
    assert night_row(district.context.warehouse, NIGHT) is None
