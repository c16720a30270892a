"""Our constraints against Declare as another's program (pm4py) understands it, on the real help desk log.

The log is read by the product's importer under the shipped mapping, and judged by the code that finds things in any
history; tests/faults/declare.tsv holds what pm4py says of the same file, constraint by constraint and case by case.
Cases with the same activities are judged once, one of them drawn by the seed; at full counts every case by itself, and
pm4py is asked anew.

Where Declare means something else by its words, what both mean is compared:
- `exactly_one` finds the second; Declare also asks for the first. Compared: at most one.
- `response` is judged when a case is closed. Compared: what came before each closing, and the whole log of a case as
  if it were closed now, since 21 never are.
- `absence` with a `first` is Declare's not succession. pm4py calls so what its discovery makes of succession, so there
  its not coexistence is asked, up to the last `then`.
- `precedence` with a `void` is Declare's alternate precedence (the `then` itself voids) and chain precedence (whatever
  else happens voids).
- Where nothing asks for anything (vacuous) both say satisfied. No activity is compared with itself: precedence of a
  thing before itself is always violated for us and never for pm4py.
Corrections, `same`, `unless`, `applies`, `separation` and `limit` have no counterpart there.
"""

from __future__ import annotations

import os
import random
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from cases import events
from cases.calendars.book import shipped_book
from cases.codes import Outcome
from cases.fact import Pinned
from cases.recorded import Recorded
from cases.regulation.bound import Bound
from cases.regulation.items import Constraint, Label
from cases.regulation.model import Regulation
from cases.regulation.rules import Rules
from replay.imports.mapping import load_mapping
from replay.imports.prepare import Taking
from replay.imports.source import SourceEvent
from replay.imports.xes import read_xes
from tests.fix_figures import Figure
from tests.house import ROOT

SEED = int(os.environ.get("CASELEDGER_SEED", "20261121"))
IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
HELPDESK = ROOT.parent / "shared" / "data" / "helpdesk.xes.gz"
SAID = Path(__file__).with_name("declare.tsv")
ORACLE = ROOT / ".venv" / "oracle" / "bin" / "python"
NOTED = ("Insert ticket", "DUPLICATE", "INVALID", "RESOLVED", "VERIFIED")
ACTIVITIES: dict[str, dict[str, str]] = {
    "Assign seriousness": {"fact": "Classified"},
    "Take in charge ticket": {"fact": "Responded", "step": "first_touch"},
    "Resolve ticket": {"fact": "Responded", "step": "solution"},
    "Wait": {"fact": "Paused"},
    "Require upgrade": {"fact": "Escalated"},
    "Create SW anomaly": {"fact": "Inspected"},
    "Resolve SW anomaly": {"fact": "Repaired"},
    "Schedule intervention": {"fact": "Booked"},
    "Closed": {"fact": "Closed"},
    **{word: {"fact": "Noted", "word": word} for word in NOTED},
}
"""Activity of the log → the fact that the shipped mapping gives for it."""
KINDS = {"at_most_one": "exactly_one", "not_succession": "absence", "alternate_precedence": "precedence",
         "chain_precedence": "precedence"}  # fmt: skip
"""Template of Declare → our kind, where the word is another one."""
Named = tuple[str, str, str]
"""Template, first (empty where there is none) and then."""


def told(text: str) -> dict[Named, tuple[int, str]]:
    """Read what pm4py says: how many histories violate a constraint, and which ones as a digest."""
    lines = (line.split("\t") for line in text.splitlines())
    return {(template, first, then): (int(number), digest) for template, first, then, number, digest in lines}


def regulation_of(constraints: Iterable[Named]) -> Rules:
    """A regulation of nothing but these constraints, as a firm could write it; the clause is the constraint."""
    pinned = Pinned(regulation="declare", version="1", settings=None, calendar="china@1")
    label = Label(zh="约束", en="A constraint")
    items = tuple(written(named, f"c-{number}", label) for number, named in enumerate(constraints))
    text = Regulation(
        id="declare", version="1", label=label, effective_from=date(2010, 1, 1), constraint=items
    )
    return Rules((Bound(pinned=pinned, regulation=text, settings=None, calendars=shipped_book()),))


