"""The calendar document: a country's working years and the calendars that count on them, in one text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from cases.calendars.counting import Calendar
from cases.calendars.parts import Definition, Entry, Label, WorkingYear, WorkingYears, YearStatus, known_zone

Zone = Annotated[str, AfterValidator(known_zone)]


class Text(Entry):
    """What the TOML text of a calendar document says."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]*$", max_length=40)]
    label: Label
    timezone: Zone
    calendar: tuple[Definition, ...]
    year: tuple[WorkingYear, ...] = ()

    @model_validator(mode="after")
    def _names_are_told_once(self) -> Self:
        if len({definition.name for definition in self.calendar}) < len(self.calendar):
            raise ValueError("two calendars have one name")
        for definition in self.calendar:
            known_zone(definition.timezone or self.timezone)
        WorkingYears(self.year)
        return self


@dataclass(frozen=True)
class CalendarBook:
    """A published version of the calendar document; `document` is its text, byte for byte."""

    document: str
    text: Text
    year: tuple[WorkingYear, ...]
    """The years it counts on; after `settled_by` some come from later versions."""

    @classmethod
    def from_document(cls, document: str) -> CalendarBook:
        """Read a TOML text, the same one only once; raises ValueError naming what is wrong in it."""
        return _read(document)

    @property
    def name(self) -> str:
        """Name the document, for example `china`."""
        return self.text.name

    @property
    def version(self) -> str:
        """Name the version, for example `2026.1`."""
        return self.text.version

    @property
    def sha256(self) -> str:
        """Give the sha256 of the document in UTF-8, lower-case hex."""
        return sha256(self.document.encode()).hexdigest()

    @cached_property
    def years(self) -> WorkingYears:
        """Lay the years over one another."""
        return WorkingYears(self.year)

    @cached_property
    def calendars(self) -> dict[str, Calendar]:
        """Give the calendars by name."""
        return {
            definition.name: Calendar(
                definition, definition.timezone or self.text.timezone, self.version, self.years
            )
            for definition in self.text.calendar
        }

    def calendar(self, name: str) -> Calendar:
        """Give the calendar of this name; an unknown one raises KeyError."""
        return self.calendars[name]

    def settled_by(self, later: Iterable[CalendarBook]) -> CalendarBook:
        """Pin the calendars per year: what is official here moves only where a later notice amends it.

        A year that is provisional or missing takes the first official text of the later versions (oldest
        first), or while there is none, the newest provisional one; any year takes the newest amended text.
        """
        years = {year.year: year for year in self.year}
        for book in later:
            for year in book.year:
                known = years.get(year.year)
                if known is None or known.status not in PUBLISHED or year.status is YearStatus.AMENDED:
                    years[year.year] = year
        settled = tuple(years[number] for number in sorted(years))
        return self if settled == self.year else replace(self, year=settled)


PUBLISHED: Final = frozenset({YearStatus.OFFICIAL, YearStatus.AMENDED})


@lru_cache(maxsize=32)
def _read(document: str) -> CalendarBook:
    text = Text.model_validate(tomllib.loads(document))
    return CalendarBook(document, text, text.year)


@lru_cache(maxsize=1)
def shipped_book() -> CalendarBook:
    """Read the document that ships with the product: China, official years, then provisional ones."""
    text = (files("cases") / "calendars" / "years" / "china.toml").read_text(encoding="utf-8")
    return CalendarBook.from_document(text)
