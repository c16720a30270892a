"""`bi.stream_id(name)`: the stream of a month, a programme or a register in the log, as cases.streams names it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, LiteralString

from psycopg.sql import SQL, Composed, Identifier, Literal

STREAM_ID: Final[LiteralString] = """
CREATE FUNCTION {function}(name text) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN encode(substr(sha256(convert_to('urn:caseledger:' || name, 'UTF8')), 1, 16), 'hex')::uuid
"""
SAYS: Final = (
    "按名称给出事实流的标识，例如 month:2026-03 / Id of the stream of a name, for example month:2026-03"
)


def create(schema: str) -> Iterator[Composed]:
    """Give the statements that make it and say what it answers."""
    function = Identifier(schema, "stream_id")
    yield SQL(STREAM_ID).format(function=function)
    yield SQL("COMMENT ON FUNCTION {} IS {}").format(function, Literal(SAYS))
