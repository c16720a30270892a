"""Who may ask for what: the table against a second copy of it, written from the text by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from cases.caller import Caller
from cases.case import Case, fold
from cases.codes import (
    Channel,
    CorrectionReason,
    Department,
    Disposition,
    InspectionStage,
    Kind,
    Role,
    Subject,
)
from cases.commands import COMMANDS, Approve, Command, Correct, Inspect, Reject, Repair
from cases.errors import NotAllowed
from cases.events import Classified, Corrected, Inspected, Received, Transferred
from cases.fact import Fact
from cases.month_end import ASKED as MONTH_VERBS
from cases.permissions import TABLE, must_permit, must_relate, permits
from cases.programmes.asked import ASKED
from cases.proposals.asked import ASKED as PROPOSAL_VERBS
from cases.recorded import Recorded, Source

NOON = datetime(2026, 10, 1, 4, tzinfo=UTC)
KETTLE_LAMP = UUID("00000000-0000-4000-8000-00000000cafe")
SOURCE = Source(system="api")

BY_HAND = {
    "receive": "agent store", "classify": "agent supervisor", "ship": "logistics",
    "inspect": "technician quality partner", "repair": "technician partner", "refund": "agent finance",
    "revisit": "agent", "escalate": "agent supervisor", "respond": "agent technician supervisor store partner",
    "deliver": "logistics", "quote": "technician", "answer-quote": "agent",
    "request": "agent technician logistics store warehouse partner", "approve": "agent supervisor management",
    "reject": "agent supervisor management", "replace": "technician logistics partner", "pause": "agent technician",
    "resume": "agent technician", "book": "agent technician partner", "transfer": "agent supervisor store",
    "note": "agent technician logistics supervisor finance store warehouse management legal research partner",
    "correct": "agent supervisor", "close": "agent supervisor", "reopen": "agent supervisor",
    "promise": "agent technician supervisor partner",
    "file": "agent technician logistics supervisor finance store warehouse legal research partner",
    "verify": "agent supervisor", "arrive": "technician logistics partner",
    "install": "technician logistics partner", "track": "logistics", "take-custody": "technician logistics partner",
    "return-custody": "technician logistics partner", "move-stock": "technician logistics warehouse partner",
    "compensate": "finance", "charge": "finance", "dispute": "agent supervisor",
    "investigate": "agent technician supervisor legal", "mediate": "supervisor legal",
    "settle": "agent supervisor legal", "review": "agent supervisor",
    "merge": "agent supervisor",
    "hold": "quality supervisor finance management", "rectify": "quality supervisor management",
    "follow": "quality supervisor management", "publish": "supervisor management",
    "publish-month": "quality supervisor management",
    "propose": "supervisor management", "decide": "supervisor management", "answer-appeal": "management",
    "appeal": "agent technician logistics quality supervisor finance store warehouse management legal research partner",
}  # fmt: skip


def test_every_command_stands_in_the_copy() -> None:
    assert BY_HAND.keys() == {*COMMANDS, *ASKED, *PROPOSAL_VERBS, *MONTH_VERBS}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SERVICE])
@pytest.mark.parametrize("verb", BY_HAND)
def test_a_role_may_what_the_copy_says_and_nothing_else(role: Role, verb: str) -> None:
    assert permits(role, verb) is (role.value in BY_HAND[verb].split())


@pytest.mark.parametrize("verb", COMMANDS)
def test_a_program_may_only_what_its_credential_names(verb: str) -> None:
    assert not permits(Role.SERVICE, verb)
    assert permits(Role.SERVICE, verb, {verb}) is (verb not in {"approve", "reject"})


@pytest.mark.parametrize("role", Role)
def test_what_is_not_listed_is_refused(role: Role) -> None:
    with pytest.raises(NotAllowed):
        must_permit(role, "erase", {"erase"})


def test_those_who_audit_or_watch_write_no_case_facts() -> None:
    assert not any(TABLE[role] for role in (Role.DISPUTE, Role.BI, Role.ADMIN))


def caller(role: Role, actor: str = "chen") -> Caller:
    return Caller(actor, role, SOURCE, actor)


def case_of(*facts: Fact) -> Case:
    received = Received(case_no="AS-1", channel=Channel.PHONE)
    stored = [
        Recorded(KETTLE_LAMP, version, fact, NOON, "wang", Role.AGENT, SOURCE, KETTLE_LAMP)
        for version, fact in enumerate((received, *facts), 1)
    ]
    return fold(KETTLE_LAMP, stored)


RETURN_CHECK = Inspect(stage=InspectionStage.RETURN_CHECK, disposition=Disposition.REFUND, is_passed=True)
ON_ARRIVAL = Inspect(stage=InspectionStage.ARRIVAL, disposition=Disposition.REPAIR)


@pytest.mark.parametrize(
    ("role", "command", "allowed"),
    [
        (Role.QUALITY, RETURN_CHECK, True),
        (Role.QUALITY, ON_ARRIVAL, False),
        (Role.TECHNICIAN, ON_ARRIVAL, True),
        (Role.TECHNICIAN, RETURN_CHECK, False),
    ],
)
def test_quality_makes_the_return_checks_and_only_these(role: Role, command: Command, allowed: bool) -> None:
    if allowed:
        must_relate(caller(role), command, case_of())
        return
    with pytest.raises(NotAllowed):
        must_relate(caller(role), command, case_of())


def test_a_technician_works_on_cases_of_their_own_or_of_nobody() -> None:
    mine = case_of(Classified(kind=Kind.REPAIR, assigned_to="chen"))
    taken = case_of(
        Classified(kind=Kind.REPAIR, assigned_to="chen"),
        Transferred(department=Department.TECH_SUPPORT, assigned_to="liu"),
    )
    must_relate(caller(Role.TECHNICIAN), Repair(), mine)
    must_relate(caller(Role.TECHNICIAN), Repair(), case_of())
    with pytest.raises(NotAllowed):
        must_relate(caller(Role.TECHNICIAN), Repair(), taken)


def test_a_partner_works_on_cases_of_their_own_only_and_makes_no_return_check() -> None:
    mine = case_of(Classified(kind=Kind.REPAIR, assigned_to="chen"))
    must_relate(caller(Role.PARTNER), Repair(), mine)
    for other in (case_of(), case_of(Classified(kind=Kind.REPAIR, assigned_to="liu"))):
        with pytest.raises(NotAllowed, match="not assigned to you"):
            must_relate(caller(Role.PARTNER), Repair(), other)
    with pytest.raises(NotAllowed, match="for quality"):
        must_relate(caller(Role.PARTNER), RETURN_CHECK, mine)


@pytest.mark.parametrize("decision", [Approve, Reject])
def test_an_agent_decides_on_materials_and_return_orders_and_nothing_else(
    decision: type[Approve | Reject],
) -> None:
    def about(subject: Subject) -> Command:
        return decision.model_validate({"subject": subject, "reason": "materials_complete", "item": "lamp"})

    for subject in (Subject.MATERIALS, Subject.RETURN, Subject.EXCHANGE):
        must_relate(caller(Role.AGENT), about(subject), case_of())
    for subject in (Subject.OVERRIDE, Subject.EXCLUSION, Subject.REFUND_LIMIT, Subject.REFUND_ACCOUNT):
        with pytest.raises(NotAllowed, match="supervisor"):
            must_relate(caller(Role.AGENT), about(subject), case_of())
        must_relate(caller(Role.SUPERVISOR), about(subject), case_of())


def test_an_agent_corrects_what_an_agent_records_and_not_what_quality_found() -> None:
    found = Inspected(stage=InspectionStage.RETURN_CHECK, disposition=Disposition.REFUSE, is_passed=False)
    withdrawn = Corrected(corrects=3, reason=CorrectionReason.TYPING_ERROR, is_withdrawn=True)
    case = case_of(Classified(kind=Kind.RETURN), found, withdrawn)

    def correct(version: int) -> Command:
        return Correct(corrects=version, reason=CorrectionReason.TYPING_ERROR, is_withdrawn=True)

    must_relate(caller(Role.AGENT), correct(2), case)
    for of_quality in (3, 4):
        with pytest.raises(NotAllowed, match="another role's"):
            must_relate(caller(Role.AGENT), correct(of_quality), case)
        must_relate(caller(Role.SUPERVISOR), correct(of_quality), case)
