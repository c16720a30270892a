"""The store and the costs as reported, held against sums that are made one movement and one charge at a time."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain

import pytest

from cases.period import Period
from cases.store.database import Database
from projections.following.engine import Engine
from projections.questions.costs import cost_figures
from projections.rebuilding.rebuild import prepare, rebuild
from projections.registry import FACTS, SUMS
from projections.schema import ContractChanged, Db
from projections.tables.budgets_dim import BUDGETS
from projections.tables.stock_items_dim import STOCK_ITEMS
from projections.views.costs_view import COSTS
from projections.views.stock_view import STOCK
from projections.views.view import View
from tests.projections.lamps import Lamps, all_rows, connected
from tests.projections.store_log import Told, costs, documents, histories, store, told


@pytest.fixture(scope="module")
def known(lamps: Lamps, database: Database) -> list[Told]:
    """Sixty cases with parts and costs; the documents come after half of them."""
    written = list(histories(5, 60))
    for part in (chain(*written[:30]), documents(), chain(*written[30:])):
        lamps.ledger.append(list(part))
        Engine(database).catch_up()
    return [one for history in written for one in told(history)]


@pytest.fixture(scope="module")
def bi(known: list[Told], database: Database) -> Iterator[Db]:
    with connected(database) as connection:
        yield connection


@pytest.mark.parametrize("report", [STOCK, COSTS], ids=lambda report: report.name)
def test_a_report_has_the_columns_that_are_explained(bi: Db, report: View) -> None:
    columns = bi.execute(
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
        (f"bi.{report.name}",),
    ).fetchall()
    types = {"timestamptz": "timestamp with time zone"}
    assert columns == [(one.name, types.get(one.type, one.type)) for one in report.columns]


@pytest.mark.proves("S2-7.3")
@pytest.mark.proves("S2-7.4")
@pytest.mark.proves("S4-2.4")
@pytest.mark.proves("S4-5.2c")
def test_the_store_is_what_came_in_less_what_went_out_and_says_what_is_low(bi: Db, known: list[Told]) -> None:
    rows = bi.execute(
        "SELECT stock, item, moved_in, moved_out, balance, on_order, is_negative, is_low FROM bi.rpt_stock"
    ).fetchall()
    found = {(row[0], row[1]): row[2:] for row in rows}
    assert found == store(known)
    assert {low for *_, low in found.values()} == {True, False}


@pytest.mark.proves("S4-5.1", "S4-5.2a", "S4-5.2b", "S4-5.3")
def test_costs_by_month_quarter_and_year_are_held_against_budget_and_volume(
    bi: Db, known: list[Told]
) -> None:
    rows = bi.execute(
        "SELECT grain, period, currency, budget, cost, amount_minor, charges, cases_opened, budget_minor,"
        " spent_minor, is_over, without_leave_minor FROM bi.rpt_costs"
    ).fetchall()
    lines = costs(known)
    assert {row[:5]: row[5:] for row in rows} == {line.pop("key"): tuple(line.values()) for line in lines}
    assert len(rows) == len(lines)
    assert {row[10] for row in rows} == {True, False, None}
    assert any(row[11] for row in rows), "some cost lies beyond its budget without leave"


def test_shares_add_up_and_the_period_before_is_the_one_before(bi: Db, known: list[Told]) -> None:
    shares = bi.execute("SELECT sum(share) FROM bi.rpt_costs GROUP BY grain, period, currency").fetchall()
    assert all(abs(share - 1) < 0.01 for (share,) in shares)
    rows = bi.execute(
        "SELECT budget, cost, period, amount_minor, previous_minor FROM bi.rpt_costs"
        " WHERE grain = 'month' AND currency = 'CNY'"
    ).fetchall()
    amounts = {
        (budget, cost, period.year * 12 + period.month): minor for budget, cost, period, minor, _ in rows
    }
    for budget, cost, period, _, previous in rows:
        assert previous == amounts.get((budget, cost, period.year * 12 + period.month - 1), 0)


def test_the_trend_of_a_month_adds_up_the_lines_of_each_month_before_it(bi: Db, known: list[Told]) -> None:
    rows = bi.execute(
        "SELECT currency, period, amount_minor, charges, cases_opened FROM bi.rpt_costs WHERE grain = 'month'"
    ).fetchall()
    last = max(row[1] for row in rows)
    rows = [row for row in rows if row[1] >= last.replace(year=last.year - 1)]
    found = cost_figures(bi, Period(last))
    assert [(one.currency, one.period) for one in found.trend] == sorted({row[:2] for row in rows})
    for one in found.trend:
        mine = [row[2:] for row in rows if row[:2] == (one.currency, one.period)]
        amount, opened = sum(row[0] for row in mine), mine[0][2]
        assert (one.amount_minor, one.charges) == (amount, sum(row[1] for row in mine))
        assert one.cases_opened == opened
        each = (Decimal(amount) / opened).quantize(Decimal(1), ROUND_HALF_UP) if opened else None
        assert one.per_case_minor == each
    assert {one.period for one in found.trend} > {last}
    assert sum(line.charges for line in found.lines) == sum(row[3] for row in rows if row[1] == last)


def test_the_budget_and_the_stock_list_published_last_hold_and_the_earlier_ones_stay(
    bi: Db, known: list[Told]
) -> None:
    assert bi.execute(
        "SELECT version, amount_minor, is_current FROM bi.dim_budgets WHERE budget = 'parts-2026' ORDER BY 1"
    ).fetchall() == [("1", 9_000_000, False), ("2", 9_000, True)]
    assert bi.execute(
        "SELECT version, count(*), bool_or(is_current) FROM bi.dim_stock_items GROUP BY 1 ORDER BY 1"
    ).fetchall() == [("1", 1, False), ("2", 3, True), ("unknown", 1, False)]


def test_a_rebuild_gives_the_same_rows_and_dims_as_following_live(
    known: list[Told], database: Database
) -> None:
    with connected(database) as connection:
        before = [all_rows(connection, dim.name) for dim in (BUDGETS, STOCK_ITEMS)]
        report = rebuild(database, workers=1)
        after = [all_rows(connection, dim.name) for dim in (BUDGETS, STOCK_ITEMS)]
    assert [(table.table, table.differing) for table in report.compared] == [
        (table.name, 0) for table in (*FACTS, *SUMS)
    ]
    assert after == before


def test_tables_that_an_earlier_version_did_not_have_are_filled_when_the_program_starts(
    known: list[Told], database: Database
) -> None:
    with connected(database) as connection:
        before = [all_rows(connection, name) for name in ("fct_costs", "rpt_stock", "dim_budgets")]
        connection.execute("DROP TABLE bi.fct_costs, bi.dim_budgets, bi.dim_stock_items CASCADE")
        connection.execute("UPDATE bi.meta_position SET contract = 'of the version before'")
        with pytest.raises(ContractChanged):
            Engine(database).catch_up()
        report = prepare(database)
        assert report is not None
        assert report.is_swapped
        assert [all_rows(connection, name) for name in ("fct_costs", "rpt_stock", "dim_budgets")] == before
    assert prepare(database) is None, "a second start has nothing to rebuild"
