"""The closed vocabularies of disputes and of money, each value with its zh and en label."""

from __future__ import annotations

from cases.code import Code


class Payer(Code):
    """Who bears a cost."""

    COMPANY = "company", "公司", "Company"
    CUSTOMER = "customer", "客户", "Customer"
    UNKNOWN = "unknown", "未定", "Undetermined"


class Cost(Code):
    """What a cost is for: the lines of the budget (S4 五(一))."""

    LABOUR = "labour", "人工", "Labour"
    PARTS = "parts", "配件", "Parts"
    LOGISTICS = "logistics", "物流", "Logistics"
    TRAINING = "training", "培训", "Training"
    OFFICE = "office", "办公", "Office"
    COMPENSATION = "compensation", "赔偿", "Compensation"
    OTHER = "other", "其他", "Other"


class Compensation(Code):
    """What is made good, and how (S1 四/5, S4 六(一))."""

    DIRECT_LOSS = "direct_loss", "直接损失", "Direct loss"
    INDIRECT_LOSS = "indirect_loss", "间接损失", "Indirect loss"
    GOODWILL = "goodwill", "协商补偿", "Goodwill"
    PRICE_SHARE = "price_share", "按比例退款", "Share of the price"
    COUPON = "coupon", "优惠券", "Coupon"
    DISCOUNT = "discount", "折扣", "Discount"


class Contention(Code):
    """What a dispute is about."""

    LIABILITY = "liability", "责任归属", "Who answers for it"
    QUALITY = "quality", "产品质量", "Quality"
    AMOUNT = "amount", "金额", "Amount"
    SERVICE = "service", "服务", "Service"
    POLICY = "policy", "制度适用", "Which rule applies"
    OTHER = "other", "其他", "Other"


class Party(Code):
    """Who answers for a fault or a loss (S2 四/6, S4 六(二)2)."""

    COMPANY = "company", "公司", "Company"
    CUSTOMER = "customer", "客户", "Customer"
    CARRIER = "carrier", "承运方", "Carrier"
    INSTALLER = "installer", "安装方", "Installer"
    SUPPLIER = "supplier", "供应商", "Supplier"
    VENUE = "venue", "商场", "Mall"
    THIRD_PARTY = "third_party", "第三方", "Third party"
    SHARED = "shared", "共同责任", "Several of them"
    NOBODY = "nobody", "无责任方", "Nobody"
    UNKNOWN = "unknown", "未能确定", "Could not be determined"


class Body(Code):
    """Who judges or mediates from outside (S4 六(二)3)."""

    INSTITUTE = "institute", "第三方机构", "Independent institute"
    ASSOCIATION = "association", "消费者协会", "Consumer association"
    AUTHORITY = "authority", "市场监管部门", "Market supervision"
    ARBITRATION = "arbitration", "仲裁机构", "Arbitration"
    COURT = "court", "法院", "Court"


class MediationResult(Code):
    """What came of it."""

    AGREED = "agreed", "达成一致", "Agreed"
    FAILED = "failed", "未达成一致", "Not agreed"
    OPINION = "opinion", "出具评估意见", "Opinion given"


class Settlement(Code):
    """How a dispute ended."""

    AGREED = "agreed", "协商一致", "Agreed between the two"
    MEDIATED = "mediated", "调解达成", "By mediation"
    DECIDED = "decided", "裁决", "By decision"
    WITHDRAWN = "withdrawn", "客户撤回", "Withdrawn by the customer"
