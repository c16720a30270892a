"""A regulation comes into force by four eyes: one person proposes it, another approves it, both are on record."""

from __future__ import annotations

import pytest

from cases.caller import Caller
from cases.codes import Role
from cases.desk import Desk
from cases.errors import NotAllowed, Refused
from cases.events_reference import RegulationPublished
from cases.reference import REFERENCE_ID, read, shipped
from cases.regulation.packs import BrokenPack, shipped_text
from cases.regulation.publishing import must_be_four_eyes, proposed
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
