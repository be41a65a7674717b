"""What people, nights and sweeps do about an alert, who they are, what comes of it, and why something is not done.

Belongs here: codes with their words. Does not: who may do what and when (``transforms.alerts.machine``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary


class Role(Vocabulary):
    """Who acts: a role, never a person. ``system`` is a night, a feed or a sweep."""

    SUBDISTRICT = "subdistrict", "街道办", "subdistrict"
    DISTRICT = "district", "区级", "district"
    DEPARTMENT = "department", "职能部门", "department"
    SYSTEM = "system", "系统", "system"


class Act(Vocabulary):
    """What can be asked of an alert. Those of the system come first."""

    OPEN = "open", "新发", "open"
    RAISE = "raise", "升级", "raise"
    EASE = "ease", "降级", "ease"
    CALM = "calm", "平静", "calm"
    RESUME = "resume", "再起", "resume"
    KEEP = "keep", "持续", "keep"
    LIST = "list", "转入清单", "list"
    END = "end", "平息", "end"
    EXPIRE = "expire", "过期", "expire"
    RETRACT = "retract", "撤回", "retract"
    UNDO = "undo", "撤销", "undo"
    SWEEP = "sweep", "巡检", "sweep"
    ACKNOWLEDGE = "acknowledge", "确认", "acknowledge"
    ASSIGN = "assign", "派办", "assign"
    WHISTLE = "whistle", "吹哨", "whistle"
    ACCEPT = "accept", "接哨", "accept"
    DECLINE = "decline", "退回", "decline"
    ARRIVE = "arrive", "到场", "arrive"
    REPORT_BACK = "report_back", "反馈", "report back"
    WAIT = "wait", "等待", "wait"
    HAND_UP = "hand_up", "上报", "hand up"
    RESOLVE = "resolve", "处置", "resolve"
    VERIFY = "verify", "复核", "verify"
    CLOSE = "close", "关闭", "close"
    REOPEN = "reopen", "重开", "reopen"


class Outcome(Vocabulary):
    """What came of going there; a code, never a text."""

    VISITED = "visited", "已到现场", "visited"
    FIXED = "fixed", "已整改", "fixed"
    REFERRED = "referred", "已移交", "referred"
    NOTHING_FOUND = "nothing_found", "未发现问题", "nothing found"
    DATA_ERROR = "data_error", "数据有误", "data error"
    NOT_OURS = "not_ours", "非本部门职责", "not ours"


class Refused(Vocabulary):
    """Why a command is not carried out; the alert stays as it was."""

    UNKNOWN = "unknown", "无此预警", "there is no such alert"
    STANDS = "stands", "预警已存在", "it stands already"
    ROLE = "role", "该角色无此权限", "this role may not do that"
    PLACE = "place", "不属于本级或本街道", "it is another level's or another subdistrict's"
    STALE = "stale", "预警已有更新", "it has moved on since it was looked at"
    DONE = "done", "已经办理", "that is done already"
    OVER = "over", "预警已结束", "it is over"
    STATE = "state", "当前状态不能办理", "it does not stand so that this could be done"
    LACKS = "lacks", "缺少必填内容", "something is missing"
    NOT_CALLED = "not_called", "未被派办或吹哨", "this department was not called"
    MOMENT = "moment", "等待时间无效", "it cannot wait until then"
