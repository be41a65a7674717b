"""Ethnicity: peoples, races, descent.

Belongs here: phrases for them and harmless ones that hold such a phrase. Does not: finding them (``transforms.words.refused``).
"""

from __future__ import annotations

from typing import Final

from transforms.words.bilingual import Words
from transforms.words.refusals.subject import Subject

SUBJECT: Final = Subject(
    code="ethnicity",
    words=Words("民族与族裔", "ethnicity or descent"),
    phrases={
        "zh": (
            *(
                "民族",
                "族裔",
                "种族",
                "维吾尔",
                "哈萨克",
                "[维藏回蒙壮满苗彝侗瑶傣黎羌畲汉]族",
                "蒙古族",
                "土家族",
                "朝鲜族",
                "藏民",
                "回民",
                "涉[疆藏]",
            ),
            *(
                "(新疆|西藏|疆|藏)籍",
                "藏人(?!员)",
                "蒙古人",
                "非洲人",
                "黑人(?!脸)",
                "新疆人",
                "西藏人",
                "血统",
                "肤色",
                "黑人(?=员|群|聚|居|闹)",
                "混血",
            ),
        ),
        "en": (
            *(
                "ethnic",
                "(multi|inter|pan|mono) ?ethnic",
                r"racial",
                r"racis[mt]",
                r"(by|of) race\b",
                r"race (and|or) (ethnic|colou?r|relig)",
                "race relations",
                "uyghur",
                r"^roma$",
                r"romani\b",
                "uighur",
                "tibetan",
                "kazakhs?",
            ),
            *(
                "(hui|han|zhuang|manchu|miao|mongol|mongolian) (people|minorit|resident|ethnic|nationalit)",
                r"minorit(y|ies)\b",
                r"gyps(y|ies)\b",
                r"roma (people|camp|famil|settlement)",
            ),
            *(
                "hispanic",
                r"latin[oax]s?\b",
                "african american",
                r"(black|white|asian|arab) (people|person|male|female|resident|communit|suspect|youth|man|men|women)",
            ),
            *(
                "skin colou?r",
                r"[a-z]+ nationals\b",
                r"tribes?\b",
                "tribal",
                r"castes?\b",
                "aborigin",
                "indigenous",
                r"arabs\b",
                "kurdish",
                "rohingya",
                "anti ?semit",
                "ancestry",
                "nationalit",
                r"^race$",
                r"race (white|black|asian|hispanic|latino|arab|african|indian|native|other|unknown)\b",
                "(suspect|victim|person|driver|caller|offender)( s)? race\\b",
                "race (group|data|categor|code|list|of)",
            ),
        ),
        "fr": ("ethni", "racial", "tzigane", r"roms\b", "gens du voyage", "maghrebin", "origine (ethnique|raciale)"),
        "es": ("etni", "razas?(?! (de )?(perr|can))", "racial", "gitan", "indigena", "origen (etnico|racial)"),
        "pt": ("etni", r"racas?\b", "racial", "cigan", "indigena", "quilombola"),
        "de": ("ethni", "rasse(?= |$)", "rassisch", "zigeuner", "sinti", "volksgruppe", "herkunft", "migrationshintergrund"),
        "it": ("etni", "razza", "razzial", "zingar", "rom e sinti"),
        "nl": ("etni", "afkomst", "marokkaan", "migratieachtergrond"),
        "pl": ("etniczn", "narodowosc", "romsk", "cyganie"),
        "ru": ("национальност", "этнич", "расов", "цыган", "чечен", "кавказск[а-яё]* (национальн|внешн)", "татары"),
        "uk": ("національність", "етніч", "ромськ", "цигани"),
        "tr": ("etnik", "irk(i|cilik|sal)", "kurtler", "kurt kokenli", "roman vatandas"),
        "ar": (r"عرق\b", "عرقي", "قبيلة", "قبلي", "أكراد", "قومية"),
        "fa": ("قومیت", "نژاد", "کردها"),
        "hi": ("जाति", "जनजाति", "नस्ल", "दलित", "आदिवासी"),
        "id": (r"suku\b(?! cadang)", r"etnis", r"ras\b", "pribumi", "tionghoa"),
        "vi": ("dan toc", "sac toc", "chung toc"),
        "th": ("ชาติพันธุ์", "เชื้อชาติ", "ชนเผ่า"),
        "ja": ("人種", "部落出身", "アイヌ"),
        "ko": ("인종", "민족", "조선족"),
    },
    harmless=(
        *(
            "民族(路|街|大道|小学|中学|大学|学院|学校|宫|饭店|园|村|广场|医院|乐[器团队]|舞|音乐|歌舞|餐|小区|社区|风情街)",
            "回民(街|路|小学|中学|食堂|饭店|公墓)",
        ),
        *(
            "满族自治县",
            "藏族自治州",
            "minority (owned|share)",
            "(street|road|drag|horse|bike|foot|boat|car) races?",
            "race (track|course|day|event|meeting|horse)",
        ),
        *(
            "indigenous (plant|tree|species)",
            "caste(d|llated)[a-z]*",
            "tribeca",
            "(perr|gat)[oa]s? de raza",
            "(race|latino|tribal|indian) (street|st|road|rd|avenue|ave|lane|drive|way)\\b",
            r"razzi[ao]\b",
            "herkunftsnachweis",
            "民族資料館",
            "민족(로|극장)",
            "zusammenkunft",
        ),
    ),
)
