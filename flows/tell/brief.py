"""Writing the brief of a night to a file.

Belongs here: where it goes. Does not: what it says (``infra.pages.brief``).
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from flows.stores import Context
from flows.tell.docs import write_docs
from flows.tell.insight import insight, published
from infra.pages.brief.collect import collect
from infra.pages.brief.render import render


def write_brief(context: Context, night: dt.date | None = None, out: Path | None = None) -> Path:
    """Write the brief of a published night, by default the last one, and return its path.

    Without ``out`` it goes into the home folder, beside fresh Data Docs; where ``out`` is a folder, into that, named by its night.

    Raises:
        SifangError: the night was never published.
    """
    row = published(context, night)
    name = f"{row.night.isoformat()}.html"
    file = context.settings.briefs / context.code / name if out is None else out / name if out.is_dir() or not out.suffix else out
    file.parent.mkdir(parents=True, exist_ok=True)
    # A brief that goes elsewhere has no docs beside it.
    docs = os.path.relpath(write_docs(context), file.parent) if out is None else None
    page = render(collect(context.warehouse, context.folder, row.night, insight(context, row)), docs)
    draft = file.with_name(f".{file.name}.draft")
    draft.write_text(page, "utf-8")
    draft.replace(file)
    return file
