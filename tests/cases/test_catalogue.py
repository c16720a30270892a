"""The product catalogue: what a case is about, and which laws bind it beside the firm's own regulation (X22)."""

from __future__ import annotations

import re

import pytest

from cases.case import Case
from cases.codes import Role
from cases.commands import Receive
from cases.desk import Desk
from cases.errors import NotAllowed, Refused
from cases.reference import Published, read
from cases.regulation.packs import BrokenPack, law_names
from cases.regulation.publishing import proposed_catalogue
from tests.cases.scenario import SHANGHAI, day
from tests.fix_desk import ask, caller, documents, new_key
from tests.house import ROOT

CATALOGUE = """
version = "1"
effective_from = 2026-03-01

[[product]]
id = "K7-2026"
label = { zh = "K7 水壶灯（新）", en = "K7 kettle lamp, new" }
product_line = "lamp"
models = ["K7*"]
batches = ["26*"]
manual_warranty_months = 24
laws = ["law-distance-sale", "law-sanbao"]

[[product]]
id = "K7"
label = { zh = "K7 水壶灯", en = "K7 kettle lamp" }
product_line = "lamp"
models = ["K7*"]
sold_since = 2025-05-01
laws = ["law-12315"]

[[product]]
id = "HL-20"
label = { zh = "HL-20 吸顶灯", en = "HL-20 ceiling lamp" }
product_line = "lamp"
models = ["HL-20"]
"""
LIN = caller(Role.QUALITY, "quality-lin", "key:1")
SET_UP = caller(Role.SERVICE, "set-up")
QI = caller(Role.SUPERVISOR, "supervisor-qi", "key:2")


def proposed(text: str = CATALOGUE, published: tuple[str, ...] = ()) -> tuple[Published, ...]:
    return proposed_catalogue(text, "products.toml", LIN, published)


@pytest.fixture(scope="module")
def listing(desk: Desk) -> Desk:
    """The desk after the catalogue came into the log, with the laws that it names."""
    desk.publish(proposed(), QI)
    return desk


def case(desk: Desk, model: str | None, batch: str | None = None, **more: object) -> Case:
    told = {
        "channel": "phone",
        "product_model": model,
        "batch": batch,
        "occurred_at": day(3, 2),
        "document": "D-1",
    }
    receipt = desk.receive(ask(Receive, **{**told, **more}), caller(), key=new_key())
    return desk._ledger.case(receipt.case_id)


def binding(desk: Desk, model: str | None, batch: str | None = None, **more: object) -> list[str]:
    received = case(desk, model, batch, **more).received
    assert received is not None
    return [pinned.regulation for pinned in received.judged_under]


FIRM = ["lamp-factory"]


@pytest.mark.parametrize(
    ("model", "batch", "laws"),
    [
        ("K7 水壶灯", "2603", ["law-distance-sale", "law-sanbao"]),
        ("K7", "2512", ["law-12315"]),
        ("K7", None, ["law-12315"]),
        ("HL-20", None, []),
        ("HL-20 吸顶灯", None, []),
        ("the K7", "2603", []),
        (None, "2603", []),
    ],
)
def test_a_case_is_bound_by_the_laws_that_the_catalogue_names_for_its_product(
    listing: Desk, model: str | None, batch: str | None, laws: list[str]
) -> None:
    assert binding(listing, model, batch) == FIRM + laws


def test_a_product_of_another_line_is_another_product(listing: Desk) -> None:
    assert binding(listing, "K7", "2603", product_line="water-meter") == ["water-meter"]


def test_a_case_of_a_day_before_the_catalogue_is_bound_as_before(listing: Desk) -> None:
    assert binding(listing, "K7", "2603", occurred_at=day(2, 28, hour=23)) == FIRM
    assert len(binding(listing, "K7", "2603", occurred_at=day(3, 1, hour=0))) == 3


def test_the_manual_of_the_catalogue_holds_unless_the_case_tells_another(listing: Desk) -> None:
    told = [
        case(listing, model, "2603", **more).received
        for model, more in (("K7", {}), ("K7", {"manual_warranty_months": 6}), ("HL-20", {}))
    ]
    assert [one and one.manual_warranty_months for one in told] == [24, 6, None]


def test_without_a_catalogue_no_law_is_in_the_log_or_binds(new_desk: Desk) -> None:
    new_desk.publish(documents(), SET_UP)
    assert binding(new_desk, "K7", "2603") == FIRM
    assert not {name for name, _ in read(new_desk._ledger).regulations} & set(law_names())


