"""Names that somebody writes to narrow what they look at or silence: one that nothing bears would match nothing, and say so to nobody.

Belongs here: refusing such. Does not: who somebody says they are (``flows.alerts.acts``), matters of the routing table
(``flows.alerts.routes``).
"""

from __future__ import annotations

from collections.abc import Collection

from flows.stores import Context
from infra.errors import WrongNameError
from transforms.alerts.types import TYPES
from transforms.words.harmless import quoted


def require_names(context: Context, *, kind: str | None = None, subdistrict: str | None = None, department: str | None = None) -> None:
    """Pass where all that is written stands for something here.

    Raises:
        WrongNameError: a name stands for nothing.
    """
    # A cell may lie in a subdistrict that is declared by its zone alone.
    declared = {s.code for s in context.district.subdistricts} | set(context.folder.cells["subdistrict"].drop_nulls())
    _require("type of alert", kind, TYPES.keys())
    _require("subdistrict", subdistrict, declared)
    _require("department", department, context.district.departments)


def _require(what: str, written: str | None, known: Collection[str]) -> None:
    if written is not None and written not in known:
        raise WrongNameError(
            f"{quoted(written)} is no {what} here.", f"Write one of: {', '.join(sorted(known)) or 'none, for there are none'}."
        )
