"""What is wrong with a district folder, gathered so that one run names everything.

Belongs here: one sentence per problem, with file, key, value and what to do. Does not: finding problems (``infra.districts.folder``,
``transforms.district``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError

from infra.errors import SifangError
from transforms.district.addresses import looks_secret
from transforms.words.counting import many

T = TypeVar("T")
# What the library that validates calls by the names of Python.
_SHAPES: Final = {
    **dict.fromkeys(("tuple_type", "list_type"), 'write a list, as in ["one", "two"]'),
    **dict.fromkeys(("dict_type", "model_type"), "write a table, as in { key = value }"),
}


# Where a newcomer has to know more than the name of the key.
_REMEDIES = {"sources": "; add one, which `sifang doctor --sample FILE` proposes for a file and `--connect ADDRESS` for what is asked"}


class FolderError(SifangError):
    """A folder has problems: all of them, one per line, with the words in it that are wrong. ``counted`` says without these how many."""

    def __init__(self, folder: Path, lines: Sequence[str]) -> None:
        self.counted = f"{many(len(lines), 'problem')} in the folder of the district."
        super().__init__(f"{many(len(lines), 'problem')} in the district folder {folder}:\n" + "\n".join(f"  - {line}" for line in lines))


class Problems:
    """The problems of one folder. ``attempt`` goes on after each; ``stop`` raises once all were looked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: list[str] = []

    def add(self, file: str, text: str) -> None:
        """Note a problem of a file."""
        self._lines.append(f"{file}: {text}")

    def attempt(self, file: str, action: Callable[[], T]) -> T | None:
        """What an action returns; None where it failed for a reason that somebody can mend, which is noted."""
        try:
            return action()
        except FileNotFoundError as error:
            missing = Path(error.filename or file).name
            self.add(missing, "is missing; create it, or run `sifang init` for a complete folder")
        except tomllib.TOMLDecodeError as error:
            self.add(file, f"is not valid TOML: {error}")
        except UnicodeDecodeError:
            self.add(file, "is not UTF-8; save it as UTF-8")
        except ValidationError as error:
            for item in error.errors():
                # The kind of a grid or of a live source stands in its own key; in the path of the others it would only mislead.
                path = [p for n, p in enumerate(item["loc"]) if n == 0 or item["loc"][n - 1] not in {"grid", "from"}]
                where = ".".join(str(p) for p in path) or "district"
                # Somebody may have written a secret where its variable belongs: what an address may hold is not repeated.
                hidden = (
                    bool({"from", "files"} & {*path})
                    or looks_secret(str(path[-1:]), "")
                    or isinstance(item["input"], dict | list)
                    or item["type"] == "missing"
                )
                value = "" if hidden else f" (found {item['input']!r})"
                remedy = _REMEDIES.get(where, "") if item["type"] == "missing" else ""
                self.add(file, f"{where}: {_plain(item['msg'], item['type'])}{value}{remedy}")
        except (ValueError, OSError) as error:
            self.add(file, str(error))
        return None

    def stop(self) -> None:
        """Raise ``FolderError`` with every problem, one per line, where there is any."""
        if self._lines:
            raise FolderError(self._folder, self._lines)


def _plain(message: str, kind: str) -> str:
    if kind == "extra_forbidden":
        return "this key is unknown; remove it or check its spelling"
    if kind == "missing":
        return "this key is required"
    if kind in _SHAPES:
        return _SHAPES[kind]
    return re.sub(r"^Value error, ", "", message)
