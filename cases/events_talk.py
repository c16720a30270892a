"""The facts of words and papers: what was said to the customer, and what was kept."""

from __future__ import annotations

from cases import codes
from cases.fact import Attachment, Fact, Word
from cases.personal import PersonalRef


class Responded(Fact):
    """The firm did or said something towards the customer."""

    topic = "case.responded.v1"

    step: codes.Step
    channel: codes.Channel = codes.Channel.PHONE
    text: PersonalRef | None = None


class Noted(Fact):
    """Something worth keeping: a text in the vault, documents by sha256, or a source's own word."""

    topic = "case.noted.v1"

    word: Word | None = None
    text: PersonalRef | None = None
    attachments: tuple[Attachment, ...] = ()
