"""The facts of money: what was told to cost how much."""

from __future__ import annotations

from cases import codes
from cases.fact import Attachment, Fact, Money, Word


class Quoted(Fact):
    """The cost of work out of warranty was told (S0 二/3)."""

    topic = "case.quoted.v1"

    quote_no: Word
    amount: Money


class QuoteAnswered(Fact):
    """The customer accepted or declined a quote."""

    topic = "case.quote_answered.v1"

    quote_no: Word
    is_accepted: bool


class Compensated(Fact):
    """A loss was made good, or goodwill shown (S1 四/5, S4 六(一)); `item` is the claim, as leave names it.

    `formula` names the version of the method that the amount was calculated by; attachments are the evidence.
    """

    topic = "case.compensated.v1"

    kind: codes.Compensation
    amount: Money
    item: Word
    formula: Word
    attachments: tuple[Attachment, ...] = ()


class Charged(Fact):
    """A cost of the case was booked with its voucher, on a budget of the firm or on the customer (S4 五(二))."""

    topic = "case.charged.v1"

    cost: codes.Cost
    amount: Money
    payer: codes.Payer
    voucher_no: Word
    budget: Word | None = None
    is_over_budget: bool = False
