"""Identities of eighty sorts, all invented, any number of each and no two alike.

Belongs here: what people are told apart by, in the ways in which it is written. Does not: where a test plants them, looking for them
(``tests.helpers.decoded``).

Numbers with a check digit have a valid one, so that whoever checks them is met. The region 999999, the exchange 1990000 and the domain
example.org are nobody's.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, islice, pairwise

from transforms.workshop.simulator.dirt import invented_resident_number

Sort = Callable[[int], str]

_SURNAMES, _GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
_COMPOUND = ("欧阳", "司马", "上官", "诸葛", "尉迟", "慕容")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_HAN_DIGITS, _FULL, _ARABIC = "〇一二三四五六七八九", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩"


def _han(n: int) -> str:
    return f"{_SURNAMES[n % 20]}{_GIVEN[n // 20 % 20]}{_GIVEN[n // 400 % 20]}"


def _written(digits: str, script: str) -> str:
    return digits.translate({ord(str(d)): script[d] for d in range(10)})


def _luhn(digits: str) -> str:
    doubled = [int(d) * (2 if k % 2 == 0 else 1) for k, d in enumerate(reversed(digits))]
    return digits + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def _iban(country: str, rest: str) -> str:
    number = "".join(str(int(c, 36)) for c in f"{rest}{country}00")
    return f"{country}{98 - int(number) % 97:02d}{rest}"


def _cut(text: str, *ends: int) -> str:
    return " ".join(text[begin:end] for begin, end in pairwise((0, *ends)))


def _passport_line(n: int) -> str:
    return f"P<UTOWINTERBOURNE<<ADA{n}<MARIA".ljust(44, "<")


def _letters(n: int) -> str:
    """A number as letters, for names that hold no digit."""
    return "".join(chr(97 + int(d)) for d in str(n))


SORTS: dict[str, Sort] = {
    # Names, in their own scripts and in others.
    "a Chinese name": lambda n: f"{_han(n)}娥"[:4],
    "a Chinese name with a compound surname": lambda n: f"{_COMPOUND[n % 6]}{_GIVEN[n // 6 % 20]}{_GIVEN[n // 120 % 20]}",
    "a Chinese name in traditional characters": lambda n: f"歐陽{_GIVEN[n % 20]}{_GIVEN[n // 20 % 20]}{'鳳龍馬車'[n // 400 % 4]}",
    "a name in pinyin": lambda n: f"Zhang Xiao{_letters(n)}",
    "a name in pinyin with tones": lambda n: f"Lǐ Míng{_letters(n)}",
    "a name with a title": lambda n: f"{_han(n)}局长",
    "a name and who it is": lambda n: f"报警人{_han(n)}之妻",
    "an English name": lambda n: f"Winifred Ashgrove-{_letters(n)}",
    "a name in capitals": lambda n: f"DOE, JOHN Q{_letters(n).upper()}",
    "a name turned round": lambda n: f"Winterbourne{_letters(n)}, Ada M.",
    "an Irish name": lambda n: f"Siobhán O'Súilleabháin{_letters(n)}",
    "a French name": lambda n: f"Zoé d'Aubigné-{_letters(n)}",
    "a Russian name": lambda n: f"Иван Петросян{_letters(n)}",
    "a Greek name": lambda n: f"Ναυσικά Παπαδοπούλου{_letters(n)}",
    "an Arabic name": lambda n: f"محمد الأندلسي {_written(str(n), _ARABIC)}",
    "a Hebrew name": lambda n: f"מרים ברקוביץ{_letters(n)}",
    "a Korean name": lambda n: f"김철수{_GIVEN[n % 20]}{n}",
    "a Japanese name": lambda n: f"山田花子{_HAN_DIGITS[n % 10]}{n}",
    "a Japanese name in kana": lambda n: f"ヤマダ ハナコ{n}",
    "a Thai name": lambda n: f"สมชาย ใจดี{n}",
    "an Indian name": lambda n: f"प्रिया शर्मा{n}",
    "a Vietnamese name": lambda n: f"Đặng Thị Ngọc{_letters(n)}",
    "a Uyghur name": lambda n: f"ئالىم تۇرسۇن{n}",
    "a Tibetan name": lambda n: f"བཀྲ་ཤིས་{n}",
    "a Burmese name": lambda n: f"အောင်ကျော်{n}",
    "a Georgian name": lambda n: f"ნინო ბერიძე{n}",
    "a name spelt with blanks": lambda n: " ".join(f"Winterbourne{_letters(n)}"),
    "a name spelt with zero width": lambda n: "\u200b".join(_han(n)) + "娘",
    # Papers.
    "a resident number": invented_resident_number,
    "a resident number with blanks": lambda n: _cut(invented_resident_number(n), 6, 14, 18),
    "a resident number in full width": lambda n: _written(invented_resident_number(n), _FULL),
    "an old resident number": lambda n: f"999999{60 + n % 30}0101{n % 1000:03d}",
    "a Hong Kong identity card": lambda n: f"Z{n:06d}(3)",
    "a Taiwan identity number": lambda n: f"A1{n:08d}",
    "a Macau identity card": lambda n: f"5/{n:06d}/7",
    "a travel permit": lambda n: f"H0{n:08d}",
    "a Chinese passport": lambda n: f"EX{n:07d}",
    "a passport": lambda n: f"E8{n:07d}X",
    "the line of a passport": _passport_line,
    "a German passport": lambda n: f"C01X0{n:04d}6D",
    "a US social security number": lambda n: f"078-05-{n:04d}",
    "a British national insurance number": lambda n: f"QQ {n // 10000 % 100:02d} {n // 100 % 100:02d} {n % 100:02d} C",
    "an Indian Aadhaar number": lambda n: f"9999 41{n // 100 % 100:02d} {n % 100:02d}57",
    "a Korean resident number": lambda n: f"990101-9{n:06d}",
    "a Japanese My Number": lambda n: f"9999-{n:04d}-0018",
    "a Russian passport": lambda n: f"99 10 {n:06d}",
    "an Italian tax code": lambda n: f"WNTDAA80A01H{n % 1000:03d}Q",
    "a Spanish identity number": lambda n: f"{99000000 + n}{'TRWAGMYFPDXBNJZSQVHLCKE'[(99000000 + n) % 23]}",
    "a driving licence": lambda n: f"WINTE{n % 1000000:06d}A99XX",
    "a military identity number": lambda n: f"军字第{n:07d}号",
    # Telephones.
    "a mobile": lambda n: f"1990{n:07d}",
    "a mobile with dashes": lambda n: f"199-0{n // 10000 % 1000:03d}-{n % 10000:04d}",
    "a mobile with its country": lambda n: f"+86 1990{n:07d}",
    "a mobile in full width": lambda n: _written(f"1990{n:07d}", _FULL),
    "a mobile in words": lambda n: " ".join(_DIGITS[int(d)] for d in f"1990{n:07d}"),
    "a mobile in Chinese digits": lambda n: _written(f"1990{n:07d}", _HAN_DIGITS),
    "a landline": lambda n: f"(0999) 302{n:04d}",
    "a landline with an extension": lambda n: f"0999-8{n:06d}转806",
    "a London number with an extension": lambda n: f"+44 20 7946 {n:04d} ext 12",
    "an American number": lambda n: f"(555) 01{n // 100 % 10}-{n % 10000:04d}",
    "a number as a link": lambda n: f"tel:+1-555-01{n:04d}",
    # Accounts.
    "an e-mail address": lambda n: f"person{n}@example.org",
    "an e-mail address that hides": lambda n: f"person{n} (at) example (dot) org",
    "a WeChat name": lambda n: f"wxid_{n}q7zk",
    "a WeChat name with its label": lambda n: f"微信号:chuntian_{n}",
    "a QQ number": lambda n: f"QQ 9{n:08d}",
    "a Weibo name": lambda n: f"@邻家小{_GIVEN[n % 20]}{n}",
    "a handle": lambda n: f"@handle_{n}_of_hers",
    "a profile": lambda n: f"https://social.example.org/u/ada.winterbourne.{n}",
    "a Telegram name": lambda n: f"t.me/ada_w_{n}",
    "a device": lambda n: f"IMEI 99000{n:09d}",
    "a network card": lambda n: f"02:00:5e:{n // 65536 % 256:02x}:{n // 256 % 256:02x}:{n % 256:02x}",
    "an address of a network": lambda n: f"2001:db8::{n // 256:x}:{n % 256 + 4096:x}:ada",
    # Homes, money, vehicles, health.
    "an address": lambda n: f"{n} Farmhouse Lane, second floor",
    "a Chinese address": lambda n: f"胜利路{n}号院3单元502",
    "a Chinese address in words": lambda n: f"东风村{_written(str(n), _HAN_DIGITS)}组村口第二户",
    "a place to the metre": lambda n: f"N35°18'{n % 60:02d}.{n:05d}\" E113°54'00\"",
    "a bank card": lambda n: _luhn(f"62220200{n:010d}"),
    "a bank card with blanks": lambda n: _cut(_luhn(f"99990000{n:07d}"), 4, 8, 12, 16),
    "an account": lambda n: _iban("GB", f"NWBK601613{n:08d}"),
    "a plate": lambda n: f"豫G{chr(65 + n % 8)}{n:04d}",
    "a plate of a new car": lambda n: f"京AD{n:05d}",
    "a German plate": lambda n: f"B-XY {n:04d}",
    "a British plate": lambda n: f"AB{n % 100:02d} C{_letters(n).upper()}",
    "a medical record": lambda n: f"病历号{n:07d}",
    "a birthday and a name": lambda n: f"{_han(n)} 1990-01-{n % 28 + 1:02d}",
}


def identities(number: int, start: int = 0) -> list[str]:
    """So many of all sorts in turn, each another one; those of two starts that lie apart are others."""
    sorts = list(SORTS.values())
    return list(islice((sorts[k % len(sorts)](k) for k in count(start)), number))


def of_every_sort(start: int) -> list[str]:
    """One of each sort."""
    return [sort(start + k) for k, sort in enumerate(SORTS.values())]
