"""No number or address of a person gets into a fact through a field of words."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cases.commands import Approve, Note, Receive
from cases.straying import has_strayed


@pytest.mark.parametrize(
    "word",
    [
        "13800138000",
        "请回电138 0013 8000",
        "+86-13800138000",
        "１３８００１３８０００",
        "11010519491231002X",
        "lin@lamp.cn",
    ],
)
def test_what_belongs_to_a_person_is_no_word(word: str) -> None:
    for command, fields in (
        (Note, {"word": word}),
        (Receive, {"channel": "phone", "region": word}),
        (Approve, {"subject": "return", "reason": "quality", "order_no": word}),
    ):
        with pytest.raises(ValidationError) as refused:
            command.model_validate(fields)
        assert word not in str(refused.value)
        assert "personal field" in str(refused.value)


@pytest.mark.parametrize(
    "word", ["HL-20", "20261121-0007", "AS-00000012", "JD158123456789012", "400-820-8820", "a@1"]
)
def test_numbers_of_things_are_words(word: str) -> None:
    assert not has_strayed(word)


def test_a_personal_field_takes_a_phone_number() -> None:
    Receive.model_validate(
        {"channel": "phone", "customer_phone": "13800138000", "description": "回电13800138000"}
    )
