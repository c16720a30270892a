"""Recorded facts as the library's stored events, in exact bytes of our own."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent

from cases.recorded import Recorded, decode, encode
from cases.store.stored import StoredFact


class FactMapper(Mapper[UUID]):
    """Maps by stable topics and pydantic models; nothing is compressed or encrypted, nothing bypasses validation."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Give the exact bytes of a recorded fact."""
        recorded = cast("Recorded", domain_event)
        topic, state = encode(recorded)
        return StoredEvent(recorded.originator_id, recorded.originator_version, topic, state)

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Read a stored event back, with its position and the database's clock."""
        return cast("DomainEventProtocol[UUID]", recorded_of(stored_event))


def recorded_of(stored: Any) -> Recorded:
    """Read a stored fact (or an event that has not been stored yet) back; raises UnknownTopic."""
    is_stored = isinstance(stored, StoredFact)
    return decode(
        stored.topic,
        stored.state,
        originator_id=stored.originator_id,
        originator_version=stored.originator_version,
        position=stored.id if is_stored else 0,
        recorded_at=stored.recorded_at if is_stored else None,
    )
