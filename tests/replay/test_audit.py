"""The monthly sample of a log: frozen, drawn, redrawn by anybody, and never drawn twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest

from cases import codes, events
from cases.desk import Desk
from cases.errors import CaseIsBusy, NotFound, Refused
from cases.events_programme import Ticked
from cases.fact import Fact
from cases.period import Period
from cases.programmes.asked import Hold
from cases.recorded import Recorded, Source
from cases.reference import read
from cases.sampling.files import recheck
from cases.store.database import Database
from cases.store.ledger import Ledger
from projections.following.engine import Engine
from replay.audit.checklist import Answer, filled
from replay.audit.draw import AuditRoom, Drawn
from replay.audit.frame import endings, newly_ended
from replay.programme.room import HoldingRoom
from tests.fix_desk import caller

NOW = datetime(2026, 11, 20, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 5, 2, tzinfo=UTC)
METHODS = (codes.CheckMethod.FORMS,)
AUDITOR = caller(codes.Role.QUALITY, "auditor")


def story(number: int, *facts: tuple[Fact, datetime]) -> list[Recorded]:
    case_id = UUID(int=number)
    return [
        Recorded(
            originator_id=case_id, originator_version=version, fact=fact, occurred_at=at, actor="staff-li",
            role=codes.Role.AGENT, source=Source(system="import:lamps"), correlation_id=case_id,
        )
        for version, (fact, at) in enumerate(facts, start=1)
    ]  # fmt: skip


def received(number: int) -> events.Received:
    return events.Received(case_no=f"AS-{number:08d}", channel=codes.Channel.STORE, is_live=False)


CLOSED = events.Closed(outcome=codes.Outcome.SOLVED)


def a_case(number: int, kind: codes.Kind, closed_at: datetime) -> list[Recorded]:
    begun = closed_at - timedelta(days=2)
    return story(
        number, (received(number), begun), (events.Classified(kind=kind), begun), (CLOSED, closed_at)
    )


@pytest.fixture
def room(desk: Desk, ledger: Ledger) -> AuditRoom:
    return AuditRoom(ledger, read(ledger), "lamp-factory", "monthly-sample")


@pytest.fixture(scope="module")
def _lamps(desk: Desk) -> None:
    """Twenty-three repairs and two returns closed in October, one in September, one still open."""
    repairs = [a_case(n, codes.Kind.REPAIR, OCTOBER + timedelta(days=n)) for n in range(1, 24)]
    returns = [a_case(n, codes.Kind.RETURN, OCTOBER) for n in (30, 31)]
    september = a_case(40, codes.Kind.REPAIR, datetime(2026, 9, 30, 15, 59, tzinfo=UTC))
    still_open = story(41, (received(41), OCTOBER))
    desk.take_history([*repairs, *returns, september, still_open])


def test_an_ending_moved_by_a_correction_after_its_freeze_is_not_taken_twice() -> None:
    moved = events.Corrected(
        corrects=3, reason=codes.CorrectionReason.TYPING_ERROR, happened_at=OCTOBER + timedelta(days=40)
    )
    told = [*a_case(70, codes.Kind.REPAIR, OCTOBER), *story(70, (moved, NOW))]
    history = [
        replace(known, originator_version=place, position=place) for place, known in enumerate(told, 1)
    ]
    zone = ZoneInfo("Asia/Shanghai")
    november = partial(newly_ended, history, starts_at=OCTOBER, period=Period.month(2026, 11), zone=zone)
    assert november(earlier=[(Period.month(2026, 10), 3)]) == []
    assert [one.item for one in november(earlier=[(Period.month(2026, 10), 4)])] == ["AS-00000070"]


def test_a_reopened_case_that_closes_again_is_an_item_of_its_own() -> None:
    again = story(
        7, (received(7), OCTOBER), (CLOSED, OCTOBER), (CLOSED, OCTOBER), (events.Reopened(reason="hums"), OCTOBER),
        (CLOSED, OCTOBER + timedelta(days=1)),
    )  # fmt: skip
    found = [(one.item, one.at, one.stratum, one.version) for one in endings(again)]
    assert found == [
        ("AS-00000007", OCTOBER, "unclassified", 5),
        ("AS-00000007#2", OCTOBER + timedelta(days=1), "unclassified", 5),
    ]


@pytest.mark.usefixtures("_lamps")
class TestTheMonthlySample:
    def test_ten_percent_of_the_closed_cases_are_drawn_by_kind(self, room: AuditRoom) -> None:
        drawn = room.draw(Period.month(2026, 10), AUDITOR, NOW, overdue=1)
        assert [(one.name, one.items, one.drawn) for one in drawn.frozen.strata] == [
            ("repair", 23, 2),
            ("return", 2, 1),
        ]
        assert len(drawn.sample.picks) == 3
        assert not drawn.frozen.is_independent
        assert b"not independently committed" in drawn.files["inputs.tsv"]
        assert recheck(drawn.files) == ()

    def test_it_is_never_drawn_a_second_time(self, room: AuditRoom) -> None:
        with pytest.raises(Refused, match="frozen already"):
            room.draw(Period.month(2026, 10), AUDITOR, NOW)

    def test_the_start_of_a_programme_is_not_moved(self, room: AuditRoom) -> None:
        december = datetime(2026, 12, 1, tzinfo=UTC)
        with pytest.raises(Refused, match="its start is not moved"):
            room.draw(Period.month(2026, 11), AUDITOR, december, since=OCTOBER)

    def test_what_comes_later_does_not_change_what_was_frozen(self, room: AuditRoom, desk: Desk) -> None:
        before = room.files(Period.month(2026, 10))
        desk.take_history([a_case(50, codes.Kind.REPAIR, OCTOBER)])
        assert room.files(Period.month(2026, 10)).files == before.files

    def test_the_latecomer_is_in_the_next_frame_and_nobody_else_twice(self, room: AuditRoom) -> None:
        with pytest.raises(Refused, match="not over yet"):
            room.draw(Period.month(2026, 11), AUDITOR, NOW)
        december = datetime(2026, 12, 1, tzinfo=UTC)
        drawn = room.draw(Period.month(2026, 11), AUDITOR, december)
        assert (drawn.frozen.late, [one.items for one in drawn.frozen.strata]) == (1, [1])
        assert [one.item for one in drawn.sample.picks] == ["AS-00000050"]

    def test_a_skipped_month_is_frozen_empty(self, room: AuditRoom) -> None:
        march = datetime(2027, 3, 1, tzinfo=UTC)
        drawn = room.draw(Period.month(2027, 2), AUDITOR, march)
        assert list(room.state().frozen) == ["2026-10", "2026-11", "2026-12", "2027-01", "2027-02"]
        assert drawn.sample.picks == ()
        assert room.files(Period.month(2027, 1)).sample.picks == ()

    def test_who_draws_at_the_same_time_is_told_that_somebody_else_did(self, room: AuditRoom) -> None:
        march, april = Period.month(2027, 3), datetime(2027, 4, 2, tzinfo=UTC)
        drawn: list[Drawn] = []

        def meanwhile(_: int) -> None:
            if not drawn:
                drawn.append(room.draw(march, AUDITOR, april))

        with pytest.raises(CaseIsBusy, match="Somebody else drew from this programme"):
            room.draw(march, AUDITOR, april, progress=meanwhile)
        assert room.files(march).sample == drawn[0].sample

    def test_a_replacement_is_the_next_rank_and_was_approved_by_somebody_else(self, room: AuditRoom) -> None:
        october, own = Period.month(2026, 10), codes.ReplacementReason.OWN_CASE
        before = room.files(october)
        ranking = [line.split(b"\t") for line in before.files["ranking.tsv"].splitlines()]
        repairs = [line[3].decode() for line in ranking if line[0] == b"repair"]
        swap = partial(room.replace, october, reason=own, caller=AUDITOR, now=NOW)
        with pytest.raises(Refused, match="does not approve"):
            swap(repairs[0], approver=" Auditor")
        with pytest.raises(Refused, match="of the sample"):
            swap(repairs[2], approver="qi")
        assert swap(repairs[0], approver="qi").pick.item == repairs[2]
        assert swap(repairs[2], approver="qi").pick.item == repairs[3], "nobody comes back"
        judged = [one.item for one in room.state().picks("2026-10") if one.stratum == "repair"]
        assert judged == [repairs[1], repairs[3]]
        assert room.files(october).files == before.files, "what was published stays as it was drawn"

    def test_an_analyst_sees_every_item_with_what_became_of_it_and_what_was_seen(
        self, room: AuditRoom, ledger: Ledger, database: Database
    ) -> None:
        judged = room.state().picks("2026-10")
        questions = room.duty.programme.checklist
        answers = tuple(
            Ticked(
                question=question.id, seen=codes.Seen.NO if one is judged[0] else codes.Seen.YES, of=one.item
            )
            for one in judged
            for question in questions
        )
        Engine(database).catch_up()
        holding = HoldingRoom(ledger, read(ledger), partial(psycopg.connect, database.app_dsn))
        holding.act(
            "lamp-factory", "monthly-sample", "2026-10", Hold(methods=METHODS, answers=answers), AUDITOR, NOW
        )
        with psycopg.connect(database.reader_dsn) as analyst:
            query = (
                "SELECT item, is_judged, is_replacement, replaced_by, replacement_approved_by, seen_yes, seen_no"
                " FROM fct_audit_items WHERE period = '2026-10'"
            )
            rows = {row[0]: row[1:] for row in analyst.execute(query)}
        assert {item for item, row in rows.items() if row[0]} == {one.item for one in judged}
        asked = len(questions)
        assert {one.item: rows[one.item][4:] for one in judged} == {
            one.item: (0, asked) if one is judged[0] else (asked, 0) for one in judged
        }
        drawn = {one.item for one in room.state().drawn["2026-10"].picks}
        assert {item for item, row in rows.items() if not row[1]} == drawn
        for one in room.state().replaced["2026-10"]:
            assert rows[one.item] == (False, one.item not in drawn, one.pick.item, "qi", 0, 0)

    def test_a_stratum_that_is_drawn_whole_has_nobody_left(self, room: AuditRoom) -> None:
        november, erased = Period.month(2026, 11), codes.ReplacementReason.ERASED
        with pytest.raises(Refused, match="in the sample already"):
            room.replace(november, "AS-00000050", erased, AUDITOR, "qi", NOW)

    def test_a_month_that_was_not_drawn_is_not_found(self, room: AuditRoom) -> None:
        with pytest.raises(NotFound):
            room.files(Period.month(2026, 8))


def test_the_check_list_is_filled_from_facts_and_names_them(desk: Desk, ledger: Ledger) -> None:
    reference = read(ledger)
    pinned = reference.newest("lamp-factory")
    rules = reference.rules_for((pinned,))
    facts = story(
        60,
        (received(60).model_copy(update={"judged_under": (pinned,)}), OCTOBER),
        (events.Classified(kind=codes.Kind.CONSULTATION), OCTOBER),
        (events.Responded(step=codes.Step.REPLY), OCTOBER + timedelta(hours=30)),
        (CLOSED, OCTOBER + timedelta(hours=31)),
        (events.Revisited(method=codes.RevisitMethod.PHONE, is_solved=True), OCTOBER + timedelta(hours=40)),
    )
    questions = reference.regulations["lamp-factory", pinned.version].programme[0].checklist
    answers = {one.question.id: one for one in filled(questions, facts, rules, 4)}
    assert answers["check-response-time"].answer is Answer.NO
    assert answers["check-response-time"].because[-1] == 3
    assert answers["check-return-flow"].answer is Answer.NOT_APPLICABLE
    assert answers["check-resolution"].answer is Answer.TO_JUDGE
    later = {one.question.id: one for one in filled(questions, facts, rules, 5)}
    assert later["check-resolution"].answer is Answer.YES
