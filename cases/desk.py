"""The only door in: load, decide, record; the one order of a command's way. What time it is, the log says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Final, LiteralString
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from cases.caller import Caller
from cases.case import Case
from cases.clearing import clear_values, with_refs
from cases.command import Command
from cases.commands import Receive
from cases.commands.joining import joined, said_by_the_other
from cases.deciding import decide
from cases.errors import (
    CaseIsBusy,
    Conflict,
    KeyInFlight,
    KeyReused,
    Malformed,
    NotFound,
    Refused,
    Unavailable,
    VersionMismatch,
)
from cases.fact import Fact
from cases.permissions import must_relate
from cases.recorded import Recorded
from cases.reference import REFERENCE_ID, Published, Shelf, publish
from cases.regulation.rules import BEIJING, Reference, Rules
from cases.request import Receipt, Request, Row, case_number
from cases.store.ledger import NOW, BesideTaken, Ledger
from cases.store.outcomes import CommitUnknown
from cases.taking import take
from cases.vault import Vault

__all__ = ["Caller", "Desk", "Receipt"]

PATIENCE = 3.0
"""Seconds after which a command is answered one way or the other."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a request comes to: the facts, the case number, and the vault rows that go with them."""

    case: Case
    case_no: str
    recorded: tuple[Recorded, ...]
    beside: tuple[Row, ...]
    by_the_other: tuple[Recorded, ...] = ()
    """What another case says of this one."""


KNOWN: Final[LiteralString] = (
    f"SELECT {NOW}, r.version, k.fingerprint, k.case_id, k.positions, k.answer"  # noqa: S608 - a literal of the ledger's
    " FROM (SELECT max(originator_version) FROM log.case_events WHERE originator_id = %s) AS r (version)"
    " LEFT JOIN desk.idempotency_keys AS k ON k.principal = %s AND k.key = %s"
)
"""What every request asks first, in one round trip: the time, the newest reference document, the first answer."""


def wall_clock() -> datetime:
    """Read the clock of this machine, in UTC; nothing that is recorded goes by it."""
    return datetime.now(UTC)


