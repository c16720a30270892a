"""Nothing of the five texts is forgotten: a rule is carried and proven, or says why not, or is counted as open."""

import re
from collections import Counter
from pathlib import Path

import pytest

from cases import codes
from cases.codes import Role
from cases.commands import COMMANDS
from cases.recorded import TOPICS
from cases.regulation.packs import shipped_books, shipped_names, shipped_regulation
from cases.regulation.texts import RuleState, contradictions, texts
from tests.coverage import PAGE, read, spread, standings, unproven, written
from tests.house import ROOT, Module
from tests.proving import Named, Proof, Scope, proofs, proven
from tests.reference import pages
from tests.reference import written as reference

FACTS = {fact.name(): fact for fact in TOPICS.values()}


def test_all_218_rules_of_the_five_texts_are_told_once() -> None:
    told = {text.id: len(text.rule) for text in texts()}
    assert told == {"S0": 44, "S1": 47, "S2": 63, "S3": 21, "S4": 43}
    rules = [rule for text in texts() for rule in text.rule]
    assert len({rule.id for rule in rules}) == sum(told.values()) == 218
    assert all(rule.id.startswith(f"{text.id}-") for text in texts() for rule in text.rule)
    assert all(10 <= len(rule.says) <= 110 or rule.reason for rule in rules), "one line, in our own words"


def test_all_24_contradictions_are_told_once_and_belong_to_a_text() -> None:
    assert sorted(int(row.id[1:]) for row in contradictions()) == list(range(1, 25))
    assert {key for row in contradictions() for key in row.of} <= {text.id for text in texts()}


def test_every_rule_that_is_carried_is_proven_and_so_is_every_item_that_carries_it() -> None:
    rows = [row for _, told in standings().values() for row in told]
    bare = {row.rule.id: [item.name for item in found] for row in rows if (found := unproven(row))}
    assert not bare, (
        "no test runs the pack and names the item, or is marked with the rule (pytest.mark.proves)"
    )


def test_no_test_is_marked_with_a_rule_whose_pack_it_does_not_run() -> None:
    for text, rows in standings().values():
        for row in rows:
            if row.carriers and not row.rule.by:
                marked = set(proofs().get(Named(row.rule.id), ()))
                assert marked == set(proofs().get(Named(row.rule.id, text.pack), ())), row.rule.id


def test_every_rule_that_is_not_carried_says_why_or_stands_open() -> None:
    for key, (text, rows) in standings().items():
        counted = Counter(row.state for row in rows)
        assert counted.total() == len(text.rule)
        assert all(row.remark for row in rows if row.state in {RuleState.PARTLY, RuleState.EXPLAINED})
        assert all(not row.carriers and not row.remark for row in rows if row.state is RuleState.OPEN)
        assert text.pack not in shipped_names() or not counted[RuleState.OPEN], (
            f"the pack of {key} leaves rules open"
        )


def test_the_lamp_factory_lacks_just_what_it_says() -> None:
    _, rows = standings()["S0"]
    assert [row.rule.id for row in rows if row.state is RuleState.PARTLY] == ["S0-6.2b"]
    assert [row.rule.id for row in rows if row.state is RuleState.EXPLAINED] == ["S0-end"]


def is_there(carrier: str, pack: str) -> bool:
    """Whether what is said to carry a rule exists."""
    kind, _, name = carrier.partition(" ")
    match kind:
        case "fact":
            return name in FACTS
        case "field":
            fact, _, field = name.partition(".")
            return fact in FACTS and field in FACTS[fact].model_fields
        case "code":
            return hasattr(codes, name)
        case "role":
            return name in set(Role)
        case "command":
            return name in COMMANDS
        case "calendar":
            return any(name in book.calendars for book in shipped_books().values())
        case "resolution":
            return name in {row.id for row in shipped_regulation(pack).regulation.resolution}
        case "table" | "route" | "shell":
            assert f"{kind}s" in pages() or kind in pages()
            return name in reference(f"{kind}s" if f"{kind}s" in pages() else kind)
        case _:
            return False


def test_whatever_is_said_to_carry_a_rule_is_there() -> None:
    said = [(rule.id, carrier, text.pack) for text in texts() for rule in text.rule for carrier in rule.by]
    assert len(said) > 10
    assert [(rule, carrier) for rule, carrier, pack in said if not is_there(carrier, pack)] == []


@pytest.mark.parametrize(
    "strange", ["fact Recieved", "field Received.chanel", "code Moods", "role king", "oracle x"]
)
def test_a_carrier_that_is_not_there_is_seen(strange: str) -> None:
    assert not is_there(strange, "lamp-factory")


def test_every_mark_on_a_test_names_a_rule() -> None:
    rules = {rule.id for text in texts() for rule in text.rule}
    marks = {known.name for known in proofs() if re.match(r"S\d-", known.name)}
    assert marks <= rules
    assert len(marks) >= 8


def test_a_test_that_tells_much_of_its_file_is_preferred_to_one_in_passing() -> None:
    constraints = "tests/cases/test_constraints.py"
    told = spread("S0")
    assert told[constraints] > told["tests/cases/test_commands_money.py"] > 0
    assert told[Proof(constraints, "test_nothing_is_repaired_unseen")] == 1


ELSEWHERE = """
import pytest
from tests.cases.scenario import given, rules_of
from tests.cases.shop import SHOP

SALES = rules_of("lamp-sales", "lamp-sales")
TABLE = ("major-goes-up",)

def course(kind):
    return SALES, kind

def test_of_the_sales_department():
    given(rules=SALES).then_found("registration-complete")

def test_of_a_table_and_a_course():
    course(TABLE[0])

def test_of_the_shop():
    given(rules=SHOP).then_found("registration-complete")

def test_by_a_journey():
    received(product_line="furniture", constraint="registration-complete")

def test_of_the_lamp_factory_where_nobody_says_otherwise():
    given().then_found("registration-complete")

def test_of_no_pack():
    assert "registration-complete"

@pytest.mark.proves("S2-3.1")
def test_with_a_mark_of_another_pack():
    given(rules=SALES)
"""


def test_the_name_of_an_item_proves_nothing_of_a_pack_that_the_test_does_not_run(tmp_path: Path) -> None:
    (source := tmp_path / "test_elsewhere.py").write_text(ELSEWHERE, encoding="utf-8")
    found = sorted((known.pack, known.name, test) for known, test in proven(Scope(Module(source))))
    assert found == [
        ("", "S2-3.1", "test_with_a_mark_of_another_pack"),
        ("home-store", "registration-complete", "test_by_a_journey"),
        ("home-store", "registration-complete", "test_of_the_shop"),
        ("lamp-factory", "registration-complete", "test_of_the_lamp_factory_where_nobody_says_otherwise"),
        ("lamp-sales", "S2-3.1", "test_with_a_mark_of_another_pack"),
        ("lamp-sales", "major-goes-up", "test_of_a_table_and_a_course"),
        ("lamp-sales", "registration-complete", "test_of_the_sales_department"),
    ]


def test_the_page_is_what_packs_and_tests_say() -> None:
    page = read()
    assert page == written(page), "docs/coverage.md is out of date; run: make reference"
    assert f"({PAGE.name})" in (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
