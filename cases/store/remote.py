"""A PostgreSQL server that somebody else runs, named by DATABASE_URL."""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from cases.store.cluster import ADMIN
from cases.store.conninfo import bounded, for_role
from cases.store.errors import StoreError


class RemoteServer:
    """Like EmbeddedServer, but it starts and stops nothing, and its login becomes the role asked for."""

    def __init__(self, url: str) -> None:
        """Check the form of the address; raises StoreError without quoting it, as it may hold a password."""
        try:
            self.dbname: Final = str(conninfo_to_dict(url).get("dbname") or "caseledger")
        except psycopg.ProgrammingError:
            raise StoreError(
                "The database's address cannot be read",
                cure="Write it as postgresql://user@host:5432/caseledger",
            ) from None
        self._url = url

    def start(self) -> RemoteServer:
        """Nothing to do."""
        return self

    def stop(self) -> None:
        """Nothing to do."""

    def dsn(self, role: str, dbname: str) -> str:
        """A connection string that acts as `role`; `cl_admin` stands for the login itself."""
        where = make_conninfo(self._url, dbname=dbname)
        return bounded(where) if role == ADMIN else for_role(where, role)
