"""The key form, the way out, and the style sheet: what the console answers without a session."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Cookie, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from api import keys
from api.auth import Here
from api.console.rendering import FOLDER, PAGES, page
from api.console.visiting import COOKIE, Form, Speaks, Visitor, entrance, inside, keep
from cases.errors import CaseledgerError, NotAllowed, NotFound, Unauthenticated, Unavailable

router: Final = APIRouter(include_in_schema=False)
SEE_OTHER: Final = 303
STATIC: Final = {"console.css": "text/css; charset=utf-8", "lamp.svg": "image/svg+xml"}


@router.get("/enter")
def entering(
    request: Request, here: Here, language: Speaks, following: Annotated[str, Query(alias="next")] = "/"
) -> HTMLResponse:
    """Show the key form."""
    return page("enter", request, here, language, following=inside(following), is_wrong=False)


@router.post("/enter")
def enter(request: Request, here: Here, language: Speaks, sent: Form) -> Response:
    """Open a session for a key, and go on to the page that was asked for."""
    following = inside(sent.get("next", "/"))
    try:
        known = keys.find(here.ledger, sent.get("key", "").strip())
    except Unauthenticated:
        return page("enter", request, here, language, status=401, following=following, is_wrong=True)
    response = RedirectResponse(_first_page(Visitor(known, language), following), SEE_OTHER)
    keep(response, request, keys.open_session(here.ledger, known))
    return response


@router.post("/leave")
def leave(
    here: Here, sent: Form, token: Annotated[str | None, Cookie(alias=COOKIE)] = None
) -> RedirectResponse:
    """End the session."""
    if token:
        keys.end_session(here.ledger, token)
    response = RedirectResponse("/enter", SEE_OTHER)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return response


@router.get("/static/{name}")
def static(name: str) -> FileResponse:
    """Give a file of the pages."""
    if name not in STATIC:
        raise NotFound
    kept = {"Cache-Control": "public, max-age=3600"}
    return FileResponse(FOLDER / "static" / name, media_type=STATIC[name], headers=kept)


def _first_page(visitor: Visitor, following: str) -> str:
    """Choose the page to begin with: the one asked for, or the first that this person may see."""
    mine = [where for where, needs in PAGES.values() if visitor.may(needs)]
    return following if following != "/" or not mine else mine[0]


def told(request: Request, error: CaseledgerError, here: Here, language: Speaks) -> Response:
    """Tell a refusal as a page; somebody without a session gets the key form."""
    who = None if isinstance(error, Unavailable) else _signed_in(request, here, language)
    match error:
        case Unauthenticated():
            return RedirectResponse(entrance(request), SEE_OTHER)
        case NotAllowed():
            return page("error", request, here, language, who, 403, says="not_yours")
        case NotFound():
            return page("error", request, here, language, who, 404, says="not_found")
        case Unavailable():
            return page("error", request, here, language, status=503, says="try_again")
        case _:
            return page("error", request, here, language, who, 422, says="not_found")


def _signed_in(request: Request, here: Here, language: Speaks) -> Visitor | None:
    """Find who is before a page that cannot be shown, so that the menu leads on."""
    try:
        return Visitor(keys.session(here.ledger, request.cookies.get(COOKIE, "")), language)
    except CaseledgerError:
        return None
