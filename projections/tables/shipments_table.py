"""`bi.fct_shipments`: one row per consignment: handed over, tracked, arrived, and whether it arrived intact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, NamedTuple

from cases import events
from cases.codes import Direction, Transit
from cases.recorded import Recorded
from projections.casefile import UNKNOWN, CaseFile
from projections.tables import columns
from projections.tables.columns import Says
from projections.tables.table import Index, Row, Table


class ShipmentRow(NamedTuple):
    """One consignment: what was shipped one way, and arrived or not; or goods that arrived with no shipping told."""

    case_id: columns.Id
    version: columns.FactVersion
    direction: Annotated[str, Says("方向", "Which way: inbound, outbound")]
    mode: Annotated[str, Says("运输方式", "Who moves it: pickup, customer_ships, company_ships; or unknown")]
    carrier: Annotated[str | None, Says("承运方", "Carrier")]
    payer: Annotated[str, Says("运费承担方", "Who bears the freight: company, customer, unknown")]
    shipped_at: Annotated[
        datetime | None, Says("发运时间", "When it was handed over; empty where nobody told")
    ]
    delivered_at: Annotated[
        datetime | None, Says("送达时间", "When it arrived; empty while under way or lost")
    ]
    delivered_month: Annotated[
        date | None, Says("送达月份（首日，业务时区）", "First day of the month in which it arrived")
    ]
    transit_seconds: Annotated[int | None, Says("在途秒数", "Seconds from handing over to arrival")]
    transit: Annotated[str | None, Says("最近在途状态", "What the carrier told last")]
    is_damaged: Annotated[
        bool | None, Says("破损", "Arrived damaged, or was told to be damaged under way; empty before either")
    ]
    is_lost: Annotated[bool, Says("丢失", "Told to be lost, and has not arrived")]
    quantity: Annotated[int | None, Says("件数", "How many arrived; empty where nobody told")]


TABLE = Table(
    "fct_shipments", (ShipmentRow, columns.Ending), ("case_id", "version"),
    "运输（每批一行）", "Consignments, one row each",
    indexes=(Index("delivered_month"), Index("carrier")),
)  # fmt: skip


@dataclass
class Consignment:
    """What was told of goods on one way; `versions` names the facts."""

    began: Recorded
    direction: Direction
    shipped: events.Shipped | None = None
    delivered: events.Delivered | None = None
    delivered_at: datetime | None = None
    transit: Transit | None = None
    was_damaged: bool = False
    versions: list[int] = field(default_factory=list)

    @property
    def is_damaged(self) -> bool | None:
        """Whether it arrived damaged, or was told to be under way; None before either."""
        return self.was_damaged or (self.delivered.is_damaged if self.delivered else None)


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per consignment of a case."""
    if {events.Shipped, events.Delivered} & file.newest.keys():
        for one in consignments(file.case.history):
            yield (*_sent(file, one), *_came(file, one), *file.ending)


def consignments(history: tuple[Recorded, ...]) -> list[Consignment]:
    """Put what was told of goods together: each arrival ends the consignment that is under way in its direction."""
    found: list[Consignment] = []
    for known in history:
        match known.fact:
            case events.Shipped(direction=direction):
                found.append(Consignment(known, direction, shipped=known.fact))
                found[-1].versions.append(known.originator_version)
            case events.Tracked(direction=direction, transit=transit):
                for one in _under_way(found, direction):
                    one.versions.append(known.originator_version)
                    one.transit = transit
                    one.was_damaged |= transit is Transit.DAMAGED
            case events.Delivered(direction=direction):
                under_way = _under_way(found, direction)
                if not under_way:
                    under_way = [Consignment(known, direction)]
                    found += under_way
                under_way[0].versions.append(known.originator_version)
                under_way[0].delivered, under_way[0].delivered_at = known.fact, known.occurred_at
            case _:
                pass
    return found


def _under_way(found: list[Consignment], direction: Direction) -> list[Consignment]:
    """Give the newest consignment of a direction, unless it has arrived."""
    newest = [one for one in found if one.direction is direction][-1:]
    return [one for one in newest if one.delivered is None]


def _sent(file: CaseFile, one: Consignment) -> Row:
    sent = one.shipped
    return (
        file.case_id,
        one.began.originator_version,
        one.direction.value,
        sent.mode.value if sent else UNKNOWN,
        sent.carrier if sent else None,
        sent.payer.value if sent else UNKNOWN,
        one.began.occurred_at if sent else None,
    )


def _came(file: CaseFile, one: Consignment) -> Row:
    at, span = one.delivered_at, None
    if at is not None and one.shipped is not None:
        span = at - one.began.occurred_at
    return (
        at,
        file.month_of(at) if at else None,
        None if span is None else span.days * 86_400 + span.seconds,
        one.transit.value if one.transit else None,
        one.is_damaged,
        at is None and one.transit is Transit.LOST,
        one.delivered.quantity if one.delivered else None,
    )
