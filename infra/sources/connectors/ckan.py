"""Resources in the DataStore of a CKAN portal.

Belongs here: its questions and answers. Does not: files that a portal only links to (``http_file``).

It pages by offset alone, so every page begins with the last row of the one before: where that is not so, rows have moved meanwhile, and
one goes back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final, NamedTuple

import polars as pl

from infra import progress
from infra.sources.connectors.client import Answer, Asking, BrokenAnswer, Client, Rejected
from infra.sources.connectors.contract import FAR_ID, Described, FarColumn, Page, Wanted
from infra.sources.connectors.rows import every_column, parsed, table_of
from infra.sources.connectors.secrets import revealed
from infra.sources.table import UnusableFile
from transforms.district.live import FromCkan

_ID: Final = "_id"
_SAMPLE_ROWS: Final = 1000
_STEPS_BACK: Final = 20
# As large as a row's number may be.
_MOST: Final = 1 << 63


class _Answered(NamedTuple):
    """The rows from an offset on, how many there are in all, the most that it gives at once where it says so, and the columns."""

    records: list[dict[str, object]]
    total: int | None
    limit: int | None
    fields: list[FarColumn]


class Ckan:
    """One resource."""

    tells_changes = False
    tells_newest_again = True

    def __init__(self, declared: FromCkan, client: Client) -> None:
        self._declared, self._client = declared, client
        self._url = f"{declared.shown.rstrip('/')}/api/3/action/datastore_search"
        self._headers = {"Authorization": revealed(declared.token)} if declared.token else {}

    def columns(self) -> list[str] | None:
        """The names of all its columns."""
        return [f.name for f in self._ask(0, 1, "").fields] or None

    def before(self, moment: str, now: dt.datetime) -> str:
        """The moment itself: it tells no changes."""
        del now
        return moment

    def pages(self, wanted: Wanted, since: str | None) -> Iterator[Page]:
        """Everything; it tells no changes."""
        del since
        held = list(self._walk(wanted)) if wanted.together else None
        for rows in self._walk(wanted) if held is None else _by_key(held, wanted):
            yield Page(rows.rename({_ID: FAR_ID}) if _ID not in wanted.columns else rows.with_columns(pl.col(_ID).alias(FAR_ID)))

    def _walk(self, wanted: Wanted) -> Iterator[pl.DataFrame]:
        columns = list(dict.fromkeys([*wanted.columns, _ID]))
        last, offset, done = None, 0, 0
        at_first: int | None = None
        left = 0
        while True:
            told, offset = self._page(last, offset, columns)
            at_first = told.total if at_first is None else at_first
            rows = table_of(told.records, columns)
            rows = rows.unique(_ID, keep="last", maintain_order=True).sort(pl.col(_ID).cast(pl.Int64))
            fresh = rows if last is None else rows.filter(pl.col(_ID).cast(pl.Int64) > last)
            if fresh.is_empty():
                if told.total is not None and told.total > done:
                    why = f"{self._declared.shown} counts {told.total} rows and gives {done}: its pages skip some"
                    raise UnusableFile("source_incomplete", why)
                return
            done += len(fresh)
            if done > self._declared.max_rows:
                raise UnusableFile("file_too_large", f"{self._declared.shown} has more than {self._declared.max_rows:,} rows (max_rows)")
            progress.tell(f"{self._declared.shown}: rows", done, told.total or done)
            yield fresh
            before, left = left, (told.total or 0) - done
            short = len(told.records) < (told.limit or self._declared.page_rows)
            if at_first is not None and done >= at_first and (short or left >= before):
                # New rows come last: those that came while it was read are the next asking's, or one that never rests had no end.
                return
            last = int(fresh[_ID][-1])
            offset += len(told.records)

    def _page(self, last: int | None, offset: int, columns: list[str]) -> tuple[_Answered, int]:
        """The rows from the last one on, and the offset at which they were found."""
        start = offset if last is None else max(0, offset - 1)
        # One more than a page has: it begins with a row that is there already.
        most = self._declared.page_rows + (last is not None)
        for _ in range(_STEPS_BACK):
            told = self._ask(start, most, ",".join(columns))
            first = min((int(str(r[_ID])) for r in told.records), default=None)
            # The last row may have gone, but what begins at the top or before it cannot have skipped any.
            if last is None or start == 0 or (first is not None and first <= last):
                return told, start
            if first is None and told.total is not None and told.total > start:
                raise UnusableFile("source_incomplete", f"{self._declared.shown} counts more rows than it gives")
            start = max(0, start - max(1, self._declared.page_rows // 2))
        raise UnusableFile("source_incomplete", f"the rows of {self._declared.shown} move faster than they can be read")

    def describe(self, occurred: str | None) -> Described:
        """What it has, from a few requests."""
        told = self._ask(0, _SAMPLE_ROWS, "")
        ends = [self._ends(occurred, order) for order in ("asc", "desc")] if occurred else [None, None]
        return Described(tuple(told.fields), told.total, ends[0], ends[1], self._declared.page_rows, False, every_column(told.records))

    def _ends(self, occurred: str, order: str) -> str | None:
        told = self._ask(0, 1, "", sort=f'"{occurred}" {order}')
        return str(told.records[0].get(occurred)) if told.records else None

    def _ask(self, offset: int, limit: int, fields: str, *, sort: str = f"{_ID} asc") -> _Answered:
        params = {"resource_id": self._declared.resource, "sort": sort, "offset": str(offset), "limit": str(limit)}
        asking = Asking(self._url, {**params, **({"fields": fields} if fields else {})}, self._headers)
        try:
            return self._client.ask(asking, _answered)
        except Rejected as rejected:
            if rejected.status == 409:
                why = f"{self._declared.shown} does not have every declared column; `sifang doctor --connect` lists those it has"
                raise UnusableFile("column_missing", why) from None
            raise UnusableFile(
                "source_answer", f"{self._declared.shown} does not take the question (it answers {rejected.status})"
            ) from None


def _answered(answer: Answer) -> _Answered:
    told = parsed(answer.body, answer.headers.get("content-type", ""))
    result = told.get("result") if isinstance(told, dict) and told.get("success") else None
    if not isinstance(result, dict) or not isinstance(result.get("records"), list):
        raise BrokenAnswer("it answers with something else than a result with records")
    fields = result.get("fields")
    named = [FarColumn(str(f.get("id")), str(f.get("type"))) for f in fields if isinstance(f, dict)] if isinstance(fields, list) else []
    total, limit = result.get("total"), result.get("limit")
    records = [r for r in result["records"] if isinstance(r, dict)]
    if not all(_numbered(r.get(_ID)) for r in records):
        raise BrokenAnswer(f"it answers with rows whose {_ID} is no number")
    return _Answered(
        records,
        total if isinstance(total, int) else None,
        limit if isinstance(limit, int) else None,
        [f for f in named if f.name != _ID],
    )


def _numbered(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST


def _by_key(held: list[pl.DataFrame], wanted: Wanted) -> list[pl.DataFrame]:
    """All rows, those of one key together."""
    return [pl.concat(held).sort(wanted.key, maintain_order=True)] if held else []
