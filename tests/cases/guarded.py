"""One constraint as its test tells it: what came before, what it stops or finds, and what would have been in order."""

from __future__ import annotations

from collections.abc import Collection
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
    cure: tuple[Fact | Told, ...] = ()
    instead: Fact | Told | None = None

    def __str__(self) -> str:
        """Name it in the test's own name."""
        return self.constraint

    def must_hold(self, rules: Rules, found: Collection[str] | None = None) -> None:
        """Expect a finding of the constraints that are only found, a refusal of all others.

        Without a word of which are only found, the constraint's own mode says so.
        """
        flagged = {one.id for bound in rules for one in bound.regulation.constraint if one.mode == "flag"}
        is_found = self.constraint in (flagged if found is None else found)
        (self.must_find if is_found else self.must_refuse)(rules)

    def must_refuse(self, rules: Rules) -> None:
        """Expect a refusal that cites the clause, and none where it is in order."""
        story = given(*self.before, rules=rules)
        story.when(self.act).then_refused(clause=self.clause, rule=self.constraint)
        story.and_(*self.cure).when(self.instead or self.act).then_allowed()

    def must_find(self, rules: Rules) -> None:
        """Expect that it is allowed and found, with its clause, and not found where it is in order."""
        story = given(*self.before, rules=rules)
        assert story.and_(self.act).then_found(self.constraint, clause=self.clause).mode == "flag"
        story.and_(*self.cure, self.instead or self.act).then_not_found(self.constraint)
