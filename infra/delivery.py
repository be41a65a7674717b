"""Delivery: each message of the outbox becomes one file in the home folder's ``outbox``, named by its idempotency key.

Belongs here: the channels. Does not: the outbox itself (``infra.warehouse.outbox``), what is worth telling.

At least once: a message is marked after its file is there whole, so one that is repeated after a crash replaces its own file.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from infra.warehouse.outbox import Message


def to_folder(message: Message, folder: Path) -> Path:
    """Write one message; repeating it leaves the same file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{message.message_id}.json"
    draft = file.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(json.dumps(dict(message.payload), ensure_ascii=False, sort_keys=True, indent=1), "utf-8")
    draft.replace(file)
    return file
