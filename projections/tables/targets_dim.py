"""`bi.dim_targets`: what months are held against, one row for each version of a regulation and of the firm's values."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Final, NamedTuple

from cases.regulation.model import Regulation, Settings
from cases.regulation.rules import Reference
from cases.regulation.targets import Target, counted_promises, months_needed, threshold
from projections.casefile import UNKNOWN
from projections.tables.columns import Says
from projections.tables.grown_dims import clause_id
from projections.tables.table import Table


class TargetRow(NamedTuple):
    """One target under one version of the firm's values."""

    target_id: Annotated[str, Says("指标标识", "Regulation@version/target/item/settings version, or `unset`")]
    clause_id: Annotated[
        str, Says("条款项", "Item of the regulation it comes from, see dim_regulation_clauses")
    ]
    settings_version: Annotated[
        str | None, Says("设定值版本", "Version of the firm's values; empty for none")
    ]
    measure: Annotated[str, Says("口径", "What it counts; labels in dim_codes, vocabulary measure")]
    threshold: Annotated[
        Decimal | None, Says("应达到的比例", "Share to reach, 0 to 1; empty where left open")
    ]
    threshold_from: Annotated[
        str, Says("比例的出处", "Whence the share comes: clause, setting or not_configured")
    ]
    months_needed: Annotated[
        int | None, Says("须连续达标月数", "How many months in a row it has to be reached; empty for none")
    ]
    score: Annotated[int | None, Says("满意的最低评分", "Lowest score, 1 to 5, that satisfies")]
    days: Annotated[int | None, Says("保持天数", "For how many days it must not come again")]
    promises: Annotated[
        list[str],
        Says("所计时限", "Items of the promises whose clocks it counts; none where it counts facts"),
    ]


TARGETS: Final = Table(
    "dim_targets", TargetRow, ("target_id",), "指标", "Targets with their thresholds",
    fixed=(TargetRow(UNKNOWN, UNKNOWN, None, UNKNOWN, None, "not_configured", None, None, None, []),),
)  # fmt: skip


def target_id(regulation: str, settings: str | None, item: str) -> str:
    """Name a target of a regulation, given as id@version, under a version of the firm's values."""
    return f"{clause_id(regulation, 'target', item)}/{settings or 'unset'}"


def target_rows(reference: Reference) -> Iterator[TargetRow]:
    """Give every target of every published version, under each version of the firm's values and under none."""
    for regulation in reference.regulations.values():
        for settings in (None, *reference.settings.values()):
            if settings is None or settings.regulation == regulation.id:
                yield from (_row(regulation, settings, target) for target in regulation.target)


def _row(regulation: Regulation, settings: Settings | None, target: Target) -> TargetRow:
    name, version = f"{regulation.id}@{regulation.version}", settings.version if settings else None
    reached = threshold(target, settings)
    return TargetRow(
        target_id=target_id(name, version, target.id),
        clause_id=clause_id(name, "target", target.id),
        settings_version=version,
        measure=target.measure.value,
        threshold=reached.share,
        threshold_from=reached.whence,
        months_needed=months_needed(target, settings),
        score=target.score,
        days=target.days,
        promises=[clause_id(name, "promise", promise.id) for promise in counted_promises(target, regulation)],
    )
