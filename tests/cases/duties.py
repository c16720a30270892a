"""What a text asks for besides clocks and guards, as its test tells it: who may what, papers, programmes, figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from cases.codes import Department, Kind, Role
from cases.fact import Fact
from cases.permissions import permits
from cases.programmes.owed import Duty
from cases.regulation.bound import Bound
from cases.regulation.forms import filled
from cases.regulation.items import Item
from cases.regulation.rules import Rules
from cases.regulation.targets import counted_promises, months_needed, threshold
from tests.cases.scenario import classified, given, received

ItemT = TypeVar("ItemT", bound=Item)
ELSEWHERE = Department.FINANCE
"""Where a case lies that no routing sends anywhere; no text of ours routes there."""


def named(items: Iterable[ItemT], name: str) -> ItemT:
    """Find an item by its id."""
    return next(item for item in items if item.id == name)


def only(rules: Rules) -> Bound:
    """Give the one regulation that binds."""
    (bound,) = rules
    return bound


def kinds_sent_to(department: str, rules: Rules) -> set[str]:
    """Name the kinds of cases that the regulation sends to a department, wherever they lie."""
    case = given(received(), rules=rules).case
    lying = {kind.value: classified(kind.value, department=ELSEWHERE) for kind in Kind}
    return {kind for kind, fact in lying.items() if rules.department(fact, case) == department}


@dataclass(frozen=True)
class Staffed:
    """An office: the role that carries it, and the commands that it may and may not ask for, in words."""

    office: str
    role: str
    may: str
    may_not: str

    def __str__(self) -> str:
        """Name it in the test's own name."""
        return self.office

    def must_hold(self, rules: Rules) -> None:
        """Expect just these commands, and that the role is let do the ones and kept from the others."""
        office = named(only(rules).regulation.office, self.office)
        may, may_not = self.may.split(), self.may_not.split()
        assert office.role == self.role
        assert (sorted(office.may), sorted(office.may_not)) == (sorted(may), sorted(may_not))
        assert [verb for verb in (*may, *may_not) if permits(Role[self.role.upper()], verb)] == may


@dataclass(frozen=True)
class Paper:
    """A form: after these facts its lines read like this, these people sign it, and it is filed under this name."""

    form: str
    facts: tuple[Fact, ...]
    lines: tuple[tuple[str, object], ...]
    signed: tuple[str, ...] = ()
    paper: str | None = None
    kinds: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Name it in the test's own name."""
        return self.form

    def must_hold(self, rules: Rules) -> None:
        """Expect every line with its value, and nothing that another fact tells."""
        form = named(only(rules).regulation.form, self.form)
        made = filled(form, given(*self.facts, rules=rules).facts)
        assert tuple((line.label.en, line.value) for line in made.lines) == self.lines
        assert (tuple(one.en for one in form.signed), form.paper) == (self.signed, self.paper)
        assert form.applies.where.get("kind", ()) == self.kinds
        assert form.applies.where.get("mode", ()) == self.modes


@dataclass(frozen=True)
class Returning:
    """A programme: its kind, one of its periods as it is written, the share it draws, of what, and of which kinds.

    `verifies` is what it wants verified of every customer.
    """

    programme: str
    kind: str
    period: str
    rate: str | None = None
    draws: str = "cases"
    kinds: tuple[str, ...] = ()
    verifies: str | None = None

    def __str__(self) -> str:
        """Name it in the test's own name."""
        return self.programme

    def must_hold(self, rules: Rules) -> None:
        """Expect that it is held for periods of this length, and looks at just this."""
        bound = only(rules)
        programme = named(bound.regulation.programme, self.programme)
        duty = Duty(bound.regulation, bound.settings, programme)
        assert str(duty.of(self.period)) == self.period
        assert (programme.kind, duty.rate, programme.draws) == (self.kind, self.rate, self.draws)
        assert programme.verifies == self.verifies
        assert programme.applies.where.get("kind", ()) == self.kinds


@dataclass(frozen=True)
class Figure:
    """A target: what it counts, the share to reach and whence, what satisfies, what lasts, and of which clocks.

    `months` is how many in a row reach it, `constraints` those that a complete record keeps.
    """

    target: str
    measure: str
    share: str | None
    whence: str
    score: int | None = None
    days: int | None = None
    promises: tuple[str, ...] = ()
    months: int | None = None
    constraints: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Name it in the test's own name."""
        return self.target

    def must_hold(self, rules: Rules) -> None:
        """Expect that it counts this against this share."""
        bound = only(rules)
        target = named(bound.regulation.target, self.target)
        assert (target.measure, target.score, target.days) == (self.measure, self.score, self.days)
        share = None if self.share is None else Decimal(self.share)
        assert threshold(target, bound.settings) == (share, self.whence)
        assert tuple(one.id for one in counted_promises(target, bound.regulation)) == self.promises
        assert months_needed(target, bound.settings) == self.months
        assert target.constraints == self.constraints
