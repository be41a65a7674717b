"""What the reports of a source hold that such reports hold nowhere: `doctor --files`.

Belongs here: a finding per source, of what was taken in. Does not: what is unlikely (``transforms.reports.unlikely``), the newest file
(``files``).
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from flows.tell.doctor.finding import Finding, note, sound
from flows.tell.doctor.patient import Patient
from transforms.reports.unlikely import LEAST, unlikely
from transforms.reports.versions import standing
from transforms.words import Precision
from transforms.words.counting import many

_REMEDY = "Look at one file beside the declaration; mended, `sifang source reread` puts right what was read wrongly."


def taken_in(patient: Patient) -> Iterator[Finding]:
    """What is unlikely of the reports of each source that stand."""
    with patient.context() as context:
        district, cells = context.district, len(context.folder.cells)
        told = context.read_lake().versions.filter(pl.col("precision") == Precision.DAY.value)
        reports = standing(told, district.released)
    for source in district.sources:
        own = reports.filter(pl.col("source") == source.code)
        if len(own) < LEAST:
            continue
        odd = unlikely(own, cells)
        what = f"reports of {source.code}"
        if odd:
            yield note(what, f"of {many(len(own), 'report')} {'; '.join(odd)}", "scores may be of other days or places", _REMEDY)
        else:
            yield sound(what, f"{many(len(own), 'report')}, with days, weekdays, months and cells as they are anywhere")
