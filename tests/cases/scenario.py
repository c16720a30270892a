"""Given these facts, when somebody does this, then …: stories under the lamp factory's own regulation.

    given(received(), classified("return", "not_fit")).when(refunded(199)).then_refused(clause="S0 五/1(4)")

Every fact happens an hour after the one before, at 09:00 in Shanghai the first, and is done by whoever usually does it.
`told` says who else, when, and on which day. `when` takes a fact (the regulation alone judges it) or a command.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from cases import codes, events
from cases.calendars.book import shipped_book
from cases.case import Case, fold
from cases.codes import Role
from cases.command import Command, decisions
from cases.errors import Refused
from cases.fact import Fact, Money, Verdict
from cases.history import effective
from cases.personal import PersonalRef
from cases.recorded import Recorded, Source
from cases.regulation.constraints import Finding
from cases.regulation.model import CONFIGURED, Regulation, SettingValue
from cases.regulation.packs import shipped_regulation, shipped_settings
from cases.regulation.rules import Reference, Rules

CASE = UUID(int=0x1A3B)
SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
LAMP = "lamp-factory"
STAFF = {
    Role.AGENT: "agent-mei", Role.QUALITY: "quality-lin", Role.TECHNICIAN: "technician-bo",
    Role.LOGISTICS: "logistics-gao", Role.SUPERVISOR: "supervisor-qi", Role.FINANCE: "finance-ru",
}  # fmt: skip
USUAL = {
    "Shipped": Role.LOGISTICS, "Delivered": Role.LOGISTICS, "Repaired": Role.TECHNICIAN, "Replaced": Role.LOGISTICS,
    "Quoted": Role.TECHNICIAN, "Approved": Role.SUPERVISOR, "Rejected": Role.SUPERVISOR, "Refunded": Role.FINANCE,
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A fact or a command with who did it and when."""

    what: Fact | Command
    role: Role
    actor: str
    at: datetime | None = None


def told(
    what: Fact | Command, *, role: str | None = None, actor: str | None = None, at: datetime | None = None
) -> Told:
    """Say who did something and when, where it is not the usual person an hour later."""
    usual = _usual(what) if role is None else Role[role.upper()]
    return Told(what, usual, actor or STAFF.get(usual, usual.value), at)


def _usual(what: Fact | Command) -> Role:
    fact = what.fact.name() if isinstance(what, Command) else what.name()
    if fact == "Inspected":
        is_check = getattr(what, "stage", None) is codes.InspectionStage.RETURN_CHECK
        return Role.QUALITY if is_check else Role.TECHNICIAN
    return USUAL.get(fact, Role.AGENT)


@cache
def published(name: str) -> Reference:
    """Give a shipped regulation with the demo settings, as if they had been published."""
    pack, values, book = shipped_regulation(name), shipped_settings(name), shipped_book()
    return Reference(
        regulations={(name, pack.regulation.version): pack.regulation},
        settings={(name, values.settings.version): values.settings},
        calendars={(book.name, book.version): book},
    )


def lamp_factory() -> Reference:
    """Give the lamp factory's regulation."""
    return published(LAMP)


def lamp_rules(**values: int) -> Rules:
    """Bind the lamp factory's regulation; named values are set besides the demo's (`_` for `-`)."""
    return rules_of(LAMP, "lamp", **values)


def rules_of(name: str, product_line: str, **values: int) -> Rules:
    """Bind a shipped regulation; named values are set besides the demo's (`_` for `-`)."""
    reference = published(name)
    pinned = reference.in_force(product_line=product_line, channel="phone", at=MORNING)
    rules = reference.rules_for(pinned)
    if not values:
        return rules
    bound = rules.bound[0]
    assert bound.settings is not None
    more = {name.replace("_", "-"): _value(bound.regulation, name, value) for name, value in values.items()}
    settings = bound.settings.model_copy(update={"values": bound.settings.values | more})
    return Rules((replace(bound, settings=settings),))


def _value(regulation: Regulation, name: str, value: int) -> SettingValue:
    unit = next(item.unit for item in regulation.placeholder if item.id == name.replace("_", "-"))
    return SettingValue(value=value, unit=unit, source=CONFIGURED)


