"""What a refused subject is: phrases that mean it in the languages of real portals, and harmless phrases that hold one of them.

Belongs here: the type. Does not: any phrase (the files beside this one, one per subject), finding them (``transforms.words.refused``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from transforms.words.bilingual import Words


@dataclass(frozen=True)
class Subject:
    """A subject that no kind is about.

    ``phrases`` stand by language, each a regular expression over folded text with single spaces; one that begins with a letter of a script
    that is written with spaces counts from the beginning of a word on. ``harmless`` are longer phrases that hold one of them and mean
    something else: they are taken out of a text before it is asked. ``allowed`` is the one kind that words of this subject may become.
    """

    code: str
    words: Words
    phrases: Mapping[str, tuple[str, ...]]
    harmless: tuple[str, ...] = field(default=())
    allowed: str | None = None
