"""A page as a parser sees it.

Belongs here: elements, and tags that do not match. Does not: what a page has to say.
"""

from __future__ import annotations

from html.parser import HTMLParser

from transforms.words import Category

VOID = {"meta", "link", "br", "input", "img", "hr"}


class Page(HTMLParser):
    """Collects every element as (tag, attributes), and notes tags that close what is not open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.crooked: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.crooked += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.crooked.append(f"/{tag}")

    def cells(self) -> list[set[str]]:
        """Class names of the cells on the map, in order."""
        found = [set(a["class"].split()) for t, a in self.elements if t == "path" and "political-" in a.get("class", "")]
        return [c for c in found if len(c) == len(Category)]