def written(named: Named, name: str, label: Label) -> Constraint:
    """A constraint as an item of a regulation."""
    template, first, then = named
    void = {"alternate_precedence": {then}, "chain_precedence": ACTIVITIES.keys() - {first}}.get(template, ())
    return Constraint.model_validate(
        {
            "id": name, "clause": "|".join(named), "label": label, "kind": KINDS.get(template, template),
            "first": [ACTIVITIES[first]] if first else [], "then": ACTIVITIES[then],
            "void": [ACTIVITIES[activity] for activity in void], "mode": "flag", "is_overridable": False,
        }
    )  # fmt: skip


def histories(log: Iterable[list[SourceEvent]]) -> Iterator[tuple[list[str], list[Recorded]]]:
    """Give the facts of every case as the importer makes them; cases that tell the same share those of one."""
    alike: defaultdict[object, list[list[SourceEvent]]] = defaultdict(list)
    for case in log:
        alike[case[0].case if IS_FULL else tuple(event.activity for event in case)].append(case)
    number, dice, now = count(1), random.Random(SEED), datetime(2026, 1, 1, tzinfo=UTC)
    taking = Taking(
        load_mapping("helpdesk"), lambda *parts: sha256("|".join(parts).encode()).hexdigest(), "0" * 64, (),
        lambda: f"AS-{next(number):08}", now,
    )  # fmt: skip
    for cases in alike.values():
        facts = taking.prepare(dice.choice(cases), [])
        assert isinstance(facts, list), facts
        yield [case[0].case for case in cases], facts


def violated(log: Iterable[list[SourceEvent]], constraints: Iterable[Named]) -> dict[Named, set[str]]:
    """Judge every history by every constraint."""
    found: dict[Named, set[str]] = {named: set() for named in constraints}
    answers = regulation_of(named for named in found if named[0] == "response")
    others = regulation_of(named for named in found if named[0] != "response")
    for names, facts in histories(log):
        for finding in others.findings(facts):
            found[named_of(finding.clause)].update(names)
        last = replace(
            facts[-1], originator_version=len(facts) + 1, fact=events.Closed(outcome=Outcome.SOLVED)
        )
        ended = [*facts, last]
        closings = [known.originator_version for known in ended if isinstance(known.fact, events.Closed)]
        for finding in answers.findings(ended):
            closing = closings.index(finding.versions[-1]) + 1
            found[named_of(finding.clause)].update(f"{name}#{closing}" for name in names)
    return found


def named_of(clause: str) -> Named:
    """Read a constraint back from the clause of its finding."""
    template, first, then = clause.split("|")
    return template, first, then


def summed(names: set[str]) -> tuple[int, str]:
    """How many, and which ones as a digest."""
    return len(names), sha256("\n".join(sorted(names)).encode()).hexdigest()[:16]


def said_anew() -> str:
    """Ask the other program itself; it has a Python of its own, which `make faults` installs."""
    assert ORACLE.exists(), f"{ORACLE} is missing: run `make faults`"
    asked = [ORACLE, SAID.with_name("declare_oracle.py"), HELPDESK]
    return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=600).stdout


@pytest.mark.skipif(not HELPDESK.exists(), reason="the shared real log is not beside this checkout")
def test_our_constraints_find_in_a_real_log_what_another_program_finds(figure: Figure) -> None:
    kept = SAID.read_text(encoding="utf-8")
    assert not IS_FULL or said_anew() == kept, "pm4py no longer says what declare.tsv holds"
    said = told(kept)
    log = list(read_xes(HELPDESK))
    assert {event.activity for case in log for event in case} == set(ACTIVITIES)
    assert len(said) == 14 + 14 + 91 + 5 * 182, "every template for every activity and every pair of two"
    found = violated(log, said)
    ours = {named: summed(names) for named, names in found.items()}
    differing = {named: (ours[named], said[named]) for named in said if ours[named] != said[named]}
    assert differing == {}, f"seed {SEED}: (ours, theirs)"
    closings = sum(event.activity == "Closed" for case in log for event in case) + len(log)
    templates = Counter(template for template, _, _ in said)
    judged = sum(times * (closings if name == "response" else len(log)) for name, times in templates.items())
    figure(
        f"Declare: seed {SEED}, {len(log)} cases, {len(templates)} templates, {len(said)} constraints, "
        f"{judged} verdicts, {sum(number for number, _ in ours.values())} violated, 0 differ"
    )
