"""Commands whose fact is recorded once for each number: again is quiet, with other words refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cases.case import Case
from cases.command import Command
from cases.errors import Refused
from cases.fact import Fact
from cases.regulation.rules import Rules


class Once(Command):
    """A command that names its fact by the fields of `apart`, in the whole case and not only in a cycle."""

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        fact = self.as_fact(self.fact)
        known = named(case, self.fact, **{name: getattr(fact, name) for name in self.apart})
        if known is None:
            yield fact
        elif known != fact:
            raise Refused(
                "This number is on record with other words; correct that fact or give a new number",
                rule=f"{self.verb()}-once",
            )


def named(case: Case, kind: type[Fact], /, **same: object) -> Fact | None:
    """Find the first fact of a kind whose fields hold these values."""
    for known in case.history:
        if isinstance(known.fact, kind) and all(getattr(known.fact, n) == v for n, v in same.items()):
            return known.fact
    return None
