"""T03: the connection is cut at every point of the protocol; the same key asked again tells what became of it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import sleep
from uuid import UUID

import pytest

from cases.codes import Role
from cases.command import Command
from cases.commands import Approve, Merge, Note, Receive, Refund
from cases.desk import Desk, Receipt
from cases.errors import Conflict, Unavailable
from cases.events import Approved, Linked, Received
from cases.keys import Keys
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.store.server import EmbeddedServer
from cases.vault import Vault
from tests.faults import invariants
from tests.faults.cutting import Cut, CuttingProxy
from tests.fix_desk import ask, caller
from tests.fix_figures import Figure

IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
CUTS = 1000 if IS_FULL else 24
MERGES = 210 if IS_FULL else 24
"""Three at every point of a command; the case that goes on gets longer with each."""
SEED = int(os.environ.get("CASELEDGER_SEED", "2026"))
BY_HAND = caller(Role.FINANCE, "ru")
LONGEST = 20
"""Tries of one caller until somebody answers."""


@dataclass
class Stage:
    """A desk behind the proxy, one that sees everything, and what was counted."""

    proxy: CuttingProxy
    desk: Desk
    ledger: Ledger
    counted: Counter[str] = field(default_factory=Counter)

    def ask_until_answered(self, case_id: UUID | None, command: Command, key: str) -> Receipt:
        """Ask as a patient client does: the same key again after every 503."""
        for _ in range(LONGEST):
            try:
                if isinstance(command, Receive):
                    return self.desk.receive(command, BY_HAND, key=key)
                assert case_id is not None
                return self.desk.act(case_id, command, BY_HAND, key=key)
            except Unavailable:
                self.counted["told to retry"] += 1
                sleep(0.05)
            except Conflict:
                self.counted["false conflicts"] += 1
                raise
        pytest.fail("nobody answered")


@pytest.fixture
def stage(server: EmbeddedServer, new_database: Callable[[], Database], tmp_path: Path) -> Iterator[Stage]:
    """One database, reached by the proxy and directly."""
    keys = Keys.open(tmp_path / "vault.json", vault_is_empty=lambda: True)
    with new_database() as direct, Ledger(direct) as ledger, CuttingProxy(server) as proxy:
        cut = Database(proxy, direct.name, is_guest=True)
        with cut, Ledger(cut) as behind:
            yield Stage(proxy, Desk(behind, Vault(behind, keys)), ledger)


def points(stage: Stage, case_id: UUID) -> list[Cut]:
    """Name every point of a calm command at which its connection can be cut."""
    stage.proxy.arm()
    stage.ask_until_answered(case_id, ask(Refund, amount={"minor": 1}), "calm-refund")
    seen = stage.proxy.seen
    return [Cut("sent", n) for n in range(1, seen["sent"] + 1)] + [
        Cut("answered", n) for n in range(1, seen["answered"] + 1)
    ]


def chosen(points: list[Cut], chance: Random) -> list[Cut]:
    """Take every point in turn, or at reduced counts one in each equal stretch of them; half of them reset."""
    rounds = max(CUTS, len(points))
    taken = [points[number % len(points)] for number in range(rounds)]
    stretch = rounds / CUTS
    picked = [taken[int((number + chance.random()) * stretch)] for number in range(CUTS)]
    return [Cut(cut.side, cut.behind, is_hard=chance.random() < 0.5) for cut in picked]


def what(number: int) -> Command:
    """Refunds of different amounts, notes with a new text, intakes with a new phone."""
    match number % 4:
        case 0:
            return ask(Note, text=f"第{number}次来电")
        case 1:
            return ask(Receive, channel="phone", customer_phone=f"139{number:08d}", description="灯嗡嗡响")
        case _:
            return ask(Refund, amount={"minor": number + 2})


def test_no_cut_doubles_a_fact_or_makes_a_false_conflict(stage: Stage, figure: Figure) -> None:
    chance = Random(SEED)
    intake = ask(Receive, channel="phone", customer_phone="13900000000", paid={"minor": 10**9})
    opened = stage.ask_until_answered(None, intake, "the lamp that is paid back in pieces")
    asked: dict[str, tuple[Receipt, Command]] = {}
    everywhere = points(stage, opened.case_id)
    for number, cut in enumerate(chosen(everywhere, chance)):
        again = [cut] if chance.random() < 0.7 else [cut, Cut("sent", chance.randrange(1, 30))]
        stage.proxy.arm(*again)
        command, key = what(number), f"cut-{number}"
        receipt = stage.ask_until_answered(opened.case_id, command, key)
        stage.counted["cuts"] += stage.proxy.made
        stage.counted["stored, then found by its key"] += receipt.replayed
        stage.proxy.arm()
        assert stage.ask_until_answered(opened.case_id, command, key).position == receipt.position
        asked[key] = (receipt, command)
    _every_answer_is_true(stage, asked)
    invariants.hold(stage.ledger)
    counted = f"{dict(stage.counted)} at {len(everywhere)} points"
    figure(f"T03 seed {SEED}: {counted}, duplicates 0, wrong answers 0 of {len(asked)}")
    assert stage.counted["false conflicts"] == 0
    assert stage.counted["cuts"] >= CUTS


def test_no_cut_stores_one_half_of_a_merge(stage: Stage, figure: Figure) -> None:
    demand = ask(Receive, channel="phone", customer_phone="13900000000", paid={"minor": 10**9})
    earlier = stage.ask_until_answered(None, demand, "the lamp that goes on")
    leave = ask(Approve, subject="merge", item=earlier.case_no, reason="other")
    supervisor = caller(Role.SUPERVISOR, "qi")
    places = chosen(points(stage, earlier.case_id), Random(SEED))[:MERGES]
    for number, cut in enumerate(places, 1):
        later = stage.ask_until_answered(None, demand, f"the same lamp {number}")
        stage.desk.act(later.case_id, leave, supervisor, key=f"leave-{number}")
        stage.proxy.arm(cut)
        stage.ask_until_answered(later.case_id, ask(Merge, into=str(earlier.case_id)), f"merge-{number}")
        stage.proxy.arm()
        halves = stage.ledger.load_many({earlier.case_id, later.case_id})
        told = [known.fact for known in halves[earlier.case_id] if isinstance(known.fact, Linked)]
        assert (len(told), told[-1].case_no) == (number, later.case_no)
        assert [type(known.fact) for known in halves[later.case_id]] == [Received, Approved, Linked]
    invariants.hold(stage.ledger)
    figure(f"T03 seed {SEED}: {len(places)} merges cut, one half 0, twice 0")


def _every_answer_is_true(stage: Stage, asked: dict[str, tuple[Receipt, Command]]) -> None:
    """Every key has one fact, which is what was asked, at the position and version that were answered."""
    found = stage.ledger.load_many({receipt.case_id for receipt, _ in asked.values()})
    at = {known.position: known for facts in found.values() for known in facts}
    assert len({receipt.position for receipt, _ in asked.values()}) == len(asked)
    for receipt, command in asked.values():
        known = at[receipt.position]
        assert (known.originator_id, known.originator_version) == (receipt.case_id, receipt.version)
        assert isinstance(known.fact, command.fact)
        if isinstance(command, Refund):
            assert known.fact == command.as_fact(command.fact)
    stored = sum(len(facts) for facts in found.values())
    assert stored == len(asked) + 2, "the intake and the calm refund stand beside them"
