"""T13: every command by every role in any order, decided as a plain model decides it, and the money kept."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from cases.case import Case
from cases.codes import Role
from cases.commands import COMMANDS
from cases.desk import Desk
from cases.store.ledger import Ledger
from tests.faults.asking import BODIES, LINES, ROLES, THEMES, WHEN, callers, moment, one_of
from tests.faults.plain_clauses import text_of
from tests.faults.plain_model import Plain
from tests.faults.plain_words import MAY_CHANGE, SPENT_BY, Ask
from tests.faults.seam import AtTheDesk, Bare, Way, answer
from tests.fix_figures import Figure

SEED = int(os.environ.get("CASELEDGER_SEED", "20261122"))
IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
FRESH = 9
"""Examples a block: from ten on Hypothesis makes some small and varies old ones, and here a new one tells more."""
TEXTS = {name: text_of(name) for names in LINES.values() for name in names}
HOW = one_of(*product((True, False), [True] * 9 + [False], (1, 1, 0, 30), (True, False)))
"""With a document or not, by a key that names the command or not, after so many hours, of the theme or not."""
BOUGHT = {"purchased_on", "goods_received_on"}
TWO = ("lamp-factory", "lamp-sales")


def asked(verb: str) -> st.SearchStrategy[tuple[Any, ...]]:
    """Draw a command with who asks, how it is told and what passes before."""
    return st.tuples(st.just(verb), BODIES[verb], callers([verb]), WHEN, HOW)


def some(*verbs: str) -> Callable[..., None]:
    """Make a rule of the machine that asks for one of these."""

    @rule(told=st.one_of([asked(verb) for verb in verbs]))
    def asks(machine: Machine, told: tuple[Any, ...]) -> None:
        machine.step(*told)

    return asks


class Machine(RuleBasedStateMachine):
    """A case under some regulation, asked for anything by anybody; each answer is compared with the plain model's."""

    told: ClassVar[Counter[tuple[str, str, str]]] = Counter()
    examples: ClassVar[int] = 0
    begin: ClassVar[Callable[[str], tuple[Way, Plain]]]

    @initialize(
        line=one_of(*LINES, "two"),
        intake=BODIES["receive"],
        is_taken_in=one_of(*[True] * 9, False),
        theme=one_of(*THEMES),
    )
    def opens(self, line: str, intake: dict[str, Any], is_taken_in: bool, theme: dict[str, Any]) -> None:
        self.theme = theme
        self.line = line
        self.way, self.plain = Machine.begin(line)
        self.begun, self.is_begun = self.way.now, is_taken_in
        Machine.examples += 1
        if is_taken_in:
            self.begun -= timedelta(days=2)
            self.compare(Ask("receive", self.lined(intake), "agent", "mei", self.begun, has_document=True))

    def lined(self, intake: dict[str, Any]) -> dict[str, Any]:
        """Let the demand be of the line, and the goods be bought the day before it or years ago."""
        asked_at = self.begun if self.is_begun else self.way.now
        days = {"lately": asked_at - timedelta(days=1), "long ago": asked_at - timedelta(days=1_200)}
        dates = {name: days[told].date() for name, told in intake.items() if name in BOUGHT}
        return intake | dates | {"product_line": "lamp" if self.line == "two" else self.line}

    def aimed(self, correction: dict[str, Any]) -> dict[str, Any]:
        """Let a correction mostly meet a fact that there is, and one with the field that it changes."""
        body = dict(correction)
        facts = [(fact.version, fact.name) for fact in self.plain.stored]
        for name in body.get("changes", {}) if body.pop("is_aimed") else ():
            facts = [(version, fact) for version, fact in facts if fact in MAY_CHANGE[name]]
        versions = [version for version, _ in facts] or [len(self.plain.stored) + 1]
        version = versions[body["corrects"] % len(versions)]
        if "hours" in body:
            right = self.way.now - timedelta(hours=body.pop("hours"))
            body["happened_at"] = min(right, self.begun + timedelta(days=2)) if version == 1 else right
        return body | {"corrects": version}

    receives, classifies, ships, inspects = some("receive"), some("classify"), some("ship"), some("inspect")
    repairs, refunds, revisits, escalates = some("repair"), some("refund"), some("revisit"), some("escalate")
    leaves, approves = some("request", "approve", "reject"), some("approve")
    ends = some("close", "reopen", "pause", "resume", "transfer", "merge")
    talks = some("respond", "note", "promise", "file", "verify", "book", "review", "escalate-clock")
    moves = some(
        "deliver", "replace", "arrive", "install", "track", "take-custody", "return-custody", "move-stock"
    )
    pays = some("quote", "answer-quote", "compensate", "charge")
    disputes = some("dispute", "investigate", "mediate", "settle")
    corrects = some("correct")

    def step(
        self,
        verb: str,
        body: dict[str, Any],
        who: tuple[str, str],
        when: str | None,
        how: tuple[bool, bool, int, bool],
    ) -> None:
        has_document, has_scope, hours, is_of_theme = how
        self.way.tick(hours)
        body = {"receive": self.lined, "correct": self.aimed}.get(verb, dict)(body)
        if is_of_theme and verb in {"request", "approve", "reject"}:
            told = {"reason", "amount"} if self.theme["subject"] in SPENT_BY else {"reason"}
            body = {name: body[name] for name in told & body.keys()} | self.theme
        role, actor = who
        is_watcher = verb == "escalate-clock" and role == "service"
        at = moment(when, self.way.now, self.begun)
        self.compare(
            Ask(verb, body, role, actor, at, has_document, has_scope, "watcher" if is_watcher else "api")
        )

    def compare(self, ask: Ask) -> None:
        expected = self.plain.ask(ask, self.way.now)
        found = answer(self.way, ask)
        assert found == expected, (
            f"{ask}: the product says {found}, the plain model {expected}, after\n"
            + "\n".join(map(str, self.plain.stored))
        )
        if self.plain.stored and not self.is_begun:
            self.begun, self.is_begun = self.plain.stored[0].at, True
        Machine.told[ask.verb, ask.role, found.kind] += 1
        case = self.way.case
        self.money_is_kept(case)
        self.nothing_else_differs(case)

    def money_is_kept(self, case: Case) -> None:
        plain = self.plain
        paid = case.received.paid.minor if case.received and case.received.paid else 0
        assert type(case.refunded_minor) is int
        assert type(paid) is int
        assert (case.refunded_minor, paid) == (plain.refunded, plain.paid)
        assert 0 <= case.refunded_minor <= paid or case.refunded_minor == 0

    def nothing_else_differs(self, case: Case) -> None:
        plain = self.plain
        assert (case.version, case.is_closed, case.is_disputed, case.paused_for) == (
            len(plain.stored), plain.is_closed, plain.is_disputed, plain.paused_for,
        )  # fmt: skip
        assert [(f.fact.name(), f.occurred_at) for f in case.history] == [
            (f.name, f.at) for f in plain.history
        ]


