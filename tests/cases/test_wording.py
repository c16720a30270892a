"""Words about things get into facts; sentences, addresses and names of people do not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cases.codes import PauseReason
from cases.commands import (
    Approve,
    Classify,
    Command,
    Correct,
    Escalate,
    Note,
    Receive,
    Reject,
    Reopen,
    Replace,
    Request,
    Transfer,
)
from cases.errors import Malformed
from cases.events import Paused
from tests.cases.scenario import classified, given, received
from tests.fix_desk import ask

LEAVE = {"subject": "return", "reason": "quality"}
REASONED: list[tuple[type[Command], dict[str, str]]] = [
    (Request, LEAVE), (Approve, LEAVE), (Reject, LEAVE), (Reopen, {}),
]  # fmt: skip
KINDS: dict[str, list[tuple[type[Command], dict[str, str]]]] = {
    "word": [(Note, {})],
    "document": [(Note, {"word": "photos"})],
    "order_no": [(Approve, LEAVE)],
    "item": [(Approve, LEAVE)],
    "region": [(Receive, {"channel": "phone"})],
    "product_model": [(Receive, {"channel": "phone"}), (Replace, {})],
    "batch": [(Receive, {"channel": "phone"})],
    "level": [(Escalate, {"reason": "safety"})],
    "assigned_to": [(Classify, {"kind": "repair"}), (Transfer, {"department": "quality"})],
}
"""Field → the commands that have it, and what else they need."""


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("word", "客户李梅不在家, 明天再打"),
        ("word", "李梅"),
        ("word", "LiMei"),
        ("word", "li mei"),
        ("word", "7" * 41),
        ("document", "张三"),
        ("document", "张三7"),
        ("document", "ZhangSan"),
        ("order_no", "张三的退货单1"),
        ("order_no", "TH 7"),
        ("item", "王小明"),
        ("document", "see mail 7"),
        ("document", "中山路12号3室"),
        ("document", "7" * 41),
        ("region", "中山路12号"),
        ("region", "苏州市姑苏区" * 4),
        ("product_model", "和平路 12 号"),
        ("batch", "3栋"),
        ("level", "王经理"),
        ("level", "boss"),
        ("assigned_to", "王小明"),
        ("assigned_to", "Wang Xiaoming"),
    ],
)
def test_what_is_said_of_people_is_refused_with_a_cure_and_not_repeated(field: str, word: str) -> None:
    for command, more in KINDS[field]:
        with pytest.raises(ValidationError) as refused:
            command.model_validate({**more, field: word})
        assert [error["loc"] for error in refused.value.errors()] == [(field,)]
        assert word not in str(refused.value)


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("word", "photos"),
        ("word", "HL-20"),
        ("document", "CALL-0001"),
        ("document", "2026/12"),
        ("order_no", "TH_2026-0001"),
        ("item", "refund-after-inspection"),
        ("region", "江苏苏州"),
        ("product_model", "K7 水壶灯"),
        ("product_model", "the kettle lamp that hums"),
        ("batch", "2026-W07/3"),
        ("level", "supervisor"),
        ("assigned_to", "tech-02"),
    ],
)
def test_codes_numbers_and_names_of_things_are_taken(field: str, word: str) -> None:
    for command, more in KINDS[field]:
        assert getattr(command.model_validate({**more, field: word}), field) == word


@pytest.mark.parametrize("word", ["张三", "zhangsan", "材料齐全", "in order", "她很生气。", ""])
def test_a_reason_is_one_of_its_codes_and_so_never_a_name(word: str) -> None:
    for command, more in REASONED:
        with pytest.raises(ValidationError, match="other") as refused:
            command.model_validate({**more, "reason": word})
        assert not word or f"'{word}'" not in str(refused.value)


def test_what_was_said_of_people_goes_under_the_remark_of_a_request() -> None:
    ask(Request, subject="return", reason="not_fit", remark="张三说灯太亮，住中山路12号")


@pytest.mark.parametrize(
    ("version", "changes"),
    [
        (1, {"region": "中山路12号"}),
        (2, {"assigned_to": "王小明"}),
        (1, {"form_no": "张三1"}),
        (3, {"reason": "张三"}),
    ],
)
def test_a_correction_keeps_to_the_same_words(version: int, changes: dict[str, str]) -> None:
    right: Command = ask(Correct, corrects=version, reason="typing_error", changes=changes)
    with pytest.raises(Malformed, match=r"changes\."):
        given(received(), classified("repair"), Paused(reason=PauseReason.WAITING_FOR_PARTS)).when(right)


@pytest.mark.parametrize("text", ["a\0b", "hums \ud800", "\udfff"])
def test_text_that_no_database_holds_is_refused_where_it_comes_in(text: str) -> None:
    for fields in ({"text": text}, {"word": text}):
        with pytest.raises(ValidationError):
            Note.model_validate(fields)
