"""Programmes on a log: figures frozen at a position and found again, and the ranking that is proposed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.numeric import Int8

from cases import codes, events
from cases.desk import Desk
from cases.errors import Malformed, NotFound, Refused
from cases.fact import Money
from cases.period import Period
from cases.personal import PersonalRef
from cases.programmes.asked import Hold, Publish, Rectify
from cases.programmes.owed import duties
from cases.recorded import Recorded
from cases.reference import read, regulation_document, settings_document
from cases.regulation.packs import shipped_regulation, shipped_text
from cases.regulation.rules import BEIJING
from cases.sampling.files import recheck
from cases.store.database import Database
from cases.store.ledger import Ledger
from projections.following.engine import Engine
from projections.ranking import ranked
from projections.schema import Db
from replay.audit.draw import AuditRoom, Drawn
from replay.programme.figures import document_of
from replay.programme.room import HoldingRoom, Told
from replay.programme.verifying import Customer, customers
from tests.fix_desk import caller
from tests.replay.test_audit import CLOSED, OCTOBER, received, story

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 20, tzinfo=UTC)
ZHOU = caller(codes.Role.SUPERVISOR, "zhou")


Complaint = tuple[str, codes.Category, int]
"""Whose it is, what it is about, and how satisfied the customer was."""


def complaint(number: int, told: Complaint, ledger: Ledger, *, days: int = 0) -> list[Recorded]:
    """A complaint of October: received, answered at once, asked and closed."""
    at, (holder, category, satisfaction) = OCTOBER + timedelta(days=days, hours=number), told
    asked = received(number).model_copy(update={"judged_under": (read(ledger).newest("lamp-sales"),)})
    kind = events.Classified(kind=codes.Kind.COMPLAINT, category=category, assigned_to=holder)
    revisit = events.Revisited(
        method=codes.RevisitMethod.PHONE, is_solved=satisfaction > 2, satisfaction=satisfaction
    )
    cost = events.Charged(
        cost=codes.Cost.PARTS, amount=Money(minor=1500), payer=codes.Payer.COMPANY, voucher_no=f"BX-{number}"
    )
    return story(
        number, (asked, at), (kind, at), (events.Responded(step=codes.Step.REPLY), at), (cost, at),
        (revisit, at + timedelta(hours=2)), (CLOSED, at + timedelta(hours=3)),
    )  # fmt: skip


SET = """
regulation = "lamp-sales"
version = "demo.set"

