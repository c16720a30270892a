"""The one table refusal → status, and how a refusal is told (RFC 9457): clause and cure, never a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from cases import errors
from cases.cure import cure
from cases.straying import has_strayed
from projections.rebuilding.shards import LoaderKilled
from projections.schema import ContractChanged

MEDIA_TYPE = "application/problem+json"


class MissingHeader(errors.Malformed):
    """A header that this request needs is missing or cannot be read; `header` names it."""

    title = "A header is missing or malformed"


class TooMany(errors.CaseledgerError):
    """As much is under way as there may be; the message says what to end."""

    title = "Too much is under way"


STATUS: Mapping[type[errors.CaseledgerError], int] = {
    errors.Refused: 409,
    errors.NotAllowed: 403,
    errors.Malformed: 422,
    MissingHeader: 400,
    errors.NotFound: 404,
    TooMany: 429,
    errors.Conflict: 409,
    errors.CaseIsBusy: 409,
    errors.VersionMismatch: 412,
    errors.KeyReused: 422,
    errors.KeyInFlight: 409,
    errors.Unauthenticated: 401,
    errors.Unavailable: 503,
    errors.VaultLocked: 503,
    ContractChanged: 503,
    LoaderKilled: 503,
    errors.BrokenHistory: 500,
    errors.UnknownTopic: 500,
}
"""A class that is not listed is told as the nearest one above it that is."""

PLAIN: Mapping[int, tuple[str, str]] = {
    400: ("The request cannot be read", "Send one JSON object as the body"),
    404: ("Not found", "There is nothing at this address"),
    405: ("This address does not take that method", "See /docs for what it takes"),
    413: ("The body is too large", "A body may have one megabyte; name larger documents by their sha256"),
    415: ("The body is of another type", "Send JSON, and say so: Content-Type: application/json"),
    422: ("The address cannot be read", "Leave the character U+0000 out of it; no text here holds one"),
    500: ("Something is wrong on our side", "It was noted; what was acknowledged before is safe"),
}
"""What is refused before, or beside, the business: title and cure by status."""

RETRY_SECONDS = {409: 1, 503: 1}
FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,40}")


class FieldError(BaseModel):
    """One wrong field: its path in the request and what to do about it."""

    field: str
    cure: str


class Problem(BaseModel):
    """What went wrong (RFC 9457). A refusal names clause, rule and regulation; a conflict the newest version."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="what kind of problem, for programs")
    title: str = Field(description="the same for people")
    status: int
    detail: str = Field(description="what it is this time, and the cure")
    clause: str | None = Field(default=None, description="the clause of the regulation that forbids it")
    rule: str | None = Field(default=None, description="the item of the regulation, or our own rule")
    regulation: str | None = Field(default=None, description="the regulation and its version")
    label: dict[str, str] | None = Field(default=None, description="the rule's name in zh and en")
    version: int | None = Field(default=None, description="the version that the case has now")
    errors: list[FieldError] | None = Field(default=None, description="every wrong field with its cure")


def status_of(kind: type[errors.CaseledgerError]) -> int:
    """Give the status of a refusal; 500 where nothing above it is in the table."""
    return next((STATUS[one] for one in kind.__mro__ if one in STATUS), 500)


def type_of(kind: type[errors.CaseledgerError]) -> str:
    """Give the stable name of a kind of refusal, for example `urn:caseledger:version-mismatch`."""
    words = "".join(f"-{c.lower()}" if c.isupper() else c for c in kind.__name__).lstrip("-")
    return f"urn:caseledger:{words}"


def refusal(request: Request, error: Exception) -> JSONResponse:
    """Tell a refusal of the business."""
    told = error if isinstance(error, errors.CaseledgerError) else errors.CaseledgerError()
    status = status_of(type(told))
    details = {name: value for name, value in told.details.items() if value is not None}
    wait = details.pop("retry_after", RETRY_SECONDS.get(status) if status == 503 else None)  # noqa: PLR2004 - a status
    return _answer(
        {
            **jsonable_encoder(details),
            "type": type_of(type(told)),
            "title": told.title,
            "status": status,
            "detail": str(told),
        },
        retry_after=wait,
    )


def invalid(request: Request, error: Exception) -> JSONResponse:
    """Tell which fields are wrong and how to put them right."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    if any(one["type"] == "json_invalid" for one in found):
        return plain(400)
    told = [{"field": path(one["loc"]), "cure": cure(one)} for one in found]
    return refusal(request, errors.Malformed("Some fields are wrong", errors=told))


def outside(request: Request, error: Exception) -> JSONResponse:
    """Tell what the web framework itself refuses."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    allowed = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    response = plain(status)
    response.headers.update(allowed)
    return response


def plain(status: int) -> JSONResponse:
    """Tell a problem that no class of the business stands for."""
    title, detail = PLAIN.get(status, PLAIN[400])
    return _answer(
        {"type": f"urn:caseledger:http-{status}", "title": title, "status": status, "detail": detail}
    )


def path(loc: Iterable[int | str]) -> str:
    """Write where a wrong field is."""
    steps = (str(step) if isinstance(step, int) else name_of(step) for step in list(loc)[1:])
    return ".".join(steps) or str(next(iter(loc), "body"))


def name_of(written: str) -> str:
    """Give the name of a field that a caller wrote, or a mark where it is none, or holds a number of a person."""
    return written if FIELD.fullmatch(written) and not has_strayed(written) else "…"


def _answer(problem: dict[str, Any], retry_after: int | None = None) -> JSONResponse:
    status = int(problem["status"])
    headers = {"Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    if status == 401:  # noqa: PLR2004 - a status
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(problem, status, headers, MEDIA_TYPE)
