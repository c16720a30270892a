"""How a question may be asked: with the parameters that its route declares, and with instants that people mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from api.auth import Known
from api.errors import name_of
from cases.errors import Malformed
from cases.fact import as_written

FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LAST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""No business was before the one or after the other; between them no arithmetic with days runs over."""
MONTH: Final = r"^(?:19|[2-8]\d)\d{2}-(0[1-9]|1[0-2])$"
"""A month between them, as a pattern."""


def within_years(at: datetime) -> datetime:
    """Give the instant back; raises ValueError outside the years 1900 to 9000."""
    if not FIRST <= at < LAST:
        raise ValueError("is an instant between the years 1900 and 9000")
    return at


Instant = Annotated[AwareDatetime, BeforeValidator(as_written), AfterValidator(within_years)]


async def well_asked(request: Request, known: Known) -> None:
    """Refuse parameters that the route does not declare: one misspelt would change the answer unseen."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    declared = set(_declared(route.dependant))
    if strange := [name for name in dict.fromkeys(request.query_params) if name not in declared]:
        taken = f"it takes {', '.join(sorted(declared))}" if declared else "it takes none"
        wrong = [{"field": name_of(name), "cure": f"leave it out; {taken}"} for name in strange]
        raise Malformed("This address does not take these parameters", errors=wrong)


def _declared(dependant: Dependant) -> Iterator[str]:
    yield from (param.alias for param in dependant.query_params)
    for part in dependant.dependencies:
        yield from _declared(part)
