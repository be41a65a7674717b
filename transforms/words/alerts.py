"""What can happen to an alert, and how it stands.

Belongs here: codes of events, states and subjects. Does not: what opens one (``transforms.alerts.types``, where each type has its own
words), which event leads to which state (``transforms.alerts``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary


class Event(Vocabulary):
    """What can happen to an alert. ``calm`` and ``resumed`` count quiet nights, ``kept`` says once a week that a place is still as it was;
    they tell nobody anything. ``listed`` ends what is always so: it went over to the chronic list. ``undone`` stands for what a night had
    brought that was taken back.
    """

    OPENED = "opened", "新发", "opened"
    RAISED = "raised", "升级", "raised"
    EASED = "eased", "降级", "eased"
    CALM = "calm", "一夜平静", "a calm night"
    RESUMED = "resumed", "不再平静", "calm no more"
    KEPT = "kept", "仍未平息", "still so"
    ACKNOWLEDGED = "acknowledged", "已确认", "acknowledged"
    ASSIGNED = "assigned", "已派办", "assigned"
    WHISTLED = "whistled", "已吹哨", "departments called"
    ACCEPTED = "accepted", "已接哨", "accepted"
    DECLINED = "declined", "已退回", "declined"
    ARRIVED = "arrived", "已到场", "arrived"
    REPORTED_BACK = "reported_back", "已反馈", "reported back"
    WAITING = "waiting", "等待中", "waiting"
    REMINDED = "reminded", "已催办", "reminded"
    ESCALATED = "escalated", "已上报", "escalated"
    RESOLVED = "resolved", "已处置", "resolved"
    VERIFIED = "verified", "已复核", "verified"
    ENDED = "ended", "已平息", "calmed down"
    CLOSED = "closed", "已关闭", "closed by hand"
    EXPIRED = "expired", "已过期", "expired"
    LISTED = "listed", "转入常态清单", "moved to the chronic list"
    RETRACTED = "retracted", "已撤回", "retracted"
    UNDONE = "undone", "当夜结果撤回", "a night was taken back"
    REOPENED = "reopened", "复发", "came back"


class AlertState(Vocabulary):
    """How an alert stands."""

    OPEN = "open", "待确认", "open"
    REOPENED = "reopened", "复发待确认", "reopened"
    ACKNOWLEDGED = "acknowledged", "已确认", "acknowledged"
    ASSIGNED = "assigned", "已派办", "assigned"
    RESOLVED = "resolved", "已处置", "resolved"
    VERIFIED = "verified", "已复核", "verified"
    CLOSED = "closed", "已结束", "over"
    EXPIRED = "expired", "已过期", "expired"
    RETRACTED = "retracted", "已撤回", "retracted"
