"""Why past nights are run again or taken back.

Belongs here: the codes. Does not: running them (``flows.backfill``), the ticket that may stand beside a code (a district's ``ticket``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary


class BackfillReason(Vocabulary):
    """A reason is stored with every night that it moves, so it is one of these and no sentence: a sentence may be about somebody."""

    FIRST_RUN = "first-run", "首次运行", "first run"
    LATE_DATA = "late-data", "数据迟到", "data came late"
    CORRECTION = "correction", "数据更正", "data was corrected"
    MENDED = "mended", "配置已修正", "the declaration was mended"
    QUARANTINE_RETRY = "quarantine-retry", "隔离行重读", "rows set aside were read again"
    MISSED_NIGHTS = "missed-nights", "补跑缺失夜次", "nights were missed"
    JUMP_CONFIRMED = "jump-confirmed", "骤变已确认", "a jump of levels was confirmed"
    CLOCK_AHEAD = "clock-ahead", "时钟超前", "the clock was ahead"
    STORE_LOST = "store-lost", "存储丢失", "a store was lost"
    ERASURE = "erasure", "依申请删除", "reports were erased"
    KEY_CHANGED = "key-changed", "密钥更换", "the key was changed"
    AUDIT = "audit", "审计", "audit"
    DRILL = "drill", "演练", "drill"
    DEMO = "demo", "演示", "demonstration"
