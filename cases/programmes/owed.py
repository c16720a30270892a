"""Which periods of which programmes are owed by an instant: a pure function of the published documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cases.errors import NotFound, Refused
from cases.period import LENGTHS, Period
from cases.regulation.model import Programme, Regulation, Settings, SettingValue
from cases.regulation.rules import Reference

RUNS: range = range(1, 100)
"""How many months the period of a setting may have: as many as a period can be written with."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A programme of a regulation with the version and the settings it is held under."""

    text: Regulation
    settings: Settings | None
    programme: Programme

    @property
    def regulation(self) -> str:
        """Name the regulation."""
        return self.text.id

    @property
    def decided_under(self) -> str:
        """Name the regulation and its version, for example `lamp-sales@2026.1`."""
        return f"{self.text.id}@{self.text.version}"

    def setting(self, placeholder: str | None) -> SettingValue | None:
        """Give the firm's value for a placeholder; None where it is not set."""
        return self.settings.values.get(placeholder) if self.settings and placeholder else None

    @property
    def months(self) -> int | None:
        """Give how many months its period has, 0 for a week; None where the firm has not set it."""
        if self.programme.period != "setting":
            return LENGTHS[self.programme.period]
        value = self.setting(self.programme.setting)
        if value is None or value.unit != "months" or value.value not in RUNS:
            return None
        return int(value.value)

    @property
    def is_drawn(self) -> bool:
        """Tell whether it looks at a sample."""
        return self.programme.rate is not None or self.programme.share is not None

    @property
    def rate(self) -> str | None:
        """Give which part is drawn, as a decimal or p/q; None where the firm has not set it."""
        if self.programme.share is None:
            return self.programme.rate
        value = self.setting(self.programme.share)
        return f"{value.value}/100" if value is not None and value.unit == "percent" else None

    @property
    def drawn_as(self) -> str:
        """Name the stream of its draws; the audit sample has had the name of the programme alone from the start."""
        own = self.programme.id
        return own if self.programme.kind == "audit" else f"{self.regulation}.{own}"

    def of(self, written: str) -> Period:
        """Read one of its periods; raises Malformed for what is none, Refused for one of another length."""
        period = Period.parse(written)
        if self.months is None:
            raise Refused(
                "How often this programme is held has not been set",
                rule="not-configured",
                clause=self.programme.clause,
                setting=self.programme.setting,
            )
        if period.months != self.months:
            wanted = Period.holding(period.first, self.months)
            raise Refused(f"Its periods are written like {wanted}", rule="period-length")
        return period


def duties(reference: Reference, regulation: str | None = None) -> tuple[Duty, ...]:
    """Give every programme of the newest version of every regulation (or of one), in the order of their texts."""
    names = sorted({name for name, _ in reference.regulations if regulation in {None, name}})
    found = []
    for name in names:
        pinned = reference.newest(name)
        text = reference.regulations[name, pinned.version]
        settings = reference.settings[name, pinned.settings] if pinned.settings else None
        found += [Duty(text, settings, programme) for programme in text.programme]
    return tuple(found)


def duty_of(reference: Reference, regulation: str, programme: str) -> Duty:
    """Find a programme; raises NotFound."""
    for duty in duties(reference, regulation):
        if duty.programme.id == programme:
            return duty
    raise NotFound(f"No programme {programme} in a published {regulation}", programme=programme)


def begun(reference: Reference, duty: Duty) -> date | None:
    """Give the day from which a programme is owed: when a version that has it was first published here.

    None where nothing was recorded; a version that comes into force later is owed from that day.
    """
    days = [
        max(found.effective_from, reference.regulations_since[key].astimezone(reference.zone).date())
        for key, found in reference.regulations.items()
        if found.id == duty.regulation
        and key in reference.regulations_since
        and any(one.id == duty.programme.id for one in found.programme)
    ]
    return min(days, default=None)


def owed(
    reference: Reference, by: datetime, *, regulation: str | None = None, since: date | None = None
) -> Iterator[tuple[Duty, Period]]:
    """Give every period that is over by an instant, by programme and the oldest first.

    The first is the one that holds the day on which the programme began here, or `since`. A programme without a set
    period owes none; one whose regulation has ended owes nothing that ends later.
    """
    for duty in duties(reference, regulation):
        first, months, last = (
            since or begun(reference, duty),
            duty.months,
            duty.text.effective_until,
        )
        if first is None or months is None:
            continue
        period = Period.holding(first, months)
        while period.ends(reference.zone) <= by and not (last and period.after - timedelta(days=1) > last):
            yield duty, period
            period = period.following
