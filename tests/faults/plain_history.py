"""What stands of a case as it was told so far: after corrections, and of leave that names an amount."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.faults.plain_clauses import Done, same_person
from tests.faults.plain_words import SPENT_BY, Ask


def is_theirs(leave: Done, ask: Ask) -> bool:
    """Tell whether whoever asks gave this leave themselves, in the same role."""
    return leave.role == ask.role and same_person(leave.actor, ask.actor)


def stands(correction: Done, stored: Sequence[Done]) -> bool:
    """Tell whether no later correction that stands withdraws this one."""
    return not any(
        later.name == "Corrected"
        and later.said.get("is_withdrawn")
        and later.said["corrects"] == correction.version
        and stands(later, stored)
        for later in stored[correction.version :]
    )


def corrected(stored: Sequence[Done]) -> list[Done]:
    """Apply every correction that stands, in log order; what is withdrawn stays away, and no correction is left."""
    standing: dict[int, Done] = {fact.version: fact for fact in stored if fact.name != "Corrected"}
    for by in stored:
        if by.name == "Corrected" and by.said["corrects"] in standing and stands(by, stored):
            fact = standing.pop(by.said["corrects"])
            if not by.said.get("is_withdrawn"):
                right = by.said.get("happened_at", fact.at)
                standing[fact.version] = replace(fact, said=fact.said | by.said.get("changes", {}), at=right)
    return [standing[version] for version in sorted(standing)]


def overdrawn(history: Sequence[Done], cycle: Sequence[Done]) -> bool:
    """Tell whether more was ever spent than the newest word of this cycle allows for it."""
    return any(_is_too_much(words, history) for words in _words(cycle))


def _words(cycle: Sequence[Done]) -> Iterator[list[Done]]:
    """Give what was said of each subject and item that money is spent on."""
    said = [
        fact for fact in cycle if fact.name in {"Approved", "Rejected"} and fact.said["subject"] in SPENT_BY
    ]
    for about in {(fact.said["subject"], fact.said.get("item")) for fact in said}:
        yield [fact for fact in said if (fact.said["subject"], fact.said.get("item")) == about]


def _is_too_much(words: Sequence[Done], history: Sequence[Done]) -> bool:
    leave = words[-1]
    if leave.name == "Rejected" or "amount" not in leave.said:
        return False
    name, field = SPENT_BY[leave.said["subject"]]
    total = 0
    for fact in history:
        is_spent = fact.name == name and fact.said.get("is_over_budget", True)
        if is_spent and (fact.said.get(field) if field else None) == leave.said.get("item"):
            if fact.said["amount"]["currency"] != leave.said["amount"]["currency"]:
                return True
            total += fact.said["amount"]["minor"]
    return bool(total > leave.said["amount"]["minor"])
