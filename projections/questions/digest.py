"""The digest of a period: what came, what ended, promises kept, customers asked, costs; from the rows of the tables.

The rows may be read from schema `bi`, or be made from the log up to a position: the same rows give the same digest.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import DictRow

from cases.codes import Kind
from projections.ranking import PRAISE
from projections.registry import Rows
from projections.tables import cases_table, costs_table, revisits_table, sla_clocks_table
from projections.tables.table import Table

Told = Mapping[str, Any]
"""A row by the names of its columns."""
Document = dict[str, Any]
"""What becomes canonical JSON: texts, whole numbers, and more of these."""

CASES: LiteralString = """
SELECT case_id, kind, category, cause, product_id, department, assigned_to, outcome, opened_at, closed_at, regulations
FROM bi.fct_cases
WHERE NOT is_parked AND EXISTS (
    SELECT FROM unnest(string_to_array(regulations, ',')) AS one WHERE split_part(one, '@', 1) = %(regulation)s
) AND (
    opened_at >= %(begins)s AND opened_at < %(ends)s OR closed_at >= %(begins)s AND closed_at < %(ends)s
    OR case_id IN (
        SELECT case_id FROM bi.fct_sla_clocks
        WHERE ended_at >= %(begins)s AND ended_at < %(ends)s OR due_at >= %(begins)s AND due_at < %(ends)s
        UNION ALL SELECT case_id FROM bi.fct_revisits WHERE occurred_at >= %(begins)s AND occurred_at < %(ends)s
        UNION ALL SELECT case_id FROM bi.fct_costs WHERE occurred_at >= %(begins)s AND occurred_at < %(ends)s
    )
)
"""
CLOCKS: LiteralString = """
SELECT case_id, promise, regulation, verdict, due_at, ended_at, kind
FROM bi.fct_sla_clocks
WHERE split_part(regulation, '@', 1) = %(regulation)s
    AND (ended_at >= %(begins)s AND ended_at < %(ends)s OR due_at >= %(begins)s AND due_at < %(ends)s)
"""
REVISITS: LiteralString = """
SELECT case_id, is_solved, satisfaction, occurred_at, kind
FROM bi.fct_revisits WHERE occurred_at >= %(begins)s AND occurred_at < %(ends)s
"""
COSTS: LiteralString = """
SELECT case_id, cost, payer, amount_minor, currency, is_over_budget, occurred_at, kind
FROM bi.fct_costs WHERE occurred_at >= %(begins)s AND occurred_at < %(ends)s
"""
READ: Final[tuple[tuple[Table, LiteralString], ...]] = (
    (cases_table.TABLE, CASES),
    (sla_clocks_table.TABLE, CLOCKS),
    (revisits_table.TABLE, REVISITS),
    (costs_table.TABLE, COSTS),
)
"""Table → how it is asked for a period; what is asked for too much is left out again below."""
COUNTED: Final = ("kind", "category", "cause", "product_id", "department")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases, and when: those judged under a regulation, of some kinds (all when empty), in [begins, ends)."""

    regulation: str
    begins: datetime
    ends: datetime
    kinds: frozenset[str] = frozenset()

    def holds(self, moment: datetime | None) -> bool:
        """Tell whether a moment lies in the period."""
        return moment is not None and self.begins <= moment < self.ends


class Seen:
    """The rows that a digest is made of, by table."""

    def __init__(self, scope: Scope) -> None:
        """Begin with none."""
        self.scope = scope
        self._rows: dict[str, list[Told]] = {table.name: [] for table, _ in READ}

    def add(self, rows: Rows) -> None:
        """Take the rows of a case as they are made from its facts, if it is meant."""
        told: dict[str, list[Told]] = {}
        for table, _ in READ:
            names = [column.name for column in table.columns]
            told[table.name] = [dict(zip(names, row, strict=True)) for row in rows[table.name]]
        if any(self._is_meant(row) for row in told[cases_table.TABLE.name]):
            for name, found in told.items():
                self._rows[name] += found

    def take(self, table: Table, rows: Iterable[Told]) -> None:
        """Take rows as they stand in a table."""
        self._rows[table.name] += rows

    @property
    def cases(self) -> dict[UUID, Told]:
        """Give the cases that are meant."""
        return {row["case_id"]: row for row in self._rows["fct_cases"] if self._is_meant(row)}

    def of_cases(self, table: Table) -> list[Told]:
        """Give the rows of a table whose cases are meant."""
        known = self.cases
        return [row for row in self._rows[table.name] if row["case_id"] in known]

    def _is_meant(self, row: Told) -> bool:
        is_bound = self.scope.regulation in {one.split("@")[0] for one in row["regulations"].split(",")}
        return is_bound and (not self.scope.kinds or row["kind"] in self.scope.kinds)


