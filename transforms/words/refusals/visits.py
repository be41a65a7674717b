"""Petitions: visits of petitioners, which no word may stand for, and written ones, which have clocks alone.

Belongs here: phrases for both and harmless ones that hold such a phrase. Does not: finding them (``transforms.words.refused``).
"""

from __future__ import annotations

from typing import Final

from transforms.words.bilingual import Words
from transforms.words.refusals.subject import Subject

# The one kind for petition-type duties: no topic, no channel, and never part of a score about residents.
CLOCKS_ONLY: Final = "formal_request"

VISITS: Final = Subject(
    code="visits",
    words=Words("上访、来访", "visits of petitioners"),
    phrases={
        "zh": (
            *(
                "上访",
                "访民",
                "[截接]访",
                "(群众|集体|重复|个体|个人|初次|多次|联名)来访",
                "来访(群众|人员|接待|人次|批次|登记表)",
                "进京[上非个集]?访",
                "[赴进到](京|省)[上非个集]*访",
            ),
            *(
                "(赴|进|晋)京(?!证|车|票|列|高铁|方向|旅|就医|通行|沪|广|九|津|张|港|东|剧)",
                "越级(访|反映)",
                "集体访",
                "[缠闹非群集]访",
                "(重复|老户|个体|非正常)访",
                "信访(人|户|老户|群众|对象|重点|量|维稳|积案|局来访|来访)",
                "走访信访",
                "告御状",
                "登门信访",
                "到访(群众|人员)",
                "个访(?![客谈问])",
                "到访诉求",
                "来[信电]来访",
                "[初重]访(件|事项|人员|批次|登记)",
                "^[初重]访$",
            ),
        ),
        "en": (
            *(
                "petitioner",
                "petition(ing|s)? (visit|in person|at|in beijing|to beijing|the capital|to the capital|office visit|group|crowd)",
                "visits? (of|by|from) petition",
            ),
            *(
                "petition visit",
                "(mass|group|collective|repeat|skip level) petition",
                "leapfrog petition",
                "visit(s|ors)? (of|from) complainants",
                "complainants? visit",
            ),
            *(
                "(mass|collective|group) (visit|complaint visit)s? to",
                "appeal(s|ing)? to higher authorit",
                "shangfang",
                "petitioning",
                "letters (and )?visits",
                "visits? to (the )?authorit",
                "visiting (to complain|government|the government|authorit)",
                "(in person|personal|repeated) complaint visits?",
            ),
        ),
        "fr": ("petitionnaire", "visites? de petition"),
        "es": ("peticionari", "visitas? de peticion"),
        "pt": ("peticionari", "visitas? de peticao"),
        "de": ("petent", "petitionssteller", "vorsprache von (petent|beschwerdef)"),
        "ru": ("петиционер", "ходок", "посещени[а-яё]* (заявител|жалобщик)", "прием жалобщик"),
        "ja": ("陳情者", "直訴", "上訪"),
        "ko": ("청원자 방문", "민원인 집단 ?방문"),
        "vi": ("khieu kien (dong nguoi|vuot cap)", "khieu kien tap the"),
    },
    harmless=(
        *(
            "[线网马早晚楼车船路桥岸机地床桌台身]上访[问客谈视查]",
            "上访[问谈客视]",
            "[电通微短威诚]信访[问谈客]?(?!局)",
            "信访[问谈客](?!局)",
            "信息上访问",
            "接访[问谈客]",
            "采集访[问谈]",
            "非访[问客]",
            "群访[问谈]",
        ),
        *("北京访", "compet[a-z]*", "repetit[a-z]*"),
    ),
)

WRITTEN: Final = Subject(
    code="written_petitions",
    words=Words("书面信访", "written petitions"),
    phrases={
        "zh": ("信访", "群众来信", "来信(办理|件|事项)", "联名(信|上书)", "上书", "举报信件"),
        "en": (r"petitions?\b",),
        "fr": (r"petitions?\b",),
        "es": ("peticion colectiva", "peticiones ciudadanas"),
        "pt": ("peticao publica", "abaixo assinado"),
        "de": (r"petition(en)?\b", "eingabe an den landtag"),
        "it": ("petizion",),
        "ru": ("петици", "коллективн[а-яё]* обращени"),
        "ja": ("請願書", "陳情書", "陳情", "請願"),
        "ko": ("청원(?!구|경찰|군|생명)", "탄원서"),
    },
    harmless=("上书[架包柜店房屋籍]", "网上书", "线上书"),
    allowed=CLOCKS_ONLY,
)
