"""How to declare a file that nobody has declared yet: `sifang doctor --sample`.

Belongs here: what a proposal is made from. Does not: guessing (``transforms.workshop.proposal``), looking into the file
(``infra.sources.sample``).
"""

from __future__ import annotations

from pathlib import Path

from infra.districts import folder as district_folder
from infra.districts.drafting import surroundings
from infra.errors import SifangError
from infra.settings import Settings
from infra.sources.formats import READERS
from infra.sources.sample import sample, zone_places
from transforms.workshop.proposal.draft import Known, Sample
from transforms.workshop.proposal.propose import Proposal as Proposal
from transforms.workshop.proposal.propose import propose
from transforms.workshop.proposal.words import Glossary


def propose_for(file: Path, district: tuple[str, Settings] | None = None, form: str | None = None) -> Proposal:
    """A declaration for a file, in a district if there is one already: its code, and settings under which it is found; ``form`` is its
    format whatever its name says.

    Raises:
        SifangError: it cannot be read as a table, there is no such format, or the district does not load.
    """
    known = next((each for each in READERS if each == form), None)
    if form is not None and known is None:
        raise SifangError(f"{form!r} is no format.", f"Say one of {', '.join(READERS)}.")
    return propose_of(sample(file, known), district)


def propose_of(seen: Sample, district: tuple[str, Settings] | None = None) -> Proposal:
    """The same for rows that were seen already.

    Raises:
        SifangError: the district does not load.
    """
    own = None
    if district is not None:
        code, settings = district
        own = surroundings(district_folder.load(district_folder.find(code, settings.district_roots)))
    return propose(seen, Known(zone_places(), Glossary.standard(), own))