class Desk:
    """Takes commands; safe to share between threads."""

    def __init__(
        self,
        ledger: Ledger,
        vault: Vault,
        clock: Callable[[], datetime] | None = None,
        zone: ZoneInfo = BEIJING,
    ) -> None:
        """Stand on an open ledger and its vault; `zone` is where days are counted, `clock` None the database's own."""
        self._ledger = ledger
        self._vault = vault
        self._clock = clock
        self.shelf = Shelf(ledger, zone)

    def receive(
        self,
        command: Receive,
        caller: Caller,
        *,
        key: str,
        correlation_id: UUID | None = None,
        causation_id: UUID | None = None,
    ) -> Receipt:
        """Take a new case in under a number of its own; raises as `act` does."""
        return self._settle(
            Request.of(
                command,
                caller,
                self._vault.keys,
                key=key,
                until=monotonic() + PATIENCE,
                correlation_id=correlation_id,
                causation_id=causation_id,
            )
        )

    def act(
        self,
        case_id: UUID,
        command: Command,
        caller: Caller,
        *,
        key: str,
        expected_version: int | None = None,
        correlation_id: UUID | None = None,
        causation_id: UUID | None = None,
    ) -> Receipt:
        """Record what a command comes to, once for each key of this principal.

        Raises Refused, NotAllowed, Malformed, NotFound, VersionMismatch (If-Match), CaseIsBusy, KeyReused,
        KeyInFlight, Unavailable; nothing was stored then, except where a lost connection leaves it unknown: the same
        key asked again tells.
        """
        if isinstance(command, Receive):
            raise Malformed("Receive opens a case of its own; send it without a case")
        return self._settle(
            Request.of(
                command,
                caller,
                self._vault.keys,
                key=key,
                until=monotonic() + PATIENCE,
                case_id=case_id,
                expected_version=expected_version,
                correlation_id=correlation_id,
                causation_id=causation_id,
            )
        )

    def publish(self, documents: Sequence[Published], caller: Caller) -> tuple[Fact, ...]:
        """Publish the reference documents that are new; raises Refused for a changed one without a new version."""
        now = self._clock() if self._clock else self._ledger.now()
        return publish(self._ledger, documents, caller, now)

    def rules_of(self, case: Case) -> Rules:
        """Give what binds a case, by the documents that were published when this desk was last asked for something."""
        return self._reference.rules_for(case.received.judged_under) if case.received else Rules()

    def take_history(self, histories: Sequence[Sequence[Recorded]], beside: Sequence[Row] = ()) -> int:
        """Store whole histories as they are, in one transaction; gives how many facts.

        What is in the log already is left out by the importer.
        """
        return take(self._ledger, histories, beside)

    # The one order

    def _settle(self, request: Request) -> Receipt:
        """Answer from the key, or try; a lost race is decided anew once, a lost reply is looked up first."""
        answered, now = self._known(request)
        if answered is not None:
            return answered
        if isinstance(request.command, Receive):
            number = self._ledger.rows("SELECT nextval('desk.case_numbers')")[0][0]
            request = replace(request, case_no=case_number(number))
        races = 0
        while True:
            try:
                return self._attempt(request, now)
            except BesideTaken as taken:
                failure: Exception = taken
            except CaseIsBusy as busy:
                failure, races = busy, races + 1
            except Unavailable as away:
                if away.details.get("waited_for") != "idempotency_keys":
                    raise  # nothing was stored, and another look would only take longer
                failure = away
            except (Refused, Conflict, NotFound, Malformed, CommitUnknown) as other:
                failure = other
            answered, now = self._known(request)
            if answered is not None:
                return answered
            self._may_try_again(request, failure, races)

    def _may_try_again(self, request: Request, failure: Exception, races: int) -> None:
        """Raise what the caller is to be told, or return when another attempt is due."""
        is_late = monotonic() > request.until
        match failure:
            case BesideTaken(details={"table": "idempotency_keys"}) if is_late:
                raise KeyInFlight(retry_after=1) from failure
            case BesideTaken() if not is_late:
                return
            case CommitUnknown() if not is_late:
                return
            case CommitUnknown() | BesideTaken():
                raise Unavailable(retry_after=1) from failure
            case Unavailable():
                raise KeyInFlight(retry_after=1) from failure
            case CaseIsBusy():
                is_split = isinstance(request.command, Receive)
                if (races == 1 or is_split) and not is_late and request.expected_version is None:
                    return
                self._lost_race(request, failure)
            case _:
                raise failure

    def _lost_race(self, request: Request, failure: Exception) -> None:
        version = len(self._ledger.load(request.case_id))
        if request.expected_version is not None:
            raise VersionMismatch(version=version) from failure
        raise CaseIsBusy(version=version, retry_after=1) from failure

    def _attempt(self, request: Request, now: datetime) -> Receipt:
        decided = self._decide(request, now)
        last = decided.recorded[-1] if decided.recorded else None
        version = last.originator_version if last else decided.case.version
        standing = decided.case.stored[-1].position if decided.case.stored else 0
        facts = tuple(recorded.fact.name() for recorded in decided.recorded)
        receipt = Receipt(request.case_id, decided.case_no, version, standing, facts)
        appended = self._ledger.append(
            (*decided.recorded, *decided.by_the_other),
            beside=(request.key_row(receipt), *decided.beside),
            after=[request.positions_row()] if last else [],
        )
        return replace(receipt, position=appended[-1].position) if appended else receipt

    def _decide(self, request: Request, now: datetime) -> Decided:
        if isinstance(request.command, Receive):
            return self._decide_intake(request, request.command, now)
        case = self._ledger.case(request.case_id)
        if request.expected_version not in {None, case.version}:
            raise VersionMismatch(version=case.version)
        if case.received is None:
            raise NotFound("There is no such case", case_id=str(request.case_id))
        must_relate(request.caller, request.command, case)
        owner = case.received.subject_id or uuid5(request.case_id, "subject")
        command, other = joined(request.command, self._ledger.case)
        command, beside = self._cleared(command, owner)
        recorded = decide(request, command, case, self.rules_of(case), now)
        case_no = case.received.case_no
        told = said_by_the_other(recorded, case_no, other)
        return Decided(case, case_no, recorded, beside if recorded else (), told)

    def _decide_intake(self, request: Request, command: Receive, now: datetime) -> Decided:
        case = Case(case_id=request.case_id)
        command, other = joined(command, self._ledger.case)
        line, at = command.product_line, min(command.occurred_at or now, now)
        product = self._reference.product(line, command.product_model, command.batch, at)
        numbered = command.listed(product).numbered(request.case_no)
        owner = other.received.subject_id if other and other.received else None
        cleared, beside = self._cleared(numbered, owner)
        laws = product.laws if product else ()
        pinned = self._reference.in_force(product_line=line, channel=command.channel.value, at=at, laws=laws)
        recorded = decide(request, cleared, case, self._reference.rules_for(pinned), now)
        told = said_by_the_other(recorded, request.case_no, other)
        return Decided(case, request.case_no, recorded, beside, told)

    def _cleared(self, command: Command, owner: UUID | None) -> tuple[Command, tuple[Row, ...]]:
        """Put personal values into the vault's rows and references into the command."""
        values = clear_values(command)
        if not values:
            return command, ()
        sealed = self._vault.seal(values, owner)
        return with_refs(command, sealed.refs), sealed.beside

    # What is known already

    def _known(self, request: Request) -> tuple[Receipt | None, datetime]:
        """Give the first answer to this key, if there is one, and the time; read the reference where it grew."""
        given = [REFERENCE_ID, request.caller.principal, request.key]
        told, version, fingerprint, case_id, positions, answer = self._ledger.rows(KNOWN, given)[0]
        now = self._clock() if self._clock else told.astimezone(UTC)
        self.shelf.reach(version or 0)
        if fingerprint is None:
            return None, now
        if fingerprint != request.fingerprint:
            raise KeyReused
        return Receipt.remembered(case_id, positions, answer), now

    @property
    def _reference(self) -> Reference:
        return self.shelf.reference
