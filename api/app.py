"""The web application: API under /api/v1, health beside it, the console for people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any, Final

import psycopg
import psycopg_pool
from eventsourcing.persistence import InterfaceError, OperationalError
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api import audits, commands, errors, figures, health, queries, unmask
from api.described import describe
from api.guard import Guard
from api.installation import Installation
from cases.errors import CaseledgerError

PREFIX: Final = "/api/v1"
TAGS: Final = [
    {"name": "commands", "description": "record one fact of a case"},
    {"name": "cases", "description": "one case, or a list of them"},
    {
        "name": "figures",
        "description": "dashboards and statistics; every rate with numerator and denominator",
    },
    {"name": "health", "description": "answers without a key"},
]
DATABASE: Final = (
    psycopg.OperationalError, psycopg.InterfaceError, psycopg_pool.PoolTimeout, psycopg_pool.TooManyRequests,
    InterfaceError, OperationalError,
)  # fmt: skip


def create_app(here: Installation | None = None) -> FastAPI:
    """Make the application of an opened installation; without one it can only describe itself."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if here is None:
            yield
            return
        with here.keeping():
            yield

    app = FastAPI(
        title="caseledger", version=version("caseledger"), lifespan=lifespan, openapi_url=None, docs_url=None,
        redoc_url=None, openapi_tags=TAGS, separate_input_output_schemas=False,
    )  # fmt: skip
    app.state.installation = here
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # FastAPI's own way to extend the document
    for router in (health.router, _versioned()):
        app.include_router(router)
    for kind in DATABASE:
        app.add_exception_handler(kind, errors.unavailable)
    app.add_exception_handler(CaseledgerError, errors.refusal)
    app.add_exception_handler(RequestValidationError, errors.invalid)
    app.add_exception_handler(HTTPException, errors.outside)
    app.add_middleware(Guard)
    return app


def _versioned() -> APIRouter:
    """Everything under /api/v1."""
    router = APIRouter(prefix=PREFIX)
    for part in (commands.router, queries.router, figures.router, unmask.router, audits.router):
        router.include_router(part)
    return router


def described() -> dict[str, Any]:
    """Give the OpenAPI document."""
    return create_app().openapi()
