"""How the API describes itself: every refusal of every operation, with the one shape that refusals have."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import MEDIA_TYPE, Problem

TITLE: Final = "caseledger"
ABOUT: Final = """After-sales cases as an append-only ledger of facts.

* Every POST to a case is one command; its body **is** the command. Send an `Idempotency-Key`: the same key with the
  same body gets the first answer again, whatever happened since.
* `ETag` is the version of a case; send it as `If-Match` to act only on what you have seen.
* An answer carries the log `position` it made; pass it as `at_least` to a question to read your own write.
* Times of facts are instants with an offset from UTC. Money is in minor units (fen).
* Personal values are shown masked; one at a time can be asked for in clear, with a purpose, by those who may.
"""
REASONS: Final = {
    400: "A header is missing or malformed, or the body is no JSON",
    401: "No valid API key",
    403: "This role may not do or see that",
    404: "There is no such case",
    409: "A clause of the regulation forbids it now, or somebody else wrote first; `version` is the newest known",
    412: "The case has changed since the version that If-Match names; `version` is the newest known",
    413: "The body has more than one megabyte",
    415: "The body is not JSON",
    422: "Some fields are wrong: each with its cure, or the Idempotency-Key was used for another request",
    429: "As many are open as there may be; see Retry-After",
    500: "Something is wrong on our side",
    503: "The database did not answer in time, or the tables are not at the position asked for; see Retry-After",
}
ASKED: Final = (401, 403, 404, 422, 500, 503)
DONE: Final = (400, 401, 403, 404, 409, 412, 413, 415, 422, 500, 503)
FIGURES: Final = (401, 403, 422, 500, 503)


def refusals(statuses: Iterable[int]) -> dict[int | str, dict[str, Any]]:
    """Describe the refusals of an operation."""
    return {status: _refusal(status) for status in statuses}


def _refusal(status: int) -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    example = {
        "type": f"urn:caseledger:{phrase.lower().replace(' ', '-')}",
        "title": phrase,
        "status": status,
        "detail": REASONS[status],
    }
    shape = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": REASONS[status], "content": {MEDIA_TYPE: shape}}


def describe(app: FastAPI) -> dict[str, Any]:
    """Give the OpenAPI document, made once."""
    if not app.openapi_schema:
        made = get_openapi(
            title=TITLE, version=app.version, description=ABOUT, routes=app.routes, tags=app.openapi_tags
        )
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(problem.pop("$defs", {}))
        schemas["Problem"] = problem
        app.openapi_schema = made
    return app.openapi_schema
