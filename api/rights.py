"""What a customer is entitled to, as it is told: decided when classified, or computed from the facts of an import."""

from __future__ import annotations

from collections.abc import Iterator

from api.case_answers import Entitled, Label
from cases.case import Case
from cases.fact import Verdict
from cases.regulation.rules import Rules

Key = tuple[str, str]
"""Regulation as `id@version`, and entitlement id."""


def entitled(case: Case, rules: Rules) -> Iterator[Entitled]:
    """Tell the entitlements; of an imported case that brought none, those that its facts come to (S0 二/2, 三/3)."""
    if case.classified is None or case.received is None:
        return
    stored = case.classified.verdicts
    is_computed = not stored and not case.received.is_live
    verdicts = rules.verdicts(case.classified, case) if is_computed else stored
    labels = _labels(rules)
    for verdict in verdicts:
        yield Entitled(**verdict.model_dump(), label=_label(verdict, labels), is_computed=is_computed)


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
