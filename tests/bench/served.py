"""The product's server with one route more, which does nothing but insert a row: what commands are held against.

Run: python -m tests.bench.served FOLDER; it prints its address and an agent's key, and serves until it is ended.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, LiteralString
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel
from uvicorn import Config, Server

from api import keys
from api.app import create_app
from api.cli.serving import interruptible, listening
from api.installation import Installation, opened
from cases.codes import Role
from cases.settings import Settings

TABLE: Final[LiteralString] = (
    "CREATE TABLE IF NOT EXISTS bench.plain (id bigserial PRIMARY KEY, case_id uuid, word text, told_at timestamptz)"
)
INSERT: Final[LiteralString] = "INSERT INTO bench.plain (case_id, word, told_at) VALUES (%s, %s, now())"


class Plain(BaseModel):
    """What the bare route takes."""

    case_id: UUID
    word: str


def with_a_bare_route(here: Installation) -> FastAPI:
    """Add the route to the product's own application."""
    with here.database.connection() as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS bench")
        connection.execute(TABLE)
    app = create_app(here)

    @app.post("/bare")
    def bare(plain: Plain) -> dict[str, str]:
        with here.database.connection() as connection:
            connection.execute(INSERT, (plain.case_id, plain.word))
        return {"word": plain.word}

    return app


def main() -> None:
    """Serve the installation in a folder."""
    settings = Settings(data_dir=Path(sys.argv[1]))
    with (
        suppress(KeyboardInterrupt),
        interruptible(),
        listening("127.0.0.1", 0) as door,
        opened(settings) as here,
    ):
        print(door.getsockname()[1], keys.create(here.ledger, Role.AGENT, "bench-01"), flush=True)
        config = Config(with_a_bare_route(here), log_level="warning", access_log=False, lifespan="on")
        Server(config).run(sockets=[door])


if __name__ == "__main__":
    main()
