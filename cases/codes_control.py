"""The closed vocabularies of steering a case: leave, waiting, going up, asking back, the end."""

from __future__ import annotations

from cases.code import Code


class Subject(Code):
    """What is requested, approved or rejected."""

    RETURN = "return", "退货", "Return"
    EXCHANGE = "exchange", "换货", "Exchange"
    MATERIALS = "materials", "材料", "Materials"
    OVERRIDE = "override", "特殊处理", "Override"
    EXCLUSION = "exclusion", "时限除外", "Exclusion"
    REFUND_ACCOUNT = "refund_account", "退款至其他账户", "Refund to another account"
    REFUND_LIMIT = "refund_limit", "超额退款", "Refund above the limit"
    SPECIAL = "special", "特殊需求", "Special request"


class PauseReason(Code):
    """The closed list of reasons for which a clock may stand still."""

    WAITING_FOR_CUSTOMER = "waiting_for_customer", "等待客户", "Waiting for the customer"
    WAITING_FOR_PARTS = "waiting_for_parts", "等待配件", "Waiting for parts"
    WAITING_FOR_THIRD_PARTY = "waiting_for_third_party", "等待第三方", "Waiting for a third party"


class EscalationReason(Code):
    """Why a case went up."""

    SAFETY = "safety", "安全风险", "Safety risk"
    UNREASONABLE_DEMAND = "unreasonable_demand", "不合理要求", "Unreasonable demand"
    OVERDUE = "overdue", "超时", "Overdue"
    DUE_SOON = "due_soon", "临期预警", "Due soon"
    INSPECTION_FAILED = "inspection_failed", "检测不合格", "Inspection failed"
    UPGRADE_REQUIRED = "upgrade_required", "需要升级", "Upgrade required"
    OTHER = "other", "其他", "Other"


class RevisitMethod(Code):
    """How a customer was asked whether the problem is solved (S0 五/2(4))."""

    PHONE = "phone", "电话回访", "Phone"
    SURVEY = "survey", "问卷", "Survey"
    VISIT = "visit", "上门回访", "Visit"


class Outcome(Code):
    """How a case ended."""

    SOLVED = "solved", "已解决", "Solved"
    REFUSED = "refused", "不予受理", "Refused"
    WITHDRAWN = "withdrawn", "客户撤回", "Withdrawn"
    QUOTE_DECLINED = "quote_declined", "客户拒绝报价", "Quote declined"
    UNKNOWN = "unknown", "未知", "Unknown"


class CorrectionReason(Code):
    """Why a recorded fact is superseded."""

    TYPING_ERROR = "typing_error", "录入错误", "Typing error"
    LATE_EVIDENCE = "late_evidence", "补充证据", "Late evidence"
    WRONG_CASE = "wrong_case", "记错案件", "Wrong case"
    SOURCE_CORRECTED = "source_corrected", "来源更正", "Corrected by the source"


class Stage(Code):
    """Where a case stands; the values are the words on the screen."""

    RECEIVED = "received", "已登记", "Received"
    CLASSIFIED = "classified", "已分类", "Classified"
    SHIPPED = "shipped", "运输中", "Shipped"
    DELIVERED = "delivered", "已送达", "Delivered"
    INSPECTED = "inspected", "已检测", "Inspected"
    REPAIRED = "repaired", "已维修", "Repaired"
    REPLACED = "replaced", "已更换", "Replaced"
    REFUNDED = "refunded", "已退款", "Refunded"
    REVISITED = "revisited", "已回访", "Revisited"
    CLOSED = "closed", "已结案", "Closed"
