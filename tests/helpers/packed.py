"""Files that hold others: zips, and workbooks, which are such.

Belongs here: putting them together. Does not: what is delivered in them.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return archive.getvalue()


def workbook(**sheets: list[list[Any]]) -> bytes:
    """The least of an .xlsx: sheets of texts, numbers and dates (``("date", serial number)``)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        entries, links, types = "", "", ""
        for number, (name, lines) in enumerate(sheets.items(), start=1):
            body = ""
            for line, values in enumerate(lines, start=1):
                cells = "".join(_cell(f"{chr(65 + column)}{line}", value) for column, value in enumerate(values))
                body += f'<row r="{line}">{cells}</row>'
            sheet = f"<worksheet {NAMESPACE}><sheetData>{body}</sheetData></worksheet>"
            file.writestr(f"xl/worksheets/sheet{number}.xml", sheet)
            entries += f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>'
            links += f'<Relationship Id="r{number}" Type="{LINKS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        links += f'<Relationship Id="s" Type="{LINKS}/styles" Target="styles.xml"/>'
        file.writestr("xl/workbook.xml", f'<workbook {NAMESPACE} xmlns:r="{LINKS}"><sheets>{entries}</sheets></workbook>')
        package = "http://schemas.openxmlformats.org/package/2006"
        file.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}/relationships">{links}</Relationships>')
        start = f'<Relationship Id="r1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/>'
        file.writestr("_rels/.rels", f'<Relationships xmlns="{package}/relationships">{start}</Relationships>')
        formats = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs>'
        file.writestr("xl/styles.xml", f"<styleSheet {NAMESPACE}>{formats}</styleSheet>")
        file.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types">{types}</Types>')
    return packed.getvalue()


def edited(book: bytes, old: str, new: str) -> bytes:
    """A workbook whose first sheet reads otherwise."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for info in given.infolist():
            text = given.read(info).decode()
            file.writestr(info.filename, text.replace(old, new) if info.filename.endswith("sheet1.xml") else text)
    return made.getvalue()


def _cell(place: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return f'<c r="{place}" s="1"><v>{value[1]}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'
