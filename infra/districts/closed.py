"""What a district folder may not say: kinds of its own, and words that mean what no kind is about.

Belongs here: naming file and line of both. Does not: which phrases are refused (``transforms.words.refusals``), which texts are asked
(``transforms.district.refusals``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from infra.districts.problems import Problems
from transforms.district.refusals import refused_in
from transforms.district.source import Source
from transforms.district.standard import CLOSED
from transforms.words.refused import why

# Where a city might think to declare kinds of its own.
_CLOSED: Final = {"kinds.csv": "map the words of a source to them in [sources.kinds]", "series.csv": "write a weight into [series.CODE]"}
_REMEDY: Final = {
    "code": "give the source another code",
    "where": "leave such rows out with none_of",
    "from": "leave such rows out with none_of in where",
    "kinds": "take the word out; its rows are then set aside, or leave them out with none_of in where",
}


def note_own_kinds(folder: Path, problems: Problems) -> None:
    """Note files by which a district would declare kinds or series."""
    for name, remedy in _CLOSED.items():
        if (folder / name).is_file():
            problems.add(name, f"{CLOSED}; {remedy}, and remove this file")


def note_refused(folder: Path, sources: list[Source], problems: Problems) -> None:
    """Note texts of sources that hold a refused phrase: file, line, phrase, and why; never the text, which may name somebody."""
    for source in sources:
        files = [name for name in (source.kinds_file, "district.toml") if name and (folder / name).is_file()]
        for refused in refused_in(source):
            name, line = _place(folder, files if refused.part == "kinds" else files[-1:], refused.text)
            remedy = _REMEDY.get(refused.part, "take the word out")
            problems.add(
                name,
                f"{line}: source {source.code!r}, {refused.part}: a word holds the refused phrase {refused.found.phrase!r}: "
                f"{why(refused.found)}; {remedy}",
            )


def _place(folder: Path, files: list[str], text: str) -> tuple[str, str]:
    """The file and the line in which a text stands; a file of words comes before ``district.toml``."""
    written = {text, json.dumps(text, ensure_ascii=False)[1:-1], text.replace('"', '""')}
    for name in files:
        lines = (folder / name).read_text("utf-8-sig").splitlines()
        if found := [n for n, line in enumerate(lines, start=1) if any(w in line for w in written)]:
            return name, f"line {found[0]}"
    return files[-1], "somewhere in it"
