"""Keeps personal data out before anything is written: tripwires on column names, scanners over values.

Belongs here: what looks like a person. Does not: what to do about it (``infra.landing.landing`` counts and drops).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import polars as pl

# A declared column with such a name is refused whatever it holds. Latin words match as whole words of the name, its camel case taken
# apart; Chinese ones match anywhere in it.
_PERSONAL_WORDS: Final = (
    *("phone", "mobile", "cellphone", "telephone", "tel", "idcard", "id_card", "passport", "ssn", "email", "e_mail", "mail_address"),
    *("plate", "licence_plate", "license_plate", "first_name", "last_name", "full_name", "surname", "contact_name", "person_name"),
    *("victim", "suspect", "offender", "complainant", "caller", "birth", "birthday", "dob", "gender", "sex"),
    *("ethnicity", "ethnic", "race", "religion", "faith", "nationality", "address", "addr", "wechat", "bank_account"),
)
_PERSONAL_HAN: Final = (
    *("姓名", "电话", "手机", "身份证", "证件号", "护照", "车牌", "号牌", "住址", "地址", "户籍", "籍贯", "邮箱", "微信", "银行卡"),
    *("联系人", "联系方式", "报警人", "报案人", "举报人", "投诉人", "来电人", "当事人", "嫌疑人", "受害人", "申请人", "诉求人", "信访人"),
    *("出生", "性别", "民族", "宗教", "信仰", "国籍"),
)

# What one person is known by and no other: a key of such names follows people, hashed or not.
_PEOPLE: Final = (
    *("phone", "mobile", "cellphone", "telephone", "tel", "idcard", "id_card", "passport", "ssn", "email", "e_mail", "wechat"),
    *("bank_account", "full_name", "person_name", "contact_name", "caller", "complainant", "victim", "suspect", "offender"),
)
_PEOPLE_HAN: Final = (
    *("姓名", "电话", "手机", "身份证", "证件号", "护照", "邮箱", "微信", "银行卡", "联系人", "联系方式"),
    *("报警人", "报案人", "举报人", "投诉人", "来电人", "当事人", "嫌疑人", "受害人", "申请人", "诉求人", "信访人"),
)

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK: Final = "10X98765432"

# Each scanner has a cheap test that every hit passes, run in Polars on all values, and an exact one for the few that pass.
_ID_LIKELY: Final = r"[1-9]\d{5} ?(?:18|19|20)\d{2}[01]\d[0-3]\d ?\d{3}[0-9Xx]"
# Letters may stand on either side ("ID4107…"): the date and the checksum are proof enough. Digits may not: that is a longer number.
_ID: Final = re.compile(r"(?<![0-9])([1-9]\d{5}) ?((?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])) ?(\d{3}[0-9Xx])(?![0-9])")
_MOBILE_LIKELY: Final = r"1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}"
# Not the decimals of a coordinate, not a part of a longer or dashed number. A table of floats writes "13800001111.0".
_MOBILE: Final = re.compile(
    r"(?<![0-9])(?<![0-9]-)(?<![0-9]\.)(?<![\s,;(+\-]\.)(?<!^\.)(?:(?:\+|00)?86[ \-]?)?"
    r"1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}(?![0-9])(?!\.0*[1-9])"
)
_EMAIL: Final = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}"
_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE_LIKELY: Final = rf"[{_PROVINCES}] ?[A-Za-z][·•・\- ]?[A-Za-z0-9]{{4}}"
# At least one digit: a province's last character before a Latin word ("南京ENERGY") is no plate.
_PLATE: Final = re.compile(
    rf"[{_PROVINCES}] ?[A-HJ-NP-Z][·•・\- ]?(?=[A-Z]*[0-9])(?:[A-HJ-NP-Z0-9]{{5,6}}|[A-HJ-NP-Z0-9]{{4}}[学警港澳挂领试])(?![A-Z0-9])",
    re.IGNORECASE,
)
# What hides a number from a pattern while a reader still sees it: full-width forms and characters without width.
_DISGUISE: Final = r"[\x{ff01}-\x{ff5e}\x{3000}\x{200b}-\x{200d}\x{2060}\x{feff}\x{ad}]"
# One pass over every value asks whether any scanner need look at it at all.
_SUSPECT: Final = "|".join((_DISGUISE, "@", _MOBILE_LIKELY, _ID_LIKELY, _PLATE_LIKELY)).replace(r"\d", "[0-9]")
# Of a column whose first values repeat themselves it pays to look at each value once; of others, finding that out costs more.
_SAMPLE: Final = 4096
# So many keys say what a column holds.
_KEYS_LOOKED_AT: Final = 20_000
_MOST_BY_CHANCE: Final = 0.12
_MOSTLY: Final = 0.5
_FEW: Final = 5
# Of telephones nearly every one begins with seven digits of its own; of numbers that count up hardly any.
_SPREAD: Final = 0.3
_NO_WIDTH: Final = r"[\x{200b}-\x{200d}\x{2060}\x{feff}\x{ad}]"


def personal_column(name: str) -> bool:
    """Whether a column's name says that it holds personal data."""
    return _speaks_of(name, _PERSONAL_WORDS, _PERSONAL_HAN)


