"""What a column is called that says for how many events a row stands, in the languages of files.

Belongs here: those names, and finding them. Does not: what such a column holds (``transforms.workshop.proposal.keys``).

How many persons, vehicles or units were in one event is another matter, and no name of theirs stands here.
"""

from __future__ import annotations

import re
from typing import Final

from transforms.words.languages import searchable

# Whole names alone, as ``searchable`` gives them.
_BARE: Final = (
    *("count", "counts", "total", "totals", "cnt", "frequency", "quantity", "cantidad", "quantidade", "quantite", "quantita", "anzahl"),
    *("aantal", "antal", "antall", "liczba", "ilosc", "pocet", "количество", "число", "кількість", "numar", "sayi", "adet", "jumlah"),
    *("maara", "lukumaara", "darab", "esetszam", "αριθμος", "arv", "kokku"),
)
_NUMBER: Final = (
    r"(?:n|no|nr|num|number|count|total|sum|numero|nombre|cantidad|quantidade|qtd|anzahl|aantal|antal|antall|liczba|pocet|numar|jumlah"
    r"|количество|число|кількість|αριθμος)(?: (?:of|de|di|da|der|van|av|dels?|des))?"
)
# In the plural, for one is what has a number of its own.
_EVENTS: Final = (
    r"(?:incidents|offen[cs]es|crimes|cases|calls|complaints|requests|reports|events|records|accidents|collisions|casos|hechos|delitos"
    r"|incidentes|denuncias|reclamos|registros|ocorrencias|faits|fets|reati|casi|episodi|falle|delikte|straftaten|einsatze|meldingen"
    r"|incidenten|misdrijven|anmalda brott|zgloszen|zdarzen|przestepstw|pripadu|cinu|infractiuni|случаев|преступлений|обращений"
    r"|випадків|злочинів)"
)
_PATTERN: Final = re.compile(
    rf"(?:{'|'.join(_BARE)}|{_NUMBER} {_EVENTS}|{_EVENTS} (?:count|total)|(?:olay|vaka|suc) sayisi)"
    "|(?:nombre de cas|antal brott|antall lovbrudd|jumlah (?:kasus|kejadian))"
    "|.*(?:件数|件數|宗数|宗數|起数|건수)"
)


def tells_how_many(name: str) -> bool:
    """Whether a column is called so."""
    return _PATTERN.fullmatch(searchable(name)) is not None
