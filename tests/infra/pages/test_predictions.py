"""A challenger's file that cannot be read is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.errors import SifangError
from infra.pages.backtest.predictions import read_predictions


@pytest.mark.parametrize("content", [b"", b"origin,mean\n2025-01-06,1\n", bytes(range(256))], ids=["empty", "csv", "bytes"])
def test_what_is_no_parquet_is_refused_and_says_what_to_write(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "theirs.csv"
    file.write_bytes(content)
    with pytest.raises(SifangError, match=r"theirs\.csv is no Parquet file\. Predictions are read from Parquet alone"):
        read_predictions(file)


def test_a_folder_and_a_file_that_is_not_there_are_told_apart_by_their_whole_path(tmp_path: Path) -> None:
    with pytest.raises(SifangError, match=rf"{tmp_path} is a folder"):
        read_predictions(tmp_path)
    with pytest.raises(SifangError, match=rf"{tmp_path}/nowhere is not there"):
        read_predictions(tmp_path / "nowhere")
