"""Every POST that records a fact: one route for each command, its body is the command."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Header, Path, Response
from pydantic import BaseModel, ConfigDict

from api.auth import Here, commands
from api.described import DONE, refusals
from api.errors import MissingHeader
from api.examples import EXAMPLES
from api.finding import case_id_of
from cases.caller import Caller
from cases.command import Asked, Command
from cases.commands import COMMANDS, Receive
from cases.request import Receipt

router: Final = APIRouter(prefix="/cases", tags=["commands"])
LONGEST_KEY: Final = 200
ETAG: Final = re.compile(r'^(?:W/)?"(\d{1,9})"$')


class Answer(BaseModel):
    """What a command came to; `facts` is empty where there was nothing new, `replayed` marks a repeated key."""

    model_config = ConfigDict(json_schema_extra={
        "example": {
            "case_id": "0b0e4a7e-5a64-4f0a-9d0a-2f3a3c1d9f11", "case_no": "AS-00000042", "version": 3,
            "position": 1207, "facts": ["Responded"], "replayed": False,
        }
    })  # fmt: skip

    case_id: UUID
    case_no: str
    version: int
    position: int
    facts: tuple[str, ...]
    replayed: bool


async def idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key", description="any word of yours, one for each request you mean; needed"
        ),
    ] = None,
) -> str:
    """Read the key of a request; raises MissingHeader, so that nobody writes twice unawares."""
    if not key or len(key) > LONGEST_KEY:
        raise MissingHeader(
            "Send an Idempotency-Key of 1 to 200 characters: the same key again gets the same answer",
            header="Idempotency-Key",
        )
    return key


async def expected_version(
    match: Annotated[
        str | None, Header(alias="If-Match", description='the ETag you have seen, for example "3"')
    ] = None,
) -> int | None:
    """Read the version that a caller has seen; None for any."""
    if match is None or match.strip() == "*":
        return None
    found = ETAG.match(match.strip())
    if found is None:
        raise MissingHeader('Write If-Match as the ETag that was given, for example "3"', header="If-Match")
    return int(found[1])


Key = Annotated[str, Depends(idempotency_key)]
Expected = Annotated[int | None, Depends(expected_version)]
CaseId = Annotated[str, Path(description="the case's id or its number", min_length=1, max_length=60)]
HEADERS: Final = {"ETag": {"description": "the version of the case", "schema": {"type": "string"}}}


def answer(receipt: Receipt, response: Response) -> Answer:
    """Tell a receipt."""
    response.headers["ETag"] = f'"{receipt.version}"'
    return Answer(
        case_id=receipt.case_id,
        case_no=receipt.case_no,
        version=receipt.version,
        position=receipt.position,
        facts=receipt.facts,
        replayed=receipt.replayed,
    )


@router.post(
    "",
    status_code=201,
    summary="Receive a new case",
    operation_id="receive",
    responses={201: {"headers": HEADERS}, **refusals([status for status in DONE if status != 412])},  # noqa: PLR2004 - a status
)
def receive(
    command: Annotated[Receive, Body(openapi_examples={"usual": {"value": EXAMPLES["receive"]}})],
    here: Here,
    caller: Annotated[Caller, Depends(commands("receive"))],
    key: Key,
    response: Response,
) -> Answer:
    """Register what a customer asks for (S0 三/1); the case's number and the rules in force are added."""
    receipt = here.desk.receive(command, caller, key=key)
    here.engine.wake()
    response.headers["Location"] = f"/api/v1/cases/{receipt.case_id}"
    return answer(receipt, response)


def acting(verb: str, kind: type[Command]) -> Callable[..., Answer]:
    """Make the route function of a command."""

    def act(
        *,
        case_id: CaseId,
        command: Any,
        here: Here,
        caller: Any,
        key: Key,
        expected: Expected,
        response: Response,
    ) -> Answer:
        found = case_id_of(here, case_id)
        receipt = here.desk.act(found, command, caller, key=key, expected_version=expected)
        here.engine.wake()
        return answer(receipt, response)

    body = Body(openapi_examples={"usual": {"value": EXAMPLES[verb]}})
    act.__annotations__ |= {
        "command": Annotated[kind, body],
        "caller": Annotated[Caller, Depends(commands(verb))],
    }
    act.__doc__ = kind.__doc__
    return act


def offer(
    router: APIRouter,
    path: str,
    act: Callable[..., Any],
    *,
    verb: str,
    kind: type[Asked],
    example: object,
    of: str,
) -> None:
    """Add the route by which something is asked `of` a programme, a proposal or a month.

    `act` is a function of its own, which gets what is asked as `wanted`, and who asks as `caller`. A verb that ends
    with what it is asked of is written without it: the path says that already.
    """
    word = verb.removesuffix(f"-{of}")
    act.__annotations__ |= {
        "wanted": Annotated[kind, Body(openapi_examples={"usual": {"value": example}})],
        "caller": Annotated[Caller, Depends(commands(verb))],
    }
    act.__doc__ = kind.__doc__
    router.add_api_route(
        f"{path}/{word}",
        act,
        methods=["POST"],
        summary=summary(kind),
        operation_id=f"{word.replace('-', '_')}_{of}",
        responses=refusals([status for status in DONE if status != 412]),  # noqa: PLR2004 - a status
    )


def summary(kind: type[Asked]) -> str:
    """Give the first sentence of a command's docstring, without its full stop."""
    first = (kind.__doc__ or kind.__name__).split("\n", maxsplit=1)[0]
    return re.split(r"\.(?: |$)", first)[0]


for _verb, _kind in COMMANDS.items():
    if _kind is not Receive:
        router.add_api_route(
            f"/{{case_id}}/{_verb}",
            acting(_verb, _kind),
            methods=["POST"],
            summary=summary(_kind),
            operation_id=_verb.replace("-", "_"),
            responses={200: {"headers": HEADERS}, **refusals(DONE)},
        )
