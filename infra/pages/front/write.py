"""The front page as a text.

Belongs here: what is on it. Does not: where its links lead (``flows.serving.pages`` hands them over).
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.pages.brief.render import environment
from transforms.words import Words


@dataclass(frozen=True)
class Entry:
    """A district and its addresses: pages for everybody, pages for staff, the description of its API."""

    name: Words
    shared: str
    staff: str
    api: str


def front(entries: list[Entry], prefect: str) -> str:
    """The page that leads to the pages of each district, and to Prefect's own."""
    return environment("infra.pages.front").get_template("front.html.j2").render(entries=entries, prefect=prefect)
