"""What must come before, after or never with what: one judgement for the live guard and for any history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.caller import is_same_person
from cases.codes import Role, Subject
from cases.events import Approved, Received, Rejected, Requested
from cases.fact import Fact, Money
from cases.history import effective
from cases.recorded import Recorded
from cases.regulation.bound import Bound
from cases.regulation.claim import Claim
from cases.regulation.entitlements import Rights
from cases.regulation.items import Constraint, Label
from cases.regulation.marking import Asked, Marked, Marks


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause that the facts of a case do not satisfy.

    `versions` names the facts it rests on, the judged one last; `needs` what would have satisfied it.
    """

    constraint: str
    regulation: str
    clause: str
    label: Label
    mode: str
    versions: tuple[int, ...]
    is_overridden: bool
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """A fact under judgement, with what had happened before it and everything else that is known of the case.

    In a history `others` is just what came before, so that two facts that exclude each other are found once, at the
    later one. For a fact about to be recorded it is all there is, since a late record may claim an earlier time.
    `case` is the whole case: leave to override counts by when it was recorded, whatever times are claimed.
    """

    done: Marked
    before: Sequence[Marked]
    others: Sequence[Marked]
    case: Sequence[Marked]


def findings(facts: Sequence[Recorded], rules: Sequence[Bound]) -> tuple[Finding, ...]:
    """Judge a whole history, as corrected and in the order of its claims; `rules` are the regulations that bind it."""
    history = in_order(effective(facts))
    found = [(done, finding) for bound in rules for done, finding in _judge_all(history, bound, rules)]
    return tuple(finding for _, finding in sorted(found, key=lambda pair: pair[0]))


def _judge_all(
    history: Sequence[Recorded], bound: Bound, rules: Sequence[Bound]
) -> Iterator[tuple[int, Finding]]:
    rights, marking = Rights(Claim(), bound, rules), bound.regulation.marking
    marked = [marking.mark(known) for known in history]
    for index, done in enumerate(marked):
        rights = rights.after(done.recorded)
        if done.marks:
            before = marked[:index]
            for finding in _judge(Act(done, before, before, marked), rights):
                yield index, finding


def judge_next(candidate: Recorded, history: Sequence[Recorded], rules: Sequence[Bound]) -> Iterator[Finding]:
    """Judge a fact about to be recorded against the effective facts of its case."""
    before = in_order(known for known in history if _when(known) < _when(candidate))
    for bound in rules:
        mark = bound.regulation.marking.mark
        known = [mark(known) for known in history]
        act = Act(mark(candidate), [mark(earlier) for earlier in before], known, known)
        yield from _judge(act, Rights(Claim.of((*before, candidate)), bound, rules))


def in_order(facts: Iterable[Recorded]) -> tuple[Recorded, ...]:
    """Sort facts by when they happened; those of one instant stay in log order."""
    return tuple(sorted(facts, key=_when))


def _place(recorded: Recorded) -> int:
    return recorded.originator_version


def _when(recorded: Recorded) -> tuple[datetime, int]:
    return recorded.occurred_at, recorded.originator_version


def _judge(act: Act, rights: Rights) -> Iterator[Finding]:
    """Yield what the constraints of one regulation find wrong with one act."""
    bound = rights.bound
    for asked in bound.regulation.marking.judging(act.done):
        constraint = asked.constraint
        broken = _JUDGES[constraint.kind](asked, act, bound)
        if broken and not _is_excepted(asked, act) and constraint.applies.holds(rights.trait):
            yield _finding(constraint, act, bound, broken)


def _finding(constraint: Constraint, act: Act, bound: Bound, broken: tuple[int, ...]) -> Finding:
    return Finding(
        constraint=constraint.id,
        regulation=bound.name,
        clause=constraint.clause,
        label=constraint.label,
        mode=constraint.mode,
        versions=broken,
        is_overridden=constraint.is_overridable and is_lifted(constraint.id, act),
        needs=_needs(constraint),
    )


def _needs(constraint: Constraint) -> tuple[str, ...]:
    wanted = constraint.then if constraint.kind == "response" else constraint.first
    asked = wanted if constraint.kind in {"precedence", "response"} else ()
    paid = ("Received.paid",) if constraint.limit == "paid" else ()
    return (*paid, *(str(pattern) for pattern in (*asked, *constraint.unless)))


def _is_excepted(asked: Asked, act: Act) -> bool:
    return any(known.marks & asked.unless for known in act.before)


def is_lifted(constraint: str, act: Act) -> bool:
    """Tell whether leave to override was on record before the act: with a reason, by somebody who had not asked.

    Where nobody is known to have asked, whoever does the act counts as having asked. A later Rejected takes it back.
    """
    about = [known.recorded for known in act.case if _is_about(known.recorded.fact, constraint)]
    on_record = sorted((known for known in about if known.originator_version < act.done.version), key=_place)
    answers = [known for known in on_record if isinstance(known.fact, Approved | Rejected)]
    if not answers or not isinstance(answers[-1].fact, Approved):
        return False
    asked = {known.actor for known in on_record if isinstance(known.fact, Requested)}
    asked |= {answers[-1].fact.requested_by} if answers[-1].fact.requested_by else set()
    return not any(is_same_person(answers[-1].actor, one) for one in asked or {act.done.recorded.actor})


def _is_about(fact: Fact, constraint: str) -> bool:
    return isinstance(fact, Requested | Approved | Rejected) and (fact.subject, fact.item) == (
        Subject.OVERRIDE,
        constraint,
    )


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


_JUDGES: dict[str, Callable[[Asked, Act, Bound], tuple[int, ...]]] = {
    "precedence": _precedence,
    "response": _response,
    "absence": _absence,
    "exactly_one": _exactly_one,
    "not_coexistence": _not_coexistence,
    "separation": _separation,
    "limit": _limit,
}
