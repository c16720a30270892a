"""The room in which programmes are held: one period of one programme at a time, each step a fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from cases import audits
from cases.caller import Caller
from cases.errors import NotFound
from cases.events_programme import Figures
from cases.period import Period
from cases.permissions import must_take_part
from cases.programmes.asked import Hold, Occasion, ProgrammeAsked
from cases.programmes.holding import Holding, Standing, fold, holding_id
from cases.programmes.owed import Duty, duty_of, owed
from cases.regulation.rules import Reference
from cases.store.ledger import Ledger
from cases.telling import claimed
from projections.schema import Db
from replay.audit.draw import how_to_draw
from replay.programme.figures import compiled, compiled_again, figures_of, scope_of
from replay.programme.verifying import Customer, customers
from replay.recording import Batch, StreamReceipt, record


@dataclass(frozen=True, slots=True)
class Told:
    """A programme in a period with how it stands at an instant."""

    duty: Duty
    period: Period
    holding: Holding
    standing: Standing
    due_at: datetime
    """From then on it is overdue."""

    @property
    def stream(self) -> UUID:
        """Give the id of its stream."""
        return holding_id(self.duty.regulation, self.duty.programme.id, self.period)


class HoldingRoom:
    """Tells what is owed, and records what is held."""

    def __init__(
        self, ledger: Ledger, reference: Reference, connect: Callable[[], AbstractContextManager[Db]]
    ) -> None:
        """Stand on the log and the documents published in it; `connect` gives a connection to the tables."""
        self._ledger, self._reference = ledger, reference
        self.connect = connect

    def one(self, regulation: str, programme: str, written: str, now: datetime) -> Told:
        """Tell of one programme in one period; raises NotFound, Malformed, Refused."""
        duty = duty_of(self._reference, regulation, programme)
        period = duty.of(written)
        holding = fold(self._ledger.load(holding_id(regulation, programme, period)))
        return self._told(duty, period, holding, now)

    def owed(
        self, by: datetime, now: datetime, *, regulation: str | None = None, since: date | None = None
    ) -> Iterator[Told]:
        """Tell of every period that is over by an instant, by programme and the oldest first."""
        found = list(owed(self._reference, by, regulation=regulation, since=since))
        holdings = self._holdings(found)
        for duty, period in found:
            stream = holding_id(duty.regulation, duty.programme.id, period)
            yield self._told(duty, period, holdings.get(stream, Holding()), now)

    def act(
        self,
        regulation: str,
        programme: str,
        written: str,
        asked: ProgrammeAsked,
        caller: Caller,
        now: datetime,
    ) -> StreamReceipt:
        """Record what a request comes to; raises NotFound, NotAllowed, Malformed, Refused, CaseIsBusy, Unavailable."""
        told = self.one(regulation, programme, written, now)
        must_take_part(caller.role, told.duty.programme.kind)
        occasion = Occasion(
            duty=told.duty,
            period=told.period,
            holding=told.holding,
            actor=caller.actor,
            now=now,
            zone=self._reference.zone,
        )
        if isinstance(asked, Hold):
            occasion = self._looked(occasion)
        facts = tuple(asked.decide(occasion))
        stream = told.stream
        version = told.holding.version + len(facts)
        if not facts:
            return StreamReceipt(stream, version, told.holding.told.position if told.holding.told else 0, ())
        rules = self._reference.rules_for((self._reference.newest(regulation),))
        at, is_backdated = claimed(asked, rules, now)
        batch = Batch(stream, told.holding.version, told.duty.decided_under, at, is_backdated)
        busy = "Somebody else worked on this programme just now; nothing was recorded here"
        source = caller.source.model_copy(update={"document": asked.document})
        position = record(self._ledger, batch, facts, replace(caller, source=source), busy)
        return StreamReceipt(stream, version, position, tuple(fact.name() for fact in facts))

    def _looked(self, occasion: Occasion) -> Occasion:
        """Compile the figures that a holding freezes, with the position of the log that they stand on."""
        with self.connect() as connection:
            document, position = compiled(connection, occasion.duty, occasion.period, occasion.zone)
        figures = figures_of(document)
        people = tuple(document.get("people", ()))
        items = self._sample(occasion.duty, occasion.period) if occasion.duty.rate is not None else ()
        if items is None:
            draw = how_to_draw(occasion.duty, occasion.period)
            raise occasion.refusal(f"Draw its sample first: {draw}", "draw-first")
        return replace(occasion, figures=figures, position=position, people=people, items=items)

    def _sample(self, duty: Duty, period: Period) -> tuple[str, ...] | None:
        """Give the items that were drawn for a period, as they are judged; None where nothing was."""
        drawn = audits.fold(self._ledger.load(audits.programme_id(duty.drawn_as)))
        if str(period) not in drawn.drawn:
            return None
        return tuple(pick.item for pick in drawn.picks(str(period)))

    def checked(
        self, regulation: str, programme: str, written: str, now: datetime
    ) -> tuple[Figures, Figures]:
        """Give the figures of a holding as they were frozen, and as the log gives them again; raises NotFound."""
        told = self.one(regulation, programme, written, now)
        held = told.holding.held
        if held is None or held.figures is None:
            raise NotFound("No figures were frozen for this period", period=written)
        with self.connect() as connection:
            again = compiled_again(connection, told.duty, told.period, held.position)
        return held.figures, again

    def customers(self, regulation: str, programme: str, written: str, now: datetime) -> tuple[Customer, ...]:
        """Tell whose details a programme verifies in a period; raises NotFound for one that verifies nothing."""
        told = self.one(regulation, programme, written, now)
        checked = told.duty.programme.verifies
        if checked is None:
            raise NotFound(f"The programme {programme} verifies nothing", programme=programme)
        with self.connect() as connection:
            return customers(connection, scope_of(told.duty, told.period, self._reference.zone), checked)

    def _holdings(self, found: Iterable[tuple[Duty, Period]]) -> dict[UUID, Holding]:
        streams = [holding_id(duty.regulation, duty.programme.id, period) for duty, period in found]
        return {stream: fold(facts) for stream, facts in self._ledger.load_many(streams).items()}

    def _told(self, duty: Duty, period: Period, holding: Holding, now: datetime) -> Told:
        zone = self._reference.zone
        return Told(duty, period, holding, holding.standing(period, now, zone), period.following.ends(zone))
