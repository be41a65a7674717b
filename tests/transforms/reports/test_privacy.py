from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.reports.privacy import personal_column, personal_values, valid_resident_id


def resident_id(area: str = "110101", birth: str = "19900307", serial: str = "003") -> str:
    body = area + birth + serial
    return next(body + c for c in "0123456789X" if valid_resident_id(body + c))


ID, OTHER_ID = resident_id(), resident_id(serial="004")
BAD_ID = ID[:17] + ("0" if ID[17] != "0" else "1")
ID_WITH_X = next(i for n in range(100, 200) if (i := resident_id(serial=str(n)))[17] == "X")


def hits(*texts: str | None) -> list[bool]:
    return personal_values(pl.Series("c", list(texts), dtype=pl.String)).to_list()


@pytest.mark.parametrize(
    "text",
    [
        *(ID, ID_WITH_X, ID_WITH_X.lower(), f"身份证{ID}号", f"ID{ID}", f"{ID}abc", f"({ID})", f"{BAD_ID},{ID}", f"{BAD_ID} {OTHER_ID}"),
        *(f"{ID[:6]} {ID[6:14]} {ID[14:]}", "１３８１２３４５６７８", ID.translate({ord("0") + n: ord("０") + n for n in range(10)})),
        *("13812345678", "电话13812345678。", "13812345678.", "tel-13812345678", "Tel.13812345678", "+86 138-1234-5678", "008613812345678"),
        *("8613812345678", "(13812345678)", "13812345678/13912345678", "13812345678.0", "138 1234 5678", "x13812345678y", "138​12345678"),
        *("豫G12345", "豫G·12345", "豫G•12345", "车豫g 12345停", "粤BD12345", "豫G1234警", "京AD12345"),
        *("a@b.cn", "联系:li.si@mail.example.com。", "ａ＠ｂ．cn"),
    ],
)
def test_personal_values_are_found_in_odd_surroundings(text: str) -> None:
    assert hits("消防大队", text, None) == [False, True, False]


@pytest.mark.parametrize(
    "text",
    [
        *(BAD_ID, ID + "1", "1" + ID, "110101199013070033", "410703202513450012", "20250101120000123", "FW2025010100012"),
        *(
            "113.13812345678",
            "-122.41381234567",
            "0.13812345678",
            ".13812345678",
            "(37.76, -122.13812345678)",
            "13812345678.5",
            "1.38123456789",
        ),
        *(
            "138123456789",
            "213812345678",
            "2024-13812345678",
            "2025-01-31 13:05:09",
            "2025/1/3",
            "1388888",
            "19991231235959",
            "12812345678",
        ),
        *(
            "消防救援大队",
            "公安分局",
            "市12345热线",
            "南京ENERGY",
            "新ABCDEF",
            "A12345",
            "住建局(物业科)",
            "3号楼",
            "@",
            "a@b",
            "110",
            "12345",
        ),
        *("FIRE DEPARTMENT", "Engine 13", "DPW Ops Queue", "E000N013", ""),
    ],
)
def test_ordinary_values_are_left_alone(text: str) -> None:
    assert hits(text) == [False]


@given(st.text(alphabet="消防大队abcXYZ :/,。()", max_size=12), st.text(alphabet="消防大队abcXYZ :/,。()", max_size=12))
def test_a_number_is_found_wherever_it_stands(before: str, after: str) -> None:
    assert hits(before + ID + after) == [True]
    assert hits(before + "13812345678" + after) == [True]


@given(st.floats(-180, 180))
def test_no_coordinate_is_personal(degrees: float) -> None:
    assert hits(str(degrees), f"{degrees:.6f}", f"{degrees:.14f}", f"({degrees}, {degrees:.11f})") == [False] * 4


def test_the_checksum_tells_one_wrong_digit() -> None:
    assert valid_resident_id(ID)
    assert not any(valid_resident_id(ID[:n] + str((int(ID[n]) + 1) % 10) + ID[n + 1 :]) for n in range(17))


def test_a_column_without_values_has_no_hits() -> None:
    assert hits() == []
    assert hits(None, None) == [False, False]


@pytest.mark.parametrize(
    "name",
    [
        *("phone", "Phone_Number", "PhoneNumber", "homePhone", "TEL", "ID Card", "IDCard", "e-mail", "eMail", "victims", "VictimName"),
        *("caller name", "DOB", "date_of_birth", "Race", "ethnicity", "LicensePlate", "address", "street.address", "last-name"),
        *("姓名", "报警人电话", "当事人", "身份证号", "车牌号码", "家庭住址", "案发地址", "联系人", "性别", "民族", "手机号", "投诉人"),
    ],
)
def test_a_column_named_like_personal_data_is_known(name: str) -> None:
    assert personal_column(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "occurred_at",
            "Call Type",
            "latitude",
            "X",
            "incident_no",
            "department",
            "hotel",
            "telemetry",
            "trace",
            "embrace",
            "birthplaces",
        ),
        *(
            "timeStamp",
            "twp",
            "Responsible.Agency",
            "template",
            "发现方式",
            "来源渠道",
            "责任部门",
            "网格编码",
            "受理时间",
            "事项类型",
            "办结期限",
        ),
    ],
)
def test_a_column_named_like_work_is_not(name: str) -> None:
    assert not personal_column(name)
