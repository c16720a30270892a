"""Goods and work: moving, examining, repairing, exchanging, visiting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from cases import codes
from cases.case import Case
from cases.command import Command
from cases.errors import Refused
from cases.events import Arrived, Booked, Delivered, Inspected, Installed, Repaired, Replaced, Shipped
from cases.fact import Attachment, Fact, Moment, Quantity, Word
from cases.personal import Personal
from cases.regulation.rules import Rules


class Ship(Command):
    """Hand goods to a carrier; who pays the freight follows from the regulation (S0 三/3)."""

    fact: ClassVar[type[Fact]] = Shipped

    direction: codes.Direction
    mode: codes.ShippingMode
    carrier: Word | None = None
    waybill: Personal | None = None

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        payer, clause = rules.freight(case)
        fact = self.as_fact(Shipped, payer=payer, payer_clause=clause)
        if not self.is_repeated(fact, case):
            yield fact


class Deliver(Command):
    """Note that goods arrived, at the firm (inbound) or at the customer (outbound)."""

    fact: ClassVar[type[Fact]] = Delivered
    answers: ClassVar[tuple[type[Fact], ...]] = (Shipped,)

    direction: codes.Direction
    is_damaged: bool = False
    quantity: Annotated[
        Quantity | None, Field(description="how many, where not all that the demand is about came at once")
    ] = None

    def must_hold(self, case: Case, actor: str | None) -> None:
        asked_about = case.received.quantity if case.received else None
        came = self.quantity if self.direction is codes.Direction.INBOUND else None
        if came is not None and asked_about is not None and (case.goods_here or 0) + came > asked_about:
            raise Refused(
                "More goods would be here than the demand is about; correct what is wrong first",
                rule="goods-within-demand",
            )


class Inspect(Command):
    """Record what an examination of the goods found (S0 五/1(4), 五/2(1))."""

    fact: ClassVar[type[Fact]] = Inspected

    stage: codes.InspectionStage
    cause: codes.Cause = codes.Cause.UNKNOWN
    disposition: codes.Disposition
    is_passed: Annotated[
        bool | None, Field(description="whether the goods meet the conditions of a return")
    ] = None
    is_human_damage: bool | None = None
    is_packaging_intact: bool | None = None
    are_accessories_complete: bool | None = None
    promised_at: Annotated[Moment | None, Field(description="the time told to the customer (S0 五/2(2))")] = (
        None
    )
    report_no: Word | None = None
    plan: Personal | None = None
    report: Annotated[Attachment | None, Field(description="the test report by sha256 (S1 五/2)")] = None

    @model_validator(mode="after")
    def _says_whether_it_passed(self) -> Self:
        if self.stage is codes.InspectionStage.RETURN_CHECK and self.is_passed is None:
            message = "a return check must say is_passed (S0 五/1(4))"
            raise ValueError(message)
        return self


class Repair(Command):
    """Record that the fault was put right (S0 五/2)."""

    fact: ClassVar[type[Fact]] = Repaired

    mode: codes.Mode = codes.Mode.MAIL_IN
    cause: codes.Cause = codes.Cause.UNKNOWN
    is_function_tested: bool = False
    work: Personal | None = None
    is_use_explained: Annotated[
        bool | None, Field(description="use and care were shown to the customer (S3 七, S4 三(二)3)")
    ] = None


class Replace(Command):
    """Record that the goods were exchanged for others (S0 五/1(4))."""

    fact: ClassVar[type[Fact]] = Replaced

    old_serial: Personal | None = None
    new_serial: Personal | None = None
    product_model: Word | None = None
    is_original_recovered: Annotated[
        bool | None, Field(description="whether the goods replaced came back (S2 二/5)")
    ] = None


class Book(Command):
    """Arrange a visit or an intervention."""

    fact: ClassVar[type[Fact]] = Booked

    begins_at: Moment
    ends_at: Moment | None = None
    purpose: codes.Purpose | None = None
    is_agreed: Annotated[
        bool | None, Field(description="the customer agreed to this time though it is later (S3 七)")
    ] = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.ends_at is not None and self.ends_at < self.begins_at:
            message = "ends_at must not be before begins_at"
            raise ValueError(message)
        return self


class Arrive(Command):
    """Record that people came to the customer (S2 三·二/4-8, S4 四(一)1)."""

    fact: ClassVar[type[Fact]] = Arrived

    purpose: codes.Purpose = codes.Purpose.VISIT
    late_because: codes.Lateness | None = None
    is_id_shown: Annotated[bool, Field(description="the work ID was shown (S2 三·二/9, S3 七)")] = False


class Install(Command):
    """Record that goods were put in place and set going (S2 二/11, S4 三(三))."""

    fact: ClassVar[type[Fact]] = Installed

    is_function_tested: bool = False
    is_use_explained: bool = False
    product_model: Word | None = None
