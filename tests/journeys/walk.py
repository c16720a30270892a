"""A firm and one case on its way through its API: each step by the role that takes it, as a client sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from time import sleep
from typing import Any, LiteralString, Self
from uuid import UUID

import psycopg

from api.installation import Installation
from cases.codes import Role
from tests.cases.clock_stories import SHANGHAI, wall
from tests.fix_api import Teller
from tests.fix_watching import Hands

STAFF = {
    "inspect": Role.TECHNICIAN, "arrive": Role.TECHNICIAN, "repair": Role.TECHNICIAN, "quote": Role.TECHNICIAN,
    "move-stock": Role.TECHNICIAN, "approve": Role.SUPERVISOR, "reject": Role.SUPERVISOR, "review": Role.SUPERVISOR,
    "take-custody": Role.TECHNICIAN, "return-custody": Role.TECHNICIAN,
    "ship": Role.LOGISTICS, "deliver": Role.LOGISTICS, "refund": Role.FINANCE, "investigate": Role.SUPERVISOR,
    "replace": Role.TECHNICIAN, "install": Role.TECHNICIAN, "compensate": Role.FINANCE, "charge": Role.FINANCE,
    "mediate": Role.LEGAL,
}  # fmt: skip
"""Who takes a step; everything else is the agent's."""
OF_THE_FIRM = "配置，非制度规定"
"""The clause of what every firm needs, whatever its text says."""
LEVELS: LiteralString = """SELECT coalesce(split_part(item, ':', 3), what), level, item IS NOT NULL
FROM bi.fct_case_events WHERE case_id = %s AND event_type = 'Escalated' ORDER BY version"""
CLOCKS: LiteralString = "SELECT promise, verdict, cycle FROM bi.fct_sla_clocks WHERE case_id = %s"


class Asserted(StrEnum):
    """What a journey has asserted of a case; how much of it is due, its regulation says (claim.due)."""

    CLOCK = "a clock"
    REFUSAL = "a refusal with a clause of the text"
    ROUTING = "where it was routed to"
    ESCALATION = "a clock or an alert that went up to a role"
    FORM = "a form"
    ROW = "a row of the tables once it is closed"


@dataclass(frozen=True)
class Firm:
    """A firm that keeps all the regulations, the time it is there, and the cases that the journey walks through."""

    teller: Teller
    here: Installation
    hands: Hands
    walks: list[Walk] = field(default_factory=list)

    def at(self, moment: str) -> Self:
        """Move the clock to a moment, as it shows in Shanghai."""
        self.hands.at = wall(moment)
        return self


