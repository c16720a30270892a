"""The room in which rewards and penalties are proposed, decided and appealed: one register for each regulation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from cases.alerts import Counted
from cases.caller import Caller, is_same_person
from cases.errors import NotFound
from cases.events_programme import ProgrammeHeld
from cases.events_proposal import Cited, Proposed
from cases.fact import Fact
from cases.history import effective
from cases.period import Period
from cases.programmes import holding
from cases.promises.clock import standing
from cases.proposals.asked import Grounds, ProposalAsked, Propose, Sitting
from cases.proposals.register import Proposal, Register, fold, register_id
from cases.recorded import Recorded
from cases.regulation.bound import Bound
from cases.regulation.consequences import Consequence
from cases.regulation.rules import Reference
from cases.store.ledger import Ledger
from cases.telling import claimed
from projections.casefile import CaseFacts, CaseFile, open_file
from replay.recording import Batch, StreamReceipt, record


@dataclass(frozen=True, slots=True)
class ProposalReceipt(StreamReceipt):
    """The same for a proposal; `proposal` is its number."""

    proposal: int


class ProposalRoom:
    """Tells what is proposed, and records what is asked."""

    def __init__(self, ledger: Ledger, reference: Reference) -> None:
        """Stand on the log and the documents published in it."""
        self._ledger, self._reference = ledger, reference

    def register(self, regulation: str) -> Register:
        """Tell every proposal of a regulation; raises NotFound for one that is not published."""
        self._reference.newest(regulation)
        return fold(self._ledger.load(register_id(regulation)))

    def act(self, regulation: str, asked: ProposalAsked, caller: Caller, now: datetime) -> ProposalReceipt:
        """Record what a request comes to; raises NotFound, NotAllowed, Malformed, Refused, CaseIsBusy, Unavailable."""
        rules = self._reference.rules_for((self._reference.newest(regulation),))
        (bound,) = rules
        register = self.register(regulation)
        known = register.proposals.get(getattr(asked, "proposal", 0))
        begun = known.steps[-1].occurred_at if known else None
        at, is_backdated = claimed(asked, rules, now, begun)
        sitting = Sitting(bound, register, caller, at)
        if isinstance(asked, Propose):
            found = self._grounds(sitting.consequence(asked.consequence), bound, asked, now)
            sitting = replace(sitting, grounds=found)
        facts = tuple(asked.decide(sitting))
        number = facts[0].proposal if facts and isinstance(facts[0], Proposed) else _number(asked, sitting)
        stream, version = register_id(regulation), register.version + len(facts)
        if not facts:
            return ProposalReceipt(stream, version, register.position, (), number)
        batch = Batch(stream, register.version, bound.name, at, is_backdated)
        busy = "Somebody else wrote into this register just now; nothing was recorded here"
        source = caller.source.model_copy(update={"document": asked.document})
        position = record(self._ledger, batch, facts, replace(caller, source=source), busy)
        return ProposalReceipt(stream, version, position, tuple(fact.name() for fact in facts), number)

    def is_revised(self, proposal: Proposal, now: datetime) -> bool:
        """Tell whether something that a proposal rests on is told otherwise by now; the proposal stands."""
        fact = proposal.fact
        name, _, version = (proposal.proposed.decided_under or "").partition("@")
        regulation = self._reference.regulations[name, version]
        item = next(one for one in regulation.consequence if one.id == fact.consequence)
        return any(not self._stands(cited, item, fact.staff, now) for cited in fact.cites)

    def _stands(self, cited: Cited, item: Consequence, staff: str, now: datetime) -> bool:
        if item.programme is not None:
            return holding.fold(self._ledger.load(cited.stream)).held_at == cited.version
        file = self._file(cited.stream)
        if cited.clock is not None:
            return cited.clock in {one.clock_id for one in _missed(file, item, staff, now)}
        before = [known for known in file.facts if known.position <= cited.position]
        return _told(before, cited.version) == _told(file.facts, cited.version)

    def _grounds(self, item: Consequence, bound: Bound, asked: Propose, now: datetime) -> Grounds:
        """Look up what a proposal is to rest on; raises NotFound for a case, a fact or a holding that is not there."""
        if item.alert is not None:
            return self._late(item, asked, now)
        if item.programme is not None:
            return self._chosen(item, bound, asked)
        return Grounds(tuple(self._shown(one.case_id, one.version) for one in asked.facts))

    def _late(self, item: Consequence, asked: Propose, now: datetime) -> Grounds:
        cites, missed = [], list[Counted]()
        for case_id in dict.fromkeys(map(_case_of, asked.clocks)):
            file = self._file(case_id)
            for one in _missed(file, item, asked.staff, now):
                if one.clock_id in asked.clocks:
                    clock = next(known for known in file.clocks if known.clock_id == one.clock_id)
                    how = standing(clock, now).value
                    cites.append(
                        Cited(
                            stream=case_id,
                            version=one.version,
                            position=file.last_position,
                            clock=one.clock_id,
                            verdict=how,
                        )
                    )
                    missed.append(one)
        names = frozenset(one.clock_id for one in missed if one.clock_id)
        return Grounds(tuple(cites), names, frozenset(one.until for one in missed))

    def _chosen(self, item: Consequence, bound: Bound, asked: Propose) -> Grounds:
        if asked.period is None or item.programme is None:
            return Grounds()
        period = Period.parse(asked.period)
        stream = holding.holding_id(bound.pinned.regulation, item.programme, period)
        held = holding.fold(self._ledger.load(stream))
        if not isinstance(held.held, ProgrammeHeld) or held.told is None:
            return Grounds()
        cited = Cited(stream=stream, version=held.held_at, position=held.told.position)
        return Grounds((cited,), chosen=held.held.chosen)

    def _shown(self, case_id: UUID, version: int) -> Cited:
        file = self._file(case_id)
        if version not in {known.originator_version for known in file.case.history}:
            raise NotFound("There is no such fact in the case", case_id=str(case_id), version=version)
        return Cited(stream=case_id, version=version, position=file.last_position)

    def _file(self, case_id: UUID) -> CaseFile:
        facts = self._ledger.case(case_id).stored
        return open_file(CaseFacts(case_id, facts), self._reference)


def _missed(file: CaseFile, item: Consequence, staff: str, now: datetime) -> Iterable[Counted]:
    """Give the clocks of a case that a person has missed by now and nobody excluded."""
    return [
        one
        for one in file.counted
        if one.alert.id == item.alert
        and one.clock_id is not None
        and one.at < now
        and not one.is_excluded
        and is_same_person(one.same, staff)
    ]


def _told(facts: Sequence[Recorded], version: int) -> tuple[Fact, datetime] | None:
    """Give a fact with its time, as these facts correct it; None where it is withdrawn."""
    return next(
        ((one.fact, one.occurred_at) for one in effective(facts) if one.originator_version == version), None
    )


def _case_of(clock: str) -> UUID:
    """Read the case out of the name of a clock; raises NotFound for what names none."""
    try:
        return UUID(clock.partition(":")[0])
    except ValueError:
        raise NotFound("There is no such clock", clock=clock) from None


def _number(asked: ProposalAsked, sitting: Sitting) -> int:
    """Give the number of the proposal that a request is about, where nothing new was said."""
    if not isinstance(asked, Propose):
        return int(getattr(asked, "proposal", 0))
    return next(
        number
        for number, known in reversed(sitting.register.proposals.items())
        if (known.fact.consequence, known.fact.staff) == (asked.consequence, asked.staff)
    )
