"""One table or report as it is asked for: which rows, what is said of them, and how they are read."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, LiteralString, Self

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from replay.exports.look import Look, MadeAnew
from replay.exports.relations import Field, Relation
from replay.exports.wanted import Wanted, must_apply
from replay.neutral import DANGEROUS

Cells = Mapping[str, LiteralString]
"""How a cell is read, by the type of its column; `{cell}` names the column, others are read as they are."""
HARMLESS: Final = "CASE WHEN left({cell}, 1) = ANY({dangerous}) THEN '''' || {cell} ELSE {cell} END"
"""A text that no spreadsheet runs as a formula (replay/neutral.py)."""
AT_ONCE: Final = 1_000
"""Rows that are fetched, or sent, together."""
Chunks = Generator[bytes, None, None]
"""A file, piece by piece."""


class Headings(StrEnum):
    """How columns are headed: by their names, or by what they mean."""

    NAME = "name"
    ZH = "zh"
    EN = "en"


@dataclass(slots=True)
class Export:
    """A relation in one look; `rows` counts what was read of it so far."""

    look: Look
    relation: Relation
    wanted: Wanted
    headings: Headings = Headings.NAME
    has_notes: bool = False
    rows: int = 0

    @classmethod
    def of(
        cls,
        look: Look,
        name: str,
        wanted: Wanted,
        headings: Headings = Headings.NAME,
        *,
        has_notes: bool = False,
    ) -> Self:
        """Ask for rows of a table or report; raises NotFound, Malformed."""
        relation = look.relation(name)
        must_apply(wanted, relation, look)
        return cls(look, relation, wanted, headings, has_notes)

    def heading(self, field: Field) -> str:
        """Head a column."""
        return str(getattr(field, self.headings))

    def about(self) -> dict[str, str]:
        """Tell what the rows stand on, in an order for people; instants on the clock of the business."""
        standing, zone = self.look.standing, self.look.zone
        recorded = standing.recorded_at
        return {
            "table": f"bi.{self.relation.name}",
            "zh": self.relation.zh,
            "en": self.relation.en,
            "position": str(standing.position),
            "recorded_at": recorded.astimezone(zone).isoformat() if recorded else "",
            "at": self.look.at.astimezone(zone).isoformat(),
            "time_zone": zone.key,
            "filters": self.wanted.told(self.relation, zone),
            "regulations": ", ".join(standing.regulations),
            "parked_cases": str(standing.parked_cases),
            "code_version": standing.code_version,
            "contract": self.look.contract,
        }

    def told(self) -> str:
        """Say in one line what was read."""
        parked = self.look.standing.parked_cases
        old = f", {parked} parked cases with old rows" if parked else ""
        return f"{self.rows} rows of {self.relation.name} at position {self.look.standing.position}{old}"

    def lines(self, cells: Cells) -> Iterator[bytes]:
        """Read the rows as lines of CSV, without a heading; raises MadeAnew."""
        place = self.look.place(self.relation)
        query = SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(self._query(place, cells))
        with self.look.connection.cursor() as cursor, cursor.copy(query) as copy:
            for line in copy:
                self.rows += 1
                yield bytes(line)
        self._must_stand_at(place)

    def values(self, cells: Cells) -> Iterator[tuple[Any, ...]]:
        """Read the rows as values of Python; raises MadeAnew."""
        place = self.look.place(self.relation)
        with self.look.connection.cursor(name="export") as cursor:
            cursor.itersize = AT_ONCE
            for row in cursor.execute(self._query(place, cells)):
                self.rows += 1
                yield row
        self._must_stand_at(place)

    def count(self) -> int:
        """Count the rows."""
        query = SQL("SELECT count(*) FROM {} WHERE {}").format(
            self.look.place(self.relation), self._condition()
        )
        found = self.look.connection.execute(query).fetchone()
        return int(found[0]) if found else 0

    def _condition(self) -> Composable:
        return self.wanted.condition(self.relation, self.look.zone)

    def _query(self, place: Identifier, cells: Cells) -> Composed:
        parts = {"dangerous": Literal(list(DANGEROUS)), "zone": Literal(self.look.zone.key)}
        columns = (
            SQL(cells.get(field.type, "{cell}")).format(cell=Identifier(field.name), **parts)
            for field in self.relation.fields
        )
        return SQL("SELECT {} FROM {} AS told WHERE {} ORDER BY {}").format(
            SQL(", ").join(columns), place, self._condition(), self.relation.ordering("told")
        )

    def _must_stand_at(self, place: Identifier) -> None:
        """Raise MadeAnew where another table has taken the name while it was read by that name."""
        if self.look.place(self.relation) != place:
            raise MadeAnew
