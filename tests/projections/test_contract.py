"""Schema `bi` is a contract: everything in it is explained, typed by its row class, and open to read for BI only."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from cases.store.database import Database
from cases.streams import stream_id
from projections.registry import DIMS, FACTS, TABLES
from projections.schema import Db, ensure
from projections.tables.table import Table
from tests.projections.lamps import connected

UNSAID = """
SELECT relation.relname || coalesce('.' || attribute.attname, '')
FROM pg_class AS relation
LEFT JOIN pg_attribute AS attribute
    ON attribute.attrelid = relation.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
WHERE relation.relnamespace = 'bi'::regnamespace AND relation.relkind IN ('r', 'v', 'm')
AND (coalesce(col_description(relation.oid, attribute.attnum), '') !~ '.+ / .+'
     OR coalesce(obj_description(relation.oid, 'pg_class'), '') !~ '.+ / .+')
"""
PERSONAL = ("name", "phone", "address", "description", "remark", "text", "waybill", "payment", "subject_id")


@pytest.fixture(scope="module")
def bi(database: Database) -> Iterator[Db]:
    """A connection to a fresh `bi`."""
    with connected(database) as connection:
        ensure(connection)
        yield connection


@pytest.fixture
def analyst(bi: Db, database: Database) -> Iterator[Db]:
    """A connection as the role that BI tools use."""
    with psycopg.connect(database.reader_dsn, autocommit=True) as connection:
        yield connection


def test_every_table_view_and_column_says_in_both_languages_what_it_is(bi: Db) -> None:
    assert bi.execute(UNSAID).fetchall() == []


def test_every_function_says_in_both_languages_what_it_answers(bi: Db) -> None:
    said = bi.execute(
        "SELECT proname, obj_description(oid, 'pg_proc') FROM pg_proc WHERE pronamespace = 'bi'::regnamespace"
    ).fetchall()
    assert [name for name, words in said if " / " not in (words or "")] == []
    assert said


def test_an_analyst_names_a_stream_as_the_program_does(analyst: Db) -> None:
    asked = "SELECT stream_id('month:2026-03'), stream_id('programme:lamp-factory:灯具:2026-Q1')"
    assert analyst.execute(asked).fetchone() == (
        stream_id("month", "2026-03"), stream_id("programme", "lamp-factory", "灯具", "2026-Q1"),
    )  # fmt: skip


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_has_a_primary_key_and_the_columns_of_its_rows(bi: Db, table: Table) -> None:
    columns = bi.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
        (f"bi.{table.name}",),
    ).fetchall()
    assert [name for (name,) in columns] == [column.name for column in table.columns]
    keys = bi.execute(
        "SELECT FROM pg_index WHERE indrelid = %s::regclass AND indisprimary", (f"bi.{table.name}",)
    ).rowcount
    assert keys == 1


@pytest.mark.parametrize("table", FACTS, ids=lambda table: table.name)
def test_every_fact_table_says_which_position_its_rows_stand_on(table: Table) -> None:
    ending = [column.name for column in table.columns][-3:]
    assert ending == ["is_parked", "last_position", "updated_at"]


@pytest.mark.parametrize(
    "table", [dim for dim in DIMS if dim.name != "dim_dates"], ids=lambda table: table.name
)
def test_every_dim_knows_what_to_say_of_the_unknown(table: Table) -> None:
    assert any("unknown" in row for row in table.fixed)


def test_no_column_is_named_after_something_personal() -> None:
    names = {column.name for table in FACTS for column in table.columns}
    assert not {name for name in names if any(word in name.split("_") for word in PERSONAL)}


def test_an_analyst_reads_every_table_and_view_of_bi(analyst: Db) -> None:
    names = analyst.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'bi'::regnamespace AND relkind IN ('r', 'v')"
    ).fetchall()
    for (name,) in names:
        analyst.execute(
            psycopg.sql.SQL("SELECT * FROM {} LIMIT 1").format(psycopg.sql.Identifier("bi", name))
        )
    assert len(names) > len(TABLES)
    assert analyst.execute("SELECT count(*) FROM bi.sla_clocks_at(now())").fetchone() == (0,)


@pytest.mark.parametrize("table", ["log.case_events", "log.facts", "desk.api_keys", "vault.fields"])
def test_an_analyst_reads_nothing_else(analyst: Db, table: str) -> None:
    query = psycopg.sql.SQL("SELECT * FROM {} LIMIT 1").format(psycopg.sql.Identifier(*table.split(".")))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        analyst.execute(query)


@pytest.mark.parametrize(
    "command", ["DELETE FROM bi.fct_cases", "CREATE TABLE bi.mine ()", "DROP VIEW bi.rpt_sla_now"]
)
def test_an_analyst_changes_nothing(analyst: Db, command: str) -> None:
    analyst.execute("SET default_transaction_read_only = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        analyst.execute(command.encode())
