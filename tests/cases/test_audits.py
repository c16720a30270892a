"""The audit programme: each month once and in order, with fresh words of two people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from cases.audits import Programme, evolve, must_be_fresh, must_be_next, must_open
from cases.errors import Malformed, Refused
from cases.events_audit import FrameFrozen, NoncesRevealed, Promised, Shown
from cases.period import Period
from cases.regulation.rules import BEIJING
from cases.sampling.drawing import WITHHELD, commitment

ONE, TWO = "a" * 64, "b" * 64


def promised(period: str, *nonces: tuple[str, str]) -> tuple[Promised, ...]:
    return tuple(
        Promised(role=role, commitment=commitment("monthly-sample", period, role, n)) for role, n in nonces
    )


def frozen(period: str = "2026-09") -> Programme:
    return evolve(
        Programme(),
        FrameFrozen(
            period=period, lo=0, hi=9, frame_hash="c" * 64, strata=(), algorithm="v1", is_independent=False,
            promised=promised(period, ("quality", ONE), ("legal", TWO)),
        ),
    )  # fmt: skip


@contextmanager
def refused(rule: str) -> Iterator[None]:
    with pytest.raises(Refused) as no:
        yield
    assert no.value.details["rule"] == rule


def test_a_month_begins_and_ends_in_the_business_time_zone() -> None:
    assert Period.parse("2026-12").ends(BEIJING) == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert str(Period.parse("2026-12").following) == "2027-01"


@pytest.mark.parametrize("written", ["2026-13", "2026-1", "october", "0000-01", "9999-12"])
def test_a_month_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(Malformed, match="2026-10"):
        Period.parse(written)


def test_months_freeze_in_order_and_skipped_ones_are_frozen_too() -> None:
    assert must_be_next(Programme(), Period.month(2026, 9)) == (Period.month(2026, 9),)
    assert must_be_next(frozen("2026-09"), Period.month(2026, 11)) == (
        Period.month(2026, 10),
        Period.month(2026, 11),
    )


def test_no_month_is_frozen_twice_and_none_before_another() -> None:
    with refused("frozen-once"):
        must_be_next(frozen("2026-09"), Period.month(2026, 9))
    with refused("frozen-in-order"):
        must_be_next(frozen("2026-09"), Period.month(2026, 8))


def test_equal_reused_or_lonely_commitments_are_refused() -> None:
    same = promised("2026-10", ("quality", ONE))[0].commitment
    with refused("fresh-commitments"):
        must_be_fresh(Programme(), [Promised(role=role, commitment=same) for role in ("quality", "legal")])
    with refused("fresh-commitments"):
        must_be_fresh(frozen(), promised("2026-09", ("quality", ONE), ("legal", "d" * 64)))
    with refused("two-commitments"):
        must_be_fresh(Programme(), promised("2026-10", ("quality", ONE)))
    must_be_fresh(frozen(), promised("2026-10", ("quality", ONE), ("legal", TWO)))


def test_only_the_nonces_committed_to_are_accepted_and_a_withheld_one_is_zeros() -> None:
    with refused("nonce-kept"):
        must_open(frozen(), "monthly-sample", "2026-09", [Shown(role="quality", nonce=TWO)])
    with refused("both-reveal"):
        must_open(frozen(), "monthly-sample", "2026-09", [Shown(role="quality", nonce=ONE)])
    with refused("freeze-first"):
        must_open(Programme(), "monthly-sample", "2026-09", [])
    shown = (Shown(role="quality", nonce=ONE), Shown(role="legal", nonce=WITHHELD))
    must_open(frozen(), "monthly-sample", "2026-09", shown)
    with refused("revealed-once"):
        revealed = evolve(frozen(), NoncesRevealed(period="2026-09", shown=shown))
        must_open(revealed, "monthly-sample", "2026-09", shown)