class Walk:
    """A case and everything that happens to it."""

    def __init__(self, firm: Firm, **demand: Any) -> None:
        """Take the case in."""
        self.firm = firm
        self.case_id = str(firm.teller.received(**demand)["case_id"])
        self.path = f"/cases/{self.case_id}"
        self.asserted: set[Asserted] = set()
        firm.walks.append(self)

    def at(self, moment: str) -> Walk:
        """Let it become that late in Shanghai."""
        self.firm.at(moment)
        return self

    def does(self, verb: str, role: Role | None = None, **fields: Any) -> Walk:
        """Take a step that is accepted."""
        answer = self._asked(verb, role, fields)
        assert answer.status_code == 200, answer.text
        return self

    def is_refused(self, verb: str, clause: str, role: Role | None = None, **fields: Any) -> Walk:
        """Take a step that the regulation refuses, naming its clause."""
        answer = self._asked(verb, role, fields)
        assert answer.status_code == 409, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["clause"] == clause, answer.text
        return self._having(Asserted.REFUSAL, is_shown=clause != OF_THE_FIRM)

    def is_routed_to(self, department: str) -> Walk:
        """Where it went when it was classified."""
        assert self.department() == department
        return self._having(Asserted.ROUTING)

    def has_gone_up(self, *levels: tuple[str, str]) -> Walk:
        """Let the watcher look now: just these have gone up so far, and how far.

        Each is ("first-response", "supervisor"): a promise or an alert, or of what somebody took up themselves the
        reason, and the role, or a warning such as warn-75.
        """
        self._tables_follow()
        self.firm.here.watcher.look()
        told = self.rows(LEVELS)
        assert sorted((what, level) for what, level, _ in told) == sorted(levels)
        to_a_role = any(by_itself and not level.startswith("warn-") for _, level, by_itself in told)
        return self._having(Asserted.ESCALATION, is_shown=to_a_role)

    def has_clocks(self, *verdicts: tuple[str, str], cycle: int = 1) -> Walk:
        """Just these clocks ran in a cycle, and ended so: ("refund-within", "met"); the tables say the same."""
        asked = [(clock["promise"], clock["verdict"], clock["cycle"]) for clock in self.file()["clocks"]]
        assert sorted(asked) == sorted(self.rows(CLOCKS))
        assert sorted(each[:2] for each in asked if each[2] == cycle) == sorted(verdicts)
        is_shown = any(verdict != "not_configured" for _, verdict in verdicts)
        return self._having(Asserted.CLOCK, is_shown=is_shown)

    def form_says(self, name: str, lines: dict[str, Any]) -> Walk:
        """Read a form: of its lines, by their English words, these say so."""
        form = self.form(name)
        assert {line: form[line] for line in lines} == lines
        return self._having(Asserted.FORM, is_shown=any(value is not None for value in lines.values()))

    def has_rows(self, asked: LiteralString, *rows: tuple[Any, ...]) -> Walk:
        """Ask the tables about the case: just these rows."""
        assert self.rows(asked) == list(rows)
        return self._having(Asserted.ROW, is_shown=bool(rows) and self.file()["stage"] == "closed")

    def file(self) -> dict[str, Any]:
        """Read the case."""
        told: dict[str, Any] = self.firm.teller.get(self.path).json()
        return told

    def department(self) -> str:
        """Tell where it was routed to."""
        return str(self.file()["classified"]["department"])

    def clocks(self, cycle: int = 1) -> dict[str, str]:
        """Give the verdict of every clock of a cycle by its promise."""
        return {
            clock["promise"]: clock["verdict"] for clock in self.file()["clocks"] if clock["cycle"] == cycle
        }

    def explained(self, clock: str) -> Explained:
        """Have a clock explained: regulation:promise:cycle."""
        answer = self.firm.teller.get(f"{self.path}/clocks/{clock}/explain")
        assert answer.status_code == 200, answer.text
        return Explained(answer.json())

    def form(self, name: str) -> dict[str, Any]:
        """Read a form by the English words of its lines."""
        told = self.firm.teller.get(f"{self.path}/forms/{name}").json()
        return {line["label"]["en"]: line["value"] for line in told["lines"]}

    def rows(self, asked: LiteralString) -> list[tuple[Any, ...]]:
        """Ask the tables about the case as an analyst does, once they stand at its newest fact."""
        self._tables_follow()
        with psycopg.connect(self.firm.here.database.reader_dsn) as analyst:
            return analyst.execute(asked, [self.case_id]).fetchall()

    def _having(self, asserted: Asserted, *, is_shown: bool = True) -> Walk:
        if is_shown:
            self.asserted.add(asserted)
        return self

    def _tables_follow(self) -> None:
        """Let the tables take the newest fact in; what is not settled, for whoever is at work there, they leave out."""
        newest = self.firm.here.ledger.load(UUID(self.case_id))[-1].position
        while self.firm.here.engine.catch_up() < newest:
            sleep(0.01)

    def _asked(self, verb: str, role: Role | None, fields: dict[str, Any]) -> Any:
        return self.firm.teller.post(f"{self.path}/{verb}", fields, role or STAFF.get(verb, Role.AGENT))


@dataclass(frozen=True)
class Explained:
    """How the due moment of a clock came about, as it is told."""

    told: dict[str, Any]

    @property
    def clause(self) -> str:
        """The clause that promises it."""
        return str(self.told["clock"]["clause"])

    @property
    def due(self) -> str:
        """When it is due, as the clock shows it in Shanghai."""
        return self._shown("due_at")

    @property
    def due_at_first(self) -> str:
        """When it was due before anything moved it."""
        return self._shown("original_due_at")

    @property
    def verdict(self) -> str:
        """How it ended."""
        return str(self.told["clock"]["verdict"])

    @property
    def moved_by(self) -> list[str]:
        """The facts that moved it, in their order."""
        return [fact["fact"] for fact in self.told["facts"]]

    def _shown(self, moment: str) -> str:
        return f"{datetime.fromisoformat(self.told['clock'][moment]).astimezone(SHANGHAI):%m-%d %H:%M}"
