"""What the folder declares, beyond that it loads.

Belongs here: lines left to fill in, the grid against the one that nights were scored on. Does not: validating the folder
(``infra.districts.folder``), the files that it names (``sources``).
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.stores.district import require_same_grid
from flows.tell.doctor.finding import Finding, note, sound
from flows.tell.doctor.patient import Patient


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


def grid(patient: Patient) -> Iterator[Finding]:
    """Whether the cells are those of the last published night. Raises what a night would be refused with."""
    with patient.context() as context:
        require_same_grid(context)
    yield sound("grid", "the one that nights were scored on")
