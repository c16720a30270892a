"""Registration forms from the shell: each good row a case, the same form nothing new, a corrected row a correction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from api.cli.forms import Forms, TakenForms
from api.installation import Installation
from cases.case import Case
from cases.events import Corrected
from replay.imports.forms import read_form
from replay.imports.take import sha256_of

TITLES = ["登记表编号", "登记时间", "姓名", "联系电话", "产品型号", "问题描述", "购买金额"]
HUM = ["DJ-001", datetime(2026, 11, 20, 9, 30), "王小明", 13912345678.0, "K7 水壶灯", "通电后嗡嗡响", 199]  # noqa: DTZ001 - as Excel has it
FLICKER = ["DJ-002", datetime(2026, 11, 20, 10, 0), "李梅", 13811112222.0, "LD-12 落地灯", "频繁闪烁", 320]  # noqa: DTZ001 - the same
Take = Callable[..., TakenForms]


@pytest.fixture
def take(here: Installation, tmp_path: Path) -> Take:
    """Takes rows in as a form of their own."""

    def take(*rows: list[object], is_dry: bool = False) -> TakenForms:
        path = tmp_path / "form.xlsx"
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
            page = book.add_worksheet()
            page.write_row(0, 0, ["售后问题登记表"])
            for line, row in enumerate([TITLES, *rows], start=1):
                page.write_row(line, 0, row)
        return Forms(here, sha256_of(path)).take(read_form(path, here.zone), lambda *_: None, is_dry=is_dry)

    return take


def case_of(here: Installation, taken: TakenForms, row: int = 3) -> Case:
    """The case of a row."""
    case_no = taken.results[row].split()[-1]
    query = "SELECT originator_id FROM log.facts WHERE state -> 'fact' ->> 'case_no' = %s"
    return here.ledger.case(here.ledger.rows(query, [case_no])[0][0])


def test_good_rows_become_cases_and_the_same_form_adds_nothing(here: Installation, take: Take) -> None:
    first = take(HUM, FLICKER)
    assert dict(first.counts) == {"new": 2}
    case = case_of(here, first)
    assert case.received is not None
    assert case.received.form_no == "DJ-001"
    assert case.received.customer_phone is not None
    assert case.stored[0].source.system == "import:registration"
    again = take(HUM, FLICKER)
    assert dict(again.counts) == {"known": 2}
    assert case_of(here, again).version == 1


def test_a_row_of_a_known_form_with_other_content_corrects_its_case(here: Installation, take: Take) -> None:
    taken = take([*HUM[:4], "K9 水壶灯", "通电后嗡嗡响, 发烫", 205])
    assert dict(taken.counts) == {"corrected": 1}
    case = case_of(here, taken)
    assert case.received is not None
    assert case.received.product_model == "K9 水壶灯"
    assert case.received.paid is not None
    assert case.received.paid.minor == 20500
    fact = case.stored[1].fact
    assert isinstance(fact, Corrected)
    assert set(fact.changes) == {"product_model", "paid", "description"}
    assert case.stored[1].source.document == "DJ-001"
    assert "发烫" not in str(fact.changes), "a personal value lies in the vault"
    again = take([*HUM[:4], "K9 水壶灯", "通电后嗡嗡响, 发烫", 205])
    assert dict(again.counts) == {"known": 1}


def test_equal_rows_without_a_number_are_two_cases_and_stay_two(here: Installation, take: Take) -> None:
    row = ["", datetime(2026, 11, 21, 9, 0), "赵强", 13700001111.0, "HL-20 吸顶灯", "不亮", 88]  # noqa: DTZ001 - the same
    assert dict(take(row, row).counts) == {"new": 2}
    assert dict(take(FLICKER, row, row).counts) == {"known": 3}, "on other lines, the same rows"


def test_a_bad_cell_costs_its_row_and_no_other(take: Take) -> None:
    bad = ["DJ-003", "yesterday", "周杰", "not a phone", "K7 水壶灯", "", 1]
    taken = take(bad, ["DJ-004", *HUM[1:]])
    assert dict(taken.counts) == {"errors": 1, "new": 1}
    assert not taken.is_clean


def test_a_dry_run_takes_nothing(here: Installation, take: Take) -> None:
    before = here.ledger.rows("SELECT count(*) FROM log.case_events")
    assert dict(take(["DJ-005", *HUM[1:]], is_dry=True).counts) == {"good": 1}
    assert here.ledger.rows("SELECT count(*) FROM log.case_events") == before
