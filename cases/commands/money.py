"""Costs told, and money that goes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from cases import events
from cases.caller import is_same_person
from cases.case import Case
from cases.codes import Subject
from cases.command import Command
from cases.errors import Refused
from cases.fact import Fact, Money, Word
from cases.personal import Personal
from cases.regulation.rules import Rules


class Quote(Command):
    """Tell the customer the cost of work out of warranty (S0 二/3)."""

    fact: ClassVar[type[Fact]] = events.Quoted

    quote_no: Word
    amount: Money

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        fact = self.as_fact(events.Quoted)
        known = _quoted(case, self.quote_no)
        if known is None:
            yield fact
        elif known != fact:
            raise Refused("This quote number has another amount; give a new number", rule="quote-once")


class AnswerQuote(Command):
    """Record that the customer accepted or declined a quote (S0 二/3)."""

    fact: ClassVar[type[Fact]] = events.QuoteAnswered

    apart: ClassVar[tuple[str, ...]] = ("quote_no",)

    quote_no: Word
    is_accepted: bool

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        if _quoted(case, self.quote_no) is None:
            raise Refused(
                "No quote of this number was given in this case", rule="quote-first", clause="S0 二/3"
            )
        yield from super().decide(case, rules, now)


class Refund(Command):
    """Give money back, to the original payment unless approved otherwise (S0 三/2)."""

    fact: ClassVar[type[Fact]] = events.Refunded

    amount: Money
    payment_reference: Personal | None = None
    is_original_account: bool = True

    def must_hold(self, case: Case, actor: str | None) -> None:
        paid = case.received.paid if case.received else None
        if paid is None or paid.currency != self.amount.currency:
            raise Refused(
                "What was paid is not known in this currency; correct the Received fact first",
                rule="refund-within-paid",
            )
        if not 0 < self.amount.minor <= paid.minor - case.refunded_minor:
            raise Refused("All refunds together must stay within what was paid", rule="refund-within-paid")
        if any(is_same_person(known.actor, actor) for known in case.history if _lifts_the_limit(known.fact)):
            raise Refused("Who approved a refund above the limit may not make it", rule="four-eyes")


def _lifts_the_limit(fact: Fact) -> bool:
    return isinstance(fact, events.Approved) and fact.subject is Subject.REFUND_LIMIT


def _quoted(case: Case, quote_no: str) -> events.Quoted | None:
    quotes = (known.fact for known in case.history if isinstance(known.fact, events.Quoted))
    return next((quote for quote in quotes if quote.quote_no == quote_no), None)
