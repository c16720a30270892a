"""Who looks at a page: a session in a cookie that no script can read, opened by an API key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, cast
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import Cookie, Depends, Query, Request, Response

from api import access, keys
from api.access import Question
from api.auth import Here
from api.console.words import Language
from cases.errors import NotAllowed, Unauthenticated

COOKIE: Final = "cl_session"
LANGUAGE_COOKIE: Final = "cl_language"
LARGEST_FORM: Final = 10_000


class NotEntered(Unauthenticated):
    """A page was asked for without a session; the key form comes instead."""

    title = "Sign in with an API key"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person before a page, and the language they read."""

    known: keys.Credential
    language: Language

    def may(self, question: Question) -> bool:
        """Tell whether this person may ask a question."""
        return access.may_ask(self.known.role, question, self.known.scopes)

    def must(self, question: Question) -> None:
        """Raise NotAllowed where they may not."""
        access.must_ask(self.known.role, question, self.known.scopes)


def language_of(
    here: Here,
    lang: Annotated[str | None, Query(max_length=2)] = None,
    kept: Annotated[str | None, Cookie(alias=LANGUAGE_COOKIE)] = None,
) -> Language:
    """Choose the language: asked for, kept, or the installation's."""
    asked = lang or kept
    return cast("Language", asked) if asked in {"zh", "en"} else here.settings.language


Speaks = Annotated[Language, Depends(language_of)]


def visitor(
    here: Here, language: Speaks, token: Annotated[str | None, Cookie(alias=COOKIE)] = None
) -> Visitor:
    """Read the session; raises NotEntered."""
    if token is None:
        raise NotEntered
    try:
        return Visitor(keys.session(here.ledger, token), language)
    except Unauthenticated:
        raise NotEntered from None


Visits = Annotated[Visitor, Depends(visitor)]


async def form(request: Request) -> dict[str, str]:
    """Read a small form of our own pages; raises NotAllowed for one from elsewhere."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise NotAllowed("This form was sent from another site", rule="same-origin")
    if int(request.headers.get("content-length", 0)) > LARGEST_FORM:
        raise NotAllowed("This form is too large", rule="form")
    body = (await request.body()).decode("utf-8", errors="replace")
    return {name: values[-1] for name, values in parse_qs(body).items()}


Form = Annotated[dict[str, str], Depends(form)]


def keep(response: Response, request: Request, token: str) -> None:
    """Give the session to the browser."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=keys.SESSION_HOURS * 3600,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )


def entrance(request: Request) -> str:
    """Give the address of the key form, which leads back to the page asked for."""
    return f"/enter?next={quote(inside(request.url.path), safe='/')}"


def inside(path: str) -> str:
    """Keep only an address within this console; a foreign one becomes the first page."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if is_ours and all(c.isprintable() for c in path) else "/"
