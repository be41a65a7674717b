"""How to declare a file that nobody has declared yet: `sifang doctor --sample`.

Belongs here: what a proposal is made from. Does not: guessing (``transforms.workshop.proposal``), trying it
(``trying``), looking into the file (``infra.sources.sample``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flows.tell.trying import AsReport, tried
from infra.districts import folder as district_folder
from infra.districts.drafting import surroundings
from infra.errors import SifangError
from infra.settings import Settings
from infra.sources.formats import READERS
from infra.sources.sample import sample, zone_places
from transforms.workshop.proposal.draft import Known, Sample
from transforms.workshop.proposal.propose import Proposal, propose
from transforms.workshop.proposal.wide import month_columns
from transforms.workshop.proposal.words import Glossary


def propose_for(file: Path, district: tuple[str, Settings] | None = None, form: str | None = None) -> Proposed:
    """A declaration for a file, in a district if there is one already: its code, and settings under which it is found; ``form`` is its
    format whatever its name says.

    Raises:
        SifangError: it cannot be read as a table, there is no such format, or the district does not load.
    """
    known = next((each for each in READERS if each == form), None)
    if form is not None and known is None:
        raise SifangError(f"{form!r} is no format.", f"Say one of {', '.join(READERS)}.")
    return propose_of(sample(file, known), district)


@dataclass(frozen=True)
class Proposed(Proposal):
    """A proposal, and some of the rows that it was made from as the reports that they would be."""

    reports: list[AsReport]


def propose_of(seen: Sample, district: tuple[str, Settings] | None = None) -> Proposed:
    """The same for rows that were seen already.

    Raises:
        SifangError: the district does not load, or the rows are no reports.
    """
    if months := month_columns(seen.rows):
        raise SifangError(
            f"{Path(seen.file_name).name} has {len(months)} columns that are each a month, {months[0]} to {months[-1]}: its rows are sums.",
            "Ask for the list that they were counted from, one row a report with its day and place; sums by the month feed no night.",
        )
    folder = None
    if district is not None:
        code, settings = district
        folder = district_folder.load(district_folder.find(code, settings.district_roots))
    made = propose(seen, Known(zone_places(), Glossary.standard(), surroundings(folder) if folder else None))
    found = tried(made, seen, folder)
    # What is lost is known, and everything else is feared.
    return Proposed(**{**vars(made), "unsure": [*found.said, *made.unsure]}, reports=list(found.reports))
