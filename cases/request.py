"""One command on its way through the desk, the row that remembers it, and the answer to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, Self
from uuid import UUID, uuid4

from cases.caller import Caller
from cases.clearing import canonical
from cases.command import Command
from cases.keys import Keys

Row = tuple[LiteralString, Sequence[Any]]
"""A statement that goes into the append transaction, and its parameters."""


def case_number(drawn: int) -> str:
    """Write a number of the sequence as the customer is told it; the kind of the case is not in it."""
    return f"AS-{drawn:08d}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a command: which case, at which version, and the log position to wait for when reading.

    `facts` names what was recorded, nothing when there was nothing new; `replayed` marks the answer to a repeated key.
    """

    case_id: UUID
    case_no: str
    version: int
    position: int
    facts: tuple[str, ...] = ()
    replayed: bool = False

    @classmethod
    def remembered(cls, case_id: UUID, positions: Sequence[int], answer: dict[str, Any]) -> Self:
        """Give the first answer again, from its row."""
        return cls(
            case_id=case_id,
            case_no=answer["case_no"],
            version=answer["version"],
            position=max(positions, default=answer["position"]),
            facts=tuple(answer["facts"]),
            replayed=True,
        )


@dataclass(frozen=True, slots=True)
class Request:
    """A command on its way: from whom, under which key, for which case at which version.

    `key` and `fingerprint` are keyed hashes: neither what a caller chose as a key nor what was asked can be read back.
    """

    case_id: UUID
    command: Command
    caller: Caller
    key: str
    fingerprint: bytes
    until: float
    expected_version: int | None
    correlation_id: UUID
    causation_id: UUID | None
    case_no: str = ""

    @classmethod
    def of(
        cls,
        command: Command,
        caller: Caller,
        keys: Keys,
        *,
        key: str,
        until: float,
        case_id: UUID | None = None,
        expected_version: int | None = None,
        correlation_id: UUID | None = None,
        causation_id: UUID | None = None,
    ) -> Self:
        """Make the request of a command for a case; without one it is for a new case."""
        asked = canonical(command, str(case_id or "new"))
        return cls(
            case_id=case_id or uuid4(),
            command=command,
            caller=caller,
            key=keys.mac("idempotency", "key", caller.principal, key),
            fingerprint=bytes.fromhex(keys.mac("idempotency", "request", asked)),
            until=until,
            expected_version=expected_version,
            correlation_id=correlation_id or uuid4(),
            causation_id=causation_id,
        )

    def key_row(self, receipt: Receipt) -> Row:
        """Remember the answer; its positions are filled in behind the facts."""
        answer = {
            "case_no": receipt.case_no,
            "version": receipt.version,
            "facts": receipt.facts,
            "position": receipt.position,
        }
        statement: LiteralString = (
            "INSERT INTO desk.idempotency_keys (principal, key, fingerprint, case_id, answer)"
            " VALUES (%s, %s, %s, %s, %s::jsonb)"
        )
        params = [self.caller.principal, self.key, self.fingerprint, self.case_id, json.dumps(answer)]
        return statement, params

    def positions_row(self) -> Row:
        """Add the positions that the facts were given."""
        statement: LiteralString = (
            "UPDATE desk.idempotency_keys SET positions = log.appended() WHERE principal = %s AND key = %s"
        )
        return statement, [self.caller.principal, self.key]
