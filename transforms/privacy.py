"""Keeps personal data out before anything is written: tripwires on column names, scanners over values.

Belongs here: what looks like a person. Does not: what to do about it (``infra.landing`` counts and drops).
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

# A declared column with such a name is refused whatever it holds. Matched on whole words of the lower-cased name.
_PERSONAL_WORDS: Final = (
    *("phone", "mobile", "telephone", "idcard", "id_card", "passport", "ssn", "email", "e_mail", "plate", "licence_plate", "license_plate"),
    *("first_name", "last_name", "full_name", "surname", "victim", "suspect", "offender", "complainant", "caller", "birth", "dob"),
    *(
        "ethnicity",
        "race",
        "religion",
        "nationality",
        "姓名",
        "电话",
        "手机",
        "身份证",
        "车牌",
        "住址",
        "民族",
        "宗教",
        "报警人",
        "当事人",
        "出生",
    ),
)
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK: Final = "10X98765432"
_ID_PATTERN: Final = (
    r"(?:^|[^0-9A-Za-z])([1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx])(?:$|[^0-9A-Za-z])"
)
_MOBILE_PATTERN: Final = r"(?:^|[^0-9.\-])(?:\+?86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}(?:$|[^0-9.])"
_EMAIL_PATTERN: Final = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}"
_PLATE_PATTERN: Final = (
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·\- ]?[A-HJ-NP-Z0-9]{5,6}(?:$|[^A-Za-z0-9])"
)


def personal_column(name: str) -> bool:
    """Whether a column's name says that it holds personal data."""
    lowered = re.sub(r"[^a-z0-9\u4e00-\u9fff]+", "_", name.lower()).strip("_")
    words = f"_{lowered}_"
    return any(w in lowered if _HAN.search(w) else f"_{w}_" in words for w in _PERSONAL_WORDS)


def valid_resident_id(text: str) -> bool:
    """Whether an 18-character text passes the checksum of GB 11643 resident numbers."""
    total = sum(int(c) * w for c, w in zip(text[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECK[total % 11] == text[17].upper()


def personal_values(column: pl.Series) -> pl.Series:
    """True for each text that holds a resident number with a valid checksum, a mobile number, a plate or an e-mail address."""
    distinct = column.unique().drop_nulls()
    hit = distinct.str.contains(_MOBILE_PATTERN) | distinct.str.contains(_EMAIL_PATTERN) | distinct.str.contains(_PLATE_PATTERN)
    # Only values that look like a resident number pay for the checksum.
    numbers = distinct.str.extract(_ID_PATTERN, 1)
    checked = [n is not None and valid_resident_id(n) for n in numbers.to_list()] if numbers.null_count() < len(numbers) else None
    if checked is not None:
        hit = hit | pl.Series(checked, dtype=pl.Boolean)
    personal = distinct.filter(hit)
    if personal.is_empty():
        return pl.Series(column.name, [False] * len(column), dtype=pl.Boolean)
    return column.is_in(personal.implode()).fill_null(value=False)
