"""Two cases that hang together: a second matter that becomes its own case, and one that was registered twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar, Final, Self, TypeVar
from uuid import UUID

from pydantic import Field, PrivateAttr

from cases.caller import is_same_person
from cases.case import Case
from cases.codes import Link, Subject
from cases.command import Command
from cases.errors import NotFound, Refused
from cases.events import Linked, Received
from cases.fact import Fact
from cases.recorded import Recorded
from cases.regulation.rules import Rules

C = TypeVar("C", bound=Command)
SAID_BY_THE_OTHER: Final[Mapping[Link, Link]] = {
    Link.SPLIT_FROM: Link.SPLIT_INTO,
    Link.MERGED_INTO: Link.MERGED_FROM,
}
"""What one case says of the other, and what the other says of it."""


class Joining(Command):
    """A command that may name another case; the desk loads it, so that it is judged as it stands."""

    _other: Case | None = PrivateAttr(default=None)

    @property
    def partner(self) -> UUID | None:
        """Name the other case, if one is told."""
        return None

    def with_other(self, other: Case) -> Self:
        """Give the same command with the other case, which is no part of what is asked; raises NotFound."""
        if other.received is None:
            raise NotFound("There is no such case", case_id=str(other.case_id))
        copy = self.model_copy()
        copy._other = other  # noqa: SLF001 - its own, of another instance
        return copy

    def named(self, link: Link) -> tuple[Case, Received, Linked]:
        """Give the other case, its receipt, and the fact that names it; raises NotFound where none was loaded."""
        other = self._other
        if other is None or other.received is None:
            raise NotFound("There is no such case", case_id=str(self.partner))
        return other, other.received, Linked(link=link, case_no=other.received.case_no)


def joined(command: C, case_of: Callable[[UUID], Case]) -> tuple[C, Case | None]:
    """Load the other case that a command names; raises NotFound as `case_of` does."""
    if not isinstance(command, Joining) or command.partner is None:
        return command, None
    other = case_of(command.partner)
    return command.with_other(other), other


def said_by_the_other(recorded: Sequence[Recorded], case_no: str, other: Case | None) -> tuple[Recorded, ...]:
    """Give what goes into the other case of a pair, beside what was decided for the one of this number."""
    if other is None:
        return ()
    return tuple(
        replace(
            known,
            originator_id=other.case_id,
            originator_version=other.version + 1,
            fact=Linked(link=SAID_BY_THE_OTHER[known.fact.link], case_no=case_no),
            decided_under=None,
        )
        for known in recorded
        if isinstance(known.fact, Linked)
    )


class Merge(Joining):
    """Let a case that was registered twice go on in the earlier one; its open clocks end, cancelled."""

    fact: ClassVar[type[Fact]] = Linked
    is_for_merged: ClassVar[bool] = True

    into: Annotated[UUID, Field(description="id of the case that goes on")]

    @property
    def partner(self) -> UUID:
        return self.into

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        other, _, fact = self.named(Link.MERGED_INTO)
        if case.merged_into == fact.case_no:
            return
        if case.merged_into is not None or other.merged_into is not None:
            goes_on_in = case.merged_into or other.merged_into
            raise Refused("It goes on in another case by now", rule="merged", case_no=goes_on_in)
        if other.is_closed:
            raise Refused("Reopen the case that is to go on first", rule="merge-into-open")
        if other.case_id == case.case_id or not _is_earlier(other, case):
            raise Refused(
                "Merge the later case into the earlier one: what was promised first stays promised",
                rule="merge-into-earlier",
            )
        if case.refunded_minor:
            raise Refused(
                "Money went back in this case; it is no mere duplicate, close it instead",
                rule="merge-before-refund",
            )
        yield fact

    def must_hold(self, case: Case, actor: str | None) -> None:
        _, received, fact = self.named(Link.MERGED_INTO)
        mine = case.received.subject_id if case.received else None
        if mine is not None and mine == received.subject_id:
            return
        leave = case.leave(Subject.MERGE, fact.case_no)
        if leave is None:
            message = (
                "Not known to be one customer: this needs Approved, subject merge, the other number as item"
            )
            raise Refused(message, rule="merge-approved")
        if is_same_person(leave.actor, actor):
            raise Refused("Who gave leave to merge across customers may not do it", rule="four-eyes")


def _is_earlier(one: Case, other: Case) -> bool:
    return one.begun_at is not None and other.begun_at is not None and one.begun_at <= other.begun_at
