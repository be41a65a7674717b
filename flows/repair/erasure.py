"""Erasing reports: `sifang erase`, from the city's own keys to nothing left.

Belongs here: what it comes to. Does not: the order in which stores forget (``infra.accord.erasing``), backups (``infra.backup.known``),
leaving out what was erased when it is delivered again (``infra.landing.scanning``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from flows.nights.plan import checked_reason
from flows.repair.safekeeping import tell_backups
from flows.stores import Context, writing
from infra import progress
from infra.accord.erasing import Found, Terms, erase, find
from infra.backup.known import Told
from infra.errors import WrongNameError
from infra.landing.handed_keys import handed_reports
from transforms.words.counting import many
from transforms.words.harmless import quoted


@dataclass(frozen=True)
class Erased:
    """What was erased; only counted in a dry run.

    Of ``keys``, so many ``unknown`` are of no report that is held; they will not enter either. ``rows_landed`` lay for retries and
    ``rows_set_aside`` waited. ``nights`` looked at what is gone: they say "inputs erased" where they cannot be computed again.
    ``backups`` are those that hold some of it still, or could not be asked.
    """

    district: str
    source: str
    reason: str
    dry_run: bool
    keys: int
    unknown: int
    versions: int
    batches: int
    rows_landed: int
    rows_set_aside: int
    nights: tuple[dt.date, ...]
    backups: tuple[Told, ...]


def erase_reports(context: Context, code: str, file: Path, reason: str, now: dt.datetime, *, dry_run: bool) -> Erased:
    """Erase the reports of a source whose keys stand in a file.

    Raises:
        WrongNameError: there is no such source, or the reason is no code.
        SifangError: the file cannot be read or holds no key, the key of the district is another one, a store cannot be written.
    """
    source = next((s for s in context.district.sources if s.code == code), None)
    if source is None:
        raise WrongNameError(
            f"{context.code} has no source {quoted(code)}.", f"Its sources: {', '.join(s.code for s in context.district.sources)}."
        )
    checked = checked_reason(reason, context.district.ticket)
    reports = frozenset(handed_reports(file, source, context.settings.district_key(context.code)))
    if dry_run:
        return _told(context, Terms(checked, code, len(reports), now), find(context.stored, reports), (), dry_run=True)
    terms = Terms(checked, code, len(reports), now)
    with writing(context, now) as lease:
        # First, so that no kill leaves a backup that would bring them back.
        progress.tell("telling the backups that are known")
        told = tell_backups(context.settings, {context.code: reports})
        progress.tell(f"erasing {many(len(reports), 'report')} of {code}")
        found = erase(context.stored, lease, terms, reports)
    return _told(context, terms, found, tuple(one for one in told if one.holds != "nothing"), dry_run=False)


def _told(context: Context, terms: Terms, found: Found, backups: tuple[Told, ...], *, dry_run: bool) -> Erased:
    return Erased(
        district=context.code,
        source=terms.source or "",
        reason=terms.reason,
        dry_run=dry_run,
        keys=terms.keys,
        unknown=terms.keys - found.known,
        versions=len(found.versions),
        batches=len({*found.versions["batch_id"], *found.landed}),
        rows_landed=sum(map(len, found.landed.values())),
        rows_set_aside=sum(map(len, found.set_aside.values())),
        nights=tuple(sorted({night.night for night in found.nights})),
        backups=backups,
    )
