"""The lamp factory's pack is whole, and a wrong pack is refused in plain words that say where."""

from __future__ import annotations

import re
from contextlib import nullcontext
from hashlib import sha256
from importlib.resources import files

import pytest

from cases.regulation.model import CONFIGURED
from cases.regulation.packs import (
    BrokenPack,
    Pack,
    read_regulation,
    read_settings,
    shipped_regulation,
    shipped_settings,
)
from cases.regulation.texts import contradictions
from tests.house import ROOT


@pytest.fixture(scope="module")
def lamp() -> Pack:
    """The pack that ships with the product."""
    return shipped_regulation("lamp-factory")


def test_every_contradiction_is_resolved_and_keeps_its_literal_reading(lamp: Pack) -> None:
    rows = {row.id: row for row in lamp.regulation.resolution}
    assert set(rows) >= {row.id for row in contradictions() if "S0" in row.of}
    assert all(row.reading != row.literal for row in rows.values())
    assert {rule for rule in lamp.regulation.carriers() if rule.startswith("X")} <= set(rows)


def test_every_item_has_its_clause_and_both_labels(lamp: Pack) -> None:
    items = lamp.regulation.items
    assert len(items) > 60
    assert all(item.clause and item.label.zh and item.label.en for item in items)
    assert all(re.search("[一-鿿]", item.label.zh) for item in items)
    assert all(re.match("[A-Z0-9]", item.label.en) for item in items)


def test_readings_below_the_law_warn_and_name_the_article(lamp: Pack) -> None:
    warned = {found.item: found.law for found in lamp.warnings}
    assert warned["freight-quality-return"] == "消费者权益保护法 24"
    assert warned["quality-return-window"] == "消费者权益保护法 24"
    assert warned["warranty"] == "民法典 622"
    assert set(warned) >= {"X1", "X5", "X17", "X23", "X24"}


@pytest.mark.parametrize(
    ("written", "wrongly", "item", "says"),
    [
        ('days = 15, anchor = "later"', 'days = 15, anchor = "purchased_on"', "quality-return-window", "from receipt"),
        ("days = 15,", "days = 5,", "quality-return-window", "in force: 5 days; the law gives 7"),
        ('days = 7, anchor = "goods', 'days = 6, anchor = "goods', "distance-sale-return", "the law gives 7"),
        ('payer = "company"\nliteral', 'payer = "customer"\nliteral', "freight-quality-return", "the company does"),
    ],
)  # fmt: skip
def test_a_pack_that_puts_a_reading_below_the_law_in_force_is_warned(
    lamp: Pack, written: str, wrongly: str, item: str, says: str
) -> None:
    assert written in lamp.document
    warnings = read_regulation(lamp.document.replace(written, wrongly, 1)).warnings
    assert any(found.item == item and says in found.what for found in warnings)


def test_every_constraint_and_entitlement_is_told_as_a_story(lamp: Pack) -> None:
    stories = "".join(path.read_text("utf-8") for path in (ROOT / "tests" / "cases").glob("test_[ce]*.py"))
    for constraint in lamp.regulation.constraint:
        told = f'rule="{constraint.id}"' if constraint.mode == "refuse" else f'then_found("{constraint.id}"'
        assert told in stories, f"no story of {constraint.id}"
    assert [item.id for item in lamp.regulation.entitlement if f'"{item.id}"' not in stories] == []


def test_the_pack_ships_without_the_values_that_the_text_leaves_open(lamp: Pack) -> None:
    shipped = [path.name for path in (files("cases") / "regulations").iterdir()]
    assert "lamp-factory.toml" in shipped
    told = re.sub(r"#.*", "", lamp.document)
    assert "value" not in told
    open_values = {item.id for item in lamp.regulation.placeholder}
    assert {
        "refund-within",
        "phone-pickup",
        "mail-reply",
        "star-bonus",
        "digest-period",
        "revisit-due",
    } <= open_values
    asking = {p.within.setting for p in lamp.regulation.promise if p.is_configured}
    assert asking <= open_values
    assert all(p.is_configured == (p.within.setting is not None) for p in lamp.regulation.promise)


def test_demo_values_fill_placeholders_and_say_where_they_come_from(lamp: Pack) -> None:
    settings = shipped_settings("lamp-factory").settings
    assert settings.values["refund-within"].value == 7
    assert settings.values["revisit-due"].value == 3
    assert {value.source for value in settings.values.values()} == {CONFIGURED}
    assert "phone-pickup" not in settings.values


def test_the_digest_is_that_of_the_text(lamp: Pack) -> None:
    text = (ROOT / "cases" / "regulations" / "lamp-factory.toml").read_bytes()
    assert lamp.sha256 == sha256(text).hexdigest()


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


