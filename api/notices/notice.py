"""What a notice says of a fact, and which facts are told of: positions and names, nothing of what was recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cases.errors import Malformed
from cases.recorded import TOPICS
from cases.store.ledger import Ledger

PAGE: Final = 200
"""Notices that are read, and held for one follower, at a time."""
TOLD: Final = {
    fact.name(): topic
    for topic, fact in TOPICS.items()
    if topic.startswith("case.") or topic.endswith(".published.v1")
}
"""Fact → topic of what is told of: everything of a case, and whatever is published. Audits and proposals have readers
of their own."""


class About(BaseModel):
    """Which fact it was. Ask for the case to learn what it says; `case_no` and `case_id` are those of a case only."""

    model_config = ConfigDict(frozen=True)

    fact: str = Field(description="its name, for example Shipped")
    position: int = Field(description="its place in the log; pass it as at_least to a question")
    case_id: UUID | None
    case_no: str | None
    version: int = Field(description="its place in the case")


class Notice(BaseModel):
    """Word that a fact was recorded, as a CloudEvent (version 1.0, JSON).

    `id` is the position in the log, unique within `source`: who has seen it needs it no second time. `time` is when the
    ledger learned of it.
    """

    model_config = ConfigDict(frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str = Field(description="the topic of the fact, for example case.shipped.v1")
    subject: UUID = Field(description="the case, or the stream that a document was published in")
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    data: About


def topics_of(facts: Iterable[str]) -> tuple[str, ...]:
    """Give the topics of facts by name, of all that are told of where none is named; raises Malformed."""
    wanted = tuple(dict.fromkeys(facts)) or tuple(TOLD)
    if any(name not in TOLD for name in wanted):
        told = [{"field": "fact", "cure": f"is one of {', '.join(TOLD)}"}]
        raise Malformed("No notice is given of such a fact", errors=told)
    return tuple(TOLD[name] for name in wanted)


def page(
    ledger: Ledger, source: str, topics: Iterable[str], after: int, until: int, case_id: UUID | None = None
) -> list[Notice]:
    """Read what was recorded behind one settled position up to another, oldest first, `PAGE` at most."""
    rows = ledger.rows(
        "SELECT page.notification_id, page.originator_id, page.originator_version, page.topic, page.recorded_at,"
        " convert_from(first.state, 'UTF8')::jsonb -> 'fact' ->> 'case_no' FROM ("
        " SELECT notification_id, originator_id, originator_version, topic, recorded_at FROM log.case_events"
        " WHERE notification_id > %s AND notification_id <= %s AND topic = ANY(%s)"
        " AND (%s::uuid IS NULL OR originator_id = %s::uuid) ORDER BY notification_id LIMIT %s) AS page"
        " LEFT JOIN log.case_events AS first ON first.originator_id = page.originator_id"
        " AND first.originator_version = 1 AND first.topic LIKE 'case.%%' ORDER BY page.notification_id",
        [after, until, list(topics), case_id, case_id, PAGE],
    )
    return [_notice(source, row) for row in rows]


def _notice(source: str, row: tuple[Any, ...]) -> Notice:
    position, stream, version, topic, recorded_at, case_no = row
    about = About(
        fact=TOPICS[topic].name(),
        position=position,
        case_id=stream if case_no else None,
        case_no=case_no,
        version=version,
    )
    return Notice(id=str(position), source=source, type=topic, subject=stream, time=recorded_at, data=about)
