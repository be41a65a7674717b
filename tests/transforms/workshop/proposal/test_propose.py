"""Files never seen: what is proposed for them, and what is never shown."""

from __future__ import annotations

import datetime as dt
import random
import tomllib
from typing import Any

import polars as pl
import pytest

from tests.helpers.candidates import district
from tests.helpers.district_folders import source
from tests.helpers.proposals import proposed, table
from transforms.district.source import Source
from transforms.reports.kind_words import changed, counted, showable, unmapped
from transforms.reports.shapes import shape
from transforms.workshop.proposal.columns import times
from transforms.workshop.proposal.words import Glossary


def chinese(rows: int = 300) -> pl.DataFrame:
    pick = random.Random(7)
    kinds = ["一般盗窃", "打架斗殴", "诈骗"]
    return pl.DataFrame(
        {
            "警情编号": [f"JQ{n:06d}" for n in range(rows)],
            "报警时间": [f"2025-03-{1 + n % 28:02d} {n % 24:02d}:{n % 60:02d}" for n in range(rows)],
            "类别": [kinds[n % 3] for n in range(rows)],
            "经度": [f"{113.86 + pick.uniform(-0.05, 0.05):.6f}" for _ in range(rows)],
            "纬度": [f"{35.30 + pick.uniform(-0.05, 0.05):.6f}" for _ in range(rows)],
            "处置状态": ["已办结" if n % 2 else "处置中" for n in range(rows)],
            "报警人电话": ["138" + "00001111"] * rows,
            "备注": [f"secret note {n}" for n in range(rows)],
        }
    )


def test_a_chinese_file_is_proposed_as_toml_that_loads() -> None:
    found = table(proposed(chinese()))
    assert Source.model_validate(found)
    assert found["columns"] == {"occurred_at": "报警时间", "lon": "经度", "lat": "纬度", "kind": "类别", "status": "处置状态"}
    assert (found["encoding"], found["timezone"], found["time_formats"]) == ("gb18030", "Asia/Shanghai", ["%Y-%m-%d %H:%M"])
    assert (found["key"], found["feed"]) == (["警情编号"], "public_order")
    assert found["kinds"] == {"一般盗窃": "theft", "打架斗殴": "fight", "诈骗": "fraud"}
    assert found["statuses"] == {"closed": ["已办结"], "open": ["处置中"]}


def test_the_datum_of_a_chinese_file_is_said_to_be_unsure_and_elsewhere_sure() -> None:
    guess = next(g for g in proposed(chinese()).guesses if g.what == "datum")
    assert guess.sure < 0.5
    assert "ask the sender" in guess.why
    named = chinese().rename({"经度": "百度经度", "纬度": "百度纬度"})
    assert table(proposed(named))["datum"] == "BD-09"


def test_personal_columns_and_values_are_left_out_and_never_shown() -> None:
    rows = chinese().with_columns(contact=pl.lit("139" + "00002222"))
    found = proposed(rows)
    assert set(found.left_out) == {"报警人电话", "contact"}
    told = found.toml + str(found.guesses) + str(found.left_out) + str(found.district)
    for secret in ("0000111", "0000222", "secret note", "JQ0000", *rows["经度"], *rows["纬度"]):
        assert secret not in told


def test_dates_with_their_hour_apart_are_composed() -> None:
    rows = pl.DataFrame(
        {
            "day": [f"2014/0{3 + n % 4}/{1 + n // 4:02d} 05:00:00+00" for n in range(100)],
            "hour": ["8", "23"] * 50,
            "type": ["a", "b"] * 50,
        }
    )
    found = table(proposed(rows.with_columns(zone=pl.Series(["z1", "z2"] * 50))))
    assert found["columns"]["occurred_at"] == {"date": "day", "time": "hour"}
    assert found["columns"]["zone"] == "zone"
    assert (found["rows"], "key" in found) == ("each", False)


