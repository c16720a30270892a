"""Cases of a benchmark's firm as they go, drawn from stories.toml: facts, and how long after one another."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple
from uuid import UUID

from cases.codes import Role
from cases.events import CASE_FACTS, Corrected
from cases.events_reference import RegulationPublished
from cases.fact import Fact, Pinned
from cases.personal import PersonalRef
from cases.recorded import Recorded, Source
from cases.reference import REFERENCE_ID, Published, demo_settings, reference_of, shipped
from cases.regulation.rules import Reference
from replay.sample import documents as sample

STORIES: Final = Path(__file__).with_name("stories.toml")
MONDAY: Final = datetime(2001, 1, 1, tzinfo=UTC)
"""The day on which every template begins."""
OPENING: Final = datetime(2021, 11, 28, 16, tzinfo=UTC)
"""When the firm published its documents, in time for Monday 2021-11-29 in Shanghai."""
CASE: Final = UUID("5ca1ab1e-0000-4000-8000-5ca1ab1e5ca1")
"""The id of every template."""
MARKS: Final = {"case_no": "<case_no>", "product_model": "<model>", "batch": "<batch>", "region": "<region>"}
TOKEN: Final = "<token>"
"""What stands in a template for what every case has of its own, with MARKS."""
RATE_OF_LATE, RATE_OF_CORRECTIONS, RATE_WITH_SERIAL = 0.05, 0.01, 0.7
PROMPT: Final = timedelta(minutes=15)
OF_A_ROLE: Final = 24
"""How many people there are in each role."""
KEPT: Final = ("customer_name", "customer_phone", "description")
"""What of the customer lies in the vault; the benchmark has none, only what points into it."""
ROLES: Final = {role.value: role for role in Role}
Step = dict[str, Any]


class Told(NamedTuple):
    """A fact of a template, and when the log learned of it."""

    fact: Recorded
    recorded_at: datetime


class Draft(NamedTuple):
    """A fact to be told, so many hours after the one before it."""

    name: str
    says: Step
    hours: float
    role: Role

    def fact(self, moment: datetime) -> Fact:
        """Make it; `promised_in` and the like are hours from the moment."""
        says = {
            name.removesuffix("_in") + "_at": moment + timedelta(hours=told)
            for name, told in self.says.items()
            if name.endswith("_in")
        }
        plain = {name: told for name, told in self.says.items() if not name.endswith("_in")}
        return CASE_FACTS[self.name].model_validate({**plain, **says})


def documents() -> list[Told]:
    """Everything that the firm published before its first case, as one stream."""
    ours = shipped()
    regulations = [fact.regulation for fact in ours if isinstance(fact, RegulationPublished)]
    every: tuple[Published, ...] = (*ours, *demo_settings(), *sample.documents(regulations))
    return [
        Told(_by("publisher", Role.SUPERVISOR, REFERENCE_ID, number, OPENING, fact), OPENING)
        for number, fact in enumerate(every, 1)
    ]


def _by(actor: str, role: Role, stream: UUID, version: int, at: datetime, fact: Fact) -> Recorded:
    return Recorded(stream, version, fact, at, actor, role, Source(system="api"), stream)


@dataclass
class Stories:
    """Draws templates of cases from one seed."""

    chance: Random

    @cached_property
    def reference(self) -> Reference:
        """What the firm published."""
        return reference_of(told.fact for told in documents())

    @cached_property
    def _known(self) -> list[Step]:
        told: list[Step] = tomllib.loads(STORIES.read_text(encoding="utf-8"))["story"]
        return told

    def template(self) -> tuple[str, list[Told]]:
        """Tell one case that begins on MONDAY, with its product line."""
        story = self.chance.choices(self._known, [one["weight"] for one in self._known])[0]
        told = list[Told]()
        moment = known_at = MONDAY + timedelta(hours=self.chance.triangular(0, 15, 4))
        for draft in self._drafts(story):
            moment += timedelta(seconds=int(draft.hours * 3600))
            is_late = bool(told) and self.chance.random() < RATE_OF_LATE
            wait = timedelta(hours=self.chance.uniform(2, 60) if is_late else 0)
            known_at = max(moment + wait, known_at) + timedelta(seconds=self.chance.uniform(0.2, 3))
            told.append(self._told(draft.fact(moment), draft.role, len(told) + 1, moment, known_at))
            if len(told) > 1 and self.chance.random() < RATE_OF_CORRECTIONS:
                known_at += timedelta(hours=self.chance.uniform(0.5, 30))
                wrong = self._correction(told[-1].fact)
                told.append(self._told(wrong, draft.role, len(told) + 1, known_at, known_at))
        return story["line"], told

    def _told(self, fact: Fact, role: Role, version: int, moment: datetime, known_at: datetime) -> Told:
        who = f"{role.value}-{min(int(self.chance.expovariate(0.15)), OF_A_ROLE - 1):02d}"
        known = _by(who, role, CASE, version, moment, fact)
        return Told(replace(known, is_backdated=known_at - moment > PROMPT), known_at)

    def _drafts(self, story: Step) -> Iterator[Draft]:
        yield Draft("Received", self._received(story), 0, Role.AGENT)
        yield Draft("Classified", self._chosen(story["classified"]), self._after(0.2), Role.AGENT)
        yield from self._steps(story["steps"])

    def _steps(self, steps: list[Step]) -> Iterator[Draft]:
        for step in steps:
            if self.chance.random() < step.get("chance", 1):
                says, hours = self._chosen(step.get("says", {})), self._after(step["hours"])
                yield Draft(step["fact"], says, hours, ROLES[step.get("who", "agent")])
                yield from self._steps(step.get("then", []))

    def _after(self, hours: float) -> float:
        """Around so many hours, and in one case of eight a few times as long."""
        slow = self.chance.uniform(2.5, 5) if self.chance.random() < 0.12 else 1
        return hours * self.chance.lognormvariate(0, 0.45) * slow

    def _received(self, story: Step) -> Step:
        channel = self.chance.choices(("phone", "chat", "store", "email"), (5, 3, 2, 1))[0]
        told = {
            "channel": channel,
            "sales_channel": self.chance.choice(["online", "online", "store", "project"]),
        }
        kept = {name: PersonalRef(ref=f"{CASE}/{name}/1", commit="0" * 64) for name in KEPT}
        serial = PersonalRef(ref=f"{CASE}/serial/1", commit="0" * 64, token=TOKEN)
        pins: tuple[Pinned, ...] = self.reference.in_force(
            product_line=story["line"], channel=channel, at=OPENING + timedelta(days=1)
        )
        bought = date(2000, 12, 31) - timedelta(days=self.chance.choice((3, 5, 12, 60, 150, 420)))
        return {
            **told, **MARKS, **kept, **self._chosen(story.get("received", {})), "subject_id": CASE,
            "product_line": story["line"], "judged_under": pins, "has_proof": True, "has_fault_description": True,
            "purchased_on": bought, "goods_received_on": bought + timedelta(days=2),
            "serial": serial if self.chance.random() < RATE_WITH_SERIAL else None,
        }  # fmt: skip

    def _correction(self, wrong: Recorded) -> Corrected:
        how: Step = {"happened_at": wrong.occurred_at - timedelta(minutes=self.chance.randrange(1, 90))}
        if wrong.fact.name() == "Classified":
            how = {"changes": {"severity": "major"}}
        return Corrected.model_validate({
            "corrects": wrong.originator_version, "reason": "typing_error", **how
        })  # fmt: skip

    def _chosen(self, says: Step) -> Step:
        return {
            name: self.chance.choice(told)
            if isinstance(told, list)
            else self._chosen(told)
            if isinstance(told, dict)
            else told
            for name, told in says.items()
        }
