"""The brief: says everything in both languages, reaches outside nowhere, never colours a cell without a level, works in a browser."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from infra.pages.brief import labels
from infra.pages.brief.model import SHOWN_SURGES, BriefData, CategoryBrief, CellShape, CellState, Health, LedgerLine, Moved, SourceHealth
from infra.pages.brief.render import render
from tests.helpers.brief_sample import build
from tests.helpers.browsing import browser
from tests.helpers.html import Page
from transforms.alerts.types import TYPES
from transforms.words import DUTY_LEVELS, RESIDENTS, Category, Contribution, DayState, Level, State, SurgeArea
from transforms.words.feeds import FEEDS
from transforms.words.reasons import REASONS, NotScored


@pytest.fixture(scope="module")
def data() -> BriefData:
    return build()


@pytest.fixture(scope="module")
def html(data: BriefData) -> str:
    return render(data)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def replace_category(data: BriefData, code: Category, change: Callable[[CategoryBrief], CategoryBrief]) -> BriefData:
    return dataclasses.replace(data, categories=tuple(change(c) if c.code is code else c for c in data.categories))


def test_is_one_well_formed_page(page: Page, html: str, data: BriefData) -> None:
    assert html.startswith("<!doctype html>")
    assert page.crooked == []
    assert 350 <= len(data.cells) <= 450
    assert len(page.cells()) == len(data.cells)
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    anchors = {a["href"][1:] for t, a in page.elements if t == "a"}
    assert anchors <= set(ids)


def test_refers_to_nothing_outside(page: Page, html: str) -> None:
    assert not re.search(r"https?:|//[a-z0-9-]+\.[a-z]|@import|@font-face", html)
    for tag, attributes in page.elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form"}
        assert not {"src", "srcset", "action", "data"} & attributes.keys()
        assert all(v.startswith("#") for k, v in attributes.items() if k in {"href", "xlink:href"})
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", html))
    assert "default-src 'none'" in html


def test_every_word_stands_in_both_languages(html: str) -> None:
    headings = [v.words for v in (*Category, *Level, State.LEARNING, State.NOT_SCORED)]
    headings += [*DUTY_LEVELS.values(), *(f.words for f in FEEDS.values()), *(t.words for t in TYPES.values())]
    running = [v.words for v in (*Contribution, *SurgeArea, *DayState, *SHOWN_SURGES, *NotScored)]
    running += [REASONS[q].words for q in ("outside_district", "kind_unknown", "personal_value", "column_missing")]
    for words in [*(w.capital for w in headings), *running]:
        assert words.zh in html
        assert words.en in html


def test_an_alert_reads_as_its_type_says_and_one_of_an_unknown_type_by_its_code(html: str) -> None:
    new = html.split('id="alerts"')[1].split("<h2>")[1]
    assert "reached orange" in new
    assert "升至红级" in new
    assert "clearly more reports than usual" in new
    assert '<span class="en" lang="en">of_another_version</span>' in new


@pytest.mark.parametrize("reason", NotScored)
def test_every_not_scored_reason_can_be_printed(reason: NotScored) -> None:
    data = build(8, 8)
    first = data.cells[0].cell_id
    changed = replace_category(
        data, Category.SAFETY, lambda c: dataclasses.replace(c, cells={**c.cells, first: CellState(State.NOT_SCORED, reason=reason)})
    )
    body = render(changed).split('<script type="application/json"')[0]
    assert reason.words.zh in body
    assert reason.words.en in body


def test_hostile_names_stay_text() -> None:
    hostile = '</script><script>alert("x")</script><img src=x onerror=alert(1)>'
    html = render(build(8, 8, hostile_name=hostile))
    assert hostile not in html
    assert "<img" not in html
    assert 'alert("x")' not in html
    assert Page(html).crooked == []


def test_cells_without_a_score_never_carry_a_level(data: BriefData, page: Page) -> None:
    for shape, classes in zip(data.cells, page.cells(), strict=True):
        for category in data.categories:
            state = category.cells[shape.cell_id]
            expected = state.level if state.state is State.SCORED else state.state
            assert {c for c in classes if c.startswith(f"{category.code}-")} == {f"{category.code}-{expected}"}


def test_a_learning_district_shows_no_levels() -> None:
    page = Page(render(build(10, 10, learning=True, quiet=True)))
    assert all(
        f"{code}-{level}" not in classes
        for classes in page.cells()
        for code in (Category.SAFETY, Category.PUBLIC_ORDER, Category.STABILITY)
        for level in Level
    )
    assert any("safety-learning" in classes for classes in page.cells())


def test_size_is_bounded() -> None:
    data = build(34, 30)
    assert len(data.cells) > 600
    assert len(render(data).encode()) < 600_000


def test_detailed_outlines_are_coarsened() -> None:
    data = build()

    def detailed(cell: CellShape) -> CellShape:
        (ring,) = cell.outline
        points = [(a[0] + (b[0] - a[0]) * k / 40, a[1] + (b[1] - a[1]) * k / 40) for a, b in pairwise(ring) for k in range(40)]
        return dataclasses.replace(cell, outline=((*points, ring[0]),))

    html = render(dataclasses.replace(data, cells=tuple(detailed(c) for c in data.cells)))
    assert len(html.encode()) < 600_000


def test_cells_without_geometry_become_tiles() -> None:
    data = build(12, 12, geometry=False)
    html = render(data)
    page = Page(html)
    assert len(page.cells()) == len(data.cells)
    outlines = [a["d"] for t, a in page.elements if t == "path" and "political-" in a.get("class", "") and "safety-" in a["class"]]
    assert len(set(outlines)) == len(data.cells)
    assert all(re.fullmatch(r"M\d+ \d+[hv]-?\d+[hv]-?\d+[hv]-?\d+z", d) for d in outlines)
    assert "不反映位置" in html


def test_mixed_geometry_keeps_every_cell() -> None:
    data = build(10, 10)
    some = tuple(dataclasses.replace(c, outline=()) if i % 7 == 0 else c for i, c in enumerate(data.cells))
    assert len(Page(render(dataclasses.replace(data, cells=some))).cells()) == len(data.cells)


def test_rings_with_holes_and_parts_are_drawn() -> None:
    data = build(6, 6)
    x, y = data.cells[0].outline[0][0]

    def box(a: float, b: float) -> tuple[tuple[float, float], ...]:
        return ((x + a, y + a), (x + b, y + a), (x + b, y + b), (x + a, y + b), (x + a, y + a))

    odd = dataclasses.replace(data.cells[0], outline=(box(0.02, 0.03), box(0.023, 0.027), box(0.04, 0.05)))
    html = render(dataclasses.replace(data, cells=(odd, *data.cells[1:])))
    first = next(a["d"] for t, a in Page(html).elements if t == "path" and "political-" in a.get("class", "") and "safety-" in a["class"])
    assert first.count("M") == 3


def test_synthetic_districts_are_marked_and_others_are_not(data: BriefData, html: str) -> None:
    assert 'class="synthetic"' in html
    assert 'class="synthetic"' not in render(dataclasses.replace(data, synthetic=False))


def test_the_creed_is_printed(html: str) -> None:
    assert "四色为内部关注等级，不是对公众的预警" in html
    assert "internal attention levels, not public warnings" in html
    assert "Measures departments, not residents" in html


def test_against_last_year(data: BriefData, html: str) -> None:
    assert "+18\u2009%" in html
    assert "history is too short to compare" in html
    assert labels.signed_share(-0.06) == "\u22126\u2009%"
    assert labels.signed_share(0.001) == "±0\u2009%"


def test_totals_stand_with_their_intervals(data: BriefData, html: str) -> None:
    assert "1\u2009432 (1\u2009310–1\u2009561)" in html
    assert "310 (268–355)" in html
    assert html.count("whole district:") == len(RESIDENTS)
    alone = replace_category(data, Category.SAFETY, lambda c: dataclasses.replace(c, expected=None, expected_in=()))
    assert render(alone).count("whole district:") == len(RESIDENTS) - 1


def test_a_ledger_that_does_not_balance_is_seen(data: BriefData) -> None:
    good = render(data)
    assert "账目平衡" in good
    line = LedgerLine("police_110", delivered=100, accepted=90, merged=2, duplicate=3, quarantined=1, out_of_scope=1)
    assert line.difference == 3
    bad = render(dataclasses.replace(data, health=dataclasses.replace(data.health, ledger=(line,))))
    assert "off by 3" in bad
    assert "账目平衡" not in bad


def test_a_surge_stands_in_the_list_and_on_the_map_and_a_watch_is_told_from_it(data: BriefData, page: Page) -> None:
    rings = [a["class"].split() for t, a in page.elements if t == "circle" and "surge" in a.get("class", "").split() and "cx" in a]
    rings = [names for names in rings if len(names) > 1]
    marked = {c for category in data.categories for c, state in category.cells.items() if state.surge}
    assert len(rings) == len(marked) > 2
    assert {name.rsplit("-", 1)[1] for names in rings for name in names[1:]} == {"red", "watch"}
    assert not any(name.startswith("political") for names in rings for name in names)
    html = render(dataclasses.replace(data, surges=data.surges[:3]))
    section = html.split('<section class="surges"')[1].split("</section>")[0]
    assert section.count("<tr>") == 1 + 3
    assert SurgeArea.DISTRICT.words.en in section
    assert "11 more stand on the map" in render(dataclasses.replace(data, surges=(data.surges[0],) * 35))
    assert "Nowhere was it clearly more than usual" in render(build(8, 8, quiet=True))


def test_a_surge_of_no_place_is_refused(data: BriefData) -> None:
    line = data.surges[0]
    with pytest.raises(ValueError, match=r"the surge of 'x' \(district\) is of no place here"):
        dataclasses.replace(data, surges=(dataclasses.replace(line, subject="x"),))
    with pytest.raises(ValueError, match="duty performance has no surges"):
        dataclasses.replace(data, surges=(dataclasses.replace(line, category=Category.POLITICAL),))


def test_why_is_said_and_how_forecasts_did(data: BriefData, html: str) -> None:
    panel = html.split('class="panel under for-safety"')[1].split('class="panel under for-public_order"')[0]
    top = html.split('<section class="panel for-safety"')[1].split("</section>")[0]
    text = " ".join(re.sub(r"<[^>]+>", " ", panel + top).split())
    assert "2.1 expected against 0.9 usual; three quarters from the cells around it" in text
    assert "四分之三来自周边网格" in text
    assert "new reports +14, older reports fading \u22123.1, late or corrected data +1.4" in text
    assert "71 → 84" in text
    assert "23 cells moved; the first 6 are listed" in text
    assert "Last 4 weeks:" in text
    assert "红色网格预期 29 ± 6 起，实际 31 起" in text
    assert "red cells expected 29 ± 6, observed 31" in text
    # A cell with few reports moves without a number.
    quiet = panel.split('class="top moved"')[1].split("<tr>")[-1]
    assert "open stock ↓, season ↑" in quiet
    assert "Too few reports to show a score" in quiet
    assert "→" not in quiet
    moved = dataclasses.replace(data.categories[0].moved.cells[0], cell_id="nowhere")
    with pytest.raises(ValueError, match="moved cell 'nowhere' is not in the district"):
        replace_category(data, Category.SAFETY, lambda c: dataclasses.replace(c, moved=Moved((moved,))))


def test_what_nobody_can_say_is_said() -> None:
    html = render(build(8, 8, learning=True))
    assert "Why scores moved cannot be said: the night before was not published." in html
    assert 'class="record"' not in html


def test_a_withheld_score_is_not_printed() -> None:
    data = build(8, 8)
    top = data.categories[0].top[0].cell_id
    shown = replace_category(
        data,
        Category.SAFETY,
        lambda c: dataclasses.replace(c, cells={**c.cells, top: CellState(State.SCORED, Level.RED, None)}, top=c.top[:1]),
    )
    html = render(shown)
    assert "Too few reports to show a score" in html
    panel = html.split('<section class="panel for-safety"')[1].split("</section>")[0]
    assert 'class="n score"' in panel
    assert not re.search(r'class="n score">\d', panel)


def test_an_empty_health_is_never_called_complete(data: BriefData) -> None:
    html = render(dataclasses.replace(data, health=Health()))
    assert "No record of any source" in html
    assert "As much has come as is usual" not in html


def test_what_has_not_come_is_told_by_what_is_usual_at_this_hour(data: BriefData) -> None:
    ordinary = tuple(dataclasses.replace(s, days=(*s.days[:-1], DayState.PARTIAL), short=()) for s in data.health.sources)

    def shown(*sources: SourceHealth) -> str:
        return render(dataclasses.replace(data, health=dataclasses.replace(data.health, sources=sources, stopped=())))

    # A day that is not complete is no news: reports take their time.
    assert "As much has come as is usual at this hour" in shown(*ordinary)
    lacking = dataclasses.replace(ordinary[2], short=(data.night - dt.timedelta(days=1),), categories=(Category.PUBLIC_ORDER,))
    html = shown(*ordinary[:2], lacking, *ordinary[3:])
    assert "Less has come than is usual at this hour" in html
    tile = html.split("Can I trust last night")[1].split("</article>")[0]
    assert f"<code>{lacking.code}</code>" in tile
    assert Category.PUBLIC_ORDER.words.capital.en in tile
    silent = dataclasses.replace(ordinary[2], days=(DayState.MISSING, *ordinary[2].days[1:-1], DayState.LATE))
    assert "Data is missing" in shown(silent)


def test_contradictions_are_refused_all_at_once(data: BriefData) -> None:
    with pytest.raises(ValueError, match=r"as_of has no time zone; categories must be safety, public_order, stability, political"):
        dataclasses.replace(data, as_of=dt.datetime(2026, 3, 14, 5), categories=data.categories[::-1])  # noqa: DTZ001
    first = data.cells[0].cell_id

    def with_state(state: CellState) -> BriefData:
        return replace_category(data, Category.SAFETY, lambda c: dataclasses.replace(c, cells={**c.cells, first: state}))

    with pytest.raises(ValueError, match="is not_scored with level red"):
        with_state(CellState(State.NOT_SCORED, Level.RED, None, NotScored.NOT_COVERED))
    with pytest.raises(ValueError, match="with reason None"):
        with_state(CellState(State.NOT_SCORED))
    with pytest.raises(ValueError, match="cells differ"):
        dataclasses.replace(data, cells=data.cells[1:])
    short = SourceHealth("x", data.health.sources[0].feed, (DayState.OK,), None, None, 1.0)
    with pytest.raises(ValueError, match="has 1 days, not 14"):
        dataclasses.replace(data, health=Health(sources=(short,)))


def test_a_page_older_than_its_reader_thinks_covers_itself(data: BriefData, tmp_path: Path) -> None:
    due = dt.datetime.combine(data.night + dt.timedelta(days=1), dt.time(8), data.as_of.tzinfo)
    assert 'class="late"' not in render(data), "an invented district has no tonight"
    (tmp_path / "brief.html").write_text(render(dataclasses.replace(data, missing_from=due)), "utf-8")
    with browser() as found:
        page = found.new_page()
        page.clock.install(time=due - dt.timedelta(minutes=10))
        page.goto((tmp_path / "brief.html").as_uri())
        assert not page.locator(".late").is_visible()
        page.clock.fast_forward("15:00")
        assert "这不是今晚的结果" in page.locator(".late").inner_text()
        assert page.evaluate("document.elementFromPoint(300, 300).closest('.late') !== null"), "it covers the page"
        page.get_by_role("button", name="仍要查看旧页").click()
        page.clock.fast_forward("15:00")
        assert page.locator(".late").count() == 0


def test_in_a_browser(html: str, tmp_path: Path) -> None:
    file = tmp_path / "brief.html"
    file.write_text(html, encoding="utf-8")
    requests: list[str] = []
    complaints: list[str] = []
    fills = "() => [...document.querySelectorAll('.cells path')].map(p => getComputedStyle(p).fill).join()"
    with browser() as found:
        page = found.new_page(viewport={"width": 1280, "height": 900})
        page.on("request", lambda r: requests.append(r.url))
        page.on("console", lambda m: complaints.append(m.text))
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.goto(file.as_uri())
        # Category, by keyboard alone.
        safety = page.evaluate(fills)
        assert page.locator(".panels .panel:visible").count() == 1
        page.locator("input[value=safety]").focus()
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.documentElement.dataset.cat") == "public_order"
        assert page.evaluate(fills) != safety
        assert page.locator(".panels .for-public_order").is_visible()
        # Language.
        assert page.locator(".questions h2 .pz").first.is_visible()
        assert page.get_by_text("条新预警").is_visible()
        page.get_by_role("button", name="English").click()
        assert page.evaluate("document.documentElement.lang") == "en"
        assert not page.get_by_text("条新预警").is_visible()
        # A cell by pointer, then by arrow keys, then none.
        page.locator(".cells path").nth(120).click()
        first = page.locator("#readout").inner_text()
        assert "Jiankang Road" in first
        page.locator("#frame").press("ArrowLeft")
        assert page.locator("#readout").inner_text() != first
        page.keyboard.press("Escape")
        assert not page.locator("#readout").is_visible()
        # Theme.
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.locator("#theme").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
        # A phone never scrolls sideways.
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        # Without script: the default map is coloured, every table is there, no dead buttons.
        plain = found.new_context(java_script_enabled=False).new_page()
        plain.goto(file.as_uri())
        assert plain.locator(".panels .panel:visible").count() == len(Category)
        assert not plain.locator(".controls").is_visible()
    assert {r.split(":")[0] for r in requests} == {"file"}
    assert len(requests) == 1
    assert complaints == []
