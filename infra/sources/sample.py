"""Some rows of a file that nobody has declared yet: what it is packed in, its encoding, separator, sheet or list found out.

Belongs here: looking at bytes. Does not: reading a declared file (``infra.sources.formats``), guessing what columns hold
(``transforms.workshop.proposal.propose``).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
import zoneinfo
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from infra.errors import SifangError
from infra.sources import html_tables, json_document, records, xml_document
from infra.sources.encodings import encoding_of
from infra.sources.fetching import require_fits
from infra.sources.formats import ENDINGS, format_of, what_it_is
from infra.sources.guarded import asking
from infra.sources.header import LOOKED_AT, header_line
from infra.sources.runs import MAX_ROWS, runs, spread
from infra.sources.table import UnusableFile, flat, text_of
from infra.sources.unpack import unpack
from transforms.district.source import Format
from transforms.workshop.proposal.draft import Encoding, Sample
from transforms.workshop.proposal.places import TimeZone

MAX_BYTES = 20_000_000
_SEPARATORS = ",\t;|"
# So many characters hold the first lines.
_TOP = 200_000
# Of these the first part is a table too, so that a file of gigabytes need not be read.
_CUT = {"csv", "tsv", "jsonl"}
# How files begin that are no table of texts.
_BEGINNING = 1_000
_MARKS: dict[bytes, Format] = {b"PK\x03\x04": "excel", b"PAR1": "parquet", b"{": "json", b"[": "json"}


def sample(file: Path, declared: Format | None = None) -> Sample:
    """Rows from all over a file as text columns; of a text from its first megabytes, of an archive from the first file that is a table.

    ``declared`` is its format whatever its name says; where that says nothing, and none is given, its first bytes tell.

    Raises:
        SifangError: it is not there, not one of the formats, or no table.
    """
    try:
        name, content, packed = _opened(file, declared)
        form = declared or _told_by(name, content)
        found = _table(form, content)
        packed |= {"format": form} if form != ENDINGS.get(Path(name).suffix.lower()) else {}
    except UnusableFile as refusal:
        raise SifangError(f"{file.name} cannot be used: {refusal.detail}.", "Correct it or export it anew, as CSV if in doubt.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise SifangError(
            f"{file.name} cannot be read ({getattr(error, 'strerror', None) or type(error).__name__}).", "Check the path and the file."
        ) from None
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise SifangError(
            f"{file.name} is no table ({type(error).__name__}).", "Open it in an editor: it needs a header and rows."
        ) from None
    rows, encoding, how = found
    system = json_document.system_of(content) if form == "json" else None
    if rows.is_empty():
        raise SifangError(f"{file.name} has no rows.", "Give a file with some.")
    return Sample(
        str(file.absolute()), encoding, rows, {**packed, **how}, whole=len(rows) < MAX_ROWS and len(content) < MAX_BYTES, system=system
    )


def zone_places() -> list[TimeZone]:
    """Time zones with their country and the place of their chief town, from the time zone database; empty where it has no such table."""
    for folder in zoneinfo.TZPATH:
        table = Path(folder) / "zone.tab"
        if table.is_file():
            lines = [line.split("\t") for line in table.read_text("utf-8").splitlines() if not line.startswith("#")]
            return [TimeZone(name.strip(), country, *_degrees(place)) for country, place, name, *_ in lines]
    return []


def _degrees(text: str) -> tuple[float, float]:
    """Latitude and longitude out of ``+404251-0740023``."""
    split = max(text.rfind("+"), text.rfind("-"))

    def one(part: str, whole: int) -> float:
        digits = part[1:]
        degrees = int(digits[:whole]) + int(digits[whole : whole + 2]) / 60 + int(digits[whole + 2 :] or 0) / 3600
        return -degrees if part[0] == "-" else degrees

    return one(text[:split], 2), one(text[split:], 3)


def _told_by(name: str, content: bytes) -> Format:
    """The format of a file by its ending; of an ending that stands for none by how it begins."""
    known = ENDINGS.get(Path(name).suffix.lower())
    found = what_it_is(content) if known in {None, "excel"} else None
    if known is not None and found is None:
        return known
    if found in {"html", "xml"}:
        return found
    begins = content[:_BEGINNING].lstrip(b"\xef\xbb\xbf \t\r\n")
    for mark, form in _MARKS.items():
        if begins.startswith(mark):
            return form
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not wide and (b"\x00" in begins or not any(s.encode() in begins.split(b"\n")[0] for s in _SEPARATORS)):
        return format_of(name)
    return "csv"


def _opened(file: Path, declared: Format | None) -> tuple[str, bytes, dict[str, str]]:
    """The name and the bytes of the table in a file, and what a declaration has to say about the archive around it."""
    zipped = file.suffix.lower() == ".zip"
    inner = file.name[: -len(file.suffix)] if file.suffix.lower() == ".gz" else file.name
    known = declared or ENDINGS.get(Path(inner).suffix.lower())
    if not zipped and known in _CUT:
        with file.open("rb") as stream:
            source = gzip.GzipFile(fileobj=stream) if inner != file.name else stream
            return inner, _whole_lines(source.read(MAX_BYTES)), {}
    require_fits(file.stat().st_size)
    if not zipped and (known is None or declared):
        return inner, file.read_bytes(), {}
    for one in unpack(file.name, file.read_bytes()):
        ending = Path(one.name).suffix.lower()
        if one.refusal is not None:
            raise one.refusal
        if ending in ENDINGS:
            return one.name, one.content, {"members": f"*{Path(one.name).suffix}"} if zipped else {}
    raise UnusableFile("file_unreadable", f"nothing in it ends in {' '.join(ENDINGS)}")


def _whole_lines(content: bytes) -> bytes:
    """The beginning of a text, cut after a whole line where it was cut."""
    return content[: content.rfind(b"\n") + 1] if len(content) >= MAX_BYTES else content


def _table(form: Format, content: bytes) -> tuple[pl.DataFrame, Encoding | None, dict[str, str | int]]:
    """The rows, the encoding of a text and why it is that, and further keys that a declaration needs."""
    if form == "parquet":
        return asking.sampled(content), None, {}
    if form == "excel":
        sheet, line, rows = asking.first_sheet(content)
        return rows, None, {**({"sheet": sheet} if sheet else {}), **_below(line)}
    if form == "json":
        encoding = encoding_of(content)
        path, found = records.longest(json_document.parse(_decoded(content, encoding.name).encode()))
        return _records(found), encoding, {"records": path} if path else {}
    if form == "xml":
        path, found = records.longest(xml_document.parse(content))
        return _records(found), None, {"records": path} if path else {}
    if form == "html":
        return _page(content)
    content = _whole_lines(content[:MAX_BYTES])
    encoding = encoding_of(content)
    text = _decoded(content, encoding.name)
    if form == "jsonl":
        return _records([json.loads(line) for line in text.split("\n") if line.strip()]), encoding, {}
    separator, line = _laid_out(text)
    usual = "\t" if form == "tsv" else ","
    table = io.BytesIO("\n".join(text.split("\n")[line - 1 :]).encode())
    rows = pl.read_csv(table, separator=separator, infer_schema=False, truncate_ragged_lines=True)
    return spread(rows), encoding, {**({} if separator == usual else {"separator": separator}), **_below(line)}


def _page(content: bytes) -> tuple[pl.DataFrame, Encoding | None, dict[str, str | int]]:
    """The same of the largest table of a page, which may say its encoding itself."""
    encoding = encoding_of(content)
    if (said := html_tables.said_encoding(content)) and encoding.sure < 1 and _reads(content, said):
        encoding = Encoding(said, 0.95, "the page says so")
    lines = html_tables.largest(_decoded(content, encoding.name))
    line = header_line(lines)
    header = list(dict.fromkeys(name for name in lines[line - 1] if name))
    at = [lines[line - 1].index(name) for name in header]
    rows = [[cells[k] if k < len(cells) else None for k in at] for cells in lines[line:] if any(cells)]
    return spread(pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")), encoding, {**_below(line)}


def _reads(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _laid_out(text: str) -> tuple[str, int]:
    """The separator of a text, and the line in which its header stands."""
    top = text[:_TOP].split("\n")[: LOOKED_AT + 1]
    top = top[:-1] or top
    lines = {s: list(csv.reader(top, delimiter=s)) for s in _SEPARATORS}
    # Titles hold few of them, and free texts many others: the separator is what nearly every line has many of.
    separator = max(_SEPARATORS, key=lambda s: sorted(map(len, lines[s]))[len(lines[s]) // 2] if lines[s] else 0)
    return separator, header_line(lines[separator])


def _below(line: int) -> dict[str, int]:
    return {"header_line": line} if line > 1 else {}


def _decoded(content: bytes, encoding: str) -> str:
    return content.decode(encoding, "ignore").removeprefix("\ufeff")


def _records(given: Sequence[object]) -> pl.DataFrame:
    objects = [r for r in given if isinstance(r, dict)]
    records = [dict(flat(objects[n])) for run in runs(len(objects)) for n in run]
    names = list(dict.fromkeys(key for r in records for key in r))
    return pl.DataFrame([[text_of(r.get(n)) for n in names] for r in records], schema=dict.fromkeys(names, pl.String), orient="row")
