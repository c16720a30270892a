"""The check-list of an audited case, filled from its facts as far as they answer it (S0 六/2, 六/3).

What a person must judge stays open; every answer names the facts that it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cases import events
from cases.codes import Code, Kind
from cases.history import effective
from cases.promises.clock import Clock, Verdict
from cases.promises.clocks import clocks
from cases.recorded import Recorded
from cases.regulation.model import Item
from cases.regulation.rules import Rules


class Answer(Code):
    """What the facts say to a question of the check-list."""

    YES = "yes", "是", "Yes"
    NO = "no", "否", "No"
    NOT_APPLICABLE = "not_applicable", "不适用", "Not applicable"
    TO_JUDGE = "to_judge", "待人工评定", "To be judged"


@dataclass(frozen=True, slots=True)
class Filled:
    """A question with the answer of the facts, and the versions of the facts that gave it."""

    question: Item
    answer: Answer
    because: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Evidence:
    facts: tuple[Recorded, ...]
    clocks: tuple[Clock, ...]

    def versions(self, *kinds: type) -> tuple[int, ...]:
        """Name the facts of these kinds."""
        return tuple(known.originator_version for known in self.facts if isinstance(known.fact, kinds))

    def kept(self, *promises: str) -> tuple[Answer, tuple[int, ...]]:
        """Tell whether every ended clock of these promises was met."""
        meant = [clock for clock in self.clocks if clock.promise.id in promises]
        verdicts = {clock.verdict for clock in meant}
        because = tuple(sorted({version for clock in meant for version in clock.moved_by}))
        if Verdict.BREACHED in verdicts:
            return Answer.NO, because
        if Verdict.OPEN in verdicts or verdicts == {Verdict.NOT_CONFIGURED}:
            return Answer.TO_JUDGE, because
        return (Answer.YES if Verdict.MET in verdicts else Answer.NOT_APPLICABLE), because


Found = tuple[Answer, tuple[int, ...]]


def _responded_in_time(evidence: _Evidence) -> Found:
    return evidence.kept("first-response", "consultation-reply", "safety-stop-use")


def _resolved(evidence: _Evidence) -> Found:
    revisits = [known for known in evidence.facts if isinstance(known.fact, events.Revisited)]
    if revisits:
        last = revisits[-1]
        is_solved = isinstance(last.fact, events.Revisited) and last.fact.is_solved
        return (Answer.YES if is_solved else Answer.NO), (last.originator_version,)
    return Answer.TO_JUDGE, evidence.versions(events.Closed)


def _picked_up_and_mailed(evidence: _Evidence) -> Found:
    return evidence.kept("phone-pickup", "mail-reply")


def _repaired_once(evidence: _Evidence) -> Found:
    repairs = evidence.versions(events.Repaired)
    if not repairs:
        return Answer.NOT_APPLICABLE, ()
    return (Answer.YES if len(repairs) == 1 else Answer.NO), repairs


def _refunded_in_time(evidence: _Evidence) -> Found:
    if not evidence.versions(events.Refunded):
        return Answer.NOT_APPLICABLE, ()
    return evidence.kept("refund-within")


def _complaint_handled(evidence: _Evidence) -> Found:
    kinds = [known.fact.kind for known in evidence.facts if isinstance(known.fact, events.Classified)]
    return _resolved(evidence) if Kind.COMPLAINT in kinds else (Answer.NOT_APPLICABLE, ())


def _left_open(_: _Evidence) -> Found:
    return Answer.TO_JUDGE, ()


_ANSWERS: dict[str, Callable[[_Evidence], Found]] = {
    "check-response-time": _responded_in_time,
    "check-resolution": _resolved,
    "check-timely": _picked_up_and_mailed,
    "check-repair-plan": _repaired_once,
    "check-return-flow": _refunded_in_time,
    "check-complaint": _complaint_handled,
}


def filled(
    questions: Sequence[Item], facts: Sequence[Recorded], rules: Rules, version: int
) -> tuple[Filled, ...]:
    """Fill a check-list for a case as it stood at a version; later facts do not change what is judged."""
    known = tuple(fact for fact in facts if fact.originator_version <= version)
    evidence = _Evidence(effective(known), clocks(known, rules))
    return tuple(Filled(question, *_ANSWERS.get(question.id, _left_open)(evidence)) for question in questions)
