"""Which rows of a table or report are asked for, and whether it can be asked for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from psycopg.sql import SQL, Composable, Identifier, Literal

from cases.errors import Malformed
from replay.exports.look import Look
from replay.exports.relations import Field, Relation


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
            yield SQL("{}::text = {}").format(Identifier(name), Literal(value))


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
        column = relation.field(name)
        if column is None:
            wrong = [{"field": name, "cure": f"leave it out; {relation.name} has no such column"}]
            raise Malformed(f"{relation.name} cannot be filtered by this", errors=wrong)
        if column.dim and not _is_known(value, column, look):
            wrong = [{"field": name, "cure": f"a value that stands in bi.{column.dim}"}]
            raise Malformed("A filter names something that there is not", errors=wrong)


def _is_known(value: str, column: Field, look: Look) -> bool:
    dim = look.relation(str(column.dim))
    query = SQL("SELECT FROM {} WHERE {} = {}").format(look.place(dim), Identifier(*dim.key), Literal(value))
    return look.connection.execute(query).rowcount == 1
