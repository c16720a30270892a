"""The three roles in the database and what each may do there; made over a connection that may create roles.

`cl_owner` owns log, desk and vault; `cl_app` is what the program works as and owns the projected tables;
`bi_reader` reads those. `cl_watchdog` may see and end sessions that hold readers of the log up; `cl_app` must
SET ROLE to be it. Grants on tables are in the schema's own files.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final, LiteralString

import psycopg
from psycopg import errors, sql

from cases.store.errors import NotPermitted

Connection = psycopg.Connection[Any]

# Several programs may set up one server at once; then PostgreSQL answers so, and a second look settles it.
RACES: Final = (
    errors.DuplicateObject,
    errors.UniqueViolation,
    errors.DuplicateDatabase,
    errors.InternalError_,
    errors.ObjectInUse,
)
TRIES: Final = 20
SET_IS_APART: Final = 160_000  # since PostgreSQL 16 a member may be one without the right to SET ROLE

ROLES: Final[dict[LiteralString, LiteralString]] = {
    "cl_owner": "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE",
    "cl_app": "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT",
    "bi_reader": "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE",
    "cl_watchdog": "NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE",
}
HABITS: Final[tuple[tuple[LiteralString, LiteralString, LiteralString], ...]] = (
    ("cl_app", "idle_in_transaction_session_timeout", "30s"),
    ("cl_owner", "idle_in_transaction_session_timeout", "60s"),
    (
        "cl_owner",
        "TimeZone",
        "Asia/Shanghai",
    ),  # the business zone: whoever is a role may change its own habits
    ("bi_reader", "idle_in_transaction_session_timeout", "30s"),
    ("bi_reader", "statement_timeout", "60s"),
    ("bi_reader", "lock_timeout", "5s"),
    ("bi_reader", "default_transaction_read_only", "on"),
    ("bi_reader", "search_path", "bi"),
    ("bi_reader", "TimeZone", "Asia/Shanghai"),
)
READERS: Final = 20
"""Sessions that analysts may have at once: the program's own are not taken from it."""
SPILL: Final = "4GB"
"""What one session of an analyst may write to disk for sorting; only a superuser may set or lift it."""
SERVER_RIGHTS: Final[tuple[LiteralString, ...]] = (
    "REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC",
    "GRANT CONNECT ON DATABASE postgres TO cl_owner, cl_app",
)
"""On a server of our own: a session in another database can hold up readers of the log in this one."""
DATABASE_RIGHTS: Final[tuple[LiteralString, ...]] = (
    "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
    "GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {name} TO cl_owner",
    "GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {name} TO cl_app",
    "GRANT CONNECT ON DATABASE {name} TO bi_reader",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    """DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT p.oid::regprocedure AS function,
                CASE WHEN proname LIKE 'lo%' THEN 'cl_owner' ELSE 'cl_owner, cl_app' END AS users
            FROM pg_proc AS p
            WHERE pronamespace = 'pg_catalog'::regnamespace AND (
                proname LIKE 'lo\\_%' OR proname IN ('loread', 'lowrite')
                OR proname LIKE 'pg\\_advisory\\_%' OR proname LIKE 'pg\\_try\\_advisory\\_%'
                OR proname IN ('pg_current_xact_id', 'txid_current', 'pg_logical_emit_message')
            )
            AND has_function_privilege('bi_reader', p.oid, 'EXECUTE') AND pg_has_role(proowner, 'USAGE')
        LOOP
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', found.function, found.users);
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', found.function);
        END LOOP;
    END $$""",
    # What an analyst must not call: large objects are writing; the locks are those of the leader and of a rebuild; a
    # transaction that took an id holds up readers of the log. A hosted server keeps these functions to itself.
)


def ensure_roles(admin: Connection, zone: str = "Asia/Shanghai") -> None:
    """Make the roles that are missing and give all of them their habits; raises NotPermitted."""
    _settled(lambda: _roles(admin, zone))


