"""The webhooks of an installation: where notices go, how far each is, and what was put aside."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_bytes, token_hex
from typing import Final

from cases.errors import Conflict, NotFound
from cases.keys import Keys
from cases.store.ledger import Ledger

MOST: Final = 20
"""Webhooks of one installation."""
SECRET_BYTES: Final = 32


class NameTaken(Conflict):
    """There is a webhook of this name."""

    title = "There is a webhook of this name already"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address with how far it is; `position` is that of the last notice it has, or that was put aside."""

    webhook_id: str
    name: str
    url: str
    facts: tuple[str, ...]
    position: int
    tries: int
    next_at: datetime
    failing_since: datetime | None
    failure: str | None
    disabled_at: datetime | None
    created_by: str
    created_at: datetime
    dead_letters: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A notice that was put aside: why, after how many tries; `is_asked` where it is to be sent once more."""

    position: int
    failure: str
    tries: int
    died_at: datetime
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Errand:
    """What the courier needs to know of a webhook."""

    webhook_id: str
    url: str
    facts: tuple[str, ...]
    position: int
    tries: int
    secret: bytes = field(repr=False)
    is_spent: bool
    """Whether it has failed for so long that it is given up with the next failure."""


class Book:
    """Reads and writes the two tables; secrets are wrapped by the key file, as the vault's keys are."""

    def __init__(self, ledger: Ledger, keys: Keys) -> None:
        """Use the tables beside a log."""
        self._ledger, self._keys = ledger, keys

    # For people

    def add(self, name: str, url: str, facts: tuple[str, ...], position: int, by: str) -> tuple[str, str]:
        """Put a webhook down; gives its id and its secret, the only time that it is seen. Raises Conflict."""
        webhook_id, secret = f"wh_{token_hex(6)}", token_bytes(SECRET_BYTES)
        wrapped_under, wrapped = self._keys.wrap(webhook_id, secret)
        made = self._ledger.rows(
            "INSERT INTO desk.webhooks (webhook_id, name, url, facts, position, created_by,"
            " key_encryption_key_id, wrapped_secret) SELECT %s, %s, %s, %s, %s, %s, %s, %s"
            " WHERE (SELECT count(*) FROM desk.webhooks) < %s ON CONFLICT (name) DO NOTHING RETURNING webhook_id",
            [webhook_id, name, url, list(facts), position, by, wrapped_under, wrapped, MOST],
        )
        if not made:
            known = self._ledger.rows("SELECT 1 FROM desk.webhooks WHERE name = %s", [name])
            raise NameTaken if known else Conflict(f"There are {MOST} webhooks; remove one first")
        return webhook_id, f"whsec_{b64encode(secret).decode()}"

    def listed(self, named: str | None = None) -> list[Webhook]:
        """List the webhooks, oldest first, or the one of an id or a name; never a secret."""
        rows = self._ledger.rows(
            "SELECT webhook_id, name, url, facts, position, tries, next_at, failing_since, failure, disabled_at,"
            " created_by, created_at, (SELECT count(*) FROM desk.dead_letters AS d WHERE d.webhook_id = w.webhook_id)"
            " FROM desk.webhooks AS w WHERE %s::text IS NULL OR %s IN (webhook_id, name)"
            " ORDER BY created_at, webhook_id",
            [named, named],
        )
        return [Webhook(row[0], row[1], row[2], tuple(row[3]), *row[4:]) for row in rows]

    def one(self, named: str) -> Webhook:
        """Give one webhook by its id or its name; raises NotFound."""
        for found in self.listed(named):
            return found
        raise NotFound("There is no such webhook")

    def remove(self, named: str) -> None:
        """Take a webhook and what was put aside for it away; raises NotFound."""
        query = "DELETE FROM desk.webhooks WHERE webhook_id = %s RETURNING webhook_id"
        self._ledger.rows(query, [self.one(named).webhook_id])

    def enable(self, named: str) -> None:
        """Send to a webhook again, from where it stopped and at once; raises NotFound."""
        self._ledger.rows(
            "UPDATE desk.webhooks SET disabled_at = NULL, failing_since = NULL, failure = NULL, tries = 0,"
            " next_at = clock_timestamp() WHERE webhook_id = %s RETURNING webhook_id",
            [self.one(named).webhook_id],
        )

    def dead(self, webhook_id: str, limit: int = 200, *, asked_only: bool = False) -> list[DeadLetter]:
        """List what was put aside for a webhook, in the order of the log."""
        rows = self._ledger.rows(
            "SELECT position, failure, tries, died_at, is_asked FROM desk.dead_letters"
            " WHERE webhook_id = %s AND (is_asked OR NOT %s) ORDER BY position LIMIT %s",
            [webhook_id, asked_only, limit],
        )
        return [DeadLetter(*row) for row in rows]

    def ask_again(self, named: str, positions: list[int] | None) -> int:
        """Ask that what was put aside be sent once more, all of it or some; tells how much that is."""
        webhook_id = self.one(named).webhook_id
        return len(
            self._ledger.rows(
                "UPDATE desk.dead_letters SET is_asked = true WHERE webhook_id = %s"
                " AND (%s::bigint[] IS NULL OR position = ANY(%s::bigint[])) RETURNING position",
                [webhook_id, positions, positions],
            )
        )

    # For the courier

    def due(self, settled: int) -> list[str]:
        """Name the webhooks for which there is something to do now."""
        rows = self._ledger.rows(
            "SELECT webhook_id FROM desk.webhooks AS w WHERE disabled_at IS NULL AND next_at <= clock_timestamp()"
            " AND (position < %s OR EXISTS (SELECT FROM desk.dead_letters AS d WHERE d.webhook_id = w.webhook_id"
            " AND d.is_asked))",
            [settled],
        )
        return [row[0] for row in rows]

    def errand(self, webhook_id: str, days: float) -> Errand | None:
        """Give what is needed to send to a webhook; None where it is gone or disabled.

        Writes its row as it is: where that fails, as on a full disk, nothing is sent that could not be noted.
        """
        rows = self._ledger.rows(
            "UPDATE desk.webhooks SET position = position WHERE webhook_id = %s AND disabled_at IS NULL"
            " RETURNING url, facts, position, tries, key_encryption_key_id, wrapped_secret,"
            " coalesce(failing_since < clock_timestamp() - %s * interval '1 day', false)",
            [webhook_id, days],
        )
        for url, facts, position, tries, wrapped_under, wrapped, is_spent in rows:
            secret = self._keys.unwrap(webhook_id, wrapped_under, bytes(wrapped))
            return Errand(webhook_id, url, tuple(facts), position, tries, secret, is_spent)
        return None

    def reached(self, errand: Errand, before: int, position: int, *, is_delivered: bool) -> bool:
        """Move a webhook on; tells whether it stood where it was thought to stand.

        What it was given ends its failing; what only does not concern it does not.
        """
        moved = self._ledger.rows(
            "UPDATE desk.webhooks SET position = %s, tries = 0,"
            " failing_since = CASE WHEN %s THEN NULL ELSE failing_since END,"
            " failure = CASE WHEN %s THEN NULL ELSE failure END"
            " WHERE webhook_id = %s AND position = %s AND disabled_at IS NULL RETURNING webhook_id",
            [position, is_delivered, is_delivered, errand.webhook_id, before],
        )
        return bool(moved)

    def put_off(self, webhook_id: str, failure: str, seconds: float) -> None:
        """Write a try in vain down, and when the next one is due."""
        self._ledger.rows(
            "UPDATE desk.webhooks SET tries = tries + 1, failure = %s,"
            " failing_since = coalesce(failing_since, clock_timestamp()),"
            " next_at = clock_timestamp() + %s * interval '1 second' WHERE webhook_id = %s RETURNING webhook_id",
            [failure, seconds, webhook_id],
        )

    def disable(self, webhook_id: str, failure: str) -> None:
        """Send nothing more until somebody enables it again."""
        self._ledger.rows(
            "UPDATE desk.webhooks SET disabled_at = clock_timestamp(), failure = %s WHERE webhook_id = %s"
            " RETURNING webhook_id",
            [failure, webhook_id],
        )

    def put_aside(self, webhook_id: str, position: int, failure: str, tries: int) -> None:
        """Keep a notice that was not taken, with the reason; once more where it was asked for again in vain."""
        self._ledger.rows(
            "INSERT INTO desk.dead_letters AS d (webhook_id, position, failure, tries)"
            " SELECT webhook_id, %s, %s, %s FROM desk.webhooks WHERE webhook_id = %s"
            " ON CONFLICT (webhook_id, position) DO UPDATE SET failure = excluded.failure, is_asked = false,"
            " tries = d.tries + excluded.tries RETURNING d.position",
            [position, failure, tries, webhook_id],
        )

    def settle(self, webhook_id: str, position: int) -> None:
        """Forget a notice that was put aside and is delivered now."""
        self._ledger.rows(
            "DELETE FROM desk.dead_letters WHERE webhook_id = %s AND position = %s RETURNING position",
            [webhook_id, position],
        )
