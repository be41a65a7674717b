"""Speech and opinion: what people say, write, publish or think of those who govern.

Belongs here: phrases for them and harmless ones that hold such a phrase. Does not: finding them (``transforms.words.refused``).
"""

from __future__ import annotations

from typing import Final

from transforms.words.bilingual import Words
from transforms.words.refusals.subject import Subject

SUBJECT: Final = Subject(
    code="speech",
    words=Words("言论与观点", "speech or opinion"),
    phrases={
        "zh": (
            *(
                "言论",
                "舆情",
                "舆论",
                "谣言",
                "造谣",
                "传谣",
                "网帖",
                "发帖",
                "跟帖",
                "涉政",
                "反动",
                "颠覆",
                "煽动",
                "意识形态",
                "民意",
                "政见",
            ),
            *(
                "政治(敏感|倾向|立场|言行|面貌|安全|观点|诉求|事件|活动|问题|异见|表达)",
                "敏感(人员|言论|舆情|事件|信息|时期|人物|群体)",
                "异见",
                "异议(人|分子|言)",
                "不同政见",
                "政治犯",
                "[藏疆台港]独",
                "意见领袖",
            ),
            *(
                "境外(媒体|势力|组织|网站)",
                "网评",
                "网络评论",
                "负面(评论|信息|言行)",
                "(反动|政治|敏感)(标语|传单)",
                "散发传单",
                "妄议",
                "分裂国家",
                "分裂思想",
                "记者采访",
            ),
        ),
        "en": (
            *(
                r"speech",
                r"opinion",
                "sentiment (monitor|analys)",
                "public sentiment",
                r"rumou?r",
                "censor",
                "propagand",
                "subversi",
                "seditio",
            ),
            *(
                "dissen(t|s)",
                "anti government",
                "anti state",
                "anti party",
                "critic(ism|s|al)? of (the )?(government|state|party|authorit|council|mayor|police)",
            ),
            *(
                "extremis",
                "separatis",
                "free speech",
                "secessi",
                "free expression",
                "freedom of expression",
                "(social media|online|web|forum|blog) (post|comment|remark|critic|opinion|speech)",
            ),
            *(
                "insult(s|ing)? (to |of )?(the )?(government|state|leader|president|official|party)",
                "sensitive (remark|topic|information|content|post)",
            ),
            *(
                "journalis",
                "news ?media activit",
                "press activit",
                "foreign media",
                "ideolog",
                "banned (book|publication)",
                "political",
                "leaflet(t?ing)? against",
            ),
        ),
        "fr": (
            "opinion",
            "liberte d expression",
            "propagande",
            "propos (politiques|seditieux)",
            "discours (politique|haineux)",
            "rumeur",
            "dissident",
        ),
        "es": (
            "opinion",
            "libertad de expresion",
            "propaganda",
            "discurso (politico|de odio)",
            "rumores",
            "disiden",
            "comentarios politicos",
        ),
        "pt": ("opiniao", "opinioes", "liberdade de expressao", "propaganda politica", "discurso (politico|de odio)", "boatos", "dissiden"),
        "de": (
            "meinung",
            "politische (ausserung|aeusserung|ansicht|gesinnung|einstellung)",
            "volksverhetzung",
            "hetzrede",
            "regierungskritik",
            "propaganda",
        ),
        "it": ("opinion[ei]", "liberta di espressione", "propaganda", "discors[oi] politic", "dissiden"),
        "nl": ("meningsuiting", "politieke (mening|uiting)", "opruiing"),
        "pl": ("poglady polityczne", "opinia publiczna", "wypowiedzi polityczne", "propagand"),
        "ru": (
            "высказывани",
            "общественн[а-яё]* мнени",
            "политическ[а-яё]* (взгляд|убежден|высказ|активн)",
            "пропаганд",
            "инакомысли",
            "клевет[а-яё]* на власть",
        ),
        "uk": ("висловлюван", "громадськ[а-яіїє]* думк", "політичн[а-яіїє]* погляд", "пропаганд"),
        "tr": ("siyasi (gorus|dusunce|paylasim)", "ifade ozgurlugu", "propaganda", "sosyal medya paylasim"),
        "ar": ("الرأي", "رأي عام", "حرية التعبير", "منشورات سياسية", "معارض سياسي", "شائعات", "دعاية سياسية"),
        "fa": ("افکار عمومی", "آزادی بیان", "نظرات سیاسی", "تبلیغ علیه"),
        "hi": ("राजनीतिक (विचार|भाषण|राय)", "जनमत", "अभिव्यक्ति", "भाषण", "अफवाह"),
        "id": ("ujaran", "opini", "kebebasan berpendapat", "pandangan politik"),
        "vi": ("phat ngon", "y kien chinh tri", "tuyen truyen chong", "du luan"),
        "th": ("ความคิดเห็นทางการเมือง", "หมิ่น", "การแสดงออกทางการเมือง"),
        "ja": ("言論", "世論", "政治的(発言|意見|活動)", "デマ", "思想"),
        "ko": ("여론", "정치적 (발언|의견|견해)", "유언비어", "사상범", "표현의 자유"),
    },
    harmless=(
        *(
            "speech (therap|impair|delay|disab|language|patholog)",
            "(second|legal|medical|expert|written|counsel s) opinions?",
            "wall dissent",
        ),
        *(
            "opinion (of|from) (counsel|engineer|surveyor|doctor)",
            "political (district|ward|subdivision) (boundary|map)",
            "censor(ed)? camera",
        ),
        *("民意(路|街|小区|村|社区)", "煽动火", "颠覆(性)?(翻车|倾覆)"),
    ),
)
