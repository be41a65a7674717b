from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_limits

from tests.helpers.made import at, cells, district, known_days, reports, source
from tests.helpers.one_night import panel_of
from tests.helpers.scored import DAY, NIGHT, night, sample, with_surge
from transforms.scoring.reference import Reference, levels
from transforms.scoring.risk import NightScores, score_night
from transforms.words import LEVELS, Category

RESIDENTS = ["public_order", "safety", "stability"]


def test_series_may_be_worked_on_side_by_side() -> None:
    found = reports(list(sample()))
    known = known_days(NIGHT - 420 * DAY, NIGHT - DAY)
    panel = panel_of(found, known, district(), cells(), NIGHT)
    with ThreadPoolExecutor(3) as threads, threadpool_limits(limits=1, user_api="blas"):
        alone = score_night(panel, found, district(), {})
        together = score_night(panel, found, district(), {}, each=threads.map)
    assert [made.model_id for made in together.frozen.all()] == [made.model_id for made in alone.frozen.all()]
    assert together.scores.equals(alone.scores)


def states(result: NightScores, category: str) -> dict[tuple[str, str | None], int]:
    own = result.scores.filter(pl.col("category") == category).group_by("state", "reason").agg(n=pl.len())
    return {(s, r): n for s, r, n in own.iter_rows()}


def by_cell(result: NightScores, category: str, column: str = "score") -> dict[str, Any]:
    return dict(result.scores.filter(pl.col("category") == category).select("cell_id", column).iter_rows())


def test_a_usual_night() -> None:
    result = night(sample())
    for category in [*RESIDENTS, "political"]:
        assert states(result, category) == {("scored", None): 16}
    assert {r.category.value: r.frozen_on for r in result.frozen.references.values()} == dict.fromkeys(RESIDENTS, dt.date(2025, 4, 1))
    assert all(r.origins >= 38 and not r.provisional for r in result.frozen.references.values())
    assert set(result.series_shares[Category.PUBLIC_ORDER]) == {"theft", "violence"}
    stock = result.scores.group_by("category").agg(pl.col("open_stock").sum()).sort("category")
    assert dict(stock.iter_rows())["public_order"] == 0
    assert dict(stock.iter_rows())["safety"] == pytest.approx(10 * 2 * 0.02)
    assert dict(stock.iter_rows())["stability"] > 0


def test_a_surge_stands_beside_the_score_and_raises_the_level_by_one() -> None:
    usual, raised = night(sample()), night(with_surge())
    own = raised.scores.filter(pl.col("category") == "public_order")
    red = own.filter(pl.col("surge") == "red")
    assert red["cell_id"].to_list() == ["c0102"]
    told = red.row(0, named=True)
    assert (told["surge_series"], told["surge_area"]) == ("violence", "cell")
    assert told["surge_observed"] >= 4 > 2 * told["surge_expected"]
    assert told["surge_p"] < 1e-3
    assert set(by_cell(usual, "public_order", "surge").values()) == {"none"}
    # Disputes are tested per subdistrict, and in no cell.
    assert set(by_cell(raised, "stability", "surge").values()) == {None}
    areas = raised.district_surges.filter(pl.col("subdistrict") != "")
    assert set(areas["category"]) == {"stability"}
    assert set(areas["subdistrict"]) == set(cells()["subdistrict"])
    assert set(areas["surge"]) == {"none"}
    for row in own.iter_rows(named=True):
        (plain,) = levels(np.array([row["score"]]), np.array([420]), np.array([False]))
        assert plain is not None
        expected = LEVELS[min(LEVELS.index(plain) + (row["surge"] == "red"), 3)]
        assert row["level"] == expected


def test_it_is_the_same_every_time() -> None:
    assert night(sample()).scores.equals(night(sample()).scores)


def test_a_stored_reference_is_used_and_leaves_the_scores_as_they_were() -> None:
    once = night(sample())
    again = night(sample(), references=once.frozen.references)
    assert again.scores.equals(once.scores)
    assert [a is b for a, b in zip(again.frozen.references.values(), once.frozen.references.values(), strict=True)] == [True] * 3


@pytest.mark.slow
def test_a_reference_of_another_quarter_is_not_used() -> None:
    once = night(sample())
    old = {c: Reference(c, dt.date(2025, 1, 1), False, r.origins, 0 * r.quantiles) for c, r in once.frozen.references.items()}
    assert night(sample(), references=old).scores.equals(once.scores)


