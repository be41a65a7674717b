"""The error that people read.

Belongs here: one exception that says what is wrong and what to do. Does not: reason codes of rows and batches
(``transforms.words.reasons``).
"""

from __future__ import annotations


class SifangError(Exception):
    """Something the operator can mend. ``message`` says what is wrong, ``remedy`` what to do; together one plain paragraph."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()