def test_day_and_month_that_could_be_swapped_are_said_to_be() -> None:
    rows = pl.DataFrame({"date": [f"{1 + n % 12:02d}/{1 + n // 12:02d}/2025 10:00:00" for n in range(144)]})
    guess = next(g for g in proposed(rows).guesses if g.what == "occurred_at")
    assert guess.sure == 0.5
    assert "the other way round" in guess.why


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["2025-03-01 12:00:00", "2025-03-01 12:00"], ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]),
        (["03/14/2025 01:00:00 PM"], ["%m/%d/%Y %I:%M:%S %p"]),
        (["2025年03月01日 08时30分"], ["%Y年%m月%d日 %H时%M分"]),
        (["2025-03-01T09:30:00Z"], ["%Y-%m-%dT%H:%M:%S%z"]),
        (["20250301"], ["%Y%m%d"]),
    ],
)
def test_formats_of_times_are_found(texts: list[str], formats: list[str]) -> None:
    found = times(pl.Series(texts * 5))
    assert found is not None
    assert sorted(found.formats) == sorted(formats)


@pytest.mark.parametrize("texts", [["12345678"], ["abc"], ["13800"], [], ["2025-03-01", "x", "y"]])
def test_what_is_no_time_is_none(texts: list[str]) -> None:
    assert times(pl.Series(texts, dtype=pl.String)) is None


# --- what the file is, and what the district could be


def test_a_source_is_named_after_its_file_and_lies_where_it_was_found() -> None:
    for path, code in (("/in/Calls 2025-03.csv.gz", "calls_2025_03"), ("/in/911.csv", "source_911"), ("/in/警情.csv", "new_source")):
        found = table(proposed(chinese(), path=path))
        assert (found["code"], found["files"]) == (code, [path])
    packed = table(proposed(chinese(), encoding=None, how={"sheet": "警情", "members": "*.xlsx"}))
    assert (packed["sheet"], packed["members"], "encoding" in packed) == ("警情", "*.xlsx", False)


def test_few_reports_a_day_are_event_driven_where_the_whole_file_was_seen() -> None:
    assert "delivery" not in table(proposed(chinese()))
    assert table(proposed(chinese(60)))["delivery"] == "event"
    assert "delivery" not in table(proposed(chinese(60), whole=False))


def test_words_for_nothing_are_added_to_the_usual_ones() -> None:
    assert "nulls" not in table(proposed(chinese().with_columns(处置状态=pl.lit("NA"))))
    found = table(proposed(chinese().with_columns(pl.when(pl.col("纬度") > "35.3").then("纬度").otherwise(pl.lit("不详")))))
    assert set(found["nulls"]) == {"", "NA", "NULL", "null", "不详"}


def test_squares_are_proposed_around_nearly_all_places_and_not_around_a_stray_one() -> None:
    rows = chinese().with_columns(pl.when(pl.int_range(pl.len()) == 7).then(pl.lit("0.5")).otherwise("经度").alias("经度"))
    own = proposed(rows).district
    assert own[:3] == ['timezone = "Asia/Shanghai"', 'calendar = "CN"', "[grid]"]
    grid = tomllib.loads("\n".join(own))["grid"]
    (ring,) = grid["outline"]
    lon, lat = [x for x, _ in ring], [y for _, y in ring]
    assert 113.79 < min(lon) < 113.82 < 113.9 < max(lon) < 113.93
    assert 35.23 < min(lat) < 35.26 < 35.34 < max(lat) < 35.37
    assert grid["size_m"] == 500


def test_codes_without_coordinates_are_proposed_as_zones() -> None:
    rows = chinese().drop("经度", "纬度").with_columns(网格=pl.Series([f"W{n % 12:02d}" for n in range(300)]))
    own = proposed(rows).district
    assert tomllib.loads("\n".join(own))["grid"] == {"kind": "zones", "file": "zones.csv"}
    assert own[-1].endswith(" ".join(f"W{n:02d}" for n in range(12)))


def test_a_file_of_several_desks_is_one_source_of_one_desk_and_names_the_others() -> None:
    words = ["Fire: BUILDING FIRE", "Fire: GAS-ODOR/LEAK", "Fire: RESCUE", "EMS: FALL", "Traffic: DISABLED VEHICLE -"]
    rows = pl.DataFrame(
        {
            "timeStamp": [f"2016-01-{1 + n % 28:02d} 10:00:00" for n in range(500)],
            "title": [words[n % 5] for n in range(500)],
            "zone": ["A1", "A2"] * 250,
        }
    )
    found = proposed(rows)
    source = table(found)
    assert source["where"] == [{"column": "title", "prefix": "Fire: "}]
    assert set(source["kinds"]) == set(words[:3])
    assert '"EMS: " (100 rows), "Traffic: " (100 rows)' in found.toml


