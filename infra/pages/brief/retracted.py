"""The page that stands in the place of a brief whose night was taken back.

Belongs here: this page. Does not: the brief (``render``), taking back (``flows.repair.retraction``).
"""

from __future__ import annotations

import datetime as dt

from infra.pages.brief.render import environment
from transforms.district.declaration import District


def retracted_page(district: District, night: dt.date, at: dt.datetime, reason: str | None) -> str:
    """The whole page. ``reason`` is the code that was given; None where an earlier revision of the night stands, of which a brief can be
    written again."""
    page = environment().get_template("retracted.html.j2")
    return page.render(name=district.name, night=night, at=at.astimezone(district.zone), reason=reason)