def ensure_database(admin: Connection, name: str) -> None:
    """Make the database where it is missing; raises NotPermitted."""
    if admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount == 0:
        command = sql.SQL("CREATE DATABASE {} OWNER cl_owner TEMPLATE template0 ENCODING 'UTF8'")
        _settled(
            lambda: admin.execute(command.format(sql.Identifier(name))), is_done=(errors.DuplicateDatabase,)
        )


def ensure_rights(admin: Connection) -> None:
    """Who may do what in the database that `admin` is connected to; nobody else may even connect to it."""
    name = sql.Identifier(admin.info.dbname)
    for command in DATABASE_RIGHTS:
        _settled(partial(admin.execute, sql.SQL(command).format(name=name)))


def ensure_server(admin: Connection) -> None:
    """Close the other databases of a server of our own to analysts."""
    for command in SERVER_RIGHTS:
        _settled(partial(admin.execute, command))


def _roles(admin: Connection, zone: str) -> None:
    present = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles")}
    for role, attributes in ROLES.items():
        if role not in present:
            admin.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), sql.SQL(attributes)))
    for role, name, value in HABITS:
        chosen = zone if name == "TimeZone" else value
        _habit(admin, role, name, chosen)
    _bounds(admin)
    _memberships(admin)


def _bounds(admin: Connection) -> None:
    """Bound what analysts can take from everybody else; a hosted server may keep the disk's bound for itself."""
    row = admin.execute("SELECT rolconnlimit FROM pg_roles WHERE rolname = 'bi_reader'").fetchone()
    if row != (READERS,):
        admin.execute(sql.SQL("ALTER ROLE bi_reader CONNECTION LIMIT {}").format(sql.Literal(READERS)))
    with suppress(errors.InsufficientPrivilege):
        _habit(admin, "bi_reader", "temp_file_limit", SPILL)


def _habit(admin: Connection, role: LiteralString, name: LiteralString, value: str) -> None:
    """Set it only where it differs: changing a role's row at the same instant as another program fails."""
    wanted = f"{name}={value}"
    kept = admin.execute(
        "SELECT %s = ANY (rolconfig) FROM pg_roles WHERE rolname = %s", [wanted, role]
    ).fetchone()
    if kept is None or not kept[0]:
        command = sql.SQL("ALTER ROLE {} SET {} = {}")
        admin.execute(command.format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value)))


def _memberships(admin: Connection) -> None:
    _member(admin, "cl_watchdog", "cl_app")
    for granted in ("pg_monitor", "pg_signal_backend"):
        try:
            _member(admin, granted, "cl_watchdog")
        except errors.InsufficientPrivilege:
            continue  # a hosted server may keep these for itself; then the watchdog can name, not end
    query = "SELECT current_user::text WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
    if login := admin.execute(query).fetchone():
        for role in ROLES:
            _member(admin, role, login[0])


def _member(admin: Connection, role: str, member: str) -> None:
    """Grant it where it is missing; since 16 whoever makes a role may grant it but not become it."""
    kind = "SET" if admin.info.server_version >= SET_IS_APART else "MEMBER"
    row = admin.execute("SELECT pg_has_role(%s, %s, %s)", [member, role, kind]).fetchone()
    if row is None or not row[0]:
        admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(member)))


def _settled(step: Callable[[], object], is_done: tuple[type[psycopg.Error], ...] = ()) -> None:
    for attempt in range(TRIES):
        try:
            step()
        except is_done:
            return
        except RACES:
            if attempt == TRIES - 1:
                raise
            time.sleep(0.02 * (attempt + 1))
        except errors.InsufficientPrivilege as refusal:
            raise NotPermitted(
                f"This login may not set up roles and databases ({refusal.diag.message_primary})",
                cure="Run once with an administrator's address: caseledger db init --admin-url URL",
            ) from refusal
        else:
            return