@pytest.mark.parametrize(
    ("feed", "words"),
    [
        ("public_order", {"Auto Theft": "vehicle_theft", "Break and Enter": "burglary", "BATTERY": "assault", "NARCOTICS": "drugs"}),
        # What was broken into is a car and no home.
        ("public_order", {"BURGLARY FROM VEHICLE, ATTEMPTED": "theft_from_vehicle", "Auto Burglary": "theft_from_vehicle"}),
        ("public_order", {"Burglary, Carpet Shop": "burglary", "Theft from auto": "theft_from_vehicle", "Auto theft": "vehicle_theft"}),
        # A word begins where a word begins, and a minor crash is nobody's child.
        ("public_order", {"CARSON PARK CHECK": None, "SCRAPE - PARKED CAR": None, "FIREFIGHTER NEEDED": None, "MINOR CRASH": "road_crash"}),
        ("public_order", {"THEFT OF IDENTITY": "fraud", "BATTERY CHARGER STOLEN": None, "Battery": "assault", "Minors": "minors"}),
        ("stability", {"Sewage Backup": "service_water", "Lightning Damage": None, "Cloudy Tap": None, "Mother Pantry": None}),
        ("stability", {"Side Street Plan": None, "Streetlights": "service_lighting", "Tree Down": "service_greening"}),
        # What no kind is about has none; a written petition has clocks alone.
        ("public_order", {"Public demonstration": None, "群众上访": None, "线上访问诈骗": "fraud"}),
        ("stability", {"信访件": "formal_request", "集体来访": None, "线上访问故障": "service_telecom"}),
        (
            "public_order",
            {"盗窃电动自行车": "ebike_theft", "盗窃": "theft", "打架斗殴": "fight", "涉毒": "drugs", "酒驾": "driving_under_influence"},
        ),
        (
            "fire_hazard",
            {"Outside Fire": "fire_outdoor", "占用消防车通道": "hazard_fire_lane_blocked", "Alarms": "fire_alarm", "xyz": None},
        ),
        ("stability", {"拖欠农民工工资": "dispute_wages", "噪声扰民": "dispute_noise", "Request for Pothole Repair": "service_roads"}),
    ],
)
def test_usual_words_have_their_kind(feed: str, words: dict[str, str | None]) -> None:
    assert {word: Glossary.standard().kind_of(word, feed) for word in words} == words


def test_a_shape_shows_no_value() -> None:
    assert shape(pl.Series(["JQ-0012 张三", "AB-7 李四"])) == "A-9 汉"


# --- words without a kind


def test_words_are_shown_only_if_short_frequent_and_clean() -> None:
    words = pl.DataFrame({"word": ["often", "rare", "x" * 41, "call 138" + "00001111"], "count": [20, 19, 1_000, 50]})
    assert showable(words)["word"].to_list() == ["often"]
    of_few = pl.DataFrame({"word": ["often", "seldom", "x" * 41], "count": [5, 4, 50]})
    assert showable(of_few)["word"].to_list() == ["often"]
    # Fifty people, each of whom stands in a fiftieth of a small file, are no list of kinds.
    people = pl.DataFrame({"word": [f"officer {n}" for n in range(50)], "count": [5] * 50})
    assert showable(people).is_empty()


def _declared(**kinds: str) -> Any:

    place = district(source(kinds=kinds))
    return place.sources[0], place


def test_unmapped_words_are_listed_and_an_edit_says_what_it_would_change() -> None:
    landed = pl.DataFrame({"kind": ["theft"] * 30 + ["brawl"] * 25 + ["odd"] * 3 + [None]})
    before, after = _declared(theft="theft"), _declared(theft="robbery", brawl="fight", odd="fight")
    words = counted(landed, before[0])
    shown, hidden, rows = unmapped(words, *before)
    assert (shown.rows(), hidden, rows) == ([("brawl", 25)], 1, 3)
    assert changed(words, before, after).rows() == [
        ("theft", "theft", "robbery", 30),
        ("brawl", None, "fight", 25),
        (None, None, "fight", 3),
    ]
    assert changed(words, before, before).is_empty()


