"""The closed vocabularies of after-sales service, each value with its zh and en label."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """A stable word stored in facts and tables; people see its label, never the word itself."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str, en: str) -> Self:
        """Make a member from its stored word and its two labels."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        member.en = en
        return member


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


class Direction(Code):
    """Which way goods travel."""

    INBOUND = "inbound", "寄回", "Inbound"
    OUTBOUND = "outbound", "寄出", "Outbound"


class ShippingMode(Code):
    """Who moves the goods (S0 三/3)."""

    PICKUP = "pickup", "上门取件", "Pick-up"
    CUSTOMER_SHIPS = "customer_ships", "客户自寄", "Customer ships"
    COMPANY_SHIPS = "company_ships", "公司寄出", "Company ships"


class Payer(Code):
    """Who bears a cost."""

    COMPANY = "company", "公司", "Company"
    CUSTOMER = "customer", "客户", "Customer"
    UNKNOWN = "unknown", "未定", "Undetermined"


class InspectionStage(Code):
    """When goods were examined (X4: before shipping or after arrival)."""

    PRE_DIAGNOSIS = "pre_diagnosis", "远程预诊", "Remote pre-diagnosis"
    ARRIVAL = "arrival", "到货检测", "On arrival"
    RETURN_CHECK = "return_check", "退货检测", "Return check"
    ON_SITE = "on_site", "现场检测", "On site"


class Cause(Code):
    """What brought the fault about, as found by an inspection."""

    LIGHT_SOURCE = "light_source", "光源", "Light source"
    DRIVER = "driver", "驱动电源", "Driver"
    WIRING = "wiring", "线路", "Wiring"
    HOUSING = "housing", "外壳", "Housing"
    SWITCH = "switch", "开关控制", "Switch or control"
    TRANSPORT = "transport", "运输损坏", "Transport damage"
    INSTALLATION = "installation", "安装不当", "Installation"
    MISUSE = "misuse", "使用不当", "Misuse"
    SOFTWARE = "software", "软件", "Software"
    NO_FAULT = "no_fault", "无故障", "No fault found"
    UNKNOWN = "unknown", "未知", "Unknown"


class Disposition(Code):
    """What an inspection proposes (S0 四/2)."""

    REPAIR = "repair", "维修", "Repair"
    SELF_REPAIR = "self_repair", "指导自修", "Self-repair guidance"
    REPLACE = "replace", "更换", "Replace"
    REFUND = "refund", "退款", "Refund"
    SCRAP = "scrap", "报废", "Scrap"
    NO_FAULT = "no_fault", "无故障", "No fault"
    REFUSE = "refuse", "拒绝", "Refuse"


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
