"""The names of months in the languages of cities, as their files and their cells write them.

Belongs here: the names. Does not: finding one in a text (``transforms.reports.values``, ``transforms.reports.order``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

# By language: twelve names, each with the short forms in use, without accents and dots.
_NAMES: Final[Mapping[str, str]] = {
    "en": "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|october oct"
    "|november nov|december dec",
    "es": "enero ene|febrero|marzo|abril abr|mayo|junio|julio|agosto ago|septiembre setiembre|octubre|noviembre|diciembre dic",
    "pt": "janeiro|fevereiro fev|marco|abril|maio mai|junho|julho|agosto|setembro set|outubro out|novembro|dezembro dez",
    "fr": "janvier janv|fevrier fevr|mars|avril avr|mai|juin|juillet juil|aout|septembre|octobre|novembre|decembre",
    "de": "januar janner|februar feber|marz mrz|april|mai|juni|juli|august|september|oktober okt|november|dezember",
    "it": "gennaio gen|febbraio|marzo|aprile|maggio mag|giugno giu|luglio lug|agosto|settembre sett|ottobre ott|novembre|dicembre",
    "nl": "januari|februari|maart mrt|april|mei|juni|juli|augustus|september|oktober|november|december",
    "sv": "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december",
    "da": "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december des",
    "fi": "tammikuu|helmikuu|maaliskuu|huhtikuu|toukokuu|kesakuu|heinakuu|elokuu|syyskuu|lokakuu|marraskuu|joulukuu",
    "pl": "styczen stycznia sty|luty lutego lut|marzec marca|kwiecien kwietnia kwi|maj maja|czerwiec czerwca cze|lipiec lipca lip"
    "|sierpien sierpnia sie|wrzesien wrzesnia wrz|pazdziernik pazdziernika paz|listopad listopada lis|grudzien grudnia gru",
    "cs": "leden ledna|unor unora|brezen brezna|duben dubna|kveten kvetna|cerven cervna|cervenec cervence|srpen srpna|zari"
    "|rijen rijna||prosinec prosince",
    "hu": "januar|februar febr|marcius marc|aprilis|majus|junius|julius|augusztus|szeptember szept|oktober|november|december",
    "ro": "ianuarie ian|februarie|martie|aprilie|mai|iunie iun|iulie iul|august|septembrie|octombrie|noiembrie noi|decembrie",
    "tr": "ocak|subat sub|mart|nisan nis|mayis|haziran haz|temmuz tem|agustos agu|eylul eyl|ekim eki|kasim kas|aralik ara",
    "id": "januari|februari|maret|april|mei|juni|juli|agustus agt|september|oktober|november nop|desember des",
    "ru": "январь января янв|февраль февраля фев|март марта мар|апрель апреля апр|май мая|июнь июня июн|июль июля июл|август августа авг"
    "|сентябрь сентября сен|октябрь октября окт|ноябрь ноября ноя|декабрь декабря дек",
    "uk": "січень січня|лютий лютого|березень березня|квітень квітня|травень травня|червень червня|липень липня|серпень серпня"
    "|вересень вересня|жовтень жовтня|листопад листопада|грудень грудня",
    "bg": "януари яну|февруари фев|март|април|май|юни|юли|август авг|септември септ|октомври окт|ноември ное|декември дек",
    "hr": "sijecanj sijecnja|veljaca veljace|ozujak ozujka|travanj travnja|svibanj svibnja|lipanj lipnja|srpanj srpnja|kolovoz kolovoza"
    "|rujan rujna||studeni studenoga|prosinac prosinca",
    "sr": "januar|februar|mart|april|maj|jun juna|jul jula|avgust avg|septembar|oktobar|novembar|decembar",
    "sk": "januar|februar|marec marca|april|maj|jun junij|jul julij|august avgust|september|oktober|november|december",
    "et": "jaanuar|veebruar|marts|aprill|mai|juuni|juuli|august|september|oktoober|november|detsember",
    "lv": "janvaris janvara|februaris februara|marts marta|aprilis|maijs maija|junijs junija|julijs julija|augusts augusta"
    "|septembris septembra|oktobris oktobra|novembris novembra|decembris decembra",
    "lt": "sausis sausio|vasaris vasario|kovas kovo|balandis balandzio|geguze geguzes|birzelis birzelio|liepa liepos|rugpjutis rugpjucio"
    "|rugsejis rugsejo|spalis spalio|lapkritis lapkricio|gruodis gruodzio",
    "ca": "gener|febrer|marc|abril|maig|juny|juliol|agost|setembre|octubre|novembre|desembre",
    "he": "ינואר|פברואר|מרץ מרס|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר",
    "ar": "يناير|فبراير|مارس|ابريل|مايو|يونيو|يوليو|اغسطس|سبتمبر|اكتوبر|نوفمبر|ديسمبر",
    "el": "ιανουαριοσ ιανουαριου|φεβρουαριοσ φεβρουαριου|μαρτιοσ μαρτιου|απριλιοσ απριλιου|μαιοσ μαιου|ιουνιοσ ιουνιου|ιουλιοσ ιουλιου"
    "|αυγουστοσ αυγουστου|σεπτεμβριοσ σεπτεμβριου|οκτωβριοσ οκτωβριου|νοεμβριοσ νοεμβριου|δεκεμβριοσ δεκεμβριου",
    "zh": "一月|二月|三月|四月|五月|六月|七月|八月|九月|十月|十一月|十二月",
}


def plain(text: str) -> str:
    """A text in small letters without accents, as the names here are written."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("ł", "l").replace("ı", "i")


_EVERY: Final = [(plain(name), n) for names in _NAMES.values() for n, each in enumerate(names.split("|"), start=1) for name in each.split()]
# What most languages call one month and some another; where those are spoken, by zone.
_ELSEWHERE: Final[Mapping[str, int]] = {"listopad": 10, "listopada": 10}
_ELSEWHERE_ZONES: Final = frozenset({"Europe/Zagreb", "Europe/Sarajevo"})
# A name that two languages give to two months means nothing.
MONTHS: Final[Mapping[str, int]] = {name: n for name, n in _EVERY if len({m for other, m in _EVERY if other == name}) == 1}
# The longest first, so that no part of a name is taken for the whole.
MONTH: Final = "|".join(sorted(map(re.escape, MONTHS), key=lambda name: (-len(name), name)))


def month_of(name: str, zone: str = "") -> int | None:
    """The number of the month of a name, as it is written in a zone; None where it names none."""
    name = plain(name).strip(".")
    return _ELSEWHERE.get(name, MONTHS.get(name)) if zone in _ELSEWHERE_ZONES else MONTHS.get(name)
