"""Requests of a GeoReport v2 service.

Belongs here: its questions and answers. Does not: asking (``client``).

A thousand requests is the most that it gives and its pages are only a proposal, so the window of days is halved whenever as many come as
it may give at most; it tells no changes, so the last days are asked for every time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import polars as pl

from infra import clock, progress
from infra.sources.connectors.client import Answer, Asking, BrokenAnswer, Client, Rejected
from infra.sources.connectors.contract import FAR_ID, MOMENT, Described, FarColumn, Page, Wanted
from infra.sources.connectors.moments import read_moment
from infra.sources.connectors.rows import every_column, listed, parsed, table_of
from infra.sources.connectors.secrets import revealed
from infra.sources.table import UnusableFile
from transforms.district.live import FromOpen311

_ID, _REQUESTED, _UPDATED = "service_request_id", "requested_datetime", "updated_datetime"
# The protocol allows no longer window than 90 days.
_WIDEST: Final = dt.timedelta(days=30)
_SECOND: Final = dt.timedelta(seconds=1)
# Whose clock a time without a zone is by, nobody says; so much it may lie outside a window at most.
_ZONES: Final = dt.timedelta(hours=26)
# Servers give at most such numbers: as many as that may not be all.
_ROUND: Final = 50


class Open311:
    """One service."""

    tells_changes = True
    # It is asked by when requests were made, up to now.
    tells_newest_again = False

    def __init__(self, declared: FromOpen311, client: Client) -> None:
        self._declared, self._client = declared, client
        # The most that it gave at once: fewer than that are all there are.
        self._gave = 0
        self._url = f"{declared.shown.rstrip('/').removesuffix('/requests.json')}/requests.json"
        self._always = {
            **({"jurisdiction_id": declared.jurisdiction} if declared.jurisdiction else {}),
            **({"service_code": ",".join(declared.service_codes)} if declared.service_codes else {}),
            **({"api_key": revealed(declared.token)} if declared.token else {}),
        }

    def columns(self) -> None:
        """Nothing: it does not say which columns it has."""

    def before(self, moment: str, now: dt.datetime) -> str:
        """The day from which on it is asked, where another moment was reached."""
        at = read_moment(moment) or now
        return _written(min(at, now) - dt.timedelta(days=self._declared.window_days))

    def pages(self, wanted: Wanted, since: str | None) -> Iterator[Page]:
        """Everything, or the requests of the last days."""
        now = clock.now().replace(microsecond=0)
        begin = read_moment(since) if since else None
        begin = begin or dt.datetime.combine(self._declared.first, dt.time(), dt.UTC)
        pages = self._walk(wanted, begin, now)
        if wanted.together:
            held = list(pages)
            pages = iter([pl.concat(held).sort(wanted.key, maintain_order=True)] if held else [])
        yield from (Page(rows, reached=_written(now)) for rows in pages)

    def _walk(self, wanted: Wanted, begin: dt.datetime, end: dt.datetime) -> Iterator[pl.DataFrame]:
        read = list(dict.fromkeys([*wanted.columns, _ID, _REQUESTED, _UPDATED]))
        step, done, total = min(_WIDEST, max(end - begin, _SECOND)), 0, max((end - begin).days, 1)
        first, before = begin.replace(microsecond=0), pl.Series(_ID, [], dtype=pl.String)
        while first <= end:
            last = min(first + step, end)
            records = self._ask(first, last)
            if self._may_be_cut(len(records)):
                if last == first:
                    why = f"{self._declared.shown} gives {len(records)} requests of one second, and perhaps not all"
                    raise UnusableFile("source_incomplete", why)
                step = (last - first) // 2 // _SECOND * _SECOND
                continue
            rows = table_of(records, read)
            if rows[_ID].null_count():
                raise UnusableFile("source_answer", f"{self._declared.shown} gives requests without {_ID}")
            self._require_within(rows, first, last)
            done += len(rows)
            if done > self._declared.max_rows:
                raise UnusableFile("file_too_large", f"{self._declared.shown} has more than {self._declared.max_rows:,} rows (max_rows)")
            progress.tell(f"{self._declared.shown}: days", (last - begin).days, total)
            rows, before = rows.filter(~pl.col(_ID).is_in(before.implode())), rows[_ID]
            if len(rows):
                rows = rows.unique(_ID, keep="last", maintain_order=True).sort(_REQUESTED, _ID)
                changed = [] if wanted.whole else [pl.col(_UPDATED).alias(MOMENT)]
                yield rows.select(*wanted.columns, pl.col(_ID).alias(FAR_ID), *changed)
            if last >= end:
                return
            # Both ends of a window belong to it, and some servers keep parts of a second: the next begins with the second that this one
            # ended with, unless that second is as much as it gives.
            first = last if last > first else last + _SECOND
            step = min(_WIDEST, max(step * 2, _SECOND)) if len(records) * 4 < self._declared.page_rows else step

    def _require_within(self, rows: pl.DataFrame, first: dt.datetime, last: dt.datetime) -> None:
        """Refuse requests of another time than the window asked for: whoever gives the same whatever is asked does not give the rest."""
        for text in rows[_REQUESTED].drop_nulls():
            moment = read_moment(text)
            if moment is not None and not first - _ZONES <= moment <= last + _ZONES:
                why = (
                    f"{self._declared.shown} gives requests of other days than those asked for, so that nobody can tell whether it gave all"
                )
                raise UnusableFile("source_incomplete", why)

    def _may_be_cut(self, rows: int) -> bool:
        self._gave = max(self._gave, rows)
        return rows >= self._declared.page_rows or (rows == self._gave and rows > 0 and rows % _ROUND == 0)

    def describe(self, occurred: str | None) -> Described:
        """What it has, from two requests."""
        now = clock.now().replace(microsecond=0)
        first = dt.datetime.combine(self._declared.first, dt.time(), dt.UTC)
        recent, old = self._ask(now - _WIDEST, now), self._ask(first, min(first + _WIDEST, now))
        sample = every_column([*recent, *old])
        by = occurred if occurred in sample.columns else _REQUESTED
        return Described(
            columns=tuple(FarColumn(name, "text") for name in sample.columns),
            rows=None,
            oldest=min(_values(old, by), default=None),
            newest=max(_values(recent, by), default=None),
            page_rows=max(len(recent), len(old)),
            tells_changes=False,
            sample=sample,
            notes=("the protocol counts nothing and tells no changes", *(() if old else ("it gives nothing from its first month on",))),
        )

    def _ask(self, first: dt.datetime, last: dt.datetime) -> list[dict[str, object]]:
        params = {"start_date": _written(first), "end_date": _written(last), "page_size": str(self._declared.page_rows), **self._always}
        try:
            return self._client.ask(Asking(self._url, params), _records)
        except Rejected as rejected:
            why = f"{self._declared.shown} does not take the question (it answers {rejected.status}); perhaps it wants a jurisdiction"
            raise UnusableFile("source_answer", why) from None


def _records(answer: Answer) -> list[dict[str, object]]:
    rows = listed(parsed(answer.body, answer.headers.get("content-type", "")))
    if not all(isinstance(r, dict) for r in rows):
        raise BrokenAnswer("it answers with rows that are no JSON objects")
    return [r for r in rows if isinstance(r, dict)]


def _written(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def _values(records: list[dict[str, object]], by: str) -> list[str]:
    return [str(r[by]) for r in records if r.get(by)]
