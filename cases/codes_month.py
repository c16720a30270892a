"""The closed vocabularies of a month's report: what it counts, what it lacks, why it is told anew, what changed."""

from __future__ import annotations

from cases.code import Code


class MonthMeasure(Code):
    """What the report of a month counts."""

    OPENED = "opened", "受理案件", "Cases opened"
    STILL_OPEN = "still_open", "其中未结案件", "Of these, still open"
    CLOSED = "closed", "结案案件", "Cases closed"
    COMPLAINTS = "complaints", "投诉", "Complaints"
    PROMISE = "promise", "时限按时", "Promise kept"
    PENDING = "pending", "未定时限", "Clocks that still run"
    EXCLUDED = "excluded", "已除外时限", "Clocks excluded with leave"
    NOT_CONFIGURED = "not_configured", "未配置时限", "Clocks without a time, for want of a setting"
    TARGET = "target", "指标", "Target"
    SPENT = "spent", "公司承担的费用", "Costs that the firm bears"
    REFUNDED = "refunded", "退款", "Refunds"


class Shortcoming(Code):
    """What the tables lack when a month is published from them."""

    BEHIND = "behind", "落后于日志", "Behind the log"
    PARKED = "parked", "有搁置案件", "With parked cases"


class RevisionReason(Code):
    """Why a month is published once more."""

    LATE_FACTS = "late_facts", "事实迟到", "Facts came late"
    CORRECTED_FACTS = "corrected_facts", "事实已更正", "Facts were corrected"
    EXCLUSIONS = "exclusions", "已准予除外", "Misses were excluded with leave"
    RULES_CHANGED = "rules_changed", "制度或设定值变更", "The regulation or its values changed"
    PROGRAM_MENDED = "program_mended", "程序修正", "The program was mended"


class MonthChange(Code):
    """What a fact that came after a report did to its month."""

    LATE = "late", "迟到", "Came late"
    CORRECTED = "corrected", "更正", "Corrected"
    WITHDRAWN = "withdrawn", "撤回", "Withdrawn"
    EXCLUDED = "excluded", "除外", "Excluded with leave"
    LATER = "later", "此后发生", "Happened after the month"
