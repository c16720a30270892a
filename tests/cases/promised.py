"""One promise as its test tells it: what starts it, when it is due, what keeps it and what does not."""

from __future__ import annotations

from dataclasses import dataclass, field

from cases.codes import Role
from cases.fact import Fact
from cases.promises.clock import Verdict
from cases.regulation.rules import Rules
from tests.cases.clock_stories import Story, wall
from tests.cases.scenario import lamp_rules


def _usual() -> Rules:
    return lamp_rules(phone_pickup=60, mail_reply=4)


@dataclass(frozen=True)
class Promised:
    """One promise: its clause, the story that starts it, its due moment, what keeps it, and by whom."""

    promise: str
    clause: str
    given: tuple[tuple[str, Fact], ...]
    due: str
    kept_by: tuple[Fact, ...]
    not_kept_by: tuple[Fact, ...] = ()
    is_configured: bool = False
    by: Role = Role.AGENT
    rules: Rules = field(default_factory=_usual)

    def __str__(self) -> str:
        """Name it in the test's own name."""
        return self.promise

    @property
    def begun(self) -> Story:
        """The story up to the start."""
        begun = Story(self.rules)
        for moment, fact in self.given:
            begun = begun.at(moment, fact)
        return begun

    @property
    def name(self) -> str:
        """The clock of the first cycle."""
        return f"{self.promise}:1"

    def must_start_under(self, regulation: str) -> None:
        """Expect an open clock that names its clause, its regulation and its due moment."""
        clock = self.begun.clock(self.name)
        assert (clock.promise.clause, clock.verdict) == (self.clause, Verdict.OPEN)
        assert clock.due_at == wall(self.due)
        assert clock.pinned.regulation == regulation

    def must_be_kept_in_time(self) -> None:
        """Expect that what keeps it does so up to the due moment, and not a second later."""
        for fact in self.kept_by:
            assert self.begun.at(self.due, fact, role=self.by).verdict(self.name) is Verdict.MET
            late = self.begun.at(f"{self.due}:01", fact, role=self.by)
            assert late.verdict(self.name) is Verdict.BREACHED

    def must_stay_open(self) -> None:
        """Expect that other facts do not keep it."""
        for fact in self.not_kept_by:
            assert self.begun.at(self.due, fact, role=self.by).verdict(self.name) is Verdict.OPEN
