"""Whoever alters a row of a table or of the log is found, and the case and the position are named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from cases.codes import Role
from cases.desk import Desk
from cases.reference import shipped
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.vault import Vault
from projections.rebuilding.rebuild import prepare
from replay.verify import Finding, Verdict, verify
from tests.fix_desk import caller
from tests.replay.fix_sample import take_sample

TRIGGERS = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'log.case_events'::regclass AND NOT tgisinternal"
SOLVED_TO_REFUSED = """
    UPDATE log.case_events
    SET state = convert_to(replace(convert_from(state, 'UTF8'), '"solved"', '"refused"'), 'UTF8')
    WHERE notification_id = (SELECT min(notification_id) FROM log.case_events WHERE topic = 'case.closed.v1')
"""


@pytest.fixture(scope="module", autouse=True)
def _sample(database: Database, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert take_sample(database, tmp_path_factory.mktemp("sample")).is_clean


@contextmanager
def as_superuser(database: Database, *statements: LiteralString) -> Iterator[None]:
    """Do what no role of ours may, look, and undo it by the database's own means."""
    dsn = database.server.dsn(ADMIN, database.name)
    with psycopg.connect(dsn) as admin:
        admin.execute("CREATE TABLE public.before AS SELECT * FROM log.case_events")
        admin.execute("CREATE TABLE public.rows_before AS SELECT * FROM bi.fct_sla_clocks")
        admin.execute("ALTER TABLE log.case_events DISABLE TRIGGER ALL")
        for statement in statements:
            admin.execute(statement)
    try:
        yield
    finally:
        with psycopg.connect(dsn) as admin:
            admin.execute("TRUNCATE log.case_events")
            admin.execute("INSERT INTO log.case_events SELECT * FROM public.before")
            for (trigger,) in admin.execute(TRIGGERS).fetchall():
                enable = SQL("ALTER TABLE log.case_events ENABLE ALWAYS TRIGGER {}")
                admin.execute(enable.format(Identifier(trigger)))
            admin.execute("TRUNCATE bi.fct_sla_clocks")
            admin.execute("INSERT INTO bi.fct_sla_clocks SELECT * FROM public.rows_before")
            admin.execute("DROP TABLE public.before, public.rows_before")


def found(database: Database) -> list[Finding]:
    report = verify(database)
    assert report.verdict is Verdict.TAMPERED
    return report.findings


def test_an_untouched_installation_is_proven(database: Database) -> None:
    report = verify(database)
    assert (report.findings, report.unreadable) == ([], [])
    assert report.verdict is Verdict.PROVEN
    assert report.position == report.settled
    assert report.facts > 2500
    assert report.rows > report.facts


def test_tables_that_have_read_nothing_yet_are_no_sign_of_tampering(
    new_database: Callable[[], Database], tmp_path: Path
) -> None:
    with new_database() as fresh, Ledger(fresh) as ledger:
        prepare(fresh)
        Desk(ledger, Vault.open(ledger, tmp_path / "keys.json")).publish(
            shipped(), caller(Role.SERVICE, "set-up")
        )
        assert (verify(fresh).position, verify(fresh).verdict) == (0, Verdict.PROVEN)


def test_a_fact_altered_in_the_log_is_named_by_case_and_position(database: Database) -> None:
    with as_superuser(database, SOLVED_TO_REFUSED):
        altered = next(finding for finding in found(database) if finding.kind == "leaf")
    assert altered.case_id is not None
    assert altered.position is not None
    assert "leaf is not the hash" in altered.message


def test_a_row_altered_in_a_table_is_named_by_table_column_and_case(database: Database) -> None:
    with as_superuser(
        database,
        """UPDATE bi.fct_sla_clocks SET due_at = due_at + interval '1 second'
           WHERE clock_id = (SELECT min(clock_id) FROM bi.fct_sla_clocks WHERE due_at IS NOT NULL)""",
    ):
        (altered,) = found(database)
    assert altered.case_id is not None
    assert altered.message.startswith("fct_sla_clocks: a row was altered in due_at (key ")


@pytest.mark.parametrize(
    ("kind", "says", "statement"),
    [
        (
            "version",
            "is missing",
            "DELETE FROM log.case_events WHERE topic = 'case.classified.v1' AND notification_id < 60",
        ),
        (
            "order",
            "recorded before the position below",
            "UPDATE log.case_events SET recorded_at = recorded_at - interval '1 day' WHERE notification_id = 40",
        ),
        ("row", "a row is missing", "DELETE FROM bi.fct_sla_clocks WHERE is_live = false"),
        (
            "row",
            "a case that the log does not have",
            """DELETE FROM log.case_events WHERE originator_id =
               (SELECT originator_id FROM log.case_events WHERE topic = 'case.received.v1' LIMIT 1)""",
        ),
    ],
)
def test_what_was_taken_away_or_moved_is_found(
    database: Database, kind: str, says: str, statement: LiteralString
) -> None:
    with as_superuser(database, statement):
        findings = found(database)
    assert any(finding.kind == kind and says in finding.message for finding in findings), findings[:3]


ANSWERED = """
    INSERT INTO desk.idempotency_keys (principal, key, fingerprint, case_id, positions, answer)
    SELECT 'the shop', 'key 1', '\\x00', originator_id, ARRAY[notification_id], '{"facts": ["Received"], "version": 1}'
    FROM log.case_events WHERE topic = 'case.received.v1' LIMIT 1
"""


@pytest.mark.parametrize(
    "altered",
    [
        'positions = positions || 0::bigint, answer = answer || \'{"facts": ["Received", "Closed"]}\'',
        "positions = ARRAY[positions[1] + 1]",
        "case_id = gen_random_uuid()",
        "answer = answer || '{\"version\": 0}'",
        "answer = answer || '{\"facts\": []}'",
    ],
)
def test_an_answer_that_was_altered_is_found(database: Database, altered: LiteralString) -> None:
    with psycopg.connect(database.server.dsn(ADMIN, database.name), autocommit=True) as admin:
        admin.execute(ANSWERED)
        assert verify(database).verdict is Verdict.PROVEN
        admin.execute(SQL("UPDATE desk.idempotency_keys SET {}").format(SQL(altered)))
        (finding,) = found(database)
        admin.execute("TRUNCATE desk.idempotency_keys")
    assert finding.kind == "answer"


def test_a_case_set_aside_cannot_be_told(database: Database) -> None:
    with psycopg.connect(database.server.dsn(ADMIN, database.name), autocommit=True) as admin:
        admin.execute(
            "INSERT INTO bi.meta_parked SELECT case_id, last_position, now(), 'KeyError' FROM bi.fct_cases LIMIT 1"
        )
        report = verify(database)
        admin.execute("TRUNCATE bi.meta_parked")
    assert report.verdict is Verdict.CANNOT_TELL
    assert [one.kind for one in report.unreadable] == ["parked"]


def test_tables_that_claim_to_be_younger_than_their_rows_are_found(database: Database) -> None:
    with psycopg.connect(database.server.dsn(ADMIN, database.name), autocommit=True) as admin:
        admin.execute("CREATE TABLE public.stood AS SELECT * FROM bi.meta_position")
        admin.execute("UPDATE bi.meta_position SET position = 1")
        findings = found(database)
        admin.execute("UPDATE bi.meta_position SET position = (SELECT position FROM public.stood)")
        admin.execute("DROP TABLE public.stood")
    assert "beyond the position" in findings[0].message


def test_after_all_this_it_is_whole_again(database: Database) -> None:
    assert verify(database).verdict is Verdict.PROVEN
