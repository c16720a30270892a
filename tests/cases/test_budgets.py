"""Budgets and the stock list: a firm's own documents, published with four eyes, the last one holds."""

from __future__ import annotations

import re

import pytest

from cases.codes import Role
from cases.desk import Desk
from cases.errors import NotAllowed, Refused
from cases.reference import Published, read, shipped
from cases.regulation.packs import BrokenPack
from cases.regulation.publishing import must_be_four_eyes, proposed_budgets, proposed_stock_list
from tests.fix_desk import caller
from tests.house import ROOT

BUDGETS = """
year = 2026
version = "1"

[[budget]]
id = "parts-2026"
cost = "parts"
amount = { minor = 5000000 }
"""
STOCK = """
version = "1"

[[item]]
id = "DRV-20"
stock = "spare"
label = { zh = "驱动电源 20 W", en = "Driver 20 W" }
minimum = 5
"""
FU = caller(Role.FINANCE, "finance-fu", "key:1")
KU = caller(Role.WAREHOUSE, "warehouse-ku", "key:2")
MA = caller(Role.MANAGEMENT, "management-ma", "key:3")


def test_budgets_and_a_stock_list_are_read_as_they_were_published(new_desk: Desk) -> None:
    documents: list[Published] = [
        proposed_budgets(BUDGETS, "b.toml", FU), proposed_stock_list(STOCK, "s.toml", KU),
    ]  # fmt: skip
    new_desk.publish(shipped(), caller(Role.SERVICE, "set-up"))
    assert new_desk.publish(documents, MA) == tuple(documents)
    assert new_desk.publish(documents, MA) == (), "asking twice is quiet"
    known = read(new_desk._ledger)
    assert [(one.year, one.budget[0].amount.minor) for one in known.budgets] == [(2026, 5_000_000)]
    assert [(one.item[0].id, one.item[0].minimum) for one in known.stock_lists] == [("DRV-20", 5)]


def test_a_changed_budget_needs_a_new_version_and_comes_after_the_old_one(new_desk: Desk) -> None:
    new_desk.publish([proposed_budgets(BUDGETS, "b.toml", FU)], MA)
    raised = BUDGETS.replace("5000000", "6000000")
    with pytest.raises(Refused, match="needs a new version"):
        new_desk.publish([proposed_budgets(raised, "b.toml", FU)], MA)
    new_desk.publish([proposed_budgets(raised.replace('"1"', '"2"'), "b.toml", FU)], MA)
    assert [one.version for one in read(new_desk._ledger).budgets] == ["1", "2"]


@pytest.mark.parametrize("role", [Role.AGENT, Role.WAREHOUSE, Role.MANAGEMENT, Role.SERVICE])
def test_only_finance_and_supervisors_propose_a_budget(role: Role) -> None:
    with pytest.raises(NotAllowed, match="A budget is proposed by finance or supervisor"):
        proposed_budgets(BUDGETS, "b.toml", caller(role))


@pytest.mark.parametrize("role", [Role.AGENT, Role.FINANCE, Role.SERVICE])
def test_only_the_warehouse_and_supervisors_propose_a_stock_list(role: Role) -> None:
    with pytest.raises(NotAllowed, match="A stock list is proposed by supervisor or warehouse"):
        proposed_stock_list(STOCK, "s.toml", caller(role))


@pytest.mark.parametrize("role", [Role.FINANCE, Role.WAREHOUSE, Role.ADMIN, Role.SERVICE])
def test_only_supervisors_and_management_approve_either(new_desk: Desk, role: Role) -> None:
    for document in (proposed_budgets(BUDGETS, "b.toml", FU), proposed_stock_list(STOCK, "s.toml", KU)):
        with pytest.raises(NotAllowed, match="approved by management or supervisor"):
            new_desk.publish([document], caller(role))


def test_nobody_approves_a_budget_that_he_proposed(new_desk: Desk) -> None:
    document = proposed_budgets(BUDGETS, "b.toml", caller(Role.SUPERVISOR, "supervisor-qi"))
    with pytest.raises(Refused, match="somebody else"):
        new_desk.publish([document], caller(Role.SUPERVISOR, "Supervisor-Qi "))
    with pytest.raises(Refused, match="does not approve it"):
        must_be_four_eyes(MA, MA)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (('"parts-2026"', '"parts-2027"'), "ends with its year"),
        (('cost = "parts"', 'cost = "part"'), "line 7: budget parts-2026: cost: must be one of .*did you mean parts"),
        (("minor = 5000000", "minor = 0.5"), "budget parts-2026: amount.minor"),
        (("[[budget]]", "[[budgets]]"), "there is no such field; did you mean budget"),
        (("2026\n", "20x6\n"), "not TOML"),
        (("[[budget]]", '[[budget]]\nid = "parts-2026"\ncost = "other"\namount = { minor = 1 }\n[[budget]]'), "one id"),
    ],
)  # fmt: skip
def test_a_wrong_budget_is_refused_with_its_line_and_field(wrong: tuple[str, str], says: str) -> None:
    with pytest.raises(BrokenPack, match=says):
        proposed_budgets(BUDGETS.replace(*wrong), "b.toml", FU)


def test_the_documents_of_the_page_are_ones_that_can_be_proposed() -> None:
    page = (ROOT / "docs" / "budgets.md").read_text(encoding="utf-8")
    budgets, items = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert proposed_budgets(budgets, "docs/budgets.md", FU).year == 2026
    assert proposed_stock_list(items, "docs/budgets.md", KU).version == "1"


def test_an_item_told_twice_is_refused() -> None:
    with pytest.raises(BrokenPack, match="one id and kind"):
        proposed_stock_list(STOCK + STOCK.partition("\n\n")[2], "s.toml", KU)
