"""The seven questions of docs/bi.md, asked by an analyst, against what the facts themselves say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid5

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from psycopg.types.multirange import Multirange

from cases import codes, events
from cases.store.database import Database
from cases.store.ledger import Ledger
from projections.following.engine import Engine
from projections.schema import Db
from projections.views.all_views import VIEWS
from tests.house import ROOT
from tests.projections import answers, lamps, measured
from tests.projections.answers import Firm, Told, all_of, budgets, month_of
from tests.projections.lamps import HOUSE, OPENING, recorded

QUESTIONS = {
    int(number): query
    for number, query in re.findall(
        r"^(\d)\. .*?```sql\n(.*?)```", (ROOT / "docs" / "bi.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
}


@pytest.fixture(scope="module")
def firm(database: Database) -> list[Told]:
    """Half a year of cases, in the tables."""
    with Ledger(database) as ledger:
        for number, fact in enumerate((*lamps.documents(), *measured.documents(), budgets())):
            ledger.append([recorded(uuid5(HOUSE, f"document-{number}"), 1, OPENING, fact)])
        cases = list(Firm(2026).cases(150))
        ledger.append([fact for case in cases for fact in case])
    Engine(database).catch_up()
    return cases


@pytest.fixture
def analyst(firm: list[Told], database: Database) -> Iterator[Db]:
    """A connection as the role that BI tools use, in its own time zone."""
    with psycopg.connect(database.reader_dsn, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'Asia/Shanghai'")
        yield connection


def plain(cell: object) -> object:
    """A moment, or the bounds of moments, without the zone that they are shown in."""
    if isinstance(cell, Multirange):
        return [(plain(part.lower), plain(part.upper)) for part in cell]
    return cell.timestamp() if isinstance(cell, datetime) else cell


def ask(analyst: Db, number: int) -> list[tuple[Any, ...]]:
    return analyst.execute(QUESTIONS[number].encode()).fetchall()


def test_the_page_has_seven_questions() -> None:
    assert sorted(QUESTIONS) == [1, 2, 3, 4, 5, 6, 7]


def test_the_breach_rate_by_clause_and_month(firm: list[Told], analyst: Db) -> None:
    found = {(month, clause): told for month, clause, _, *told in ask(analyst, 1)}
    expected = list(answers.breaches(firm))
    assert len(expected) > 8
    for month, clause, decided, missed in expected:
        *counts, rate = found.pop((month, clause))
        assert counts == [decided, missed]
        assert float(rate) == pytest.approx(missed / decided, abs=0.0005)
    assert not any(decided for decided, *_ in found.values())


def test_the_top_causes_by_product_batch(firm: list[Told], analyst: Db) -> None:
    names = {code.zh: code.value for code in codes.Cause}
    found = [(batch, names[str(cause)], number) for batch, cause, number in ask(analyst, 2)]
    assert found == answers.causes(firm)
    assert len(found) == 9


def test_the_working_time_from_receipt_to_the_first_response_by_department(
    firm: list[Told], analyst: Db
) -> None:
    names = {code.value: code.zh for code in codes.Department}
    found = {department: (cases, minutes) for department, cases, minutes in ask(analyst, 3)}
    for department, minutes in answers.answered(firm).items():
        cases, average = found.pop(names[department])
        assert cases == len(minutes)
        assert float(average) == pytest.approx(sum(minutes) / len(minutes), abs=1)
    assert found == {}


def test_refunds_that_came_late_or_have_not_come(firm: list[Told], analyst: Db) -> None:
    found = ask(analyst, 4)
    assert {row[0] for row in found} == answers.late_refunds(firm)
    assert {row[4] for row in found} == {"breached", "overdue"}


def test_repairs_of_the_same_goods_within_ninety_days(firm: list[Told], analyst: Db) -> None:
    found = {(row[0], row[3]) for row in ask(analyst, 5)}
    assert found == answers.repeats(firm)
    assert len(found) > 2


def test_the_cost_of_a_case_against_the_budget(firm: list[Told], analyst: Db) -> None:
    borne = [
        (month_of(one.occurred_at), charged.amount.minor)
        for _, one, charged in all_of(firm, events.Charged)
        if charged.payer is codes.Payer.COMPANY
    ]
    found = [row for row in ask(analyst, 6) if row[1] == "parts-2026"]
    assert [row[0] for row in found] == sorted({month for month, _ in borne})
    for month, _, _, opened, per_case, spent, budget, left, is_over in found:
        assert opened == sum(month_of(told[0].occurred_at) == month for told in firm)
        expected = sum(minor for at, minor in borne if at == month)
        assert per_case == (round(expected / opened) if opened else None)
        assert spent == sum(minor for at, minor in borne if at <= month)
        assert (budget, left, is_over) == (90_000, 90_000 - spent, spent > 90_000)


def test_satisfaction_with_the_response_rate_by_quarter(firm: list[Told], analyst: Db) -> None:
    quarters: dict[date, list[int | None]] = {}
    for _, one, asked in all_of(firm, events.Revisited):
        month = month_of(one.occurred_at)
        quarter = month.replace(month=month.month - (month.month - 1) % 3)
        quarters.setdefault(quarter, []).append(asked.satisfaction)
    found = ask(analyst, 7)
    assert [row[0] for row in found] == sorted(quarters)
    for quarter, asked, answered, rate, score in found:
        scores = [one for one in quarters[quarter] if one is not None]
        assert (asked, answered) == (len(quarters[quarter]), len(scores))
        assert float(rate) == pytest.approx(len(scores) / len(quarters[quarter]), abs=0.0005)
        assert float(score) == pytest.approx(sum(scores) / len(scores), abs=0.005)


def test_working_minutes_of_any_two_moments_are_those_of_the_working_year(
    firm: list[Told], analyst: Db
) -> None:
    for told in firm[:40]:
        since, until = told[0].occurred_at, told[-1].occurred_at
        row = analyst.execute("SELECT working_minutes(%s, %s)", (since, until)).fetchone()
        assert row is not None
        assert float(row[0]) == pytest.approx(answers.working_minutes(since, until), abs=0.02)


@pytest.mark.parametrize("report", sorted({"rpt_sla_now", "rpt_targets", *(view.name for view in VIEWS)}))
def test_a_report_counts_days_of_the_business_whatever_zone_a_driver_sets(analyst: Db, report: str) -> None:
    found = []
    for zone in ("Asia/Shanghai", "America/Los_Angeles"):
        analyst.execute("SELECT set_config('TimeZone', %s, false)", (zone,))
        rows = analyst.execute(SQL("SELECT * FROM {}").format(Identifier(report)))
        found.append(sorted(repr([plain(cell) for cell in row]) for row in rows))
    assert found[0] == found[1]


def opened(analyst: Db, instant: datetime, day: date) -> int | None:
    row = analyst.execute(
        "SELECT numerator FROM month_figures_at(%s, business_zone(), %s)"
        " WHERE measure = 'opened' AND department IS NULL",
        (instant, day),
    ).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 17)])
def test_a_month_at_an_instant_within_it_knows_nothing_later_whichever_day_names_it(
    firm: list[Told], analyst: Db, day: date
) -> None:
    begun = sorted(told[0].occurred_at for told in firm if month_of(told[0].occurred_at) == date(2026, 3, 1))
    middle = begun[len(begun) // 2]
    assert opened(analyst, begun[-1], day) == len(begun)
    assert opened(analyst, middle, day) == sum(at <= middle for at in begun)
    assert opened(analyst, begun[0] - timedelta(seconds=1), day) is None


@pytest.mark.parametrize("table", ["fct_sla_clocks", "rpt_sla_by_month", "rpt_target_rates"])
def test_the_regulation_that_facts_name_is_found_by_one_column(analyst: Db, table: str) -> None:
    query = SQL(
        "SELECT bool_and(EXISTS (SELECT FROM bi.dim_regulation_clauses WHERE regulation_id = told.regulation))"
        " FROM bi.{} AS told"
    ).format(Identifier(table))
    assert analyst.execute(query).fetchone() == (True,)


def test_satisfaction_by_weeks_is_refused_and_not_answered_by_months(analyst: Db) -> None:
    with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="month or quarter, not week"):
        analyst.execute(
            "SELECT * FROM satisfaction_runs(now(), business_zone(), 'week', '2026-01-01', '2026-06-01')"
        )


def test_everybody_who_recorded_something_stands_in_the_dim_of_staff(firm: list[Told], analyst: Db) -> None:
    known = {row[0] for row in analyst.execute("SELECT staff_id FROM dim_staff")}
    assert known == {"unknown", *(one.actor for told in firm for one in told)}


def test_a_wide_view_has_every_row_of_its_table_and_both_labels_of_every_code(
    firm: list[Told], analyst: Db
) -> None:
    rows = analyst.execute(
        "SELECT kind, kind_zh, kind_en, department_zh, stage_en, case_no FROM rpt_cases"
    ).fetchall()
    assert len(rows) == len(firm)
    assert {row[:3] for row in rows} <= {(kind.value, kind.zh, kind.en) for kind in codes.Kind}
    assert all(None not in row for row in rows)
    told = analyst.execute(
        "SELECT event_type_zh, what_en FROM rpt_case_events WHERE event_type = 'Classified'"
    ).fetchall()
    assert {what for _, what in told} == {
        kind.en for kind in codes.Kind if kind.value in {row[0] for row in rows}
    }