@pytest.mark.slow
def test_the_reference_does_not_depend_on_the_night_that_makes_it() -> None:
    rows = sample()
    early = [r for r in rows if r["occurred_at"] < at(NIGHT - 30 * DAY, 0)]
    # Cases that closed in between were open on the earlier night; for the reference, they were open at its origins either way.
    early = [
        {**r, "closed_at": None if r.get("closed_at") and r["closed_at"] >= at(NIGHT - 30 * DAY, 0) else r.get("closed_at")} for r in early
    ]
    late, soon = night(rows), night(early, when=NIGHT - 30 * DAY)
    for a, b in zip(late.frozen.references.values(), soon.frozen.references.values(), strict=True):
        assert a.quantiles == pytest.approx(b.quantiles, rel=1e-9)


@pytest.mark.slow
def test_a_frozen_reference_stays_for_its_quarter_where_history_is_kept_short() -> None:
    short = district(history_days=180)
    frozen = night(sample(), some=short, when=dt.date(2025, 4, 10)).frozen.references
    assert not frozen[Category.SAFETY].provisional
    later = night(sample(), some=short, references=frozen)
    assert all(r is frozen[r.category] for r in later.frozen.references.values())
    assert all(r.provisional for r in night(sample(), some=short).frozen.references.values())


def test_cells_outside_the_coverage_are_not_scored() -> None:
    area = [[(112.9, 34.9), (113.0074, 34.9), (113.0074, 35.1), (112.9, 35.1)]]
    some = district(
        sources=[
            source("fire", "fire_hazard", coverage={"area": area}),
            source("order", "public_order"),
            source("hotline", "stability"),
        ]
    )
    result = night(sample(), some)
    assert states(result, "safety") == {("scored", None): 8, ("not_scored", "not_covered"): 8}
    assert {c for c, v in by_cell(result, "safety").items() if v is None} == {f"c{i:02d}{j:02d}" for i in (2, 3) for j in range(4)}
    assert states(result, "public_order") == {("scored", None): 16}
    # Nor do they enter the reference: it is the one of a district that ends where the coverage does.
    small = night(sample(), some, ids=cells().filter(pl.col("subdistrict") == "W"))
    ours, theirs = (n.frozen.references[Category.SAFETY].quantiles for n in (result, small))
    # Models are fitted in single precision.
    assert ours == pytest.approx(theirs, rel=1e-6)


def test_no_source_no_score() -> None:
    some = district(sources=[source("order", "public_order")])
    result = night(sample(), some)
    assert states(result, "safety") == {("not_scored", "no_source"): 16}
    assert [r.category for r in result.frozen.references.values()] == [Category.PUBLIC_ORDER]


@pytest.mark.parametrize(("silent", "expected"), [(20, ("scored", None)), (21, ("not_scored", "stale"))])
def test_a_silent_source_makes_its_category_stale(silent: int, expected: tuple[str, str | None]) -> None:
    days = pl.concat(
        [known_days(NIGHT - 420 * DAY, NIGHT - (1 + silent) * DAY), known_days(NIGHT - silent * DAY, NIGHT - DAY, ("fire", "order"))]
    )
    result = night(sample(), days=days)
    assert states(result, "stability") == {expected: 16}
    assert states(result, "safety") == {("scored", None): 16}


@pytest.mark.parametrize(
    ("days", "state", "levels"), [(1, "learning", 0), (6, "learning", 0), (55, "learning", 0), (56, "scored", 16), (300, "scored", 16)]
)
def test_the_first_nights_of_a_district(days: int, state: str, levels: int) -> None:
    result = night(sample(days), days=known_days(NIGHT - days * DAY, NIGHT - DAY))
    for category in RESIDENTS:
        assert states(result, category) == {(state, None): 16}
        own = result.scores.filter(pl.col("category") == category)
        assert own["level"].drop_nulls().len() == levels
        assert "red" not in own["level"]
        # A reference of nothing would put every cell at 100.
        assert own["score"].to_numpy().min() < 60
    assert all(r.origins >= 1 for r in result.frozen.references.values())


def test_red_needs_a_year() -> None:
    # One cell far above everything that was ever forecast.
    burst = [{"kind": "theft", "cell_id": "c0000", "occurred_at": at(NIGHT - k % 10 * DAY - DAY)} for k in range(400)]
    short = night([*sample(300), *burst], days=known_days(NIGHT - 300 * DAY, NIGHT - DAY))
    long = night([*sample(420), *burst])
    assert (by_cell(short, "public_order")["c0000"], by_cell(short, "public_order", "level")["c0000"]) == (100, "orange")
    assert (by_cell(long, "public_order")["c0000"], by_cell(long, "public_order", "level")["c0000"]) == (100, "red")


