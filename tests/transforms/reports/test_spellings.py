"""Times in every spelling of a language, a calendar, a clock or a spreadsheet: one moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.reports import spellings, values
from transforms.reports.spellings import Era, clock, spelt

START = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 60 * 24 * 365 * 60).map(lambda minutes: START + dt.timedelta(minutes=minutes))
SPANISH = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]
RUSSIAN = ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"]
FRENCH = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]

CROATIAN = [
    "siječnja",
    "veljače",
    "ožujka",
    "travnja",
    "svibnja",
    "lipnja",
    "srpnja",
    "kolovoza",
    "rujna",
    "listopada",
    "studenoga",
    "prosinca",
]
WEEKDAYS = ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"]


def half(t: dt.datetime) -> str:
    return f"{t.hour % 12 or 12}:{t.minute:02d}"


SPELLINGS: dict[str, tuple[Callable[[dt.datetime], str], str, Era]] = {
    "half behind": (lambda t: f"{t:%Y/%m/%d} {half(t)} {'上午' if t.hour < 12 else '下午'}", "%Y/%m/%d %I:%M %p", "gregorian"),
    "half before": (
        lambda t: f"{t.year}年{t.month}月{t.day}日 {'上午' if t.hour < 12 else '下午'}{half(t)}",
        "%Y年%m月%d日 %I:%M %p",
        "gregorian",
    ),
    "Korean": (lambda t: f"{t:%Y. %m. %d}. {'오전' if t.hour < 12 else '오후'} {half(t)}", "%Y. %m. %d. %I:%M %p", "gregorian"),
    "Spanish": (lambda t: f"{t.day} {SPANISH[t.month - 1]} {t:%Y %H:%M}", "%d %b %Y %H:%M", "gregorian"),
    "Spanish halves": (lambda t: f"{t:%d/%m/%Y} {half(t)} {'a. m.' if t.hour < 12 else 'p. m.'}", "%d/%m/%Y %I:%M %p", "gregorian"),
    "Russian": (lambda t: f"{t.day} {RUSSIAN[t.month - 1]} {t:%Y %H:%M}", "%d %b %Y %H:%M", "gregorian"),
    "French": (lambda t: f"{t.day} {FRENCH[t.month - 1]} {t:%Y %H:%M}", "%d %b %Y %H:%M", "gregorian"),
    "wide": (lambda t: f"{t:%Y-%m-%d %H:%M}".translate(str.maketrans("0123456789", "０１２３４５６７８９")), "%Y-%m-%d %H:%M", "gregorian"),
    "Croatian": (lambda t: f"{t.day}.{t.month}.{t.year}. u {t:%H:%M}", "%d.%m.%Y %H:%M", "gregorian"),
    "Croatian in words": (lambda t: f"{t.day}. {CROATIAN[t.month - 1]} {t.year}. {t:%H:%M} sati", "%d %b %Y %H:%M", "gregorian"),
    "Bulgarian": (lambda t: f"{t:%d.%m.%Y} г. {t:%H:%M} ч.", "%d.%m.%Y %H:%M", "gregorian"),
    "German": (lambda t: f"{WEEKDAYS[t.weekday()]}, {t:%d.%m.%Y} um {t:%H:%M} Uhr", "%d.%m.%Y %H:%M", "gregorian"),
    "French, hours as h": (lambda t: f"{t.day} {FRENCH[t.month - 1]} {t.year} à {t.hour}h{t:%M}", "%d %b %Y %H:%M", "gregorian"),
    "Danish": (lambda t: f"{t:%d.%m.%Y} kl. {t:%H.%M}", "%d.%m.%Y %H.%M", "gregorian"),
    "Portuguese": (lambda t: f"{t.day} de {SPANISH[t.month - 1]} de {t.year} às {t:%H:%M}", "%d %b %Y %H:%M", "gregorian"),
    "Polish": (lambda t: f"{t:%d.%m.%Y} r. godz. {t:%H:%M}", "%d.%m.%Y %H:%M", "gregorian"),
    "Korean in words": (lambda t: f"{t.year}년 {t.month}월 {t.day}일 {t:%H}시 {t:%M}분", "%Y年%m月%d日 %H时%M分", "gregorian"),
    "Japanese": (lambda t: f"{t:%Y/%m/%d}({'月火水木金土日'[t.weekday()]}) {t:%H:%M}", "%Y/%m/%d %H:%M", "gregorian"),
    "Arabic digits": (lambda t: f"{t:%Y-%m-%d %H:%M}".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), "%Y-%m-%d %H:%M", "gregorian"),
    "as mail writes it": (lambda t: f"{t:%a, %d %b %Y %H:%M:%S} GMT", "%d %b %Y %H:%M:%S%z", "gregorian"),
    "as C writes it": (lambda t: f"{t:%a %b %d %H:%M:%S %Y}", "%b %d %H:%M:%S %Y", "gregorian"),
    "as SQL Server writes it": (lambda t: f"{t:%b} {t.day:2} {t.year} {half(t):>5}{t:%p}", "%b %d %Y %I:%M %p", "gregorian"),
    "zone in brackets": (lambda t: f"{t:%Y-%m-%dT%H:%M:%S}+00:00[Africa/Accra]", "%Y-%m-%dT%H:%M:%S%z", "gregorian"),
    "Taiwan": (lambda t: f"{t.year - 1911}/{t:%m/%d %H:%M}", "%Y/%m/%d %H:%M", "roc"),
    "Taiwan in words": (lambda t: f"民國{t.year - 1911}年{t.month}月{t.day}日 {t:%H:%M}", "%Y年%m月%d日 %H:%M", "roc"),
    "Thailand": (lambda t: f"{t:%d/%m}/{t.year + 543} {t:%H:%M}", "%d/%m/%Y %H:%M", "buddhist"),
    "midnight as 24": (
        lambda t: f"{t - dt.timedelta(days=1):%Y-%m-%d} 24:00" if not (t.hour or t.minute) else f"{t:%Y-%m-%d %H:%M}",
        "%Y-%m-%d %H:%M",
        "gregorian",
    ),
}


@pytest.mark.parametrize("how", SPELLINGS)
@given(moments=st.lists(MOMENTS, min_size=1, max_size=4))
def test_a_moment_is_the_same_in_every_spelling(how: str, moments: list[dt.datetime]) -> None:
    write, form, era = SPELLINGS[how]
    moments = [*moments, dt.datetime(2026, 3, 1, tzinfo=dt.UTC)]
    texts = spelt(pl.Series("t", [write(t) for t in moments]), era, "Europe/Zagreb" if how.startswith("Croatian") else "")
    read = texts.to_frame("t").select(values.time(pl.col("t"), [form], "UTC")).to_series()
    assert read.to_list() == moments


@given(st.lists(MOMENTS, min_size=1, max_size=4), st.sampled_from(["1899-12-31", "1899-12-30", "1904-01-01", "part", "half", "1 to 24"]))
def test_a_time_of_day_is_the_same_in_every_cell(moments: list[dt.datetime], how: str) -> None:
    moments = [t.replace(minute=0) if how == "1 to 24" else t for t in moments]

    def told(t: dt.datetime) -> str:
        if how == "part":
            return str((t.hour * 60 + t.minute) / 1440) if t.hour or t.minute else "0.0"
        if how == "half":
            return f"{'上午' if t.hour < 12 else '下午'}{half(t)}"
        return str(t.hour) if how == "1 to 24" else f"{how} {t:%H:%M:%S}"

    frame = pl.DataFrame({"d": [f"{t:%Y-%m-%d}" for t in moments], "c": clock(pl.Series([told(t) for t in moments]))})
    read = frame.select(values.date_and_time(pl.col("d"), pl.col("c"), ["%Y-%m-%d"], "UTC")).to_series()
    assert read.to_list() == moments


def test_listopad_is_the_month_that_it_is_where_the_file_comes_from() -> None:
    read = [values.as_written(pl.lit("3. listopada 2025. 14:05"), ["%d %b %Y %H:%M"], zone) for zone in ("Europe/Zagreb", "Europe/Warsaw")]
    assert pl.select(read[0].alias("hr"), read[1].alias("pl")).select(pl.all().dt.month()).row(0) == (10, 11)


@pytest.mark.parametrize("text", ["about 3 Jan 2025 14:05", "3 Jan 2025 14:05 or later", "not 03.01.2025 14:05", "03.01.2025 14:05 ?"])
def test_words_that_are_no_part_of_a_time_are_not_left_out(text: str) -> None:
    read = values.as_written(pl.col("t"), ["%d %b %Y %H:%M", "%d.%m.%Y %H:%M"], "UTC")
    assert pl.DataFrame({"t": [text]}).select(read).to_series().to_list() == [None]


def test_the_hour_24_ends_its_day() -> None:
    frame = pl.DataFrame({"d": ["2026-10-01"] * 2, "c": ["24", "24:00"]})
    read = frame.select(values.date_and_time(pl.col("d"), pl.col("c"), ["%Y-%m-%d"], "UTC")).to_series()
    assert read.to_list() == [dt.datetime(2026, 10, 2, tzinfo=dt.UTC)] * 2


def test_one_odd_word_makes_no_other_time_odd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each text that is rewritten costs a hundred that are not: of a million times, only those that need it."""
    rewritten: list[str] = []
    of = spellings._of

    def noted(text: str, era: Era, zone: str) -> str:
        rewritten.append(text)
        return of(text, era, zone)

    monkeypatch.setattr(spellings, "_of", noted)
    texts = pl.Series(["2025-06-01 10:00:00", None, "不详", "1 Jun 2025", "2025-06-01 9:30 AM", "上午9:30"])
    assert spelt(texts).to_list() == ["2025-06-01 10:00:00", None, "不详", "1 Jun 2025", "2025-06-01 9:30 AM", "9:30 AM"]
    assert set(rewritten) == {"不详", "上午9:30"}


def test_what_a_format_reads_is_never_rewritten(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = spellings.spelt

    def noted(texts: pl.Series, *, zone: str) -> pl.Series:
        asked.extend(texts)
        return real(texts, zone=zone)

    monkeypatch.setattr(spellings, "spelt", noted)
    texts = pl.Series("t", ["2025年3月4日 05:06", "２０２５年3月4日 05:06", "2025年3月4日 24:00", "不详", None])
    read = texts.to_frame("t").select(values.as_written(pl.col("t"), ["%Y年%m月%d日 %H:%M"], "Asia/Shanghai")).to_series()
    day = dt.datetime(2025, 3, 3, 21, 6, tzinfo=dt.UTC)
    assert read.to_list() == [day, day, dt.datetime(2025, 3, 4, 16, tzinfo=dt.UTC), None, None]
    assert asked == ["２０２５年3月4日 05:06", "不详"]
