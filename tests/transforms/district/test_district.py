from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from tests.helpers.district_folders import COLUMNS, declaration, source
from transforms.district.declaration import District, Kind, Series
from transforms.district.reading import reading_hash
from transforms.district.stored import canonical_json, district_hash, read_canonical, scoring_hash, words_of
from transforms.grids.succession import Former
from transforms.words import Category
from transforms.words.feeds import FEEDS
from transforms.words.refused import reads_offset, reads_time, refusal

SERIES: dict[str, Any] = {"theft": {"code": "theft", "category": "public_order", "weight": 1.0, "name_zh": "盗窃", "name_en": "Theft"}}
KINDS: dict[str, Any] = {
    k: {"code": k, "feed": "public_order", "series": "theft", "name_zh": "某", "name_en": "some"} for k in ("theft", "robbery", "fight")
}


def build(*sources: dict[str, Any], **changes: Any) -> District:
    return District.model_validate(declaration("d", *sources, **{"kinds": KINDS, "series": SERIES, **changes}))


def text_of(district: District, cells: str = "c", former: Former | None = None) -> str:
    return canonical_json(district, words_of(district), cells, former or {})


def version(district: District, cells: str = "c", former: Former | None = None) -> str:
    return district_hash(district, words_of(district), cells, former or {})


def scoring(district: District, cells: str = "c", former: Former | None = None) -> str:
    return scoring_hash(district, words_of(district), cells, former or {})


def problems(*sources: dict[str, Any], **changes: Any) -> list[tuple[str, str]]:
    """Where and what, for each problem of a declaration that must not load."""
    with pytest.raises(ValidationError) as caught:
        build(*sources, **changes)
    return [(".".join(str(p) for p in e["loc"]), e["msg"]) for e in caught.value.errors()]


def problem(*sources: dict[str, Any], **changes: Any) -> str:
    """The only problem of a declaration."""
    found = problems(*sources, **changes)
    assert len(found) == 1, found
    return f"{found[0][0]}: {found[0][1]}"


def test_a_sound_district_loads() -> None:
    district = build()
    assert district.source("police").feed == "public_order"
    assert district.zone.key == "Asia/Shanghai"
    assert [s.code for s in district.series_of(Category.PUBLIC_ORDER)] == ["theft"]
    assert district.series_of(Category.SAFETY) == []
    assert district.feeds_of(Category.SAFETY) == {"fire_hazard"}
    assert district.feeds_of(Category.POLITICAL) == set(FEEDS)
    with pytest.raises(KeyError):
        district.source("nobody")


def test_a_district_does_not_change_after_loading() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        build().code = "other"  # type: ignore[misc]


