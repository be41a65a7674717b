"""Running a module of the tests as a process of its own, for what must not share memory, threads or fate with the test run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def said(module: str, *arguments: object) -> str:
    """What a module prints; the test fails with its errors where it ends badly."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
