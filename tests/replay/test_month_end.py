"""A published month keeps standing; today's figures are what the facts come to, and every difference has its facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import pytest

from cases import codes, events
from cases.caller import Caller
from cases.errors import NotFound, Refused
from cases.events_month import MonthFigure
from cases.fact import Fact, Money
from cases.history import effective
from cases.month_end import PublishMonth
from cases.recorded import Recorded
from cases.reference import reference_of
from cases.store.database import Database
from projections.following.engine import Engine
from projections.schema import Db
from projections.views.target_views import SMALL
from replay.month_end import MonthRoom
from tests.fix_desk import caller
from tests.projections.lamps import HOUSE, OPENING, Lamps, connected, recorded, wall
from tests.projections.measured import PINNED, MeasuredFirm, documents, month_of, things

MARCH, WRITTEN = wall("2026-03-01 00:00"), "2026-03"
THEN, NOW = wall("2026-08-03 09:00"), wall("2026-11-20 09:00")
"""Long after the firm's last fact: nothing runs any more that only time would decide."""
HU: Caller = caller(codes.Role.QUALITY, "staff-hu")
OF_CLOCKS = {
    codes.MonthMeasure.PROMISE, codes.MonthMeasure.PENDING, codes.MonthMeasure.EXCLUDED,
    codes.MonthMeasure.NOT_CONFIGURED,
}  # fmt: skip
"""What is counted of the same clocks as the targets that name them: held against these below."""


class Firm(NamedTuple):
    """What was told up to the report, and what came after it by case and version."""

    before: list[list[Recorded]]
    after: list[list[Recorded]]
    changes: dict[tuple[UUID, int], str]
    spoilt: UUID
    """The case of March whose goods were repaired again in April, as was told too late."""


def march(told: list[Recorded]) -> bool:
    return month_of(told[0].occurred_at) == month_of(MARCH)


def of(told: list[Recorded], kind: type[Fact]) -> Recorded | None:
    return next((one for one in told if isinstance(one.fact, kind)), None)


def later(told: list[Recorded], at: datetime, fact: dict[str, Any] | Fact) -> Recorded:
    made = (
        fact
        if isinstance(fact, Fact)
        else events.Corrected.model_validate({"reason": "typing_error", **fact})
    )
    return recorded(told[0].originator_id, len(told) + 1, at, made)


def came_later(before: list[list[Recorded]]) -> Iterator[tuple[Recorded, str]]:
    """One case of March after another: corrected, withdrawn, excluded, closed late and moved into February."""
    cases = iter([told for told in before if march(told) and of(told, events.Responded)])
    at = THEN + timedelta(days=1)
    told = next(cases)
    answer = of(told, events.Responded)
    assert answer is not None
    slow = {"corrects": answer.originator_version, "happened_at": told[0].occurred_at + timedelta(days=9)}
    yield later(told, at, slow), "corrected"
    told = next(one for one in cases if of(one, events.Closed))
    ended = of(told, events.Closed)
    assert ended is not None
    gone = {"corrects": ended.originator_version, "is_withdrawn": True}
    yield later(told, at, gone), "withdrawn"
    told = next(cases)
    leave = events.Approved(subject=codes.Subject.EXCLUSION, item="reply", reason="flood", requested_by="s")
    yield later(told, at, leave), "excluded"
    told = next(one for one in cases if not of(one, events.Closed))
    yield later(told, at, events.Closed(outcome=codes.Outcome.SOLVED)), "later"
    told = next(cases)
    early = {"corrects": 1, "happened_at": wall("2026-02-20 09:00")}
    yield later(told, at, early), "corrected"
    told = next(cases)
    cost = events.Charged(
        cost=codes.Cost.PARTS, amount=Money(minor=700), payer=codes.Payer.COMPANY, voucher_no="BX-7"
    )
    yield later(told, wall("2026-03-31 23:59"), cost), "late"


def case_that_came_late() -> list[Recorded]:
    stream, at = UUID(int=77, version=4), wall("2026-03-12 10:00")
    facts = (
        events.Received(case_no="M-late", channel=codes.Channel.PHONE, judged_under=(PINNED,), batch="B1"),
        events.Classified(kind=codes.Kind.COMPLAINT, department=codes.Department.TECH_SUPPORT),
    )
    return [recorded(stream, version, at, fact) for version, fact in enumerate(facts, 1)]


def repaired_again(before: list[list[Recorded]], touched: set[UUID]) -> tuple[UUID, list[Recorded]]:
    """A case of April with the goods and the cause of a repair of March that had lasted."""
    lasting = {
        (one.case_id, one.at)
        for one in things(before, THEN)
        if (one.target, one.standing) == ("repairs", "good")
    }
    first, fact = next(
        (told[0], one.fact)
        for told in before
        for one in told
        if (one.originator_id, one.occurred_at) in lasting
        and one.originator_id not in touched
        and month_of(one.occurred_at) == month_of(MARCH)
        and wall("2026-03-10 00:00") < one.occurred_at
        and getattr(told[0].fact, "serial", None)
    )
    steps = (
        (wall("2026-04-10 09:00"), first.fact.model_copy(update={"case_no": "M-again"})),
        (wall("2026-04-10 09:10"), events.Classified(kind=codes.Kind.REPAIR)),
        (wall("2026-04-12 09:00"), fact),
    )
    stream = UUID(int=78, version=4)
    return first.originator_id, [recorded(stream, n, at, step) for n, (at, step) in enumerate(steps, 1)]


