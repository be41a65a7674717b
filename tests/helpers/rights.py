"""Rights of files: what others could look into, and running something as a user whom they bind, for the superuser takes them for advice.

Belongs here: looking, and giving the superuser's exemption up in a child. Does not: what is tried without it.
"""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]

# The child stays who it is, so that it can read the interpreter wherever that lies, and loses what lets a superuser pass over rights:
# CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH and CAP_FOWNER leave the set that a new program may have (prctl, PR_CAPBSET_DROP). For anybody else
# there is nothing to lose, and the call fails without a consequence.
_DROP = """
import ctypes, os, sys
for capability in (1, 2, 3):
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def run_bound(
    command: Sequence[str], environment: Mapping[str, str] | None = None, *, folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run a command that the rights of files bind; what it printed, and how it ended."""
    dropped = [sys.executable, "-c", _DROP, *command]
    return subprocess.run(dropped, capture_output=True, text=True, env=environment, cwd=folder, check=False, errors="surrogateescape")


def python(script: str, *given: str) -> list[str]:
    """The command that runs a script of Python with warnings as errors."""
    return [sys.executable, "-W", "error", "-c", script, *given]


def open_in(root: Path) -> dict[str, str]:
    """What others could look into, below a folder and itself, by its rights."""
    every = [root, *root.rglob("*")]
    assert len(every) > 5
    modes = {str(p.relative_to(root)): p.lstat().st_mode for p in every}
    return {name: oct(stat.S_IMODE(mode)) for name, mode in modes.items() if not stat.S_ISLNK(mode) and mode & 0o077}
