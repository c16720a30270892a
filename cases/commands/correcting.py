"""Correcting a recorded fact: the old one stays, a new fact says what is right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar, Self, get_args

from pydantic import Field, JsonValue, ValidationError, model_validator

from cases import codes
from cases.case import Case, fold
from cases.command import Command
from cases.cure import cure
from cases.errors import Malformed, Refused
from cases.events import Classified, Corrected, Received, Refunded
from cases.fact import Fact, Moment, Money
from cases.history import corrected_fact, standing_corrections
from cases.personal import Personal, PersonalRef
from cases.recorded import Recorded
from cases.regulation.rules import Rules
from cases.spending import overspent, refusal
from cases.telling import malformed, must_be_tellable, not_before, tolerance
from cases.wording import fault

FIXED = frozenset(
    {
        "case_no", "judged_under", "subject_id", "verdicts", "payer", "payer_clause", "requested_by", "is_live",
        "link",
    }
)  # fmt: skip
"""Fields that the system filled; nobody corrects them."""
JUDGED = frozenset({"kind", "reason", "is_human_damage"})
"""Fields of Classified that its verdicts follow from; a new classification brings new verdicts."""
FieldName = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class Correct(Command):
    """Supersede an earlier fact of the case: its time, its fields, its personal values, or all of it.

    Amounts change only with a document; personal values go under `personal` and become a new version in the vault.
    """

    fact: ClassVar[type[Fact]] = Corrected
    is_for_merged: ClassVar[bool] = True

    corrects: Annotated[int, Field(ge=1, description="version of the fact in this case")]
    reason: codes.CorrectionReason
    happened_at: Annotated[Moment | None, Field(description="the right time of the fact")] = None
    changes: Annotated[
        dict[str, JsonValue], Field(description="the right values by field, none of them personal")
    ] = {}
    personal: Annotated[
        dict[FieldName, Personal], Field(description="the right personal values by field")
    ] = {}
    is_withdrawn: Annotated[bool, Field(description="true when the fact should not have been recorded")] = (
        False
    )

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if self.occurred_at is not None:
            message = "a correction has no occurred_at; give happened_at for the right time of the fact"
            raise ValueError(message)
        if self.is_withdrawn == bool(self.changes or self.personal or self.happened_at):
            message = "either withdraw the fact, or give happened_at, changes or personal"
            raise ValueError(message)
        return self

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        stored = self._stored(case)
        standing = next((k for k in case.history if k.originator_version == self.corrects), None)
        if isinstance(stored.fact, Corrected):
            yield from self._withdraw_correction(case, now)
        elif standing is None:
            if not self.is_withdrawn:
                raise Refused("This fact was withdrawn; record it anew", rule="withdrawn-fact")
        else:
            fact = self._correction(case, standing, now)
            self._must_show_earlier_times(stored, rules)
            self._must_leave_a_case(case, fact, now)
            if self.is_withdrawn or self._changes_anything(standing, fact):
                yield fact

    def _stored(self, case: Case) -> Recorded:
        found = next((known for known in case.stored if known.originator_version == self.corrects), None)
        if found is None:
            raise malformed("corrects", "there is no fact of this version in the case")
        return found

    def _withdraw_correction(self, case: Case, now: datetime) -> Iterator[Fact]:
        if not self.is_withdrawn:
            raise malformed(
                "corrects", "this is a correction itself; withdraw it, then correct the fact anew"
            )
        if self.corrects in standing_corrections(case.stored):
            fact = Corrected(corrects=self.corrects, reason=self.reason, is_withdrawn=True)
            self._must_show_amounts(_corrected_fact_below(case, self.corrects))
            self._must_leave_a_case(case, fact, now)
            yield fact

    def _must_show_earlier_times(self, stored: Recorded, rules: Rules) -> None:
        """Ask for a document where a time moves back further than a fact may be told late (design.md 5)."""
        if self.document is not None or self.happened_at is None:
            return
        if self.happened_at < min(stored.known_at - tolerance(rules), stored.occurred_at):
            raise malformed(
                "document", "a time this much earlier needs the number of the document that shows it"
            )

    def _must_show_amounts(self, fact: Fact) -> None:
        """Ask for a document where an amount goes, or comes back."""
        if self.document is None and any(
            Money in _kinds(type(fact), name) for name in type(fact).model_fields
        ):
            raise malformed("document", "an amount goes only with the number of the document that shows it")

    def _correction(self, case: Case, standing: Recorded, now: datetime) -> Corrected:
        if self.is_withdrawn and isinstance(standing.fact, Received):
            raise Refused("A received case cannot be withdrawn; close it instead", rule="received-stays")
        if self.is_withdrawn and any(isinstance(held, Money) for _, held in standing.fact):
            self._must_show_amounts(standing.fact)
        changes = self._allowed_changes(standing.fact)
        self._must_leave_a_fact(standing.fact, changes, now)
        return Corrected(
            corrects=self.corrects,
            reason=self.reason,
            happened_at=self._right_time(case, standing, now),
            changes=changes,
            is_withdrawn=self.is_withdrawn,
        )

    def _right_time(self, case: Case, standing: Recorded, now: datetime) -> datetime | None:
        """Give the time told: never in the future, and no fact but the demand itself before the case began."""
        if self.happened_at is None:
            return None
        if self.happened_at > now:
            raise malformed("happened_at", "must not lie in the future")
        begun = None if isinstance(standing.fact, Received) else case.begun_at
        return not_before(begun, self.happened_at, "happened_at")

    def _must_leave_a_fact(self, fact: Fact, changes: dict[str, JsonValue], now: datetime) -> None:
        """Refuse values that the fact cannot hold, and times that no calendar counts or that have not come."""
        try:
            right = corrected_fact(fact, dict(changes))
        except ValidationError as error:
            raise Malformed(
                "The corrected fact would not be valid",
                errors=[{"field": _place(e["loc"]), "cure": cure(e)} for e in error.errors()],
            ) from None
        told = {f"changes.{name}": getattr(right, name) for name in self.changes}
        must_be_tellable(told, now)

    def _allowed_changes(self, fact: Fact) -> dict[str, JsonValue]:
        fields = correctable(type(fact))
        wrong = [name for name in self.changes if name not in fields]
        wrong += [name for name in self.personal if name not in personal_fields(type(fact))]
        if wrong:
            raise Malformed(
                "Some of these fields cannot be corrected",
                errors=[
                    {
                        "field": "changes",
                        "cure": f"of {fact.name()}, may be changed: {', '.join(sorted(fields))}; "
                        f"under personal: {', '.join(sorted(personal_fields(type(fact)))) or 'none'}",
                    }
                ],
            )
        self._must_fit_the_case(fact)
        if self.document is None and any(Money in _kinds(type(fact), name) for name in self.changes):
            raise malformed(
                "document", "an amount changes only with the number of the document that shows it"
            )
        sealed = {name: _as_json(value) for name, value in self.personal.items()}
        return {**self.changes, **sealed}

    def _must_fit_the_case(self, fact: Fact) -> None:
        """Refuse words that are none, and what verdicts were found by: they stay with the classification (S0 二/2)."""
        for name, value in self.changes.items():
            if isinstance(fact, Classified) and name in JUDGED:
                raise malformed(
                    f"changes.{name}", "classify again: what the customer is entitled to follows from it"
                )
            if (wrong := fault(name, value)) is not None:
                raise malformed(f"changes.{name}", wrong)

    def _must_leave_a_case(self, case: Case, fact: Corrected, now: datetime) -> None:
        """Refuse a correction after which a fact came before the demand, or more is spent than was paid or approved."""
        like = case.stored[-1]
        added = Recorded(
            like.originator_id,
            case.version + 1,
            fact,
            now,
            like.actor,
            like.role,
            like.source,
            like.correlation_id,
        )
        after = fold(case.case_id, (*case.stored, added))
        if _before_the_demand(after) - _before_the_demand(case):
            raise Refused(
                "Other facts would lie before the case was received; correct their times first",
                rule="received-first",
            )
        paid = after.received.paid if after.received else None
        returned = [known.fact.amount for known in after.history if isinstance(known.fact, Refunded)]
        is_kept = paid is not None and all(amount.currency == paid.currency for amount in returned)
        if returned and not (is_kept and paid and after.refunded_minor <= paid.minor):
            raise Refused("All refunds together must stay within what was paid", rule="refund-within-paid")
        if after.overpaid_minor > case.overpaid_minor:
            raise Refused(
                "All refunds of a return must stay within the share of the goods that came back",
                rule="refund-within-returned",
            )
        for leave in overspent([known.fact for known in after.history]):
            raise refusal(leave)

    @staticmethod
    def _changes_anything(standing: Recorded, fact: Corrected) -> bool:
        moved = fact.happened_at is not None and fact.happened_at != standing.occurred_at
        return moved or corrected_fact(standing.fact, dict(fact.changes)) != standing.fact


def _corrected_fact_below(case: Case, version: int) -> Fact:
    """Follow corrections of corrections down to the fact that they are about."""
    stored = {known.originator_version: known.fact for known in case.stored}
    fact = stored[version]
    while isinstance(fact, Corrected):
        fact = stored[fact.corrects]
    return fact


def _before_the_demand(case: Case) -> set[int]:
    """Name the facts that lie before the case was received."""
    begun = case.begun_at
    return {known.originator_version for known in case.history if begun and known.occurred_at < begun}


def correctable(fact: type[Fact]) -> frozenset[str]:
    """Name the fields of a fact that a correction may change."""
    return frozenset(fact.model_fields) - FIXED - personal_fields(fact)


def personal_fields(fact: type[Fact]) -> frozenset[str]:
    """Name the fields of a fact that refer into the vault."""
    return frozenset(name for name in fact.model_fields if PersonalRef in _kinds(fact, name))


def _kinds(fact: type[Fact], name: str) -> tuple[object, ...]:
    annotation = fact.model_fields[name].annotation
    return (annotation, *get_args(annotation))


def _as_json(value: object) -> JsonValue:
    if not isinstance(value, PersonalRef):
        raise malformed("personal", "this value was not put into the vault")
    return {name: held for name, held in value.model_dump(mode="json").items() if held is not None}


def _place(loc: tuple[int | str, ...]) -> str:
    return ".".join(("changes", *(str(part) for part in loc)))
