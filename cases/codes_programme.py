"""The closed vocabularies of programmes: how one looks, what was seen, what came of a measure."""

from __future__ import annotations

from cases.code import Code


class CheckMethod(Code):
    """How a programme looks at the work (S1 六/4, S4 四(三)1)."""

    WATCHING = "watching", "现场观察", "Watching"
    FORMS = "forms", "核对表单", "Comparing forms"
    MYSTERY_CUSTOMER = "mystery_customer", "神秘顾客", "Mystery customer"
    FEEDBACK = "feedback", "客户反馈", "Feedback of customers"
    THIRD_PARTY = "third_party", "第三方评价", "Evaluation by a third party"


class Seen(Code):
    """What was seen of a question of a check-list."""

    YES = "yes", "是", "Yes"
    NO = "no", "否", "No"
    NOT_SEEN = "not_seen", "未见", "Not seen"


class Effect(Code):
    """What came of a measure, looked at later (S1 六/5, S4 四(三)2)."""

    WORKED = "worked", "有效", "It worked"
    PARTLY = "partly", "部分有效", "It worked in part"
    NONE = "none", "无效", "It did not work"