def test_a_new_catalogue_leaves_a_case_under_what_it_was_received_under(new_desk: Desk) -> None:
    new_desk.publish(documents(), SET_UP)
    new_desk.publish(proposed(), QI)
    before = case(new_desk, "K7")
    later = CATALOGUE.replace('version = "1"', 'version = "2"').replace("2026-03-01", "2026-06-01")
    switched_off = later.replace('laws = ["law-12315"]', "")
    new_desk.publish(proposed(switched_off, law_names()), QI)
    known = new_desk._ledger.case(before.case_id)
    assert [bound.regulation.id for bound in new_desk.rules_of(known)] == [*FIRM, "law-12315"]
    assert binding(new_desk, "K7", occurred_at=day(5, 31, hour=23)) == [*FIRM, "law-12315"]
    assert binding(new_desk, "K7", occurred_at=day(6, 1, hour=0)) == FIRM


def test_a_law_goes_in_as_it_ships_once_and_not_where_the_firm_has_its_own(new_desk: Desk) -> None:
    laws = proposed(published=("law-sanbao",))
    assert [getattr(one, "regulation", one.name()) for one in laws] == [
        "law-12315", "law-distance-sale", "CataloguePublished",
    ]  # fmt: skip
    assert new_desk.publish(laws, QI) == laws
    assert new_desk.publish(laws, QI) == (), "asking twice is quiet"
    texts = read(new_desk._ledger).regulations.values()
    assert {text.product_lines for text in texts} == {("name-your-product-lines",)}


def test_a_changed_catalogue_needs_a_new_version(new_desk: Desk) -> None:
    new_desk.publish(proposed(), QI)
    changed = CATALOGUE.replace("24", "36")
    with pytest.raises(Refused, match="needs a new version"):
        new_desk.publish(proposed(changed), QI)
    new_desk.publish(proposed(changed.replace('"1"', '"2"')), QI)
    found = read(new_desk._ledger).product("lamp", "K7", "2603", day(3, 2))
    assert found is not None
    assert found.manual_warranty_months == 36, "of one day the later version holds"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (('"law-12315"]', '"law-12351"]'), r"line 20: product K7: laws: .*'law-12351'; did you mean law-12315\?"),
        (('"law-12315"]', '"lamp-sales"]'), "line 20: product K7: laws: there is no law named"),
        (("sold_since = 2025-05-01", 'sold_since = "May"'), "line 19: product K7: sold_since"),
        (("batches", "batch"), r"line 10: product K7-2026: batch: there is no such field; did you mean batches\?"),
        (("effective_from = 2026-03-01\n", ""), "effective_from: is missing"),
        (('id = "HL-20"', 'id = "K7"'), "two products have one id"),
        (("= 24", "= 24.5"), "line 11: product K7-2026: manual_warranty_months"),
        (("2026-03-01", "2026-03-32"), "line 3: not TOML"),
    ],
)  # fmt: skip
def test_a_wrong_catalogue_is_refused_with_its_line_and_field(wrong: tuple[str, str], says: str) -> None:
    with pytest.raises(BrokenPack, match=says):
        proposed(CATALOGUE.replace(*wrong))


def test_a_law_of_the_firms_own_may_be_named_once_it_is_published() -> None:
    own = CATALOGUE.replace('"law-12315"]', '"law-sanbao-parts"]')
    with pytest.raises(BrokenPack, match="did you mean law-sanbao"):
        proposed(own)
    assert len(proposed(own, ("law-sanbao-parts", *law_names()))) == 1


@pytest.mark.parametrize("role", [Role.AGENT, Role.FINANCE, Role.ADMIN, Role.SERVICE])
def test_only_quality_and_supervisors_propose_a_catalogue(role: Role) -> None:
    with pytest.raises(NotAllowed, match="A catalogue is proposed by quality or supervisor"):
        proposed_catalogue(CATALOGUE, "products.toml", caller(role))


@pytest.mark.parametrize("role", [Role.QUALITY, Role.MANAGEMENT, Role.SERVICE])
def test_only_supervisors_and_administrators_approve_it(new_desk: Desk, role: Role) -> None:
    with pytest.raises(NotAllowed, match="A catalogue is approved by admin or supervisor"):
        new_desk.publish(proposed()[-1:], caller(role))
    with pytest.raises(Refused, match="somebody else"):
        new_desk.publish(proposed()[-1:], caller(Role.SUPERVISOR, "Quality-Lin"))


def test_the_catalogue_of_the_page_is_one_that_can_be_proposed() -> None:
    page = (ROOT / "docs" / "products.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert proposed(text)[-1].version == "1"
    assert SHANGHAI.key in page
