"""Proposes how to declare a file that nobody has seen yet: columns, formats, key, zone, datum, words, each with how sure it is and why.

Belongs here: guesses put together, and the block of TOML they make. Does not: guesses about one column (``transforms.propose_columns``),
reading the file (``infra.sources.sample``). Nothing of a value is shown but words that are short, frequent and free of personal data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from transforms import values
from transforms.datum import moved_by_some_datum
from transforms.district import Kind
from transforms.kind_words import showable
from transforms.privacy import personal_column, personal_values
from transforms.propose_columns import NULL_WORDS, Times, present, ranked, shape, share_matching, share_of_numbers, times

# Names of columns by what they usually hold, the more telling first.
_NAMED = {
    "due_at": ("target", r"due|deadline", "期限|时限"),
    "closed_at": ("clos", "resol|complet|finish", "办结|结案|完成|关闭"),
    "first_contact_at": ("first.?(contact|resp)|on.?scene", "首次|到场|响应"),
    "released": ("updat|modif|releas|publish", "发布|更新"),
    "reported_at": ("report|received|entry|creat", "报告|受理|接警|上报|登记"),
    "occurred_at": ("occur|发生|案发", "incident.?(date|time)|offen.*(date|time)", "open", "报警时间|时间|日期", "date|time|dt"),
}
_HOUR = ("hour|小时|时刻|时点", "clock|time.?of.?day")
_LON, _LAT = ("^(lon|lng|long|longitude)$", "lon|lng|经度|东经", "^x$"), ("^(lat|latitude)$", "lat|纬度|北纬", "^y$")
_ZONE = ("网格|zone|grid", "beat|council|ward", "社区|街道|community|tract", "district|辖区|片区", "neighbo", "borough")
_KIND = (
    *("call.?type|complaint.?type|incident.?(class|type)|primary.?type|事项类型|警情类别|类别|类型|案由", "^(type|category|mci|kind)$"),
    *("offen[cs]e|crime|性质|分类|category|title|class", "reason|descript|type"),
)
_KEY = (
    r"incident.?(no|num|id)|case.?(id|no|num|enq)|工单|案件编号|事件编号|编号|单号|案号",
    r"^id$|unique.?key|_id$|id$|number|key|no\.?$",
)
_STATUS, _DEPARTMENT = ("status|状态",), ("department|agency|承办|责任|部门|单位",)
_DISCOVERY, _SEVERITY = ("discover|渠道|来源|发现|^source$|channel",), ("severity|等级|级别",)
_STATUS_WORDS = {
    "withdrawn": "withdrawn|unfounded|cancel|void|撤",
    "closed": "clos|resol|complet|已办|办结|已处|已整|归档",
    "open": r"\bopen|\bnew\b|progress|pending|中$|未|待",
}
_FEEDS = {
    "fire_hazard": "fire|smoke|gas|alarm|hazmat|火|消防|燃气|隐患",
    "public_order": "theft|assault|robber|burglar|homicide|fraud|traffic|vehicle|crime|weapon|盗|抢|殴|斗|诈骗|警情|治安",
    "stability": "complaint|service|request|noise|housing|street|sanitation|repair|neighbo|投诉|纠纷|诉求|求助|咨询|物业",
}
_POINT = r"^\s*(?:.*[(\s])?-?\d{1,3}\.\d+\s*[,，;]\s*-?\d{1,3}\.\d+\)?\s*$|(?i:POINT\s*\()"
_SAME = 0.999
_LIKELY = 0.4


@dataclass(frozen=True)
class Guess:
    """One line of a declaration: how sure it is (0 to 1), and why."""

    what: str
    value: str
    sure: float
    why: str


@dataclass(frozen=True)
class Sample:
    """An unknown file: its columns as text, and what reading it told."""

    file_name: str
    encoding: str
    encoding_why: str
    rows: pl.DataFrame = field(repr=False)


@dataclass(frozen=True)
class Proposal:
    """The guesses, the block of TOML they make, and the columns left out with the reason."""

    toml: str
    guesses: list[Guess]
    left_out: dict[str, str]


def propose(sample: Sample, zones: Sequence[tuple[str, float, float]], kinds: Mapping[str, Kind]) -> Proposal:
    """A declaration for a file that was never seen.

    Args:
        sample: the file.
        zones: time zones with the latitude and longitude of their chief place.
        kinds: the codes to which words may be mapped.
    """
    return _Guesser(sample, zones, kinds).proposal()


class _Guesser:
    def __init__(self, sample: Sample, zones: Sequence[tuple[str, float, float]], kinds: Mapping[str, Kind]) -> None:
        self.sample, self.zones, self.kinds = sample, zones, kinds
        self.guesses: list[Guess] = []
        self.left_out = {c: "named like personal data" for c in sample.rows.columns if personal_column(c)}
        for name in (c for c in sample.rows.columns if c not in self.left_out):
            if (share := int(personal_values(sample.rows[name]).sum()) / max(1, len(sample.rows))) > 0.01:
                self.left_out[name] = f"{share:.0%} of its values look like personal data"
        # A key is hashed on landing, so its digits may look like anything.
        self.keys = ranked([c for c in sample.rows.columns if not personal_column(c)], _KEY)
        self.rows = sample.rows.select([c for c in sample.rows.columns if c not in self.left_out])
        self.names = self.rows.columns
        self.columns: dict[str, str] = {}
        self.lines: list[str] = []

    def proposal(self) -> Proposal:
        moments = {c: found for c in self.names if (found := times(self.rows[c])) is not None}
        self._times(moments)
        place = self._place()
        kind = self._kind()
        self._others()
        self._key(list(moments))
        self._zone_and_datum(place)
        toml = self._toml(moments, kind)
        return Proposal(toml, self.guesses, self.left_out)

    def _take(self, what: str, value: str, sure: float, why: str) -> None:
        self.guesses.append(Guess(what, value, sure, why))

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
        told = moments.get(self.columns.get("occurred_at", ""))
        if told is not None and not told.with_clock and "reported_at" in self.columns and moments[self.columns["reported_at"]].with_clock:
            # A date alone is no moment where another column has one.
            self.columns["occurred_at"] = self.columns.pop("reported_at")
        for name in [n for n in _NAMED if n in self.columns]:
            found = moments[self.columns[name]]
            why = f"{found.share:.1%} of its values read as {' or '.join(found.formats)}"
            if found.ambiguous:
                why += "; day and month could as well be the other way round: ask the sender"
            self._take(name, self.columns[name], 0.5 if found.ambiguous else found.share, why)
        if "occurred_at" not in self.columns:
            self._take("occurred_at", "?", 0.0, "no column reads as a date or a time")
            return
        main = moments[self.columns["occurred_at"]]
        hours = [
            c for c in ranked(self.names, _HOUR) if c not in moments and share_matching(self.rows[c], r"^\d{1,2}(:\d{2})?(\.0)?$") > _SAME
        ]
        if hours and (main.one_clock_a_day or not main.with_clock):
            self.columns["hour"] = hours[0]
            self._take("occurred_at.time", hours[0], 0.9, "every moment has the same time of day, and this column holds hours")

    def _place(self) -> tuple[float, float] | None:
        """The median longitude and latitude, None without coordinates."""
        lon = [c for c in ranked(self.names, _LON) if share_of_numbers(self.rows[c], -180, 180) > 0.8]
        lat = [c for c in ranked(self.names, _LAT) if share_of_numbers(self.rows[c], -90, 90) > 0.8 and c not in lon[:1]]
        if lon and lat:
            self.columns |= {"lon": lon[0], "lat": lat[0]}
            for what, column, bound in (("lon", lon[0], 180), ("lat", lat[0], 90)):
                share = share_of_numbers(self.rows[column], -bound, bound)
                self._take(what, column, share, f"named so, and {share:.1%} of its values are degrees")
            x, y = (present(self.rows[c]).cast(pl.Float64, strict=False).median() for c in (lon[0], lat[0]))
            return (float(x), float(y)) if isinstance(x, float) and isinstance(y, float) else None
        for column in self.names:
            if (share := share_matching(self.rows[column], _POINT)) > 0.8:
                first, second = (self.rows.select(e.median()).item() for e in values.point(pl.col(column), lon_first=True))
                lon_first = abs(first) > 90 or share_matching(self.rows[column], "(?i)POINT") > 0.5
                self.columns["point"] = column
                order = "longitude before latitude" if lon_first else "latitude before longitude"
                self._take("point", column, share if abs(first) > 90 or abs(second) > 90 else 0.6, f"{share:.1%} hold a pair, {order}")
                self.lines += ['point_order = "lon_lat"'] if lon_first else []
                return (first, second) if lon_first else (second, first)
        for column in ranked(self.names, _ZONE):
            texts = present(self.rows[column])
            if len(texts) > 0.3 * len(self.rows) and 2 <= texts.n_unique() <= 3000:
                self.columns["zone"] = column
                self._take(
                    "zone",
                    column,
                    0.6,
                    f"no coordinates; {texts.n_unique()} codes such as {shape(texts)}, in {len(texts) / len(self.rows):.0%} of rows",
                )
                return None
        self._take("place", "?", 0.0, "neither coordinates nor codes of zones were found")
        return None

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
        column = self._few(_KIND, 500, 2)
        if column is None:
            self._take("kind", "?", 0.0, "no column with a few words that repeat is named like a kind")
            return None
        self.columns["kind"] = column
        words = present(self.rows[column]).rename("word").value_counts(sort=True)
        share = len(present(self.rows[column])) / len(self.rows)
        self._take("kind", column, min(share, 0.8), f"named so; {len(words)} words, filled in {share:.1%} of rows")
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
                self._take(what, column, 0.7, f"named so, with {number} words")

    def _tells_status(self, column: str) -> bool:
        words = present(self.rows[column]).unique()
        return 0 < len(words) <= 20 and share_matching(words, "(?i)" + "|".join(_STATUS_WORDS.values())) > 0.5

    def _key(self, moments: list[str]) -> None:
        candidates = [c for c in self.keys if c not in moments and c not in self.columns.values()]
        counted = [(c, present(self.sample.rows[c])) for c in candidates]
        # Very few numbers for very many rows name a group, not a report.
        useful = [(c, t.n_unique() / len(t)) for c, t in counted if len(t) > 0.9 * len(self.rows) and t.n_unique() > 0.1 * len(t)]
        if useful:
            column, share = useful[0]
            again = share < _SAME
            unique = [c for c, s in useful if s >= _SAME and c != column]
            self.lines += [
                f"key = [{_text(column)}]",
                *([f"row_key = [{_text(unique[0])}]"] if again and unique else []),
                *(["merge = true"] if again else []),
            ]
            why = f"named so; {share:.1%} of its values are different" + (
                ", so rows of one number are merged into one report" if again else ""
            )
            self._take("key", column, 0.9 if not again else 0.6, why)
            return
        parts = [self.columns[f] for f in ("occurred_at", "hour", "kind", "lon", "lat", "point", "zone") if f in self.columns]
        self.lines += [f"key = [{', '.join(map(_text, parts))}]", "merge = true"]
        self._take("key", " + ".join(parts), 0.5, "no column numbers the reports: time, place and kind together tell them apart")

    def _zone_and_datum(self, place: tuple[float, float] | None) -> None:
        self._take("encoding", self.sample.encoding, 0.95, self.sample.encoding_why)
        chinese = any(re.search("[\u4e00-\u9fff]", n) for n in self.names)
        if place is None:
            self._take(
                "timezone",
                "Asia/Shanghai" if chinese else "?",
                0.8 if chinese else 0.0,
                "from the language of the header" if chinese else "no coordinates",
            )
            return
        lon, lat = np.array([place[0]]), np.array([place[1]])
        if chinese:
            zone, why = "Asia/Shanghai", "from the language of the header"
        else:
            zone = min(
                self.zones, key=lambda z: (z[1] - lat[0]) ** 2 + ((z[2] - lon[0]) * np.cos(np.radians(lat[0]))) ** 2, default=("?", 0, 0)
            )[0]
            why = "the zone whose chief place is nearest to the points"
        self._take("timezone", zone, 0.8, why)
        if moved_by_some_datum(lon, lat)[0] and (chinese or zone == "Asia/Shanghai"):
            named = " ".join(self.names).lower()
            datum = "BD-09" if re.search("bd09|bd_09|百度", named) else "GCJ-02" if re.search("gcj|高德|火星", named) else "WGS-84"
            sure = 0.9 if datum != "WGS-84" else 0.3
            self._take(
                "datum",
                datum,
                sure,
                "named in the header" if sure > 0.5 else "a file cannot tell: ask the sender; what comes from a web map is GCJ-02",
            )
        else:
            self._take("datum", "WGS-84", 0.95, "the datums differ in China alone")

    def _feed(self, words: pl.DataFrame | None) -> str:
        text = " ".join([self.sample.file_name, *self.names, *(words["word"].head(60).to_list() if words is not None else [])]).lower()
        hits = {feed: len(re.findall(pattern, text)) for feed, pattern in _FEEDS.items()}
        feed = max(hits, key=lambda f: hits[f])
        total = sum(hits.values())
        self._take("feed", feed, hits[feed] / total if total else 0.0, f"{hits[feed]} of {total} telling words in names and kinds")
        return feed

    def _toml(self, moments: Mapping[str, Times], words: pl.DataFrame | None) -> str:
        guessed = {g.what: g for g in self.guesses}
        feed = self._feed(words)
        formats = list(dict.fromkeys(f for c in self.columns.values() if c in moments for f in moments[c].formats))
        seen = {v for c in self.columns.values() for v in self.rows[c].drop_nulls().str.strip_chars().unique().to_list() if v in NULL_WORDS}
        lines = [
            "[[sources]]",
            'code = "new_source"                # lower-case letters, digits and _',
            f"feed = {_text(feed)}              # fire_hazard, public_order or stability",
            f"files = [{_text(self.sample.file_name)}]",
            f"encoding = {_text(self.sample.encoding)}",
        ]
        for what in ("timezone", "datum"):
            if what in guessed:
                unsure = "  # UNSURE: " + guessed[what].why if guessed[what].sure < 0.5 else ""
                lines.append(f"{'# ' if guessed[what].value == '?' else ''}{what} = {_text(guessed[what].value)}{unsure}")
        lines += [f"time_formats = [{', '.join(map(_text, formats))}]"] if formats else []
        lines += [f"nulls = [{', '.join(map(_text, sorted({'', *seen})))}]", *self.lines]
        lines += ['known_at = { rule = "after_reported", hours = 24 }   # for past files; "landing" (leave this line out) for daily ones']
        lines += ['undeclared = "ignore"', "[sources.columns]"]
        skipped = {"released", "hour"}
        for what, column in self.columns.items():
            if what == "occurred_at" and "hour" in self.columns:
                lines.append(f"occurred_at = {{ date = {_text(column)}, time = {_text(self.columns['hour'])} }}")
            elif what == "severity":
                lines.append(f"# severity = {_text(column)}   # and [sources.severities] with a number from 1 to 4 for each word")
            elif what not in skipped:
                lines.append(f"{what} = {_text(column)}")
        return "\n".join([*lines, *self._status_words(), *self._kind_words(words, feed), ""])

    def _status_words(self) -> list[str]:
        if "status" not in self.columns:
            return []
        words = present(self.rows[self.columns["status"]]).rename("word").value_counts(sort=True)
        by_status: dict[str, list[str]] = {}
        for word in showable(words)["word"]:
            found = next((s for s, p in _STATUS_WORDS.items() if re.search(p, word, re.IGNORECASE)), "open")
            by_status.setdefault(found, []).append(word)
        return ["[sources.statuses]", *(f"{s} = [{', '.join(map(_text, w))}]" for s, w in by_status.items())] if by_status else []

    def _kind_words(self, words: pl.DataFrame | None, feed: str) -> list[str]:
        if words is None:
            return ['# No kind was found: write kind = "…" above for every row.']
        shown = showable(words)
        lines = ["[sources.kinds]              # every word needs a kind of the codelist; words without one are quarantined"]
        known = 0
        for word, count in shown.select("word", "count").iter_rows():
            kind = _likely_kind(word, feed, self.kinds)
            known += count if kind else 0
            lines.append(f"{_text(word)} = {_text(kind)}" if kind else f'# {_text(word)} = ""   # {count} rows')
        if hidden := len(words) - len(shown):
            lines.append(f"# and {hidden} words that are rare, long or look personal")
        self._take(
            "kinds",
            f"{known / max(1, int(words['count'].sum())):.0%} of rows",
            0.6,
            "words that share their words with the name of a kind; check each",
        )
        return lines


def _likely_kind(word: str, feed: str, kinds: Mapping[str, Kind]) -> str | None:
    """The kind whose name shares most with a word, if any shares enough."""
    plain = _stems(word)
    best: tuple[float, str] | None = None
    for kind in (k for k in kinds.values() if k.feed == feed):
        names = (_stems(kind.name_en), _stems(kind.code))
        score = max(len(plain & own) / len(plain | own) if plain & own else 0.0 for own in names)
        stem = re.sub("(诉求|纠纷|警情|火灾)$", "", kind.name_zh)
        if len(stem) > 1 and (stem in word or word in kind.name_zh):
            score = 1.0
        if score >= _LIKELY and (best is None or score > best[0]):
            best = score, kind.code
    return best[1] if best else None


def _stems(text: str) -> set[str]:
    """The words of a text without their plural."""
    return {w.removesuffix("s") for w in re.findall(r"[a-z]{3,}", text.lower())} - {"and", "the", "for", "with"}


def _text(value: str) -> str:
    """A TOML string."""
    return json.dumps(value, ensure_ascii=False)
