"""What leave for money covers: all that is spent on it stays within the amount that was approved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from cases.codes import Subject
from cases.errors import Refused
from cases.events import Approved, Charged, Compensated, Refunded, Rejected, Reopened
from cases.fact import Fact, Money, Word


class Spent(NamedTuple):
    """What leave of a subject is spent by: the fact, its field that names the item of the leave, and the clause."""

    by: type[Compensated | Charged | Refunded]
    item: str | None
    clause: str


SPENT: Final[Mapping[Subject, Spent]] = {
    Subject.RETURN: Spent(Refunded, None, "S0 三/2"),
    Subject.REFUND_LIMIT: Spent(Refunded, None, "S0 三/2"),
    Subject.COMPENSATION: Spent(Compensated, "item", "S4 六(一)3"),
    Subject.BUDGET: Spent(Charged, "budget", "S4 五(二)1"),
}
"""Leave that may name an amount; money that goes back is of the whole case."""


def must_be_covered(history: Sequence[Fact], fact: Fact) -> None:
    """Raise Refused where a fact would spend more than leave allows, or would allow less than is spent already."""
    for leave in overspent((*history, fact)):
        if fact == leave or _spends(fact, leave):
            raise refusal(leave)


def overspent(facts: Sequence[Fact]) -> tuple[Approved, ...]:
    """Give the leave of the present cycle whose amount is exceeded; what was spent in any cycle counts."""
    return tuple(leave for leave in _standing(facts) if not _covers(leave, facts))


def refusal(leave: Approved) -> Refused:
    """Say no with the clause that asks for the leave, and what it allows."""
    return Refused(
        "All that is spent on this leave together must stay within the amount that was approved",
        rule="leave-amount",
        clause=SPENT[leave.subject].clause,
        subject=leave.subject.value,
        item=leave.item,
        approved=str(leave.amount),
    )


def _standing(facts: Sequence[Fact]) -> Iterator[Approved]:
    """Give the newest word on every item, where it is leave with an amount; a reopening ends all leave."""
    newest: dict[tuple[Subject, Word | None], Approved | Rejected] = {}
    for fact in facts:
        if isinstance(fact, Reopened):
            newest.clear()
        elif isinstance(fact, Approved | Rejected) and fact.subject in SPENT:
            newest[fact.subject, fact.item] = fact
    yield from (
        leave for leave in newest.values() if isinstance(leave, Approved) and leave.amount is not None
    )


def _covers(leave: Approved, facts: Sequence[Fact]) -> bool:
    spent = [amount for fact in facts if (amount := _spends(fact, leave)) is not None]
    return leave.amount is None or (
        all(amount.currency == leave.amount.currency for amount in spent)
        and sum(amount.minor for amount in spent) <= leave.amount.minor
    )


def _spends(fact: Fact, leave: Approved) -> Money | None:
    """Give what a fact spends of a leave, if it does; of a budget that is what goes above it."""
    spent = SPENT[leave.subject]
    if not isinstance(fact, spent.by) or (isinstance(fact, Charged) and not fact.is_over_budget):
        return None
    item = None if spent.item is None else getattr(fact, spent.item)
    return fact.amount if item == leave.item else None