def test_a_kind_spelt_nearly_right_is_told_the_right_one_alone() -> None:
    assert problem(source(kinds={"x": "thefts"})).endswith("which is in no codelist; its feed has: theft")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"code": "Wei Bin"}, "code"),
        ({"code": "1st"}, "code"),
        ({"name_zh": None}, "name_zh: Field required"),
        (
            {"timezone": "Asia/Xinxiang"},
            "timezone: Value error, 'Asia/Xinxiang' is not an IANA time zone; write one such as 'Asia/Shanghai'",
        ),
        ({"calendar": "China"}, "calendar"),
        ({"cutoff": "late"}, "cutoff"),
        ({"horizon_days": 0}, "horizon_days"),
        ({"horizon_days": 29}, "horizon_days"),
        ({"history_days": 55}, "history_days"),
        ({"sources": []}, "sources"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"grid": {"kind": "hexagon"}}, "does not match any of the expected tags: 'square', 'h3', 'zones'"),
        ({"grid": {"kind": "square"}}, "grid.square.outline: Field required"),
        ({"grid": {"kind": "zones"}}, "grid.zones.file: Field required"),
        ({"grid": {"kind": "zones", "file": "f", "size_m": 300}}, "grid.zones.size_m: Extra inputs are not permitted"),
        (
            {"grid": {"kind": "square", "outline": [[[0, 0], [1, 0], [1, 1]]], "size_m": 249.9}},
            "grid.square.size_m: Input should be greater than or equal to 250",
        ),
        (
            {"grid": {"kind": "h3", "outline": [[[0, 0], [1, 0], [1, 1]]], "resolution": 10}},
            "grid.h3.resolution: Input should be less than or equal to 9",
        ),
        ({"grid": {"kind": "square", "outline": [[[0, 0], [1, 1]]]}}, "grid.square.outline.0"),
        ({"grid": {"kind": "square", "outline": [[[35.3, 113.8], [35.4, 0.0], [35.4, 1.0]]]}}, "grid.square.outline.0.0.1"),
        ({"subdistricts": [{"code": "s", "name_zh": "a", "name_en": "a"}] * 2}, "subdistrict code 's' stands twice"),
        ({"duty": {"yellow": 0.3, "orange": 0.2}}, "the levels must rise"),
        ({"duty": {"red": 1.0}}, "duty.red"),
        ({"alerts": {"enter": "yellow"}}, "alerts.enter"),
        ({"alerts": {"exit_score": 0}}, "alerts.exit_score"),
        ({"categories": {"health": {}}}, "categories.health"),
        ({"categories": {"safety": {"stale_after_days": 0}}}, "categories.safety.stale_after_days"),
        ({"clocks": [{"feed": "public_order", "limit": 0}]}, "clocks.0.limit"),
        ({"clocks": [{"feed": "public_order", "limit": 1, "unit": "moon"}]}, "clocks.0.unit"),
        (
            {"clocks": [{"feed": "public_order", "kind": "nothing", "limit": 1}]},
            "a clock names the kind 'nothing', which is in no codelist",
        ),
        (
            {"clocks": [{"feed": "stability", "kind": "theft", "limit": 1}]},
            "a clock of feed stability names 'theft', a kind of feed public_order",
        ),
        (
            {
                "series": {},
                "kinds": {**KINDS, "fight": {**KINDS["fight"], "series": None}, "robbery": {**KINDS["robbery"], "series": None}},
            },
            "kind 'theft' names the series 'theft', which is declared nowhere",
        ),
        ({"series": {"theft": {**SERIES["theft"], "category": "political"}}}, "series.theft.category"),
        (
            {"kinds": {**KINDS, "fight": {**KINDS["fight"], "parent": "order"}}},
            "kind 'fight' names the parent 'order', which is in no codelist",
        ),
        (
            {"kinds": {**KINDS, "noise": {**KINDS["fight"], "code": "noise", "feed": "stability", "series": None, "parent": "fight"}}},
            "kind 'noise' of feed stability names the parent 'fight' of feed public_order",
        ),
        ({"kinds": {**KINDS, "fight": {**KINDS["fight"], "parent": "fight"}}}, "each other's parents: fight → fight"),
        (
            {"kinds": {**KINDS, "fight": {**KINDS["fight"], "parent": "theft"}, "theft": {**KINDS["theft"], "parent": "fight"}}},
            "these kinds are each other's parents: theft → fight → theft",
        ),
        ({"series": {"theft": {**SERIES["theft"], "weight": 0}}}, "series.theft.weight"),
    ],
)
def test_each_rule_of_a_district_is_kept(changes: dict[str, Any], says: str) -> None:
    assert says in problem(**changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"code": "Police"}, "sources.0.code"),
        ({"feed": "weather"}, "sources.0.feed"),
        ({"files": []}, "say where it comes from: 'files', or 'from' a live source"),
        ({"encoding": "gbk2312"}, "'gbk2312' is not an encoding; write 'utf-8' or 'gb18030'"),
        ({"timezone": "CST8"}, "is not an IANA time zone"),
        ({"time_formats": []}, "sources.0.time_formats"),
        ({"time_formats": ["%Y-%m-%d %H"]}, "cannot read a date or a time"),
        ({"time_formats": ["%H:%M"]}, "cannot read a date or a time"),
        ({"time_formats": ["yyyy-mm-dd"]}, "cannot read a date or a time"),
        ({"time_formats": ["%Y-%m-%d %H:%M:%S.%f"]}, "'%.f' for fractions"),
        ({"time_formats": ["%s"]}, "cannot read a date or a time"),
        ({"datum": "Beijing-54"}, "sources.0.datum"),
        ({"delivery": "weekly"}, "sources.0.delivery"),
        ({"known_at": {"rule": "column"}}, "'column' goes with rule"),
        ({"known_at": {"rule": "landing", "column": "c"}}, "'column' goes with rule"),
        ({"known_at": "sometime"}, "sources.0.known_at.rule"),
        ({"known_at": {"rule": "after_reported", "hours": -1}}, "sources.0.known_at.hours"),
        ({"min_rows": 0}, "sources.0.min_rows"),
        ({"max_quarantined": 0}, "sources.0.max_quarantined"),
        ({"max_quarantined": 1.1}, "sources.0.max_quarantined"),
        ({"undeclared": "maybe"}, "sources.0.undeclared"),
        ({"key": []}, "sources.0"),
        ({"where": [{"column": "c"}]}, "give exactly one of equals, one_of, none_of, prefix, pattern"),
        ({"where": [{"column": "c", "equals": "a", "prefix": "b"}]}, "give exactly one of"),
        ({"columns": {"occurred_at": "t", "kind": "k"}}, "declare a place"),
        ({"columns": {**COLUMNS, "lat": None, "zone": "z"}}, "'lon' and 'lat' go together"),
        ({"columns": {**COLUMNS, "colour": "c"}}, "sources.0.columns.colour: Extra inputs"),
        ({"columns": {"occurred_at": "t", "zone": "z"}}, "name the column of the kind"),
        ({"kinds": {"x": "nothing"}}, "source 'police' maps to the kind 'nothing', which is in no codelist; its feed has: theft,"),
        ({"kind": "nothing"}, "source 'police' maps to the kind 'nothing'"),
        ({"feed": "stability", "kinds": {"x": "theft"}}, "source 'police' of feed stability maps to 'theft', a kind of feed public_order"),
        ({"statuses": {"gone": ["x"]}}, "sources.0.statuses.gone"),
        ({"discoveries": {"satellite": ["x"]}}, "sources.0.discoveries.satellite"),
        ({"coverage": {"since": "long ago"}}, "sources.0.coverage.since"),
        ({"colour": "red"}, "sources.0.colour: Extra inputs"),
        ({"columns": {**COLUMNS, "kind": {"join": ["k"]}}}, "sources.0.columns.kind"),
        ({"columns": {**COLUMNS, "occurred_at": {"date": "d"}}}, "sources.0.columns.occurred_at"),
        ({"columns": {**COLUMNS, "point": "p"}}, "'point' holds both coordinates"),
        ({"constants": {"severity": 5}}, "sources.0.constants.severity"),
        ({"constants": {"kind": "theft"}}, "sources.0.constants.kind: Extra inputs"),
        (
            {"constants": {"department": "d"}, "columns": {**COLUMNS, "department": "d"}},
            "'department' is both a column and a constant; keep one",
        ),
        ({"other_names": {"tme": ["t"]}}, "other_names names 'tme', which this source does not read"),
        ({"key": ["_row"]}, "'_row' is a name that landing uses; declare another, and give this one in other_names"),
        ({"other_names": {"time": ["x"]}}, "'x' is a name of two columns"),
        ({"optional": ["colour"]}, "optional names 'colour', which this source does not read"),
        ({"optional": ["time", "id"]}, "'id', 'time' cannot be optional"),
        ({"kinds": {"/(/": "theft"}}, "is not a regular expression"),
        ({"severities": {"high": 5}}, "sources.0.severities.high"),
    ],
)
def test_each_rule_of_a_source_is_kept(changes: dict[str, Any], says: str) -> None:
    assert says in problem(source(**changes))


