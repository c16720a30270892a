"""The closed vocabularies of goods and of the work on them, each value with its zh and en label."""

from __future__ import annotations

from cases.code import Code


class Direction(Code):
    """Which way goods travel."""

    INBOUND = "inbound", "寄回", "Inbound"
    OUTBOUND = "outbound", "寄出", "Outbound"


class ShippingMode(Code):
    """Who moves the goods (S0 三/3)."""

    PICKUP = "pickup", "上门取件", "Pick-up"
    CUSTOMER_SHIPS = "customer_ships", "客户自寄", "Customer ships"
    COMPANY_SHIPS = "company_ships", "公司寄出", "Company ships"


class InspectionStage(Code):
    """When goods were examined (X4: before shipping or after arrival)."""

    PRE_DIAGNOSIS = "pre_diagnosis", "远程预诊", "Remote pre-diagnosis"
    ARRIVAL = "arrival", "到货检测", "On arrival"
    RETURN_CHECK = "return_check", "退货检测", "Return check"
    PRE_DELIVERY = "pre_delivery", "送货前检查", "Before delivery"
    RESTOCK = "restock", "入库前检查", "Before it goes back into store"
    ON_SITE = "on_site", "现场检测", "On site"


class Purpose(Code):
    """What a time is told for: an appointment, or a promise to the customer."""

    REPLY = "reply", "答复", "Reply"
    SOLUTION = "solution", "解决方案", "Solution"
    VISIT = "visit", "上门", "Visit"
    INSPECTION = "inspection", "检测", "Inspection"
    REPAIR = "repair", "维修", "Repair"
    REPLACEMENT = "replacement", "更换", "Replacement"
    INSTALLATION = "installation", "安装调试", "Installation"
    DELIVERY = "delivery", "送货", "Delivery"
    PICKUP = "pickup", "取件", "Pick-up"
    REFUND = "refund", "退款", "Refund"


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
    DESIGN = "design", "设计缺陷", "Design"
    MATERIAL = "material", "材料缺陷", "Material"
    ASSEMBLY = "assembly", "装配缺陷", "Assembly"
    PARTS_MISSING = "parts_missing", "少装漏装", "Parts left out"
    NOT_INSTALLED = "not_installed", "未安装", "Not installed"
    WRONGLY_INSTALLED = "wrongly_installed", "错装", "Wrongly installed"
    SECONDARY_DAMAGE = "secondary_damage", "二次损坏", "Damaged while repaired"
    SALES_TALK = "sales_talk", "销售沟通偏差", "Told wrongly at the sale"
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


class Transit(Code):
    """How goods fare on their way (S0 四/3)."""

    IN_TRANSIT = "in_transit", "运输中", "In transit"
    DELAYED = "delayed", "延误", "Late"
    DAMAGED = "damaged", "破损", "Damaged"
    LOST = "lost", "丢失", "Lost"
    REFUSED = "refused", "拒收", "Not taken in"


class Lateness(Code):
    """Why people came late (S2 三·二/7-8)."""

    TRAFFIC = "traffic", "交通", "Traffic"
    EARLIER_VISIT = "earlier_visit", "前一单延误", "The visit before"
    PARTS = "parts", "等待配件", "Parts"
    CUSTOMER = "customer", "客户原因", "The customer"
    OTHER = "other", "其他", "Other"


class Stock(Code):
    """What kind of thing is kept in store (S2 七/1, 八)."""

    COMPONENT = "component", "配件", "Component"
    SPARE = "spare", "备件", "Spare"
    SUPPLEMENT = "supplement", "补件", "Supplement"
    GIFT = "gift", "赠品", "Gift"
    GOODS = "goods", "产品", "Goods"
    SAMPLE = "sample", "样品", "Showroom sample"


class Movement(Code):
    """What happened to it (S2 七, 八; S3 七; S4 二(三)2)."""

    RESERVED = "reserved", "留货", "Reserved"
    ORDERED = "ordered", "向工厂下单", "Ordered from the factory"
    RECEIVED = "received", "入库", "Into store"
    ISSUED = "issued", "出库", "Out of store"
    USED = "used", "装用", "Fitted"
    RETURNED = "returned", "退库", "Back into store"
    DISPLAYED = "displayed", "上样", "Put on show"
    WITHDRAWN = "withdrawn", "下样", "Taken off show"
    SCRAPPED = "scrapped", "报废", "Scrapped"
