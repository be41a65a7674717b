"""What languages write around the numbers of a time: days of the week, and little words between the parts of it.

Belongs here: the words. Does not: leaving them out of a time (``transforms.reports.spellings``), names of months
(``transforms.words.months``), halves of the day (``transforms.words.half_days``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from transforms.words.months import MONTHS, plain

# By language: the seven days with the short forms in use, without accents and dots. What is a month's name as well (``mar``) tells nothing.
_WEEKDAYS: Final[Mapping[str, str]] = {
    "en": "monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday sat sunday sun",
    "de": "montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa sonntag so",
    "fr": "lundi lun mardi mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim",
    "es": "lunes martes miercoles mie jueves jue viernes vie sabado sab domingo dom",
    "pt": "segunda-feira seg terca-feira ter quarta-feira qua quinta-feira qui sexta-feira sex",
    "it": "lunedi martedi mercoledi giovedi gio venerdi sabato domenica",
    "nl": "maandag ma dinsdag woensdag wo donderdag vrijdag vr zaterdag za zondag zo",
    "sv": "mandag man tisdag tis onsdag ons torsdag tor fredag fre lordag lor sondag son",
    "da": "tirsdag tirs lordag",
    "fi": "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
    "pl": "poniedzialek pon wtorek wt sroda sr czwartek czw piatek pt sobota sob niedziela nd",
    "cs": "pondeli utery streda ctvrtek patek nedele",
    "hr": "ponedjeljak utorak srijeda cetvrtak petak subota nedjelja",
    "hu": "hetfo kedd szerda csutortok pentek szombat vasarnap",
    "ro": "luni marti miercuri joi vineri sambata duminica",
    "tr": "pazartesi sali carsamba persembe cuma cumartesi pazar",
    "ru": "понедельник пн вторник вт среда ср четверг чт пятница пт суббота сб воскресенье вс",
    "uk": "понеділок вівторок середа четвер субота неділя",
    "bg": "вторник сряда четвъртък петък събота неделя",
    "el": "δευτερα τριτη τεταρτη πεμπτη παρασκευη σαββατο κυριακη",
    "he": "ראשון שני שלישי רביעי חמישי שישי שבת",
    "ar": "الاثنين الثلاثاء الاربعاء الخميس الجمعة السبت الاحد",
}
WEEKDAYS: Final = frozenset(name for names in _WEEKDAYS.values() for name in map(plain, names.split()) if name not in MONTHS)

# By language: what stands between day, month, year and clock, and behind them.
_LITTLE: Final[Mapping[str, str]] = {
    "en": "at of hrs hr th st nd rd",
    "de": "um uhr",
    "fr": "à a le heures",
    "es": "de del a las hs hrs horas",
    "pt": "de às as horas",
    "it": "alle ore del",
    "nl": "om uur",
    "sv": "kl klockan den",
    "fi": "klo kello",
    "pl": "o godz godzina r roku",
    "cs": "v ve hod",
    "sk": "o",
    "sl": "ob",
    "hr": "u sati h",
    "bg": "г в ч часа",
    "uk": "р о року",
    "ru": "года час",
    "lt": "m d val",
    "hu": "ora",
    "ro": "ora",
    "tr": "saat",
}
LITTLE_WORDS: Final = frozenset(plain(word) for words in _LITTLE.values() for word in words.split())

# Where words stand without blanks; a single letter is a day in brackets alone.
WEEKDAYS_JOINED: Final = (
    "星期[一二三四五六日天]|周[一二三四五六日]|[月火水木金土日]曜日?|[월화수목금토일]요일"
    "|[(（][月火水木金土日一二三四五六월화수목금토일][)）]"
)
# What follows each number where the parts of a time are named, as Chinese of today writes it.
PARTS: Final[Mapping[str, str]] = {
    "년": "年",
    "월": "月",
    "일": "日",
    "시": "时",
    "분": "分",
    "초": "秒",
    "時": "时",
    "點": "时",
    "点": "时",
}
