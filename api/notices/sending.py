"""Sending one notice: signed, to an address that was checked, for a bounded time, and little of the answer is read."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from importlib.metadata import version
from typing import Final

from standardwebhooks import Webhook

from api.notices.address import Endpoint, Unreachable
from api.notices.notice import Notice

CONNECT: Final = 5.0
ANSWER: Final = 10.0
"""Seconds for a connection, and for all of a request with its answer."""
LARGEST: Final = 16_384
"""Bytes that are read of an answer; nothing of it is kept."""
TYPE: Final = "application/cloudevents+json; charset=utf-8"
LONGEST_WAIT: Final = 86_400
MOST_ADDRESSES: Final = 2
REASONS: Final[dict[type[Exception], str]] = {
    ssl.SSLError: "no trusted connection: its certificate or protocol is not accepted",
    ConnectionRefusedError: "the connection was refused",
    HTTPException: "the answer was not HTTP",
}
"""Why there was no answer, in words; what is not listed is told as a broken connection."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a receiver answered: a status, and the seconds that it wants to be left alone for."""

    status: int
    retry_after: int = 0

    @property
    def is_taken(self) -> bool:
        """Whether it has the notice."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's own


class Line:
    """A connection to one receiver, for one notice after another."""

    def __init__(self, endpoint: Endpoint, addresses: Callable[[], list[str]]) -> None:
        """Connects when it is used; `addresses` looks up and checks."""
        self._connection = _Checked(endpoint, addresses)
        self._path = endpoint.path
        self._is_late = False

    def send(self, notice: Notice, *, message_id: str, secret: bytes, now: datetime) -> Answer:
        """Send a notice; raises Unreachable with the reason where there was no answer."""
        body = notice.model_dump_json()
        headers = {
            "Content-Type": TYPE,
            "User-Agent": f"caseledger/{version('caseledger')}",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(message_id, now, body),
        }
        with self._in_time():
            self._connect()
            self._connection.request("POST", self._path, body.encode(), headers)
            return self._read(self._connection.getresponse())

    def _connect(self) -> None:
        """Connect where no connection stands; raises TimeoutError where that took all the time there was."""
        if self._connection.sock is None:
            self._connection.connect()
        if self._is_late:
            raise TimeoutError

    def abort(self) -> None:
        """Break off whatever is under way, from another thread."""
        if (sock := self._connection.sock) is not None:
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _read(self, response: HTTPResponse) -> Answer:
        """Read what has to be read of an answer, whose status says all; the line is closed behind one that goes on."""
        with suppress(OSError, HTTPException):
            response.read(LARGEST)
        if not response.isclosed():
            self.close()
        wait = response.headers.get("Retry-After", "")
        is_number = wait.isascii() and wait.isdigit() and len(wait) < len(str(LONGEST_WAIT)) + 1
        return Answer(response.status, min(int(wait), LONGEST_WAIT) if is_number else 0)

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Break off after `ANSWER` seconds, and say in a few words what went wrong."""
        timer = threading.Timer(ANSWER, self._too_late)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (OSError, HTTPException) as failure:
            self.close()
            raise Unreachable(self._reason(failure)) from None
        except Unreachable:
            self.close()
            raise
        finally:
            timer.cancel()
            self._is_late = False

    def _too_late(self) -> None:
        self._is_late = True
        self.abort()

    def _reason(self, failure: Exception) -> str:
        if self._is_late or isinstance(failure, TimeoutError):
            return "no answer in time"
        return next(
            (told for kind, told in REASONS.items() if isinstance(failure, kind)), "the connection broke"
        )


class _Final(HTTPResponse):
    """An answer behind any number of interim ones (RFC 9110, 15.2), of which the library passes over 100 alone."""

    def _read_status(self) -> tuple[str, int, str]:
        told, status, reason = super()._read_status()  # type: ignore[misc] # known to the library alone
        is_interim = status in range(100, 200) and status != HTTPStatus.SWITCHING_PROTOCOLS
        return told, HTTPStatus.CONTINUE if is_interim else status, reason


class _Checked(HTTPConnection):
    """Connects to the addresses that were checked, never to what a second look-up might say."""

    response_class = _Final

    def __init__(self, endpoint: Endpoint, addresses: Callable[[], list[str]]) -> None:
        super().__init__(endpoint.host, endpoint.port, timeout=CONNECT)
        self._addresses, self._is_tls = addresses, endpoint.is_tls
        self.default_port = 443 if endpoint.is_tls else 80

    def connect(self) -> None:
        """Try one address after another; raises Unreachable or OSError."""
        failure: OSError = ConnectionError()
        for address in self._addresses()[:MOST_ADDRESSES]:
            try:
                self.sock = socket.create_connection((address, self.port), CONNECT)
                break
            except OSError as refused:
                failure = refused
        else:
            raise failure
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._is_tls:
            own = trusted().wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = own
            own.do_handshake()


@cache
def trusted() -> ssl.SSLContext:
    """Give the authorities that this machine trusts."""
    return ssl.create_default_context()
