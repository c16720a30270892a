"""What stands before every route: size and kind of the body, the headers of every answer, and no word of a crash."""

from __future__ import annotations

import logging
import traceback
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import plain

LARGEST: Final = 1_000_000
"""Bytes of a body."""
LONGEST_LENGTH: Final = 20
"""Digits of a Content-Length; more than 4300 could not even be read as a number."""
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
log = logging.getLogger(__name__)


class Guard:
    """An ASGI application around ours."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def sending(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                _dress(message)
            await send(message)

        if (status := _refused(scope)) is not None:
            await plain(status)(scope, receive, sending)
            return
        try:
            await self._app(scope, _counted(receive), sending)
        except Exception as crash:  # noqa: BLE001 - the last resort: nothing of it may reach the caller
            log.error("%s at %s", type(crash).__name__, _places(crash))  # noqa: TRY400 - the message may quote values
            if not has_started:
                await plain(500)(scope, receive, sending)


def _dress(message: Message) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")


def _refused(scope: Scope) -> int | None:
    """Tell with which status a request is refused by its address and headers alone."""
    headers = Headers(scope=scope)
    if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
        return 422
    length = headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > LONGEST_LENGTH or int(length) > LARGEST:
        return 413
    if scope["method"] == "POST" and scope["path"].startswith("/api/"):
        kind = headers.get("content-type", "").split(";")[0].strip().lower()
        return None if kind == "application/json" else 415
    return None


def _counted(receive: Receive) -> Receive:
    """Count a body that did not say its length."""
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LARGEST:
            raise HTTPException(413)
        return message

    return counting


def _places(crash: BaseException) -> str:
    """Name the lines that led to a crash; its message is left out, as it may quote values."""
    frames = traceback.extract_tb(crash.__traceback__)[-6:]
    return " < ".join(
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )
