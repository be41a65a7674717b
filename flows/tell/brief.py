"""Writing the brief of a night to a file.

Belongs here: where it goes. Does not: what it says (``infra.pages.brief``).
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from flows.stores import Context
from flows.tell.docs import FRONT_PAGE
from flows.tell.insight import insight, published
from infra.outputs import door
from infra.pages.brief.collect import collect
from infra.pages.brief.render import render


def write_brief(context: Context, night: dt.date | None = None, out: Path | None = None) -> Path:
    """Write the brief of a published night, by default the last one, and return its path.

    Without ``out`` it goes into the home folder, and leads to the Data Docs where they were written; where ``out`` is a folder, into that,
    named by its night.

    Raises:
        SifangError: the night was never published, or the file cannot be written.
    """
    row = published(context, night)
    file = brief_file(context, row.night) if out is None else out / _name(row.night) if out.is_dir() or not out.suffix else out
    front = context.settings.docs / context.code / FRONT_PAGE
    # A brief that goes elsewhere has no docs beside it.
    docs = os.path.relpath(front, file.parent) if out is None and front.is_file() else None
    page = render(collect(context.warehouse, context.folder, row.night, insight(context, row)), docs)
    draft = file.with_name(f".{file.name}.draft")
    with door(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_text(page, "utf-8")
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    return file


def brief_file(context: Context, night: dt.date) -> Path:
    """Where the brief of a night lies in the home folder."""
    return context.settings.briefs / context.code / _name(night)


def _name(night: dt.date) -> str:
    return f"{night.isoformat()}.html"
