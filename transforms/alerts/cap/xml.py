"""A CAP message as XML, its elements in the order of the standard.

Belongs here: writing. Does not: what it says (``transforms.alerts.cap.chain``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree as ET

from transforms.alerts.cap.message import Area, CapMessage, Info, Ring, written

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"


def as_xml(message: CapMessage) -> str:
    """The message, whole."""
    alert = ET.Element("alert", xmlns=NAMESPACE)
    _put(
        alert,
        [
            ("identifier", message.identifier),
            ("sender", message.sender),
            ("sent", written(message.sent)),
            ("status", message.status.value),
            ("msgType", message.kind.value),
            ("scope", "Restricted"),
            ("restriction", message.restriction),
            ("references", " ".join(message.references) or None),
            ("incidents", message.incident),
        ],
    )
    for info in message.infos:
        _info(ET.SubElement(alert, "info"), info)
    ET.indent(alert)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(alert, encoding="unicode")}\n'


def _info(into: ET.Element, info: Info) -> None:
    _put(
        into,
        [
            ("language", info.language),
            ("category", info.category),
            ("event", info.event),
            ("responseType", info.response),
            ("urgency", info.urgency),
            ("severity", info.severity.value),
            ("certainty", info.certainty),
            ("expires", written(info.expires)),
            ("senderName", info.sender_name),
            ("headline", info.headline),
            ("description", info.description),
            ("instruction", info.instruction),
        ],
    )
    _area(ET.SubElement(into, "area"), info.area)


def _area(into: ET.Element, area: Area) -> None:
    _put(into, [("areaDesc", area.description), *(("polygon", _points(ring)) for ring in area.polygons)])
    if area.code is not None:
        _put(ET.SubElement(into, "geocode"), [("valueName", "cell"), ("value", area.code)])


def _points(ring: Ring) -> str:
    return " ".join(f"{lat:.6f},{lon:.6f}" for lat, lon in ring)


def _put(into: ET.Element, texts: Iterable[tuple[str, str | None]]) -> None:
    for name, text in texts:
        if text is not None:
            ET.SubElement(into, name).text = text
