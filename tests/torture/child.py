"""A process that runs commands as their entry point does, at a moment of its own, and may come to harm while it does.

Belongs here: running them, dying at a point, a disk that is full. Does not: which commands (``scenes``), which harm (``disturbances``),
what must be left (``judge``).

Called with one JSON object: ``commands`` (lists of arguments), ``at`` and ``true`` (the moments in ISO format that this machine's and the
server's clock show, until a flow is begun at another one), ``said`` (the file that takes what each of them said, a line of JSON each), and
perhaps ``harm``: what happens, and at which of the events that it counts.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import io
import json
import os
import resource
import secrets
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa

from tests.helpers.stand_ins import stand_in_for_prefect, stand_in_for_the_checks
from tests.torture.engine import arrive, run_flow, set_clock

# Whose calls are counted: of whatever leads to a write, and of the libraries that do it.
COUNTED = (
    *("/flows/", "/infra/lake/", "/infra/landing/", "/infra/deliver/", "/infra/warehouse/", "/infra/accord/", "/infra/sources/deliver"),
    *("/deltalake/", "/sqlalchemy/engine/default.py", "/alembic/"),
)


def main(order: Mapping[str, Any]) -> None:
    """Do what was ordered."""
    stand_in_for_the_checks()
    stand_in_for_prefect()
    set_clock(dt.datetime.fromisoformat(order["at"]), dt.datetime.fromisoformat(order["true"]))
    harm = order.get("harm") or {}
    done = begin_harm(harm) if harm else None
    try:
        for arguments in order["commands"]:
            said = run(arguments, Path(order["root"]))
            with Path(order["said"]).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"arguments": arguments, **said}) + "\n")
            if "sifang: " in said["err"] and (harm.get("kind") == "server" or arguments[0] == "!flow"):
                # Whoever reads this gives that command again before the next: a backfill before the night would be another history.
                break
    finally:
        if done is not None:
            done()


def run(arguments: Sequence[str], root: Path) -> dict[str, Any]:
    """What one command said, how it ended, and what it cost; a traceback where it did not end as a command must."""
    begun, out, err, trace = time.process_time(), io.StringIO(), io.StringIO(), ""
    code: object = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            _do(arguments, root)
        except SystemExit as left:
            code = left.code or 0
        except BaseException:  # noqa: BLE001 - whatever comes through the door is a fault to be told
            trace = traceback.format_exc()
    cost = {"seconds": time.process_time() - begun, "bytes": psutil.Process().memory_info().rss}
    return {"code": code if isinstance(code, int) else 1, "out": out.getvalue(), "err": err.getvalue(), "trace": trace, **cost}


def _do(arguments: Sequence[str], root: Path) -> None:
    if arguments[0].startswith("!"):
        by_hand: dict[str, Callable[..., None]] = {"!aside": put_aside, "!lose": lose, "!arrive": arrive, "!flow": run_flow}
        return by_hand[arguments[0]](root, *arguments[1:])
    from flows.cli import app

    sys.argv = ["sifang", *(a.replace("ROOT", str(root)) for a in arguments)]
    return app.main()


# --- what a person does, a city, and whoever starts flows by a schedule


def put_aside(root: Path, name: str) -> None:
    """Move something away, so that its place is free."""
    if (root / name).exists():
        (root / name).rename(root / f"{name}-{secrets.token_hex(4)}")


def lose(root: Path) -> None:
    """Lose the home, and everything in the database."""
    put_aside(root, "home")
    if (address := os.environ.get("SIFANG_WAREHOUSE_URL", "")).startswith("postgresql"):
        engine = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()


# --- harm


def begin_harm(harm: Mapping[str, Any]) -> Callable[[], None]:
    """Prepare what is to happen; what ends it again."""
    kind = harm["kind"]
    if kind == "full":
        return small_disk(Path(harm["home"]), harm["bytes"], brimful=harm.get("brimful", False))
    if kind == "count":
        return count_events(Path(harm["into"]))
    after = {"kill": die, "server": lambda: kill_server(harm["pid"])}[kind]
    at_event(harm["event"], after)
    return lambda: sys.setprofile(None)


def die() -> None:
    """As the machine does it: nothing is flushed, nothing is closed, no handler runs."""
    os.kill(os.getpid(), signal.SIGKILL)


def kill_server(pid: int) -> None:
    """Kill a server and all that it started, before it can say a word."""
    server = psutil.Process(pid)
    for process in (server, *server.children(recursive=True)):
        process.kill()


def at_event(number: int, then: Callable[[], None]) -> None:
    """Do something at the ``number``-th counted call, of Python or of a library in C."""
    left = number
    known: dict[Any, bool] = {}

    def look(frame: Any, event: str, _: object) -> None:
        nonlocal left
        if event.endswith("return") or not _is_counted(frame.f_code, known):
            return
        left -= 1
        if left == 0:
            sys.setprofile(None)
            then()

    sys.setprofile(look)


def count_events(into: Path) -> Callable[[], None]:
    """Count the calls of an undisturbed run, among which a disturbed one draws its own."""
    seen = 0
    known: dict[Any, bool] = {}

    def look(frame: Any, event: str, _: object) -> None:
        nonlocal seen
        seen += not event.endswith("return") and _is_counted(frame.f_code, known)

    def done() -> None:
        sys.setprofile(None)
        into.write_text(str(seen), "utf-8")

    sys.setprofile(look)
    return done


def _is_counted(code: Any, known: dict[Any, bool]) -> bool:
    if code not in known:
        # What happens while a module is imported writes nothing.
        known[code] = code.co_name != "<module>" and any(part in code.co_filename for part in COUNTED)
    return known[code]


# --- a small disk

_NEW_NAMESPACE, _NEW_USER, _PRIVATE, _BIND, _DETACH = 0x00020000, 0x10000000, (1 << 18) | (1 << 14), 1 << 12, 2


def small_disk(home: Path, spare: int, *, brimful: bool = False) -> Callable[[], None]:
    """Let the home lie on a disk with so many bytes to spare; where this process may mount none, let no file grow beyond that.

    What files take there is an estimate from above, of some pages for each; ``brimful`` fills what it left free with a file.
    """
    if not _mounts():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (spare, resource.RLIM_INFINITY))
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    disk = home.with_name("disk")
    disk.mkdir(exist_ok=True)
    page = resource.getpagesize()
    used = sum(-(-f.stat().st_size // page) + 1 for f in home.rglob("*")) + 8
    _mount("tmpfs", disk, "tmpfs", 0, f"size={used * page + spare}")
    ballast = disk / "ballast"
    shutil.copytree(home, disk / "home")
    if brimful:
        free = os.statvfs(disk)
        ballast.write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - spare // page * page)))
    _mount(str(disk / "home"), home, "", _BIND, "")

    def done() -> None:
        # The disk ends with this process; what it holds is the home from now on.
        _unmount(home)
        shutil.rmtree(home)
        shutil.copytree(disk / "home", home)
        _unmount(disk)
        disk.rmdir()

    return done


def _mounts() -> bool:
    libc, user, group = ctypes.CDLL(None, use_errno=True), os.getuid(), os.getgid()
    if libc.unshare(_NEW_NAMESPACE if user == 0 else _NEW_NAMESPACE | _NEW_USER):
        return False
    if user:
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1", "ascii")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1", "ascii")
    return bool(libc.mount(b"none", b"/", None, _PRIVATE, None) == 0)


def _mount(what: str, where: Path, kind: str, flags: int, options: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(what.encode(), os.fsencode(where), kind.encode(), flags, options.encode()):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(where))


def _unmount(where: Path) -> None:
    ctypes.CDLL(None, use_errno=True).umount2(os.fsencode(where), _DETACH)
