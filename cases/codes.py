"""The closed vocabularies of after-sales service, each value with its zh and en label; every one is found here."""

from __future__ import annotations

from cases.code import Code
from cases.codes_control import (
    CorrectionReason,
    EscalationReason,
    Outcome,
    PauseReason,
    RevisitMethod,
    Stage,
    Subject,
)  # fmt: skip
from cases.codes_goods import Cause, Direction, Disposition, InspectionStage, ShippingMode

__all__ = [
    "Category", "Cause", "Channel", "Code", "CorrectionReason", "Department", "Direction",
    "Disposition", "EscalationReason", "InspectionStage", "Kind", "Mode", "Outcome", "PauseReason",
    "Payer", "Reason", "RevisitMethod", "Role", "SalesChannel", "Severity", "ShippingMode", "Stage",
    "Step", "Subject",
]  # fmt: skip


class Role(Code):
    """Who acts (evidence.md 4); one role per act."""

    AGENT = "agent", "客服", "Agent"
    TECHNICIAN = "technician", "技术支持", "Technician"
    LOGISTICS = "logistics", "物流", "Logistics"
    QUALITY = "quality", "质量部", "Quality"
    DISPUTE = "dispute", "纠纷处理", "Dispute handler"
    SUPERVISOR = "supervisor", "主管", "Supervisor"
    FINANCE = "finance", "财务", "Finance"
    BI = "bi", "数据分析", "BI analyst"
    ADMIN = "admin", "管理员", "Administrator"
    SERVICE = "service", "系统", "System"


class Department(Code):
    """The departments of S0 一/2."""

    CUSTOMER_SERVICE = "customer_service", "客服部", "Customer service"
    TECH_SUPPORT = "tech_support", "技术支持部", "Technical support"
    LOGISTICS = "logistics", "物流部", "Logistics"
    QUALITY = "quality", "质量部", "Quality"
    UNKNOWN = "unknown", "未知", "Unknown"


class Channel(Code):
    """How the demand reached the firm (S0 三/1)."""

    PHONE = "phone", "电话", "Phone"
    EMAIL = "email", "邮件", "E-mail"
    CHAT = "chat", "在线客服", "Online chat"
    STORE = "store", "门店", "Store"
    IMPORT = "import", "导入", "Imported log"


class SalesChannel(Code):
    """Where the goods were bought; the statutory 7 days bind distance sales only (X23)."""

    STORE = "store", "门店购买", "Store"
    ONLINE = "online", "网络购买", "Distance sale"
    PROJECT = "project", "工程采购", "Project"
    UNKNOWN = "unknown", "未知", "Unknown"


class Kind(Code):
    """What the customer asks for (S0 一/2)."""

    CONSULTATION = "consultation", "咨询", "Consultation"
    REPAIR = "repair", "维修", "Repair"
    RETURN = "return", "退货", "Return"
    EXCHANGE = "exchange", "换货", "Exchange"
    COMPLAINT = "complaint", "投诉", "Complaint"
    OTHER = "other", "其他", "Other"


class Category(Code):
    """The services of S0 二/1, extended by what complaints are about."""

    INSTALLATION_GUIDE = "installation_guide", "安装指导", "Installation guidance"
    USAGE = "usage", "使用咨询", "Use"
    DIAGNOSIS = "diagnosis", "故障诊断", "Fault diagnosis"
    REPAIR = "repair", "维修", "Repair"
    RETURN_EXCHANGE = "return_exchange", "退换货", "Return or exchange"
    PRODUCT = "product", "产品问题", "Product"
    LOGISTICS = "logistics", "物流问题", "Logistics"
    ATTITUDE = "attitude", "服务态度", "Service attitude"
    OTHER = "other", "其他", "Other"


class Reason(Code):
    """Why goods come back (S0 一/3): it drives window, freight and condition."""

    QUALITY = "quality", "质量问题", "Quality"
    NOT_FIT = "not_fit", "不符合使用需求", "Does not fit"
    NONE = "none", "无", "None"


class Severity(Code):
    """How grave the case is (ISO 10002 initial assessment)."""

    MINOR = "minor", "轻微", "Minor"
    NORMAL = "normal", "一般", "Normal"
    MAJOR = "major", "重大", "Major"


class Mode(Code):
    """How the service is given (S0 一/3, X3)."""

    REMOTE = "remote", "远程", "Remote"
    MAIL_IN = "mail_in", "寄修", "Mail-in"
    ON_SITE = "on_site", "上门", "On site"


class Step(Code):
    """What a response was; response time ends at the first of them (S0 一/3, X2)."""

    FIRST_TOUCH = "first_touch", "开始处理", "Handling began"
    PRELIMINARY_PLAN = "preliminary_plan", "初步方案", "Preliminary plan"
    REPLY = "reply", "回复", "Reply"
    FINAL_ANSWER = "final_answer", "最终答复", "Final answer"
    SOLUTION = "solution", "解决方案", "Solution"
    STOP_USE = "stop_use", "停用告知", "Stop-use instruction"
    POLICY_EXPLAINED = "policy_explained", "政策解释", "Policy explained"
    NOTICE = "notice", "通知", "Notice"


class Payer(Code):
    """Who bears a cost."""

    COMPANY = "company", "公司", "Company"
    CUSTOMER = "customer", "客户", "Customer"
    UNKNOWN = "unknown", "未定", "Undetermined"
