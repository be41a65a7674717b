"""Proposes how to declare a file that nobody has seen yet: columns, formats, key, zone, datum, words, each with how sure it is and why.

Belongs here: which column feeds which field, and the block of TOML that all guesses make. Does not: guesses about one column
(``columns``), about coordinates (``places``), about words (``words``), reading the file
(``infra.sources.sample``). Nothing of a value is shown but words that are short, frequent and free of personal data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import polars as pl

from transforms.grids.datum import Datum
from transforms.reports import values
from transforms.reports.privacy import personal_column, personal_values
from transforms.reports.shapes import present, shape
from transforms.workshop.proposal.columns import (
    Times,
    ranked,
    share_matching,
    share_of_clocks,
    share_of_codes,
    share_of_numbers,
    times,
)
from transforms.workshop.proposal.draft import Draft, Guess, Known, Sample, block, codes_lines, ground_lines, unsure
from transforms.workshop.proposal.keys import KEY_NAMES, draft_key
from transforms.workshop.proposal.places import Places, centres, datums_that_fit, nearest_zone, share_inside, surround
from transforms.workshop.proposal.words import STATUS_WORDS, likely_feed, share_of_kinds, toml

# Names of columns by what they usually hold, the more telling first.
_NAMED = {
    "due_at": ("target", r"due|deadline", "期限|时限"),
    "closed_at": ("clos", "resol|complet|finish", "办结|结案|完成|关闭"),
    "first_contact_at": ("first.?(contact|resp)|on.?scene", "首次|到场|响应"),
    "released": ("updat|modif|releas|publish", "发布|更新"),
    "reported_at": (r"report|rpt|received|entry|creat", "报告|受理|接警|上报|登记"),
    "occurred_at": (r"occur|\bocc\b|发生|案发", "incident.?(date|time)|offen.*(date|time)", "open", "报警时间|时间|日期", "date|time|dt"),
}
_HOUR = ("hour|小时|时刻|时点", "clock|time.?of.?day|uhr|hora|heure", r"time|(^|_)tm$|时间")
_LON, _LAT = (
    ("^(lon|lng|long|longitude)$", "lon|lng|经度|东经|l(ä|ae)nge", "^x$"),
    ("^(lat|latitude)$", "lat|纬度|北纬|breite", "^y$"),
)
_PLANE = ("^x|east|ostwert|rechtswert|横坐标", "^y|north|nordwert|hochwert|纵坐标")
_MONTH = r"^\d{4}[-/.年]?(0?[1-9]|1[0-2])月?$"
_H3 = r"^8[0-9a-f]{14}$"
_ZONE = ("网格|zone|grid", "beat|council|ward", "社区|街道|community|tract", "district|辖区|片区", "neighbo", "borough")
_KIND = (
    *("call.?type|complaint.?type|incident.?(class|type)|primary.?type|事项类型|警情类别|类别|类型|案由", "^(type|category|mci|kind)$"),
    *("offen[cs]e|crime|性质|分类|category|title|class", "reason|descript|type|service.?name|topic|subject|einsatzart|delikt|delito"),
)
_STATUS, _DEPARTMENT = ("status|状态",), ("department|agency|承办|责任|部门|单位",)
_DISCOVERY, _SEVERITY = ("discover|渠道|来源|发现|^source$|channel",), ("severity|等级|级别",)
_POINT = r"^\s*(?:.*[(\[\s])?-?\d{1,3}\.\d+\s*[,，;]\s*-?\d{1,3}\.\d+[)\]]?\s*$|(?i:POINT\s*\()"
_SAME = 0.999
_SOME_KINDS = 0.3


@dataclass(frozen=True)
class Proposal:
    """The guesses, the block of TOML they make, the columns left out with the reason, what the district's own lines could be, and the
    number of rows that were looked at."""

    toml: str
    guesses: list[Guess]
    left_out: dict[str, str]
    district: list[str]
    rows: int


def propose(sample: Sample, known: Known) -> Proposal:
    """A declaration for a file that was never seen, from what it holds and what is known beside it."""
    return _Guesser(sample, known).proposal()


class _Guesser:
    def __init__(self, sample: Sample, known: Known) -> None:
        self.sample, self.known = sample, known
        self.draft = Draft(sample, known)
        self.left_out = {c: "named like personal data" for c in sample.rows.columns if personal_column(c)}
        for name in (c for c in sample.rows.columns if c not in self.left_out):
            if (share := int(personal_values(sample.rows[name]).sum()) / max(1, len(sample.rows))) > 0.01:
                self.left_out[name] = f"{share:.0%} of its values look like personal data"
        # A key is hashed on landing, so its digits may look like anything.
        self.keys = ranked([c for c in sample.rows.columns if not personal_column(c)], KEY_NAMES)
        self.rows = sample.rows.select([c for c in sample.rows.columns if c not in self.left_out])
        self.names = self.rows.columns
        self.columns, self.lines, self.own = self.draft.columns, self.draft.lines, self.draft.own

    def proposal(self) -> Proposal:
        # Any number could be a count of seconds or days: only the name tells.
        told = ranked(self.names, [pattern for patterns in _NAMED.values() for pattern in patterns])
        moments = {c: found for c in self.names if (found := times(self.rows[c], numbers=c in told)) is not None}
        self._times(moments)
        places = self._places()
        words = self._kind()
        self._others()
        draft_key(self.draft, self.rows, self.keys, list(moments))
        self._encoding_and_clock(places)
        self._datum_and_ground(places)
        written = block(self.draft, moments, self._feed(words), words)
        return Proposal(written, self.draft.guesses, self.left_out, self.own, len(self.sample.rows))

    def _times(self, moments: Mapping[str, Times]) -> None:
        left = list(moments)
        for name in _NAMED:
            for column in ranked(left, _NAMED[name])[:1]:
                self.columns[name] = column
                left.remove(column)
        if "occurred_at" not in self.columns:
            # A file that tells one moment tells when it was reported: what happened, happened then.
            for other in ("reported_at", "released"):
                if other in self.columns:
                    self.columns["occurred_at"] = self.columns.pop(other)
                    break
            else:
                for column in left[:1]:
                    self.columns["occurred_at"] = column
        self._hour(moments)
        told = moments.get(self.columns.get("occurred_at", ""))
        apart = "hour" in self.columns
        if (
            told is not None
            and not told.with_clock
            and not apart
            and "reported_at" in self.columns
            and moments[self.columns["reported_at"]].with_clock
        ):
            # A date alone is no moment where another column has one.
            self.columns["occurred_at"] = self.columns.pop("reported_at")
        for name in [n for n in _NAMED if n in self.columns]:
            found = moments[self.columns[name]]
            why = f"{found.share:.1%} of its values read as {' or '.join(found.formats)}"
            if found.ambiguous:
                why += "; day and month could as well be the other way round: ask the sender"
            self.draft.take(name, self.columns[name], 0.5 if found.ambiguous else found.share, why)
        if "occurred_at" not in self.columns:
            months = [c for c in ranked(self.names, ("month|date|月|日期",)) if share_matching(self.rows[c], _MONTH) > _SAME]
            why = f"{months[0]} holds months, and a night needs days: ask the sender for the day" if months else "no column reads as a time"
            self.draft.take("occurred_at", "?", 0.0, why)
            return
        if apart:
            why = "the date has no time of day of its own, and this column holds one"
            self.draft.take("occurred_at.time", self.columns["hour"], 0.9, why + (", as one number" if self.draft.hhmm else ""))

    def _hour(self, moments: Mapping[str, Times]) -> None:
        """The column with the time of day of a date that has none; of several the one that is named most like the date."""
        date = self.columns.get("occurred_at")
        if date is None or (moments[date].with_clock and not moments[date].one_clock_a_day):
            return
        free = [c for c in ranked(self.names, _HOUR) if c not in moments and len(present(self.rows[c])) > 0.9 * len(self.rows)]
        plain = {c: share_of_clocks(self.rows[c], as_number=False) for c in free}
        number = {c: share_of_clocks(self.rows[c], as_number=True) for c in free}
        fitting = [c for c in free if max(plain[c], number[c]) > _SAME]
        if fitting:
            self.columns["hour"] = column = max(fitting, key=lambda c: SequenceMatcher(None, c, date).ratio())
            self.draft.hhmm = plain[column] <= _SAME

    def _places(self) -> Places | None:
        """The coordinates, None where there are none, or only codes of cells that have no place either."""
        if self._codes_of_the_district():
            return None
        for decimal in (".", ","):
            if (found := self._degrees(decimal)) is not None:
                return _located(found)
        if (hexagons := self._hexagons()) is not None:
            return _located(hexagons)
        for column in self.names:
            if (share := share_matching(self.rows[column], _POINT)) > 0.8:
                pair = self.rows.select(**dict(zip(("first", "second"), values.point(pl.col(column), lon_first=True), strict=True)))
                first, second = (float(np.nanmedian(pair[c].to_numpy().astype(np.float64))) for c in pair.columns)
                # So write the lists of GeoJSON and well-known text.
                lon_first = abs(first) > 90 or share_matching(self.rows[column], r"(?i)POINT|^\s*\[") > 0.5
                self.columns["point"] = column
                order = "longitude before latitude" if lon_first else "latitude before longitude"
                self.draft.take("point", column, share if abs(first) > 90 or abs(second) > 90 else 0.6, f"{share:.1%} hold a pair, {order}")
                self.lines += ['point_order = "lon_lat"'] if lon_first else []
                return _located(pair if lon_first else pair.select("second", "first"))
        for column in ranked(self.names, _ZONE):
            texts = present(self.rows[column])
            if len(texts) > 0.3 * len(self.rows) and 2 <= texts.n_unique() <= 3000:
                self.columns["zone"] = column
                self.draft.take(
                    "zone",
                    column,
                    0.6,
                    f"no coordinates; {texts.n_unique()} codes such as {shape(texts)}, in {len(texts) / len(self.rows):.0%} of rows",
                )
                self.own += codes_lines(texts)
                return None
        self.draft.take("place", "?", 0.0, self._on_a_plane() or "neither coordinates nor codes of zones were found")
        return None

    def _degrees(self, decimal: str) -> pl.DataFrame | None:
        """The columns of degrees, longitude first; None where there are none with such decimals."""
        found = []
        for what, patterns, bound in (("lon", _LON, 180), ("lat", _LAT, 90)):
            shares = {c: share_of_numbers(self.rows[c], -bound, bound, decimal) for c in ranked(self.names, patterns) if c not in found}
            if (column := next((c for c, share in shares.items() if share > 0.8), None)) is None:
                return None
            found.append(column)
            self.draft.take(what, column, shares[column], f"named so, and {shares[column]:.1%} of its values are degrees")
        self.columns |= dict(zip(("lon", "lat"), found, strict=True))
        self.lines += [f"decimal = {toml(decimal)}"] if decimal != "." else []
        return self.rows.select(values.number(pl.col(c), comma=decimal == ",") for c in found)

    def _hexagons(self) -> pl.DataFrame | None:
        """The centres of the cells of H3 that a column names; None where none does."""
        column = next((c for c in self.names if share_matching(self.rows[c], _H3) > _SAME), None)
        if column is None:
            return None
        texts = present(self.rows[column])
        sizes = texts.str.slice(1, 1).str.to_integer(base=16).unique()
        if len(sizes) > 1:
            return None
        self.columns["zone"], self.draft.size = column, f"resolution = {sizes[0]}"
        self.draft.take("zone", column, 0.95, f"cells of H3 of resolution {sizes[0]}")
        return centres(texts)

    def _on_a_plane(self) -> str | None:
        """What to say where places are written in metres or feet of a map projection."""
        both = [next((c for c in ranked(self.names, (name,)) if self._is_large(c)), None) for name in _PLANE]
        if None in both:
            return None
        remedy = "ask the sender for longitude and latitude, or convert the file (ogr2ogr -t_srs EPSG:4326)"
        return f"{both[0]} and {both[1]} hold metres or feet of a map projection, not degrees: {remedy}"

    def _is_large(self, column: str) -> bool:
        return max(share_of_numbers(self.rows[column], 1e3, 1e8, decimal) for decimal in (".", ",")) > 0.8

    def _codes_of_the_district(self) -> bool:
        """Whether a column names cells of a district that has no outline to find points in."""
        district = self.known.district
        if district is None or district.outline is not None:
            return False
        shares = {c: share_of_codes(self.rows[c], district.cell_ids) for c in self.names}
        best = max(shares, key=lambda c: shares[c], default="")
        if not best or shares[best] < 0.5:
            return False
        self.columns["zone"] = best
        self.draft.take("zone", best, shares[best], f"{shares[best]:.1%} of its values are cells of {district.code}")
        return True

    def _few(self, patterns: Sequence[str], most: int, least: int = 1) -> str | None:
        """The first column so named that repeats few words."""
        taken = {*self.columns.values()}
        for column in ranked([n for n in self.names if n not in taken], patterns):
            number = present(self.rows[column]).n_unique()
            numeric = share_matching(self.rows[column], r"^[\d.]+$") > 0.9
            if least <= number <= most and not numeric:
                return column
        return None

    def _kind(self) -> pl.DataFrame | None:
        column, sure, why = self._few(_KIND, 500, 2), 0.8, "named so"
        if column is None:
            # Whatever it is called: the column whose words mean kinds.
            free = [c for c in self.names if c not in self.columns.values() and 2 <= present(self.rows[c]).n_unique() <= 500]
            meant = {c: share_of_kinds(present(self.rows[c]), self.known.glossary) for c in free}
            column = max(meant, key=lambda c: meant[c], default=None)
            if column is None or meant[column] < _SOME_KINDS:
                self.draft.take("kind", "?", 0.0, "no column with a few words that repeat is named like a kind, or holds words for kinds")
                return None
            sure, why = 0.6, f"{meant[column]:.0%} of its rows hold words that mean a kind"
        self.columns["kind"] = column
        words = self.draft.words("kind")
        share = len(present(self.rows[column])) / len(self.rows)
        self.draft.take("kind", column, min(share, sure), f"{why}; {len(words)} words, filled in {share:.1%} of rows")
        return words

    def _others(self) -> None:
        for what, patterns, most in (
            ("status", _STATUS, 20),
            ("department", _DEPARTMENT, 500),
            ("discovery", _DISCOVERY, 40),
            ("severity", _SEVERITY, 10),
        ):
            column = self._few(patterns, most)
            if what == "status":
                column = next((c for c in ranked(self.names, patterns) if self._tells_status(c)), None)
            if column is not None:
                self.columns[what] = column
                number = present(self.rows[column]).n_unique()
                self.draft.take(what, column, 0.7, f"named so, with {number} words")

    def _tells_status(self, column: str) -> bool:
        words = present(self.rows[column]).unique()
        return 0 < len(words) <= 20 and share_matching(words, "(?i)" + "|".join(STATUS_WORDS.values())) > 0.5

    def _encoding_and_clock(self, places: Places | None) -> None:
        if self.sample.encoding is not None:
            self.draft.take("encoding", self.sample.encoding.name, self.sample.encoding.sure, self.sample.encoding.why)
        for key, value in self.sample.how.items():
            self.draft.take(key, str(value), 0.95, "so the file is packed or laid out")
        found = nearest_zone(places, self.known.zones) if places is not None else None
        if self.known.district is not None:
            self.draft.take("timezone", self.known.district.timezone, 0.9, f"that of {self.known.district.code}")
        elif self._chinese():
            self.draft.take("timezone", "Asia/Shanghai", 0.8, "from the language of the header")
            self.own[:0] = ['timezone = "Asia/Shanghai"', 'calendar = "CN"']
        elif found is not None:
            near, rival = found
            why = "the zone whose chief place is nearest to the points"
            why += f", but {rival.name} is hardly farther and keeps another clock: choose" if rival else ""
            self.draft.take("timezone", near.name, 0.4 if rival else 0.7, why)
            note = 'or of the country across a border near by; or with its region, such as "CA-ON"'
            self.own[:0] = [f"timezone = {toml(near.name)}{unsure(self.draft.guesses[-1])}", f'calendar = "{near.country}"   # {note}']
        else:
            self.draft.take("timezone", "?", 0.0, "no coordinates; without this line it is that of the district")

    def _chinese(self) -> bool:
        return any(re.search("[\u4e00-\u9fff]", n) for n in self.names)

    def _datum_and_ground(self, places: Places | None) -> None:
        if places is None:
            return
        district = self.known.district
        outline = district.outline if district is not None else None
        self.draft.take("datum", *self._datum(places))
        datum = _as_datum(self.draft.guesses[-1].value)
        if district is not None and outline is not None:
            share = share_inside(places, outline, datum)
            said = "if that is few, the outline, the datum or the file is of somewhere else"
            self.draft.take("places inside", f"{share:.1%}", share, f"of the file's places lie in {district.code}; {said}")
            if share >= 0.5:
                return
        outline, size_m = surround(places, datum)
        self.own += ground_lines(outline, self.draft.size or f"size_m = {size_m}")

    def _datum(self, places: Places) -> tuple[str, float, str]:
        """The datum, how sure, and why."""
        if not places.in_china():
            return "WGS-84", 0.95, "the datums differ in China alone"
        district = self.known.district
        if district is not None and district.outline is not None and len(fits := datums_that_fit(places, district.outline)) == 1:
            return fits[0], 0.9, f"so its places fit the outline of {district.code} clearly better than as anything else"
        named = " ".join(self.names).lower()
        if re.search("bd09|bd_09|bd-09|百度", named):
            return "BD-09", 0.9, "named in the header"
        if re.search("gcj|高德|火星", named):
            return "GCJ-02", 0.9, "named in the header"
        return "WGS-84", 0.3, "a file cannot tell: ask the sender; what comes from a web map is GCJ-02"

    def _feed(self, words: pl.DataFrame | None) -> str:
        feed, hits, total = likely_feed(
            [self.sample.file_name, *self.names, *(words["word"].head(60).to_list() if words is not None else [])]
        )
        self.draft.take("feed", feed, hits / total if total else 0.0, f"{hits} of {total} telling words in names and kinds")
        return feed


def _located(pair: pl.DataFrame) -> Places | None:
    """Longitudes and latitudes, where both are there. Zero and zero is what systems write for none."""
    there = pair.drop_nulls().filter(pl.nth(0).is_finite() & pl.nth(1).is_finite() & ((pl.nth(0) != 0) | (pl.nth(1) != 0)))
    lon, lat = (there[c].to_numpy().astype(np.float64) for c in there.columns)
    return Places(lon, lat) if len(lon) else None


def _as_datum(name: str) -> Datum:
    return "GCJ-02" if name == "GCJ-02" else "BD-09" if name == "BD-09" else "WGS-84"
