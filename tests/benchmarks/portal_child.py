"""A Socrata portal that knows one dataset by heart: its pages are made before anybody asks, so that serving them costs next to nothing.

Belongs here: that. Does not: a portal that answers any question (``tests.helpers.far.socrata``).

Called with a CSV and the rows of a page; prints its address, and serves until it is ended.
"""

from __future__ import annotations

import json
import re
import sys
import time

import polars as pl

from tests.helpers.far.server import Far, Question, Reply, serving

UPDATED = "2025-05-01T00:00:00.000Z"


def main(file: str, page_rows: int) -> None:
    """Serve it."""
    rows = pl.read_csv(file, infer_schema=False)
    told = rows.with_columns(
        pl.format("row-{}", pl.int_range(pl.len()).cast(pl.String).str.zfill(8)).alias(":id"), pl.lit(UPDATED).alias(":updated_at")
    )
    pages = [told.slice(n, page_rows).write_json().encode() for n in range(0, len(told), page_rows)]

    def answer(question: Question) -> Reply:
        if question.path != "/resource/abcd-1234.json":
            return Reply(b"{}", 404)
        after = [int(n) for n in re.findall(r":id > 'row-(\d+)'", question.params.get("$where", ""))]
        until = "NOT (" in question.params.get("$where", "")
        begun = min(after) + 1 if after else 0
        if question.params.get("$select") == "count(*)":
            return Reply(json.dumps([{"count": str((max(after) + 1 if until else len(told)) - begun)}]).encode())
        return Reply(pages[begun // page_rows] if begun % page_rows == 0 and begun < len(told) else b"[]")

    with serving(Far(answer)) as far:
        print(f"{far.url}/resource/abcd-1234", flush=True)
        time.sleep(3600)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
