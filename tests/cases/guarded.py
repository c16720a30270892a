"""One constraint as its test tells it: what came before, what it stops or finds, and what would have been in order."""

from __future__ import annotations

from dataclasses import dataclass

from cases.fact import Fact
from cases.regulation.rules import Rules
from tests.cases.scenario import Told, given


@dataclass(frozen=True)
class Guarded:
    """One constraint: after `before`, `act` is out of order; after `cure` it is in order, or `instead` is."""

    constraint: str
    clause: str
    before: tuple[Fact, ...]
    act: Fact | Told
    cure: tuple[Fact, ...] = ()
    instead: Fact | Told | None = None

    def __str__(self) -> str:
        """Name it in the test's own name."""
        return self.constraint

    def must_hold(self, rules: Rules) -> None:
        """Expect what the constraint's own mode says: a refusal, or a finding."""
        told = {item.id: item.mode for bound in rules for item in bound.regulation.constraint}
        (self.must_refuse if told[self.constraint] == "refuse" else self.must_find)(rules)

    def must_refuse(self, rules: Rules) -> None:
        """Expect a refusal that cites the clause, and none where it is in order."""
        story = given(*self.before, rules=rules)
        story.when(self.act).then_refused(clause=self.clause, rule=self.constraint)
        story.and_(*self.cure).when(self.instead or self.act).then_allowed()

    def must_find(self, rules: Rules) -> None:
        """Expect that it is allowed and found, with its clause, and not found where it is in order."""
        story = given(*self.before, rules=rules)
        story.and_(self.act).then_found(self.constraint, clause=self.clause)
        story.and_(*self.cure, self.instead or self.act).then_not_found(self.constraint)
