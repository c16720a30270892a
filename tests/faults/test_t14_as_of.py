"""T14: the past as it happened by H and was known at K equals a slow definition read off the log with SQL."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cases import codes, events
from cases.fact import Fact
from cases.history import as_of
from cases.recorded import Recorded, Source
from cases.store.database import Database
from cases.store.ledger import Ledger
from tests.fix_figures import Figure
from tests.replay.fix_sample import SAMPLE, take_sample

SEED = int(os.environ.get("CASELEDGER_SEED", "20261121"))
IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
QUESTIONS = 10_000 if IS_FULL else 800
HELPDESK = Path(__file__).parents[3] / "shared" / "data" / "helpdesk.xes.gz"
TEXTS = "SELECT originator_id, version, topic, occurred_at, recorded_at, state -> 'fact' FROM log.facts"
Line = dict[str, Any]
Answer = list[tuple[int, str, datetime]]


def log_of(ledger: Ledger) -> dict[UUID, list[Line]]:
    """Read the log as its jsonb view shows it; nothing of the code under test is in between."""
    found: dict[UUID, list[Line]] = {}
    for case_id, version, topic, at, known, said in ledger.rows(TEXTS + " ORDER BY originator_id, version"):
        line = {"version": version, "topic": topic, "at": at, "known": known, "said": said}
        found.setdefault(case_id, []).append(line)
    return {case_id: lines for case_id, lines in found.items() if lines[0]["topic"].startswith("case.")}


def slowly(lines: Sequence[Line], happened_by: datetime, known_at: datetime) -> Answer:
    """Walk the definition of design: known at K, corrections among them, effective time by H, in log order."""
    known = {line["version"]: dict(line) for line in lines if line["known"] <= known_at}
    is_correction = {version: line["topic"] == "case.corrected.v1" for version, line in known.items()}
    void: set[int] = set()
    for version in sorted(known, reverse=True):
        if is_correction[version] and version not in void and known[version]["said"]["is_withdrawn"]:
            void.add(known[version]["said"]["corrects"])
    gone: set[int] = set()
    for version in sorted(known):
        said = known[version]["said"]
        if not is_correction[version] or version in void or said["corrects"] not in known:
            continue
        target = said["corrects"]
        if is_correction[target] or target in gone:
            continue
        if said["is_withdrawn"]:
            gone.add(target)
        elif said.get("happened_at"):
            known[target]["at"] = datetime.fromisoformat(said["happened_at"])
    return [
        (version, known[version]["topic"], known[version]["at"])
        for version in sorted(known)
        if not is_correction[version] and version not in gone and known[version]["at"] <= happened_by
    ]


def compared(ledger: Ledger, dice: random.Random, questions: int) -> int:
    """Ask random cases for random instants; gives how many questions agreed."""
    log = log_of(ledger)
    cases = sorted(log)
    histories = ledger.load_many(cases)
    for number in range(questions):
        case_id = dice.choice(cases)
        lines = log[case_id]
        happened_by = dice.choice(lines)["at"] + dice.choice([0, 1, -1, 3_600_000_000]) * timedelta(
            microseconds=1
        )
        known_at = dice.choice(lines)["known"] + dice.choice([0, 1, -1]) * timedelta(microseconds=1)
        found = as_of(histories[case_id], happened_by=happened_by, known_at=known_at)
        answer = [(known.originator_version, known.fact.topic, known.occurred_at) for known in found]
        assert answer == slowly(lines, happened_by, known_at), (
            f"seed {SEED}, question {number}, case {case_id}"
        )
    return questions


def a_live_log(ledger: Ledger, dice: random.Random, cases: int) -> float:
    """Record facts one by one, a third of them late, a sixth of them corrections; gives their share."""
    now = datetime(2026, 9, 1, tzinfo=UTC)
    late_or_corrected = total = 0
    versions = {UUID(int=number): 0 for number in range(1, cases + 1)}
    for step in range(cases * 7):
        case_id = dice.choice(list(versions))
        version = versions[case_id] = versions[case_id] + 1
        fact, late = _a_fact(dice, version, now + timedelta(hours=step)), dice.choice([0, 0, 30])
        total += 1
        late_or_corrected += late > 0 or isinstance(fact, events.Corrected)
        ledger.append(
            [
                Recorded(
                    originator_id=case_id, originator_version=version, fact=fact, actor="staff-li",
                    occurred_at=now + timedelta(hours=step - late), role=codes.Role.AGENT,
                    source=Source(system="api"), correlation_id=case_id,
                )
            ]
        )  # fmt: skip
    return late_or_corrected / total


def _a_fact(dice: random.Random, version: int, now: datetime) -> Fact:
    if version == 1:
        return events.Received(case_no="AS-00000001", channel=codes.Channel.PHONE)
    if version > 2 and dice.random() < 0.25:
        withdraw = dice.random() < 0.4
        return events.Corrected(
            corrects=dice.randint(2, version - 1),
            reason=codes.CorrectionReason.LATE_EVIDENCE,
            happened_at=None if withdraw else now - timedelta(hours=dice.randint(0, 60)),
            is_withdrawn=withdraw,
        )
    return dice.choice(
        [
            events.Responded(step=codes.Step.REPLY),
            events.Resumed(),
            events.Closed(outcome=codes.Outcome.SOLVED),
        ]
    )


def test_the_past_of_a_live_log_is_what_the_definition_says(ledger: Ledger, figure: Figure) -> None:
    dice = random.Random(SEED)
    share = a_live_log(ledger, dice, 150 if IS_FULL else 40)
    assert share >= 0.10
    asked = compared(ledger, dice, QUESTIONS)
    figure(f"T14 live: seed {SEED}, {asked} questions, 0 wrong, {share:.0%} late or corrections")


@pytest.mark.slow
def test_the_past_of_an_imported_log_is_what_the_definition_says(
    new_database: Callable[[], Database], tmp_path: Path, figure: Figure
) -> None:
    path, mapping = (HELPDESK, "helpdesk") if HELPDESK.exists() and IS_FULL else (SAMPLE, "lamp-sample")
    with new_database() as database:
        take_sample(database, tmp_path, path, mapping)
        with Ledger(database) as ledger:
            asked = compared(ledger, random.Random(SEED), QUESTIONS)
    figure(f"T14 imported ({mapping}): seed {SEED}, {asked} questions, 0 wrong")
