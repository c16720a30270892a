"""From the events of one source case to the facts that are new: pure, so that a dry run is the same run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from pydantic import ValidationError

from cases.cure import cure
from cases.fact import Fact, Pinned
from cases.recorded import Recorded, Source
from cases.straying import CURE, has_strayed
from replay.imports.mapping import Gives, Mapping
from replay.imports.source import SourceEvent

IMPORTED = UUID("5d7c1f0e-7b0a-4b57-9a53-0f6f2a1f9c11")
"""Namespace of the ids of imported cases; the name inside it is a keyed fingerprint, never the source's own word."""

Fingerprint = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a case of the file was not taken: `changed past`, `bad word`, `future` or `told twice`."""

    line: int
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Expected:
    """A fact that the file says a case has, under its key."""

    key: str
    gives: Gives
    event: SourceEvent

    def make(self, **more: object) -> Fact:
        """Make the fact; raises ValidationError where a word does not fit."""
        return self.gives.make(self.event.words, **more)


@dataclass(frozen=True, slots=True)
class Taking:
    """What every case of one import has in common.

    `fingerprint` is the keyed HMAC of its parts; `pins` the versions judged under; `case_no` draws the next number;
    `now` bounds what a history may claim.
    """

    mapping: Mapping
    fingerprint: Fingerprint
    file_sha256: str
    pins: tuple[Pinned, ...]
    case_no: Callable[[], str]
    now: datetime

    def case_id(self, case: str) -> UUID:
        """Give the id of a source's case, the same at every import under this mapping."""
        return uuid5(IMPORTED, self.fingerprint("import-case", self.mapping.id, case))

    def actor(self, event: SourceEvent) -> str:
        """Give the pseudonym of whoever acted."""
        column = self.mapping.columns.actor
        word = event.words.get(column) if column else None
        return f"staff-{self.fingerprint('actor', word)[:12]}" if word else f"import:{self.mapping.id}"

    def expected(self, events: Sequence[SourceEvent]) -> Iterator[Expected]:
        """Tell the facts of a case in order, each under the HMAC of mapping, case, activity, time and ordinal."""
        equals: Counter[tuple[str, datetime]] = Counter()
        waiting: list[tuple[str, Gives]] = []
        for number, event in enumerate(events):
            same = (event.activity, event.at)
            equals[same] += 1
            parts = (self.mapping.id, event.case, event.activity, event.at.isoformat(), str(equals[same]))
            for origin, gives in waiting:
                yield Expected(origin, gives, event)
            activity = self.mapping.activity(event.activity)
            begins = (self.mapping.first,) if number == 0 else ()
            for place, gives in enumerate((*begins, *activity.gives)):
                yield Expected(
                    self.fingerprint("import-fact", *parts, str(place - len(begins))), gives, event
                )
            waiting = [
                (self.fingerprint("import-fact", *parts, "until", str(place)), gives)
                for place, gives in enumerate(activity.until_next)
            ]

    def prepare(self, events: Sequence[SourceEvent], stored: Sequence[Recorded]) -> list[Recorded] | Trouble:
        """Give the facts that the log does not have yet, or why the case cannot be taken."""
        known = {recorded.source.key: recorded for recorded in stored if recorded.source.key}
        expected = list(self.expected(events))
        if self.mapping.delivers == "increments" and known:
            expected = [fact for fact in expected if not self._begins(fact) or fact.key in known]
        elif not known.keys() <= {fact.key for fact in expected}:
            return Trouble(events[0].line, "changed past", "the file no longer tells what it told before")
        new: list[Recorded] = []
        for fact in expected:
            if fact.event.at > self.now:
                return Trouble(fact.event.line, "future", "lies in the future")
            try:
                told = self._recorded(fact, len(stored) + len(new) + 1, known.get(fact.key))
            except ValidationError as invalid:
                return _bad_word(fact, invalid)
            strayed = next((name for name, word in told.fact if has_strayed(word)), None)
            if strayed is not None:
                return Trouble(fact.event.line, "bad word", f"{fact.gives.fact}.{strayed}: {CURE}")
            before = known.get(fact.key)
            if before is None:
                new.append(told)
            elif (before.fact, before.actor) != (told.fact, told.actor):
                return Trouble(
                    fact.event.line, "changed past", "the event no longer says what it said before"
                )
        return new

    def _begins(self, expected: Expected) -> bool:
        return expected.gives is self.mapping.first

    def _drawn(self, before: Recorded | None) -> dict[str, object]:
        """Give what a Received holds beyond the source's words; one that is known keeps its own."""
        if before is not None:
            return {name: getattr(before.fact, name) for name in ("case_no", "judged_under", "is_live")}
        return {"case_no": self.case_no(), "judged_under": self.pins, "is_live": self.mapping.live}

    def _recorded(self, expected: Expected, version: int, before: Recorded | None) -> Recorded:
        event = expected.event
        more = self._drawn(before) if self._begins(expected) else {}
        case_id = self.case_id(event.case)
        return Recorded(
            originator_id=case_id,
            originator_version=version,
            fact=expected.make(**more),
            occurred_at=event.at,
            actor=self.actor(event),
            role=expected.gives.by or self.mapping.role,
            source=Source(
                system=f"import:{self.mapping.id}",
                sha256=self.file_sha256,
                line=event.line,
                key=expected.key,
            ),
            correlation_id=uuid5(case_id, expected.key),
        )


def _bad_word(fact: Expected, invalid: ValidationError) -> Trouble:
    first = invalid.errors(include_url=False)[0]
    field = ".".join(str(step) for step in first["loc"]) or "fields"
    return Trouble(fact.event.line, "bad word", f"{fact.gives.fact}.{field}: {cure(first)}")
