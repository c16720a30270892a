"""Freeze, reveal and draw a period: the single-command path with locally made nonces, step by step on the record."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from cases.audits import Programme, evolve, fold, must_be_fresh, must_be_next, must_open, programme_id
from cases.caller import Caller
from cases.errors import CaseIsBusy, NotFound, Refused
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
from cases.month import Month
from cases.recorded import Recorded
from cases.regulation.model import Programme as Duty
from cases.regulation.rules import Reference
from cases.sampling import drawing as sampling
from cases.sampling.files import publish
from cases.store.ledger import Ledger
from replay.audit.frame import Frame, read_frame_at

LOCAL_ROLES = ("quality", "outside-operations")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn period: the facts of it and the files that anybody can draw again from."""

    opened: ProgrammeOpened
    frozen: FrameFrozen
    sample: SampleDrawn
    files: dict[str, bytes]
    position: int


class AuditRoom:
    """Works one audit programme of one regulation; every step is a fact of the programme's own aggregate."""

    def __init__(self, ledger: Ledger, reference: Reference, regulation: str, programme: str) -> None:
        """Find the duty in the newest version of the regulation; raises NotFound."""
        versions = [found for (name, _), found in sorted(reference.regulations.items()) if name == regulation]
        duties = [
            (found, duty)
            for found in versions
            for duty in found.programme
            if duty.id == programme and duty.kind == "audit"
        ]
        if not duties:
            raise NotFound(f"No audit programme {programme} in a published {regulation}", programme=programme)
        self.regulation, self.duty = duties[-1]
        self.ledger, self.zone = ledger, reference.zone
        self.stream = programme_id(programme)

    def state(self) -> Programme:
        """Fold the programme as it stands."""
        return fold(self.ledger.load(self.stream))

    def draw_month(
        self,
        month: Month,
        caller: Caller,
        now: datetime,
        *,
        since: datetime | None = None,
        overdue: int = 0,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Drawn:
        """Open the programme if need be, freeze, reveal and draw one month; skipped months are frozen empty.

        The nonces are made here, so the draw is labelled "not independently committed". `since` is the start
        of a programme that is opened by this (the month's first instant by default); `overdue` counts the open
        cases that stand beside the frame. Raises Refused for a month that is not over or frozen already.
        """
        programme = self.state()
        if now < month.ends(self.zone):
            raise Refused(f"{month} is not over yet; draw it after its last day", rule="month-over")
        months = must_be_next(programme, month)
        steps: list[Fact] = []
        opened = programme.opened
        if opened is None:
            opened = opening(self.duty, self.regulation.version, since or month.begins(self.zone))
            steps.append(opened)
            programme = evolve(programme, opened)
        elif since not in {None, opened.starts_at}:
            raise Refused("The programme was opened already; its start is not moved", rule="opened-once")
        hi = self.ledger.settled()
        files: dict[str, bytes] = {}
        for one in months:
            frame = self._frame(programme, one, hi, progress, is_skipped=one != month)
            made, files = self._steps(programme, opened, one, frame, hi, overdue)
            for fact in made:
                programme = evolve(programme, fact)
            steps.extend(made)
        position = self._record(steps, programme, caller, now)
        return self._drawn(programme, month, files, position)

    def _frame(
        self,
        programme: Programme,
        month: Month,
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
            month=month,
            zone=self.zone,
            earlier=[
                (Month.parse(period), frozen.hi)
                for period, frozen in programme.frozen.items()
                if frozen.strata
            ],
            progress=progress,
        )

    def _steps(
        self,
        programme: Programme,
        opened: ProgrammeOpened,
        month: Month,
        frame: Frame,
        hi: int,
        overdue: int,
    ) -> tuple[list[Fact], dict[str, bytes]]:
        shown, promised = local_nonces(opened.programme, month)
        must_be_fresh(programme, promised)
        drawn = draw_again(opened, month, frame.tsv, promised, shown, is_independent=False)
        last = programme.last
        frozen = FrameFrozen(
            period=str(month),
            lo=last.hi if last else 0,
            hi=hi,
            frame_hash=drawn.frame_hash,
            strata=tuple(
                Stratum(name=name, items=count, drawn=drawn.numbers[name])
                for name, count in drawn.counts.items()
            ),
            late=frame.late,
            overdue=overdue,
            algorithm=sampling.ALGORITHM,
            promised=promised,
            is_independent=False,
        )
        must_open(evolve(programme, frozen), opened.programme, str(month), shown)
        files = publish(drawn)
        sample = SampleDrawn(
            period=str(month),
            seed=drawn.seed,
            picks=picks_of(drawn, frame),
            files={name: sha256(content).hexdigest() for name, content in files.items()},
        )
        return [frozen, NoncesRevealed(period=str(month), shown=shown), sample], files

    def _record(self, steps: Sequence[Fact], programme: Programme, caller: Caller, now: datetime) -> int:
        request = uuid4()
        facts = [
            Recorded(
                originator_id=self.stream,
                originator_version=version,
                fact=fact,
                occurred_at=now,
                actor=caller.actor,
                role=caller.role,
                source=caller.source,
                correlation_id=request,
                decided_under=f"{self.regulation.id}@{self.regulation.version}",
            )
            for version, fact in enumerate(steps, start=programme.version + 1)
        ]
        try:
            return self.ledger.append(facts)[-1].position
        except CaseIsBusy as busy:
            raise CaseIsBusy(
                "Somebody else drew from this programme just now; nothing was drawn here"
            ) from busy

    def files(self, month: Month) -> Drawn:
        """Make the files of a drawn month again from the log; raises NotFound, Refused when they differ."""
        programme = self.state()
        frozen, revealed = programme.frozen.get(str(month)), programme.revealed.get(str(month))
        if programme.opened is None or frozen is None or revealed is None:
            raise NotFound(f"No sample was drawn for {month}", period=str(month))
        before = Programme(
            opened=programme.opened,
            frozen={p: f for p, f in programme.frozen.items() if Month.parse(p) < month},
        )
        frame = self._frame(before, month, frozen.hi, lambda _: None, is_skipped=not frozen.strata)
        drawn = draw_again(
            programme.opened,
            month,
            frame.tsv,
            frozen.promised,
            revealed.shown,
            is_independent=frozen.is_independent,
        )
        if drawn.frame_hash != frozen.frame_hash:
            raise Refused(
                f"The frame of {month} is no longer what was frozen", rule="frame-hash", period=str(month)
            )
        return self._drawn(programme, month, publish(drawn), 0)

    def _drawn(self, programme: Programme, month: Month, files: dict[str, bytes], position: int) -> Drawn:
        sample = programme.drawn.get(str(month))
        if programme.opened is None or sample is None:
            raise NotFound(f"No sample was drawn for {month}", period=str(month))
        return Drawn(programme.opened, programme.frozen[str(month)], sample, files, position)


def opening(duty: Duty, version: str, starts_at: datetime) -> ProgrammeOpened:
    """Open a programme as its regulation writes it."""
    return ProgrammeOpened(
        programme=duty.id,
        clause=duty.clause,
        regulation=version,
        rate=duty.rate or "0.10",
        floor=duty.floor,
        starts_at=starts_at,
    )


def local_nonces(programme: str, month: Month) -> tuple[tuple[Shown, ...], tuple[Promised, ...]]:
    """Draw the nonces of both roles here, and commit to them."""
    shown = tuple(Shown(role=role, nonce=secrets.token_hex(32)) for role in LOCAL_ROLES)
    promised = tuple(
        Promised(role=one.role, commitment=sampling.commitment(programme, str(month), one.role, one.nonce))
        for one in shown
    )
    return shown, promised


def draw_again(
    opened: ProgrammeOpened,
    month: Month,
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
        period=str(month),
        rate=opened.rate,
        floor=opened.floor,
        witnesses=(first, second),
        is_independent=is_independent,
    )
    return sampling.draw(tsv, inputs)


def picks_of(drawn: sampling.Draw, frame: Frame) -> tuple[Pick, ...]:
    """Name the drawn items with the case and the version that is judged."""
    known = {one.item: one for one in frame.items}
    return tuple(
        Pick(
            stratum=one.stratum,
            rank=one.rank,
            item=one.item,
            case_id=frame.case_of[one.item],
            version=known[one.item].version,
            leaf_hash=known[one.item].leaf_hash,
        )
        for one in drawn.ranking
        if one.is_drawn
    )
