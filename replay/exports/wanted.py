"""Which rows of a table or report are asked for, and whether it can be asked for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from psycopg import DataError
from psycopg.sql import SQL, Composable, Identifier, Literal

from cases.errors import Malformed
from cases.period import Period
from replay.exports.known import must_be_code
from replay.exports.look import Look
from replay.exports.relations import Field, Relation

NAMED: Final = ("kind", "department", "product_id")
"""Columns that can be asked for by a parameter of their name; by `where` every column can."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The rows of a span (`until` exclusive) by the relation's own moment, with equal values by column."""

    since: datetime | None = None
    until: datetime | None = None
    equal: Mapping[str, str] = field(default_factory=dict)

    def told(self, relation: Relation, zone: ZoneInfo) -> str:
        """Say it in words, for whoever reads the file later."""
        moment = relation.period.name if relation.period else ""
        since = (f"{moment} >= {self.since.astimezone(zone).isoformat()}",) if self.since else ()
        until = (f"{moment} < {self.until.astimezone(zone).isoformat()}",) if self.until else ()
        equal = (f"{name} = {value}" for name, value in self.equal.items())
        return ", ".join((*since, *until, *equal)) or "none"

    def condition(self, relation: Relation, zone: ZoneInfo) -> Composable:
        """Say it in SQL."""
        parts = tuple(self._parts(relation, zone))
        return SQL(" AND ").join(parts) if parts else SQL("true")

    def _parts(self, relation: Relation, zone: ZoneInfo) -> Iterator[Composable]:
        if relation.period:
            moment, is_day = Identifier(relation.period.name), relation.period.type == "date"
            if self.since:
                since = self.since.astimezone(zone).date() if is_day else self.since
                yield SQL("{} >= {}").format(moment, Literal(since))
            if self.until:
                until = _day_after(self.until.astimezone(zone)) if is_day else self.until
                yield SQL("{} < {}").format(moment, Literal(until))
        for name, value in self.equal.items():
            yield _equals(name, value)


def wanted_of(
    zone: ZoneInfo,
    period: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    equal: Mapping[str, str | None] | None = None,
    where: Iterable[str] = (),
) -> Wanted:
    """Read what is asked for: a span by `period` or by its ends; `where` are further `column=value`.

    What is None is not asked for; raises Malformed.
    """
    given = {name: value for name, value in (equal or {}).items() if value is not None}
    for condition in where:
        name, mark, value = condition.partition("=")
        if not mark or name in given:
            wrong = [{"field": "where", "cure": "column=value, each column once"}]
            raise Malformed("A condition cannot be read", errors=wrong)
        given[name] = value
    if period is None:
        return Wanted(since, until, given)
    if since or until:
        wrong = [{"field": "period", "cure": "a period, or its beginning and end"}]
        raise Malformed("The span is told twice", errors=wrong)
    span = Period.parse(period)
    return Wanted(span.begins(zone), span.ends(zone), given)


def _day_after(moment: datetime) -> date:
    """Give the first day of which nothing lies before a moment."""
    return moment.date() + timedelta(days=moment.time() != time())


def must_apply(wanted: Wanted, relation: Relation, look: Look) -> None:
    """Raise Malformed for what this table or report cannot be asked for, naming what it can."""
    if (wanted.since or wanted.until) and not relation.period:
        wrong = [{"field": "since", "cure": "leave it out, or ask for another table"}]
        raise Malformed(f"{relation.name} has no moment that a period could be about", errors=wrong)
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        raise Malformed(
            "The period ends before it begins",
            errors=[{"field": "until", "cure": "later than its beginning"}],
        )
    for name, value in wanted.equal.items():
        column, asked = relation.field(name), name if name in NAMED else "where"
        if column is None:
            columns = ", ".join(field.name for field in relation.fields)
            wrong = [{"field": asked, "cure": f"one of its columns: {columns}"}]
            raise Malformed(f"{relation.name} has no such column", errors=wrong)
        if not _is_readable(value, column, relation, look):
            wrong = [{"field": asked, "cure": f"{name} is of type {column.type}"}]
            raise Malformed("A filter cannot be read", errors=wrong)
        must_be_code(value, relation, column, look)


def _equals(name: str, value: str) -> Composable:
    """Say that a column has a value, which PostgreSQL reads as the column's type."""
    return SQL("{} = {}").format(Identifier(name), Literal(value))


def _is_readable(value: str, column: Field, relation: Relation, look: Look) -> bool:
    query = SQL("SELECT FROM {} WHERE {} LIMIT 0").format(look.place(relation), _equals(column.name, value))
    try:
        with look.connection.transaction():
            look.connection.execute(query)
    except DataError:
        return False
    return True
