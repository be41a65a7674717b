"""What a check tells of one thing that it looked at.

Belongs here: the value, and the three kinds of it. Does not: looking (the files beside this one).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    ``ok`` is None for something worth knowing that is no fault. ``detail`` is what was found, ``means`` what it does to the nights,
    ``remedy`` what to do.
    """

    what: str
    ok: bool | None
    detail: str
    means: str = ""
    remedy: str = ""


def sound(what: str, detail: str) -> Finding:
    """All is well."""
    return Finding(what, True, detail)


def note(what: str, detail: str, means: str = "", remedy: str = "") -> Finding:
    """Worth knowing, and no fault."""
    return Finding(what, None, detail, means, remedy)


def fault(what: str, detail: str, means: str = "", remedy: str = "") -> Finding:
    """Somebody has to do something."""
    return Finding(what, False, detail, means, remedy)


def is_sound(findings: Iterable[Finding]) -> bool:
    """Whether a night can run, and can be believed."""
    return all(finding.ok is not False for finding in findings)
