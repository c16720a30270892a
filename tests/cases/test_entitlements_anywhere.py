"""Every right of the lamp factory against a judge that knows no code of ours, at midnights of three time zones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st

from cases.regulation.rules import Rules
from tests.cases.scenario import Story, checked, classified, given, lamp_rules, received, told
from tests.cases.test_entitlements_slow import slowly

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York")
TICK = timedelta(microseconds=1)
Answer = bool | None


@cache
def rules_in(zone: str) -> Rules:
    """The lamp factory's rules with a calendar on whose wall another zone's clock hangs."""
    (bound,) = lamp_rules()
    text = bound.calendars.text.model_copy(update={"timezone": zone})
    return Rules((replace(bound, calendars=replace(bound.calendars, text=text)),))


@dataclass(frozen=True)
class Asked:
    """Somebody wants something at an instant; what is known of the purchase and was found on the goods."""

    at: datetime
    zone: str
    kind: str
    reason: str
    bought: date | None
    got: date | None
    is_online: bool
    has_proof: bool
    has_description: bool
    said_damaged: Answer
    found_damaged: Answer
    is_whole: Answer
    has_parts: Answer

    @property
    def story(self) -> Story:
        """The same as facts."""
        intake = received(
            purchased_on=self.bought, goods_received_on=self.got, has_proof=self.has_proof,
            has_fault_description=self.has_description, sales_channel="online" if self.is_online else "store",
        )  # fmt: skip
        return given(
            told(intake, at=self.at),
            classified(self.kind, self.reason, is_human_damage=self.said_damaged),
            checked(
                is_human_damage=self.found_damaged,
                is_packaging_intact=self.is_whole,
                are_accessories_complete=self.has_parts,
            ),
            rules=rules_in(self.zone),
        )

    # What a reader of the regulation says, by hand

    def rights(self) -> dict[str, Answer]:
        """Judge every window that applies."""
        is_damaged = self.said_damaged if self.found_damaged is None else self.found_damaged
        later = max((day for day in (self.bought, self.got) if day is not None), default=None)
        if self.kind == "repair":
            return {"warranty": self._judge(later, {"years": 1}, is_damaged is True)}
        found: dict[str, Answer] = {}
        if self.reason == "quality":
            papers = self.has_proof and self.has_description
            found["quality-return-window"] = self._judge(
                later, {"days": 15}, is_damaged is True, has_papers=papers
            )
        else:
            is_broken = False in {self.is_whole, self.has_parts}
            found["not-fit-return-window"] = self._judge(
                later, {"days": 7}, is_broken, has_papers=self.has_proof
            )
        if self.kind == "return" and self.is_online:
            found["distance-sale-return"] = self._judge(self.got, {"days": 7}, is_damaged is True)
        return found

    def _judge(
        self, start: date | None, term: dict[str, int], is_lost: bool, *, has_papers: bool = True
    ) -> Answer:
        if is_lost:
            return False
        if start is not None and self.at.astimezone(ZoneInfo(self.zone)).date() > slowly(start, **term):
            return False
        return None if start is None or not has_papers else True

    def may_return(self) -> str:
        """Say whether anything stands; what is best for the customer counts (X23)."""
        found = [answer for name, answer in self.rights().items() if name != "warranty"]
        if True in found:
            return "yes"
        return "no" if found and not any(answer is None for answer in found) else "unknown"


@st.composite
def demands(draw: st.DrawFn) -> Asked:
    """Ask on, just before and just after the midnights around the end of a term, leap days and summer time included."""
    zone = draw(st.sampled_from(ZONES))
    asked = draw(
        st.sampled_from(
            (("return", "quality"), ("return", "not_fit"), ("exchange", "quality"), ("repair", "none"))
        )
    )
    days = st.one_of(
        st.dates(date(2023, 12, 20), date(2025, 10, 10)),
        st.sampled_from(
            (date(2024, 2, 29), date(2024, 2, 28), date(2024, 12, 31), date(2024, 10, 26), date(2025, 3, 29))
        ),
    )
    bought, got = draw(st.none() | days), draw(st.none() | days)
    start = max((day for day in (bought, got) if day is not None), default=date(2024, 6, 1))
    term = {"years": 1} if asked[0] == "repair" else {"days": 15 if asked[1] == "quality" else 7}
    day = draw(st.sampled_from((start, slowly(start, **term))) | days) + timedelta(
        days=draw(st.integers(-1, 2))
    )
    midnight = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    at = midnight + draw(
        st.sampled_from((-TICK, timedelta(0), TICK, timedelta(hours=2, minutes=30), timedelta(hours=13)))
    )
    answer, either = st.sampled_from((None, True, False)), st.booleans()
    return Asked(
        at, zone, *asked, bought, got, draw(either), draw(either), draw(either),
        draw(answer), draw(answer), draw(answer), draw(answer),
    )  # fmt: skip


@settings(max_examples=600, deadline=None)
@any_of(demands())
def test_every_right_is_what_a_reader_of_the_regulation_says(asked: Asked) -> None:
    story, rights = asked.story, asked.rights()
    decided = {name: story.verdict(name).is_granted for name in rights}
    assert decided == rights
    traits = story.rules.traits(story.facts)
    assert traits["entitled"] == asked.may_return()
    if asked.kind == "repair":
        covered = {True: "in_warranty", False: "out_of_warranty", None: "unknown"}
        assert traits["coverage"] == covered[rights["warranty"]]


@pytest.mark.parametrize("zone", ZONES)
def test_the_last_day_is_over_at_its_midnight_on_the_wall(zone: str) -> None:
    midnight = datetime(2026, 3, 17, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    lamp = {"purchased_on": "2026-03-01", "goods_received_on": "2026-03-01"}
    for at, granted in ((midnight - TICK, True), (midnight, False)):
        story = given(told(received(**lamp), at=at), classified("return", "quality"), rules=rules_in(zone))
        assert story.verdict("quality-return-window").is_granted is granted


def test_who_buys_and_asks_on_one_day_has_every_day_of_the_term_left() -> None:
    lamp = {"purchased_on": "2026-03-02", "goods_received_on": "2026-03-02"}
    story = given(received(**lamp), classified("return", "not_fit"))
    assert story.verdict("not-fit-return-window").result["window_end"] == "2026-03-09"


def test_a_demand_told_late_is_judged_by_the_day_it_was_made() -> None:
    lamp = received(purchased_on="2026-03-01", goods_received_on="2026-03-01")
    made = datetime(2026, 3, 16, 23, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
    story = given(told(lamp, at=made), told(classified("return", "quality"), at=made + timedelta(days=9)))
    assert story.verdict("quality-return-window").is_granted is True
