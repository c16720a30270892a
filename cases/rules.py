"""The rules that bind one case: its regulations with their settings and calendars, as `decide` gets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.calendars import Calendars
from cases.case import Case
from cases.fact import Fact, Pinned
from cases.regulation import Regulation, Settings


@dataclass(frozen=True, slots=True)
class Bound:
    """One regulation in one version with the settings and the calendars it is read with."""

    pinned: Pinned
    regulation: Regulation
    settings: Settings | None
    calendars: Calendars


@dataclass(frozen=True, slots=True)
class Rules:
    """Every regulation that binds a case (X22: two may bind one)."""

    bound: tuple[Bound, ...] = ()

    def must_allow(self, fact: Fact, case: Case, at: datetime) -> None:
        """Raise Refused, citing the clause, where a constraint in mode `refuse` forbids the fact now."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Reference:
    """All published reference documents, read from the log; the only source of rules and calendars."""

    regulations: Mapping[tuple[str, str], Regulation]
    settings: Mapping[tuple[str, str], Settings]
    calendars: Mapping[tuple[str, str], Calendars]

    def rules_for(self, pinned: tuple[Pinned, ...]) -> Rules:
        """Bind what a case was pinned to."""
        raise NotImplementedError

    def in_force(self, *, product_line: str, channel: str, at: datetime) -> tuple[Pinned, ...]:
        """Choose the versions that bind a case received at an instant."""
        raise NotImplementedError
