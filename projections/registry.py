"""The one list of what stands in schema `bi`, and the one function that gives a case its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from cases.regulation.rules import Reference
from projections.casefile import CaseFacts, CaseFile, open_file
from projections.tables import (
    alerts_table,
    case_events_table,
    cases_table,
    complaints_table,
    costs_table,
    counted_table,
    disputes_table,
    findings_table,
    grown_dims,
    part_movements_table,
    part_requests_table,
    refunds_table,
    repairs_table,
    revisits_table,
    shipments_table,
    sla_clocks_table,
    sla_days_table,
)
from projections.tables.budgets_dim import BUDGETS, budget_rows
from projections.tables.cells import flat
from projections.tables.days import DAYS, day_rows
from projections.tables.dims import CODE_DIMS
from projections.tables.grown_dims import CLAUSES, PRODUCTS, REGIONS, STAFF, clause_rows
from projections.tables.meta_tables import CHANGES, PARKED, POSITION
from projections.tables.programmes_dim import PROGRAMMES, programme_rows
from projections.tables.stock_items_dim import STOCK_ITEMS, stock_item_rows
from projections.tables.table import Row, Table
from projections.tables.targets_dim import TARGETS, target_rows

PER_CASE: Final[tuple[tuple[Table, Callable[[CaseFile], Iterator[Row]]], ...]] = (
    (cases_table.TABLE, cases_table.rows),
    (case_events_table.TABLE, case_events_table.rows),
    (sla_clocks_table.TABLE, sla_clocks_table.rows),
    (complaints_table.TABLE, complaints_table.rows),
    (findings_table.TABLE, findings_table.rows),
    (alerts_table.TABLE, alerts_table.rows),
    (part_movements_table.TABLE, part_movements_table.rows),
    (part_requests_table.TABLE, part_requests_table.rows),
    (costs_table.TABLE, costs_table.rows),
    (refunds_table.TABLE, refunds_table.rows),
    (shipments_table.TABLE, shipments_table.rows),
    (revisits_table.TABLE, revisits_table.rows),
    (repairs_table.TABLE, repairs_table.rows),
    (disputes_table.TABLE, disputes_table.rows),
    (counted_table.TABLE, counted_table.rows),
)
PUBLISHED: Final[tuple[tuple[Table, Callable[[Reference], Iterator[Row]]], ...]] = (
    (CLAUSES, clause_rows),
    (TARGETS, target_rows),
    (DAYS, day_rows),
    (BUDGETS, budget_rows),
    (STOCK_ITEMS, stock_item_rows),
    (PROGRAMMES, programme_rows),
)
"""The dims that published documents give, with what gives their rows."""
GROWING: Final[tuple[tuple[Table, Callable[[CaseFile], Iterator[Row]]], ...]] = (
    (PRODUCTS, grown_dims.product_rows),
    (REGIONS, grown_dims.region_rows),
    (STAFF, grown_dims.staff_rows),
)
LISTED: Final[tuple[tuple[Table, Callable[[Reference, Iterable[Row]], Iterator[Row]]], ...]] = (
    (PRODUCTS, grown_dims.listed_rows),
)
"""The growing dims that published documents add rows to, with what gives these and the standing rows anew."""
DIMS: Final = (*CODE_DIMS, PRODUCTS, REGIONS, STAFF, *(table for table, _ in PUBLISHED))
FACTS: Final = tuple(table for table, _ in PER_CASE)
SUMS: Final = (sla_days_table.TABLE,)
TABLES: Final = (*DIMS, *FACTS, *SUMS, POSITION, PARKED, CHANGES)

Rows = dict[str, list[Row]]
"""Rows by table, in column order."""


def rows(case: CaseFacts, reference: Reference) -> Rows:
    """Give every row that a case has in any table and needs in the growing dims; pure: no clock, no database."""
    return {name: list(map(flat, found)) for name, found in packed_rows(case, reference).items()}


def packed_rows(case: CaseFacts, reference: Reference) -> Rows:
    """Give the same rows for COPY, with the cells that many rows share kept together."""
    file = open_file(case, reference)
    return {table.name: list(rows_of(file)) for table, rows_of in (*PER_CASE, *GROWING)}
