"""Costs told and booked, and money that goes back or makes good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from cases import codes, events
from cases.caller import is_same_person
from cases.case import Case
from cases.codes import Subject
from cases.command import Command
from cases.commands.once import Once, named
from cases.errors import Refused
from cases.fact import Attachment, Fact, Money, Word
from cases.personal import Personal
from cases.regulation.rules import Rules
from cases.spending import SPENT, must_be_covered


class Quote(Once):
    """Tell the customer the cost of work out of warranty (S0 二/3)."""

    fact: ClassVar[type[Fact]] = events.Quoted
    apart: ClassVar[tuple[str, ...]] = ("quote_no",)

    quote_no: Word
    amount: Money


class AnswerQuote(Command):
    """Record that the customer accepted or declined a quote (S0 二/3)."""

    fact: ClassVar[type[Fact]] = events.QuoteAnswered

    apart: ClassVar[tuple[str, ...]] = ("quote_no",)

    quote_no: Word
    is_accepted: bool

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        if named(case, events.Quoted, quote_no=self.quote_no) is None:
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
        if self.amount.minor > case.refundable_minor - case.refunded_minor:
            raise Refused(
                "All refunds of a return must stay within the share of the goods that came back",
                rule="refund-within-returned",
                refundable=str(Money(minor=case.refundable_minor, currency=paid.currency)),
            )
        if any(is_same_person(known.actor, actor) for known in case.history if _lifts_the_limit(known.fact)):
            raise Refused("Who approved a refund above the limit may not make it", rule="four-eyes")
        _must_be_covered(self, case)


class Compensate(Once):
    """Make a loss good or show goodwill, for a claim that was approved by somebody else (S1 四/5, S4 六(一))."""

    fact: ClassVar[type[Fact]] = events.Compensated
    apart: ClassVar[tuple[str, ...]] = ("item", "kind")

    kind: codes.Compensation
    amount: Money
    item: Annotated[Word, Field(description="number of the claim, as the leave names it")]
    formula: Annotated[Word, Field(description="version of the method of calculation (S4 六(一)3)")]
    attachments: tuple[Attachment, ...] = ()

    def must_hold(self, case: Case, actor: str | None) -> None:
        if self.amount.minor == 0:
            raise Refused("A compensation has an amount", rule="amount")
        if self.kind is codes.Compensation.INDIRECT_LOSS and not self.attachments:
            raise Refused(
                "Indirect loss needs its evidence; attach it by sha256", rule="evidence", clause="S4 六(一)1"
            )
        _must_have_leave(case, actor, Subject.COMPENSATION, self.item)
        _must_be_covered(self, case)


class Charge(Once):
    """Book a cost of the case with its voucher; above the budget with leave only (S4 五(二)1)."""

    fact: ClassVar[type[Fact]] = events.Charged
    apart: ClassVar[tuple[str, ...]] = ("voucher_no", "cost")

    cost: codes.Cost
    amount: Money
    payer: codes.Payer
    voucher_no: Word
    budget: Annotated[Word | None, Field(description="code of the budget that bears it")] = None
    is_over_budget: bool = False

    @model_validator(mode="after")
    def _names_its_budget(self) -> Self:
        if self.is_over_budget and self.budget is None:
            message = "a cost over budget names the budget"
            raise ValueError(message)
        return self

    def must_hold(self, case: Case, actor: str | None) -> None:
        if self.is_over_budget:
            _must_have_leave(case, actor, Subject.BUDGET, self.budget)
            _must_be_covered(self, case)


def _must_have_leave(case: Case, actor: str | None, subject: Subject, item: str | None) -> None:
    """Raise Refused where no leave stands, or where who gave it would spend it."""
    leave, clause = case.leave(subject, item), SPENT[subject].clause
    if leave is None:
        message = f"This needs leave first: Approved with subject {subject} and this item"
        raise Refused(message, rule=f"{subject}-approved", clause=clause)
    if is_same_person(leave.actor, actor):
        raise Refused("Who gave leave for money may not spend it", rule="four-eyes", clause=clause)


def _must_be_covered(command: Command, case: Case) -> None:
    must_be_covered([known.fact for known in case.history], command.as_fact(command.fact))


def _lifts_the_limit(fact: Fact) -> bool:
    return isinstance(fact, events.Approved) and fact.subject is Subject.REFUND_LIMIT
