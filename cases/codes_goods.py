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
