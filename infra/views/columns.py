"""What the columns of views are: a name means the same in every view, and so has one type.

Belongs here: names and types. Does not: what a column of a view is about (``README.md``), reading rows (``infra.warehouse.views``).

Neither database can be asked: SQLite knows no type of what a view computes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

_DAYS: Final = """
    day ended_night evaluated_night first_night last_complete_on last_night looked_on night opened_night
"""
_MOMENTS: Final = """
    acknowledged_at acted_at as_of finished_at first_landed_at last_delivery_at last_landed_at next_due_at opened_at published_at
    retracted_at started_at waiting_until
"""
# Those that begin with ``is_`` are 1 or 0, so that they can be summed.
_WHOLE: Final = """
    about_reports accepted acknowledged acted alerts batches_refused batches_stored blue breached by_inspection by_residents
    by_residents_before by_residents_last_year by_unknown cells clocks days_late days_missing days_ok days_partial delivered duplicate
    escalated expired found ghosts handed_on hot households is_escalated is_found is_going_on is_inside is_just_ended is_last_night
    is_latest is_new is_new_reference is_newest is_not_found is_quiet is_retracted is_whole lake_seq last_moment learning left_out
    level_rank measured measured_last_year merged nights nights_changed nights_failed nights_unchanged not_found not_scored orange
    out_of_scope overdue quarantined quiet red reopens reports reports_before reports_last_year resolved revision round rounds
    rows_changed rows_total scored surge_days turn unconfirmed visits waiting yellow
"""
_NUMBERS: Final = """
    alert_share borrowed_share change change_last_year expected expected_events expected_events_high expected_events_low expected_harm
    expected_high expected_low found_share harm_before harm_last_year harm_per_1000_households hit_rate hot_share hours_since_delivery
    hours_to_acknowledge hours_to_act household_share inspection_share kept_share lat late_share likely_late_share log_score lon
    missed_share missed_share_high missed_share_low observed observed_share observed_share_before observed_share_last_year
    open_stock_harm overdue_days overdue_now_share p50_hours_to_acknowledge p50_hours_to_act p90_hours_to_acknowledge p90_hours_to_act
    pai passed_on_share reopened_share reports_change reports_change_last_year score seconds share_arrived unanswered_share value
    value_high value_high_last_year value_last_year value_low value_low_last_year visit_share
"""
_TEXTS: Final = """
    alert_id category cell_id cell_name chosen department discovery district errands error feed first_cause grid in_charge kind
    lead_department level level_before measure mode month no_due outcome outline part_of_day reason reference_version retracted_for
    run_id second_cause side source state status subdistrict subject subject_kind surge surge_area surge_series tag third_cause ticket
    trend trend_last_year type
"""

KINDS: Final[Mapping[str, pl.DataType]] = {
    **dict.fromkeys(_DAYS.split(), pl.Date()),
    **dict.fromkeys(_MOMENTS.split(), pl.Datetime("us", "UTC")),
    **dict.fromkeys(_WHOLE.split(), pl.Int64()),
    **dict.fromkeys(_NUMBERS.split(), pl.Float64()),
    **dict.fromkeys(_TEXTS.split(), pl.String()),
}


def schema_of(columns: Iterable[str]) -> pl.Schema:
    """The frame of a view with these columns."""
    return pl.Schema({name: KINDS[name] for name in columns})
