"""The facts of money: what was told to cost how much."""

from __future__ import annotations

from cases.fact import Fact, Money, Word


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
