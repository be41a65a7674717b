"""The delivery of the ingest benchmark in the formats that a guarded child reads, and what Polars alone makes of each.

Belongs here: writing and bare reading. Does not: what is in it (``ingest_child``).
"""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Final

import polars as pl

from tests.helpers.packed import NAMESPACE, workbook

ENDINGS: Final = {"csv": "csv", "parquet": "parquet", "excel": "xlsx", "gzip": "csv.gz"}


def rewritten(file: Path, form: str) -> Path:
    """A CSV in another format, in its stead."""
    made = file.with_suffix(f".{ENDINGS[form]}")
    if form == "parquet":
        pl.read_csv(file, infer_schema=False).write_parquet(made)
    elif form == "excel":
        made.write_bytes(_as_workbook(pl.read_csv(file, infer_schema=False)))
    elif form == "gzip":
        made.write_bytes(gzip.compress(file.read_bytes(), 1))
    if made != file:
        file.unlink()
    return made


def bare(file: Path) -> pl.DataFrame:
    """Its texts, as Polars reads them by itself."""
    if file.suffix == ".parquet":
        return pl.read_parquet(file)
    if file.suffix == ".xlsx":
        return pl.read_excel(file, infer_schema_length=0)
    return pl.read_csv(file, infer_schema=False)


def _as_workbook(frame: pl.DataFrame) -> bytes:
    """A workbook of texts, its cells without their places, as streaming writers leave them."""
    cells = [pl.format('<c t="inlineStr"><is><t>{}</t></is></c>', pl.col(c).fill_null("")) for c in frame.columns]
    body = frame.select(pl.concat_str([pl.lit("<row>"), *cells, pl.lit("</row>")])).to_series().str.join("").item()
    head = "".join(f'<c t="inlineStr"><is><t>{c}</t></is></c>' for c in frame.columns)
    sheet = f"<worksheet {NAMESPACE}><sheetData><row>{head}</row>{body}</sheetData></worksheet>"
    made = io.BytesIO()
    least = zipfile.ZipFile(io.BytesIO(workbook(one=[["id"]])))
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for info in least.infolist():
            file.writestr(info.filename, sheet if "sheet1" in info.filename else least.read(info))
    return made.getvalue()
