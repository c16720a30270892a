"""`bi.fct_counted`: one row per fact that a target counts, and since when it is good; clocks have their own table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Final, NamedTuple

from cases import events
from cases.codes import Cause, Kind
from cases.recorded import Recorded
from cases.regulation.bound import Bound
from cases.regulation.entitlements import Rights
from cases.regulation.targets import Measure, Target
from projections.casefile import UNKNOWN, CaseFile
from projections.tables import columns
from projections.tables.cells import Same
from projections.tables.columns import Says
from projections.tables.table import Index, Row, Table
from projections.tables.targets_dim import target_id


class CountedRow(NamedTuple):
    """One fact that one target counts. What is good or missed at an instant is asked of counted_at."""

    counted_id: Annotated[str, Says("计数标识", "Case, target and version of the fact")]
    case_id: columns.Id
    target_id: Annotated[str, Says("指标", "Target that counts it", "dim_targets")]
    version: Annotated[int, Says("案内序号", "Which fact of the case is counted, from 1")]
    happened_at: Annotated[datetime, Says("计入时间", "When it happened, as corrected: decides the month")]
    good_at: Annotated[
        datetime | None, Says("达标时间", "Since when it is good, unless spoilt or again; empty: never")
    ]
    spoilt_at: Annotated[
        datetime | None, Says("失效时间", "Since when it is good no longer: the case was reopened")
    ]
    again_key: Annotated[
        str | None,
        Says(
            "再次发生的识别键",
            "What the next of the same goods and cause has too; until good_at it is a miss",
        ),
    ]
    department: columns.Department
    is_live: columns.IsLive
    is_parked: columns.IsParked
    last_position: columns.LastPosition
    updated_at: columns.UpdatedAt


TABLE: Final = Table(
    "fct_counted", CountedRow, ("counted_id",), "指标计数（每个事实一行）", "Facts that targets count, one row each",
    indexes=(
        Index("case_id"),
        Index("happened_at, target_id", is_order=True),
        Index("again_key, happened_at", "again_key IS NOT NULL"),
    ),
)  # fmt: skip


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per fact and target that counts it."""
    ending = Same((file.department, file.is_live, False, file.last_position, file.updated_at))
    for bound in file.rules:
        rights: Rights | None = None
        for target in bound.regulation.counting:
            if target.definition.each not in file.newest:
                continue
            if target.applies.where and rights is None:
                rights = Rights(file.claim, bound, file.rules.bound)
            if rights is None or target.applies.holds(rights.trait):
                yield from (_row(file, bound, target, known, ending) for known in _counted(file, target))


def _row(file: CaseFile, bound: Bound, target: Target, known: Recorded, ending: Same) -> Row:
    name = target_id(bound.name, bound.pinned.settings, target.id)
    return (
        f"{file.timeline.case}:{name}:{known.originator_version}",
        file.case_id,
        name,
        known.originator_version,
        known.occurred_at,
        _good_at(file, bound, target, known),
        _spoilt_at(file, target, known),
        _again_key(file, target, known),
        ending,
    )


def _counted(file: CaseFile, target: Target) -> Iterator[Recorded]:
    """Give the facts that a measure counts: of closings the last of each cycle, of revisits those with an answer."""
    each = target.definition.each
    known = file.by_kind.get(each, ()) if each is not None else ()
    match target.measure:
        case Measure.RESOLUTION:
            yield from {_cycle(file, one): one for one in known}.values()
        case Measure.SATISFACTION:
            yield from (one for one in known if _score(one) is not None)
        case Measure.COMPLAINT_SETTLED:
            yield from known if file.kind == Kind.COMPLAINT.value else ()
        case _:
            yield from known


def _good_at(file: CaseFile, bound: Bound, target: Target, known: Recorded) -> datetime | None:
    is_good = True
    match target.measure:
        case Measure.RESOLUTION:
            return _confirmed_at(file, _cycle(file, known))
        case Measure.REPAIR_SUCCESS | Measure.COMPLAINT_SETTLED:
            return known.occurred_at + timedelta(days=target.days or 0)
        case Measure.SATISFACTION:
            is_good = (_score(known) or 0) >= (target.score or 0)
        case Measure.RECORD_COMPLETENESS:
            is_good = not any(
                found.regulation == bound.name and found.constraint in target.constraints
                for found in file.findings
            )
        case _:
            is_good = not (isinstance(known.fact, events.Delivered) and known.fact.is_damaged)
    return known.occurred_at if is_good else None


def _score(known: Recorded) -> int | None:
    return known.fact.satisfaction if isinstance(known.fact, events.Revisited) else None


def _confirmed_at(file: CaseFile, cycle: int) -> datetime | None:
    """Tell when the customer confirmed in a cycle that it is solved: by the newest revisit, or not at all."""
    asked = [one for one in file.by_kind.get(events.Revisited, ()) if _cycle(file, one) == cycle]
    newest = asked[-1] if asked else None
    solved = newest is not None and isinstance(newest.fact, events.Revisited) and newest.fact.is_solved
    return newest.occurred_at if newest is not None and solved else None


def _cycle(file: CaseFile, known: Recorded) -> int:
    """Count the cycle that a fact belongs to; a cycle ends with Reopened."""
    if events.Reopened not in file.newest:
        return 1
    reopened = file.by_kind[events.Reopened]
    return 1 + sum(one.originator_version <= known.originator_version for one in reopened)


def _spoilt_at(file: CaseFile, target: Target, known: Recorded) -> datetime | None:
    """Tell when the case was reopened after a closing, or within the days after a complaint."""
    if target.measure not in {Measure.RESOLUTION, Measure.COMPLAINT_SETTLED}:
        return None
    if events.Reopened not in file.newest:
        return None
    reopened = (
        one.occurred_at
        for one in file.by_kind[events.Reopened]
        if one.originator_version > known.originator_version
    )
    at = min(reopened, default=None)
    is_late = target.days is not None and at is not None and at > known.occurred_at + timedelta(target.days)
    return None if is_late else at


def _again_key(file: CaseFile, target: Target, known: Recorded) -> str | None:
    """Name the goods, by their token or else by the case, and for a repair the cause that was put right."""
    received = file.case.received
    goods = received.serial.token if received and received.serial else None
    match target.measure, known.fact:
        case Measure.REPAIR_SUCCESS, events.Repaired(cause=cause):
            found = file.cause if cause is Cause.UNKNOWN else cause.value
            return f"repaired:{goods or file.case_id}:{found or UNKNOWN}"
        case Measure.COMPLAINT_SETTLED, _:
            return f"complained:{goods or file.case_id}"
        case _:
            return None
