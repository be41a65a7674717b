"""What the folder declares, beyond that it loads.

Belongs here: lines left to fill in, columns that no file may be read with, series that no source tells of or only in places, the grid
against the one that nights were scored on. Does not: validating the folder (``infra.districts.folder``), the files that it names
(``sources``).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from flows.stores.district import require_same_grid
from flows.tell.doctor.finding import Finding, fault, note, sound
from flows.tell.doctor.patient import Patient
from transforms.reports.personal_columns import personal_columns
from transforms.words import RESIDENTS
from transforms.words.reasons import REASONS


def unfilled_lines(patient: Patient) -> Iterator[Finding]:
    """Lines that still say what the blank declaration says has to be filled in."""
    from infra.districts.drafting import unfilled

    assert patient.folder is not None
    if left := unfilled(patient.folder.path):
        yield note(
            "district.toml",
            f"still says FILL IN in line {', '.join(map(str, left))}",
            "these are the example's own values",
            "Write your own, and take the words FILL IN out.",
        )


def columns(patient: Patient) -> Iterator[Finding]:
    """Sources of which every file will be refused for the name of a column."""
    assert patient.folder is not None
    for source in patient.folder.district.sources:
        if named := personal_columns(source):
            said = f"{', '.join(named)} of {source.code}: {REASONS['column_personal'].words.en}"
            remedy = "Take it out of the declaration; where its name alone says so, have the sender give it another."
            yield fault("columns", said, "every file of this source is refused", remedy)


def series(patient: Patient) -> Iterator[Finding]:
    """Series of which no source tells anything: a zero of theirs would be no number."""
    assert patient.folder is not None
    district = patient.folder.district
    told = district.told_series
    silent = {c: [s.code for s in district.series_of(c) if s.code not in told] for c in RESIDENTS}
    if not any(silent.values()):
        yield sound("series", f"a source tells of each of the {len(told)}")
        return
    named = [f"{c.value}: {', '.join(codes) if len(codes) < len(district.series_of(c)) else 'all'}" for c, codes in silent.items() if codes]
    yield note(
        "series",
        f"no kind of any source is one of {sum(map(len, silent.values()))} of {len(district.series)} ({'; '.join(named)})",
        "nobody knows how many there are, so they are not forecast and no score counts them",
        "Where a source does tell of them, map its words to their kinds in [sources.kinds].",
    )


def areas(patient: Patient) -> Iterator[Finding]:
    """Series that are told of in a part of the district only: there alone a cell has a score."""
    from transforms.grids.locator import covered

    assert patient.folder is not None
    district, cells = patient.folder.district, patient.folder.cells
    seen = {s.code: covered(cells, s.coverage.area) for s in district.sources}
    for category in RESIDENTS:
        told = {s.code: sources for s in district.series_of(category) if (sources := district.told_by.get(s.code))}
        shares = {code: float(np.any([seen[s] for s in sources], axis=0).mean()) for code, sources in told.items()}
        most = max(shares.values(), default=0.0)
        if less := {code: share for code, share in shares.items() if share < most}:
            yield note(
                "coverage",
                f"{', '.join(less)} of {category.value}: told of in {min(less.values()):.0%} of the cells, others in {most:.0%}",
                "elsewhere nobody knows how many there are, so those cells have no score in this category",
                "Where the source does cover more, widen its coverage; else leave these kinds in no series.",
            )


def grid(patient: Patient) -> Iterator[Finding]:
    """Whether the cells are those of the last published night. Raises what a night would be refused with."""
    with patient.context() as context:
        require_same_grid(context)
    yield sound("grid", "the one that nights were scored on")
