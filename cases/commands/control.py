"""Steering a case: leave asked and given, waiting, handing over, the end and the beginning again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, PrivateAttr, model_validator

from cases import codes, events
from cases.caller import is_same_person
from cases.case import Case
from cases.codes import Role, Subject
from cases.command import Command
from cases.errors import Refused
from cases.fact import Fact, Money, Word
from cases.personal import Personal
from cases.recorded import Recorded
from cases.regulation.rules import Rules
from cases.spending import SPENT, must_be_covered

ITEMS: Final[Mapping[Subject, str]] = {
    Subject.OVERRIDE: "an override names a constraint as item",
    Subject.EXCLUSION: "an exclusion names a promise as item",
    Subject.PART: "leave for a part names its number as item",
    Subject.COMPENSATION: "leave for a compensation names the claim as item",
    Subject.BUDGET: "leave to go above a budget names it as item",
    Subject.MERGE: "leave to merge names the number of the case that goes on as item",
}
"""What leave of a subject is for, where it is not for the whole case."""


class _Leave(Command):
    """What asking for leave, giving it and refusing it have together."""

    apart: ClassVar[tuple[str, ...]] = ("subject", "item")
    answers: ClassVar[tuple[type[Fact], ...]] = (events.Requested, events.Approved, events.Rejected)

    subject: Subject
    item: Annotated[
        Word | None,
        Field(description="the constraint (override) or promise (exclusion) it lifts; part, claim or budget"),
    ] = None
    reason: codes.LeaveReason

    @model_validator(mode="after")
    def _names_its_item(self) -> Self:
        if self.item is None and self.subject in ITEMS:
            raise ValueError(ITEMS[self.subject])
        return self

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        if self.item is not None and not _is_known(self.subject, self.item, rules):
            raise Refused("No regulation of this case has an item of this name", rule="known-item")
        yield from super().decide(case, rules, now)


class Request(_Leave):
    """Ask leave for something that needs it."""

    fact: ClassVar[type[Fact]] = events.Requested

    remark: Personal | None = None


class Approve(_Leave):
    """Give leave; who asked for it may not give it. The same leave by somebody else, or in another role, is news."""

    fact: ClassVar[type[Fact]] = events.Approved
    _by: tuple[str, Role] | None = PrivateAttr(default=None)

    order_no: Annotated[Word | None, Field(description="the return order 退货单 (S0 五/1(2))")] = None
    amount: Annotated[
        Money | None, Field(description="what all that is spent on this leave stays within (S4 六(一)3)")
    ] = None

    @model_validator(mode="after")
    def _is_for_money(self) -> Self:
        if self.amount is not None and self.subject not in SPENT:
            message = f"an amount goes with leave for money: {', '.join(SPENT)}"
            raise ValueError(message)
        if self.amount is not None and self.item is not None and SPENT[self.subject].item is None:
            message = "leave for money that goes back is for the whole case; with an amount it names no item"
            raise ValueError(message)
        return self

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        for fact in super().decide(case, rules, now):
            asked = self._request(case)
            yield fact.model_copy(update={"requested_by": asked.actor if asked else None})

    def told_by(self, actor: str, role: Role) -> Self:
        copy = self.model_copy()
        copy._by = actor, role  # noqa: SLF001 - its own, of another instance
        return copy

    def is_repeated(self, fact: Fact, case: Case) -> bool:
        asked = self._request(case)
        return self._is_theirs(case.leave(self.subject, self.item)) and super().is_repeated(
            fact.model_copy(update={"requested_by": asked.actor if asked else None}), case
        )

    def must_hold(self, case: Case, actor: str | None) -> None:
        asked = self._request(case)
        if asked is not None and is_same_person(asked.actor, actor):
            raise Refused("Who asked for leave may not give it", rule="four-eyes")
        must_be_covered([known.fact for known in case.history], self.as_fact(events.Approved))

    def _is_theirs(self, given: Recorded | None) -> bool:
        """Tell whether who gives leave now gave that one, in the same role; without a name it may be anybody's."""
        if given is None or self._by is None:
            return given is not None
        actor, role = self._by
        return given.role is role and is_same_person(given.actor, actor)

    def _request(self, case: Case) -> Recorded | None:
        """Find the newest request that this answers."""
        return next(
            (
                known
                for known in reversed(case.history)
                if isinstance(known.fact, events.Requested)
                and (known.fact.subject, known.fact.item) == (self.subject, self.item)
            ),
            None,
        )


class Reject(_Leave):
    """Refuse leave."""

    fact: ClassVar[type[Fact]] = events.Rejected


class Pause(Command):
    """Let the case wait for somebody else; clocks that name this reason stand still."""

    fact: ClassVar[type[Fact]] = events.Paused

    reason: codes.PauseReason

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        if case.paused_for is None:
            yield events.Paused(reason=self.reason)
        elif case.paused_for is not self.reason:
            raise Refused("The case waits for another reason; resume it first", rule="one-pause")


class Resume(Command):
    """End the wait."""

    fact: ClassVar[type[Fact]] = events.Resumed

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        if case.paused_for is not None:
            yield events.Resumed()


class Transfer(Command):
    """Hand the case over to another department (S0 一/2)."""

    fact: ClassVar[type[Fact]] = events.Transferred

    department: codes.Department
    assigned_to: Annotated[Word | None, Field(description="a staff id, never a name")] = None


class Close(Command):
    """Bring the case to its end."""

    fact: ClassVar[type[Fact]] = events.Closed

    outcome: codes.Outcome

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        if not case.is_closed:
            yield events.Closed(outcome=self.outcome)


class Reopen(Command):
    """Begin a closed case again; its clocks start a new cycle."""

    fact: ClassVar[type[Fact]] = events.Reopened

    reason: codes.ReopenReason

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        fact = events.Reopened(reason=self.reason)
        if case.is_closed:
            yield fact
        elif not case.already(fact):
            raise Refused("Only a closed case can be reopened", rule="closed-first")


class Review(Command):
    """Look back upon the case, 复盘: what caused it and what is to become better (S3 三, S4 六(二)4)."""

    fact: ClassVar[type[Fact]] = events.Reviewed

    cause: codes.Cause
    improvement: codes.Improvement
    department: Annotated[codes.Department, Field(description="which department is to make it better")] = (
        codes.Department.UNKNOWN
    )
    is_systematic: Annotated[
        bool, Field(description="a common problem that needs analysis across cases (S4 四(三)3)")
    ] = False
    lesson: Personal | None = None


def _is_known(subject: Subject, item: str, rules: Rules) -> bool:
    """Tell whether leave of this kind can lift the item; only overrides and exclusions name one of a regulation."""
    regulations = [bound.regulation for bound in rules.bound]
    match subject:
        case Subject.OVERRIDE:
            return any(
                found.id == item and found.is_overridable for r in regulations for found in r.constraint
            )
        case Subject.EXCLUSION:
            return any(found.id in item.split(":") for r in regulations for found in r.promise)
        case _:
            return True
