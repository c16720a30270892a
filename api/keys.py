"""API keys and console sessions: made once, shown once, kept as SHA-256 only."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_hex, token_urlsafe

from cases.caller import staff_id
from cases.codes import Role
from cases.errors import NotFound, Unauthenticated
from cases.store.ledger import Ledger

PREFIX = "cl"
SESSION_HOURS = 12
LONGEST = 200
ROLES = {role.value: role for role in Role}


@dataclass(frozen=True, slots=True)
class Credential:
    """Who a key speaks for: its id, role and actor, and for role service the commands and questions it may ask."""

    key_id: str
    role: Role
    actor: str
    scopes: frozenset[str] = frozenset()

    @property
    def principal(self) -> str:
        """The owner of idempotency keys."""
        return f"key:{self.key_id}"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key as it is listed; its secret is nowhere."""

    key_id: str
    role: str
    actor: str
    label: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def create(
    ledger: Ledger,
    role: Role,
    actor: str,
    *,
    label: str = "",
    scopes: Sequence[str] = (),
    days: int | None = None,
) -> str:
    """Make a key and give it, the only time that it is seen: `cl_<id>_<secret>`; raises Malformed for a wrong actor."""
    key_id, secret = token_hex(5), token_urlsafe(32)
    key = f"{PREFIX}_{key_id}_{secret}"
    ledger.rows(
        "INSERT INTO desk.api_keys (key_id, sha256, role, actor, label, scopes, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp() + make_interval(days => %s::int)) RETURNING key_id",
        [key_id, _digest(key), role.value, staff_id(actor, "actor"), label, list(scopes), days],
    )
    return key


def listed(ledger: Ledger) -> list[KnownKey]:
    """List every key that was ever made, oldest first."""
    rows = ledger.rows(
        "SELECT key_id, role, actor, label, scopes, created_at, expires_at, revoked_at FROM desk.api_keys"
        " ORDER BY created_at, key_id"
    )
    return [
        KnownKey(key_id, role, actor, label, tuple(scopes), created_at, expires_at, revoked_at)
        for key_id, role, actor, label, scopes, created_at, expires_at, revoked_at in rows
    ]


def revoke(ledger: Ledger, key_id: str) -> None:
    """End a key and its sessions at once; raises NotFound."""
    found = ledger.rows(
        "UPDATE desk.api_keys SET revoked_at = coalesce(revoked_at, clock_timestamp()) WHERE key_id = %s"
        " RETURNING key_id",
        [key_id],
    )
    if not found:
        raise NotFound("There is no key with this id; caseledger keys list shows them all")


def find(ledger: Ledger, key: str) -> Credential:
    """Tell who a key speaks for; raises Unauthenticated for one that is unknown, expired or revoked."""
    prefix, _, rest = key.partition("_")
    key_id, _, secret = rest.partition("_")
    if prefix != PREFIX or not secret or len(key) > LONGEST or not key_id.isalnum() or not key.isascii():
        raise Unauthenticated
    rows = ledger.rows(
        "SELECT sha256, role, actor, scopes FROM desk.api_keys WHERE key_id = %s AND revoked_at IS NULL"
        " AND (expires_at IS NULL OR expires_at > clock_timestamp())",
        [key_id],
    )
    stored = bytes(rows[0][0]) if rows else bytes(32)
    if not hmac.compare_digest(stored, _digest(key)):
        raise Unauthenticated
    return Credential(key_id, ROLES[rows[0][1]], rows[0][2], frozenset(rows[0][3]))


def is_valid(ledger: Ledger, key_id: str) -> bool:
    """Tell whether a key that was found before still opens anything."""
    query = (
        "SELECT 1 FROM desk.api_keys WHERE key_id = %s AND revoked_at IS NULL"
        " AND (expires_at IS NULL OR expires_at > clock_timestamp())"
    )
    return bool(ledger.rows(query, [key_id]))


def open_session(ledger: Ledger, credential: Credential) -> str:
    """Begin a console session of a key and give its token; ended sessions are swept out on the way."""
    token = token_urlsafe(32)
    ledger.rows("DELETE FROM desk.sessions WHERE expires_at < clock_timestamp() RETURNING key_id")
    ledger.rows(
        "INSERT INTO desk.sessions (sha256, key_id, expires_at)"
        " VALUES (%s, %s, clock_timestamp() + make_interval(hours => %s::int)) RETURNING key_id",
        [_digest(token), credential.key_id, SESSION_HOURS],
    )
    return token


def session(ledger: Ledger, token: str) -> Credential:
    """Tell who a session's token speaks for; raises Unauthenticated."""
    rows = ledger.rows(
        "SELECT k.key_id, k.role, k.actor, k.scopes FROM desk.sessions AS s JOIN desk.api_keys AS k USING (key_id)"
        " WHERE s.sha256 = %s AND s.expires_at > clock_timestamp() AND k.revoked_at IS NULL"
        " AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())",
        [_digest(token)],
    )
    if not rows or len(token) > LONGEST:
        raise Unauthenticated
    key_id, role, actor, scopes = rows[0]
    return Credential(key_id, ROLES[role], actor, frozenset(scopes))


def end_session(ledger: Ledger, token: str) -> None:
    """End a session."""
    ledger.rows("DELETE FROM desk.sessions WHERE sha256 = %s RETURNING key_id", [_digest(token)])


def _digest(text: str) -> bytes:
    return sha256(text.encode(errors="replace")).digest()
