"""The sample's firm lists what its cases are about, with four eyes like any firm."""

from __future__ import annotations

from cases.codes import Role
from cases.desk import Desk
from cases.reference import read
from replay.sample.documents import APPROVER, documents
from replay.sample.generate import FIRST_DAY, LAST_MOMENT, MODELS
from tests import fix_desk
from tests.fix_desk import caller


def test_every_lamp_of_the_sample_is_listed_and_one_of_them_under_the_law(new_desk: Desk) -> None:
    new_desk.publish(fix_desk.documents(), caller(Role.SERVICE, "set-up"))
    assert new_desk.publish(documents(()), APPROVER)
    assert new_desk.publish(documents(["law-distance-sale"]), APPROVER) == (), (
        "a second first run adds nothing"
    )
    known = read(new_desk._ledger)
    found = {model: known.product("lamp", model, "2607-3", LAST_MOMENT) for model in MODELS}
    assert {model: one and f"{one.id} {one.label.zh.split()[1]}" for model, one in found.items()} == {
        model: model for model in MODELS
    }
    assert [model for model, one in found.items() if one and one.laws] == ["DX-08 台灯"]
    bound = known.in_force(
        product_line="lamp",
        channel="phone",
        at=LAST_MOMENT,
        laws=found["DX-08 台灯"].laws,  # type: ignore[union-attr]  # listed above
    )
    assert [one.regulation for one in bound] == ["lamp-factory", "law-distance-sale"]
    assert {one.year for one in known.budgets} == {FIRST_DAY.year}
    assert len(known.stock_lists[0].item) == 4
