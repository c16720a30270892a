"""One regulation as it binds a case: its text, the firm's values and the calendars it is read with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases.calendars.amounts import Duration
from cases.calendars.book import CalendarBook
from cases.calendars.counting import Calendar
from cases.fact import Pinned
from cases.regulation.model import Regulation, Settings, SettingValue, Within

_TIMES = frozenset({"minutes", "hours", "days", "working_days", "months"})


@dataclass(frozen=True, slots=True)
class Bound:
    """One regulation in one version with the settings and the calendars it is read with."""

    pinned: Pinned
    regulation: Regulation
    settings: Settings | None
    calendars: CalendarBook
    earlier: tuple[tuple[datetime, CalendarBook], ...] = ()
    """Until when the provisional years were told otherwise, and how, the oldest first."""

    @property
    def name(self) -> str:
        """Name the regulation and its version, for example `lamp-factory@2026.1`."""
        return f"{self.pinned.regulation}@{self.pinned.version}"

    def setting(self, placeholder: str | None) -> SettingValue | None:
        """Give the firm's value for a placeholder; None means not configured, never a default."""
        if self.settings is None or placeholder is None:
            return None
        return self.settings.values.get(placeholder)

    def duration(self, within: Within) -> Duration | None:
        """Give how long a promise may take; None for an unset placeholder or a promised instant."""
        if within.until is not None or within.is_endless:
            return None
        if within.setting is None:
            return Duration.model_validate(within.model_dump(include=set(_TIMES)))
        value = self.setting(within.setting)
        if value is None or value.unit not in _TIMES:
            return None
        return Duration.model_validate({value.unit: value.value})

    def calendar(self, within: Within) -> Calendar:
        """Give the time base of a promise; a setting may name another one. Raises KeyError for an unknown name."""
        value = self.setting(within.setting)
        return self.calendars.calendar((value.calendar if value else None) or within.calendar)
