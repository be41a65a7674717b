"""What starting a district, or declaring a further source, needs: shipped folders to copy, what a district says of itself.

Belongs here: files that only setting up reads or writes. Does not: proposing (``transforms.workshop.proposal``), loading a district
(``infra.districts.folder``).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import tomlkit

from infra.districts import folder as district_folder
from infra.districts.folder import DistrictFolder
from infra.districts.premises import FILE as REGISTER
from infra.errors import SifangError
from infra.settings import SHIPPED_DISTRICTS
from transforms.district.codes import is_cell_code
from transforms.words.harmless import quoted
from transforms.workshop.proposal.places import Surroundings

BLANK = "blank"


def surroundings(folder: DistrictFolder) -> Surroundings:
    """What a district says of itself to who declares a further source."""
    return Surroundings(folder.district.code, folder.district.timezone, folder.outline, frozenset(folder.cells["cell_id"]))


def unfilled(folder: Path) -> list[int]:
    """The lines of a declaration that still say what the blank one says has to be filled in."""
    blank = set((SHIPPED_DISTRICTS / f"{BLANK}.toml").read_text("utf-8").splitlines())
    lines = (folder / "district.toml").read_text("utf-8-sig").splitlines()
    return [n for n, line in enumerate(lines, start=1) if "# FILL IN" in line and not line.startswith("#") and line in blank]


def copy(name: str, target: Path) -> Path:
    """Copy the shipped district ``name``, or the commented ``blank`` one, to ``target`` and give it the folder's own code. Of a register
    of premises the first line alone is copied.

    Raises:
        SifangError: there is no such district, or the target exists.
    """
    origin = SHIPPED_DISTRICTS / name
    shipped = sorted([BLANK, *(p.parent.name for p in SHIPPED_DISTRICTS.glob("*/district.toml"))])
    if name not in shipped:
        raise SifangError(f"No district named {quoted(name)} is shipped.", f"Choose one of: {', '.join(shipped)}.")
    code = re.sub(r"[^a-z0-9_]", "_", target.name.lower())
    if not re.match(r"[a-z]", code) or code != target.name:
        raise SifangError(
            f"{quoted(target.name)} cannot be a district's code.", "Use lower-case letters, digits and _, beginning with a letter."
        )
    if target.exists():
        raise SifangError(f"{target} exists already.", "Choose another folder, or remove it first; nothing was changed.")
    if name == BLANK:
        target.mkdir(parents=True)
        shutil.copyfile(SHIPPED_DISTRICTS / f"{BLANK}.toml", target / "district.toml")
    else:
        shutil.copytree(origin, target)
        if (register := target / REGISTER).is_file():
            # Its premises lie in cells of its own: whoever draws others has none of them.
            register.write_text(register.read_text("utf-8").partition("\n")[0] + "\n", "utf-8")
    file = target / "district.toml"
    document = tomlkit.parse(file.read_text("utf-8"))
    document["code"] = code
    file.write_text(tomlkit.dumps(document), "utf-8")
    return file


def trial(own: Sequence[str], block: str, codes: Sequence[str]) -> DistrictFolder:
    """A district made of nothing but lines that were proposed, to try a block on; ``codes`` are those of its zones where it has some.

    Raises:
        SifangError: the lines are not enough for one.
    """
    said = "\n".join(own)
    usual = {"timezone": "Etc/UTC", "calendar": "CN"}
    lines = [f'{key} = "{value}"' for key, value in {"code": "trial", "name_zh": "试", "name_en": "Trial"}.items()]
    lines += [f'{key} = "{value}"' for key, value in usual.items() if not re.search(f"^{key} = ", said, re.MULTILINE)]
    with TemporaryDirectory() as place:
        folder = Path(place) / "trial"
        folder.mkdir()
        zones = [code for code in codes if is_cell_code(code)]
        (folder / "zones.csv").write_text("\n".join(["cell_id", *zones, ""]), "utf-8")
        (folder / "district.toml").write_text("\n".join([*lines, said, block]), "utf-8")
        return district_folder.load(folder)
