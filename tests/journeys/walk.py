"""One case on its way through the API: each step by the role that takes it, as a client sees it."""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg

from api.installation import Installation
from cases.codes import Role
from tests.fix_api import Teller

STAFF = {
    "inspect": Role.TECHNICIAN, "arrive": Role.TECHNICIAN, "repair": Role.TECHNICIAN, "quote": Role.TECHNICIAN,
    "move-stock": Role.TECHNICIAN, "approve": Role.SUPERVISOR, "reject": Role.SUPERVISOR, "review": Role.SUPERVISOR,
    "take-custody": Role.TECHNICIAN, "return-custody": Role.TECHNICIAN,
    "ship": Role.LOGISTICS, "deliver": Role.LOGISTICS, "refund": Role.FINANCE, "investigate": Role.SUPERVISOR,
    "replace": Role.TECHNICIAN, "install": Role.TECHNICIAN, "compensate": Role.FINANCE, "charge": Role.FINANCE,
    "mediate": Role.LEGAL,
}  # fmt: skip
"""Who takes a step; everything else is the agent's."""


class Walk:
    """A case and everything that happens to it."""

    def __init__(self, teller: Teller, here: Installation, **demand: Any) -> None:
        self._teller, self._here = teller, here
        self.case_id = str(teller.received(**demand)["case_id"])
        self.path = f"/cases/{self.case_id}"

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
        return self

    def file(self) -> dict[str, Any]:
        """Read the case."""
        told: dict[str, Any] = self._teller.get(self.path).json()
        return told

    def clocks(self) -> dict[str, str]:
        """Give the verdict of every clock of the first cycle by its promise."""
        return {clock["promise"]: clock["verdict"] for clock in self.file()["clocks"] if clock["cycle"] == 1}

    def form(self, name: str) -> dict[str, Any]:
        """Read a form by the English words of its lines."""
        told = self._teller.get(f"{self.path}/forms/{name}").json()
        return {line["label"]["en"]: line["value"] for line in told["lines"]}

    def rows(self, asked: LiteralString) -> list[tuple[Any, ...]]:
        """Ask the tables about the case as an analyst does, once they stand at its newest fact."""
        self._here.engine.catch_up()
        with psycopg.connect(self._here.database.reader_dsn) as analyst:
            return analyst.execute(asked, [self.case_id]).fetchall()

    def _asked(self, verb: str, role: Role | None, fields: dict[str, Any]) -> Any:
        return self._teller.post(f"{self.path}/{verb}", fields, role or STAFF.get(verb, Role.AGENT))
