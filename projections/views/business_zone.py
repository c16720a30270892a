"""`bi.business_zone()`: the zone in which the reports count days and months, whatever zone a session has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, LiteralString
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier, Literal

from cases.regulation.rules import BEIJING

# Days are counted in one zone everywhere: the one that set-up wrote down with a role that no analyst can be.
ZONE: Final = """
SELECT split_part(setting, '=', 2) FROM pg_roles, unnest(rolconfig) AS setting
WHERE rolname = 'cl_owner' AND starts_with(lower(setting), 'timezone=')
"""
# A constant to the planner, as the session's own zone would be: a report that asks for it reads as if it were written
# there. A session's zone is not asked, because drivers set it: those of Java to that of the machine they run on.
FUNCTION: Final[LiteralString] = """
CREATE OR REPLACE FUNCTION {function}() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN {zone}
"""
SAYS: Final = "业务时区（报表按此计日、计月） / The business time zone: reports count days and months in it"


def business_zone(connection: Connection[Any]) -> ZoneInfo:
    """Give the time zone in which days and months are counted."""
    row = connection.execute(ZONE).fetchone()
    return ZoneInfo(row[0]) if row else BEIJING


def called(schema: str) -> Composed:
    """Give the call of it, for the text of a report."""
    return SQL("{}()").format(Identifier(schema, "business_zone"))


def create(schema: str, zone: ZoneInfo) -> Iterator[Composed]:
    """Give the statements that make it, and say what it answers."""
    function = Identifier(schema, "business_zone")
    yield SQL(FUNCTION).format(function=function, zone=Literal(zone.key))
    yield SQL("COMMENT ON FUNCTION {} IS {}").format(function, Literal(SAYS))
