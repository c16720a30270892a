"""A policy author's mistakes, one after another: each gets one clear message, with its line, its field and a cure."""

from __future__ import annotations

import re

import pytest

from cases.regulation.checking import KINDS
from cases.regulation.packs import BrokenPack, Problem, check

KETTLES = """\
id = "kettles"
version = "2026.1"
label = { zh = "水壶售后制度", en = "Kettle after-sales regulation" }
effective_from = 2026-01-01
product_lines = ["kettle"]
calendar = "china"
backdating_tolerance_minutes = 15

[[promise]]
id = "reply"
clause = "K 1"
label = { zh = "一天内回复", en = "Answered within a day" }
rules = ["S0-3.2a"]
applies = { kind = "consultation" }
start = { fact = "Received" }
stop = { fact = "Responded", step = ["reply", "final_answer"] }
pause = { from = { fact = "Paused", reason = "waiting_for_customer" }, to = { fact = "Resumed" } }
within = { hours = 24, calendar = "around-the-clock" }
warn = [0.75]
escalate = ["supervisor"]
department = "customer_service"

[[promise]]
id = "refund"
clause = "K 2"
label = { zh = "按时退款", en = "Refund in time" }
start = { fact = "Delivered", direction = "inbound" }
stop = { fact = "Refunded" }
within = { setting = "refund-days", calendar = "calendar-days" }
is_configured = true

[[constraint]]
id = "inspected-first"
clause = "K 3"
label = { zh = "先检测后退款", en = "Inspection before refund" }
kind = "precedence"
first = { fact = "Inspected", is_passed = true, by = "quality" }
then = { fact = "Refunded" }

[[entitlement]]
id = "warranty"
clause = "K 4"
label = { zh = "保修一年", en = "One year" }
kind = "warranty"
window = { years = 1, minimum = "least" }
needs = ["has_proof"]
checklist = { is_human_damage = false }

[[target]]
id = "in-time"
clause = "K 5"
label = { zh = "响应及时率", en = "Responses in time" }
measure = "response_on_time"
at_least = "0.95"
promises = ["reply"]

[[programme]]
id = "sample"
clause = "K 6"
label = { zh = "抽检", en = "Sample" }
kind = "audit"
period = "month"
rate = "0.10"

[[alert]]
id = "safety"
clause = "K 7"
label = { zh = "安全", en = "Danger" }
counts = { fact = "Classified", is_safety = true }
reason = "safety"
escalate = ["supervisor", "quality"]

[[office]]
id = "clerk"
clause = "K 8"
label = { zh = "文员", en = "Clerk" }
role = "agent"
may = ["receive"]

[[form]]
id = "record"
clause = "K 9"
label = { zh = "记录", en = "Record" }
line = [{ label = { zh = "型号", en = "Model" }, from = { fact = "Received" }, field = "product_model" }]

[[placeholder]]
id = "refund-days"
clause = "K 2"
label = { zh = "退款天数", en = "Days until refund" }
unit = "days"

[[placeholder]]
id = "portion"
clause = "K 6"
label = { zh = "比例", en = "Portion" }
unit = "percent"

[[placeholder]]
id = "least"
clause = "K 4"
label = { zh = "最短", en = "Least" }
unit = "months"

[[resolution]]
id = "X5"
clause = "K 4"
label = { zh = "起算日", en = "Counted from" }
reading = { zh = "收货日", en = "from receipt" }
literal = { zh = "购买日", en = "from purchase" }

[[coverage]]
rule = "S0-7.1"
reason = { zh = "奖金不在内", en = "no bonus here" }

[[routing]]
id = "complaints"
clause = "K 10"
label = { zh = "投诉转交", en = "Complaints" }
applies = { kind = "complaint" }
department = "quality"

[[consequence]]
id = "deduction"
clause = "K 11"
label = { zh = "扣款", en = "Deduction" }
kind = "penalty"
decides = ["management"]

[[appeal]]
id = "heard"
clause = "K 12"
label = { zh = "申诉", en = "Appeal" }
within = { days = 3, calendar = "calendar-days" }
answer = { days = 5, calendar = "calendar-days" }
decides = ["management"]
"""
"""A regulation with an item of every kind."""