def personal_key(name: str) -> bool:
    """Whether a column's name says that it holds what one person is known by; of a key, which is hashed, other names say nothing."""
    return _speaks_of(name, _PEOPLE, _PEOPLE_HAN)


def _speaks_of(name: str, latin: tuple[str, ...], han: tuple[str, ...]) -> bool:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    # Both as written ("IDCard" is id_card) and run together ("eMail" is email), each with a plural.
    forms = {f"_{re.sub('[^a-z0-9]+', '_', text.lower()).strip('_')}_" for text in (apart, name)}
    return any(h in name for h in han) or any(f"_{w}_" in f or f"_{w}s_" in f for w in latin for f in forms)


def valid_resident_id(text: str) -> bool:
    """Whether an 18-character text passes the checksum of GB 11643 resident numbers."""
    total = sum(int(c) * w for c, w in zip(text[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECK[total % 11] == text[17].upper()


def _holds_resident_id(text: str) -> bool:
    return any(valid_resident_id("".join(found.groups())) for found in _ID.finditer(text))


def _exactly(texts: pl.Series, likely: str, exact: Callable[[str], object]) -> pl.Series:
    """Which texts the exact test accepts; it sees only those that pass the likely one."""
    maybe = texts.str.contains(likely)
    if not maybe.any():
        return maybe
    accepted = [t for t in texts.filter(maybe).to_list() if exact(t)]
    return texts.is_in(pl.Series(accepted, dtype=pl.String).implode())


def personal_values(column: pl.Series) -> pl.Series:
    """True for each text that holds a resident number with a valid checksum, a mobile number, a plate or an e-mail address."""
    repetitive = column.head(_SAMPLE).n_unique() < _SAMPLE / 2
    seen = column.unique() if repetitive else column
    suspects = seen.filter(seen.str.contains(_SUSPECT)).unique()
    personal = suspects.filter(_personal(suspects))
    if personal.is_empty():
        return pl.Series(column.name, [False], dtype=pl.Boolean).new_from_index(0, len(column))
    return column.is_in(personal.implode()).fill_null(value=False)


def keys_are_people(keys: pl.Series) -> bool:
    """Whether a column of keys holds telephones, resident numbers, plates or e-mail addresses, as far as one can tell by its values.

    A number of a report may look like one by chance. Of those with 18 digits 9 % pass the checksum (measured), of those with 11 a
    fourteenth begins as a mobile number does. Where all do, they begin with a day (``170101…``) or count up, which telephones do not.
    """
    seen = keys.gather_every(max(1, len(keys) // _KEYS_LOOKED_AT)).drop_nulls().unique()
    hits = seen.filter(personal_values(seen))
    if len(hits) <= _MOST_BY_CHANCE * len(seen):
        return False
    mobiles = hits.filter(hits.str.contains(rf"^\D*{_MOBILE_LIKELY}\D*$"))
    if len(mobiles) < len(hits) / 2:
        return True
    digits = mobiles.str.replace_all(r"\D", "").str.slice(-11)
    dated = digits.str.contains(r"^1[3-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])").mean()
    spread = digits.str.slice(0, 7).n_unique() / len(digits)
    return not (dated is not None and float(str(dated)) > _MOSTLY) and (len(digits) < _FEW or spread > _SPREAD)


def _personal(texts: pl.Series) -> pl.Series:
    if texts.str.contains(_DISGUISE).any():
        texts = texts.str.normalize("NFKC").str.replace_all(_NO_WIDTH, "")
    return (
        texts.str.contains(_EMAIL)
        | _exactly(texts, _MOBILE_LIKELY, _MOBILE.search)
        | _exactly(texts, _ID_LIKELY, _holds_resident_id)
        | _exactly(texts, _PLATE_LIKELY, _PLATE.search)
    )
