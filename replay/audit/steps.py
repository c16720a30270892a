"""The steps of a period as facts: opened, frozen, revealed, drawn; each judged by the programme before it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from cases.audits import Programme, evolve, must_be_fresh, must_open
from cases.errors import Refused
from cases.events_audit import (
    FrameFrozen,
    NoncesRevealed,
    Pick,
    ProgrammeOpened,
    Promised,
    SampleDrawn,
    Shown,
    Stratum,
)
from cases.fact import Fact
from cases.period import Period
from cases.programmes.owed import Duty
from cases.sampling import drawing as sampling
from cases.sampling.files import publish
from replay.audit.frame import Frame

LOCAL_ROLES = ("quality", "outside-operations")


@dataclass
class Steps:
    """A programme, and the new facts that brought it there."""

    programme: Programme
    facts: list[Fact] = field(default_factory=list)

    def take(self, fact: Fact) -> None:
        """Add a fact."""
        self.programme = evolve(self.programme, fact)
        self.facts.append(fact)

    def open(self, wanted: ProgrammeOpened, starts_at: datetime | None) -> ProgrammeOpened:
        """Open the programme unless it is open; raises Refused where a named start would move it."""
        opened = self.programme.opened
        if opened is None:
            self.take(wanted)
        elif starts_at not in {None, opened.starts_at}:
            raise Refused("The programme was opened already; its start is not moved", rule="opened-once")
        return opened or wanted

    def draw(
        self, opened: ProgrammeOpened, period: Period, frame: Frame, hi: int, overdue: int
    ) -> dict[str, bytes]:
        """Freeze, reveal and draw a period with nonces made here; gives the files of the draw."""
        shown, promised = local_nonces(opened.programme, period)
        must_be_fresh(self.programme, promised)
        drawn = draw_again(opened, period, frame.tsv, promised, shown, is_independent=False)
        last = self.programme.last
        self.take(freeze(drawn, frame, promised, lo=last.hi if last else 0, hi=hi, overdue=overdue))
        must_open(self.programme, opened.programme, str(period), shown)
        self.take(NoncesRevealed(period=str(period), shown=shown))
        files = publish(drawn)
        self.take(sample_of(drawn, frame, files))
        return files


def opening(duty: Duty, starts_at: datetime) -> ProgrammeOpened:
    """Open a programme as its regulation writes it; raises Refused where the firm has not set how much is drawn."""
    programme = duty.programme
    if duty.rate is None:
        raise Refused(
            "How much this programme draws has not been set",
            rule="not-configured",
            clause=programme.clause,
            setting=programme.share,
        )
    return ProgrammeOpened(
        programme=duty.drawn_as,
        clause=programme.clause,
        regulation=duty.text.version,
        rate=duty.rate,
        floor=programme.floor,
        starts_at=starts_at,
    )


def local_nonces(programme: str, period: Period) -> tuple[tuple[Shown, ...], tuple[Promised, ...]]:
    """Draw the nonces of both roles here, and commit to them."""
    shown = tuple(Shown(role=role, nonce=secrets.token_hex(32)) for role in LOCAL_ROLES)
    promised = tuple(
        Promised(role=one.role, commitment=sampling.commitment(programme, str(period), one.role, one.nonce))
        for one in shown
    )
    return shown, promised


def draw_again(
    opened: ProgrammeOpened,
    period: Period,
    tsv: bytes,
    promised: Sequence[Promised],
    shown: Sequence[Shown],
    *,
    is_independent: bool,
) -> sampling.Draw:
    """Draw from a frame and the two revealed nonces."""
    nonce_of = {one.role: one.nonce for one in shown}
    first, second = (sampling.Witness(one.role, one.commitment, nonce_of[one.role]) for one in promised)
    inputs = sampling.Inputs(
        programme=opened.programme,
        period=str(period),
        rate=opened.rate,
        floor=opened.floor,
        witnesses=(first, second),
        is_independent=is_independent,
    )
    return sampling.draw(tsv, inputs)


def picks_of(drawn: sampling.Draw, frame: Frame) -> tuple[Pick, ...]:
    """Name the drawn items with the case and the version that is judged."""
    return tuple(pick_of(one, frame) for one in drawn.ranking if one.is_drawn)


def pick_of(ranked: sampling.Ranked, frame: Frame) -> Pick:
    """Name a ranked item with its case."""
    known = next(one for one in frame.items if one.item == ranked.item)
    return Pick(
        stratum=ranked.stratum,
        rank=ranked.rank,
        item=ranked.item,
        case_id=frame.case_of[ranked.item],
        version=known.version,
        leaf_hash=known.leaf_hash,
    )


def next_rank(drawn: sampling.Draw, frame: Frame, programme: Programme, given_up: Pick) -> Pick:
    """Find what comes instead of a pick: the first rank of its stratum behind all that were ever picked."""
    period = drawn.inputs.period
    taken = [*programme.drawn[period].picks, *(one.pick for one in programme.replaced.get(period, ()))]
    last = max(one.rank for one in taken if one.stratum == given_up.stratum)
    for one in drawn.ranking:
        if one.stratum == given_up.stratum and one.rank > last:
            return pick_of(one, frame)
    raise Refused(f"All of {given_up.stratum} is in the sample already", rule="next-rank", period=period)


def freeze(
    drawn: sampling.Draw, frame: Frame, promised: tuple[Promised, ...], *, lo: int, hi: int, overdue: int
) -> FrameFrozen:
    """Fix the population of a draw, read from the log up to position `hi`."""
    return FrameFrozen(
        period=drawn.inputs.period,
        lo=lo,
        hi=hi,
        frame_hash=drawn.frame_hash,
        strata=tuple(
            Stratum(name=name, items=count, drawn=drawn.numbers[name]) for name, count in drawn.counts.items()
        ),
        late=frame.late,
        overdue=overdue,
        algorithm=sampling.ALGORITHM,
        promised=promised,
        is_independent=drawn.inputs.is_independent,
    )


def sample_of(drawn: sampling.Draw, frame: Frame, files: dict[str, bytes]) -> SampleDrawn:
    """Name what was drawn, and the published files by their sha256."""
    return SampleDrawn(
        period=drawn.inputs.period,
        seed=drawn.seed,
        picks=picks_of(drawn, frame),
        files={name: sha256(content).hexdigest() for name, content in files.items()},
    )