def told(text: str) -> tuple[Problem, ...]:
    """What the author is told of a text."""
    try:
        return check(text, "kettles.toml").problems
    except BrokenPack as broken:
        return broken.problems


def first_changed(text: str) -> int:
    """The line on which a text begins to differ from the right one."""
    same = [one == other for one, other in zip(KETTLES.splitlines(), text.splitlines(), strict=False)]
    return same.index(False) + 1


def heading_above(text: str) -> int:
    """The line of the item that the first change is in, where what is missing is told."""
    above = text.splitlines()[: first_changed(text)]
    return max((at for at, line in enumerate(above, 1) if line.startswith("[[")), default=1)


def test_the_kettles_are_right() -> None:
    assert told(KETTLES) == ()
    assert [kind for kind in KINDS if f"[[{kind}]]" not in KETTLES] == []
    assert told(KETTLES.replace("\n", "\r\n")) == told(KETTLES.replace(" = ", "\t=\t")) == ()


KEYS = sorted(set(re.findall(r"(\w+) =", KETTLES)) - {"by"})


@pytest.mark.parametrize("key", KEYS)
def test_a_key_with_a_letter_too_few_is_told_once_with_the_right_one(key: str) -> None:
    typo = key[:-1] if len(key) > 3 else f"{key}x"
    text = re.sub(rf"\b{key} =", f"{typo} =", KETTLES, count=1)
    (found,) = told(text)
    assert (found.line, found.file) == (first_changed(text), "kettles.toml")
    assert typo in f"{found.field}: {found.what}"
    assert f"did you mean {key}?" in found.what or "meant to be it?" in found.what


