"""Delivery: each message of the outbox becomes one file in the home folder's ``outbox``, named by its idempotency key.

Belongs here: the channels. Does not: the outbox itself (``infra.warehouse.alerts.outbox``), what is worth telling.

At least once: a message is marked after its file is there whole, so one that is repeated after a crash replaces its own file.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

from infra.outputs import door
from transforms.alerts.messages import Message


def to_folder(message: Message, folder: Path) -> Path:
    """Write one message; repeating it leaves the same file.

    Raises:
        StoreError: it cannot be written.
    """
    file = folder / f"{message.message_id}.json"
    draft = file.with_suffix(f".{os.getpid()}.draft")
    with door(file):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_text(json.dumps(dict(message.payload), ensure_ascii=False, sort_keys=True, indent=1), "utf-8")
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    return file


def sweep(folder: Path, older_than: dt.datetime, *, dry_run: bool) -> int:
    """Delete drafts of deliveries that were killed before a moment; return how many. Files that are whole stay: they are the receiver's."""
    with door(folder):
        stranded = [f for f in sorted(folder.glob("*.draft")) if f.stat().st_mtime < older_than.timestamp()] if folder.is_dir() else []
        if not dry_run:
            for file in stranded:
                file.unlink(missing_ok=True)
    return len(stranded)
