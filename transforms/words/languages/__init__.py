"""The languages in which files of cities are written, beside English and Chinese, whose words stand with what they are about.

Belongs here: one small file a language, and this list of them. Does not: names of months (``transforms.words.months``), halves of the day
(``transforms.words.half_days``).
"""

from __future__ import annotations

from typing import Final

from transforms.words.languages.ar import AR
from transforms.words.languages.bg import BG
from transforms.words.languages.cs import CS
from transforms.words.languages.de import DE
from transforms.words.languages.el import EL
from transforms.words.languages.es import ES
from transforms.words.languages.fi import FI
from transforms.words.languages.fr import FR
from transforms.words.languages.he import HE
from transforms.words.languages.hr import HR
from transforms.words.languages.hu import HU
from transforms.words.languages.id import ID
from transforms.words.languages.it import IT
from transforms.words.languages.ja import JA
from transforms.words.languages.ko import KO
from transforms.words.languages.language import Language as Language
from transforms.words.languages.language import searchable as searchable
from transforms.words.languages.nb import NB
from transforms.words.languages.nl import NL
from transforms.words.languages.pl import PL
from transforms.words.languages.pt import PT
from transforms.words.languages.ro import RO
from transforms.words.languages.ru import RU
from transforms.words.languages.sv import SV
from transforms.words.languages.th import TH
from transforms.words.languages.tr import TR
from transforms.words.languages.uk import UK
from transforms.words.languages.vi import VI

LANGUAGES: Final[tuple[Language, ...]] = (
    AR,
    BG,
    CS,
    DE,
    EL,
    ES,
    FI,
    FR,
    HE,
    HR,
    HU,
    ID,
    IT,
    JA,
    KO,
    NB,
    NL,
    PL,
    PT,
    RO,
    RU,
    SV,
    TH,
    TR,
    UK,
    VI,
)
