"""What a journey says it walks: a kind of case of a regulation to its closing, with facts that lie on the way."""

from __future__ import annotations

from typing import Final, LiteralString, NamedTuple

from tests.journeys.walk import Walk

CLOSED: Final[LiteralString] = """SELECT split_part(regulations, '@', 1), kind FROM bi.fct_cases
WHERE case_id = %s AND closed_at IS NOT NULL"""
FACTS: Final[LiteralString] = "SELECT event_type FROM bi.fct_case_events WHERE case_id = %s"


class Claim(NamedTuple):
    """A regulation by its name, a kind of case, and what happens to it besides."""

    regulation: str
    kind: str
    facts: frozenset[str]

    @classmethod
    def of(cls, regulation: str, kind: str, *facts: str) -> Claim:
        """Make it of the words of `@pytest.mark.walks`."""
        return cls(regulation, kind, frozenset(facts))

    def is_walked(self, walk: Walk) -> bool:
        """Tell by the tables whether a case went this way to its closing."""
        happened = {fact for (fact,) in walk.rows(FACTS)}
        return walk.rows(CLOSED) == [(self.regulation, self.kind)] and self.facts <= happened
