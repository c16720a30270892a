"""Words with the customer and within the firm, and the papers that keep them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from cases import codes
from cases.case import Case
from cases.command import Command
from cases.errors import Refused
from cases.events import Escalated, Filed, Noted, Promised, Responded, Revisited, Verified
from cases.fact import Attachment, Fact, Moment, Word
from cases.personal import Personal
from cases.regulation.rules import Rules


class Respond(Command):
    """Record what the firm did or said towards the customer (S0 一/3, 三/2)."""

    fact: ClassVar[type[Fact]] = Responded

    step: codes.Step
    channel: codes.Channel = codes.Channel.PHONE
    text: Personal | None = None


class Revisit(Command):
    """Record that the customer was asked whether the problem is solved (S0 五/2(4))."""

    fact: ClassVar[type[Fact]] = Revisited

    method: codes.RevisitMethod
    is_solved: bool
    satisfaction: Annotated[int | None, Field(ge=1, le=5)] = None
    remark: Personal | None = None


class Escalate(Command):
    """Take the case up to a higher level (S0 五/3)."""

    fact: ClassVar[type[Fact]] = Escalated

    level: Annotated[
        Word,
        Field(
            description="the role it goes to, for example supervisor",
            json_schema_extra={"enum": [role.value for role in codes.Role]},
        ),
    ]
    reason: codes.EscalationReason


class Note(Command):
    """Keep a text, a document or a code with the case."""

    fact: ClassVar[type[Fact]] = Noted

    word: Annotated[Word | None, Field(description="a code, never a text about a person")] = None
    text: Personal | None = None
    attachments: tuple[Attachment, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.word is None and self.text is None and not self.attachments:
            message = "a note needs a word, a text or an attachment"
            raise ValueError(message)
        return self


class Promise(Command):
    """Tell the customer by when something will be done (S0 五/2, S4 三(一)2)."""

    fact: ClassVar[type[Fact]] = Promised
    apart: ClassVar[tuple[str, ...]] = ("purpose",)

    purpose: codes.Purpose
    promised_at: Annotated[Moment, Field(description="the last good moment, as told to the customer")]
    is_agreed: Annotated[bool, Field(description="the customer agreed to it")] = False

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        for fact in super().decide(case, rules, now):
            if self.promised_at <= (self.occurred_at or now):
                raise Refused("Promise a time that was still to come when it was told", rule="promise-ahead")
            yield fact


class File(Command):
    """Keep a paper of the case: made out, signed, handed back or archived (S1 五/4, S2 二/15, S4 三(二)4)."""

    fact: ClassVar[type[Fact]] = Filed
    apart: ClassVar[tuple[str, ...]] = ("form", "step", "form_no")

    form: codes.Form
    step: codes.FormStep
    form_no: Word | None = None
    template: Annotated[Word | None, Field(description="version of the form")] = None
    attachments: tuple[Attachment, ...] = ()
    signed_by: Personal | None = None
    is_satisfied: Annotated[
        bool | None, Field(description="what the customer said when signing (S2 三·二/24)")
    ] = None
    place: Annotated[Word | None, Field(description="code of the place where the paper lies")] = None

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.form_no is None and not self.attachments:
            message = "a paper has its number (form_no) or its sha256 (attachments)"
            raise ValueError(message)
        return self


class Verify(Command):
    """Record that something told was checked; what is wrong is then corrected (S1 三/3, 五/2)."""

    fact: ClassVar[type[Fact]] = Verified
    apart: ClassVar[tuple[str, ...]] = ("checked",)

    checked: codes.Checked
    is_right: bool
