"""A process that has the libraries in memory and forks a child per order, so that a child costs a second and not the imports of all.

Belongs here: forking safely, one child or several at once. Does not: what a child does (the ``child`` of whoever orders).

Polars starts threads when it is imported, and a process with threads must not be forked; so this one imports everything but Polars and
what stands on it, makes sure that it has one thread, and each child imports the rest.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

# The slow imports among those of a run.
LIBRARIES = (
    *("numpy", "scipy.optimize", "scipy.sparse", "scipy.special", "sqlalchemy", "sqlalchemy.dialects.sqlite", "psycopg"),
    *("sqlalchemy.dialects.postgresql.psycopg", "alembic.command", "pydantic", "tomlkit", "psutil", "threadpoolctl"),
    *("holidays", "shapely", "zoneinfo"),
)
ROOT = Path(__file__).parents[2]


class Nursery:
    """Starts the process and hands it orders; use it in ``with``.

    ``log`` takes what children say; ``module`` holds the ``main`` that a child calls with its order.
    """

    def __init__(self, log: Path, module: str = "tests.crash.child") -> None:
        self._log = log
        self._module = module

    def __enter__(self) -> Self:
        """Start it."""
        # Threads of the linear algebra would forbid the fork, too.
        env = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
        command = [sys.executable, "-W", "error", "-m", "tests.helpers.nursery", self._module, str(self._log)]
        self._process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def run(self, env: Mapping[str, str], order: Mapping[str, Any]) -> int:
        """Run one child to its end and return its exit status, negative for a signal; what it says on errors goes to the log."""
        return self.run_all(env, [order])[0]

    def run_all(self, env: Mapping[str, str], orders: Sequence[Mapping[str, Any]]) -> list[int]:
        """Run a child per order, all at once, to their ends; the exit status of each."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"env": dict(env), "orders": [dict(order) for order in orders]}) + "\n")
        self._process.stdin.flush()
        statuses: list[int] = json.loads(self._process.stdout.readline())
        return statuses

    def said(self) -> str:
        """The end of the log."""
        return self._log.read_text("utf-8")[-2000:] if self._log.exists() else ""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let it go."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()


def _child(module: str, log: str, env: dict[str, str], order: dict[str, Any]) -> int:
    os.environ.update(env)
    opened = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(opened, 1)
    os.dup2(opened, 2)
    try:
        importlib.import_module(module).main(order)
    except BaseException:  # noqa: BLE001 - a forked child must not return into its parent's loop
        traceback.print_exc()
        return 1
    return 0


def main(module: str, log: str) -> None:
    """Fork the children of each line of the input, and answer with their exit statuses."""
    for name in LIBRARIES:
        importlib.import_module(name)
    assert "polars" not in sys.modules
    assert len(list(Path("/proc/self/task").iterdir())) == 1
    for line in sys.stdin:
        given = json.loads(line)
        children = []
        for order in given["orders"]:
            pid = os.fork()
            if pid == 0:
                os._exit(_child(module, log, given["env"], order))
            children.append(pid)
        print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
