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
    PART = "part", "配件", "Part"
    COMPENSATION = "compensation", "赔偿", "Compensation"
    BUDGET = "budget", "超预算", "Above the budget"
    SCRAP = "scrap", "报废", "Scrap"
    SAMPLE = "sample", "上下样", "Showroom change"
    MERGE = "merge", "跨客户并案", "Merge across customers"


class LeaveReason(Code):
    """Why leave is asked for, given or refused (S0 二/2–3, 三/2, 五/1, 五/3; S1 四/5; S4 五)."""

    QUALITY = "quality", "质量问题", "Quality"
    NOT_FIT = "not_fit", "不符合使用需求", "Does not fit"
    MATERIALS_COMPLETE = "materials_complete", "材料齐全", "Materials complete"
    MATERIALS_MISSING = "materials_missing", "材料不全", "Materials missing"
    INSPECTION_PASSED = "inspection_passed", "检测合格", "Inspection passed"
    INSPECTION_FAILED = "inspection_failed", "检测不合格", "Inspection failed"
    HUMAN_DAMAGE = "human_damage", "人为损坏", "Damage by people"
    WORN = "worn", "自然损耗", "Worn"
    OUT_OF_WARRANTY = "out_of_warranty", "超出保修期", "Out of warranty"
    OUT_OF_WINDOW = "out_of_window", "超出退换货期限", "Out of the window for returns"
    ACCOUNT_CLOSED = "account_closed", "原账户不可用", "Original account closed"
    LARGE_AMOUNT = "large_amount", "金额较大", "Large amount"
    LOSS = "loss", "客户损失", "Loss of the customer"
    COMPLAINT_UPHELD = "complaint_upheld", "投诉成立", "Complaint upheld"
    GOODWILL = "goodwill", "客户关怀", "Goodwill"
    FORCE_MAJEURE = "force_majeure", "不可抗力", "Force majeure"
    THIRD_PARTY = "third_party", "第三方原因", "Somebody else's doing"
    REGISTERED_TWICE = "registered_twice", "重复登记", "Registered twice"
    OTHER = "other", "其他（另记内容）", "Other, told in a note"


class ReopenReason(Code):
    """Why a closed case begins again."""

    NOT_SOLVED = "not_solved", "问题未解决", "Not solved"
    FAULT_AGAIN = "fault_again", "故障再现", "The fault came again"
    CUSTOMER_CAME_BACK = "customer_came_back", "客户再次来电", "The customer came back"
    LATE_EVIDENCE = "late_evidence", "补充证据", "Late evidence"
    COMPLAINT = "complaint", "客户投诉", "Complaint"
    CLOSED_WRONGLY = "closed_wrongly", "误结案", "Closed wrongly"
    OTHER = "other", "其他（另记内容）", "Other, told in a note"


class ReplacementReason(Code):
    """Why a drawn case gives way to the next rank of its stratum (S0 六/2)."""

    ERASED = "erased", "资料已删除", "What it takes was erased"
    OWN_CASE = "own_case", "检查人经手", "Handled by whoever would judge it"
    IN_DISPUTE = "in_dispute", "纠纷未决", "In dispute"
    WRONG_STRATUM = "wrong_stratum", "分层有误", "In the wrong stratum"


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
    REPEATED = "repeated", "故障再三", "The same fault again and again"
    DUE_SOON = "due_soon", "临期预警", "Due soon"
    MAJOR = "major", "重大问题", "Major problem"
    URGENT = "urgent", "紧急投诉", "Urgent complaint"
    TECHNICAL = "technical", "需要技术支援", "Technical support needed"
    TREND = "trend", "投诉趋势", "Complaint trend"
    INSPECTION_FAILED = "inspection_failed", "检测不合格", "Inspection failed"
    UPGRADE_REQUIRED = "upgrade_required", "需要升级", "Upgrade required"
    OTHER = "other", "其他", "Other"


class RevisitMethod(Code):
    """How a customer was asked whether the problem is solved (S0 五/2(4))."""

    PHONE = "phone", "电话回访", "Phone"
    SURVEY = "survey", "问卷", "Survey"
    VISIT = "visit", "上门回访", "Visit"
    ONLINE = "online", "在线评价", "Online rating"


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
    INSTALLED = "installed", "已安装", "Installed"
    REFUNDED = "refunded", "已退款", "Refunded"
    REVISITED = "revisited", "已回访", "Revisited"
    CLOSED = "closed", "已结案", "Closed"


