"""What a customer is entitled to, as it is told: as decided when classified, and as the facts come to it now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from api.case_answers import Entitled, Label
from cases.case import Case
from cases.events import Classified, Corrected
from cases.fact import Verdict
from cases.recorded import Recorded
from cases.regulation.rules import Rules

Key = tuple[str, str]
"""Regulation as `id@version`, and entitlement id."""


def entitled(case: Case, rules: Rules, known: Sequence[Recorded] = ()) -> Iterator[Entitled]:
    """Tell the entitlements (S0 二/2, 三/3); of an imported case that brought none, those that its facts come to.

    What was decided stands. Where a fact `known` later corrected what it rested on, it is told as revised, and what the
    corrected facts come to beside it; classifying again decides anew.
    """
    if case.classified is None or case.received is None:
        return
    stored, labels = case.classified.verdicts, _labels(rules)
    if not stored and not case.received.is_live:
        for verdict in rules.verdicts(case.classified, case):
            yield _told(verdict, labels, is_computed=True)
        return
    now = _as_corrected(case, case.classified, rules, known)
    for verdict in stored:
        yield _told(verdict, labels, is_revised=now is not None and not _stands(verdict, now))
    for verdict in now or ():
        if not _stands(verdict, stored):
            yield _told(verdict, labels, is_computed=True)


def _as_corrected(
    case: Case, classified: Classified, rules: Rules, known: Sequence[Recorded]
) -> tuple[Verdict, ...] | None:
    """Decide again by what is right of the facts before the classification; None where none was corrected since."""
    version, at = max(
        (one.originator_version, one.occurred_at) for one in case.history if one.fact is classified
    )
    if not any(isinstance(one.fact, Corrected) and one.originator_version > version for one in known):
        return None
    before = tuple(one for one in case.history if one.originator_version < version)
    return rules.verdicts(classified, replace(case, history=before), at)


def _stands(verdict: Verdict, among: Sequence[Verdict]) -> bool:
    """Tell whether the same is decided there, whatever it was decided on."""
    return _decided(verdict) in map(_decided, among)


def _decided(verdict: Verdict) -> tuple[object, ...]:
    return verdict.inputs.get("regulation"), verdict.entitlement, verdict.is_granted, verdict.result


def _told(
    verdict: Verdict, labels: dict[Key, Label], *, is_computed: bool = False, is_revised: bool = False
) -> Entitled:
    return Entitled(
        **verdict.model_dump(),
        label=_label(verdict, labels),
        is_computed=is_computed,
        is_revised=is_revised,
    )


def _labels(rules: Rules) -> dict[Key, Label]:
    return {
        (bound.name, item.id): Label(zh=item.label.zh, en=item.label.en)
        for bound in rules
        for item in bound.regulation.entitlement
    }


def _label(verdict: Verdict, labels: dict[Key, Label]) -> Label:
    """Give the words of the regulation; the id itself where that version no longer binds the case."""
    name = verdict.entitlement
    return labels.get((verdict.inputs.get("regulation", ""), name), Label(zh=name, en=name))
