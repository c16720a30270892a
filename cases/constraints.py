"""What must come before, after or never with what: one judgement for the live guard and for any history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from cases.bound import Bound
from cases.codes import Role, Subject
from cases.entitlements import traits
from cases.events import Approved, Received, Rejected, Requested
from cases.fact import Fact, Money
from cases.history import effective
from cases.patterns import Pattern, any_meets
from cases.recorded import Recorded
from cases.regulation import Constraint, Label


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
    """

    done: Recorded
    before: tuple[Recorded, ...]
    others: tuple[Recorded, ...]


def findings(facts: Sequence[Recorded], rules: Iterable[Bound]) -> tuple[Finding, ...]:
    """Judge a whole history, as corrected and in the order of its claims; `rules` are the regulations that bind it."""
    bound, history = tuple(rules), in_order(effective(facts))
    return tuple(
        finding
        for index, done in enumerate(history)
        for finding in judge(Act(done, history[:index], history[:index]), bound)
    )


def judge_next(candidate: Recorded, history: Sequence[Recorded], rules: Iterable[Bound]) -> Iterator[Finding]:
    """Judge a fact about to be recorded against the effective facts of its case."""
    before = in_order(known for known in history if _when(known) < _when(candidate))
    return judge(Act(candidate, before, tuple(history)), rules)


def in_order(facts: Iterable[Recorded]) -> tuple[Recorded, ...]:
    """Sort facts by when they happened; those of one instant stay in log order."""
    return tuple(sorted(facts, key=_when))


def _when(recorded: Recorded) -> tuple[object, int]:
    return recorded.occurred_at, recorded.originator_version


def judge(act: Act, rules: Iterable[Bound]) -> Iterator[Finding]:
    """Yield what the constraints of every regulation find wrong with one act."""
    for bound in rules:
        asked = bound.regulation.judges.get(act.done.fact.name(), ())
        known = traits((*act.before, act.done), bound) if asked else {}
        for constraint in asked:
            if any_meets(constraint.judged_at, act.done) and constraint.applies.holds(known):
                broken = _JUDGES[constraint.kind](constraint, act, bound)
                if broken and not _is_excepted(constraint, act):
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


def _is_excepted(constraint: Constraint, act: Act) -> bool:
    return any(any_meets(constraint.unless, known) for known in act.before)


def is_lifted(constraint: str, act: Act) -> bool:
    """Tell whether leave to override was on record before the act: with a reason, by somebody who had not asked.

    Where nobody is known to have asked, whoever does the act counts as having asked. A later Rejected takes it back.
    """
    asked = {act.done.actor}
    lifted_by: Recorded | None = None
    known = [other for other in act.others if other.originator_version < act.done.originator_version]
    about = [other for other in known if _is_about(other.fact, constraint)]
    requesters = {other.actor for other in about if isinstance(other.fact, Requested)}
    for other in about:
        if isinstance(other.fact, Approved):
            lifted_by = other
        elif isinstance(other.fact, Rejected):
            lifted_by = None
    if lifted_by is None or not isinstance(lifted_by.fact, Approved):
        return False
    named = {lifted_by.fact.requested_by} if lifted_by.fact.requested_by else set()
    return lifted_by.actor not in (requesters | named or asked)


def _is_about(fact: Fact, constraint: str) -> bool:
    return isinstance(fact, Requested | Approved | Rejected) and (fact.subject, fact.item) == (
        Subject.OVERRIDE,
        constraint,
    )


def _same(constraint: Constraint, one: Recorded, other: Recorded) -> bool:
    return all(getattr(one.fact, name, None) == getattr(other.fact, name, None) for name in constraint.same)


def _last(
    wanted: tuple[Pattern, ...], constraint: Constraint, known: Sequence[Recorded], done: Recorded
) -> tuple[Recorded | None, bool]:
    """Find the newest fact that is wanted or that voids such a one, and tell whether it is wanted."""
    for fact in reversed(known):
        if any_meets(wanted, fact) and _same(constraint, fact, done):
            return fact, True
        if any_meets(constraint.void, fact):
            return fact, False
    return None, False


def _precedence(constraint: Constraint, act: Act, bound: Bound) -> tuple[int, ...]:
    last, is_met = _last(constraint.first, constraint, act.before, act.done)
    return () if is_met else _versions(last, act.done)


def _response(constraint: Constraint, act: Act, bound: Bound) -> tuple[int, ...]:
    for index, known in enumerate(act.before):
        if any_meets(constraint.first, known) and not any(
            (any_meets(constraint.then, later) and _same(constraint, known, later))
            or any_meets(constraint.void, later)
            for later in act.before[index + 1 :]
        ):
            return _versions(known, act.done)
    return ()


def _absence(constraint: Constraint, act: Act, bound: Bound) -> tuple[int, ...]:
    if not constraint.first:
        return _versions(act.done)
    last, forbids = _last(constraint.first, constraint, act.before, act.done)
    return _versions(last, act.done) if forbids else ()


def _exactly_one(constraint: Constraint, act: Act, bound: Bound) -> tuple[int, ...]:
    last, is_second = _last(constraint.then, constraint, act.others, act.done)
    return _versions(last, act.done) if is_second else ()


def _not_coexistence(constraint: Constraint, act: Act, bound: Bound) -> tuple[int, ...]:
    sides = ((constraint.first, constraint.then), (constraint.then, constraint.first))
    for mine, theirs in sides:
        if any_meets(mine, act.done):
            for known in act.others:
                if any_meets(theirs, known) and _same(constraint, known, act.done):
                    return _versions(known, act.done)
    return ()


def _separation(constraint: Constraint, act: Act, bound: Bound) -> tuple[int, ...]:
    """Find somebody with two duties; an import by a system names nobody and is not judged."""
    mine = _duties(constraint.then, act.done)
    if not mine or _names_nobody(act.done):
        return ()
    if isinstance(act.done.fact, Approved) and act.done.fact.requested_by == act.done.actor:
        return _versions(act.done)
    for known in act.others:
        theirs = _duties(constraint.then, known) - mine if known.actor == act.done.actor else set()
        if theirs and _same(constraint, known, act.done):
            return _versions(known, act.done)
    return ()


def _names_nobody(recorded: Recorded) -> bool:
    return recorded.role is Role.SERVICE and recorded.source.system.startswith("import")


def _duties(patterns: tuple[Pattern, ...], recorded: Recorded) -> set[int]:
    return {index for index, pattern in enumerate(patterns) if pattern.meets(recorded)}


def _limit(constraint: Constraint, act: Act, bound: Bound) -> tuple[int, ...]:
    spent = [known for known in (*act.others, act.done) if any_meets(constraint.then, known)]
    amounts = [amount for known in spent if isinstance(amount := getattr(known.fact, "amount", None), Money)]
    if constraint.limit == "setting" and bound.setting(constraint.setting) is None:
        return ()
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
    return next((known.fact.paid for known in act.others if isinstance(known.fact, Received)), None)


def _versions(*facts: Recorded | None) -> tuple[int, ...]:
    return tuple(fact.originator_version for fact in facts if fact is not None)


_JUDGES: dict[str, Callable[[Constraint, Act, Bound], tuple[int, ...]]] = {
    "precedence": _precedence,
    "response": _response,
    "absence": _absence,
    "exactly_one": _exactly_one,
    "not_coexistence": _not_coexistence,
    "separation": _separation,
    "limit": _limit,
}