[values]
star-response = { value = 50, unit = "percent", source = "configured, not from the regulation" }
star-resolution = { value = 30, unit = "percent", source = "configured, not from the regulation" }
star-praise = { value = 20, unit = "percent", source = "configured, not from the regulation" }
revisit-share = { value = 10, unit = "percent", source = "configured, not from the regulation" }
spot-check-share = { value = 50, unit = "percent", source = "configured, not from the regulation" }
"""


@pytest.fixture(scope="module", autouse=True)
def _october(desk: Desk, ledger: Ledger, database: Database) -> None:
    """Three complaints of October, of two people, and what the firm has set."""
    settings = settings_document(SET, shipped_regulation("lamp-sales").regulation)
    desk.publish([settings], caller(codes.Role.SERVICE, "set-up"))
    told = [
        ("staff-li", codes.Category.PRODUCT, 5),
        ("staff-li", codes.Category.PRODUCT, 4),
        ("staff-wu", codes.Category.ATTITUDE, 1),
    ]
    desk.take_history([complaint(number, one, ledger) for number, one in enumerate(told, 200)])
    Engine(database).catch_up()


@pytest.fixture
def room(ledger: Ledger, database: Database) -> HoldingRoom:
    @contextmanager
    def connect() -> Iterator[Db]:
        with psycopg.connect(database.app_dsn, autocommit=True) as connection:
            yield connection

    return HoldingRoom(ledger, read(ledger), connect)


def held(room: HoldingRoom, programme: str, period: str, **asked: Any) -> Told:
    room.act("lamp-sales", programme, period, Hold.model_validate(asked), ZHOU, NOW)
    return room.one("lamp-sales", programme, period, NOW)


def figures(told: Told) -> dict[str, Any]:
    assert told.holding.held is not None
    assert told.holding.held.figures is not None
    return document_of(told.holding.held.figures)


@pytest.mark.proves("S1-4.4")
def test_a_digest_sums_up_the_complaints_of_a_month_and_names_its_position(
    room: HoldingRoom, ledger: Ledger
) -> None:
    told = held(room, "complaint-causes", "2026-10")
    document = figures(told)
    assert document["complaints"]["cases"] == 3
    assert document["complaints"]["by_category"] == {"product": 2, "attitude": 1}
    assert document["revisits"] == {"asked": 3, "solved": 2, "satisfaction": {"1": 1, "4": 1, "5": 1}}
    assert document["costs"] == {"CNY": {"parts/company": 4500, "over_budget": 0}}
    assert sum(document["closed"]["by_outcome"].values()) == 3
    assert told.holding.held is not None
    assert 0 < told.holding.held.position <= ledger.settled()


def test_what_comes_later_changes_the_tables_and_not_what_was_frozen(
    room: HoldingRoom, desk: Desk, ledger: Ledger, database: Database
) -> None:
    held(room, "monthly-assessment", "2026-10", methods=["forms"])
    desk.take_history([complaint(240, ("staff-wu", codes.Category.OTHER, 2), ledger)])
    Engine(database).catch_up()
    frozen, again = room.checked("lamp-sales", "monthly-assessment", "2026-10", NOW)
    assert frozen == again, "the log at that position gives the same bytes"
    later = held(room, "monthly-assessment", "2026-10", methods=["watching"], corrects=1)
    assert figures(later)["complaints"]["cases"] == 4


def test_a_digest_waits_for_the_end_of_its_period(room: HoldingRoom) -> None:
    with pytest.raises(Refused, match="not over yet"):
        held(room, "complaint-causes", "2026-11")


def test_nothing_is_told_of_the_future_and_what_is_told_late_names_its_document(
    room: HoldingRoom, ledger: Ledger
) -> None:
    where, ahead = ("lamp-sales", "monthly-assessment", "2026-09"), NOW + timedelta(days=1)
    late = Hold(methods=(codes.CheckMethod.FORMS,), occurred_at=NOW - timedelta(days=9))
    with pytest.raises(Malformed, match="number of the document"):
        room.act(*where, late, ZHOU, NOW)
    kept = room.act(*where, late.model_copy(update={"document": "JL-2026-09"}), ZHOU, NOW)
    assert [one.is_backdated for one in ledger.load(kept.stream)] == [True]
    for asked in (Hold(occurred_at=ahead, corrects=1, methods=late.methods), Publish(occurred_at=ahead)):
        with pytest.raises(Malformed, match="future"):
            room.act(*where, asked, ZHOU, NOW)


class TestTheStar:
    def test_nobody_is_ranked_while_the_weights_are_not_set(self) -> None:
        person = {"promises": {"met": 1}, "solved": 1, "asked": 1, "praised": 1, "marked": 1}
        assert ranked({"staff-li": person}, {"response": 50, "praise": 50}) == []

    @pytest.mark.proves("S1-7.ex", "S1-2.5")
    def test_it_is_proposed_by_weighted_shares_and_chosen_by_a_person(self, room: HoldingRoom) -> None:
        january = datetime(2027, 1, 5, tzinfo=UTC)
        with pytest.raises(Refused, match="counts is chosen"):
            room.act("lamp-sales", "service-star", "2026-Q4", Hold(chosen="staff-no"), ZHOU, january)
        room.act("lamp-sales", "service-star", "2026-Q4", Hold(chosen="staff-wu"), ZHOU, january)
        told = room.one("lamp-sales", "service-star", "2026-Q4", january)
        document = figures(told)
        assert [one["person"] for one in document["ranking"]] == ["staff-li", "staff-wu"]
        assert document["people"]["staff-wu"]["solved"] == 0
        assert told.holding.held is not None
        assert told.holding.held.chosen == "staff-wu", "the program proposes, a person decides"


class TestWhatIsDrawn:
    def draw(self, ledger: Ledger, programme: str, period: str, now: datetime = NOW) -> Drawn:
        return AuditRoom(ledger, read(ledger), "lamp-sales", programme).draw(Period.parse(period), ZHOU, now)

    @pytest.mark.proves("S1-5.3a")
    def test_a_share_of_the_customers_of_a_month_is_drawn_each_once(
        self, room: HoldingRoom, desk: Desk, ledger: Ledger
    ) -> None:
        """Twelve cases of September, two of them of one customer, and one that another regulation binds."""
        told = ("staff-li", codes.Category.OTHER, 5)
        cases = [complaint(number, told, ledger, days=-30) for number in range(300, 312)]
        desk.take_history([_of(UUID(int=max(number, 301)), case) for number, case in enumerate(cases, 300)])
        desk.take_history([story(320, (received(320), SEPTEMBER), (CLOSED, SEPTEMBER))])
        mine = "--regulation lamp-sales --programme customers-revisited --period 2026-09"
        with pytest.raises(Refused, match=f"Draw its sample first: caseledger audit draw {mine}"):
            held(room, "customers-revisited", "2026-09")
        drawn = self.draw(ledger, "customers-revisited", "2026-09")
        assert [(one.items, one.drawn) for one in drawn.frozen.strata] == [(11, 2)]
        assert recheck(drawn.files) == (), "anybody draws the same customers again"
        assert held(room, "customers-revisited", "2026-09").holding.held is not None

    def test_the_questions_of_a_spot_check_are_asked_of_every_drawn_case(
        self, room: HoldingRoom, ledger: Ledger
    ) -> None:
        picks = self.draw(ledger, "supervisor-check", "2026-10").sample.picks
        questions = ("check-records", "check-response", "check-satisfaction", "check-manners")
        answers = [{"question": one, "seen": "yes", "of": pick.item} for pick in picks for one in questions]
        assert len(picks) == 2
        with pytest.raises(Refused, match="every question"):
            held(room, "supervisor-check", "2026-10", methods=["forms"], answers=answers[1:])
        told = held(room, "supervisor-check", "2026-10", methods=["forms"], answers=answers)
        assert told.holding.held is not None
        assert len(told.holding.held.answers) == 8

    def test_what_draws_nothing_and_a_period_of_another_length_are_refused(self, ledger: Ledger) -> None:
        with pytest.raises(NotFound, match="draws no sample"):
            self.draw(ledger, "complaint-causes", "2026-10")
        with pytest.raises(Refused, match="written like"):
            self.draw(ledger, "customers-revisited", "2026-Q3")


def test_analysts_read_every_period_that_has_begun_and_what_came_of_it(
    room: HoldingRoom, ledger: Ledger, database: Database
) -> None:
    now = datetime.now(UTC)
    today = now.astimezone(BEIJING).date()
    week = str(Period.holding(today, 0))
    room.act("lamp-sales", "service-check", week, Hold(methods=(codes.CheckMethod.WATCHING,)), ZHOU, now)
    training = {"improvement": "training", "department": "sales", "due_on": today.isoformat()}
    room.act("lamp-sales", "service-check", week, Rectify.model_validate(training), ZHOU, now)
    with psycopg.connect(database.reader_dsn, autocommit=True) as analyst:
        query = "SELECT regulation, programme, period, standing, held_by, measures_open FROM rpt_programmes"
        rows = {(one[0], one[1]): one[2:] for one in analyst.execute(query)}
        running = {
            (duty.regulation, duty.programme.id): str(Period.holding(today, duty.months))
            for duty in duties(read(ledger))
            if duty.months is not None
        }
        assert {key: row[0] for key, row in rows.items()} == running
        assert rows["lamp-sales", "service-check"] == (week, "held", "zhou", 1)
        where, told = ("lamp-sales", "service-check", week), "SELECT count(published_at) FROM rpt_programmes"
        for asked, count in (
            (Publish(), 1),
            (Hold(methods=(codes.CheckMethod.FORMS,), corrects=1), 0),
            (Publish(), 1),
        ):
            room.act(*where, asked, ZHOU, now)
            assert analyst.execute(told).fetchone() == (count,), "of the holding that stands"
    assert rows["lamp-sales", "personnel-review"][1:] == ("running", None, 0)


def test_analysts_read_nothing_owed_after_a_regulation_has_ended(desk: Desk, database: Database) -> None:
    query = "SELECT count(*) FROM rpt_programmes WHERE regulation = 'textile'"
    today = datetime.now(BEIJING).date()
    with psycopg.connect(database.reader_dsn, autocommit=True) as analyst:
        assert analyst.execute(query).fetchone() != (0,)
        ended = f"effective_from = 2000-01-01\neffective_until = {today - timedelta(days=1)}"
        text = shipped_text("textile").replace("effective_from = 2000-01-01", ended)
        version = shipped_regulation("textile").regulation.version
        renewed = regulation_document(text.replace(f'version = "{version}"', 'version = "2099.1"'))
        desk.publish([renewed], caller(codes.Role.SERVICE, "set-up"))
        Engine(database).catch_up()
        assert analyst.execute(query).fetchone() == (0,), "as the list of what is owed has it"


class TestWhoseDetailsAreDue:
    PERIOD = ("lamp-sales", "details-verified", "2026-Q2")
    MAY = datetime(2026, 5, 5, tzinfo=UTC)

    @pytest.mark.proves("S1-3.3")
    def test_customers_with_an_open_or_recent_case_are_due_until_they_are_verified(
        self, room: HoldingRoom, desk: Desk, ledger: Ledger, database: Database
    ) -> None:
        pinned = (read(ledger).newest("lamp-sales"),)
        checked = events.Verified(checked=codes.Checked.CUSTOMER, is_right=True)
        over = (CLOSED, self.MAY - timedelta(days=60))
        for number, begun, more in (
            (401, self.MAY, [(checked, self.MAY + timedelta(days=1))]),
            (402, self.MAY - timedelta(days=200), []),
            (403, self.MAY - timedelta(days=70), [over]),
        ):
            asked = received(number).model_copy(update={"judged_under": pinned})
            desk.take_history([_of(UUID(int=number), story(number, (asked, begun), *more))])
        Engine(database).catch_up()
        found = room.customers(*self.PERIOD, NOW)
        assert [(one.customer.int, one.is_due) for one in found] == [(401, False), (402, True)]
        counted = {"customers": 2, "verified": 1}
        assert figures(held(room, *self.PERIOD[1:]))["verified"] == counted, "frozen when it is held"
        frozen, again = room.checked(*self.PERIOD, NOW)
        assert frozen == again

    def test_what_is_recorded_while_one_counts_changes_no_figures(
        self,
        room: HoldingRoom,
        ledger: Ledger,
        database: Database,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Between the position and the count of customers, the tables learn that case 402 was over long ago."""

        def meanwhile(connection: Db, *asked: Any) -> tuple[Customer, ...]:
            (first,) = ledger.load(UUID(int=402))
            closed = replace(first, fact=CLOSED, originator_version=2, position=0, recorded_at=None)
            ledger.append([closed])
            Engine(database).catch_up()
            return customers(connection, *asked)

        with monkeypatch.context() as patched:
            patched.setattr("replay.programme.figures.customers", meanwhile)
            told = held(room, *self.PERIOD[1:], corrects=1)
        assert figures(told)["verified"] == {"customers": 2, "verified": 1}
        frozen, again = room.checked(*self.PERIOD, NOW)
        assert frozen == again

    def test_a_case_that_cannot_be_read_is_counted_nowhere_and_stops_no_check(
        self, room: HoldingRoom, database: Database
    ) -> None:
        with psycopg.connect(database.app_dsn) as connection:
            melted = ([UUID(int=401)], [Int8(3)], ["case.melted.v1"], [b"{}"])
            connection.execute("SELECT log.case_events_append(%s, %s, %s, %s)", melted)
        Engine(database).catch_up()
        assert room.customers(*self.PERIOD, NOW) == ()
        document = figures(held(room, *self.PERIOD[1:], corrects=2))
        assert (document["received"]["cases"], document["verified"]["customers"]) == (0, 0)
        frozen, again = room.checked(*self.PERIOD, NOW)
        assert frozen == again

    def test_what_verifies_nothing_has_no_such_list(self, room: HoldingRoom) -> None:
        with pytest.raises(NotFound, match="verifies nothing"):
            room.customers("lamp-sales", "complaint-causes", "2026-10", NOW)


def _of(customer: UUID, history: list[Recorded]) -> list[Recorded]:
    """The same case, of a customer in the vault."""
    first = history[0]
    phone = PersonalRef(ref=f"{customer}/customer_phone/1", commit="c" * 64)
    return [replace(first, fact=first.fact.model_copy(update={"customer_phone": phone})), *history[1:]]
