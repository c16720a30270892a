"""Programmes on a log: figures frozen at a position and found again, and the ranking that is proposed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from cases import codes, events
from cases.desk import Desk
from cases.errors import Refused
from cases.fact import Money
from cases.programmes.asked import Hold
from cases.recorded import Recorded
from cases.reference import read, settings_document
from cases.regulation.packs import shipped_regulation
from cases.store.database import Database
from cases.store.ledger import Ledger
from projections.engine import Engine
from projections.questions.ranking import ranked
from projections.schema import Db
from replay.programme.figures import document_of
from replay.programme.room import HoldingRoom, Told
from tests.fix_desk import caller
from tests.replay.test_audit import CLOSED, OCTOBER, received, story

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ZHOU = caller(codes.Role.SUPERVISOR, "zhou")


def complaint(
    number: int, holder: str, category: codes.Category, satisfaction: int, ledger: Ledger
) -> list[Recorded]:
    """A complaint of October: received, answered at once, asked and closed."""
    at = OCTOBER + timedelta(hours=number)
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


@pytest.fixture(scope="module", autouse=True)
def _october(desk: Desk, ledger: Ledger, database: Database) -> None:
    """Three complaints of October, of two people."""
    told = [
        ("staff-li", codes.Category.PRODUCT, 5),
        ("staff-li", codes.Category.PRODUCT, 4),
        ("staff-wu", codes.Category.ATTITUDE, 1),
    ]
    desk.take_history([complaint(number, *one, ledger) for number, one in enumerate(told, 200)])
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


@pytest.mark.proves("S1-4.4", "S0-4.1", "S3-3c", "S3-6c", "S4-3.4", "S4-5.2b")
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
    desk.take_history([complaint(240, "staff-wu", codes.Category.OTHER, 2, ledger)])
    Engine(database).catch_up()
    frozen, again = room.checked("lamp-sales", "monthly-assessment", "2026-10", NOW)
    assert frozen == again, "the log at that position gives the same bytes"
    later = held(room, "monthly-assessment", "2026-10", methods=["watching"], corrects=1)
    assert figures(later)["complaints"]["cases"] == 4


def test_a_digest_waits_for_the_end_of_its_period(room: HoldingRoom) -> None:
    with pytest.raises(Refused, match="not over yet"):
        held(room, "complaint-causes", "2026-11")


WEIGHTS = """
regulation = "lamp-sales"
version = "demo.weighed"

[values]
star-response = { value = 50, unit = "percent", source = "configured, not from the regulation" }
star-resolution = { value = 30, unit = "percent", source = "configured, not from the regulation" }
star-praise = { value = 20, unit = "percent", source = "configured, not from the regulation" }
"""


class TestTheServiceStar:
    def test_nobody_is_ranked_while_the_weights_are_not_set(self) -> None:
        person = {"promises": {"met": 1}, "solved": 1, "asked": 1, "praised": 1, "marked": 1}
        assert ranked({"staff-li": person}, {"response": 50, "praise": 50}) == []

    @pytest.mark.proves("S0-7.1", "S1-7.ex", "S1-2.5")
    def test_it_is_proposed_by_weighted_shares_and_chosen_by_a_person(
        self, desk: Desk, ledger: Ledger, room: HoldingRoom
    ) -> None:
        desk.publish(
            [settings_document(WEIGHTS, shipped_regulation("lamp-sales").regulation)],
            caller(codes.Role.SERVICE, "set-up"),
        )
        weighed = HoldingRoom(ledger, read(ledger), room.connect)
        january = datetime(2027, 1, 5, tzinfo=UTC)
        with pytest.raises(Refused, match="counts is chosen"):
            weighed.act("lamp-sales", "service-star", "2026-Q4", Hold(chosen="staff-no"), ZHOU, january)
        weighed.act("lamp-sales", "service-star", "2026-Q4", Hold(chosen="staff-wu"), ZHOU, january)
        told = weighed.one("lamp-sales", "service-star", "2026-Q4", january)
        document = figures(told)
        assert [one["person"] for one in document["ranking"]] == ["staff-li", "staff-wu"]
        assert document["people"]["staff-wu"]["solved"] == 0
        assert told.holding.held is not None
        assert told.holding.held.chosen == "staff-wu", "the program proposes, a person decides"
