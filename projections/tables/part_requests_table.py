"""`bi.fct_part_requests`: one row per part that was asked for: asked, answered, ordered, in store, issued, fitted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Final, NamedTuple

from cases import events
from cases.codes import Movement, Subject
from cases.recorded import Recorded
from projections.casefile import CaseFile
from projections.tables import columns
from projections.tables.columns import Says
from projections.tables.part_movements_table import Item
from projections.tables.table import Index, Row, Table


class PartRequestRow(NamedTuple):
    """One request for one part in one case, up to the next request for the same part."""

    case_id: columns.Id
    version: columns.FactVersion
    item: Item
    step: Annotated[
        str,
        Says("进展", "The last step taken: requested, approved, rejected, ordered, received, issued, used"),
    ]
    requested_at: Annotated[datetime, Says("申请时间", "When it was asked for, as corrected")]
    requested_by: Annotated[str, Says("申请人代号", "Pseudonym of who asked")]
    reason: Annotated[str, Says("申请理由", "Why it was asked for")]
    answered_at: Annotated[datetime | None, Says("批复时间", "When it was approved or rejected, last of all")]
    answered_by: Annotated[str | None, Says("批复人代号", "Pseudonym of who approved or rejected")]
    is_approved: Annotated[bool | None, Says("已批准", "Leave was given; empty before an answer")]
    ordered_at: Annotated[datetime | None, Says("下单时间", "When it was first ordered")]
    arrived_at: Annotated[datetime | None, Says("入库时间", "When it first came into store")]
    issued_at: Annotated[datetime | None, Says("出库时间", "When it first left the store")]
    used_at: Annotated[datetime | None, Says("装用时间", "When it was first fitted")]
    issued: Annotated[int, Says("出库数量", "How many left the store")]
    order_no: Annotated[str | None, Says("订单号", "Number of the newest order")]
    certificate_no: Annotated[str | None, Says("合格证号", "Number of the newest certificate")]


TABLE = Table(
    "fct_part_requests", (PartRequestRow, columns.Ending), ("case_id", "version"),
    "配件申请（每次一行）", "Requests for parts, one row each",
    indexes=(Index("requested_at"), Index("item")),
)  # fmt: skip
STEPS: Final = (Movement.ORDERED, Movement.RECEIVED, Movement.ISSUED, Movement.USED)
Moves = Sequence[tuple[Recorded, events.StockMoved]]


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per request for a part that stands."""
    asked = [known for known, fact in file.all_of(events.Requested) if fact.subject is Subject.PART]
    for number, known in enumerate(asked):
        item = _item(known)
        again = (later.originator_version for later in asked[number + 1 :] if _item(later) == item)
        yield _line(file, known, next(again, None))


def _item(known: Recorded) -> str | None:
    return known.fact.item if isinstance(known.fact, events.Requested) else None


def _line(file: CaseFile, known: Recorded, until: int | None) -> Row:
    item, began = _item(known), known.originator_version
    told = [
        one
        for one in file.case.history
        if began < one.originator_version and (until is None or one.originator_version < until)
    ]
    answers = [
        one
        for one in told
        if isinstance(one.fact, events.Approved | events.Rejected)
        and (one.fact.subject, one.fact.item) == (Subject.PART, item)
    ]
    moves = [
        (one, one.fact) for one in told if isinstance(one.fact, events.StockMoved) and one.fact.item == item
    ]
    return (
        file.case_id,
        began,
        item,
        _step(answers, moves),
        known.occurred_at,
        known.actor,
        known.fact.reason if isinstance(known.fact, events.Requested) else None,
        *_answered(answers),
        *(_first(moves, movement) for movement in STEPS),
        *_handed(moves),
        *file.ending,
    )


def _step(answers: Sequence[Recorded], moves: Moves) -> str:
    """Name the step that lies furthest: a movement, else the answer, else the request itself."""
    furthest = [movement for movement in STEPS if _first(moves, movement)]
    if furthest:
        return furthest[-1].value
    if answers:
        return "approved" if isinstance(answers[-1].fact, events.Approved) else "rejected"
    return "requested"


def _answered(answers: Sequence[Recorded]) -> Row:
    if not answers:
        return None, None, None
    last = answers[-1]
    return last.occurred_at, last.actor, isinstance(last.fact, events.Approved)


def _first(moves: Moves, movement: Movement) -> datetime | None:
    return min((known.occurred_at for known, moved in moves if moved.movement is movement), default=None)


def _handed(moves: Moves) -> Row:
    newest = [moved for _, moved in reversed(moves)]
    return (
        sum(moved.quantity for moved in newest if moved.movement is Movement.ISSUED),
        next((moved.order_no for moved in newest if moved.order_no), None),
        next((moved.certificate_no for moved in newest if moved.certificate_no), None),
    )
