"""What passes between this process and its guarded reader: frames of bytes, questions and answers as JSON.

Belongs here: their shape, on both sides. Does not: waiting and dying (``guard``), doing what is asked (``work``). No pickle: whoever took
the child over could send anything.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from typing import Final, Literal, get_args

from infra.sources.archives import Member
from infra.sources.table import Layout, UnusableFile

Doing = Literal["table", "first_sheet", "sample", "members", "member", "gunzip"]
# What a frame holds.
Kind = Literal[b"C", b"Q", b"P", b"A"]
CONTENT: Final = b"C"
QUESTION: Final = b"Q"
PIECE: Final = b"P"
ANSWER: Final = b"A"
HEAD: Final = struct.Struct("!cQ")
# A piece of an answer is a MiB of bytes or some ten thousand rows; a value may be long.
MAX_FRAME: Final = 1 << 30


@dataclass(frozen=True)
class Question:
    """What is asked about the content that was handed over last."""

    doing: Doing
    form: str = ""
    layout: Layout | None = None
    members: str = "*"
    number: int = 0


@dataclass(frozen=True)
class Answer:
    """What was found, beside the pieces that came before: names of columns left unread, members of an archive, a sheet and the line of its
    header, or why the file is refused."""

    names: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    sheet: str | None = None
    line: int = 1
    refusal: tuple[str, str] | None = None

    def require(self) -> Answer:
        """Itself. Raises ``UnusableFile`` where the file is refused."""
        if self.refusal is not None:
            raise UnusableFile(*self.refusal)
        return self


def head(kind: Kind, size: int) -> bytes:
    """What stands before so many bytes."""
    return HEAD.pack(kind, size)


def read_head(given: bytes | bytearray) -> tuple[Kind, int]:
    """What follows, and how long it is. Raises ``ValueError`` for what is no head."""
    kind, size = HEAD.unpack(given)
    if size > MAX_FRAME:
        raise ValueError("a frame larger than there are any")
    if kind not in get_args(Kind):
        raise ValueError("a frame of no kind")
    return kind, size


def written(told: Question | Answer) -> bytes:
    """As JSON."""
    return json.dumps(asdict(told)).encode()


def read_question(given: bytes) -> Question:
    """The question that was written."""
    told = json.loads(given)
    layout = told.pop("layout")
    return Question(**told, layout=Layout(**layout) if layout is not None else None)


def read_answer(given: bytes | bytearray) -> Answer:
    """The answer that was written. Raises ``ValueError``, ``TypeError`` or ``KeyError`` for anything else."""
    told = json.loads(given)
    members = tuple(Member(str(m["name"]), int(m["number"]), int(m["checksum"]), int(m["size"])) for m in told["members"])
    sheet, refusal = told["sheet"], told["refusal"]
    return Answer(
        names=tuple(str(n) for n in told["names"]),
        members=members,
        sheet=None if sheet is None else str(sheet),
        line=int(told["line"]),
        refusal=None if refusal is None else (str(refusal[0]), str(refusal[1])),
    )
