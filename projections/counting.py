"""Which targets count a case by one measure: what reports over facts take windows and scores from."""

from __future__ import annotations

from cases.regulation.claim import Claim
from cases.regulation.entitlements import Rights
from cases.regulation.targets import Measure
from projections.casefile import CaseFile
from projections.tables.targets_dim import target_id


def targets_of(file: CaseFile, measure: Measure) -> list[str]:
    """Name the targets that a case is counted by, each with the version of the firm's values."""
    return [
        target_id(bound.name, bound.pinned.settings, target.id)
        for bound in file.rules
        for target in bound.regulation.counting
        if target.measure is measure
        and target.applies.holds(Rights(Claim.of(file.case.history), bound, file.rules.bound).trait)
    ]
