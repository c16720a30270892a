"""A regulation that names every measure, a seeded firm under it, and its figures worked out once more, slowly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from cases import codes, events
from cases.calendars.book import shipped_book
from cases.events_reference import RegulationPublished, SettingsPublished
from cases.fact import Fact, Money, Pinned
from cases.personal import PersonalRef
from cases.recorded import Recorded
from cases.regulation.packs import digest, read_regulation, read_settings
from tests.projections.lamps import SHANGHAI, recorded, wall

_HEAD = """
id = "measured"
version = "1"
label = { zh = "指标", en = "Measured" }
effective_from = 2026-01-01
product_lines = ["lamp"]
"""
_PROMISES = (
    ("reply", '{ fact = "Received" }', '{ fact = "Responded" }', "hours = 24", "customer_service"),
    ("refund", '{ fact = "Approved", subject = "return" }', '{ fact = "Refunded" }', "hours = 48", "finance"),
    ("visit", '{ fact = "Booked" }', '{ fact = "Arrived" }', 'until = "ends_at"', "field_service"),
)
_TARGETS = {
    "responses": 'measure = "response_on_time"\nat_least = "1"',
    "calls": 'measure = "phone_pickup"\npromises = ["reply"]',
    "refunds": 'measure = "refund_on_time"\nsetting = "unset"',
    "visits": 'measure = "appointment_punctuality"\nat_least = "0.5"',
    "solved": 'measure = "resolution"\nat_least = "0.98"',
    "answers": 'measure = "satisfaction"\nscore = 4\nsetting = "pass"',
    "streak": 'measure = "satisfaction"\nscore = 3\nat_least = "0.75"\nmonths = "streak"',
    "repairs": 'measure = "repair_success"\ndays = 40\nat_least = "0.6"',
    "complaints": 'measure = "complaint_settled"\ndays = 30',
    "records": 'measure = "record_completeness"\nconstraints = ["model-told"]\nat_least = "0.9"',
    "intact": 'measure = "delivered_intact"\napplies = { kind = "repair" }\nat_least = "0.9"',
}
_UNITS = {"pass": "percent", "unset": "percent", "streak": "months"}


def _item(kind: str, name: str, told: str) -> str:
    return f'[[{kind}]]\nid = "{name}"\nclause = "M {name}"\nlabel = {{ zh = "{name}", en = "{name}" }}\n{told}\n'


DOCUMENT = _HEAD + "\n".join(
    (
        *(
            _item(
                "promise", name,
                f"start = {start}\nstop = {stop}\nwithin = {{ {within}"
                f', calendar = "around-the-clock" }}\ndepartment = "{department}"',
            )
            for name, start, stop, within, department in _PROMISES
        ),
        _item(
            "constraint", "model-told",
            'kind = "absence"\nthen = { fact = "Received", lacks = ["batch"] }\nmode = "flag"',
        ),
        *(_item("target", name, told) for name, told in _TARGETS.items()),
        *(_item("placeholder", name, f'unit = "{unit}"') for name, unit in _UNITS.items()),
    )
)  # fmt: skip
_VALUE = '{{ value = {}, unit = "{}", source = "configured, not from the regulation" }}'
SETTINGS = (
    'regulation = "measured"\nversion = "demo.1"\n[values]\n'
    f"pass = {_VALUE.format(60, 'percent')}\nstreak = {_VALUE.format(2, 'months')}\n"
)
PINNED = Pinned(
    regulation="measured", version="1", settings="demo.1", calendar=f"china@{shipped_book().version}"
)
FIRST, MONTHS = date(2026, 1, 1), 6


def documents() -> tuple[Fact, ...]:
    """The regulation and the firm's values, checked and as they are published."""
    regulation = read_regulation(DOCUMENT).regulation
    read_settings(SETTINGS, regulation)
    return (
        RegulationPublished(
            regulation="measured", version="1", document=DOCUMENT, sha256=digest(DOCUMENT)
        ),
        SettingsPublished(
            regulation="measured", version="demo.1", document=SETTINGS, sha256=digest(SETTINGS)
        ),
    )  # fmt: skip


