"""Whole columns between a zone and UTC, against the standard library one moment at a time."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.clocks.zones import local_to_utc, utc_to_local
from transforms.schema import UTC

# Clocks that change at midnight, by half an hour, by a whole day, and often.
ZONES = ("Asia/Shanghai", "America/New_York", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca")
MOMENTS = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2037, 1, 1)).map(lambda t: t.replace(fold=0))  # noqa: DTZ001
# Around changes, each of the zones above has some within a few days of these.
NEAR = st.builds(
    lambda change, minutes: change + dt.timedelta(minutes=minutes),
    st.sampled_from([dt.datetime(2024, 3, 10), dt.datetime(2024, 11, 3), dt.datetime(2024, 4, 7), dt.datetime(2011, 12, 30)]),  # noqa: DTZ001
    st.integers(-3_000, 3_000),
)
COLUMNS = st.lists(st.one_of(st.none(), MOMENTS, NEAR), max_size=30)


def by_hand(local: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The first of two; where there is none, with the clocks as they were before. Both are how the standard library reads fold 0."""
    return local.replace(tzinfo=zone).astimezone(dt.UTC)


@given(COLUMNS, st.sampled_from(ZONES))
@example([dt.datetime(2024, 3, 10, 2, 30)], "America/New_York")  # noqa: DTZ001 - local times of a zone to be given
@example([dt.datetime(2024, 11, 3, 1, 30), None], "America/New_York")  # noqa: DTZ001
@example([dt.datetime(2011, 12, 30, 12), dt.datetime(2011, 12, 29, 12)], "Pacific/Apia")  # noqa: DTZ001
def test_local_times_become_utc(local: list[dt.datetime | None], zone: str) -> None:
    found = pl.DataFrame({"at": pl.Series(local, dtype=pl.Datetime("us"))}).select(local_to_utc(pl.col("at"), zone)).to_series()
    assert found.dtype == UTC
    assert found.to_list() == [None if t is None else by_hand(t, ZoneInfo(zone)) for t in local]


@given(COLUMNS, st.sampled_from(ZONES))
def test_utc_becomes_local_times(moments: list[dt.datetime | None], zone: str) -> None:
    found = pl.DataFrame({"at": pl.Series(moments, dtype=pl.Datetime("us")).dt.replace_time_zone("UTC")})
    local = found.select(utc_to_local(pl.col("at"), zone)).to_series()
    expected = [None if t is None else t.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for t in moments]
    assert local.to_list() == expected


@pytest.mark.parametrize("zone", ZONES)
def test_every_hour_of_sixty_years(zone: str) -> None:
    moments = pl.datetime_range(dt.datetime(1975, 1, 1), dt.datetime(2035, 1, 1), "1h", time_zone="UTC", eager=True)  # noqa: DTZ001
    frame = moments.alias("at").to_frame()
    library = pl.col("at").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    assert frame.select((utc_to_local(pl.col("at"), zone) == library).all()).item()
