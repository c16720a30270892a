"""The published documents as the log held them at a position."""

from __future__ import annotations

import tomllib
from typing import Final

from psycopg.sql import SQL

from cases.calendar_book import CalendarBook
from cases.errors import BrokenHistory
from cases.events_reference import CalendarPublished, RegulationPublished, SettingsPublished
from cases.fact import Fact
from cases.regulation import Regulation, Settings
from cases.rules import Reference
from projections import reading
from projections.schema import Db

PUBLISHED: Final = SQL(
    "{stored} WHERE topic = ANY(%s) AND notification_id <= %s ORDER BY notification_id"
).format(stored=reading.STORED)


class Shelf:
    """Documents by name and version, as they come out of the log."""

    def __init__(self) -> None:
        """Begin empty."""
        self.regulations: dict[tuple[str, str], Regulation] = {}
        self.settings: dict[tuple[str, str], Settings] = {}
        self.calendars: dict[tuple[str, str], CalendarBook] = {}

    def put(self, fact: Fact) -> None:
        """Read one document and keep it."""
        match fact:
            case RegulationPublished():
                text = tomllib.loads(fact.document)
                self.regulations[fact.regulation, fact.version] = Regulation.model_validate(text)
            case SettingsPublished():
                text = tomllib.loads(fact.document)
                self.settings[fact.regulation, fact.version] = Settings.model_validate(text)
            case CalendarPublished():
                self.calendars[fact.calendar, fact.version] = CalendarBook.from_document(fact.document)
            case _:
                pass


def read_reference(connection: Db, until: int) -> Reference:
    """Read every document published up to a position; raises BrokenHistory over one that cannot be read."""
    shelf = Shelf()
    for row in connection.execute(PUBLISHED, (list(reading.REFERENCE_TOPICS), until), binary=True):
        try:
            shelf.put(reading.Stored(*row).decoded().fact)
        except Exception as error:
            raise BrokenHistory("A published document cannot be read", position=row[4]) from error
    return Reference(shelf.regulations, shelf.settings, shelf.calendars)
