"""The facts of words and papers: what was said to the customer, and what was kept."""

from __future__ import annotations

from cases import codes
from cases.fact import Attachment, Fact, Instant, Word
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


class Promised(Fact):
    """The customer was told by when something will be done (S0 五/2, S4 三(一)2); whether it was is a clock's."""

    topic = "case.promised.v1"

    purpose: codes.Purpose
    promised_at: Instant
    is_agreed: bool = False


class Filed(Fact):
    """A paper of the case was made out, signed, handed back or archived; `place` is where the paper lies.

    A signature is that of the customer, or of whom the form asks for, such as the store's head (S2 八/3).
    """

    topic = "case.filed.v1"

    form: codes.Form
    step: codes.FormStep
    form_no: Word | None = None
    template: Word | None = None
    attachments: tuple[Attachment, ...] = ()
    signed_by: PersonalRef | None = None
    is_satisfied: bool | None = None
    place: Word | None = None


class Verified(Fact):
    """Something told was checked and found right or wrong (S1 三/3, 五/2)."""

    topic = "case.verified.v1"

    checked: codes.Checked
    is_right: bool
