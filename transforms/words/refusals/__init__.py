"""Subjects that no kind is about, and the phrases that mean them in the languages of real portals. Reviewed by people, one file each.

Belongs here: per subject its phrases and the harmless ones that hold such a phrase. Does not: finding them in what a district declares
(``transforms.words.refused``), folding (``transforms.words.folding``).
"""

from __future__ import annotations

from typing import Final

from transforms.words.refusals import ethnicity, faith, gatherings, people, speech, visits
from transforms.words.refusals.buildings import BUILDINGS
from transforms.words.refusals.subject import Subject
from transforms.words.refusals.visits import CLOCKS_ONLY

# Visits come before written petitions, of whose words theirs are made.
SUBJECTS: Final[tuple[Subject, ...]] = (
    visits.VISITS,
    gatherings.SUBJECT,
    speech.SUBJECT,
    faith.SUBJECT,
    ethnicity.SUBJECT,
    people.SUBJECT,
    visits.WRITTEN,
)

# Phrases that mean no refused subject although they hold one of its words.
HARMLESS: Final = (*BUILDINGS, *(phrase for subject in SUBJECTS for phrase in subject.harmless))

__all__ = ["CLOCKS_ONLY", "HARMLESS", "SUBJECTS", "Subject"]
