"""A seeded firm told fact by fact, and what an analyst asks of it worked out once more from its facts alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from cases import codes, events
from cases.calendars.book import shipped_book
from cases.calendars.walls import day_number
from cases.events_reference import BudgetsPublished
from cases.fact import Fact, Money
from cases.personal import PersonalRef
from cases.recorded import Recorded
from cases.regulation.packs import digest
from tests.projections.lamps import SHANGHAI, recorded, wall
from tests.projections.measured import PINNED

CAUSES = (codes.Cause.DRIVER, codes.Cause.WIRING, codes.Cause.NOT_INSTALLED)
DEPARTMENTS = (codes.Department.CUSTOMER_SERVICE, codes.Department.TECH_SUPPORT, codes.Department.QUALITY)
BUDGET = """
year = 2026
version = "1"
[[budget]]
id = "parts-2026"
cost = "parts"
amount = { minor = 90000 }
"""
Told = list[Recorded]


def budgets() -> Fact:
    """The budget of the year, as it is published."""
    return BudgetsPublished(
        year=2026, version="1", document=BUDGET, sha256=digest(BUDGET), proposed_by="staff-he"
    )


class Firm:
    """Cases from one seed: some answered over a holiday, some repaired again, some refunded late or not at all."""

    def __init__(self, seed: int) -> None:
        """Begin with the first case."""
        self._chance = Random(seed)

    def cases(self, number: int) -> Iterator[Told]:
        """Tell so many cases."""
        for told in range(number):
            chance, case_id = self._chance, UUID(int=self._chance.getrandbits(128), version=4)
            moment = wall("2026-01-20 08:00") + timedelta(minutes=chance.randrange(140 * 1_440))
            history: Told = []
            for fact in self._facts(told):
                history.append(recorded(case_id, len(history) + 1, moment, fact))
                moment += timedelta(seconds=int(chance.expovariate(1 / 90_000)) + 1)
            yield history

    def _facts(self, number: int) -> Iterator[Fact]:
        chance = self._chance
        lamp = f"lamp-{chance.randrange(15)}" if chance.random() < 0.8 else None
        serial = PersonalRef(ref=f"{UUID(int=8)}/serial/1", commit="0" * 64, token=lamp) if lamp else None
        kind = chance.choice(
            [codes.Kind.REPAIR, codes.Kind.COMPLAINT, codes.Kind.COMPLAINT, codes.Kind.RETURN]
        )
        yield events.Received(
            case_no=f"A-{number}", channel=codes.Channel.PHONE, judged_under=(PINNED,), serial=serial,
            batch=f"B{chance.randrange(3)}",
        )  # fmt: skip
        yield events.Classified(kind=kind, department=chance.choice(DEPARTMENTS))
        if chance.random() < 0.9:
            yield events.Responded(step=codes.Step.REPLY, channel=codes.Channel.PHONE)
        yield events.Inspected(
            stage=codes.InspectionStage.ARRIVAL,
            cause=chance.choice(CAUSES),
            disposition=codes.Disposition.REPAIR,
        )
        if kind is codes.Kind.REPAIR:
            yield events.Repaired(cause=chance.choice(CAUSES))
        if kind is codes.Kind.RETURN:
            yield events.Approved(subject=codes.Subject.RETURN, reason="inspection_passed")
            if chance.random() < 0.8:
                yield events.Refunded(amount=Money(minor=100))
        if chance.random() < 0.5:
            payer = chance.choice([codes.Payer.COMPANY, codes.Payer.CUSTOMER])
            yield events.Charged(
                cost=codes.Cost.PARTS, amount=Money(minor=chance.randrange(1, 5_000)), payer=payer,
                voucher_no=f"V-{number}", budget="parts-2026",
            )  # fmt: skip
        if chance.random() < 0.6:
            score: Any = chance.choice([None, 2, 4, 5])
            yield events.Revisited(method=codes.RevisitMethod.PHONE, is_solved=True, satisfaction=score)


def all_of(cases: list[Told], kind: type[Fact]) -> Iterator[tuple[Told, Recorded, Any]]:
    """Every fact of a kind, with its case."""
    return ((told, one, one.fact) for told in cases for one in told if isinstance(one.fact, kind))


def first(told: Told, kind: type[Fact]) -> Recorded | None:
    """The first fact of a kind in a case."""
    return next((one for one in told if isinstance(one.fact, kind)), None)


def month_of(at: datetime) -> date:
    """The first day of its month in Shanghai."""
    return at.astimezone(SHANGHAI).date().replace(day=1)


def breaches(cases: list[Told]) -> Iterator[tuple[date, str, int, int]]:
    """Month, clause, decided and missed: every clock is long past due when it is asked."""
    found: defaultdict[tuple[date, str], list[bool]] = defaultdict(list)
    for clause, starts, stops, hours in (
        ("M reply", events.Received, events.Responded, 24), ("M refund", events.Approved, events.Refunded, 48),
    ):  # fmt: skip
        for told, one, _ in all_of(cases, starts):
            stop = first(told, stops)
            late = stop is None or stop.occurred_at > one.occurred_at + timedelta(hours=hours)
            found[month_of(one.occurred_at), clause].append(late)
    return ((*key, len(late), sum(late)) for key, late in sorted(found.items()))


def causes(cases: list[Told]) -> list[tuple[str, str, int]]:
    """Batch, cause and how many complaints, of each batch the five most frequent first."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for told, _, classified in all_of(cases, events.Classified):
        if classified.kind is codes.Kind.COMPLAINT:
            (received, inspected) = (told[0].fact, first(told, events.Inspected))
            assert isinstance(received, events.Received)
            assert inspected is not None
            assert isinstance(inspected.fact, events.Inspected)
            counts[str(received.batch)][inspected.fact.cause.value] += 1
    return [
        (batch, cause, number)
        for batch, of in sorted(counts.items())
        for cause, number in sorted(of.items(), key=lambda one: (-one[1], one[0]))[:5]
    ]


