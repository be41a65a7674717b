"""Data Docs: one page per suite with what is expected and how the last runs went, for those who deliver data and those who rely on it.

Belongs here: pages from suites and redacted results, written only into the folder it is handed. Does not: where that is, what the results
were (``flows.tell.docs``). Nothing but counts by reason and column comes in, so no value can come out.

Great Expectations has such a site of its own. Its pages load scripts and styles from four content networks, speak English alone, and grow
by a page for every run of every suite; these need no network, say everything in Chinese and English, and hold a bounded number of runs.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from expectations.questions import Check
from transforms.schema.told import Found
from transforms.words import Words
from transforms.words.harmless import harmless_within
from transforms.words.reasons import REASONS, Tier

# A month of nights; older runs are in the warehouse.
MAX_RUNS: Final = 30
FRONT_PAGE: Final = "index.html"


@dataclass(frozen=True)
class Run:
    """One run of a suite, redacted. ``found`` maps (reason, column) to rows and, for a batch as a whole, the number measured."""

    at: dt.datetime
    label: str
    rows: int
    refused: str | None
    found: Mapping[tuple[str, str | None], tuple[int, float | None]]

    @property
    def worst(self) -> str:
        """The worst tier of what was found, or ok."""
        tiers = {REASONS[reason].tier for reason, _ in self.found} | ({Tier.STOP} if self.refused else set())
        return next((t.value for t in Tier if t in tiers), "ok")


@dataclass(frozen=True)
class Section:
    """A part of a suite with a heading."""

    words: Words
    checks: Sequence[Check]


@dataclass(frozen=True)
class Suite:
    """One page: a suite, and its runs with the newest last. ``headings`` are the delivered file's own words for a column."""

    code: str
    words: Words
    sections: Sequence[Section]
    runs: Sequence[Run]
    headings: Mapping[str, str] = field(default_factory=dict)


def run_of(found: Sequence[Found], at: dt.datetime, label: str, rows: int, refused: str | None) -> Run:
    """A run from what was kept of it. Reasons that this version does not know are left out."""
    known = {(f.reason, f.column): (f.rows, f.measured) for f in reversed(found) if f.reason in REASONS}
    return Run(at, label, rows, refused, known)


def write_site(folder: Path, name: Words, *, synthetic: bool, suites: Sequence[Suite]) -> Path:
    """Write the site into ``folder`` and return its front page. Pages of suites that are no more are removed.

    The size is bounded by the number of suites: each page holds its checks and the last ``MAX_RUNS`` runs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    env = _environment()
    pages = [(f"{s.code}.html", _suite(s)) for s in suites]
    shared = {"district": name, "synthetic": synthetic, "pages": pages, "max_runs": MAX_RUNS}
    for file, page in pages:
        _write(folder / file, env.get_template("suite.html.j2").render(page=page, here=file, **shared))
    front = folder / FRONT_PAGE
    _write(front, env.get_template("index.html.j2").render(here=FRONT_PAGE, **shared))
    kept = {file for file, _ in pages} | {front.name}
    for stale in folder.glob("*.html"):
        if stale.name not in kept:
            stale.unlink()
    return front


@cache
def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("expectations"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=harmless_within,
    )
    env.globals |= {"t": _both, "Tier": Tier}
    env.filters["number"] = lambda value: f"{value:,}"
    return env


def _both(zh: str | Words, en: str = "") -> Markup:
    said = Words(zh, en) if isinstance(zh, str) else zh
    return Markup('<span class="zh" lang="zh-Hans">{}</span><span class="en" lang="en">{}</span>').format(said.zh, said.en)


def _suite(suite: Suite) -> dict[str, object]:
    runs = list(suite.runs)[-MAX_RUNS:]
    shown = [{"run": r, "worst": r.worst, "title": f"{r.at:%Y-%m-%d %H:%M} {r.label}"} for r in runs]
    listed = {(c.reason, c.column) for section in suite.sections for c in section.checks}
    return {
        "suite": suite,
        "runs": shown,
        "last": shown[-1] if shown else None,
        "checks": sum(len(section.checks) for section in suite.sections),
        "sections": [{"section": s, "lines": _lines(s, runs, suite.headings)} for s in suite.sections],
        # What refused a file before any row could be checked.
        "refusals": [
            (r, REASONS[r.refused]) for r in reversed(runs) if r.refused and r.refused in REASONS.keys() - {reason for reason, _ in listed}
        ],
    }


def _lines(section: Section, runs: Sequence[Run], headings: Mapping[str, str]) -> list[dict[str, object]]:
    """One line per reason and column, with all that is expected under it; several checks may share them."""
    grouped: dict[tuple[str, str | None], list[Check]] = {}
    for check in section.checks:
        grouped.setdefault((check.reason, check.column), []).append(check)
    lines: list[dict[str, object]] = []
    for (reason, column), checks in grouped.items():
        strip = []
        for run in runs:
            rows, measured = run.found.get((reason, column), (0, None))
            said = "" if not rows else f"{measured:g}" if measured is not None else f"{rows:,}"
            strip.append({"state": REASONS[reason].tier.value if rows else "ok", "said": said, "title": f"{run.at:%m-%d} {run.label}"})
        lines.append(
            {
                "reason": REASONS[reason],
                "column": column,
                "heading": headings.get(column or ""),
                "tier": checks[0].tier,
                "expects": [c.words for c in checks],
                "strip": strip,
                "last": strip[-1] if strip else None,
                "failed": sum(s["state"] != "ok" for s in strip),
            }
        )
    return lines


def _write(file: Path, text: str) -> None:
    """Whole or not at all: somebody may be reading."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.draft")
    draft.write_text(text, "utf-8")
    draft.replace(file)
