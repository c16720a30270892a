"""What holds for every regulation that ships: its offices, papers, placeholders and values fit the product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from cases.commands import COMMANDS
from cases.permissions import TABLE, permits
from cases.regulation.model import CONFIGURED, Regulation
from cases.regulation.packs import shipped_names, shipped_regulation, shipped_settings
from cases.regulation.texts import texts

PACKS = pytest.mark.parametrize("name", shipped_names())
ASKS = {"setting", "contract", "manual", "minimum"}
"""The fields in which an item asks for a value of the firm."""


def regulation(name: str) -> Regulation:
    return shipped_regulation(name).regulation


def asked_for(part: BaseModel) -> Iterator[str]:
    """The values of the firm that an item asks for, wherever in it."""
    for field in type(part).model_fields:
        value = getattr(part, field)
        if field in ASKS and isinstance(value, str):
            yield value
        for below in value if isinstance(value, tuple) else (value,):
            if isinstance(below, BaseModel):
                yield from asked_for(below)


@PACKS
def test_every_pack_is_that_of_one_of_the_five_texts(name: str) -> None:
    assert regulation(name).id == name
    assert name in {text.pack for text in texts()}


@PACKS
def test_an_office_may_do_just_what_its_role_may(name: str) -> None:
    for office in regulation(name).office:
        assert office.role in TABLE
        assert {*office.may, *office.may_not} <= set(COMMANDS), office.id
        assert [verb for verb in office.may if not permits(office.role, verb)] == [], office.id
        assert [verb for verb in office.may_not if permits(office.role, verb)] == [], office.id


@PACKS
def test_a_paper_has_lines_and_a_name_of_its_own(name: str) -> None:
    forms = regulation(name).form
    assert all(form.line for form in forms)
    assert len({form.id for form in forms}) == len(forms)
    for form in forms:
        labels = [line.label.en for line in form.line]
        assert len(labels) == len(set(labels)), form.id


@PACKS
def test_every_value_that_is_asked_for_is_a_placeholder(name: str) -> None:
    found = regulation(name)
    known = {placeholder.id for placeholder in found.placeholder}
    assert {value for item in found.items for value in asked_for(item)} <= known


@PACKS
def test_demo_values_fill_placeholders_and_say_that_the_firm_set_them(name: str) -> None:
    settings, known = shipped_settings(name).settings, {item.id for item in regulation(name).placeholder}
    assert settings.regulation == name
    assert set(settings.values) < known, "some are left unset, so that not configured can be seen"
    assert {value.source for value in settings.values.values()} == {CONFIGURED}


def test_no_two_packs_bind_the_same_product_line() -> None:
    lines = Counter(line for name in shipped_names() for line in regulation(name).product_lines)
    assert lines
    assert [line for line, packs in lines.items() if packs > 1] == []
    assert all(regulation(name).product_lines for name in shipped_names()), (
        "without lines a pack binds every case"
    )
