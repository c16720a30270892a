"""Cases whose rows cannot be computed: set aside with their reason, so that every other case goes on."""

from __future__ import annotations

from dataclasses import dataclass
from traceback import walk_tb
from typing import Final
from uuid import UUID

from psycopg import Error
from psycopg.sql import SQL
from pydantic import ValidationError

from cases.errors import CaseledgerError
from cases.regulation.rules import Reference
from projections.casefile import CaseFacts
from projections.reading import History, decoded
from projections.registry import Rows, packed_rows, rows
from projections.schema import BI, Db
from projections.tables.meta_tables import PARKED, ParkedRow

OUR_CODE: Final = ("cases.", "projections.")


@dataclass(frozen=True, slots=True)
class Computed:
    """A case with its rows, or the reason why it has none."""

    history: History
    rows: Rows | None
    reason: str | None = None

    def parked(self, reason: str | None = None) -> ParkedRow:
        """Give the row that sets it aside, at the newest fact it could not pass."""
        last = self.history[-1]
        return ParkedRow(last.case_id, last.position, last.recorded_at, reason or self.reason or "unknown")


def compute(history: History, reference: Reference, *, is_packed: bool = False) -> Computed:
    """Give the rows of one case, or packed for COPY; whatever its facts raise becomes the reason, without any value."""
    rows_of = packed_rows if is_packed else rows
    try:
        return Computed(history, rows_of(CaseFacts(history[0].case_id, decoded(history)), reference))
    except Exception as error:  # noqa: BLE001 - whatever one case raises must not stop the others
        return Computed(history, None, reason_of(error))


def reason_of(error: Exception) -> str:
    """Name a failure by its kind: for a malformed fact with its fields, for a flaw of the program with the place."""
    if isinstance(error, ValidationError):
        fields = sorted({".".join(map(str, each["loc"])) for each in error.errors(include_input=False)})
        return f"ValidationError: {', '.join(fields)}"[:300]
    kind = type(error).__name__
    return kind if isinstance(error, CaseledgerError | Error) else f"{kind} in {_place(error)}"


def _place(error: Exception) -> str:
    """Give the innermost line of ours that it came through."""
    passed = ((frame.f_globals.get("__name__", ""), line) for frame, line in walk_tb(error.__traceback__))
    *_, (module, line) = [(module, line) for module, line in passed if module.startswith(OUR_CODE)]
    return f"{module}, line {line}"


def parked_ids(connection: Db, schema: str = BI) -> list[UUID]:
    """List the cases that are set aside, the lowest position first."""
    query = SQL("SELECT case_id FROM {} ORDER BY position, case_id").format(PARKED.at(schema))
    return [case_id for (case_id,) in connection.execute(query)]
