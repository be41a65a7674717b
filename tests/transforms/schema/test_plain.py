"""Every result is dumped and read back in one place."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field

import pytest
from pydantic import ValidationError

from transforms.schema.plain import as_json, plain, read_back
from transforms.words import Level


@dataclass(frozen=True)
class Part:
    night: dt.date
    level: Level | None
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Whole:
    parts: tuple[Part, ...]
    at: dt.datetime
    share: float | None = None


WHOLE = Whole((Part(dt.date(2026, 4, 1), Level.RED, {"safety": {"red": 2}}),), dt.datetime(2026, 4, 1, 5, tzinfo=dt.UTC), 0.25)


def test_a_result_comes_back_as_it_was() -> None:
    assert read_back(Whole, json.loads(as_json(WHOLE))) == WHOLE


def test_days_and_moments_are_iso_texts_and_levels_their_codes() -> None:
    assert plain(WHOLE) == {
        "parts": [{"night": "2026-04-01", "level": "red", "counts": {"safety": {"red": 2}}}],
        "at": "2026-04-01T05:00:00Z",
        "share": 0.25,
    }


def test_a_key_that_is_missing_is_an_error_and_no_silence() -> None:
    with pytest.raises(ValidationError, match="at"):
        read_back(Whole, {"parts": []})
