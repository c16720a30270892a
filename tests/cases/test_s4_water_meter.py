"""The water-meter maker's regulation (S4): its promises, what stops and moves them, and a repair that keeps all."""

from __future__ import annotations

import pytest

from cases import codes, events
from cases.fact import Fact
from cases.ladder import ladder
from cases.promises.clock import Lacking, Verdict
from tests.cases.clock_stories import excluded, wall
from tests.cases.promised import Promised
from tests.cases.scenario import (
    classified,
    closed,
    given,
    inspected,
    published,
    received,
    ref,
    rejected,
    responded,
    rules_of,
)
from tests.cases.supporting import clocks_of, escalated, filed, is_moved, moved, waits_for_the_customer

METERS = rules_of("water-meter", "water-meter")
WHOLE = rules_of("water-meter", "water-meter", arrival=6)
"""With a value for what the demo leaves unset."""
(REGULATION,) = published("water-meter").regulations.values()

DRIPPING = events.Received(
    case_no="AS-00000009",
    channel=codes.Channel.PHONE,
    product_line="water-meter",
    product_model="the meter that drips",
)
CALLED = ("2026-03-07 23:00", DRIPPING)
"""Late on a Saturday: the hotline never sleeps."""
DISPATCHED = classified("repair", department="field_service", mode="on_site")
AT_THE_DOOR = events.Arrived()
DONE = events.Repaired(mode=codes.Mode.ON_SITE, is_use_explained=True)
INSTALLED = events.Installed(is_function_tested=True, is_use_explained=True)


def began(*facts: tuple[str, Fact]) -> tuple[tuple[str, Fact], ...]:
    """A call late on Saturday and what followed on Sunday."""
    return (CALLED, *((f"2026-03-08 {moment}", fact) for moment, fact in facts))


def on_site(complexity: str) -> events.Classified:
    """A repair whose fault is known to be simple or complex."""
    return classified("repair", department="field_service", mode="on_site", complexity=complexity)


def handed_to(department: str) -> events.Transferred:
    """Another department takes the case over."""
    return events.Transferred.model_validate({"department": department})


def booked(until: str, *, agreed: bool | None = None) -> events.Booked:
    """A visit is arranged; people come by then."""
    return events.Booked(ends_at=wall(until), purpose=codes.Purpose.VISIT, is_agreed=agreed)


def told_by(moment: str, *, agreed: bool = False, purpose: str = "reply") -> events.Promised:
    """The customer hears by when a reply comes, or what else the purpose says."""
    return events.Promised(purpose=codes.Purpose[purpose.upper()], promised_at=wall(moment), is_agreed=agreed)


