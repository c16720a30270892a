"""Fixtures of the watcher: a hotline whose clock on the wall is moved by hand; its chain has two roles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from uuid import UUID

import pytest

from cases.caller import Caller
from cases.codes import Role
from cases.command import Command
from cases.commands import Classify, Receive
from cases.desk import Desk
from cases.events import Escalated
from cases.recorded import Recorded
from cases.reference import Published, calendar_document, regulation_document
from cases.store.ledger import Ledger
from cases.vault import Vault
from tests.cases.clock_stories import SHANGHAI, wall
from tests.fix_desk import ask, caller, new_key

QUESTION = ask(
    Receive, channel="phone", customer_phone="13800005678", product_model="the kettle lamp that hums"
)
CONSULTATION = ask(Classify, kind="consultation")
CHAIN = 'escalate = ["supervisor", "finance"]'


def documents() -> list[Published]:
    """The shipped regulation without a firm's values, so that just the reply within 24 hours is promised."""
    lamp = (files("cases") / "regulations" / "lamp-factory.toml").read_text(encoding="utf-8")
    china = (files("cases") / "calendars" / "years" / "china.toml").read_text(encoding="utf-8")
    return [
        regulation_document(lamp.replace('escalate = ["supervisor"]', CHAIN, 1)), calendar_document(china),
    ]  # fmt: skip


@dataclass
class Hands:
    """The hands of a clock."""

    at: datetime = field(default_factory=lambda: wall("2026-03-02 09:00"))

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.at


@dataclass
class Hotline:
    """A desk and the time it is there."""

    ledger: Ledger
    vault: Vault
    desk: Desk
    hands: Hands

    def at(self, moment: str) -> None:
        """Move the hands to a moment, as the clock on the wall in Shanghai shows it."""
        self.hands.at = wall(moment)

    def asked(self, moment: str = "2026-03-02 09:00") -> UUID:
        """Somebody asks a question at this moment."""
        self.at(moment)
        case_id = self.desk.receive(QUESTION, caller(), key=new_key()).case_id
        self.tell(case_id, CONSULTATION)
        return case_id

    def tell(self, case_id: UUID, command: Command, by: Caller | None = None) -> None:
        """Something is done about it now."""
        self.desk.act(case_id, command, by or caller(), key=new_key())

    def escalations(self, case_id: UUID) -> list[Recorded]:
        """What was escalated of a case, in log order."""
        return [known for known in self.ledger.load(case_id) if isinstance(known.fact, Escalated)]

    def levels(self, case_id: UUID) -> list[tuple[str, str]]:
        """To which level, and when by the clock on the wall."""
        return [
            (known.fact.level, f"{known.occurred_at.astimezone(SHANGHAI):%m-%d %H:%M}")
            for known in self.escalations(case_id)
            if isinstance(known.fact, Escalated)
        ]


def reply_of(case_id: UUID) -> str:
    """The clock of the reply that was promised."""
    return f"{case_id}:lamp-factory:consultation-reply:1"


@pytest.fixture(scope="module")
def hotline(ledger: Ledger, vault: Vault) -> Hotline:
    """The hotline on the module's database."""
    hands = Hands()
    desk = Desk(ledger, vault, hands)
    desk.publish(documents(), caller(Role.SERVICE, "set-up"))
    return Hotline(ledger, vault, desk, hands)
