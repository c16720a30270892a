"""A function of schema `bi` that gives rows: its query over tables and functions of the same schema, for any period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, LiteralString

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from projections.tables.columns import Column
from projections.views.view import filled

PERIOD: Final[LiteralString] = "instant timestamptz, zone text, since date, until date"
"""As known now, how it stood at the instant; days from `since` on and before `until`, counted in the zone."""


@dataclass(frozen=True)
class Function:
    """What gives the rows of a report; `reads` are the tables and functions that its query names in braces.

    The planner puts its text into a question that calls it, so that conditions and periods reach the indexes.
    """

    name: str
    zh: str
    en: str
    reads: tuple[str, ...]
    query: LiteralString
    columns: tuple[Column, ...]
    parameters: LiteralString = PERIOD
    values: Mapping[str, Composable] = field(default_factory=dict)
    """What else stands in braces: a number, the name of a column."""
    parts: Mapping[str, LiteralString] = field(default_factory=dict)
    """What stands in braces and is a query itself, over the same tables."""

    def create(self, schema: str) -> Iterator[Composed]:
        """Give the statements that make it and say what it answers."""
        function = Identifier(schema, self.name)
        typed = (SQL("{} {}").format(Identifier(one.name), SQL(one.type)) for one in self.columns)
        yield SQL(
            "CREATE FUNCTION {} ({}) RETURNS TABLE ({}) LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC {}; END"
        ).format(
            function,
            SQL(self.parameters),
            SQL(", ").join(typed),
            filled(self.query, schema, self.reads, self.values, self.parts),
        )
        yield SQL("COMMENT ON FUNCTION {} IS {}").format(function, Literal(f"{self.zh} / {self.en}"))
