"""What every command is made of, and the one way from a command to facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from cases.case import Case
from cases.codes import Role
from cases.errors import NotFound, Refused
from cases.fact import Fact, Moment, Word
from cases.recorded import Recorded, Source
from cases.regulation.rules import Rules
from cases.wording import fault

F = TypeVar("F", bound=Fact)


class Asked(BaseModel):
    """What somebody asks to be recorded; the body of its route.

    `occurred_at` says when it happened (now when absent); an earlier time than the tolerance needs `document`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    occurred_at: Annotated[Moment | None, Field(description="when it happened; now when absent")] = None
    document: Annotated[
        Word | None, Field(description="number of the document that shows it, without spaces")
    ] = None

    @field_validator("*")
    @classmethod
    def _keeps_people_out(cls, value: Any, field: ValidationInfo) -> Any:
        wrong = fault(field.field_name or "", value) if isinstance(value, str | tuple) else None
        if wrong is not None:
            raise ValueError(wrong)
        return value

    @classmethod
    def verb(cls) -> str:
        """Name the command as its route does, for example `answer-quote`."""
        return "".join(f"-{c.lower()}" if c.isupper() else c for c in cls.__name__).lstrip("-")

    def as_fact(self, fact: type[F], **more: Any) -> F:
        """Make a fact of the fields asked for, and more; the fact validates them."""
        known = {name: getattr(self, name) for name in fact.model_fields if name in type(self).model_fields}
        return fact(**{**known, **more})


class Command(Asked):
    """A request to record one fact of a case."""

    fact: ClassVar[type[Fact]]
    apart: ClassVar[tuple[str, ...]] = ()
    """Fields by which facts of this name stand apart: asking again is quiet for each of them on its own."""
    answers: ClassVar[tuple[type[Fact], ...]] = ()
    """Facts after which saying the same is news again; they have the fields of `apart`, too."""
    is_for_merged: ClassVar[bool] = False
    """Whether a case still takes it that goes on in another one."""

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        """Yield the facts that follow; nothing when there is nothing new; raise Refused when forbidden.

        As it stands here: the fact has just the command's own fields, and asking twice is quiet.
        """
        del rules, now
        fact = self.as_fact(self.fact)
        if not self.is_repeated(fact, case):
            yield fact

    def told_by(self, actor: str, role: Role) -> Self:
        """Give the command as somebody's own, where the same words of somebody else are news."""
        del actor, role
        return self

    def is_repeated(self, fact: Fact, case: Case) -> bool:
        """Tell whether the newest fact of this name says the same, and of the same time where one is given."""
        newest = case.newest((type(fact), *self.answers), {name: getattr(fact, name) for name in self.apart})
        return newest is not None and newest.fact == fact and self.occurred_at in {None, newest.occurred_at}

    def must_hold(self, case: Case, actor: str | None) -> None:
        """Raise Refused where the fact would break what holds under every regulation: money kept, four eyes.

        Judged after the regulations, so that a refusal cites a clause where there is one.
        """


def decisions(
    command: Command,
    case: Case,
    rules: Rules,
    now: datetime,
    actor: str | None = None,
    role: Role = Role.SERVICE,
) -> tuple[Fact, ...]:
    """Decide a command and let every constraint of the bound regulations judge each fact (mode `refuse`).

    Raises NotFound for a case that was never received, Refused with clause and rule where a rule forbids it. Four
    eyes need the name of the `actor`.
    """
    if case.received is None and command.fact.name() != "Received":
        raise NotFound("There is no such case", case_id=str(case.case_id))
    if case.merged_into is not None and not command.is_for_merged:
        raise Refused("The case goes on in another one; do it there", rule="merged", case_no=case.merged_into)
    if case.is_closed and command.fact.name() not in OPEN_TO_CLOSED:
        raise Refused("The case is closed; reopen it first", rule="closed", stage=case.stage.value)
    facts = tuple(command.told_by(actor or role.value, role).decide(case, rules, now))
    for fact in facts:
        candidate = Recorded(
            originator_id=case.case_id,
            originator_version=case.version + 1,
            fact=fact,
            occurred_at=command.occurred_at or now,
            actor=actor or role.value,
            role=role,
            source=Source(system="desk", document=command.document),
            correlation_id=case.case_id,
        )
        rules.must_allow(candidate, case.history)
        command.must_hold(case, actor)
    return facts


OPEN_TO_CLOSED = frozenset(
    {
        "Reopened", "Closed", "Noted", "Corrected", "Revisited", "Escalated", "Responded", "Filed", "Verified",
        "Charged", "Reviewed", "Linked",
    }
)  # fmt: skip
"""Facts that a closed case still takes."""