S4 = (
    Promised(
        "call-answered", "S4 四(一)1", began(), "2026-03-07 23:01", kept_by=(responded("first_touch"),),
        not_kept_by=(events.Responded(step=codes.Step.REPLY, channel=codes.Channel.EMAIL), DISPATCHED), rules=METERS,
    ),
    Promised(
        "fault-call-acknowledged", "S4 三(二)1", (CALLED, ("2026-03-07 23:02", DISPATCHED)), "2026-03-07 23:05",
        kept_by=(responded("acknowledged"), responded("contact")), not_kept_by=(responded("first_touch"),),
        is_configured=True, rules=METERS,
    ),
    Promised(
        "complaint-reply", "S4 三(一)2", began(("09:00", classified("complaint"))), "2026-03-08 23:00",
        kept_by=(responded("reply"), responded("solution"), responded("final_answer")),
        not_kept_by=(responded("update"), told_by("2026-03-09 09:00")), is_configured=True, rules=METERS,
    ),
    Promised(
        "reply-promise", "S4 三(一)2",
        began(("09:00", classified("complaint")), ("09:10", told_by("2026-03-09 17:00"))), "2026-03-09 17:00",
        kept_by=(responded("reply"), responded("solution"), responded("final_answer")),
        not_kept_by=(responded("update"), told_by("2026-03-12 17:00")), rules=METERS,
    ),
    Promised(
        "contact-after-dispatch", "S4 四(一)1", began(("07:00", DISPATCHED)), "2026-03-08 09:00",
        kept_by=(responded("contact"), booked("2026-03-09 12:00")), not_kept_by=(responded("acknowledged"),),
        rules=METERS,
    ),
    Promised(
        "contact-after-transfer", "S4 四(一)1",
        began(("07:00", classified("repair", department="call_centre")), ("10:00", handed_to("field_service"))),
        "2026-03-08 12:00", kept_by=(responded("contact"), booked("2026-03-09 12:00")),
        not_kept_by=(handed_to("tech_support"), responded("acknowledged")), rules=METERS,
    ),
    Promised(
        "contact-after-the-call", "S4 三(二)2", began(("00:30", DISPATCHED)), "2026-03-08 01:00",
        kept_by=(responded("contact"), booked("2026-03-09 12:00")), not_kept_by=(responded("acknowledged"),),
        is_configured=True, rules=METERS,
    ),
    Promised(
        "appointment-kept", "S4 四(一)1", began(("07:00", DISPATCHED), ("08:00", booked("2026-03-09 12:00"))),
        "2026-03-09 12:00", kept_by=(AT_THE_DOOR,), not_kept_by=(responded("update"), booked("2026-03-10 12:00")),
        rules=METERS,
    ),
    Promised(
        "arrival", "S4 四(一)1", began(("00:30", DISPATCHED)), "2026-03-08 05:00", kept_by=(AT_THE_DOOR,),
        not_kept_by=(responded("contact"),), is_configured=True, rules=WHOLE,
    ),
    Promised(
        "simple-repair", "S4 四(一)1", began(("07:00", on_site("simple")), ("11:00", AT_THE_DOOR)), "2026-03-08 12:00",
        kept_by=(DONE, events.Replaced()), not_kept_by=(inspected("on_site"),), rules=METERS,
    ),
    Promised(
        "complex-plan", "S4 四(一)1", began(("07:00", on_site("complex"))), "2026-03-09 07:00",
        kept_by=(responded("preliminary_plan"), responded("solution"), inspected("on_site", plan=ref("plan"))),
        not_kept_by=(inspected("on_site"), responded("update"), DONE), rules=METERS,
    ),
    Promised(
        "complex-repair", "S4 四(一)1", began(("07:00", on_site("complex"))), "2026-03-09 07:00",
        kept_by=(DONE, events.Replaced()), not_kept_by=(responded("preliminary_plan"),), rules=METERS,
    ),
    Promised(
        "record-returned", "S4 三(二)4", began(("07:00", DISPATCHED), ("12:00", filed("repair_record", "signed"))),
        "2026-03-10 00:00", kept_by=(filed("repair_record", "handed_back"), filed("repair_record", "archived")),
        not_kept_by=(filed("service_record", "handed_back"), filed("repair_record", "made_out")),
        is_configured=True, rules=METERS,
    ),
    Promised(
        "replacement-cycle", "S4 四(一)1", began(("09:00", classified("exchange"))), "2026-03-17 00:00",
        kept_by=(INSTALLED,), not_kept_by=(events.Replaced(),), is_configured=True, rules=METERS,
    ),
    Promised(
        "dispute-taken-up", "S4 六(二)2", began(("09:00", events.Disputed(about=codes.Contention.QUALITY))),
        "2026-03-08 09:30", kept_by=(responded("contact"), escalated("major")),
        not_kept_by=(escalated("overdue", is_automatic=True),), is_configured=True, rules=METERS,
    ),
)  # fmt: skip


def test_every_promise_of_s4_has_its_scenario() -> None:
    assert {one.id: (one.clause, one.is_configured) for one in REGULATION.promise} == {
        one.promise: (one.clause, one.is_configured) for one in S4
    }


FOR_PARTS = events.Paused(reason=codes.PauseReason.WAITING_FOR_PARTS)
WAITING_CLOCKS = {
    "complaint-reply", "arrival", "simple-repair", "complex-plan", "complex-repair", "replacement-cycle",
}  # fmt: skip
MAILED = DRIPPING.model_copy(update={"channel": codes.Channel.EMAIL})
REPAIR_CLOCKS = {"fault-call-acknowledged", "contact-after-the-call"}
CASES: tuple[tuple[tuple[Fact, ...], set[str]], ...] = (
    ((classified("consultation", mode="on_site", complexity="complex"), AT_THE_DOOR), set()),
    ((classified("consultation", complexity="simple"), AT_THE_DOOR), set()),
    ((classified("exchange", department="field_service", complexity="simple"), AT_THE_DOOR), {"replacement-cycle"}),
    ((classified("complaint", department="field_service"),), {"complaint-reply"}),
    ((classified("complaint"), handed_to("field_service")), {"complaint-reply"}),
    ((classified("repair", mode="remote"), handed_to("tech_support")), REPAIR_CLOCKS),
    ((classified("repair", complexity="simple"),), REPAIR_CLOCKS),
    ((DISPATCHED,), {*REPAIR_CLOCKS, "arrival", "contact-after-dispatch"}),
    ((DISPATCHED, AT_THE_DOOR), {*REPAIR_CLOCKS, "arrival", "contact-after-dispatch"}),
    ((events.Booked(),), set()),
    ((told_by("2026-03-02 12:00", purpose="visit"),), set()),
    ((told_by("2026-03-02 12:00", purpose="solution"),), {"reply-promise"}),
    ((filed("repair_record", "made_out"), filed("service_record", "signed")), set()),
)  # fmt: skip


