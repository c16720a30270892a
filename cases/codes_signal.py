"""The closed vocabularies of a signal: which chart it is of, and which rule was broken."""

from __future__ import annotations

from cases.code import Code


class Chart(Code):
    """What complaints are charted by."""

    ALL = "all", "全部投诉", "All complaints"
    PRODUCT = "product", "按产品", "By product"
    BATCH = "batch", "按批次", "By batch"
    CAUSE = "cause", "按原因", "By cause"


class ChartRule(Code):
    """How a month stands on its chart."""

    ABOVE = "above", "超出上限", "Above the upper limit"
    BELOW = "below", "低于下限", "Below the lower limit"
    RUN_ABOVE = "run_above", "连续八个月高于中心线", "Eight months above the centre line"
    NONE = "none", "无信号", "No signal"
    TOO_FEW_MONTHS = "too_few_months", "基准月份不足", "Too few months to judge by"
