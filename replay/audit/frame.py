"""The population of a period, read from the log as it stood at a settled position."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from cases.events import Classified, Closed, Received, Reopened
from cases.history import effective
from cases.period import Period
from cases.programmes.owed import Duty
from cases.recorded import Recorded
from cases.sampling.drawing import Item, frame_tsv
from cases.store.ledger import Ledger

UNCLASSIFIED = "unclassified"
Meant = Callable[[Sequence[Recorded]], bool]
"""Tells by its history whether a programme means a case."""
Freeze = tuple[Period, int]
"""A period and the position of the log up to which its frame was read."""


@dataclass(frozen=True, slots=True)
class Ending:
    """One ending of a case: its item name, when it came about, and the version the case stood at."""

    item: str
    case_id: UUID
    stratum: str
    version: int
    at: datetime
    customer: UUID
    """The person in the vault; the case where none is known."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a freeze fixes: the file, whose case each item is, and how many ended before the period began."""

    tsv: bytes
    case_of: dict[str, UUID]
    items: tuple[Item, ...]
    late: int


def endings(history: Sequence[Recorded]) -> Iterator[Ending]:
    """Give the first Closed of every cycle of one case, as corrected; a later cycle is `case_no#n`.

    The stratum is the kind of the case at the end of its history.
    """
    facts = effective(history)
    received = next((known.fact for known in facts if isinstance(known.fact, Received)), None)
    if received is None:
        return
    kinds = [known.fact.kind.value for known in facts if isinstance(known.fact, Classified)]
    cycle, is_open = 1, True
    for known in facts:
        if isinstance(known.fact, Reopened):
            cycle, is_open = cycle + 1, True
        elif isinstance(known.fact, Closed) and is_open:
            is_open = False
            yield Ending(
                item=received.case_no if cycle == 1 else f"{received.case_no}#{cycle}",
                case_id=known.originator_id,
                stratum=kinds[-1] if kinds else UNCLASSIFIED,
                version=history[-1].originator_version,
                at=known.occurred_at,
                customer=received.customer_phone.subject_id
                if received.customer_phone
                else known.originator_id,
            )


def newly_ended(
    history: Sequence[Recorded],
    *,
    starts_at: datetime,
    period: Period,
    zone: ZoneInfo,
    earlier: Sequence[Freeze],
) -> list[Ending]:
    """Choose the endings of one case that a period takes: from the programme's start to the period's end.

    What an earlier frame took is left out, by the facts that were known at its freeze.
    """
    chosen = [one for one in endings(history) if starts_at <= one.at < period.ends(zone)]
    taken: set[str] = set()
    for before, hi in earlier if chosen else ():
        known = [fact for fact in history if fact.position <= hi]
        taken |= {one.item for one in endings(known) if starts_at <= one.at < before.ends(zone)}
    return [one for one in chosen if one.item not in taken]


def meant_by(duty: Duty) -> Meant:
    """Tell which cases a programme draws from: an audit from all, another from those of its regulation and kinds."""
    kinds = duty.programme.applies.where.get("kind", ())

    def means(history: Sequence[Recorded]) -> bool:
        facts = [known.fact for known in effective(history)]
        bound = {pin.regulation for fact in facts if isinstance(fact, Received) for pin in fact.judged_under}
        kind = [fact.kind for fact in facts if isinstance(fact, Classified)][-1:]
        return duty.regulation in bound and (not kinds or any(one in kinds for one in kind))

    return (lambda _: True) if duty.programme.kind == "audit" else means


def one_each(chosen: Iterable[Ending]) -> list[Ending]:
    """Keep of every customer the newest ending."""
    newest = {one.customer: one for one in sorted(chosen, key=lambda one: (one.at, one.item))}
    return list(newest.values())


def frame_of(chosen: Iterable[Ending], leaves: dict[tuple[UUID, int], str], begins: datetime) -> Frame:
    """Write the frame of the chosen endings; `leaves` holds the leaf hash of each case's last fact, in hex."""
    endings_ = list(chosen)
    items = tuple(
        Item(one.stratum, one.item, one.version, leaves[one.case_id, one.version]) for one in endings_
    )
    return Frame(
        tsv=frame_tsv(items),
        case_of={one.item: one.case_id for one in endings_},
        items=items,
        late=sum(one.at < begins for one in endings_),
    )


def read_frame_at(
    ledger: Ledger,
    *,
    hi: int,
    starts_at: datetime,
    period: Period,
    zone: ZoneInfo,
    duty: Duty,
    earlier: Sequence[Freeze] = (),
    progress: Callable[[int], None] = lambda _: None,
) -> Frame:
    """Read the frame of a period up to position `hi` in one pass over the log; `earlier` are the frames before it.

    `progress` is told how many histories have been read. The same `hi` gives the same bytes for ever.
    """
    means = meant_by(duty)
    chosen = [
        one
        for history in _counted(ledger, hi, progress)
        if means(history)
        for one in newly_ended(history, starts_at=starts_at, period=period, zone=zone, earlier=earlier)
    ]
    if duty.programme.draws == "customers":
        chosen = one_each(chosen)
    return frame_of(chosen, leaves_of(ledger, chosen), period.begins(zone))


def _counted(ledger: Ledger, hi: int, progress: Callable[[int], None]) -> Iterator[list[Recorded]]:
    for number, history in enumerate(ledger.stream(0, 1, upto=hi), start=1):
        progress(number)
        yield history


def leaves_of(ledger: Ledger, chosen: Sequence[Ending]) -> dict[tuple[UUID, int], str]:
    """Look up the leaf beside each last fact."""
    rows = ledger.rows(
        "SELECT originator_id, originator_version, encode(leaf, 'hex') FROM log.case_events"
        " WHERE (originator_id, originator_version) IN (SELECT * FROM unnest(%s::uuid[], %s::bigint[]))",
        [[one.case_id for one in chosen], [one.version for one in chosen]],
    )
    return {(case_id, version): leaf for case_id, version, leaf in rows}
