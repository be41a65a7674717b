"""The first rows of a file that nobody has declared yet, with its encoding and separator found out.

Belongs here: looking at bytes. Does not: reading a declared file (``infra.sources.formats``), guessing what columns hold
(``transforms.propose``).
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
import zoneinfo
from pathlib import Path

import polars as pl

from infra.errors import SifangError
from transforms.propose import Sample

MAX_BYTES = 20_000_000
MAX_ROWS = 20_000
_SEPARATORS = ",\t;|"
_ENDINGS = ".csv .tsv .txt .json .jsonl .ndjson .parquet, gzipped or not"


def sample(file: Path) -> Sample:
    """The first rows of a file as text columns.

    Raises:
        SifangError: it is not there, not one of the formats, or no table.
    """
    try:
        content = file.read_bytes() if file.suffix == ".parquet" else _first_bytes(file)
    except (OSError, EOFError, zlib.error) as error:
        raise SifangError(
            f"{file.name} cannot be read ({getattr(error, 'strerror', None) or type(error).__name__}).", "Check the path and the file."
        ) from None
    ending = file.with_suffix("").suffix if file.suffix == ".gz" else file.suffix
    try:
        if ending == ".parquet":
            rows = pl.read_parquet(io.BytesIO(content), n_rows=MAX_ROWS)
            flat = [c for c, t in rows.schema.items() if not t.is_nested() and t != pl.Binary]
            return Sample(file.name, "utf-8", "Parquet holds UTF-8", rows.select(_text(c, rows.schema[c]) for c in flat))
        encoding, why = _encoding(content)
        text = content.decode(encoding, "ignore").removeprefix("\ufeff")
        if ending in {".jsonl", ".ndjson", ".json"}:
            rows = _records(text)
        elif ending in {".csv", ".tsv", ".txt"}:
            header = text.split("\n", 1)[0]
            separator = max(_SEPARATORS, key=header.count)
            rows = pl.read_csv(
                io.BytesIO(text.encode()), separator=separator, infer_schema=False, n_rows=MAX_ROWS, truncate_ragged_lines=True
            )
        else:
            raise SifangError(f"{file.name} is none of {_ENDINGS}.", "Export it as CSV, then try again.")
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise SifangError(
            f"{file.name} is no table ({type(error).__name__}).", "Open it in an editor: it needs a header and rows."
        ) from None
    if rows.is_empty():
        raise SifangError(f"{file.name} has no rows.", "Give a file with some.")
    return Sample(file.name, encoding, why, rows)


def zone_places() -> list[tuple[str, float, float]]:
    """Time zones with the latitude and longitude of their chief place, from the time zone database; empty where it has no such table."""
    for folder in zoneinfo.TZPATH:
        table = Path(folder) / "zone.tab"
        if table.is_file():
            lines = [line.split("\t") for line in table.read_text("utf-8").splitlines() if not line.startswith("#")]
            return [(name.strip(), *_degrees(place)) for _, place, name, *_ in lines]
    return []


def _degrees(text: str) -> tuple[float, float]:
    """Latitude and longitude out of ``+404251-0740023``."""
    split = max(text.rfind("+"), text.rfind("-"))

    def one(part: str, whole: int) -> float:
        digits = part[1:]
        degrees = int(digits[:whole]) + int(digits[whole : whole + 2]) / 60 + int(digits[whole + 2 :] or 0) / 3600
        return -degrees if part[0] == "-" else degrees

    return one(text[:split], 2), one(text[split:], 3)


def _first_bytes(file: Path) -> bytes:
    """The beginning of a file, cut after a whole line."""
    with file.open("rb") as stream:
        content = gzip.GzipFile(fileobj=stream).read(MAX_BYTES) if file.suffix == ".gz" else stream.read(MAX_BYTES)
    return content[: content.rfind(b"\n") + 1] if len(content) == MAX_BYTES else content


def _encoding(content: bytes) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", "it begins with the mark of UTF-16"
    for name, why in (("utf-8", "every byte of it is UTF-8"), ("gb18030", "it is not UTF-8, and every byte is GB 18030")):
        try:
            content.decode(name)
        except UnicodeDecodeError:
            continue
        return name, why
    return "cp1252", "neither UTF-8 nor GB 18030"


def _records(text: str) -> pl.DataFrame:
    given = (
        json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines()[:MAX_ROWS] if line.strip()]
    )
    records = [r for r in given[:MAX_ROWS] if isinstance(r, dict)]
    names = list(dict.fromkeys(key for r in records for key in r))
    plain = [
        [None if (v := r.get(n)) is None else v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for n in names]
        for r in records
    ]
    return pl.DataFrame(plain, schema=dict.fromkeys(names, pl.String), orient="row")


def _text(name: str, type_: pl.DataType) -> pl.Expr:
    return pl.col(name).dt.to_string("%Y-%m-%d %H:%M:%S") if isinstance(type_, pl.Datetime) else pl.col(name).cast(pl.String)