@contextmanager
def connecting(database: Database) -> Iterator[Db]:
    with connected(database) as connection:
        yield connection


@pytest.fixture(scope="module")
def room(lamps: Lamps, database: Database) -> MonthRoom:
    reference = reference_of(
        recorded(HOUSE, number, OPENING, fact) for number, fact in enumerate(documents(), 1)
    )
    return MonthRoom(lamps.ledger, reference, lambda: connecting(database))


@pytest.fixture(scope="module")
def firm(lamps: Lamps, room: MonthRoom, database: Database) -> Firm:
    """A half-year of a firm, its March published, and then what came too late for it."""
    for number, document in enumerate(documents()):
        lamps.ledger.append([recorded(uuid5(HOUSE, f"measured-{number}"), 1, OPENING, document)])
    Engine(database).catch_up()
    before = list(MeasuredFirm(23).histories(90))
    lamps.ledger.append([one for told in before for one in told])
    with pytest.raises(Refused, match="do not show everything") as lame:
        room.publish(WRITTEN, PublishMonth(), HU, THEN)
    assert lame.value.details["lacking"] == ["behind"]
    Engine(database).catch_up()
    assert room.publish(WRITTEN, PublishMonth(), HU, THEN).facts == ("MonthPublished",)
    assert room.publish(WRITTEN, PublishMonth(), HU, NOW).facts == (), "asked again it is quiet"
    changes, late = dict[tuple[UUID, int], str](), list[Recorded]()
    for fact, change in came_later(before):
        late.append(fact)
        changes[fact.originator_id, fact.originator_version] = change
    stranger = next(told for told in before if told[0].occurred_at > wall("2026-04-20 09:00"))
    late.append(later(stranger, THEN, events.Noted(word="photos")))
    newcomer = case_that_came_late()
    changes |= {(newcomer[0].originator_id, version): "late" for version in (1, 2)}
    spoilt, again = repaired_again(before, {one.originator_id for one in late})
    after = [
        *([*told, *(one for one in late if one.originator_id == told[0].originator_id)] for told in before),
        newcomer,
        again,
    ]
    lamps.ledger.append([*late, *newcomer, *again])
    Engine(database).catch_up()
    return Firm(before, after, changes, spoilt)


def by_hand(histories: list[list[Recorded]], at: datetime) -> Counter[tuple[str, str | None]]:
    """What March comes to by the facts alone: how many are counted, and of these how many are good."""
    sums: Counter[tuple[str, str | None]] = Counter()
    first = month_of(MARCH)
    standing = [list(effective(told)) for told in histories]
    for told in standing:
        opened = month_of(told[0].occurred_at) == first
        kind = next(one.fact.kind for one in told if isinstance(one.fact, events.Classified))
        endings = [one for one in told if isinstance(one.fact, events.Closed | events.Reopened)]
        closed = endings[-1].occurred_at if endings and isinstance(endings[-1].fact, events.Closed) else None
        sums["opened", None] += opened
        sums["still_open", None] += opened and closed is None
        sums["closed", None] += closed is not None and month_of(closed) == first
        sums["complaints", None] += opened and kind == "complaint"
        for one in told:
            if month_of(one.occurred_at) == first and isinstance(one.fact, events.Charged | events.Refunded):
                sums["spent" if isinstance(one.fact, events.Charged) else "refunded", None] += 1
    for thing in things(standing, at):
        if month_of(thing.at) == first:
            sums[f"target {thing.target}", "good"] += thing.standing == "good"
            sums[f"target {thing.target}", "due"] += thing.standing in {"good", "missed"}
    return sums


def as_told(figures: tuple[MonthFigure, ...]) -> Counter[tuple[str, str | None]]:
    """The same of the figures of all departments together."""
    sums: Counter[tuple[str, str | None]] = Counter()
    for one in figures:
        if one.department is not None or one.measure in OF_CLOCKS:
            continue
        if one.measure is codes.MonthMeasure.TARGET and one.item is not None:
            name = f"target {one.item.split('/')[2]}"
            sums[name, "good"] += one.numerator
            sums[name, "due"] += one.denominator or 0
        else:
            sums[one.measure.value, None] += one.numerator
    return sums


def kept(
    figures: tuple[MonthFigure, ...], measure: str, name: str
) -> dict[str | None, tuple[int, int | None]]:
    """Of one promise or target, by department: how many of how many."""
    return {
        one.department: (one.numerator, one.denominator)
        for one in figures
        if one.measure.value == measure and (one.item or "").split("/")[2:3] == [name]
    }