def read(cursor: Cursor[DictRow], scope: Scope) -> Seen:
    """Read the rows of a period within a snapshot; a parked case, whose rows are old, is left out."""
    seen = Seen(scope)
    asked = {"regulation": scope.regulation, "begins": scope.begins, "ends": scope.ends}
    for table, query in READ:
        seen.take(table, cursor.execute(query, asked).fetchall())
    return seen


def digest(seen: Seen) -> Document:
    """Compile what a period came to."""
    scope, cases = seen.scope, list(seen.cases.values())
    received = [case for case in cases if scope.holds(case["opened_at"])]
    closed = [case for case in cases if scope.holds(case["closed_at"])]
    complaints = [case for case in received if case["kind"] == Kind.COMPLAINT.value]
    return {
        "received": {"cases": len(received), **{f"by_{name}": _by(received, name) for name in COUNTED}},
        "complaints": {
            "cases": len(complaints),
            **{f"by_{name}": _by(complaints, name) for name in COUNTED[1:]},
        },
        "closed": {"cases": len(closed), "by_outcome": _by(closed, "outcome")},
        "promises": promises(seen, lambda clock: str(clock["promise"])),
        "revisits": revisits(revisited(seen)),
        "costs": costs(seen),
    }


def promises(seen: Seen, named: Callable[[Told], str | None]) -> Document:
    """Count clocks that ended in the period, or fell due in it and had not ended by its end."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    scope = seen.scope
    for clock in seen.of_cases(sla_clocks_table.TABLE):
        if clock["regulation"].split("@")[0] != scope.regulation or (name := named(clock)) is None:
            continue
        ended = clock["ended_at"]
        if scope.holds(ended):
            counts[name][clock["verdict"]] += 1
        elif (
            scope.holds(clock["due_at"])
            and (ended is None or ended >= scope.ends)
            and clock["verdict"] != "excluded"
        ):
            counts[name]["overdue"] += 1
    return {name: dict(counted) for name, counted in counts.items()}


def revisited(seen: Seen) -> list[Told]:
    """Give the revisits of the period."""
    return [row for row in seen.of_cases(revisits_table.TABLE) if seen.scope.holds(row["occurred_at"])]


def revisits(rows: Sequence[Told]) -> Document:
    """Count who was asked, whose problem is solved, and how satisfied they are."""
    marks = Counter(str(row["satisfaction"]) for row in rows if row["satisfaction"] is not None)
    return {"asked": len(rows), "solved": sum(row["is_solved"] for row in rows), "satisfaction": dict(marks)}


def costs(seen: Seen) -> Document:
    """Add costs up in minor units by currency, cost and who bears them; what was above a budget stands beside."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in seen.of_cases(costs_table.TABLE):
        if seen.scope.holds(row["occurred_at"]):
            sums[row["currency"]][f"{row['cost']}/{row['payer']}"] += row["amount_minor"]
            sums[row["currency"]]["over_budget"] += row["amount_minor"] if row["is_over_budget"] else 0
    return {currency: dict(found) for currency, found in sums.items()}


def people(seen: Seen) -> Document:
    """Count by the pseudonym of whom a case is assigned to: promises, problems solved, and praise (4 or 5 of 5)."""
    holder = {case_id: case["assigned_to"] for case_id, case in seen.cases.items()}
    kept = promises(seen, lambda clock: holder[clock["case_id"]])
    asked: defaultdict[str, list[Told]] = defaultdict(list)
    for row in revisited(seen):
        if holder[row["case_id"]] is not None:
            asked[holder[row["case_id"]]].append(row)
    return {
        name: {
            "promises": kept.get(name, {}),
            **revisits(asked[name]),
            "praised": sum((row["satisfaction"] or 0) >= PRAISE for row in asked[name]),
            "marked": sum(row["satisfaction"] is not None for row in asked[name]),
        }
        for name in sorted({*kept, *asked})
    }


def _by(cases: Iterable[Told], name: str) -> dict[str, int]:
    return dict(Counter(str(case[name]) for case in cases))
