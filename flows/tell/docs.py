"""Writing the Data Docs of a district: every suite, and how its last runs went.

Belongs here: which suites there are and where their results are kept. Does not: pages (``expectations.docs``), checking.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from expectations.docs import FRONT_PAGE as FRONT_PAGE
from expectations.docs import MAX_RUNS, Run, Section, Suite, run_of, write_site
from expectations.outputs import alert_checks, district_surge_checks, report_checks, score_checks
from expectations.patterns import pattern_checks
from expectations.suites import candidate_checks, share_check
from flows.stores import Context
from infra.outputs import door
from infra.warehouse.intake.batches import BatchRecord, newest_batches
from infra.warehouse.nights.runs import RunRecord, newest_runs
from transforms.district.source import Source
from transforms.schema.told import Found, Told
from transforms.words import Words
from transforms.words.feeds import FEEDS


def write_docs(context: Context) -> Path:
    """Write the site into the home folder and return its front page.

    Raises:
        StoreError: it cannot be written.
    """
    district = context.district
    cells = tuple(context.folder.cells["cell_id"])
    batches = {s.code: newest_batches(context.warehouse, s.code, MAX_RUNS) for s in district.sources}
    suites = [_of_source(context, source, batches[source.code]) for source in district.sources]
    entered = sorted((b for found in batches.values() for b in found), key=lambda b: (b.landed_at, b.batch_id))[-MAX_RUNS:]
    first = district.sources[0]
    suites.append(
        Suite(
            "reports",
            Words("上报(入库前)", "Reports, before they enter the lake"),
            [Section(Words("每个上报版本", "Every report version"), report_checks(first, district, cells))],
            [_batch_run(context, b, outputs=True) for b in entered],
        )
    )
    nights = newest_runs(context.warehouse, MAX_RUNS)
    for code, zh, en, checks in (
        ("scores", "评分(发布前)", "Scores, before publication", score_checks(cells, jumps=True)),
        ("surges", "全区突增(发布前)", "Surges of the district, before publication", district_surge_checks(district.series)),
        ("alerts", "预警(发布前)", "Alerts, before publication", alert_checks(cells)),
    ):
        runs = [_night_run(context, n, code) for n in nights if code in n.summary.checks or n.status == "failed"]
        suites.append(Suite(code, Words(zh, en), [Section(Words("整张结果表", "The whole table"), checks)], runs))
    folder = context.settings.docs / context.code
    with door(folder):
        return write_site(folder, district.name, synthetic=district.synthetic, suites=suites)


def _of_source(context: Context, source: Source, batches: list[BatchRecord]) -> Suite:
    feed = FEEDS[source.feed].words
    # The moment and the codes bound some checks; a page names the expectation, not the bound.
    epoch = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    rows = candidate_checks(source, context.district, known_zones=("",), now=epoch)
    return Suite(
        f"source_{source.code}",
        Words(f"{source.code}：{feed.zh}", f"{source.code}: {feed.en}"),
        [
            Section(Words("每一行", "Every row"), rows),
            Section(Words("整批数据", "The batch as a whole"), (share_check(source), *pattern_checks(source))),
        ],
        [_batch_run(context, b, outputs=False) for b in batches],
        _headings(source),
    )


def _headings(source: Source) -> dict[str, str]:
    """What the file itself calls the columns, for those who deliver it and have never heard of ours."""
    fields = {name: source.columns.of(name) for name in type(source.columns).model_fields} | {"key_hash": list(source.key)}
    fields["known_at"] = [source.known_at.column] if source.known_at.column else []
    fields |= {name: fields["point"] for name in ("lon", "lat") if fields["point"]}
    return {name: " + ".join(columns) for name, columns in fields.items() if columns}


def _batch_run(context: Context, batch: BatchRecord, *, outputs: bool) -> Run:
    found = [f for f in batch.checked.found if f.reason.startswith("output_") == outputs]
    refused = batch.reason if not outputs or str(batch.reason).startswith("output_") else None
    if refused and refused not in {f.reason for f in found}:
        # Refused on reading: no check came to it, and its line shows it all the same.
        found.append(Found(refused, None, batch.delivered or 1))
    measures = batch.checked.measures
    rows = batch.accepted if outputs else batch.delivered or (measures.rows if measures else 0)
    landed_at = batch.landed_at.astimezone(context.district.zone)
    return run_of(found, landed_at, f"{batch.source} {batch.last_day or landed_at.date()}", rows, refused)


def _night_run(context: Context, night: RunRecord, code: str) -> Run:
    told = night.summary.checks.get(code, Told())
    error = night.error or ""
    reason = error.removeprefix("refused: ").split(",")[0] if error.startswith("refused: ") else None
    found = told.found if told.checks or reason is None else (Found(reason, None, 1),)
    return run_of(found, night.finished_at.astimezone(context.district.zone), night.night.isoformat(), night.rows_total, reason)
