"""The ids of streams that are no cases: a month, its signals, a programme in a period, a register of proposals."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID


def stream_id(kind: str, *of: object) -> UUID:
    """Give the id of the stream of that kind and name: of a sha256, so that a query can name it too.

    The first 16 bytes of the sha256 of `urn:caseledger:kind:name…`; `bi.stream_id('month:2026-03')` works out the same.
    """
    return UUID(bytes=sha256(":".join(("urn:caseledger", kind, *map(str, of))).encode()).digest()[:16])