@pytest.mark.proves
@pytest.mark.proves("S4-3.1b", "S4-4.1c", "S4-4.1e", "S4-4.1f")
@pytest.mark.parametrize("promised", S4, ids=str)
def test_a_promise_starts_is_kept_in_time_and_by_nothing_else(promised: Promised) -> None:
    promised.must_start_under("water-meter")
    promised.must_be_kept_in_time()
    promised.must_stay_open()
    assert waits_for_the_customer(promised) is (promised.promise in WAITING_CLOCKS)
    assert not is_moved(promised, FOR_PARTS)
    begun = [promised.promise in clocks_of(METERS, MAILED, *facts) for facts, _ in CASES]
    assert begun == [promised.promise in clocks for _, clocks in CASES]


def again(name: str) -> Promised:
    """Tell of one promise again."""
    return next(one for one in S4 if one.promise == name)


LATER = "2026-03-10 12:00"
TOLD_LATER: tuple[tuple[str, str, Fact, bool], ...] = (
    ("appointment-kept", "2026-03-09 11:00", booked(LATER, agreed=True), True),
    ("appointment-kept", "2026-03-09 13:00", booked(LATER, agreed=True), False),
    ("appointment-kept", "2026-03-09 11:00", booked(LATER), False),
    ("reply-promise", "2026-03-09 16:00", told_by(LATER, agreed=True), True),
    ("reply-promise", "2026-03-09 16:00", told_by(LATER, agreed=True, purpose="solution"), True),
    ("reply-promise", "2026-03-09 18:00", told_by(LATER, agreed=True), False),
    ("reply-promise", "2026-03-09 16:00", told_by(LATER, agreed=True, purpose="visit"), False),
    ("reply-promise", "2026-03-09 16:00", told_by(LATER), False),
)


@pytest.mark.proves("S4-3.1b", "S4-4.1c")
@pytest.mark.parametrize(("name", "moment", "told", "counts"), TOLD_LATER)
def test_a_later_hour_counts_when_the_customer_agreed_to_it_in_time(
    name: str, moment: str, told: Fact, *, counts: bool
) -> None:
    clock = again(name).begun.at(moment, told).clock(f"{name}:1")
    assert clock.due_at == wall(LATER if counts else again(name).due)


def test_a_special_case_is_shown_as_excluded_with_its_reason_and_only_the_clock_that_was_named() -> None:
    flooded = again("complex-repair").begun.at("2026-03-08 12:00", excluded("complex-repair"))
    late = flooded.at("2026-03-10 12:00", DONE)
    assert late.verdict("complex-repair:1") is Verdict.EXCLUDED
    assert late.clock("complex-repair:1").excluded_because == "the flood of the warehouse"
    assert late.at("2026-03-10 13:00", responded("solution")).verdict("complex-plan:1") is Verdict.BREACHED


@pytest.mark.proves("S4-4.1e")
def test_the_24_hours_run_from_when_a_fault_is_found_complex_until_it_is_found_simple() -> None:
    found = Promised(
        **{
            **vars(again("complex-plan")),
            "given": began(("07:00", DISPATCHED), ("10:00", on_site("complex"))),
        }
    )
    for name in ("complex-plan:1", "complex-repair:1"):
        assert found.begun.clock(name).due_at == wall("2026-03-09 10:00")
        assert found.begun.at("2026-03-08 11:00", on_site("simple")).verdict(name) is Verdict.CANCELLED


@pytest.mark.proves("S4-4.1f")
def test_a_refused_replacement_is_no_longer_owed() -> None:
    refused = again("replacement-cycle").begun.at("2026-03-09 09:00", rejected("exchange"))
    assert refused.verdict("replacement-cycle:1") is Verdict.CANCELLED
    other = again("replacement-cycle").begun.at("2026-03-09 09:00", rejected("compensation"))
    assert other.verdict("replacement-cycle:1") is Verdict.OPEN


def test_a_dispute_that_nobody_takes_up_goes_to_the_supervisor_and_then_to_legal() -> None:
    clock = again("dispute-taken-up").begun.clock("dispute-taken-up:1")
    assert [rung.level for rung in ladder(clock, METERS)] == ["supervisor", "legal"]


def test_what_the_text_names_without_a_number_is_not_configured_until_the_firm_says() -> None:
    unset = Promised(**{**vars(again("arrival")), "rules": METERS}).begun.clock("arrival:1")
    assert (unset.verdict, unset.lacking) == (Verdict.NOT_CONFIGURED, Lacking.SETTING)


def test_the_whole_way_of_a_repair_leaves_nothing_to_find() -> None:
    asked = received(remedy_sought="repair", customer_address=ref("customer_address"))
    seen, record = inspected("on_site"), filed("repair_record", "signed")
    parts = (moved("issued"), moved("used", is_same_quality=True))
    steps = (
        on_site("simple"),
        responded("contact"),
        AT_THE_DOOR,
        seen,
        responded("disclosure"),
        *parts,
        DONE,
        record,
    )
    ended = given(asked, *steps, rules=METERS).when(closed()).then_allowed()
    assert not ended.findings()
