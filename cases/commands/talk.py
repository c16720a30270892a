"""Words with the customer and within the firm."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from cases import codes
from cases.command import Command
from cases.events import Escalated, Noted, Responded, Revisited
from cases.fact import Attachment, Fact, Word
from cases.personal import Personal


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
