"""Cases told fact by fact, with moments as the clock on the wall in Shanghai shows them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from cases import codes, events
from cases.calendars.book import CalendarBook, shipped_book
from cases.fact import Fact, Pinned
from cases.promises.clocks import Clock, Verdict, clocks
from cases.recorded import Recorded, Source
from cases.regulation.bound import Bound
from cases.regulation.model import CONFIGURED, Regulation, Settings
from cases.regulation.rules import Rules

CASE = UUID(int=7)
SHANGHAI = ZoneInfo("Asia/Shanghai")
HUMMING = events.Received(
    case_no="AS-00000001", channel=codes.Channel.PHONE, product_model="the kettle lamp that hums"
)
REPLY = events.Responded(step=codes.Step.REPLY)
WAITING = events.Paused(reason=codes.PauseReason.WAITING_FOR_CUSTOMER)
RESUMED = events.Resumed()
REOPENED = events.Reopened(reason="it hums again")

PROMISE = """
clause = "S0 三/2"
label = { zh = "咨询 24 小时内回复", en = "Consultation answered within 24 hours" }
"""


Values = Mapping[str, Mapping[str, object]]
"""A firm's values by placeholder: value and unit."""


def promise(name: str, start: str, stop: str, within: str, *more: str) -> str:
    """Write a promise as in a pack; start and stop are the insides of a TOML table."""
    lines = (
        f'id = "{name}"',
        f"start = {{ {start} }}",
        f"stop = {{ {stop} }}",
        f"within = {{ {within} }}",
        *more,
    )
    return "\n".join(("[[promise]]", *lines, ""))


def wall(moment: str) -> datetime:
    """Read "2026-03-02 09:00" off the wall in Shanghai."""
    return datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI).astimezone(UTC)


def classified(kind: str, **more: object) -> events.Classified:
    return events.Classified.model_validate({"kind": kind, **more})


def closed(outcome: str = "solved") -> events.Closed:
    return events.Closed(outcome=codes.Outcome[outcome.upper()])


def excluded(item: str) -> events.Approved:
    return events.Approved(subject=codes.Subject.EXCLUSION, item=item, reason="the flood of the warehouse")


def bound(promises: str, values: Values | None = None, book: CalendarBook | None = None) -> Bound:
    """Bind a regulation that has just these promises, written as in a pack without clause and label."""
    told = tomllib.loads(promises.replace("[[promise]]", f"[[promise]]{PROMISE}"))
    calendars = book or shipped_book()
    regulation = Regulation.model_validate(
        {
            "id": "lamp-story", "version": "2026.1", "label": {"zh": "灯", "en": "Lamp"},
            "effective_from": "2020-01-01", **told,
        }
    )  # fmt: skip
    told_values = {name: {**value, "source": CONFIGURED} for name, value in (values or {}).items()}
    settings = Settings.model_validate({"regulation": "lamp-story", "version": "demo", "values": told_values})
    pinned = Pinned(regulation="lamp-story", version="2026.1", settings="demo", calendar=calendars.version)
    return Bound(pinned=pinned, regulation=regulation, settings=settings, calendars=calendars)


@dataclass(frozen=True)
class Story:
    """A case and the rules that bind it; every `at` gives a longer story."""

    rules: Rules
    facts: tuple[Recorded, ...] = field(default=())

    def at(
        self, moment: str, fact: Fact, *, recorded: str | None = None, role: codes.Role = codes.Role.AGENT
    ) -> Story:
        """Add a fact; one recorded later than it happened is back-dated."""
        known = Recorded(
            originator_id=CASE, originator_version=len(self.facts) + 1, fact=fact, occurred_at=wall(moment),
            recorded_at=wall(recorded or moment), actor="staff-li", role=role, source=Source(system="api"),
            correlation_id=CASE, position=len(self.facts) + 1, is_backdated=recorded is not None,
        )  # fmt: skip
        return replace(self, facts=(*self.facts, known))

    def corrected(self, moment: str, version: int, **correction: object) -> Story:
        """Correct an earlier fact by its version."""
        told = {"corrects": version, "reason": "typing_error", **correction}
        return self.at(moment, events.Corrected.model_validate(told))

    def clocks(self) -> dict[str, Clock]:
        """Give the clocks by promise, cycle and number, for example `reply:1`."""
        return {clock.clock_id.split(":", 2)[2]: clock for clock in clocks(self.facts, self.rules)}

    def clock(self, name: str = "reply:1") -> Clock:
        return self.clocks()[name]

    def verdict(self, name: str = "reply:1") -> Verdict:
        return self.clock(name).verdict


def story(promises: str, values: Values | None = None, book: CalendarBook | None = None) -> Story:
    """Begin a case that is bound by these promises."""
    return Story(Rules(bound=(bound(promises, values, book),)))
