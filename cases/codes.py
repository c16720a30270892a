"""The closed vocabularies of after-sales service, each value with its zh and en label; every one is found here."""

from __future__ import annotations

from cases.code import Code
from cases.codes_control import (
    Checked,
    CorrectionReason,
    EscalationReason,
    Form,
    FormStep,
    Improvement,
    LeaveReason,
    Link,
    Outcome,
    PauseReason,
    ReopenReason,
    ReplacementReason,
    RevisitMethod,
    Stage,
    Subject,
)  # fmt: skip
from cases.codes_dispute import (
    Body,
    Compensation,
    Contention,
    Cost,
    MediationResult,
    Party,
    Payer,
    Settlement,
)  # fmt: skip
from cases.codes_goods import (
    Cause,
    Direction,
    Disposition,
    InspectionStage,
    Lateness,
    Movement,
    Purpose,
    ShippingMode,
    Stock,
    Transit,
)  # fmt: skip
from cases.codes_month import MonthChange, MonthMeasure, RevisionReason, Shortcoming
from cases.codes_programme import CheckMethod, Effect, Seen
from cases.codes_proposal import ConsequenceKind, ProposalReason, ProposalStanding
from cases.codes_signal import Chart, ChartRule

__all__ = [
    "Body", "Category", "Cause", "Channel", "Chart", "ChartRule", "CheckMethod", "Checked", "Code", "Compensation",
    "Complexity", "ConsequenceKind", "Contention", "CorrectionReason", "Cost", "CustomerClass", "Department",
    "Direction", "Disposition", "Effect", "EscalationReason", "Form", "FormStep", "Improvement", "InspectionStage",
    "Kind", "Lateness", "LeaveReason", "Link", "MediationResult", "Mode", "MonthChange", "MonthMeasure", "Movement",
    "Outcome", "Party", "PauseReason", "Payer", "Priority", "ProposalReason", "ProposalStanding", "Purpose",
    "Reason", "ReopenReason", "ReplacementReason", "RevisionReason", "RevisitMethod", "Role", "SalesChannel",
    "Seen", "Settlement", "Severity", "ShippingMode", "Shortcoming", "Stage", "Step", "Stock", "Subject",
    "Transit",
]  # fmt: skip


class Role(Code):
    """Who acts, as the regulations part the work; one role per act."""

    AGENT = "agent", "客服", "Agent"
    TECHNICIAN = "technician", "技术支持", "Technician"
    LOGISTICS = "logistics", "物流", "Logistics"
    QUALITY = "quality", "质量部", "Quality"
    DISPUTE = "dispute", "纠纷处理", "Dispute handler"
    SUPERVISOR = "supervisor", "主管", "Supervisor"
    FINANCE = "finance", "财务", "Finance"
    STORE = "store", "门店", "Store"
    WAREHOUSE = "warehouse", "仓库", "Warehouse"
    MANAGEMENT = "management", "管理层", "Management"
    LEGAL = "legal", "法务", "Legal"
    RESEARCH = "research", "研发生产", "Research and production"
    PARTNER = "partner", "合作服务商", "Service partner"
    BI = "bi", "数据分析", "BI analyst"
    ADMIN = "admin", "管理员", "Administrator"
    SERVICE = "service", "系统", "System"


class Department(Code):
    """The departments that a regulation names (S0 一/2, S1 一/2, S2 二, S3 四–五, S4 二)."""

    CUSTOMER_SERVICE = "customer_service", "客服部", "Customer service"
    TECH_SUPPORT = "tech_support", "技术支持部", "Technical support"
    LOGISTICS = "logistics", "物流部", "Logistics"
    QUALITY = "quality", "质量部", "Quality"
    AFTER_SALES = "after_sales", "售后服务部", "After-sales"
    CALL_CENTRE = "call_centre", "售后客服中心", "Call centre"
    FIELD_SERVICE = "field_service", "维修团队", "Field service"
    SALES = "sales", "销售部", "Sales"
    STORE = "store", "门店", "Store"
    WAREHOUSE = "warehouse", "仓库", "Warehouse"
    RESEARCH = "research", "研发部门", "Research and development"
    PRODUCTION = "production", "生产部门", "Production"
    LEGAL = "legal", "法务", "Legal"
    FINANCE = "finance", "财务", "Finance"
    HR = "hr", "人力资源部", "Human resources"
    UNKNOWN = "unknown", "未知", "Unknown"


class Channel(Code):
    """How the demand reached the firm (S0 三/1)."""

    PHONE = "phone", "电话", "Phone"
    EMAIL = "email", "邮件", "E-mail"
    CHAT = "chat", "在线客服", "Online chat"
    VIDEO = "video", "视频", "Video"
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
    INSTALLATION = "installation", "安装调试", "Installation"
    DELIVERY = "delivery", "送货", "Delivery"
    TECHNICAL_SUPPORT = "technical_support", "技术支持", "Technical support"
    ORDER = "order", "订单处理", "Order handling"
    RELATIONSHIP = "relationship", "客户关系维护", "Customer relations"
    SHOWROOM = "showroom", "展厅样品", "Showroom goods"
    OPINION = "opinion", "意见建议", "Opinion or signal"
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
    NO_PLACE = "no_place", "现场无法摆放", "Cannot be placed"
    NONE = "none", "无", "None"


class Severity(Code):
    """How grave the case is (ISO 10002 initial assessment)."""

    MINOR = "minor", "轻微", "Minor"
    NORMAL = "normal", "一般", "Normal"
    MAJOR = "major", "重大", "Major"


class Priority(Code):
    """How soon the case must be taken up (S0 五/3, S1 二/2)."""

    NORMAL = "normal", "普通", "Normal"
    HIGH = "high", "优先", "High"
    URGENT = "urgent", "紧急", "Urgent"


class Complexity(Code):
    """Whether a fault is simple or complex; clocks differ (S4 四(一))."""

    SIMPLE = "simple", "简单故障", "Simple"
    COMPLEX = "complex", "复杂故障", "Complex"


class CustomerClass(Code):
    """Who the customer is: consumer law binds for consumers only (S4 一(二))."""

    CONSUMER = "consumer", "消费者", "Consumer"
    BUSINESS = "business", "企业客户", "Business"


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
    ACKNOWLEDGED = "acknowledged", "受理告知", "Receipt acknowledged"
    CONTACT = "contact", "联系客户", "Customer contacted"
    DEFERRED = "deferred", "暂不能答复", "Cannot be answered at once"
    GUIDANCE = "guidance", "远程指导", "Guided from afar"
    UPDATE = "update", "进展告知", "Progress told"
    DISCLOSURE = "disclosure", "范围收费时限告知", "Scope, charges and time limits told"
    STOP_USE = "stop_use", "停用告知", "Stop-use instruction"
    POLICY_EXPLAINED = "policy_explained", "政策解释", "Policy explained"
    NOTICE = "notice", "通知", "Notice"
