"""The database of an installation: roles, rights, set-up."""

from __future__ import annotations

import psycopg
import pytest

from cases.store.database import Database


def test_the_program_works_as_a_role_that_owns_no_facts(database: Database) -> None:
    with database.pool.connection() as connection:
        row = connection.execute(
            "SELECT current_user, session_user, current_setting('is_superuser')"
        ).fetchone()
    assert row == ("cl_app", "cl_app", "off")


def test_nobody_but_our_roles_keeps_temporary_tables(database: Database) -> None:
    with (
        psycopg.connect(database.reader_dsn) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SET transaction_read_only = off; CREATE TEMP TABLE held_back (n int)")
