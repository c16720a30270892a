"""Freeze, reveal and draw a period: the single-command path with locally made nonces, step by step on the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cases.audits import Programme, fold, must_be_next, must_be_replaceable, programme_id
from cases.caller import Caller
from cases.codes import ReplacementReason
from cases.errors import NotFound, Refused
from cases.events_audit import FrameFrozen, ItemReplaced, ProgrammeOpened, SampleDrawn
from cases.period import Period
from cases.programmes.owed import Duty, duty_of
from cases.regulation.rules import Reference
from cases.sampling.drawing import Draw
from cases.sampling.files import publish
from cases.store.ledger import Ledger
from replay.audit.frame import Frame, read_frame_at
from replay.audit.steps import Steps, draw_again, next_rank, opening
from replay.recording import Batch, record


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn period: the facts of it and the files that anybody can draw again from."""

    opened: ProgrammeOpened
    frozen: FrameFrozen
    sample: SampleDrawn
    files: dict[str, bytes]
    position: int


def how_to_draw(duty: Duty, period: Period) -> str:
    """Give the command that draws a period of a programme."""
    where = f"--regulation {duty.regulation} --programme {duty.programme.id}"
    return f"caseledger audit draw {where} --period {period} --as NAME"


class AuditRoom:
    """Works one audit programme of one regulation; every step is a fact of the programme's own aggregate."""

    def __init__(self, ledger: Ledger, reference: Reference, regulation: str, programme: str) -> None:
        """Find the duty in the newest version of the regulation; raises NotFound, for one that draws nothing too."""
        self.duty = duty_of(reference, regulation, programme)
        if not self.duty.is_drawn:
            raise NotFound(f"The programme {programme} draws no sample", programme=programme)
        self.ledger, self.zone = ledger, reference.zone
        self.stream = programme_id(self.duty.drawn_as)

    def state(self) -> Programme:
        """Fold the programme as it stands."""
        return fold(self.ledger.load(self.stream))

    def draw(
        self,
        period: Period,
        caller: Caller,
        now: datetime,
        *,
        since: datetime | None = None,
        overdue: int = 0,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Drawn:
        """Open the programme if need be, freeze, reveal and draw one period; skipped periods are frozen empty.

        The nonces are made here, so the draw is labelled "not independently committed". `since` is the start
        of a programme that is opened by this (the period's first instant by default); `overdue` counts the open
        cases that stand beside the frame. Raises Refused for a period that is not over, frozen already, or of another
        length than the programme's.
        """
        self.duty.of(str(period))
        if now < period.ends(self.zone):
            raise Refused(f"{period} is not over yet; draw it after its last day", rule="period-over")
        steps = Steps(self.state())
        periods = must_be_next(steps.programme, period)
        begins = since or period.begins(self.zone)
        opened = steps.open(opening(self.duty, begins), since)
        hi = self.ledger.settled()
        files: dict[str, bytes] = {}
        for one in periods:
            frame = self._frame(steps.programme, one, hi, progress, is_skipped=one != period)
            files = steps.draw(opened, one, frame, hi, overdue)
        position = self._record(steps, caller, now)
        return self._drawn(steps.programme, period, files, position)

    def _frame(
        self,
        programme: Programme,
        period: Period,
        hi: int,
        progress: Callable[[int], None],
        *,
        is_skipped: bool,
    ) -> Frame:
        opened = programme.opened
        if opened is None or is_skipped:
            return Frame(b"", {}, (), 0)
        return read_frame_at(
            self.ledger,
            hi=hi,
            starts_at=opened.starts_at,
            period=period,
            zone=self.zone,
            duty=self.duty,
            earlier=[
                (Period.parse(written), frozen.hi)
                for written, frozen in programme.frozen.items()
                if frozen.strata
            ],
            progress=progress,
        )

    def _record(self, steps: Steps, caller: Caller, now: datetime) -> int:
        """Store the steps, all of them or none; gives the position of the last. Raises CaseIsBusy, Unavailable."""
        batch = Batch(self.stream, steps.programme.version, self.duty.decided_under, now)
        busy = "Somebody else drew from this programme just now; nothing was drawn here"
        return record(self.ledger, batch, steps.facts, caller, busy)

    def files(self, period: Period) -> Drawn:
        """Make the files of a drawn period again from the log; raises NotFound, Refused when they differ."""
        programme = self.state()
        return self._drawn(programme, period, publish(self._again(programme, period)[0]), 0)

    def replace(
        self,
        period: Period,
        item: str,
        reason: ReplacementReason,
        caller: Caller,
        approver: str,
        now: datetime,
    ) -> ItemReplaced:
        """Let a drawn item give way to the next rank of its stratum.

        Raises NotFound for a period that was not drawn, Refused for an item that is not in the sample, for a stratum
        that has no more, and for one person who asks and approves.
        """
        steps = Steps(self.state())
        drawn, frame = self._again(steps.programme, period)
        given_up = must_be_replaceable(steps.programme, str(period), item, caller.actor, approver)
        replaced = ItemReplaced(
            period=str(period),
            item=item,
            pick=next_rank(drawn, frame, steps.programme, given_up),
            reason=reason,
            approved_by=approver,
        )
        steps.take(replaced)
        self._record(steps, caller, now)
        return replaced

    def _again(self, programme: Programme, period: Period) -> tuple[Draw, Frame]:
        """Draw a period again from the log as it stood at the freeze; raises NotFound, Refused when it differs."""
        frozen, revealed = programme.frozen.get(str(period)), programme.revealed.get(str(period))
        if programme.opened is None or frozen is None or revealed is None:
            raise NotFound(f"No sample was drawn for {period}", period=str(period))
        before = Programme(
            opened=programme.opened,
            frozen={p: f for p, f in programme.frozen.items() if Period.parse(p) < period},
        )
        frame = self._frame(before, period, frozen.hi, lambda _: None, is_skipped=not frozen.strata)
        drawn = draw_again(
            programme.opened,
            period,
            frame.tsv,
            frozen.promised,
            revealed.shown,
            is_independent=frozen.is_independent,
        )
        if drawn.frame_hash != frozen.frame_hash:
            raise Refused(
                f"The frame of {period} is no longer what was frozen", rule="frame-hash", period=str(period)
            )
        return drawn, frame

    def _drawn(self, programme: Programme, period: Period, files: dict[str, bytes], position: int) -> Drawn:
        sample = programme.drawn.get(str(period))
        if programme.opened is None or sample is None:
            raise NotFound(f"No sample was drawn for {period}", period=str(period))
        return Drawn(programme.opened, programme.frozen[str(period)], sample, files, position)
