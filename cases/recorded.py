"""A fact with which case, step, when and who; and the exact bytes it is stored as."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Annotated, Any, Final, Generic, TypeVar
from uuid import UUID

from pydantic import Field

from cases.codes import Role
from cases.errors import UnknownTopic
from cases.events import CASE_FACTS
from cases.events_audit import AUDIT_FACTS
from cases.events_month import MONTH_FACTS
from cases.events_programme import PROGRAMME_FACTS
from cases.events_proposal import PROPOSAL_FACTS
from cases.events_reference import REFERENCE_FACTS
from cases.events_signal import SIGNAL_FACTS
from cases.fact import Fact, Instant, Part, Word, in_utc

F = TypeVar("F", bound=Fact)


class Source(Part):
    """Where a fact came from: the door it took and the document that shows it.

    `system` is api, cli, watcher or import:<mapping>; `document` a reference number; `sha256` and `line` name
    a place in an imported file; `key` is the fact's keyed fingerprint in its source.
    """

    system: Word
    document: Word | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    line: int | None = None
    key: Word | None = None


class Doer(Part):
    """Who recorded a fact, and through which door."""

    actor: Word
    role: Role
    source: Source


class Course(Part):
    """In which course of events a fact was recorded, and under which rules."""

    correlation_id: UUID
    causation_id: UUID | None = None
    is_backdated: bool = False
    decided_under: Word | None = None


class _Begun(Part):
    occurred_at: Instant


class Envelope(Course, Doer, _Begun, Generic[F]):
    """What is stored of a recorded fact, in this order: everything but ids, position and recorded_at."""

    fact: F


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact of an aggregate, as the library's domain event.

    `position` is 0 and `recorded_at` None until the fact is stored; both are the database's own.
    """

    originator_id: UUID
    originator_version: int
    fact: Fact
    occurred_at: datetime
    actor: str
    role: Role
    source: Source
    correlation_id: UUID
    causation_id: UUID | None = None
    is_backdated: bool = False
    decided_under: str | None = None
    position: int = 0
    recorded_at: datetime | None = None

    @property
    def known_at(self) -> datetime:
        """Tell when the log learned of it; a fact not yet stored is known as of its own claim."""
        return self.recorded_at or self.occurred_at


FAMILIES: Final[tuple[Iterable[type[Fact]], ...]] = (
    CASE_FACTS.values(), REFERENCE_FACTS, AUDIT_FACTS, PROGRAMME_FACTS, PROPOSAL_FACTS, MONTH_FACTS,
    SIGNAL_FACTS,
)  # fmt: skip
TOPICS: dict[str, type[Fact]] = {fact.topic: fact for family in FAMILIES for fact in family}
"""Every topic on disk with its class; a topic belongs to one class for ever."""


@cache
def _envelope(fact: type[Fact]) -> type[Envelope[Any]]:
    return Envelope[fact]  # type: ignore[valid-type]  # a class at run time is a type


def encode(recorded: Recorded) -> tuple[str, bytes]:
    """Give the topic and the exact JSON bytes (UTF-8, absent fields left out) of a recorded fact."""
    fact = type(recorded.fact)
    if TOPICS.get(fact.topic) is not fact:
        raise UnknownTopic(topic=fact.topic)
    envelope = _envelope(fact).model_construct(
        occurred_at=recorded.occurred_at.astimezone(UTC),
        actor=recorded.actor,
        role=recorded.role,
        source=recorded.source,
        correlation_id=recorded.correlation_id,
        causation_id=recorded.causation_id,
        is_backdated=recorded.is_backdated,
        decided_under=recorded.decided_under,
        fact=recorded.fact,
    )
    return fact.topic, envelope.model_dump_json(exclude_none=True).encode()


def decode(
    topic: str,
    state: bytes,
    *,
    originator_id: UUID,
    originator_version: int,
    position: int,
    recorded_at: datetime | None,
) -> Recorded:
    """Read stored bytes back; raises UnknownTopic for a topic that was never published."""
    fact = TOPICS.get(topic)
    if fact is None:
        raise UnknownTopic(topic=topic)
    try:
        occurred_at, doer, course, told = _by_parts(topic, state)
    except ValueError:  # not as we write it, or wrong in itself: what is wrong is told of the whole
        envelope = _envelope(fact).model_validate_json(state)
        occurred_at, doer, course, told = envelope.occurred_at, envelope, envelope, envelope.fact
    return Recorded(
        originator_id,
        originator_version,
        told,
        occurred_at.astimezone(UTC),  # one zone object: moments then compare at once
        doer.actor,
        doer.role,
        doer.source,
        course.correlation_id,
        course.causation_id,
        course.is_backdated,
        course.decided_under,
        position,
        recorded_at,
    )


def _by_parts(topic: str, state: bytes) -> tuple[datetime, Doer, Course, Fact]:
    """Read bytes as `encode` writes them, equal parts once; raises ValueError where they are not."""
    at, _, rest = state.partition(b'","actor":')
    doer, _, rest = rest.partition(b',"correlation_id":')
    course, found, told = rest.partition(b',"fact":')
    if not found or not at.startswith(_BEGINS):
        raise ValueError
    occurred_at = datetime.fromisoformat(at[len(_BEGINS) :].decode())
    return in_utc(occurred_at), _doer(doer), _course(course), _fact(topic, told)


_BEGINS: Final = b'{"occurred_at":"'
_ALIKE: Final = 4096
"""How many parts of each kind are kept: who did it through which door, and facts that say nothing of their own."""


@lru_cache(_ALIKE)
def _doer(written: bytes) -> Doer:
    return Doer.model_validate_json(b'{"actor":' + written + b"}")


@lru_cache(_ALIKE)
def _course(written: bytes) -> Course:
    return Course.model_validate_json(b'{"correlation_id":' + written + b"}")


@lru_cache(_ALIKE)
def _fact(topic: str, written: bytes) -> Fact:
    return TOPICS[topic].model_validate_json(written[:-1])