@pytest.mark.parametrize(
    ("written", "wrongly", "item", "says"),
    [
        ('start = { fact = "Received" }', 'start = { fact = "Recieved" }', "promise consultation-reply", "no fact"),
        ('step = ["reply",', 'step = ["repyl",', "promise consultation-reply", "step cannot be repyl; it is one of"),
        ("is_passed = true, by", "is_pased = true, by", "constraint refund-after-inspection", "no field is_pased"),
        ("is_passed = true, by", 'is_passed = "yes", by', "constraint refund-after-inspection", "one of true, false"),
        ('by = "quality"', 'by = "qualty"', "constraint refund-after-inspection", "first.by"),
        ("hours = 24", "hours = 24, days = 1", "promise consultation-reply", "name exactly one of"),
        ("warn = [0.75]", "warn = [75]", "promise consultation-reply", "less than 1"),
        ('kind = "precedence"', 'kind = "before"', "constraint classified-first", "precedence"),
        ('limit = "paid"', "", "constraint refund-within-paid", "says limit"),
        ('has_proof", "has', 'has_prof", "has', "entitlement quality-return-window", "no such field: has_prof"),
        ('coverage = "in_warranty"', 'coverage = "yes"', "constraint freight-of-warranty-repair", "out_of_warranty"),
        ("{ is_safety = true }", "{ is_unsafe = true }", "promise safety-stop-use", "neither Classified nor Received"),
        ('rate = "0.10"', 'rat = "0.10"', "programme monthly-sample", "there is no such field"),
        ('setting = "revisit-due"', 'setting = "revist-due"', "promise revisit-due", "no placeholder revist-due"),
        ('setting = "refund-limit"', 'setting = "resolution"', "constraint refund-above-limit", "counted in days"),
        ('id = "first-response"', 'id = "consultation-reply"', "promise consultation-reply", "this name is taken"),
        ('rule = "S0-1.1"', 'rule = "S0-3.2a"', "coverage S0-3.2a", "is carried by consultation-reply"),
        ('label = { zh = "咨询 24 小时内回复", en', "label = { en", "promise consultation-reply", "zh: is missing"),
    ],
)  # fmt: skip
def test_a_wrong_pack_says_file_line_item_field_and_cure(
    lamp: Pack, written: str, wrongly: str, item: str, says: str
) -> None:
    with pytest.raises(BrokenPack) as broken:
        read_regulation(lamp.document.replace(written, wrongly, 1), "lamps.toml")
    problem = next(found for found in broken.value.problems if found.item == item)
    assert says in str(problem)
    assert abs(problem.line - line_of(lamp.document, written)) <= 12
    assert str(problem).startswith(f"lamps.toml, line {problem.line}: {item}: ")


def test_what_is_not_toml_says_the_line(lamp: Pack) -> None:
    with pytest.raises(BrokenPack, match=r"lamps.toml, line 8: not TOML"):
        read_regulation(lamp.document.replace('version = "2026.3"', "version 2026.1", 1), "lamps.toml")


@pytest.mark.parametrize(
    ("written", "wrongly", "says"),
    [
        ('value = 7, unit = "days"', 'value = 7, unit = "fen"', "is counted in days, not in fen"),
        ("value = 7,", "value = -7,", "must be a whole number of days, 0 to 3650"),
        ("value = 7,", "value = 999999,", "must be a whole number of days, 0 to 3650"),
        ("value = 7,", 'value = "7",', "must be a whole number without quotes"),
        ("value = 7,", "value = 7.5,", "line 9: values.refund-within.value: must be a whole number"),
        ("value = 7,", "value = true,", "must be a number, not true"),
        ("value = 7,", 'value = 7, calendar = "moon",', "china has no calendar moon"),
        ("value = 7,", "valeu = 7,", "did you mean value?"),
        ('value = 7, unit = "days", source = "configured, not from the regulation"',
         'value = 7, unit = "days", source = "the regulation"', "configured, not from the regulation"),
        ("refund-within =", "refund-wihtin =", "the regulation has no such placeholder"),
        ('regulation = "lamp-factory"', 'regulation = "lamp-sales"', "these are not values of lamp-factory"),
    ],
)  # fmt: skip
def test_wrong_values_say_what_is_wrong(lamp: Pack, written: str, wrongly: str, says: str) -> None:
    document = shipped_settings("lamp-factory").document
    with pytest.raises(BrokenPack, match=re.escape(says)):
        read_settings(document.replace(written, wrongly, 1), lamp.regulation, "values.toml")


def test_a_wrong_value_hides_no_wrong_name(lamp: Pack) -> None:
    document = shipped_settings("lamp-factory").document.replace("first-response =", "first-respons =", 1)
    document = document.replace(f'source = "{CONFIGURED}"', 'source = "x"', 1)
    with pytest.raises(BrokenPack) as broken:
        read_settings(document, lamp.regulation)
    said = {one.field: one.what for one in broken.value.problems}
    assert said["values.refund-within.source"] == f'must be "{CONFIGURED}"'
    assert said["values.first-respons"].endswith("did you mean first-response?")


@pytest.mark.parametrize(("name", "is_right"), [("warranty-by-contract", True), ("revisit-due", False)])
def test_a_warranty_may_be_longer_than_any_clock(lamp: Pack, name: str, *, is_right: bool) -> None:
    value = f'{{ value = 240, unit = "months", source = "{CONFIGURED}" }}'
    written = f'regulation = "lamp-factory"\nversion = "1"\n[values]\n{name} = {value}\n'
    with nullcontext() if is_right else pytest.raises(BrokenPack, match=r"line 4: .*months, 1 to 120"):
        read_settings(written, lamp.regulation)
