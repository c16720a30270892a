"""The web application: API under /api/v1, health beside it, the console for people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Annotated, Any, Final

import psycopg
import psycopg_pool
from eventsourcing.persistence import InterfaceError, OperationalError
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api import (
    audits,
    commands,
    errors,
    explaining,
    exports,
    figures,
    forms,
    health,
    metrics,
    months,
    programmes,
    proposals,
    queries,
    spending,
    statistics,
    tables,
    targets,
    unmask,
    verifying,
)
from api.access import Question
from api.asking import well_asked
from api.auth import asks
from api.console import doors, pages
from api.console import spending as spent
from api.console.visiting import LANGUAGE_COOKIE, language_of
from api.described import describe
from api.guard import Guard
from api.installation import Installation
from api.keys import Credential
from api.notices import stream, webhooks
from cases.errors import CaseledgerError, Unavailable

PREFIX: Final = "/api/v1"
TAGS: Final = [
    {"name": "commands", "description": "record one fact of a case"},
    {"name": "cases", "description": "one case, or a list of them"},
    {
        "name": "figures",
        "description": "dashboards and statistics; every rate with numerator and denominator",
    },
    {"name": "programmes", "description": "what is held by week, month, quarter or year"},
    {"name": "months", "description": "published once, and kept beside what is known today"},
    {"name": "proposals", "description": "rewards and penalties: proposed, decided, appealed"},
    {"name": "notices", "description": "word that something was recorded"},
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
    for router in (health.router, metrics.router, _versioned(), doors.router, pages.router, spent.router):
        app.include_router(router)
    for kind in DATABASE:
        app.add_exception_handler(kind, unavailable)
    app.add_exception_handler(CaseledgerError, refused)
    app.add_exception_handler(RequestValidationError, errors.invalid)
    app.add_exception_handler(HTTPException, errors.outside)
    app.add_middleware(Guard)

    @app.get(f"{PREFIX}/openapi.json", include_in_schema=False)
    def document(known: Annotated[Credential, Depends(asks(Question.DESCRIPTION))]) -> JSONResponse:
        return JSONResponse(describe(app))

    return app


def refused(request: Request, error: Exception) -> Response:
    """Tell a refusal: to programs as a problem, to people as a page."""
    here: Installation | None = request.app.state.installation
    if here is None or not is_page(request) or not isinstance(error, CaseledgerError):
        return errors.refusal(request, error)
    asked, kept = request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)
    return doors.told(request, error, here, language_of(here, asked, kept))


def unavailable(request: Request, error: Exception) -> Response:
    """Tell that the database did not answer, without its words: they may quote values."""
    return refused(request, Unavailable(retry_after=1))


def is_page(request: Request) -> bool:
    """Tell whether an address is one of the console."""
    return not request.url.path.startswith(("/api/", "/healthz", "/readyz", "/metrics"))


def _versioned() -> APIRouter:
    """Everything under /api/v1."""
    router = APIRouter(prefix=PREFIX, dependencies=[Depends(well_asked)])
    for part in (
        commands.router,
        queries.router,
        explaining.router,
        figures.router,
        targets.router,
        statistics.router,
        forms.router,
        unmask.router,
        audits.router,
        programmes.router,
        proposals.router,
        months.router,
        verifying.router,
        tables.router,
        spending.router,
        exports.router,
        stream.router,
        webhooks.router,
    ):
        router.include_router(part)
    return router


def described() -> dict[str, Any]:
    """Give the OpenAPI document."""
    return create_app().openapi()