def test_a_new_feed_learns_whatever_the_age_of_the_others() -> None:
    days = pl.concat(
        [known_days(NIGHT - 420 * DAY, NIGHT - DAY, ("fire", "order")), known_days(NIGHT - 90 * DAY, NIGHT - DAY, ("hotline",))]
    )
    rows = [r for r in sample() if r["kind"] != "dispute" or r["occurred_at"] >= at(NIGHT - 90 * DAY, 0)]
    result = night(rows, days=days)
    reference = result.frozen.references[Category.STABILITY]
    assert reference.provisional
    assert reference.quantiles.max() > 0
    assert by_cell(result, "stability")["c0000"] < 100 or by_cell(result, "stability")["c0303"] < 100
    assert min(by_cell(result, "stability").values()) < 50


def test_a_series_without_events() -> None:
    result = night([r for r in sample() if r["kind"] not in {"fire_building", "hazard"}])
    own = result.scores.filter(pl.col("category") == "safety")
    assert own["expected_harm"].to_list() == [0.0] * 16
    assert own["p_any"].to_list() == [0.0] * 16
    assert own["score"].unique().to_list() == [50.0]
    assert own["level"].unique().to_list() == ["blue"]
    assert result.series_shares[Category.SAFETY] == {}


def test_no_reports_at_all() -> None:
    result = night([])
    assert states(result, "public_order") == {("scored", None): 16}
    assert states(result, "political") == {("not_scored", "no_clocks"): 16}


def test_no_days_at_all() -> None:
    result = night([], days=known_days(NIGHT, NIGHT - DAY))
    for category in RESIDENTS:
        assert states(result, category) == {("not_scored", "not_covered"): 16}
    assert result.frozen.all() == []


def test_days_without_exposure() -> None:
    days = pl.concat(
        [known_days(NIGHT - 420 * DAY, NIGHT - DAY, ("order",)), known_days(NIGHT - 420 * DAY, NIGHT - DAY, ("fire", "hotline"), 0.0)]
    )
    result = night(sample(), days=days)
    assert states(result, "safety") == {("not_scored", "not_covered"): 16}
    assert states(result, "public_order") == {("scored", None): 16}


def test_a_single_cell() -> None:
    rows = [{**r, "cell_id": "c0000"} for r in sample(100)]
    assert states(night(rows, ids=cells(1)), "safety") == {("scored", None): 1}


def test_cells_without_geometry() -> None:
    ids = cells().with_columns(pl.lit(None, pl.Float64).alias(c) for c in ("x_m", "y_m"))
    assert states(night(sample(), ids=ids), "public_order") == {("scored", None): 16}


def test_no_series_for_a_category() -> None:
    kinds = {c: k.model_copy(update={"series": None, "standing": False}) for c, k in district().kinds.items() if k.feed == "public_order"}
    some = district(
        series={c: s for c, s in district().series.items() if s.category != Category.PUBLIC_ORDER}, kinds={**district().kinds, **kinds}
    )
    assert states(night(sample(), some), "public_order") == {("not_scored", "no_series"): 16}


def test_a_series_that_no_source_tells_of_is_not_known_to_be_nothing() -> None:
    """The file of fires maps no word to disorder: that there is none of it is nobody's word, and is no forecast of nothing."""
    told = [source("order", "public_order", kinds={"盗窃": "theft"}), *(s for s in district().sources if s.code != "order")]
    some = district(sources=told)
    assert some.told_series == {"fire": "fire_hazard", "theft": "public_order", "dispute": "stability"}
    result = night(sample(), some)
    assert [*result.frozen.models[Category.PUBLIC_ORDER].series] == ["theft"]
    assert [*result.series_shares[Category.PUBLIC_ORDER]] == ["theft"]
    assert states(result, "public_order") == {("scored", None): 16}
    nobody = night(sample(), district(sources=[s for s in some.sources if s.code != "order"]))
    assert states(nobody, "public_order") == {("not_scored", "no_source"): 16}
    assert Category.PUBLIC_ORDER not in nobody.frozen.models


def test_open_stock_alone() -> None:
    kinds = {c: k.model_copy(update={"series": None}) for c, k in district().kinds.items() if k.feed == "fire_hazard"}
    some = district(
        series={c: s for c, s in district().series.items() if s.category != Category.SAFETY}, kinds={**district().kinds, **kinds}
    )
    result = night(sample(), some)
    own = result.scores.filter(pl.col("category") == "safety")
    assert states(result, "safety") == {("scored", None): 16}
    assert own["expected_harm"].sum() == pytest.approx(0.4)
    assert own["expected_harm"].equals(own["harm_low"])
    assert own["expected_harm"].equals(own["harm_high"])
    with_stock, without = (own.filter((pl.col("open_stock") > 0) == has)["score"].to_numpy() for has in (True, False))
    assert with_stock.min() > without.max()


