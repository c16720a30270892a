"""Whose details are due to be verified in a period (S1 三/3): customers with an open or recent case, by pseudonym."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from cases.codes import Checked
from cases.events import Closed, Received, Reopened, Verified
from cases.history import effective
from cases.recorded import Recorded
from projections import reading
from projections.questions.digest import Scope
from projections.schema import Db

CANDIDATES: LiteralString = """
SELECT case_id FROM bi.fct_cases
WHERE opened_at < %s AND (closed_at IS NULL OR closed_at >= %s) AND NOT is_parked
    AND EXISTS (SELECT FROM unnest(string_to_array(regulations, ',')) AS one WHERE split_part(one, '@', 1) = %s)
"""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer by the pseudonym of the vault, the cases that bring them up, and when they were verified last."""

    customer: UUID
    cases: tuple[str, ...]
    verified_at: datetime | None

    @property
    def is_due(self) -> bool:
        """Tell whether nothing was verified in the period."""
        return self.verified_at is None


def customers(
    connection: Db, scope: Scope, checked: Checked, upto: int = reading.LAST_POSITION
) -> tuple[Customer, ...]:
    """Find in the tables whose cases are meant, and read those from the log up to a position.

    Where the tables have to stand at that position, name them in the snapshot that it was read in.
    """
    found = connection.execute(CANDIDATES, [scope.ends, scope.begins, scope.regulation]).fetchall()
    histories = reading.histories(connection, [row[0] for row in found], upto)
    return customers_of(map(reading.decoded, histories), scope, checked)


def counted(found: Sequence[Customer]) -> dict[str, int]:
    """Count the customers of a period, and those who were verified."""
    return {"customers": len(found), "verified": sum(not one.is_due for one in found)}


def customers_of(
    histories: Iterable[Sequence[Recorded]], scope: Scope, checked: Checked
) -> tuple[Customer, ...]:
    """Find the customers of a period with an open or recent case, and when each was verified in it."""
    cases: defaultdict[UUID, list[str]] = defaultdict(list)
    verified: defaultdict[UUID, list[datetime]] = defaultdict(list)
    for history in histories:
        facts = effective(history)
        received = next((known for known in facts if isinstance(known.fact, Received)), None)
        if (
            received is None
            or not isinstance(received.fact, Received)
            or not _is_meant(facts, received, scope)
        ):
            continue
        if (phone := received.fact.customer_phone) is not None:
            cases[phone.subject_id].append(received.fact.case_no)
            verified[phone.subject_id] += _checks(facts, scope, checked)
    return tuple(
        Customer(one, tuple(sorted(cases[one])), max(verified[one], default=None)) for one in sorted(cases)
    )


def _is_meant(facts: Sequence[Recorded], received: Recorded, scope: Scope) -> bool:
    """Tell whether a case of the regulation was open in the period, for however short a time."""
    ends = [known for known in facts if isinstance(known.fact, Closed | Reopened)]
    closed_at = ends[-1].occurred_at if ends and isinstance(ends[-1].fact, Closed) else None
    bound = received.fact.judged_under if isinstance(received.fact, Received) else ()
    return (
        scope.regulation in {pin.regulation for pin in bound}
        and received.occurred_at < scope.ends
        and (closed_at is None or closed_at >= scope.begins)
    )


def _checks(facts: Sequence[Recorded], scope: Scope, checked: Checked) -> Iterator[datetime]:
    for known in facts:
        if (
            isinstance(known.fact, Verified)
            and known.fact.checked is checked
            and scope.holds(known.occurred_at)
        ):
            yield known.occurred_at
