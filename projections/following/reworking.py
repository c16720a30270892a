"""Working cases out again beside whoever follows the log: what was parked, or what one table has otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cases.regulation.rules import Reference
from projections import reading
from projections.following.leader import alive
from projections.following.writing import PositionMoved, Writer
from projections.parking import compute, parked_ids
from projections.published import read_reference
from projections.registry import FACTS
from projections.schema import BI, Db
from projections.tables.meta_tables import ParkedRow
from projections.tables.table import Table

AT_ONCE: Final = 200
"""Cases worked out and written together; whoever follows the log waits only while they are written."""


@dataclass
class Reworked:
    """What came of it: cases and facts worked out, and the cases that are parked now."""

    cases: int = 0
    facts: int = 0
    parked: list[ParkedRow] = field(default_factory=list)

    @property
    def released(self) -> int:
        """How many of the cases have their rows."""
        return self.cases - len(self.parked)


class Reworker:
    """Works out known cases over one connection, in all fact tables or in some; may be killed at any instant."""

    def __init__(self, connection: Db, tables: Sequence[Table] = FACTS) -> None:
        """Write into live tables."""
        self._connection = connection
        self._writer = Writer(connection, BI, tables)
        self._reference: Reference | None = None

    @property
    def changed(self) -> Counter[str]:
        """How many keys of each table had other rows, or none."""
        return self._writer.changed

    def again(self, ids: Iterable[UUID]) -> Reworked:
        """Bring the rows of these cases to the position of the tables, and park those that still fail."""
        done, waiting = Reworked(), list(dict.fromkeys(ids))
        while waiting:
            waiting = self._some(waiting[:AT_ONCE], done) + waiting[AT_ONCE:]
        return done

    def released(self) -> Reworked:
        """Work every parked case out again."""
        return self.again(parked_ids(self._connection))

    def _some(self, ids: list[UUID], done: Reworked) -> list[UUID]:
        """Work some cases out; gives those that got facts meanwhile, or all after a swap, for another try."""
        position = self._writer.position()
        reference = self._reference or read_reference(self._connection, position)
        histories = reading.histories(self._connection, ids, position)
        with alive(self._connection):
            computed = [compute(history, reference) for history in histories]
        try:
            with self._connection.transaction():
                moved = reading.touched(self._connection, position, self._writer.stand())
                if any(touch.is_reference for touch in moved):
                    self._reference = None
                    return ids
                again = {touch.case_id for touch in moved}
                sound = [case for case in computed if case.history[0].case_id not in again]
                done.parked += self._writer.write(sound)
        except PositionMoved:
            return ids
        self._reference = reference
        done.cases += len(sound)
        done.facts += sum(len(case.history) for case in sound)
        return [case_id for case_id in ids if case_id in again]