@pytest.mark.parametrize("pattern", ["(", "a(?=b)", r"(a)\1"])
def test_a_pattern_must_be_one_that_the_filter_understands(pattern: str) -> None:
    assert "is not a regular expression" in problem(source(where=[{"column": "c", "pattern": pattern}]))


def test_the_zone_may_be_the_same_in_every_row() -> None:
    assert build(source(columns={"occurred_at": "t", "kind": "k"}, constants={"zone": "z"})).sources[0].constants.zone == "z"


def test_a_source_says_what_it_reads_and_under_which_names() -> None:
    one = build(
        source(
            columns={**COLUMNS, "occurred_at": {"date": "d", "time": "h"}, "kind": {"join": ["k", "s"]}, "closed_at": "c"},
            known_at={"rule": "column", "column": "p"},
            where=[{"column": "w", "equals": "1"}, {"column": "k", "equals": "1"}],
            row_key=["r", "c"],
            other_names={"h": ["hour", "uur"]},
        )
    ).sources[0]
    assert one.kept_columns == ["d", "h", "k", "s", "x", "y", "c", "p"]
    assert one.needed_columns == ["d", "h", "k", "s", "x", "y", "c", "p", "w", "id", "r"]
    assert one.names_of(["h", "k"]) == [["h", "hour", "uur"], ["k"]]


def test_two_sources_may_not_share_a_code() -> None:
    assert "source code 'police' stands twice" in problem(source(), source())


def test_a_word_alone_says_when_a_version_is_known() -> None:
    assert build(source(known_at="after_reported")).sources[0].known_at.rule == "after_reported"


@pytest.mark.parametrize(("other", "fits"), [(1 / 30, True), (30.0, True), (30.1, False), (1 / 31, False)])
def test_series_weights_span_at_most_one_to_thirty(other: float, fits: bool) -> None:
    series = SERIES | {"b": {**SERIES["theft"], "code": "b", "weight": other}}
    if fits:
        assert len(build(series=series).series) == 2
    else:
        assert "at most 1 : 30 is allowed" in problem(series=series)