class Link(Code):
    """How a case hangs together with another one."""

    SPLIT_FROM = "split_from", "拆分自", "Split from"
    SPLIT_INTO = "split_into", "拆分出", "Split into"
    MERGED_INTO = "merged_into", "并入", "Merged into"
    MERGED_FROM = "merged_from", "并入本案", "Merged from"


class Checked(Code):
    """What was checked against the customer or a document (S1 三/3, 五/2)."""

    CUSTOMER = "customer", "客户资料", "Details of the customer"
    APPLICATION = "application", "申请内容", "Application"
    PURCHASE = "purchase", "购买信息", "Purchase"


class Improvement(Code):
    """What is to become better after a case (S3 三, S4 六(二)4)."""

    NONE = "none", "无需改进", "Nothing"
    PROCESS = "process", "流程", "Process"
    TRAINING = "training", "培训", "Training"
    PRODUCT = "product", "产品设计", "Product"
    MATERIAL = "material", "材料与配件", "Material and parts"
    PAPERS = "papers", "手册与资料", "Manuals and papers"


class Form(Code):
    """The papers that the regulations name, each one signed or kept with a case."""

    REGISTRATION = "registration", "客户服务登记表", "Registration of service (S1)"
    CONSULTATION_RECORD = "consultation_record", "客户咨询记录表", "Record of a consultation (S1)"
    APPLICATION = "application", "售后服务申请表", "Application for service (S1)"
    SATISFACTION_SURVEY = "satisfaction_survey", "客户满意度调查表", "Satisfaction survey (S1)"
    TEST_REPORT = "test_report", "检测报告", "Test report (S1)"
    RETURN_ORDER = "return_order", "退货单", "Return order (S0)"
    PROOF_OF_PURCHASE = "proof_of_purchase", "购买凭证", "Proof of purchase (S0)"
    FAULT_DESCRIPTION = "fault_description", "产品故障说明", "Description of the fault (S0)"
    WAYBILL = "waybill", "运单", "Waybill (S0)"
    PROBLEM_REGISTRATION = "problem_registration", "售后问题登记表", "Registration of a problem (S2)"
    SALES_CONTRACT = "sales_contract", "销售合同单据", "Slip of the sales contract (S2)"
    DELIVERY_SLIP = "delivery_slip", "送货单", "Delivery slip (S2)"
    COLLECTION_SLIP = "collection_slip", "提货单", "Collection slip (S2)"
    DELIVERY_VOUCHER = "delivery_voucher", "送货凭证", "Delivery voucher (S2)"
    CUSTODY_RECEIPT = "custody_receipt", "收据", "Receipt for goods taken along (S2)"
    REPAIR_SLIP = "repair_slip", "维修单", "Repair slip (S2)"
    SAMPLE_REGISTER = "sample_register", "上下样登记", "Register of samples (S2)"
    SERVICE_RECORD = "service_record", "服务记录单", "Service record (S2)"
    PART_CERTIFICATE = "part_certificate", "零部件合格证明", "Certificate of a part (S3)"
    EXPERT_OPINION = "expert_opinion", "技术意见", "Expert opinion (S3)"
    REPAIR_RECORD = "repair_record", "维修记录单", "Repair record (S4)"
    STOCK_REGISTER = "stock_register", "零部件出入库登记", "Register of parts (S4)"
    COMPENSATION_CLAIM = "compensation_claim", "赔偿申请", "Claim for compensation (S4)"
    EXPENSE_VOUCHER = "expense_voucher", "报销凭证", "Expense voucher (S4)"
    AUTHORITY_COMPLAINT = "authority_complaint", "12315 投诉单", "Complaint with market supervision (12315)"
    ACCEPTANCE_NOTICE = "acceptance_notice", "投诉受理通知", "Notice that a complaint is taken (12315)"
    METER_CERTIFICATE = "meter_certificate", "检定证书", "Certificate of a meter (metrology)"
    OTHER = "other", "其他", "Other"


class FormStep(Code):
    """What happened to a paper (S1 五/4, S2 二/15, S4 三(二)4)."""

    MADE_OUT = "made_out", "出具", "Made out"
    SIGNED = "signed", "签字", "Signed"
    HANDED_BACK = "handed_back", "交回", "Handed back"
    ARCHIVED = "archived", "归档", "Archived"
