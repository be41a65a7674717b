"""An XML document: elements that repeat are records, as in the answers of Open311 that somebody saved.

Belongs here: from elements to objects, as JSON would have them. Does not: where the records are (``records``).

An element with elements in it becomes an object, one with a text that text, several of one name a list; attributes stand beside them.
Prefixes of namespaces are let go. A document that declares entities is refused: with them a few lines unfold to gigabytes, or name files.
"""

from __future__ import annotations

from xml.etree import ElementTree

from infra.sources.limits import MAX_MARKUP_BYTES
from infra.sources.records import gathered
from infra.sources.table import Layout, Table, UnusableFile

# Where declarations stand, whatever the encoding makes of every other byte.
_ENTITY = b"<!ENTITY"
_DEEPEST = 60
_OLD_WORKBOOK = "{urn:schemas-microsoft-com:office:spreadsheet}Workbook"


def read(content: bytes, layout: Layout) -> Table:
    """A table with one row per record; a document says its encoding itself.

    Raises:
        UnusableFile: no XML, too large, with entities, or no list of records where one is looked for.
    """
    return gathered(parse(content), layout, byte_order_mark=False)


def parse(content: bytes) -> object:
    """The document as objects, lists and texts. Raises ``UnusableFile``."""
    if len(content) > MAX_MARKUP_BYTES:
        raise UnusableFile("file_too_large", f"an XML document of {len(content) >> 20} MiB; up to {MAX_MARKUP_BYTES >> 20} are read")
    if _ENTITY in content.replace(b"\x00", b"").upper():
        raise UnusableFile("file_unreadable", "the XML document declares entities; have it exported without")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - documents with entities were refused
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise UnusableFile("file_unreadable", f"not an XML document ({type(error).__name__})") from None
    if root.tag == _OLD_WORKBOOK:
        raise UnusableFile("file_unreadable", "a workbook in the XML of Excel 2003: save it as .xlsx, or as CSV in UTF-8")
    found = _object(root, 0)
    names = {_name(child) for child in root}
    # Of a list of one nothing but the root tells that it is a list.
    if len(names) == 1 and isinstance(found, dict):
        (name,) = names
        found = {name: one if isinstance(one := found[name], list) else [one]}
    return found


def _name(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _object(element: ElementTree.Element, depth: int) -> object:
    if depth > _DEEPEST:
        raise UnusableFile("file_unreadable", f"the XML document nests deeper than {_DEEPEST} elements")
    own: dict[str, object] = {name.rpartition("}")[2]: value for name, value in element.attrib.items() if not name.endswith("}nil")}
    several: set[str] = set()
    for child in element:
        name, value = _name(child), _object(child, depth + 1)
        if name not in own:
            own[name] = value
        elif name in several:
            own[name].append(value)  # type: ignore[attr-defined]
        else:
            own[name] = [own[name], value]
            several.add(name)
    text = (element.text or "").strip() or None
    if own and text:
        own.setdefault("text", text)
    return own or text