def test_a_kind_is_forecast_in_the_category_of_its_feed() -> None:
    series = {"theft": {**SERIES["theft"], "category": "stability"}}
    assert "kind 'theft' of feed public_order names the series 'theft' of category stability" in problem(series=series)


def kind(code: str = "k", zh: str = "某类", en: str = "some kind", **more: Any) -> Kind:
    return Kind(code=code, feed="stability", name_zh=zh, name_en=en, **more)


@pytest.mark.parametrize(
    "text",
    [
        *("mass gathering", "Gatherings", "unlawful assembly", "petition", "Petitioners", "protest", "Demonstration", "rally", "Rallies"),
        *(
            "hate speech",
            "public opinion",
            "religion",
            "Religious site",
            "faith group",
            "worship",
            "ethnicity",
            "multiethnic",
            "sect",
            "sects",
        ),
        *("key person", "Key-Persons", "KEY_PERSON", "dissident", "picket line", "Muslim", "Christian", "Uyghur"),
        *(
            "上访",
            "信访",
            "越级上访",
            "请愿",
            "聚集",
            "非法集会",
            "游行示威",
            "静坐",
            "罢工",
            "群体性事件",
            "言论",
            "网络舆情",
            "宗教",
            "信仰",
        ),
        *("民族矛盾", "少数民族", "重点人员", "重点人群", "维权", "邪教", "伊斯兰", "维吾尔"),
    ],
)
def test_a_kind_about_people_is_refused_in_code_and_labels(text: str) -> None:
    for where in ("zh", "en"):
        with pytest.raises(ValidationError, match="never what people say or believe"):
            kind(**{where: text})
    with pytest.raises(ValidationError, match="series about"):
        Series(code="s", category=Category.STABILITY, weight=1, name_zh="某", name_en=text)
    code = text.lower().replace(" ", "_").replace("-", "_")
    if code.isascii():
        with pytest.raises(ValidationError, match="never what people say or believe"):
            kind(code)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Dangerous intersection",
            "Insects",
            "Generally unclean",
            "Competition",
            "Repetition",
            "Sector fire",
            "Dissection",
            "Natural gas",
        ),
        *("邻里纠纷", "聚众斗殴", "道路设施诉求", "正式请求(只计时限)", "劳资欠薪纠纷", "噪声扰民", "集体宿舍火灾", "重点单位隐患"),
    ],
)
def test_ordinary_kinds_are_not_refused(text: str) -> None:
    assert refusal(text) is None
    assert kind(en=text).name_en == text


def test_officer_initiated_sensitive_and_clock_only_kinds_take_no_series() -> None:
    flags: list[dict[str, Any]] = [{"officer_initiated": True}, {"sensitive": True}]
    for flag in flags:
        with pytest.raises(ValidationError, match="never enter a score of a cell"):
            kind(series="s", **flag)
        assert kind(**flag).series is None
    for more in ({"series": "s"}, {"standing": True}):
        with pytest.raises(ValidationError, match="carries clocks alone"):
            kind("formal_request", **more)


@pytest.mark.parametrize("severity", [0, 5, 2.5])
def test_severity_is_one_to_four(severity: float) -> None:
    with pytest.raises(ValidationError, match="severity"):
        kind(severity=severity)


def test_all_errors_come_at_once() -> None:
    found = problems(source(code="A", datum="X"), source(key=[]), timezone="Nowhere", colour="red", horizon_days=99)
    assert {where for where, _ in found} == {"sources.0.code", "sources.0.datum", "sources.1", "timezone", "colour", "horizon_days"}
    both = problem(source(kinds={"x": "no_a", "y": "no_b"}), source(), clocks=[{"feed": "public_order", "kind": "no_c", "limit": 1}])
    assert all(part in both for part in ("'no_a'", "'no_b'", "'no_c'", "stands twice"))


def test_time_formats_say_what_they_read() -> None:
    assert [reads_time(f) for f in ("%Y-%m-%d", "%F", "%H", "%k:%M", "%-I %p", "%T", "%c")] == [False, False, True, True, True, True, True]
    assert [reads_offset(f) for f in ("%Y", "%z", "%:z", "%Z")] == [False, True, True, False]


def test_the_hash_of_a_district_covers_everything_and_the_cells() -> None:
    one = build()
    assert version(one) == version(build())
    assert (
        len(
            {
                version(one),
                version(one, "d"),
                version(build(name_en="Other")),
            }
        )
        == 3
    )
    assert version(one, "c", {"former": {"c": 1_000_000}}) != version(one)
    assert '"cells": "c"' in text_of(one)


