"""`bi.working_minutes(since, until)`: the working time between two moments, a subtraction over `bi.dim_dates`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString

from psycopg.sql import SQL, Composed, Identifier, Literal

from projections.tables.days import DAYS
from projections.views import business_zone

WORKING_MINUTES: LiteralString = """
CREATE FUNCTION {function}(since timestamptz, until timestamptz, zone text DEFAULT {business_zone})
RETURNS numeric LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT last_day.working_minutes_before - first_day.working_minutes_before + round(
        last_day.is_working_day::int * extract(epoch FROM (until AT TIME ZONE zone)::time) / 60
        - first_day.is_working_day::int * extract(epoch FROM (since AT TIME ZONE zone)::time) / 60, 2)
    FROM {days} AS first_day, {days} AS last_day
    WHERE first_day.day_date = (since AT TIME ZONE zone)::date AND last_day.day_date = (until AT TIME ZONE zone)::date;
END
"""
SAYS = "两个时刻之间的工作分钟（每工作日1440分钟） / Minutes on working days between two moments, 1440 a working day"


def create(schema: str) -> Iterator[Composed]:
    """Give the statements that make it and say what it answers."""
    function = Identifier(schema, "working_minutes")
    yield SQL(WORKING_MINUTES).format(
        function=function, days=DAYS.at(schema), business_zone=business_zone.called(schema)
    )
    yield SQL("COMMENT ON FUNCTION {} IS {}").format(function, Literal(SAYS))
