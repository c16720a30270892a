"""What one fact breaks of one constraint: a judgement for each kind, by the numbers of the patterns that facts meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from cases.caller import is_same_person
from cases.codes import Role
from cases.events import Approved, Received
from cases.fact import Money
from cases.regulation.bound import Bound
from cases.regulation.items import Constraint
from cases.regulation.marking import Asked, Marked, Marks


@dataclass(frozen=True, slots=True)
class Act:
    """A fact under judgement, with what had happened before it and everything else that is known of the case.

    In a history `others` is just what came before, so that two facts that exclude each other are found once, at the
    later one. For a fact about to be recorded it is all there is, since a late record may claim an earlier time.
    """

    done: Marked
    before: Sequence[Marked]
    others: Sequence[Marked]


def may_break(asked: Asked, act: Act) -> bool:
    """Tell by the marks alone whether a fact can break a constraint that asks for values, persons or amounts."""
    kind, done = asked.constraint.kind, act.done
    if kind == "separation":
        mine = done.marks & asked.then
        approves = isinstance(done.recorded.fact, Approved)
        return approves or any((known.marks & asked.then) - mine for known in act.others)
    if kind in {"precedence", "limit"} or (kind == "absence" and not asked.first):
        return True
    wanted = asked.first | asked.then
    return any(known.marks & wanted for known in act.others)


def _same(asked: Asked, one: Marked, other: Marked) -> bool:
    """Tell whether two facts agree on the fields that must be equal."""
    return all(_told(one, name) == _told(other, name) for name in asked.constraint.same)


def _told(known: Marked, name: str) -> object:
    """Give the field that must be equal, by whichever of its names the fact has."""
    fact = known.recorded.fact
    return next((told for one in name.split("/") if (told := getattr(fact, one, None)) is not None), None)


def _last(wanted: Marks, asked: Asked, known: Sequence[Marked], done: Marked) -> tuple[Marked | None, bool]:
    """Find the newest fact that is wanted or that voids such a one, and tell whether it is wanted."""
    for fact in reversed(known):
        if fact.marks & wanted and _same(asked, fact, done):
            return fact, True
        if _ends(asked, fact, done):
            return fact, False
    return None, False


def _ends(asked: Asked, end: Marked, other: Marked) -> bool:
    """Tell whether a fact voids what is said of another one: it tells the same, or none, of the equal fields."""
    return bool(end.marks & asked.void) and all(
        _told(end, name) in {None, _told(other, name)} for name in asked.constraint.same
    )


def _precedence(asked: Asked, act: Act, bound: Bound) -> tuple[int, ...]:
    last, is_met = _last(asked.first, asked, act.before, act.done)
    return () if is_met else _versions(last, act.done)


def _response(asked: Asked, act: Act, bound: Bound) -> tuple[int, ...]:
    for index, known in enumerate(act.before):
        if known.marks & asked.first and not _is_answered(asked, known, act.before[index + 1 :]):
            return _versions(known, act.done)
    return ()


def _is_answered(asked: Asked, first: Marked, later: Sequence[Marked]) -> bool:
    return any(
        _ends(asked, known, first) or (known.marks & asked.then and _same(asked, first, known))
        for known in later
    )


def _absence(asked: Asked, act: Act, bound: Bound) -> tuple[int, ...]:
    if not asked.first:
        return _versions(act.done)
    last, forbids = _last(asked.first, asked, act.before, act.done)
    return _versions(last, act.done) if forbids else ()


def _exactly_one(asked: Asked, act: Act, bound: Bound) -> tuple[int, ...]:
    last, is_second = _last(asked.then, asked, act.others, act.done)
    return _versions(last, act.done) if is_second else ()


def _not_coexistence(asked: Asked, act: Act, bound: Bound) -> tuple[int, ...]:
    for mine, theirs in ((asked.first, asked.then), (asked.then, asked.first)):
        if act.done.marks & mine:
            for known in act.others:
                if known.marks & theirs and _same(asked, known, act.done):
                    return _versions(known, act.done)
    return ()


def _separation(asked: Asked, act: Act, bound: Bound) -> tuple[int, ...]:
    """Find somebody with two duties; an import by a system names nobody and is not judged."""
    done, mine = act.done.recorded, act.done.marks & asked.then
    if done.role is Role.SERVICE and done.source.system.startswith("import"):
        return ()
    if isinstance(done.fact, Approved) and is_same_person(done.fact.requested_by, done.actor):
        return _versions(act.done)
    for known in act.others:
        theirs = (known.marks & asked.then) - mine
        if theirs and is_same_person(known.recorded.actor, done.actor) and _same(asked, known, act.done):
            return _versions(known, act.done)
    return ()


def _limit(asked: Asked, act: Act, bound: Bound) -> tuple[int, ...]:
    constraint = asked.constraint
    if constraint.limit == "setting" and bound.setting(constraint.setting) is None:
        return ()
    spent = [known for known in (*act.others, act.done) if known.marks & asked.then]
    amounts = [
        amount for known in spent if isinstance(amount := getattr(known.recorded.fact, "amount", None), Money)
    ]
    ceiling = _ceiling(constraint, act, bound)
    is_kept = (
        ceiling is not None
        and all(amount.currency == ceiling.currency for amount in amounts)
        and sum(amount.minor for amount in amounts) <= ceiling.minor
    )
    return () if is_kept else _versions(*spent)


def _ceiling(constraint: Constraint, act: Act, bound: Bound) -> Money | None:
    if constraint.limit == "setting":
        value = bound.setting(constraint.setting)
        return None if value is None else Money(minor=int(value.value))
    intakes = (known.recorded.fact for known in act.others)
    return next((fact.paid for fact in intakes if isinstance(fact, Received)), None)


def _versions(*facts: Marked | None) -> tuple[int, ...]:
    return tuple(fact.version for fact in facts if fact is not None)


JUDGES: Final[dict[str, Callable[[Asked, Act, Bound], tuple[int, ...]]]] = {
    "precedence": _precedence,
    "response": _response,
    "absence": _absence,
    "exactly_one": _exactly_one,
    "not_coexistence": _not_coexistence,
    "separation": _separation,
    "limit": _limit,
}
"""By kind: the versions of the facts that a breach rests on, the judged one last; none where nothing is broken."""