COUNTED = ["Count", "Number of incidents", "Nombre de casos", "N_CASOS", "Número de denúncias", "Anzahl Delikte", "発生件数", "发案宗数"]


@pytest.mark.parametrize("name", COUNTED)
def test_a_row_of_a_table_that_was_summed_up_stands_for_as_many_as_it_says(name: str) -> None:
    summed = chinese().select("报警时间", "类别", "经度", "纬度").with_columns(pl.Series(name, [str(1 + n % 5) for n in range(300)]))
    found = proposed(summed)
    assert table(found)["columns"]["count"] == name
    assert f"count = {name}: named so, and whole numbers: 300 rows stand for 900 reports" in " ".join(found.unsure)
    assert name not in found.left_out


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("Number of vehicles", ["1", "2", "3"]),
        ("Victim Age", ["21", "2", "35"]),
        ("Case number", ["1", "2", "3"]),
        ("NUM_INCIDENTE", ["1", "2", "3"]),
        ("Nº de ocorrência", ["1", "2", "3"]),
        ("Nombre", ["1", "2", "3"]),
        ("Count", ["1", "many", "3"]),
        ("Count", ["1", "1", "1"]),
        ("Total", ["10000", "2.5", "3"]),
    ],
)
def test_no_other_number_multiplies_reports(name: str, texts: list[str]) -> None:
    found = table(proposed(chinese().with_columns(pl.Series(name, texts * 100))))
    assert "count" not in found["columns"]


def test_the_number_of_a_report_comes_before_that_of_its_row() -> None:
    rows = chinese().rename({"警情编号": "案件编号"}).insert_column(0, pl.Series("编号", [str(n) for n in range(1, 301)]))
    assert table(proposed(rows))["key"] == ["案件编号"]
    assert table(proposed(rows.drop("案件编号")))["key"] == ["编号"]


def of_two_moments(first: str, second: str, hours: float) -> dict[str, Any]:
    """The columns proposed for a file of which the second moment lies so many hours after the first."""
    begin = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    moments = [begin + dt.timedelta(hours=7.3 * n) for n in range(300)]
    rows = pl.DataFrame(
        {
            "Nr": [f"S{n:05d}" for n in range(300)],
            first: [f"{m:%d-%m-%Y %H:%M}" for m in moments],
            second: [f"{m + dt.timedelta(hours=hours):%d-%m-%Y %H:%M}" for m in moments],
            "Kategorie": ["Diebstahl", "Raub", "Einbruch"] * 100,
        }
    )
    draft = proposed(rows)
    columns = table(draft)["columns"]
    return {name: columns.get(name) for name in ("occurred_at", "reported_at")} | {
        "sure": next(g.sure for g in draft.guesses if g.what == "occurred_at")
    }


def test_a_moment_without_a_telling_name_that_lies_before_the_report_is_when_it_happened() -> None:
    found = of_two_moments("Gerningstidspunkt", "Meldedatum", 9)
    assert (found["occurred_at"], found["reported_at"]) == ("Gerningstidspunkt", "Meldedatum")
    assert found["sure"] <= 0.5


def test_a_moment_that_lies_after_the_report_is_not_when_it_happened() -> None:
    found = of_two_moments("Meldedatum", "Datum vyriesenia", 72)
    assert (found["occurred_at"], found["reported_at"]) == ("Meldedatum", None)
    assert found["sure"] <= 0.5


def test_the_birth_of_a_person_is_not_when_it_happened() -> None:
    assert of_two_moments("Narozen", "Meldedatum", 24 * 365 * 30)["occurred_at"] == "Meldedatum"


def test_a_moment_whose_name_tells_stays_what_it_is_called() -> None:
    found = of_two_moments("Meldedatum", "Tatzeit", 9)
    assert (found["occurred_at"], found["reported_at"]) == ("Tatzeit", "Meldedatum")
    assert found["sure"] > 0.5
