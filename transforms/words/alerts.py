"""What can happen to an alert, and how it stands.

Belongs here: codes of events, states and subjects. Does not: what opens one (``transforms.alerts.types``, where each type has its own
words), which event leads to which state (``transforms.alerts``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary


class Event(Vocabulary):
    """What can happen to an alert, in the order in which it does where one night has several and nobody knows when they were recorded.

    ``calm`` and ``resumed`` count quiet nights; they tell nobody anything.
    """

    OPENED = "opened", "新发", "opened"
    RAISED = "raised", "升级", "raised"
    EASED = "eased", "降级", "eased"
    CALM = "calm", "一夜平静", "a calm night"
    RESUMED = "resumed", "不再平静", "calm no more"
    ACKNOWLEDGED = "acknowledged", "已确认", "acknowledged"
    ASSIGNED = "assigned", "已派办", "assigned"
    ESCALATED = "escalated", "已上报", "escalated"
    RESOLVED = "resolved", "已处置", "resolved"
    ENDED = "ended", "已平息", "calmed down"
    CLOSED = "closed", "已关闭", "closed by hand"
    EXPIRED = "expired", "已过期", "expired"
    RETRACTED = "retracted", "已撤回", "retracted"
    REOPENED = "reopened", "复发", "came back"


class AlertState(Vocabulary):
    """How an alert stands."""

    OPEN = "open", "待确认", "open"
    REOPENED = "reopened", "复发待确认", "reopened"
    ACKNOWLEDGED = "acknowledged", "已确认", "acknowledged"
    ASSIGNED = "assigned", "已派办", "assigned"
    ESCALATED = "escalated", "已上报", "escalated"
    RESOLVED = "resolved", "已处置", "resolved"
    CLOSED = "closed", "已结束", "over"
    EXPIRED = "expired", "已过期", "expired"
    RETRACTED = "retracted", "已撤回", "retracted"