class MeasuredFirm:
    """Case after case from one seed, with every fact that a target counts, in and out of time."""

    def __init__(self, seed: int) -> None:
        """Begin with the first case."""
        self._chance = Random(seed)

    def histories(self, cases: int) -> Iterator[list[Recorded]]:
        """Tell so many cases."""
        for number in range(cases):
            chance, case_id = self._chance, UUID(int=self._chance.getrandbits(128), version=4)
            moment = wall("2026-01-03 08:00") + timedelta(minutes=chance.randrange(150 * 1_440))
            told: list[Recorded] = []
            for fact in self._facts(f"M-{number}", moment):
                told.append(recorded(case_id, len(told) + 1, moment, fact))
                moment += timedelta(minutes=int(chance.expovariate(1 / 900)) + 1)
            yield told

    def _facts(self, case_no: str, moment: datetime) -> Iterator[Fact]:
        chance, kind = self._chance, self._chance.choice(["repair", "repair", "complaint", "return"])
        lamp = f"lamp-{chance.randrange(12)}" if chance.random() < 0.8 else None
        serial = PersonalRef(ref=f"{UUID(int=8)}/serial/1", commit="0" * 64, token=lamp) if lamp else None
        yield events.Received(
            case_no=case_no, channel=codes.Channel.PHONE, judged_under=(PINNED,), serial=serial,
            batch="B1" if chance.random() < 0.9 else None,
        )  # fmt: skip
        yield events.Classified.model_validate({
            "kind": kind, "department": chance.choice(["customer_service", "tech_support"])
        })  # fmt: skip
        if chance.random() < 0.15:
            yield events.Approved(
                subject=codes.Subject.EXCLUSION, item="reply", reason="flood", requested_by="s"
            )
        if chance.random() < 0.1:
            return
        yield events.Responded(step=codes.Step.REPLY, channel=codes.Channel.PHONE)
        yield from self._work(kind, moment)
        yield from self._ending()
        if chance.random() < 0.2:
            yield events.Reopened(reason="it hums again")
            yield from self._work(kind, moment + timedelta(days=3))
            yield from self._ending()

    def _work(self, kind: str, moment: datetime) -> Iterator[Fact]:
        chance = self._chance
        if kind == "return":
            yield events.Approved(subject=codes.Subject.RETURN, reason="inspection_passed")
            yield events.Refunded(amount=Money(minor=100))
        if kind == "repair":
            ends = moment + timedelta(hours=chance.randrange(24, 96))
            yield events.Booked(begins_at=ends - timedelta(hours=2), ends_at=ends)
            yield events.Arrived()
            yield events.Repaired(cause=chance.choice([codes.Cause.DRIVER, codes.Cause.WIRING]))
            yield events.Delivered(direction=codes.Direction.OUTBOUND, is_damaged=chance.random() < 0.2)

    def _ending(self) -> Iterator[Fact]:
        chance = self._chance
        asked = [self._revisited() for _ in range(chance.randrange(3))]
        yield from asked[:1]
        if chance.random() < 0.8:
            yield events.Closed(outcome=codes.Outcome.SOLVED)
            yield from asked[1:]

    def _revisited(self) -> Fact:
        chance = self._chance
        score: Any = chance.choice([None, 1, 3, 4, 5, 5])
        return events.Revisited(
            method=codes.RevisitMethod.PHONE, is_solved=chance.random() < 0.7, satisfaction=score
        )


class Thing(NamedTuple):
    """Something that a target counts: when, in which case, and good, missed, pending or excluded."""

    target: str
    at: datetime
    case_id: UUID
    standing: str


def things(histories: list[list[Recorded]], at: datetime) -> Iterator[Thing]:
    """Everything that the targets count at an instant, worked out from the facts alone."""
    for told in histories:
        for thing in (*_clocks(told, at), *_facts_of(told, histories, at)):
            if thing.at <= at:
                yield thing


def _clocks(told: list[Recorded], at: datetime) -> Iterator[Thing]:
    kind = next((one.fact.kind for one in told if isinstance(one.fact, events.Classified)), None)
    is_excluded = any(getattr(one.fact, "subject", None) == "exclusion" for one in told)
    for number, one in enumerate(told):
        after = told[number:]
        match one.fact:
            case events.Received() | events.Reopened():
                due = one.occurred_at + timedelta(hours=24)
                is_left_out = is_excluded and isinstance(one.fact, events.Received)
                stood = "excluded" if is_left_out else _stood(after, events.Responded, due, at)
                yield Thing("responses", one.occurred_at, one.originator_id, stood)
                yield Thing("calls", one.occurred_at, one.originator_id, stood)
            case events.Approved(subject="return"):
                due = one.occurred_at + timedelta(hours=48)
                yield Thing(
                    "refunds", one.occurred_at, one.originator_id, _stood(after, events.Refunded, due, at)
                )
            case events.Booked(ends_at=datetime() as ends):
                yield Thing(
                    "visits", one.occurred_at, one.originator_id, _stood(after, events.Arrived, ends, at)
                )
            case events.Delivered(is_damaged=is_damaged) if kind == "repair":
                yield Thing("intact", one.occurred_at, one.originator_id, "missed" if is_damaged else "good")