MISTAKES = [
    ('"Received" }\nstop', '"Recieved" }\nstop', "start", "there is no fact named 'Recieved'; did you mean Received?"),
    ('["reply", "final', '["replay", "final', "stop", "did you mean reply?"),
    ("is_passed = true", 'is_passed = "true"', "first", 'is_passed cannot be "true"; it is one of true, false'),
    ('{ kind = "consultation" }', '{ kind = "consult" }', "applies", "did you mean consultation?"),
    ('{ kind = "consultation" }', '{ colour = "red" }', "applies", "has a field colour"),
    ('by = "quality"', 'by = "finance"', "first", "finance may not record Inspected"),
    ('kind = "precedence"', 'kind = "presedence"', "kind", "did you mean precedence?"),
    ('period = "month"', 'period = "monthly"', "period", "did you mean month?"),
    ('field = "product_model"', 'field = "product_modl"', "line.field", "did you mean product_model?"),
    ('["has_proof"]', '["has_prof"]', "needs", "did you mean has_proof?"),
    ("{ is_human_damage", "{ is_human", "checklist.is_human", "did you mean is_human_damage?"),
    ('unit = "days"', 'unit = "day"', "unit", "did you mean days?"),
    ('id = "refund"', 'id = "reply"', "id", "this name is taken, in line 10"),
    ('id = "refund"', 'id = "Refund it"', "id", "small letters, digits and hyphens"),
    ('clause = "K 2"\nlabel = { zh = "按', 'label = { zh = "按', "clause", "is missing"),
    ('clause = "K 3"', 'clause = ""', "clause", "is empty"),
    ('clause = "K 3"', 'clause = "  "', "clause", "is blank"),
    ('zh = "安全"', 'zh = "安\\u0000全"', "label.zh", "holds a control character"),
    ('by = "quality"', "by = []", "first.by", "names none"),
    ('{ kind = "consultation" }', "{ kind = [] }", "applies.kind", "names none"),
    ("answer = { days = 5", "answer = { days = 9999", "answer.days", "9999 days are no time"),
    ('reason = "safety"', 'within = { months = 9999 }\nreason = "safety"', "within.months", "9999 months"),
    (', en = "Refund in time" }', " }", "label.en", "is missing"),
    ('en = "One year"', 'de = "Ein Jahr"', "label.de", "did you mean en?"),
    ('{ zh = "抽检", en = "Sample" }', '"Sample"', "label", "must be a table in braces"),
    ('"S0-3.2a"', '"S0-3.2z"', "rules", "no text has a rule S0-3.2z"),
    ('"S0-3.2a"', '"三/2"', "rules", "a rule is cited as S0-3.2a"),
    ('rule = "S0-7.1"', 'rule = "S0-3.2a"', "rule", "it needs no reason here"),
    ('promises = ["reply"]', 'promises = ["answer"]', "promises", "there is no promise answer"),
    ('setting = "refund-days"', 'setting = "refund-dys"', "within.setting", "did you mean refund-days?"),
    ('"calendar-days"', '"calender-days"', "within.calendar", "did you mean calendar-days?"),
    ('calendar = "china"', 'calendar = "chna"', "calendar", "there is no calendar document chna"),
    ('["supervisor"]\ndep', '["king"]\ndep', "escalate", "there is no role king; it is one of agent 客服"),
    ('["supervisor"]\ndep', '["suprvisor"]\ndep', "escalate", "did you mean supervisor (主管 / Supervisor)?"),
    ('["supervisor"]\ndep', '["主管"]\ndep', "escalate", "did you mean supervisor (主管 / Supervisor)?"),
    ('["supervisor"]\ndep', '["文员"]\ndep', "escalate", "did you mean agent (客服 / Agent)?"),
    ('["supervisor", "quality"]', '["quality", "quality"]', "escalate", "quality is named twice"),
    ('["supervisor", "quality"]', "[]", "escalate", "must name at least one"),
    ('["supervisor"]\ndep', '"supervisor"\ndep', "escalate", 'write ["supervisor"]'),
    ('role = "agent"', 'role = "客服"', "role", "did you mean agent?"),
    ('["receive"]', '["recieve"]', "may", "did you mean receive?"),
    ('"customer_service"', '"客服部"', "department", "did you mean customer_service?"),
    ('stop = { fact = "Refunded" }', 'stop = { fact = "Received" }', "stop", "never stop: Received opens a case"),
    ('stop = { fact = "Refunded" }', 'stop = { fact = "Refunded", by = "store" }', "stop", "by store never happens"),
    ('stop = { fact = "Refunded" }', "stop = []", "stop", "no fact is named that stops it"),
    ('direction = "inbound" }', "direction = [] }", "start", "this clock can never start"),
    (', to = { fact = "Resumed" } }', " }", "pause.to", "is missing"),
    ('to = { fact = "Resumed" } }', "to = [] }", "pause.to", "what begins here never ends"),
    ('then = { fact = "Refunded" }', "then = []", "then", "nothing is ever judged"),
    ("hours = 24", "hours = -24", "within.hours", "-24 hours are no time that anything may take"),
    ("hours = 24", "hours = 0", "within.hours", "1 to 87600"),
    ("hours = 24", "hours = 240_000", "within.hours", "no time that anything may take"),
    ("hours = 24", 'hours = "24"', "within.hours", "must be written without quotes: 24"),
    ("hours = 24", "hours = true", "within.hours", "must be a number, not true"),
    ("hours = 24", "hours = 24.5", "within.hours", "must be a whole number"),
    ("hours = 24", "hours = 24, days = 1", "within", "name exactly one of"),
    ("years = 1", "years = 99999", "window.years", "must be no more than 100"),
    ("years = 1", "years = 0", "window.years", "must be more than 0"),
    ("warn = [0.75]", "warn = [75]", "warn", "must be less than 1; three quarters are 0.75"),
    ("warn = [0.75]", "warn = 0.75", "warn", "write [0.75]"),
    ('"0.95"', "0.95", "at_least", 'write "0.95"'),
    ('"0.95"', '"95%"', "at_least", '"0.95" for 95 percent'),
    ('"0.10"', '"10%"', "rate", '"0.10" for a tenth'),
    ("is_configured = true", 'is_configured = "yes"', "is_configured", "without quotes: true"),
    ("_minutes = 15", "_minutes = -15", "backdating_tolerance_minutes", "must be 0 to"),
    ('version = "2026.1"', "version = 2026.1", "version", 'write "2026.1"'),
    ("= 2026-01-01", '= "2026-01-01"', "effective_from", "without quotes: 2026-01-01"),
    ("= 2026-01-01", "= 2026-01-01T00:00:00", "effective_from", "must be a day without a time: 2026-01-01"),
    ("= 2026-01-01", "= 9999-01-01", "effective_from", "between the years 1971 and 2098"),
    ("= 2026-01-01\n", "= 2026-01-01\neffective_until = 2025-12-31\n", "effective_until", "no case would be bound"),
    ('["kettle"]', '"kettle"', "product_lines", 'write ["kettle"]'),
    ('[[promise]]\nid = "reply"', '[[promises]]\nid = "reply"', "promises", "did you mean promise?"),
    ('calendar = "china"', 'calendar = "china"\nchannels = ["fax"]', "channels", "there is no channel fax"),
    ("warn = [0.75]", "not_before = { hours = 30 }\nwarn = [0.75]", "not_before.hours", "never kept within 24"),
    ('then = { fact = "Refunded" }', 'then = { fact = "Inspected" }', "then", "none can ever come"),
    ("warn = [0.75]", 'cancel = { fact = "Received" }\nwarn = [0.75]', "cancel", "comes no second time"),
    ('{ fact = "Resumed" }', '{ fact = "Received" }', "pause.to", "comes no second time"),
    ('rate = "0.10"', 'rate = "0.10"\nshare = "portion"', "share", "the firm sets no share"),
    ('period = "month"', 'period = "setting"', "setting", "is missing; it names the value of the firm"),
    ('["management"]', '["hr"]', "decides", "must be one of agent"),
    ('["receive"]', '["receive"]\nmay_not = ["receive"]', "may_not", "receive stands in may, too"),
    ('["receive"]', '["inspect"]', "may", "the role agent is never let inspect"),
    ('["receive"]', '["receive"]\nmay_not = ["revisit"]', "may_not", "the role agent is let revisit all the same"),
    ('"S0-3.2a"', '"X99"', "rules", "no text has a rule X99"),
    ('id = "kettles"', "id = “kettles”", "", "'“' is not what it looks like; write \""),
    ('id = "kettles"', 'id ＝ "kettles"', "", "write ="),
    ('["kettle"]', '["kettle"，"pot"]', "", "write ,"),
    ('id = "kettles"', 'id: "kettles"', "", "a name is followed by ="),
    ('id = "kettles"', "id = kettles", "", "texts stand in quotes"),
    ('id = "kettles"', 'id = "kettles', "", "a quotation mark is missing"),
    ('id = "kettles"', 'id = "kettles"\nid = "pots"', "", "this name has a value already"),
    ("= true", "= True", "", "yes and no are true and false"),
    ("= 2026-01-01", "= 2026-02-30", "", "there is no such day"),
    ("= 2026-01-01", "= 2026-1-1", "", "days are written 2026-01-31"),
    ('["kettle"]', '["kettle"', "", "the [ in line 5 is not closed"),
    ('zh = "水壶', 'zh = "水\\壶', "", "in a text is written"),
    ("= 15", f"= {'9' * 6_000}", "", "a number of 6000 digits"),
    ('["kettle"]', "[" * 3_000 + "]" * 3_000, "", "more than 32 brackets are open within each other"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "field", "says"), MISTAKES, ids=range(len(MISTAKES)))
def test_each_mistake_is_told_once_on_its_line_with_its_field(
    right: str, wrong: str, field: str, says: str
) -> None:
    assert right in KETTLES
    text = KETTLES.replace(right, wrong, 1)
    (found,) = told(text)
    assert says in found.what
    assert found.field == field
    assert found.line in {first_changed(text), heading_above(text), first_changed(text) + 1}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "nothing is written here"),
        ("# only a remark\n", "nothing is written here"),
        ("\ufeff" + KETTLES, "byte order mark"),
        (KETTLES.replace("\n", "\r"), "save the file with line ends LF or CRLF"),
    ],
)
def test_a_text_that_is_wrong_as_a_whole_is_told_on_its_first_line(text: str, says: str) -> None:
    (found,) = told(text)
    assert (found.line, says in found.what) == (1, True)
