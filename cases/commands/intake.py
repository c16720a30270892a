"""Taking a case in: registering the demand, and giving it its kind and weight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar, Final, Self
from uuid import UUID

from pydantic import Field, PrivateAttr

from cases import codes
from cases.case import Case
from cases.catalogue import Product
from cases.codes import Link
from cases.command import Command
from cases.commands.joining import Joining
from cases.errors import Malformed, Refused
from cases.events import Classified, Received
from cases.fact import Day, Fact, Money, Months, Quantity, Word
from cases.personal import Personal, PersonalRef
from cases.regulation.rules import Rules
from cases.telling import must_be_tellable

CUSTOMER: Final = ("customer_name", "customer_phone", "customer_address")


class Receive(Joining):
    """Register what a customer asks for (S0 三/1). The number, the customer and the rules in force are added here.

    A second matter told in another case names it in `split_from`: the customer is taken from there, nothing else is.
    """

    fact: ClassVar[type[Fact]] = Received

    channel: codes.Channel
    customer_name: Personal | None = None
    customer_phone: Personal | None = None
    customer_address: Personal | None = None
    description: Annotated[Personal | None, Field(description="what the customer says is wrong")] = None
    serial: Personal | None = None
    product_line: Word = "lamp"
    product_model: Word | None = None
    batch: Word | None = None
    sales_channel: codes.SalesChannel = codes.SalesChannel.UNKNOWN
    purchased_on: Day | None = None
    goods_received_on: Day | None = None
    has_proof: Annotated[bool, Field(description="proof of purchase was shown (S0 二/2)")] = False
    has_fault_description: bool = False
    paid: Money | None = None
    remedy_sought: codes.Kind | None = None
    region: Annotated[Word | None, Field(description="without digits, 20 characters at most")] = None
    form_no: Word | None = None
    contract_no: Annotated[Word | None, Field(description="the sales contract (S2 一/2, S3 五(二))")] = None
    contract_warranty_months: Annotated[
        Months | None, Field(description="warranty by contract; goes before manual and regulation (S3 七)")
    ] = None
    manual_warranty_months: Annotated[
        Months | None, Field(description="left out, as the catalogue says of the product")
    ] = None
    customer_class: codes.CustomerClass | None = None
    quantity: Quantity | None = None
    software_version: Word | None = None
    split_from: Annotated[
        UUID | None, Field(description="id of the case in which the customer told of this second matter")
    ] = None

    _case_no: str | None = PrivateAttr(default=None)

    @property
    def partner(self) -> UUID | None:
        return self.split_from

    def numbered(self, case_no: str) -> Self:
        """Give the same demand with the number that the desk drew for it."""
        copy = self.model_copy()
        copy._case_no = case_no  # noqa: SLF001 - its own, of another instance
        return copy

    def listed(self, product: Product | None) -> Self:
        """Give the same demand with what the catalogue says of its product where the caller does not."""
        if product is None or self.manual_warranty_months is not None:
            return self
        return self.model_copy(update={"manual_warranty_months": product.manual_warranty_months})

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        if self._case_no is None:
            raise Malformed("A demand is received under a number, which the desk draws")
        must_be_tellable({name: getattr(self, name) for name in type(self).model_fields}, now)
        fact = self.as_fact(
            Received,
            case_no=self._case_no,
            judged_under=tuple(bound.pinned for bound in rules.bound),
            **self._customer(now),
        )
        if case.received is None:
            yield fact
            if self.split_from is not None:
                yield self.named(Link.SPLIT_FROM)[2]
        elif case.received != fact:
            raise Refused("The case was received already; correct that fact instead", rule="received-once")

    def _customer(self, now: datetime) -> dict[str, object]:
        """Name the customer: whom was told of, or of a second matter whoever told of the first."""
        if self.split_from is None:
            return {"subject_id": self._subject()}
        other, received, _ = self.named(Link.SPLIT_FROM)
        if other.merged_into is not None:
            raise Refused("It goes on in another case by now", rule="merged", case_no=other.merged_into)
        if other.begun_at is not None and (self.occurred_at or now) < other.begun_at:
            raise Refused(
                "A second matter is told of after the first was received", rule="split-after-receipt"
            )
        known = {name: getattr(received, name) for name in CUSTOMER if getattr(received, name) is not None}
        if any(getattr(self, name) is not None for name in known):
            cure = (
                "the customer is known from the case that this was told in; leave name, phone and address out"
            )
            raise Malformed(f"split_from: {cure}", errors=[{"field": "split_from", "cure": cure}])
        return {"subject_id": received.subject_id or self._subject(), **known}

    def _subject(self) -> UUID | None:
        """Name whose vault the references of this demand lead to."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return next((value.subject_id for value in values if isinstance(value, PersonalRef)), None)


class Classify(Command):
    """Give the case its kind and weight; warranty, windows and freight follow from it (S0 二/2, 二/3, 三/3)."""

    fact: ClassVar[type[Fact]] = Classified

    kind: codes.Kind
    reason: codes.Reason = codes.Reason.NONE
    category: codes.Category = codes.Category.OTHER
    severity: codes.Severity = codes.Severity.NORMAL
    mode: codes.Mode | None = None
    department: Annotated[
        codes.Department, Field(description="where the case goes; left out, the regulation's routing decides")
    ] = codes.Department.CUSTOMER_SERVICE
    is_safety: Annotated[
        bool, Field(description="danger to people, such as leakage of current (S0 五/3)")
    ] = False
    is_human_damage: bool | None = None
    assigned_to: Annotated[Word | None, Field(description="a staff id, never a name")] = None
    priority: codes.Priority | None = None
    is_green_channel: Annotated[
        bool | None, Field(description="an urgent complaint goes first (S1 五/5)")
    ] = None
    complexity: Annotated[
        codes.Complexity | None, Field(description="told before the work begins (S4 四(一))")
    ] = None
    is_same_city: Annotated[
        bool | None, Field(description="whether a visit is in the city of the firm (S3 七)")
    ] = None

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        plain = self.as_fact(Classified)
        if "department" not in self.model_fields_set:
            plain = plain.model_copy(update={"department": rules.department(plain, case)})
        fact = plain.model_copy(update={"verdicts": rules.verdicts(plain, case, now)})
        if not case.already(fact):
            yield fact