def _stood(after: list[Recorded], stop: type[Fact], due: datetime, at: datetime) -> str:
    stopped = next((one.occurred_at for one in after if isinstance(one.fact, stop)), None)
    if stopped is not None and stopped <= at:
        return "good" if stopped <= due else "missed"
    return "missed" if at > due else "pending"


def _facts_of(told: list[Recorded], histories: list[list[Recorded]], at: datetime) -> Iterator[Thing]:
    kind = next((one.fact.kind for one in told if isinstance(one.fact, events.Classified)), None)
    for number, one in enumerate(told):
        match one.fact:
            case events.Received(batch=batch):
                yield Thing("records", one.occurred_at, one.originator_id, "good" if batch else "missed")
                if kind == "complaint":
                    yield Thing(
                        "complaints", one.occurred_at, one.originator_id, _again(one, histories, 30, at)
                    )
            case events.Repaired():
                yield Thing("repairs", one.occurred_at, one.originator_id, _again(one, histories, 40, at))
            case events.Revisited(satisfaction=int(score)):
                for name, lowest in (("answers", 4), ("streak", 3)):
                    stood = "good" if score >= lowest else "missed"
                    yield Thing(name, one.occurred_at, one.originator_id, stood)
            case events.Closed():
                yield Thing("solved", one.occurred_at, one.originator_id, _solved(told, number, at))
            case _:
                pass


def _solved(told: list[Recorded], closing: int, at: datetime) -> str:
    since = max((n for n in range(closing) if isinstance(told[n].fact, events.Reopened)), default=0)
    ends = next(
        (n for n in range(closing, len(told)) if isinstance(told[n].fact, events.Reopened)), len(told)
    )
    asked = [one for one in told[since:ends] if isinstance(one.fact, events.Revisited)]
    is_reopened = ends < len(told) and told[ends].occurred_at <= at
    last = asked[-1] if asked else None
    is_good = last is not None and isinstance(last.fact, events.Revisited) and last.fact.is_solved
    return "good" if is_good and not is_reopened and last is not None and last.occurred_at <= at else "missed"


def _again(one: Recorded, histories: list[list[Recorded]], days: int, at: datetime) -> str:
    until = one.occurred_at + timedelta(days=days)
    for told in histories:
        for other in told:
            is_after = one.occurred_at < other.occurred_at <= min(at, until)
            if is_after and _is_the_same(one, other, histories):
                return "missed"
    return "good" if until <= at else "pending"


def _is_the_same(one: Recorded, other: Recorded, histories: list[list[Recorded]]) -> bool:
    """Whether the other is a repair of the same goods for the same cause; or a complaint, or its case opened again."""
    is_case = one.originator_id == other.originator_id
    if isinstance(other.fact, events.Reopened):
        return is_case and isinstance(one.fact, events.Received)
    if type(one.fact) is not type(other.fact) or (is_case and isinstance(one.fact, events.Received)):
        return False
    mine, its = (_opened(known, histories) for known in (one, other))
    if isinstance(one.fact, events.Repaired) and isinstance(other.fact, events.Repaired):
        if one.fact.cause is not other.fact.cause:
            return False
    elif its[1] != "complaint":
        return False
    return is_case or (mine[0] is not None and mine[0] == its[0])


def _opened(known: Recorded, histories: list[list[Recorded]]) -> tuple[str | None, str]:
    """The token of the goods of its case, and the kind of the case."""
    told = next(told for told in histories if told[0].originator_id == known.originator_id)
    received, classified = told[0].fact, told[1].fact
    assert isinstance(received, events.Received)
    assert isinstance(classified, events.Classified)
    return received.serial.token if received.serial else None, classified.kind.value


def month_of(at: datetime) -> date:
    """The first day of the month in Shanghai."""
    return at.astimezone(SHANGHAI).date().replace(day=1)
