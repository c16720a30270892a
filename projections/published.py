"""The published documents as the log held them at a position."""

from __future__ import annotations

from typing import Final

from psycopg.sql import SQL

from cases.errors import BrokenHistory
from cases.reference import reference_of
from cases.regulation.rules import Reference
from projections import reading
from projections.schema import Db
from projections.views.business_zone import business_zone

PUBLISHED: Final = SQL(
    "{stored} WHERE topic = ANY(%s) AND notification_id <= %s ORDER BY notification_id"
).format(stored=reading.STORED)


def read_reference(connection: Db, until: int) -> Reference:
    """Read every document published up to a position; raises BrokenHistory when one cannot be read."""
    topics = list(reading.REFERENCE_TOPICS)
    found = [reading.Stored(*row) for row in connection.execute(PUBLISHED, (topics, until), binary=True)]
    zone = business_zone(connection)
    try:
        return reference_of((stored.decoded() for stored in found), zone)
    except Exception as error:
        last = found[-1].position if found else 0
        raise BrokenHistory("A published document cannot be read", position=last) from error
