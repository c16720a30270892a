"""The leaf of a stored event: the one hash that seals what the row says (RFC 9162 leaf prefix 0x00)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from struct import pack
from uuid import UUID

DOMAIN = b"\x00caseledger-event-v1\n"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(instant: datetime) -> int:
    """Count whole microseconds since 1970-01-01T00:00Z of an aware instant."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def leaf(
    originator_id: UUID | str, version: int, position: int, recorded_at: datetime, topic: str, state: bytes
) -> bytes:
    r"""Hash a stored event exactly as the append function of the database does; 32 bytes.

    SHA-256(0x00, "caseledger-event-v1\n", id, version, position, recorded_at in microseconds, length of the
    topic, topic, SHA-256(state)); integers big-endian of eight bytes, lengths of four. A UUID is its 16
    bytes; an id that is text is its length and its UTF-8.
    """
    name = topic.encode()
    return sha256(
        DOMAIN
        + _id(originator_id)
        + pack(">qqqI", version, position, microseconds(recorded_at), len(name))
        + name
        + sha256(state).digest()
    ).digest()


def _id(originator_id: UUID | str) -> bytes:
    if isinstance(originator_id, UUID):
        return originator_id.bytes
    text = originator_id.encode()
    return pack(">I", len(text)) + text
