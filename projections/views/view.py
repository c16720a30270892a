"""A view of schema `bi`: its query over tables of the same schema, and what each of its columns means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import LiteralString

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from projections.tables.columns import Column
from projections.views import business_zone


def filled(
    query: LiteralString,
    schema: str,
    reads: tuple[str, ...],
    values: Mapping[str, Composable],
    parts: Mapping[str, LiteralString],
) -> Composed:
    """Fill a query's braces: names of the schema, values, and parts of it, which have braces of their own.

    `business_zone` is always there: the zone in which reports count.
    """
    named = {
        "business_zone": business_zone.called(schema),
        **{name: Identifier(schema, name) for name in reads},
        **values,
    }
    return SQL(query).format(**named, **{name: SQL(part).format(**named) for name, part in parts.items()})


@dataclass(frozen=True)
class View:
    """What BI people read as one view; `reads` are the tables that its query names in braces."""

    name: str
    zh: str
    en: str
    reads: tuple[str, ...]
    query: LiteralString
    columns: tuple[Column, ...]
    parts: Mapping[str, LiteralString] = field(default_factory=dict)
    """What stands in braces and is a piece of the query itself, over the same tables."""

    def create(self, schema: str) -> Iterator[Composed]:
        """Give the statements that make it and say what everything in it means."""
        view = Identifier(schema, self.name)
        query = filled(self.query, schema, self.reads, {}, self.parts)
        # A view over the log reads it with the right of its owner: no condition of a reader may see more of it.
        barrier = SQL("WITH (security_barrier) " if "log.case_events" in self.query else "")
        yield SQL("CREATE VIEW {} {}AS {}").format(view, barrier, query)
        yield SQL("COMMENT ON VIEW {} IS {}").format(view, Literal(f"{self.zh} / {self.en}"))
        for column in self.columns:
            yield SQL("COMMENT ON COLUMN {} IS {}").format(
                Identifier(schema, self.name, column.name), Literal(f"{column.says.zh} / {column.says.en}")
            )
