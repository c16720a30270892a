"""`caseledger keys`, `db` and `doctor`: what an administrator does beside the product."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from functools import partial
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import psycopg
import typer
from rich.markup import escape
from rich.table import Column, Table

from api import keys as api_keys
from api.access import SCOPED
from api.cli.screen import OUT, AsJson, document, installation, told
from api.installation import KEY_FILE
from cases.codes import Role
from cases.commands import COMMANDS
from cases.errors import Malformed
from cases.keys import Keys
from cases.settings import Settings
from cases.store import exposing, server
from cases.store.adopt import adopt_log
from cases.store.database import Database
from cases.store.errors import StoreError
from cases.store.places import LOOPBACK

keys = typer.Typer(no_args_is_help=True, help="API keys: made once, shown once, kept as SHA-256.")
db = typer.Typer(
    no_args_is_help=True, help="The database: make it, take over a moved log, open it to BI tools."
)
NEEDED_BYTES: Final = 1_000_000_000
OPEN_PORT: Final = 15432
"""Where tools find the tables unless told otherwise: not where another PostgreSQL of the machine may listen."""


@keys.command("create")
def create(
    role: Annotated[str, typer.Argument(help=f"one of {', '.join(role.value for role in Role)}")],
    actor: Annotated[str, typer.Argument(help="staff id under which its facts are recorded, e.g. agent-02")],
    label: Annotated[str, typer.Option(help="what it is for")] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="for role service: a command or question it may ask; repeat")
    ] = None,
    days: Annotated[int | None, typer.Option(help="valid for so many days", min=1)] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this one time."""
    with installation() as here:
        known = api_keys.ROLES.get(role)
        if known is None:
            raise Malformed(f"There is no such role; choose one of {', '.join(api_keys.ROLES)}")
        allowed = {*COMMANDS, *(question.value for question in SCOPED)}
        if strange := sorted(set(scope or ()) - allowed):
            raise Malformed(
                f"No scope is called {', '.join(strange)}; there are {', '.join(sorted(allowed))}"
            )
        key = api_keys.create(here.ledger, known, actor, label=label, scopes=scope or (), days=days)
        if as_json:
            document({"key": key})
        else:
            OUT.print(key, soft_wrap=True)


@keys.command("list")
def list_keys(*, as_json: AsJson = False) -> None:
    """List every key; the secrets are nowhere."""
    with installation() as here:
        known = api_keys.listed(here.ledger)
        if as_json:
            document({"keys": known})
            return
        table = Table(Column("id", no_wrap=True), "role", "actor", "label", "expires", "revoked")
        for key in known:
            moments = (
                f"{at.astimezone(here.zone):%Y-%m-%d}" if at else ""
                for at in (key.expires_at, key.revoked_at)
            )
            table.add_row(*map(escape, (key.key_id, key.role, key.actor, key.label)), *moments)
        OUT.print(table)


@keys.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="the part between cl_ and the next _")],
    *,
    as_json: AsJson = False,
) -> None:
    """End a key and its console sessions at once."""
    with installation() as here:
        api_keys.revoke(here.ledger, key_id)
    if as_json:
        document({"revoked": key_id})
    else:
        OUT.print("revoked", markup=False)


@db.command("init")
def init(
    admin_url: Annotated[
        str | None, typer.Option(help="address of a login that may create roles; only for this command")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Make roles, database and tables where they are missing; harmless when nothing is."""
    with told(), Database.from_settings(Settings()) as database:
        steps = database.init(admin_url)
    if as_json:
        document({"steps": steps})
    else:
        OUT.print("\n".join(steps) if steps else "everything is there already", markup=False)


@db.command("adopt")
def adopt(*, as_json: AsJson = False) -> None:
    """Take over a log that was moved here from another cluster; nothing may write meanwhile."""
    with told(), Database.from_settings(Settings()) as database:
        database.init()
        with psycopg.connect(database.owner_dsn, autocommit=True) as connection:
            adopted = adopt_log(connection)
    if as_json:
        document({"settled": adopted.settled_floor})
    else:
        OUT.print(f"taken over; settled up to position {adopted.settled_floor}", markup=False)


@db.command("expose")
def expose(
    *,
    port: Annotated[int, typer.Option(help="port of 127.0.0.1 to open", min=1024, max=65535)] = OPEN_PORT,
    as_json: AsJson = False,
) -> None:
    """Open the embedded server to BI tools of this machine, for bi_reader alone; shows a new password, this once."""
    with told():
        database = Database.from_settings(Settings())
        password = exposing.expose(database, port)
        if as_json:
            place = {"host": LOOPBACK, "port": port, "database": database.name, "user": "bi_reader"}
            document({**place, "password": password, "is_open": exposing.is_open(database, port)})
            return
        show = partial(OUT.print, markup=False, soft_wrap=True)
        show(f"host {LOOPBACK}, port {port}, database {database.name}, user bi_reader")
        show(f"password {password}")
        show(f'psql "host={LOOPBACK} port={port} dbname={database.name} user=bi_reader"')
        if not exposing.is_open(database, port):
            show("the port opens when `caseledger run` is started again")


@db.command("unexpose")
def unexpose(*, as_json: AsJson = False) -> None:
    """Close the embedded server to BI tools: the password is gone at once, and with it every session that it opened."""
    with told():
        database = Database.from_settings(Settings())
        exposing.unexpose(database)
        if as_json:
            document({"is_closed": exposing.is_open(database, None)})
            return
        if exposing.is_open(database, None):
            OUT.print("closed", markup=False)
            return
        later = "the port itself closes when `caseledger run` is started again"
        OUT.print(f"closed to every login; {later}", markup=False, soft_wrap=True)


def doctor(*, as_json: AsJson = False) -> None:
    """Look for what stands in the way, and say how to cure it; exit code 0 when nothing does."""
    settings = Settings()
    found = list(_obstacles(settings))
    if as_json:
        document({"obstacles": found})
        raise typer.Exit(2 if found else 0)
    for trouble in found:
        OUT.print(f"✗ {trouble}", markup=False, soft_wrap=True)
    if not found:
        OUT.print("✓ nothing stands in the way", markup=False)
    raise typer.Exit(2 if found else 0)


def _obstacles(settings: Settings) -> Iterator[str]:
    if sys.version_info < (3, 11):  # noqa: UP036 - said before an import says it worse
        yield "Python 3.11 or newer is needed"
    ZoneInfo(settings.business_timezone)
    if settings.database_url is None:
        yield from server.doctor(settings.data_dir, settings.postgres_bin)
    else:
        yield from _remote(settings)
    folder = next((one for one in (settings.data_dir, *settings.data_dir.parents) if one.exists()), None)
    if folder is not None and shutil.disk_usage(folder).free < NEEDED_BYTES:
        yield f"Less than 1 GB is free at {folder}"
    yield from _keys(settings)


def _remote(settings: Settings) -> Iterator[str]:
    try:
        with Database.from_settings(settings) as database:
            database.check()
    except StoreError as obstacle:
        yield str(obstacle)
    except psycopg.Error as obstacle:
        yield f"The database refuses: {type(obstacle).__name__}"


def _keys(settings: Settings) -> Iterator[str]:
    path = settings.data_dir / KEY_FILE
    if path.exists():
        try:
            Keys.open(path, vault_is_empty=lambda: False)
        except Exception as obstacle:  # noqa: BLE001 - whatever it is, it stands in the way
            yield str(obstacle)