def test_a_cell_whose_only_days_are_old_is_stale_not_broken() -> None:
    days = known_days(NIGHT - 420 * DAY, NIGHT - 400 * DAY)
    result = night(sample(), days=pl.concat([days, known_days(NIGHT - DAY, NIGHT - DAY, ("order",))]))
    assert states(result, "safety") == {("not_scored", "stale"): 16}
    assert states(result, "public_order") == {("learning", None): 16}


def test_sensitive_and_officer_initiated_reports_change_nothing() -> None:
    base = night(sample()).scores
    for kind in ("domestic", "drugs", "private_dispute"):
        clock = {"due_at": at(NIGHT - 5 * DAY), "department": "a", "closed_at": None}
        more = [{"kind": kind, "cell_id": "c0101", "occurred_at": at(NIGHT - k % 60 * DAY - DAY), **clock} for k in range(100)]
        assert night([*sample(), *more]).scores.equals(base)
    # The same reports of a plain kind do change scores, or this test would say nothing.
    plain = [{"kind": "theft", "cell_id": "c0101", "occurred_at": at(NIGHT - k % 60 * DAY - DAY)} for k in range(100)]
    assert not night([*sample(), *plain]).scores.equals(base)


def test_complaints_inside_their_clock_raise_no_score() -> None:
    rows = list(sample())

    def inside(row: dict[str, Any]) -> bool:
        end = row.get("closed_at") or at(NIGHT, 0)
        return bool(row["kind"] == "service" and end <= row["due_at"])

    twice = [{**r, "occurred_at": r["occurred_at"] + dt.timedelta(minutes=5)} for r in rows if inside(r)]
    assert len(twice) > 500
    assert any(r["closed_at"] is None for r in twice)
    before, after = night(rows), night(rows + twice)
    for category in [*RESIDENTS, "political"]:
        old, new = by_cell(before, category), by_cell(after, category)
        assert all(new[c] <= old[c] + 1e-9 for c in old)
    for category in RESIDENTS:
        assert by_cell(before, category) == by_cell(after, category)
    assert sum(by_cell(after, "political").values()) < sum(by_cell(before, "political").values())


def test_a_neglected_complaint_does_raise_the_score() -> None:
    late = [
        {"kind": "service", "cell_id": "c0101", "occurred_at": at(NIGHT - 60 * DAY), "due_at": at(NIGHT - 20 * DAY), "department": "a"}
    ] * 30
    before, after = night(sample()), night([*sample(), *late])
    for category in ("stability", "political"):
        assert by_cell(after, category)["c0101"] > by_cell(before, category)["c0101"]


def test_what_happens_on_the_night_or_later_counts_for_nothing() -> None:
    more = [{"kind": k, "cell_id": "c0101", "occurred_at": at(NIGHT, h)} for k in ("theft", "fire_building", "dispute") for h in (0, 3, 30)]
    assert night([*sample(), *more]).scores.equals(night(sample()).scores)


def test_cells_inherit_the_duty_of_their_subdistrict() -> None:
    result = night(sample())
    scores = by_cell(result, "political")
    assert {c[:3]: len({scores[o] for o in scores if o[:3] == c[:3]}) for c in scores} == dict.fromkeys(("c00", "c01", "c02", "c03"), 1)
    assert scores["c0000"] == scores["c0100"] != scores["c0200"] == scores["c0300"]
    own = result.scores.filter(pl.col("category") == "political")
    assert ((own["expected_harm"] * 100 - own["score"]).abs() < 1e-9).all()


def test_against_last_year() -> None:
    rows = [{"kind": "theft", "cell_id": "c0101", "occurred_at": at(NIGHT - k * DAY)} for k in range(1, 29)] * 3
    rows += [{"kind": "theft", "cell_id": "c0101", "occurred_at": at(NIGHT - (k + 364) * DAY)} for k in range(1, 29)] * 2
    result = night(rows)
    assert result.against_last_year[Category.PUBLIC_ORDER] == pytest.approx(0.5)
    # Half of the recent days never came: the rate is the same.
    days = known_days(NIGHT - 420 * DAY, NIGHT - DAY).with_columns(
        share_arrived=pl.when((pl.col("day") >= NIGHT - 28 * DAY) & (pl.col("day").dt.day() % 2 == 0)).then(0.0).otherwise(1.0)
    )
    assert night(rows, days=days).against_last_year[Category.PUBLIC_ORDER] == pytest.approx(0.5)
    assert result.against_last_year[Category.SAFETY] is None
    assert night(rows, days=known_days(NIGHT - 200 * DAY, NIGHT - DAY)).against_last_year[Category.PUBLIC_ORDER] is None
