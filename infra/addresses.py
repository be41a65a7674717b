"""Addresses made of paths: what a library that wants a URL, a pattern or a text is handed instead of a path.

Belongs here: every place where a path becomes another kind of address, and paths as people read them. Does not: where things lie
(``infra.settings``), a database's URL (``infra.warehouse.database.engine`` makes it of its parts).

Folders may bear any name that the system can hold, and most libraries take some characters for something else: a question mark begins a
query, a percent sign an escape, a bracket a pattern, an equals sign a partition. Escaping does not help where a library escapes once and
reads twice, so such a library is handed a link with a plain name instead.
"""

from __future__ import annotations

import atexit
import glob
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Final

from transforms.district.variables import FOLDER
from transforms.words.harmless import harmless

# What means the same in a path, a URL, a pattern and a shell.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./@,+-]*")
_WILD: Final = re.compile(r"[*?\[]")


def is_plain(path: Path) -> bool:
    """Whether every library takes this path as it is."""
    return _PLAIN.fullmatch(str(path)) is not None


def linked(path: Path) -> Path:
    """A path with a plain name that leads to the same folder, there or not: itself, or a link to it that ends with this process."""
    return path if is_plain(path) else _links() / _link(path.absolute())


def holding_link_to(path: Path) -> Path:
    """A folder of a plain name that holds nothing but a link to ``path``, under its own last name.

    For libraries that first resolve the folder they are handed, and then take its name for something else.
    """
    folder = _links() / f"{_digest(path.absolute())}.in"
    if not folder.is_dir():
        folder.mkdir()
        (folder / path.name).symlink_to(path.absolute(), target_is_directory=True)
    return folder


@cache
def _links() -> Path:
    """A folder of this process's own for its links."""
    # The temporary folder of the system may have been given a name as well.
    roots = (Path(root) for root in (tempfile.gettempdir(), "/tmp", "/var/tmp"))  # noqa: S108 - a private folder is made in it
    root = next((root for root in roots if is_plain(root) and os.access(root, os.W_OK | os.X_OK)), None)
    folder, owner = Path(tempfile.mkdtemp(prefix="sifang-links-", dir=root)), os.getpid()
    # A forked process has these links too, and ends earlier.
    atexit.register(_remove, folder, owner)
    return folder


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _link(path: Path) -> str:
    name = _digest(path)
    (_links() / name).symlink_to(path, target_is_directory=True)
    return name


def _digest(path: Path) -> str:
    return hashlib.blake2b(os.fsencode(path), digest_size=8).hexdigest()


def folders(text: str) -> list[Path]:
    """The folders that a setting names, separated as in PATH; a folder whose own name holds the separator may stand there alone."""
    whole = Path(text).expanduser()
    return [whole] if whole.is_dir() else [Path(p).expanduser() for p in text.split(os.pathsep) if p]


def before_folders(first: Path, text: str) -> str:
    """The setting that names a folder before others; alone where its name holds the separator."""
    return str(first) if os.pathsep in str(first) else f"{first}{os.pathsep}{text}"


def expanded(pattern: str) -> str | None:
    """A pattern with the variables filled in that name folders, each as the very name it holds; None where one is not set. Of URLs, the
    variables as text."""
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        held = os.environ.get(found["plain"] or found["braced"])
        missing = missing or held is None
        return (held or "") if "://" in pattern or "://" in (held or "") else glob.escape(held or "")

    text = FOLDER.sub(value, pattern)
    return None if missing else text


def matching(folder: Path, pattern: str, unlisted: Callable[[Path, OSError], None] | None = None) -> Iterator[Path]:
    """The paths that a pattern names, seen from a folder whose own name is no pattern; ``**`` stands for any folders.

    What lies in a folder that cannot be listed is not found, and ``unlisted`` is told which folder and why.
    """
    path = Path(pattern)
    if path.parts[:1] and path.parts[0].startswith("~"):
        path = Path(path.parts[0]).expanduser().joinpath(*path.parts[1:])
    base = Path(path.anchor) if path.is_absolute() else folder
    parts = list(path.relative_to(path.anchor).parts if path.is_absolute() else path.parts)
    # What holds no wildcard is gone into without looking around, which needs no right to list what lies beside it.
    while parts and (plain := _without_wildcards(parts[0])) is not None:
        base /= plain
        parts.pop(0)
    return _below(base, parts, unlisted or (lambda _folder, _error: None))


def _below(base: Path, parts: list[str], unlisted: Callable[[Path, OSError], None]) -> Iterator[Path]:
    """The paths below a folder that the parts of a pattern name."""
    if not parts:
        yield base
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        for folder in _folders_within(base, unlisted):
            yield from _below(folder, rest, unlisted) if rest else ()
    elif (plain := _without_wildcards(part)) is not None:
        if rest or os.path.lexists(base / plain):
            yield from _below(base / plain, rest, unlisted)
    else:
        for entry in _listed(base, unlisted):
            if fnmatchcase(entry.name, part) and (not rest or _is_folder(entry)):
                yield from _below(base / entry.name, rest, unlisted)


def _folders_within(base: Path, unlisted: Callable[[Path, OSError], None]) -> Iterator[Path]:
    """A folder and all below it, however deep; not what links lead to, for one may lead round in a circle."""
    folders = [base]
    while folders:
        here = folders.pop()
        yield here
        folders += [here / entry.name for entry in reversed(_listed(here, unlisted)) if entry.is_dir(follow_symlinks=False)]


def _listed(folder: Path, unlisted: Callable[[Path, OSError], None]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        unlisted(folder, error)
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link in a circle, or into a folder that may not be entered.
        return False


def _without_wildcards(part: str) -> str | None:
    """The name that one part of a pattern stands for when it can stand for no other."""
    literal = re.sub(r"\[([*?\[])\]", r"\1", part)
    return literal if glob.escape(literal) == part or not _WILD.search(part) else None


def shown(path: Path | str) -> str:
    """A path as people read it: on one line, and with nothing in it that a terminal would obey or turn around."""
    return harmless(str(path))