def working_minutes(since: datetime, until: datetime) -> float:
    """Minute by day: what of every day lies between the two, where the working year works on it."""
    years, minutes = shipped_book().years, 0.0
    begin, end = (at.astimezone(SHANGHAI).replace(tzinfo=None) for at in (since, until))
    day = datetime.combine(begin.date(), datetime.min.time())
    while day < end:
        if years.kind(day_number(day.date())).is_working:
            minutes += (min(end, day + timedelta(days=1)) - max(begin, day)).total_seconds() / 60
        day += timedelta(days=1)
    return minutes


def answered(cases: list[Told]) -> dict[str, list[float]]:
    """By department the working minutes from receipt to the first response."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for told, one, _ in all_of(cases, events.Responded):
        given = first(told, events.Classified)
        assert given is not None
        assert isinstance(given.fact, events.Classified)
        found[given.fact.department.value].append(working_minutes(told[0].occurred_at, one.occurred_at))
    return found


def late_refunds(cases: list[Told]) -> set[str]:
    """The cases whose refund came late, or has not come."""
    found = set()
    for told, one, _ in all_of(cases, events.Approved):
        came = first(told, events.Refunded)
        if came is None or came.occurred_at > one.occurred_at + timedelta(hours=48):
            found.add(number_of(told))
    return found


def repeats(cases: list[Told]) -> set[tuple[str, str]]:
    """Case and the next one in which the same lamp was repaired for the same cause within 90 days."""
    repairs = sorted(
        (one.occurred_at, told[0].fact.serial.token, repaired.cause, number_of(told))  # type: ignore[attr-defined]  # all Received
        for told, one, repaired in all_of(cases, events.Repaired)
        if told[0].fact.serial  # type: ignore[attr-defined]  # the same
    )
    found = set()
    for place, (at, token, cause, case_no) in enumerate(repairs):
        again = [one for one in repairs[place + 1 :] if one[1:3] == (token, cause)]
        if again and again[0][0] <= at + timedelta(days=90):
            found.add((case_no, again[0][3]))
    return found


def number_of(told: Told) -> str:
    """The number of a case."""
    received = told[0].fact
    assert isinstance(received, events.Received)
    return received.case_no
