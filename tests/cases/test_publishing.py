"""A regulation comes into force by four eyes: one person proposes it, another approves it, both are on record."""

from __future__ import annotations

import pytest

from cases.caller import Caller
from cases.codes import Role
from cases.desk import Desk
from cases.errors import NotAllowed, Refused
from cases.events_reference import RegulationPublished
from cases.reference import REFERENCE_ID, read, shipped
from cases.regulation.following import dropped, must_follow
from cases.regulation.packs import BrokenPack, read_regulation, shipped_settings, shipped_text
from cases.regulation.publishing import must_be_four_eyes, proposed
from cases.regulation.rules import Reference
from tests.fix_desk import caller

RENEWED = shipped_text("lamp-factory").replace('version = "2026.3"', 'version = "2026.9"')
LIN = caller(Role.QUALITY, "quality-lin", "key:1")
QI = caller(Role.SUPERVISOR, "supervisor-qi", "key:2")
PRODUCT = caller(Role.SERVICE, "set-up")


def document(text: str = RENEWED) -> RegulationPublished:
    return proposed(text, "lamps.toml", LIN)


def test_a_regulation_says_who_proposed_it_and_who_approved_it(new_desk: Desk) -> None:
    new_desk.publish(shipped(), PRODUCT)
    assert new_desk.publish([document()], QI) == (document(),)
    last = new_desk._ledger.load(REFERENCE_ID)[-1]
    assert isinstance(last.fact, RegulationPublished)
    assert (last.fact.proposed_by, last.actor, last.role) == ("quality-lin", "supervisor-qi", Role.SUPERVISOR)
    assert ("lamp-factory", "2026.9") in read(new_desk._ledger).regulations
    assert new_desk.publish([document()], QI) == (), "asking twice is quiet"


def test_another_text_under_a_published_version_is_refused_whoever_approves_it(new_desk: Desk) -> None:
    new_desk.publish([*shipped(), document()], PRODUCT)
    with pytest.raises(Refused, match="needs a new version"):
        new_desk.publish([document(RENEWED.replace("[0.75]", "[0.8]", 1))], QI)


def test_what_ships_stays_published_when_a_person_proposes_the_same_text(new_desk: Desk) -> None:
    new_desk.publish(shipped(), PRODUCT)
    assert new_desk.publish([document(shipped_text("lamp-factory"))], QI) == ()


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMIN, Role.SERVICE, Role.BI])
def test_only_quality_and_supervisors_propose(role: Role) -> None:
    with pytest.raises(NotAllowed, match="proposed by quality or supervisor"):
        proposed(RENEWED, "lamps.toml", caller(role))


@pytest.mark.parametrize("role", [Role.AGENT, Role.QUALITY, Role.BI])
def test_only_supervisors_and_admins_approve(new_desk: Desk, role: Role) -> None:
    with pytest.raises(NotAllowed, match="approved by admin or supervisor"):
        new_desk.publish([document()], caller(role))


@pytest.mark.parametrize(
    "approver",
    [caller(Role.ADMIN, "Quality-Lin ", "key:2"), caller(Role.ADMIN, "admin-01", "key:1"), LIN],
)
def test_one_person_or_one_key_does_not_do_both(approver: Caller) -> None:
    with pytest.raises(Refused, match="does not approve it"):
        must_be_four_eyes(LIN, approver)


def test_at_the_desk_too_nobody_approves_what_he_proposed_or_what_nobody_did(new_desk: Desk) -> None:
    ours = document().model_copy(update={"proposed_by": None})
    for fact, approver in ((document(), caller(Role.ADMIN, "QUALITY-LIN")), (ours, QI)):
        with pytest.raises(Refused, match="somebody else"):
            new_desk.publish([fact], approver)
    assert not new_desk._ledger.load(REFERENCE_ID)


def test_a_wrong_text_is_not_proposed() -> None:
    with pytest.raises(BrokenPack, match="did you mean Received"):
        document(RENEWED.replace('"Received"', '"Recieved"', 1))


def reference() -> Reference:
    """The lamp factory's text of 2026.9 is published, and its demo values."""
    values = shipped_settings("lamp-factory").settings
    return Reference(
        regulations={("lamp-factory", "2026.9"): read_regulation(RENEWED).regulation},
        settings={("lamp-factory", values.version): values},
    )


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            "0.75",
            "0.8",
            "version: 2026.9 was published with another text; a changed text needs a new version",
        ),
        ('"2026.9"', '"2026.4"', "version: 2026.4 is earlier than 2026.9, which is published"),
    ],
)
def test_a_version_is_given_once_and_goes_forwards(before: str, after: str, says: str) -> None:
    with pytest.raises(BrokenPack, match=f"lamps.toml, line 8: {says}"):
        must_follow(document(RENEWED.replace(before, after, 1)), "lamps.toml", reference())
    for right in (RENEWED, f"{RENEWED}# a remark", RENEWED.replace('"2026.9"', '"2026.10"')):
        must_follow(document(right), "lamps.toml", reference())


def test_what_a_new_version_leaves_out_is_told_with_the_values_that_still_fill_it() -> None:
    left_out = RENEWED.replace('"2026.9"', '"2026.10"').replace('"refund-within"', '"refunded-within"')
    assert list(dropped(document(left_out), reference())) == [
        "promise refund-within is gone; cases under 2026.9 keep it",
        "placeholder refund-within is gone; cases under 2026.9 keep it, and the values demo.2 fill it",
    ]
    assert list(dropped(document(RENEWED), reference())) == []
