"""Why nobody is told for a while, why somebody is told, and who may see how much.

Belongs here: codes of reasons. Does not: silences themselves (``transforms.alerts.silences``), whom a matter goes to
(``transforms.alerts.routing``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary


class SilenceReason(Vocabulary):
    """Why nobody is told for a while; a code, never a text."""

    WORKS = "works", "施工或检修", "planned works"
    DRILL = "drill", "演练", "a drill"
    IN_HAND = "in_hand", "已在处理", "it is in hand"
    DATA = "data", "数据修正中", "the data are being mended"


class ToldBecause(Vocabulary):
    """Why something came to a receiver."""

    ROUTE = "route", "按路由表负责", "it is theirs by the routing table"
    UNANSWERED = "unanswered", "下级未及时响应或已上报", "who stands below did not answer in time, or handed it up"
    CALLED = "called", "被派办或吹哨", "their department was called"


class Audience(Vocabulary):
    """Who looks, or where something goes, by what they may see."""

    STAFF = "staff", "值守人员", "people on duty"
    MACHINE = "machine", "本区系统", "the district's own systems"
    CAP = "cap", "CAP 接收方", "receivers of CAP"
    READER = "reader", "只读", "readers"
    CHAT = "chat", "即时消息与邮件", "chat and mail"
