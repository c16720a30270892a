"""Four eyes on a regulation: who proposes its text does not approve it (regulations.md A.10, S3-5a)."""

from __future__ import annotations

from typing import Final

from cases.caller import Caller, is_same_person
from cases.codes import Role
from cases.errors import NotAllowed, Refused
from cases.events_reference import RegulationPublished
from cases.fact import Fact
from cases.regulation.packs import Books, BrokenPack, check, digest

PROPOSERS: Final = frozenset({Role.QUALITY, Role.SUPERVISOR})
"""Who writes regulations."""
APPROVERS: Final = frozenset({Role.SUPERVISOR, Role.ADMIN})
"""Who puts them in force."""


def proposed(text: str, file: str, proposer: Caller, books: Books | None = None) -> RegulationPublished:
    """Make the document of a text that somebody proposes.

    Raises NotAllowed for another role, BrokenPack naming everything that is wrong with the text.
    """
    if proposer.role not in PROPOSERS:
        raise NotAllowed(
            f"A regulation is proposed by {_either(PROPOSERS)}", role=proposer.role.value, rule="proposer"
        )
    found = check(text, file, books)
    if found.problems:
        raise BrokenPack(found.problems)
    return RegulationPublished(
        regulation=found.regulation.id,
        version=found.regulation.version,
        document=text,
        sha256=digest(text),
        proposed_by=proposer.actor,
    )


def must_be_four_eyes(proposer: Caller, approver: Caller) -> None:
    """Raise Refused where one key, or one person with two keys, both proposes and approves."""
    if proposer.principal == approver.principal or is_same_person(proposer.actor, approver.actor):
        raise Refused("Who proposes a regulation does not approve it", rule="four-eyes")


def must_be_approved(fact: Fact, approver: Caller) -> None:
    """Raise where a person publishes a regulation that nobody else proposed; what ships is the product's own."""
    if not isinstance(fact, RegulationPublished) or approver.role is Role.SERVICE:
        return
    if approver.role not in APPROVERS:
        raise NotAllowed(
            f"A regulation is approved by {_either(APPROVERS)}", role=approver.role.value, rule="approver"
        )
    if fact.proposed_by is None or is_same_person(fact.proposed_by, approver.actor):
        raise Refused("A regulation is proposed by somebody and approved by somebody else", rule="four-eyes")


def _either(roles: frozenset[Role]) -> str:
    return " or ".join(sorted(role.value for role in roles))
