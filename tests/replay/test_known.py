"""What a filter can name: every code that stands in a table or report is known, and no other word is taken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg.sql import SQL, Identifier

from cases.errors import Malformed
from cases.store.database import Database
from projections.following.engine import Engine
from replay.exports.known import codes_of, must_be_code, must_be_product
from replay.exports.look import Look, looking
from replay.exports.wanted import Wanted, must_apply
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import SHANGHAI, Lamps
from tests.projections.store_log import histories


@pytest.fixture(scope="module")
def look(lamps: Lamps, database: Database) -> Iterator[Look]:
    FactoryLog(3).append(lamps.ledger, 300)
    lamps.ledger.append_many(histories(seed=5, cases=10))
    Engine(database).catch_up()
    with looking(database.reader_dsn, SHANGHAI) as look:
        yield look


def test_no_code_that_stands_in_a_table_or_report_is_refused(look: Look) -> None:
    asked = 0
    for relation in look.relations.values():
        for column in relation.fields:
            if codes_of(relation, column) is None:
                continue
            query = SQL("SELECT DISTINCT {name} FROM {place} WHERE {name} IS NOT NULL").format(
                name=Identifier(column.name), place=look.place(relation)
            )
            for row in look.connection.execute(query).fetchall():
                must_be_code(row[0], relation, column, look)
                asked += 1
    assert asked > 500


@pytest.mark.parametrize(
    ("table", "column", "value", "cure"),
    [
        ("fct_cases", "severity", "blah", "one of major, minor, normal, unknown (bi.dim_codes, vocabulary severity)"),
        ("rpt_cases", "severity", "majro", "did you mean major?"),
        ("rpt_cases", "kind", "repiar", "did you mean repair?"),
        ("fct_sla_clocks", "verdict", "late", "breached"),
        ("rpt_sla_now", "standing", "overdu", "did you mean overdue?"),
        ("rpt_sla_now", "department", "nobody", "quality"),
        ("rpt_targets", "department", "qualty", "did you mean quality?"),
        ("fct_costs", "cost", "labor", "did you mean labour?"),
        ("fct_cases", "product_id", "lamp/moon-lmap", "did you mean lamp/moon-lamp?"),
    ],
)  # fmt: skip
def test_a_word_that_is_no_code_of_the_column_is_refused_with_those_that_are(
    look: Look, table: str, column: str, value: str, cure: str
) -> None:
    with pytest.raises(Malformed, match=f"{column} of {table}") as refused:
        must_apply(Wanted(equal={column: value}), look.relation(table), look)
    (wrong,) = refused.value.details["errors"]
    assert wrong["field"] == column
    assert cure in wrong["cure"]
    assert value not in wrong["cure"].split(), "what was sent is not said again"


def test_a_product_or_line_of_a_log_is_known_or_refused(look: Look) -> None:
    must_be_product("lamp", look)
    must_be_product("lamp/moon-lamp", look)
    with pytest.raises(Malformed) as refused:
        must_be_product("lamp/moon-lmap", look)
    assert "did you mean lamp/moon-lamp?" in refused.value.details["errors"][0]["cure"]


def test_what_only_has_no_rows_is_no_mistake(look: Look) -> None:
    must_apply(Wanted(equal={"severity": "minor", "case_no": "AS-0"}), look.relation("fct_cases"), look)