def test_the_published_figures_stand_and_todays_are_what_the_facts_come_to(
    room: MonthRoom, firm: Firm
) -> None:
    _, report = room.report(WRITTEN)
    assert +as_told(report.figures) == +by_hand(firm.before, THEN)
    today = room.today(WRITTEN, NOW).figures
    assert +as_told(today) == +by_hand(firm.after, NOW)
    assert as_told(report.figures) != as_told(today)
    for figures in (report.figures, today):
        assert kept(figures, "promise", "reply") == kept(figures, "target", "responses")
    clauses = {one.item: one.clause for one in report.figures if one.measure is codes.MonthMeasure.PROMISE}
    assert clauses["measured@1/promise/reply"] == "M reply"


def test_the_log_gives_the_published_figures_again_whatever_came_since(room: MonthRoom, firm: Firm) -> None:
    assert room.is_found_again(WRITTEN)


def test_every_difference_is_told_by_case_with_exactly_the_facts_that_made_it(
    room: MonthRoom, firm: Firm
) -> None:
    _, report = room.report(WRITTEN)
    today, moved = room.today(WRITTEN, NOW).figures, room.moved(WRITTEN, NOW)
    sums: Counter[tuple[Any, ...]] = Counter()
    for one in moved:
        key = one.measure, one.item, one.department
        sums[*key, "numerator"] += one.numerator
        sums[*key, "denominator"] += one.denominator
        sums[*key, "amount"] += one.amount_minor
    differences: Counter[tuple[Any, ...]] = Counter()
    for sign, figures in ((1, today), (-1, report.figures)):
        for line in figures:
            if line.department is not None:
                key = line.measure, line.item, line.department.value
                differences[*key, "numerator"] += sign * line.numerator
                differences[*key, "denominator"] += sign * (line.denominator or 0)
                differences[*key, "amount"] += sign * (line.amount_minor or 0)
    assert {key: by for key, by in sums.items() if by} == {key: by for key, by in differences.items() if by}
    named = {(one.case_id, fact.version): fact.change.value for one in moved for fact in one.facts}
    assert named == firm.changes
    (other,) = [one for one in moved if not one.facts]
    assert (other.case_id, other.measure.value, other.numerator) == (firm.spoilt, "target", -1)


def test_what_only_time_decided_is_told_without_a_fact(room: MonthRoom, firm: Firm) -> None:
    early = wall("2026-03-01 00:30")
    room.publish("2026-02", PublishMonth(), HU, early)
    moved = room.moved("2026-02", NOW)
    assert not any(one.facts for one in moved)
    closed = -sum(one.numerator for one in moved if one.measure is codes.MonthMeasure.STILL_OPEN)
    assert closed > 0, "they were closed after the month, as was known already"
    assert room.is_found_again("2026-02")


def test_analysts_see_published_and_today_side_by_side_and_what_came_since(
    room: MonthRoom, firm: Firm, database: Database
) -> None:
    _, report = room.report(WRITTEN)
    with connected(database) as bi:
        bi.execute("SET TimeZone = 'Asia/Shanghai'")
        lines = bi.execute(
            "SELECT measure, item, department, currency, numerator, numerator_today, numerator_change, is_revised,"
            " facts_late, facts_corrected, facts_withdrawn, facts_excluded, facts_later, published_by, clause"
            " FROM bi.rpt_month_end WHERE month = '2026-03-01' AND is_standing"
        ).fetchall()
        since = bi.execute(
            "SELECT case_id, version, change FROM bi.rpt_month_changes WHERE month = '2026-03-01'"
        ).fetchall()
        small = bi.execute(
            "SELECT bool_and(is_small = (denominator < %s)) FROM bi.rpt_month_end WHERE denominator IS NOT NULL",
            [SMALL],
        ).fetchone()
    assert small == (True,)
    known = {
        (one.measure.value, one.item, one.department, one.currency): one.numerator for one in report.figures
    }
    assert {row[:4]: row[4] for row in lines if row[:4] in known} == known
    assert all(row[5] - row[4] == row[6] for row in lines)
    assert {row[7] for row in lines} == {True, False}
    assert {row[8:14] for row in lines} == {(3, 2, 1, 1, 1, "staff-hu")}
    assert {(case, version): change for case, version, change in since} == firm.changes


def test_a_revision_stands_beside_the_report_that_it_revises(
    room: MonthRoom, firm: Firm, database: Database
) -> None:
    with pytest.raises(Refused, match="published already"):
        room.publish(WRITTEN, PublishMonth(), caller(codes.Role.QUALITY, "staff-qi"), NOW)
    Engine(database).catch_up()
    again = PublishMonth(revises=1, reason=codes.RevisionReason.LATE_FACTS)
    assert room.publish(WRITTEN, again, HU, NOW).version == 2
    assert len(room.reports(WRITTEN)) == 2
    assert room.moved(WRITTEN, NOW) == ()
    assert room.moved(WRITTEN, NOW, 1)
    with pytest.raises(NotFound):
        room.report("2026-01")
    with pytest.raises(NotFound):
        room.moved(WRITTEN, NOW, 3)