@dataclass(frozen=True)
class Story:
    """A case so far and what is being done to it."""

    rules: Rules
    facts: tuple[Recorded, ...] = ()
    doing: Told | None = None
    outcome: tuple[Fact, ...] | Refused | None = field(default=None)

    def and_(self, *facts: Fact | Told) -> Story:
        """Let more facts have happened."""
        known = list(self.facts)
        for fact in facts:
            known.append(self._recorded(_as_told(fact), known))
        return replace(self, facts=tuple(known))

    def under(self, rules: Rules) -> Story:
        """Judge by other rules."""
        return replace(self, rules=rules)

    def imported(self) -> Story:
        """Let the same facts come from another system's log."""
        source = Source(system="import:helpdesk")
        return replace(self, facts=tuple(replace(known, source=source) for known in self.facts))

    def when(self, what: Fact | Command | Told) -> Story:
        """Try to do it."""
        doing = _as_told(what)
        try:
            outcome: tuple[Fact, ...] | Refused = self._try(doing)
        except Refused as refused:
            outcome = refused
        return replace(self, doing=doing, outcome=outcome)

    def then(self, *facts: Fact) -> Story:
        """Expect just these facts."""
        assert self.outcome == facts, self.outcome
        return self

    def then_allowed(self) -> Story:
        """Expect that it was not refused."""
        assert not isinstance(self.outcome, Refused), self._why()
        assert self.outcome is not None
        return self

    @property
    def news(self) -> tuple[Fact, ...]:
        """The facts that it came to."""
        assert isinstance(self.outcome, tuple), self._why()
        return self.outcome

    def then_quiet(self) -> Story:
        """Expect that there was nothing new to record."""
        return self.then()

    def then_refused(self, *, clause: str | None = None, rule: str | None = None) -> Story:
        """Expect a refusal that names this clause and this rule."""
        assert isinstance(self.outcome, Refused), f"it was allowed: {self.outcome}"
        details = self.outcome.details
        assert clause in {None, details.get("clause")}, self._why()
        assert rule in {None, details.get("rule")}, self._why()
        return self

    def then_found(self, constraint: str, *, clause: str | None = None, overridden: bool = False) -> Finding:
        """Expect that judging the history, with what was done and was not refused, finds this; give the finding."""
        assert not isinstance(self.outcome, Refused), self._why()
        found = [finding for finding in self.findings() if finding.constraint == constraint]
        assert found, f"not found among {[finding.constraint for finding in self.findings()]}"
        assert clause in {None, found[-1].clause}
        assert found[-1].is_overridden is overridden
        return found[-1]

    def then_not_found(self, constraint: str) -> Story:
        """Expect that judging the history does not find this."""
        assert constraint not in {finding.constraint for finding in self.findings()}
        return self

    def findings(self) -> tuple[Finding, ...]:
        """Judge everything that happened, and what is being done as if it had been recorded."""
        done = (self.doing,) if self.doing is not None and isinstance(self.doing.what, Fact) else ()
        return self.rules.findings(self.and_(*done).facts)

    def verdict(self, entitlement: str) -> Verdict:
        """Give what the customer is entitled to by the newest classification."""
        classified = self.case.classified
        assert classified is not None
        verdicts = self.rules.verdicts(classified, self.case)
        return next(verdict for verdict in verdicts if verdict.entitlement == entitlement)

    @property
    def case(self) -> Case:
        """The case as it stands."""
        return fold(CASE, self.facts)

    def _why(self) -> str:
        return (
            f"{self.outcome}: {self.outcome.details}" if isinstance(self.outcome, Refused) else "not refused"
        )

    def _try(self, doing: Told) -> tuple[Fact, ...]:
        candidate = self._recorded(doing, self.facts)
        if isinstance(doing.what, Command):
            return decisions(
                doing.what, self.case, self.rules, candidate.occurred_at, doing.actor, doing.role
            )
        self.rules.must_allow(candidate, effective(self.facts))
        return (doing.what,)

    def _recorded(self, doing: Told, known: Sequence[Recorded]) -> Recorded:
        after = known[-1].occurred_at + timedelta(hours=1) if known else MORNING.astimezone(UTC)
        fact = doing.what if isinstance(doing.what, Fact) else events.Noted(word="doing")
        return Recorded(
            originator_id=CASE, originator_version=len(known) + 1, fact=fact, actor=doing.actor, role=doing.role,
            occurred_at=(doing.at or after).astimezone(UTC), source=Source(system="api"), correlation_id=CASE,
        )  # fmt: skip


