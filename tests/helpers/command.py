"""What the command said: its exit code and its two streams, in this process or in one of its own.

Belongs here: running the command as its entry point does, and reading what it printed. Does not: fixtures (``conftest``), districts.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flows.cli import app

REPOSITORY = Path(app.__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """What one command said."""

    code: int
    out: str
    err: str


Sifang = Callable[..., Said]


def plain(said: Said, code: int = 1) -> str:
    """The error as one plain paragraph."""
    assert said.code == code
    assert "Traceback" not in said.err + said.out
    assert said.out == ""
    text = said.err.strip()
    assert text.startswith("sifang: ")
    assert "\n\n" not in text
    return text


def process(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A script in a process of its own; a server's address is handed over only where a test says so."""
    kept = {k: v for k, v in os.environ.items() if k != "PREFECT_API_URL"}
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=REPOSITORY,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def digests(folder: Path) -> dict[str, str]:
    """Every file below a folder, and what is in it."""
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.rglob("*")) if f.is_file()}
