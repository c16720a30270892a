"""A view of schema `bi`: its query over tables of the same schema, and what each of its columns means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import LiteralString

from psycopg.sql import SQL, Composed, Identifier, Literal

from projections.columns import Column


@dataclass(frozen=True)
class View:
    """What BI people read as one view; `reads` are the tables that its query names in braces."""

    name: str
    zh: str
    en: str
    reads: tuple[str, ...]
    query: LiteralString
    columns: tuple[Column, ...]

    def create(self, schema: str) -> Iterator[Composed]:
        """Give the statements that make it and say what everything in it means."""
        view = Identifier(schema, self.name)
        tables = {name: Identifier(schema, name) for name in self.reads}
        # A view over the log reads it with the right of its owner: no condition of a reader may see more of it.
        barrier = SQL("WITH (security_barrier) " if "log.case_events" in self.query else "")
        yield SQL("CREATE VIEW {} {}AS {}").format(view, barrier, SQL(self.query).format(**tables))
        yield SQL("COMMENT ON VIEW {} IS {}").format(view, Literal(f"{self.zh} / {self.en}"))
        for column in self.columns:
            yield SQL("COMMENT ON COLUMN {} IS {}").format(
                Identifier(schema, self.name, column.name), Literal(f"{column.says.zh} / {column.says.en}")
            )
