"""Who asks: an API key in a header, and nothing without one.

What a route needs and waits for nothing is `async`, here and elsewhere: FastAPI would hand each such step to a thread,
and six of these took longer than the command itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from api import access, keys
from api.installation import Installation
from cases.caller import Caller
from cases.errors import Unauthenticated
from cases.permissions import must_permit
from cases.recorded import Source

bearer = HTTPBearer(
    auto_error=False,
    bearerFormat="cl_<id>_<secret>",
    scheme_name="bearer",
    description="An API key as bearer token",
)
header = APIKeyHeader(
    name="X-API-Key",
    auto_error=False,
    scheme_name="apiKey",
    description="The same key in a header of its own",
)


async def installation(request: Request) -> Installation:
    """Give the installation that this application stands on."""
    return cast("Installation", request.app.state.installation)


Here = Annotated[Installation, Depends(installation)]


def credential(
    here: Here,
    token: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    key: Annotated[str | None, Security(header)],
) -> keys.Credential:
    """Read the key of a request; raises Unauthenticated."""
    given = token.credentials if token else key
    if not given:
        raise Unauthenticated("Send an API key: Authorization: Bearer cl_…, or X-API-Key: cl_…")
    return keys.find(here.ledger, given)


Known = Annotated[keys.Credential, Depends(credential)]


def caller_of(known: keys.Credential, system: str = "api") -> Caller:
    """Give the caller that a credential stands for."""
    return Caller(known.actor, known.role, Source(system=system), known.principal)


def asks(question: access.Question) -> Callable[[keys.Credential], Awaitable[keys.Credential]]:
    """Make the dependency that lets only those in who may ask a question."""

    async def admitted(known: Known) -> keys.Credential:
        access.must_ask(known.role, question, known.scopes)
        return known

    return admitted


def commands(verb: str) -> Callable[[keys.Credential], Awaitable[Caller]]:
    """Make the dependency that lets only those in who may ask for a command."""

    async def admitted(known: Known) -> Caller:
        must_permit(known.role, verb, known.scopes)
        return caller_of(known)

    return admitted
