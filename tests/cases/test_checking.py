"""Checking a regulation's text: everything that is wrong, at once, on its line, with what was probably meant."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from cases.regulation.checking import draft_of
from cases.regulation.checking_lines import Place, lines_of
from cases.regulation.packs import BrokenPack, Problem, check, read_regulation, shipped_text
from cases.regulation.texts import forgotten
from tests.house import tracked

HEAD = """
id = "kettles"
version = "1"
label = { zh = "水壶售后制度", en = "Kettle after-sales regulation" }
effective_from = 2026-01-01
"""
REPLY = """
[[promise]]
id = "reply"
clause = "K 1"
label = { zh = "一天内回复", en = "Answered within a day" }
start = { fact = "Received" }
stop = { fact = "Responded" }
within = { hours = 24 }
"""
RIGHT = """
[[entitlement]]
id = "right"
clause = "K 2"
label = { zh = "退换", en = "Return or exchange" }
"""
GUARD = """
[[constraint]]
id = "guard"
clause = "K 3"
label = { zh = "约束", en = "Guard" }
kind = "absence"
"""


def problems(document: str) -> tuple[Problem, ...]:
    with pytest.raises(BrokenPack) as broken:
        read_regulation(document, "kettles.toml")
    return broken.value.problems


def line_with(document: str, words: str) -> int:
    return document[: document.index(words)].count("\n") + 1


def test_a_small_regulation_is_right() -> None:
    assert read_regulation(HEAD + REPLY).warnings == ()


def test_everything_wrong_is_told_at_once_and_in_order() -> None:
    text = (
        HEAD + REPLY.replace('"Received"', '"Recieved"') + REPLY.replace("24 }", '24, calendar = "office" }')
    )
    text = text.replace("effective_from", "efective_from")
    found = problems(text + GUARD + 'then = { fact = "Shipped", payer = "customer" }\nmood = "flag"\n')
    said = [(one.item, one.what.partition(";")[0]) for one in found]
    assert [one.line for one in found] == sorted(one.line for one in found)
    assert said == [
        ("", "there is no such field"),
        ("promise reply", "there is no fact named 'Recieved'"),
        ("promise reply", "this name is taken, in line 8"),
        ("promise reply", "china has no calendar office"),
        ("constraint guard", "there is no such field"),
    ]


WRONG = [
    ("efective_from", "effective_from", "efective_from", "did you mean effective_from?"),
    ('fact = "Respond"', '"Responded"', '"Respond"', "did you mean Responded?"),
    ("stap", '"Responded"', '"Responded", stap = "reply"', "Responded has no field stap; did you mean step?"),
    ("withn", "within =", "withn =", "there is no such field; did you mean within?"),
    ("hous", "hours", "hous", "there is no such field; did you mean hours?"),
    ("setting", "hours = 24", 'setting = "reply-time"', "there is no placeholder reply-time"),
    ("is_configured", "stop =", "is_configured = true\nstop =", "so within names a setting"),
    ("workdays", "24", '24, calendar = "workdays"', "did you mean working-days?"),
    ("chinna", "effective", 'calendar = "chinna"\neffective', "did you mean china?"),
    ("X17", "within =", 'rules = ["X17"]\nwithin =', "X17 is resolved nowhere"),
    ("Q7", "within =", 'rules = ["Q7"]\nwithin =', "a rule is cited as S0-3.2a, a contradiction as X17"),
    ("Reply It", '"reply"', '"Reply It"', "small letters, digits and hyphens"),
    ("一天内", '"Answered within a day"', '""', "something must stand here"),
    ("logistic", "within =", 'department = "logistic"\nwithin =', "did you mean logistics?"),
    (
        "first-reply",
        'start = { fact = "Received" }',
        'after = "first-reply"',
        "there is no promise first-reply",
    ),
]


@pytest.mark.parametrize(("at", "written", "wrongly", "says"), WRONG)
def test_a_wrong_word_is_told_on_its_line_with_the_near_one(
    at: str, written: str, wrongly: str, says: str
) -> None:
    broken = (HEAD + REPLY).replace(written, wrongly, 1)
    found = [one for one in problems(broken) if says in one.what]
    assert [(one.file, one.line) for one in found] == [("kettles.toml", line_with(broken, at))]


def test_a_clause_or_a_label_that_is_missing_is_told_on_the_items_line() -> None:
    text = HEAD + REPLY.replace('clause = "K 1"\n', "").replace(', en = "Answered within a day"', "")
    assert [(one.field, one.what, one.line) for one in problems(text)] == [
        ("clause", "is missing", line_with(text, "[[promise]]")),
        ("label.en", "is missing", line_with(text, 'label = { zh = "一')),
    ]


NEVER_STOPS = [
    ('{ fact = "Received" }', "Received opens a case and comes no second time"),
    ('{ fact = "Responded", by = "quality" }', "never happens"),
    ('{ fact = "Revisited", satisfaction = 9 }', "never happens"),
    ('{ fact = "Delivered", direction = [] }', "never happens"),
    ('{ fact = "Inspected", has = "promised_at", lacks = "promised_at" }', "never happens"),
    ('{ fact = "Classified", kind = "repair" }', "never happens"),
    ('{ fact = "Refunded" }', "no-refunds refuses Refunded"),
]
NO_REFUNDS = GUARD.replace('"guard"', '"no-refunds"') + 'then = { fact = "Refunded" }\n'


@pytest.mark.parametrize(("stop", "why"), NEVER_STOPS)
def test_a_clock_that_can_never_stop_is_told(stop: str, why: str) -> None:
    text = HEAD + REPLY.replace(
        'stop = { fact = "Responded" }', f'stop = {stop}\napplies = {{ kind = "return" }}'
    )
    found = [one for one in problems(text + NO_REFUNDS) if one.what.startswith("this clock can never stop: ")]
    assert [(one.item, one.line) for one in found] == [("promise reply", line_with(text, "stop = "))]
    assert why in found[0].what


def test_a_clock_without_a_fact_to_stop_it_is_told() -> None:
    text = HEAD + REPLY.replace('stop = { fact = "Responded" }', "stop = []")
    found = [one for one in problems(text) if one.what.startswith("this clock can never stop: no fact")]
    assert [(one.item, one.line) for one in found] == [("promise reply", line_with(text, "stop = "))]


@pytest.mark.parametrize("hours", [-24, 87_601, 99_999_999_999_999])
def test_a_time_that_no_promise_can_have_is_told(hours: int) -> None:
    text = HEAD + REPLY.replace("hours = 24", f"hours = {hours}")
    assert text != HEAD + REPLY
    found = [one for one in problems(text) if one.what.startswith(f"{hours} hours are no time")]
    assert [(one.item, one.line) for one in found] == [("promise reply", line_with(text, "within = "))]


def test_a_clock_that_one_of_two_facts_stops_is_right() -> None:
    stop = 'stop = [{ fact = "Refunded" }, { fact = "Responded" }]'
    read_regulation(HEAD + REPLY.replace('stop = { fact = "Responded" }', stop) + NO_REFUNDS)


UNREACHABLE = [
    ('then = { fact = "Inspected", by = "finance" }', "finance may not record Inspected"),
    ('then = { fact = "Received", purchased_on = "2026-01-01" }', "purchased_on is never 2026-01-01"),
    ('then = { fact = "Received", lacks = "case_no" }', "case_no is always given"),
    (
        'then = { fact = "Approved" }\nsame = ["subjct"]',
        "Approved has no field subjct; did you mean subject?",
    ),
]


@pytest.mark.parametrize(("then", "says"), UNREACHABLE)
def test_what_a_constraint_waits_for_in_vain_is_told(then: str, says: str) -> None:
    assert [says in one.what for one in problems(HEAD + GUARD + then)] == [True]


FORM = """
[[form]]
id = "record"
clause = "K 4"
label = { zh = "记录", en = "Record" }
line = [
    { label = { zh = "型号", en = "Model" }, from = { fact = "Received" }, field = "product_model" },
    { label = { zh = "到场", en = "On site" }, from = { fact = "Inspected", by = "finance" } },
]
"""


def test_a_line_of_a_form_that_no_fact_can_fill_is_told() -> None:
    text = HEAD + FORM
    assert [(one.item, one.line) for one in problems(text)] == [("form record", line_with(text, '"finance"'))]


def test_a_promised_moment_is_a_moment_of_the_fact_that_starts_the_clock() -> None:
    text = HEAD + REPLY.replace('"Received"', '"Inspected"').replace("hours = 24", 'until = "report_no"')
    assert [one.what for one in problems(text)] == ["Inspected has no field report_no that holds a moment"]


BELOW = [
    ('kind = "freight"\npayer = "customer"\n', "消费者权益保护法 24", "by the article the company does"),
    ('kind = "window"\nwindow = { days = 15, anchor = "purchased_on" }\n', "消费者权益保护法 24", "from receipt"),
    ('kind = "window"\nwindow = { days = 5 }\n', "消费者权益保护法 24", "in force: 5 days; the law gives 7"),
    ('kind = "window"\nwindow = { days = 5 }\napplies = { sales_channel = "online" }\n', "消费者权益保护法 25", "7"),
    ('kind = "warranty"\nwindow = { years = 1 }\n', "民法典 622", "no minimum is named"),
    ('kind = "warranty"\nwindow = { months = 1 }\n', "消费者权益保护法 23", "1 months; for 6 months the trader"),
    ('kind = "warranty"\nlaw = "三包规定 8"\nwindow = { months = 6 }\n', "三包规定 8", "the law gives 12"),
    ('kind = "window"\nlaw = "三包规定 10"\nwindow = { days = 7 }\n', "三包规定 10", "7 days; the law gives 15"),
    ('kind = "window"\nafter_repairs = 3\nwindow = { years = 1 }\n', "三包规定 11", "no more than 2"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "law", "says"), BELOW)
def test_a_policy_below_the_law_warns_with_the_article_even_where_it_names_none(
    right: str, law: str, says: str
) -> None:
    text = HEAD + RIGHT + right
    found = [one for one in read_regulation(text).warnings if says in one.what]
    assert [(one.item, one.law, one.line) for one in found] == [
        ("right", law, line_with(text, 'id = "right"'))
    ]


ABOVE = [
    'kind = "warranty"\nwindow = { years = 1 }\nlaw = "三包规定 8"\n',
    'kind = "freight"\npayer = "customer"\napplies = { kind = ["return", "exchange"], reason = "not_fit" }\n',
    'kind = "freight"\npayer = "customer"\napplies = { kind = "repair", coverage = "out_of_warranty" }\n',
    'kind = "freight"\npayer = "customer"\napplies = { kind = "return", is_human_damage = true }\n',
    'kind = "window"\nwindow = { days = 5, anchor = "purchased_on" }\napplies = { reason = "not_fit" }\n',
    'kind = "window"\nwindow = { days = 15 }\n',
]


@pytest.mark.parametrize("right", ABOVE)
def test_what_the_law_leaves_to_the_firm_does_not_warn(right: str) -> None:
    assert read_regulation(HEAD + RIGHT + right).warnings == ()


STRANGE = [
    "promise = 3", "promise = [1, []]", "[promise]\nid = 1", "label = 1", "calendar = []",
    "[[promise]]\nid = {}\nafter = []",
    "[[placeholder]]\nid = []\nunit = {}", "[[resolution]]\nid = [1]\nlabel = 2", "[[coverage]]\nrule = {}",
    "label = { where = 3 }", "[[programme]]\nchecklist = { id = 1 }\nrules = 5",
    '[[promise]]\nstart = "Received"\nwithin = []', "form = true",
    "[[constraint]]\nthen = [[]]\nsame = 3\nlabel = []\nrules = [[1], {}]", "version = {}", "placeholder = [[{}]]",
]  # fmt: skip


@pytest.mark.parametrize("strange", STRANGE)
def test_whatever_somebody_types_is_told_and_breaks_nothing(strange: str) -> None:
    name = strange.partition(" =")[0]
    text = "".join(line for line in HEAD.splitlines(keepends=True) if not line.startswith(name)) + strange
    assert check(text, "kettles.toml").problems


def test_two_readings_that_are_one_resolve_nothing() -> None:
    words = '{ zh = "一样", en = "the same" }'
    row = f'[[resolution]]\nid = "X5"\nclause = "K"\nlabel = {words}\nreading = {words}\nliteral = {words}\n'
    assert [one.field for one in problems(HEAD + row)] == ["reading"]


@pytest.mark.parametrize(("rule", "meant"), [("S0-3.2", "S0-3.2c"), ("X99", "X9")])
def test_a_rule_that_no_text_has_is_told(rule: str, meant: str) -> None:
    text = HEAD + REPLY.replace("within =", f'rules = ["{rule}"]\nwithin =')
    (found,) = forgotten(draft_of(text, "kettles.toml"))
    assert (found.line, found.what) == (
        line_with(text, "rules"),
        f"no text has a rule {rule}; did you mean {meant}?",
    )


def test_a_contradiction_that_the_pack_of_a_text_leaves_unresolved_is_told() -> None:
    text = shipped_text("lamp-factory").replace('id = "X13"', 'id = "X12"')
    (left,) = forgotten(draft_of(text, "lamps.toml"))
    assert (left.line, left.what) == (
        line_with(text, "id ="),
        "the contradiction X13 is not resolved: departments audit themselves",
    )
    assert not list(forgotten(draft_of(shipped_text("lamp-factory"), "lamps.toml")))


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    if at:
        yield at
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from places(part, (*at, name))


ODD = '''a.b."c d".'e' = "x # no"
t = """
 [x]
 y = 1 \\""" "" """""
u = \'\'\'
k = 2\'\'\'\'\'
w = """"""
d = 1979-05-27 07:32:00
arr = [ # c
  1, [2,
   3], { z = "]", q = [1] },
]
[tab]  # comment
"q" = -1.5e3 # x
[tab.sub]
x.y = true
[[tables]]
n = 1
[tables.deep]
m = ''
[[tables.more]]
[[tables.more]]
p = ""
[[tables]]
[[tables.more]]
p = {}
e = []
'''
TEXTS = [ODD, shipped_text("lamp-factory"), *(p.read_text("utf-8") for p in tracked() if p.suffix == ".toml")]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_everything_in_a_text_has_its_line(text: str) -> None:
    assert set(lines_of(text)) == set(places(tomllib.loads(text)))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_lines_are_those_that_an_editor_shows(newline: str) -> None:
    lines = lines_of(ODD.replace("\n", newline))
    assert [lines[place] for place in [("a", "b", "c d", "e"), ("u",), ("arr", 1, 1), ("arr", 2, "q")]] == [
        1,
        5,
        11,
        11,
    ]
    assert [lines["tables", 0], lines["tables", 1, "more", 0, "e"]] == [17, 27]