def _as_told(what: Fact | Command | Told) -> Told:
    return what if isinstance(what, Told) else told(what)


def given(*facts: Fact | Told, rules: Rules | None = None) -> Story:
    """Start a story with what had happened; under the lamp factory's regulation unless others are given."""
    return Story(rules=lamp_rules() if rules is None else rules).and_(*facts)


def ref(name: str) -> PersonalRef:
    """Give a reference into the vault, as a fact holds it."""
    return PersonalRef(ref=f"{UUID(int=8)}/{name}/1", commit="0" * 64)


def yuan(amount: int) -> Money:
    """Give an amount of whole yuan."""
    return Money(minor=amount * 100)


def day(month: int, number: int, year: int = 2026, hour: int = 9) -> datetime:
    """Give a moment in Shanghai, at 09:00 unless an hour is named."""
    return datetime(year, month, number, hour, tzinfo=SHANGHAI)


def received(**more: object) -> events.Received:
    """Somebody calls about the kettle lamp that hums, bought for 199 yuan the day before."""
    usual: dict[str, object] = {
        "case_no": "AS-00000042", "channel": "phone", "product_model": "the kettle lamp that hums",
        "customer_name": ref("customer_name"), "customer_phone": ref("customer_phone"),
        "description": ref("description"), "sales_channel": "store", "purchased_on": MORNING.date() - timedelta(days=1),
        "goods_received_on": MORNING.date() - timedelta(days=1), "has_proof": True, "has_fault_description": True,
        "paid": yuan(199),
    }  # fmt: skip
    return events.Received.model_validate({**usual, **more})


def classified(kind: str, reason: str = "none", **more: object) -> events.Classified:
    """The case is given its kind."""
    return events.Classified.model_validate({"kind": kind, "reason": reason, **more})


def responded(step: str) -> events.Responded:
    """The firm says something to the customer."""
    return events.Responded.model_validate({"step": step})


def approved(subject: str, **more: object) -> events.Approved:
    """Leave is given."""
    return events.Approved.model_validate({"subject": subject, "reason": "materials_complete", **more})


def rejected(subject: str, **more: object) -> events.Rejected:
    """Leave is refused."""
    return events.Rejected.model_validate({"subject": subject, "reason": "materials_missing", **more})


def shipped(direction: str = "inbound", mode: str = "pickup", **more: object) -> events.Shipped:
    """The lamp travels."""
    return events.Shipped.model_validate({"direction": direction, "mode": mode, **more})


def delivered(direction: str = "inbound", *, is_damaged: bool = False) -> events.Delivered:
    """The lamp arrives."""
    return events.Delivered.model_validate({"direction": direction, "is_damaged": is_damaged})


def checked(*, passed: bool = True, **more: object) -> events.Inspected:
    """Quality makes the return check."""
    seen = {"stage": "return_check", "disposition": "refund" if passed else "refuse", "is_passed": passed}
    return events.Inspected.model_validate({**seen, **more})


def inspected(stage: str = "arrival", disposition: str = "repair", **more: object) -> events.Inspected:
    """A technician looks at the lamp."""
    return events.Inspected.model_validate({"stage": stage, "disposition": disposition, **more})


def refunded(amount: int, **more: object) -> events.Refunded:
    """Whole yuan go back."""
    return events.Refunded.model_validate({"amount": yuan(amount), **more})


def revisited(*, solved: bool = True, method: str = "phone") -> events.Revisited:
    """The customer is asked whether the lamp still hums."""
    return events.Revisited.model_validate({"method": method, "is_solved": solved})


def closed(outcome: str = "solved") -> events.Closed:
    """The case ends."""
    return events.Closed.model_validate({"outcome": outcome})


RETURN_APPROVED = (
    received(), classified("return", "not_fit"), approved("materials"), approved("return", order_no="TH-7"),
)  # fmt: skip
"""The lamp does not fit, and its return was approved."""
RETURNED = (*RETURN_APPROVED, shipped(), delivered())
"""The lamp is back at the factory."""
CHECKED = (*RETURNED, checked(is_packaging_intact=True, are_accessories_complete=True))
"""Quality found nothing wrong with it."""
