"""Cases of a lamp factory told into a log, with moments as the clock on the wall in Shanghai shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import psycopg

from cases import codes, events
from cases.calendars.book import shipped_book
from cases.events_reference import CalendarPublished, RegulationPublished, SettingsPublished
from cases.fact import Fact, Pinned
from cases.recorded import Recorded, Source
from cases.reference import reference_of
from cases.regulation.rules import Reference
from cases.store.database import Database
from cases.store.ledger import Ledger
from projections.schema import Db

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUSE = UUID(int=0xCA5E)
PINNED = (
    Pinned(
        regulation="lamp-factory",
        version="2026.3",
        settings="demo.2",
        calendar=f"china@{shipped_book().version}",
    ),
)
Step = tuple[str, Fact] | tuple[str, Fact, dict[str, Any]]


OPENING = datetime(2025, 12, 31, 16, tzinfo=UTC)
"""2026-01-01 00:00 on the wall: when the documents were published."""


def wall(moment: str) -> datetime:
    """Read "2026-03-02 09:00" off the wall in Shanghai."""
    return datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI).astimezone(UTC)


def received(case_no: str, **more: object) -> events.Received:
    known: dict[str, object] = {
        "channel": "phone",
        "product_model": "kettle-lamp",
        "batch": "B7",
        "judged_under": PINNED,
    }
    return events.Received.model_validate({"case_no": case_no, **known, **more})


def classified(kind: str, **more: object) -> events.Classified:
    return events.Classified.model_validate({"kind": kind, **more})


def replied(step: str = "reply") -> events.Responded:
    return events.Responded.model_validate({"step": step})


def closed(outcome: str = "solved") -> events.Closed:
    return events.Closed.model_validate({"outcome": outcome})


def documents() -> tuple[Fact, ...]:
    """The regulation, the demo's values and the calendar, as they are published."""
    packs = files("cases") / "regulations"
    lamp = (packs / "lamp-factory.toml").read_text(encoding="utf-8")
    demo = (packs / "settings" / "lamp-factory.demo.toml").read_text(encoding="utf-8")
    book = shipped_book()
    return (
        RegulationPublished(regulation="lamp-factory", version="2026.3", document=lamp, sha256=_digest(lamp)),
        SettingsPublished(regulation="lamp-factory", version="demo.2", document=demo, sha256=_digest(demo)),
        CalendarPublished(calendar="china", version=book.version, document=book.document, sha256=book.sha256),
    )


def reference() -> Reference:
    """The same documents, read."""
    return reference_of(recorded(HOUSE, number, OPENING, fact) for number, fact in enumerate(documents(), 1))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def case_id(name: str) -> UUID:
    """The id of the case that is told under a name."""
    return uuid5(HOUSE, name)


def recorded(stream: UUID, version: int, moment: datetime, fact: Fact, **more: Any) -> Recorded:
    known = Recorded(
        originator_id=stream,
        originator_version=version,
        fact=fact,
        occurred_at=moment,
        actor="staff-li",
        role=codes.Role.AGENT,
        source=Source(system="api"),
        correlation_id=stream,
    )
    return replace(known, **more)


class Lamps:
    """Tells cases into a log, step by step."""

    def __init__(self, ledger: Ledger) -> None:
        """Begin with the log as it is."""
        self.ledger = ledger
        self._versions: dict[UUID, int] = {}

    def publish(self) -> None:
        for number, fact in enumerate(documents()):
            self._append([recorded(uuid5(HOUSE, f"document-{number}"), 1, OPENING, fact)])

    def tell(self, name: str, *steps: Step) -> int:
        """Add steps to a case, (moment, fact) or (moment, fact, more of Recorded); gives the last position."""
        stream, facts = case_id(name), []
        for step in steps:
            version = self._versions[stream] = self._versions.get(stream, 0) + 1
            more = step[2] if len(step) > 2 else {}
            facts.append(recorded(stream, version, wall(step[0]), step[1], **more))
        return self._append(facts)

    def _append(self, facts: list[Recorded]) -> int:
        return self.ledger.append(facts)[-1].position


@contextmanager
def connected(database: Database) -> Iterator[Db]:
    """A connection as the program's role, as questions get it."""
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        yield connection


def all_rows(connection: Db, table: str, schema: str = "bi") -> list[tuple[Any, ...]]:
    """Every row of a table, in any stable order."""
    query = psycopg.sql.SQL("SELECT * FROM {} AS rows ORDER BY rows::text").format(
        psycopg.sql.Identifier(schema, table)
    )
    return connection.execute(query).fetchall()