# Every place of a source in which a word of the city's files may stand.
SPOKEN: list[dict[str, Any]] = [
    {"kinds": {"theft": "theft", "Winterbourne": "theft"}},
    {"severities": {"Winterbourne": 2}},
    {"statuses": {"open": ["Winterbourne"]}},
    {"discoveries": {"patrol": ["Winterbourne"]}},
    {"confirmations": {"yes": ["Winterbourne"]}},
    {"urgencies": {"prompt": ["Winterbourne"]}},
    {"zones": {"Winterbourne": "Z1"}},
    {"departments": {"Winterbourne": "works"}},
    {"where": [{"column": "who", "equals": "Winterbourne"}]},
    {"withdrawn": [{"column": "who", "pattern": "Winterbourne"}]},
    {"nulls": ["Winterbourne"]},
    {"files": [], "from": {"kind": "socrata", "url": "https://data.example.gov/resource/abcd-1234", "where": "who = 'Winterbourne'"}},
]


@pytest.mark.parametrize("said", SPOKEN)
def test_the_words_of_a_city_are_not_stored_and_a_changed_one_is_another_version(said: dict[str, Any]) -> None:
    """A word of a codelist may be an officer's name, one that a filter asks for a caller's number."""
    works = {"works": {"code": "works", "name_zh": "工程", "name_en": "Works"}}
    plain: dict[str, Any] = {"files": [], "from": {**said["from"], "where": "x = 1"}} if "from" in said else {}
    one, other = build(source(**said), departments=works), build(source(**plain), departments=works)
    text = text_of(one)
    assert "Winterbourne" not in text
    assert version(one) != version(other)
    assert reading_hash(text, "police") != reading_hash(text_of(other), "police")
    read = read_canonical(text)
    stored = read.district
    assert (read.cells_digest, read.former, read.words) == ("c", {}, words_of(one))
    assert stored.model_dump(exclude={"sources"}) == one.model_dump(exclude={"sources"})
    assert stored.source("police").columns == one.source("police").columns
    # Of which kinds it tells decides what is forecast.
    assert stored.told_series == one.told_series


@pytest.mark.parametrize(
    "changes",
    [
        {"name_zh": "别名"},
        {"alerts": {"calm_nights": 5}},
        {"kinds": {**KINDS, "theft": {**KINDS["theft"], "name_en": "Stealing"}}},
        {"series": {"theft": {**SERIES["theft"], "name_zh": "偷"}}},
        {"sources": [source(files=["elsewhere/*.csv"])]},
    ],
)
def test_labels_paths_and_alert_rules_change_no_number(changes: dict[str, Any]) -> None:
    assert scoring(build(**changes)) == scoring(build())
    assert version(build(**changes)) != version(build())


@pytest.mark.parametrize(
    "changes",
    [
        {"horizon_days": 14},
        {"cutoff": dt.time(6)},
        {"kinds": {**KINDS, "theft": {**KINDS["theft"], "severity": 4}}},
        {"series": {"theft": {**SERIES["theft"], "weight": 2.0}}},
        {"sources": [source(datum="GCJ-02")]},
    ],
)
def test_what_affects_numbers_changes_the_scoring_hash(changes: dict[str, Any]) -> None:
    assert scoring(build(**changes)) != scoring(build())
    assert scoring(build(), "c", {"former": {"c": 1_000_000}}) != scoring(build())
    assert scoring(build(), "other cells") != scoring(build())


def test_clocks_of_other_duties_ask_for_working_time_and_for_no_reading_unless_they_count_hours() -> None:
    told = {**source()["columns"], "recheck_at": "looked_again"}
    rule = {"clock": "recheck", "feed": "public_order", "limit": 3}
    days = {"2027": "announced"}

    def of(*rules: dict[str, Any], **more: Any) -> District:
        return build(source(columns=told), clocks=list(rules), **more)

    plain, days_alone, working, hours = of(), of(rule), of({**rule, "unit": "working_day"}), of({**rule, "unit": "hour"})
    read = {name: reading_hash(text_of(d), "police") for name, d in (("plain", plain), ("days", days_alone), ("hours", hours))}
    assert read["plain"] == read["days"] != read["hours"]
    assert len({scoring(d) for d in (plain, days_alone, working, hours)}) == 4
    for rules, differs in (([], False), ([rule], False), ([{**rule, "unit": "working_day"}], True)):
        assert (scoring(of(*rules)) != scoring(of(*rules, calendar_days=days))) == differs