def run(begin: Callable[[str], tuple[Way, Plain]], examples: int, steps: int) -> str:
    """Run the machine; gives the figure."""
    Machine.told.clear()
    Machine.examples, Machine.begin = 0, begin
    shrinks = [Phase.generate, Phase.shrink] if IS_FULL else [Phase.generate]
    for block in range(-(-examples // FRESH)):
        run_state_machine_as_test(
            seed(SEED + block)(Machine),
            settings=settings(
                max_examples=FRESH, stateful_step_count=steps, deadline=None, database=None, phases=shrinks,
                suppress_health_check=list(HealthCheck), print_blob=False,
            ),
        )  # fmt: skip
    kinds = Counter[str]()
    for (_, _, kind), count in Machine.told.items():
        kinds[kind] += count
    asked = len({(verb, role) for verb, role, _ in Machine.told})
    return (
        f"T13 seed {SEED}: {Machine.examples} examples, {sum(kinds.values())} steps, {asked} commands x roles,"
        f" divergences 0, {dict(kinds.most_common())}"
    )


def bare(line: str) -> tuple[Way, Plain]:
    names = TWO if line == "two" else LINES[line]
    return Bare(names), Plain([TEXTS[name] for name in names])


def test_every_command_of_every_role_is_decided_as_the_plain_model_says(
    figure: Figure,
) -> None:
    assert BODIES.keys() == {*COMMANDS, "escalate-clock"}
    assert set(ROLES) == {role.value for role in Role}
    figure(run(bare, 2_000 if IS_FULL else 9, 50))


def test_the_desk_on_postgresql_answers_as_the_plain_model_says(
    desk: Desk, ledger: Ledger, figure: Figure
) -> None:
    def begin(line: str) -> tuple[Way, Plain]:
        names = LINES["lamp" if line == "two" else line]
        return AtTheDesk(desk, ledger), Plain([TEXTS[name] for name in names], is_desk=True)

    figure(f"{run(begin, 90 if IS_FULL else 9, 50 if IS_FULL else 8)}, at the desk")
