"""What a row begins with that sums up the rows above it, in the languages of files.

Belongs here: those words, and finding them. Does not: which rows are looked at (``transforms.reports.no_reports``).
"""

from __future__ import annotations

import re
from typing import Final

from transforms.words.languages import searchable

# Whole words, as ``searchable`` gives them; those of scripts without blanks begin a text.
_WORDS: Final = (
    *("total", "totals", "grand total", "subtotal", "sub total", "sum", "count", "end of report", "total general", "totale", "totaal"),
    *("totalt", "summa", "summe", "gesamt", "gesamtsumme", "insgesamt", "zwischensumme", "somme", "ensemble", "suma", "razem", "ogolem"),
    *("celkem", "celkom", "osszesen", "mindosszesen", "yhteensa", "toplam", "genel toplam", "jumlah", "tong", "tong cong", "i alt"),
    *("itogo", "vsego", "итого", "всего", "разом", "усього", "всього", "συνολο", "γενικο συνολο", "jami"),
)
_BEGINNINGS: Final = ("合计", "合計", "总计", "總計", "小计", "小計", "共计", "共計", "総計", "합계", "총계", "소계", "รวม")
_PATTERN: Final = re.compile(f"(?:{'|'.join(map(searchable, _WORDS))})(?!\\w)|(?:{'|'.join(map(searchable, _BEGINNINGS))})")


def sums_up(text: str) -> bool:
    """Whether a text begins as the label of a total does."""
    return _PATTERN.match(searchable(text)) is not None
