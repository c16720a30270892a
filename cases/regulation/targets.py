"""Targets: what a month is held against, each a measure with one definition, and the threshold that it has to reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple

from pydantic import Field

from cases.code import Code
from cases.events import Arrived, Closed, Delivered, Received, Refunded, Repaired, Responded, Revisited
from cases.fact import Fact
from cases.regulation.items import Id, Item, Promise
from cases.regulation.patterns import Pattern

if TYPE_CHECKING:
    from cases.regulation.model import Regulation, Settings

ThresholdFrom = Literal["clause", "setting", "not_configured"]
PER_CENT: Final = Decimal(100)
LONGEST_RUN: Final = 36
"""Months in a row that are looked back on at most."""


class Measure(Code):
    """What a target counts (regulations.md A.12); each has one definition in `DEFINITIONS`."""

    RESPONSE_ON_TIME = "response_on_time", "响应及时率", "Responses in time"
    PHONE_PICKUP = "phone_pickup", "电话及时接通率", "Calls answered in time"
    REFUND_ON_TIME = "refund_on_time", "退款及时率", "Refunds in time"
    APPOINTMENT_PUNCTUALITY = "appointment_punctuality", "准时到达率", "Appointments kept"
    RESOLUTION = "resolution", "问题解决率", "Solved, as the customer confirmed"
    SATISFACTION = "satisfaction", "客户满意率", "Customers satisfied"
    REPAIR_SUCCESS = "repair_success", "维修成功率", "Repairs that lasted"
    COMPLAINT_SETTLED = "complaint_settled", "投诉未再发生率", "Complaints that did not come again"
    RECORD_COMPLETENESS = "record_completeness", "记录完整率", "Records complete"
    DELIVERED_INTACT = "delivered_intact", "送达完好率", "Goods delivered intact"


Need = Literal["promises", "constraints", "score", "days"]


@dataclass(frozen=True, slots=True)
class Definition:
    """What a measure counts, and what of it is good; one of `stop` and `each` is given.

    `stop`: clocks, good when stopped in time; those of the promises that the target names, else of all that end with
    such a fact. One past due is missed although it is open, one that runs is pending, one excluded is left out.
    `each`: facts of this kind one by one; the text of `good` tells which are good. `needs` names what the target has to
    say besides.
    """

    good: str
    stop: Pattern | None = None
    each: type[Fact] | None = None
    needs: Need | None = None


DEFINITIONS: Final[Mapping[Measure, Definition]] = {
    Measure.RESPONSE_ON_TIME: Definition("responded in time", stop=Pattern(fact=Responded.name())),
    Measure.PHONE_PICKUP: Definition(
        "answered in time", stop=Pattern(fact=Responded.name(), where={"channel": ("phone",)})
    ),
    Measure.REFUND_ON_TIME: Definition("refunded in time", stop=Pattern(fact=Refunded.name())),
    Measure.APPOINTMENT_PUNCTUALITY: Definition("arrived in time", stop=Pattern(fact=Arrived.name())),
    Measure.RESOLUTION: Definition(
        "the newest revisit of the cycle says solved, and it was not reopened", each=Closed
    ),
    Measure.SATISFACTION: Definition("an answer of the score or better", each=Revisited, needs="score"),
    Measure.REPAIR_SUCCESS: Definition(
        "no repair of the same goods for the same cause in the days after", each=Repaired, needs="days"
    ),
    Measure.COMPLAINT_SETTLED: Definition(
        "neither reopened nor followed by a complaint about the same goods in the days after",
        each=Received,
        needs="days",
    ),
    Measure.RECORD_COMPLETENESS: Definition(
        "no finding of the constraints", each=Received, needs="constraints"
    ),
    Measure.DELIVERED_INTACT: Definition("nothing was damaged", each=Delivered),
}


class Target(Item):
    """A figure to reach every month: `at_least`, or the percentage that the firm set; neither where none is named.

    `months` names the setting that says how many months in a row it has to be reached. `promises` narrows a measure
    of clocks down, `constraints` are those that a complete record has no finding of, `score` is the lowest one that
    satisfies (1 to 5), `days` how long a repair has to last or a complaint must not come again.
    """

    measure: Measure
    at_least: Annotated[str, Field(pattern=r"^(0\.\d+|1)$")] | None = None
    setting: Id | None = None
    months: Id | None = None
    promises: tuple[Id, ...] = ()
    constraints: tuple[Id, ...] = ()
    score: Annotated[int, Field(ge=1, le=5)] | None = None
    days: Annotated[int, Field(ge=1, le=3_650)] | None = None

    @property
    def definition(self) -> Definition:
        """Give what it counts."""
        return DEFINITIONS[self.measure]

    @property
    def is_countable(self) -> bool:
        """Tell whether it says all that its measure needs."""
        needs = self.definition.needs
        return needs is None or bool(getattr(self, needs))


class Threshold(NamedTuple):
    """The share to reach, 0 to 1, and whence it comes; None where the firm or the text leaves it open."""

    share: Decimal | None
    whence: ThresholdFrom


def threshold(target: Target, settings: Settings | None) -> Threshold:
    """Give the threshold of a target under the firm's values; never a default."""
    if target.at_least is not None:
        return Threshold(Decimal(target.at_least), "clause")
    value = _whole(settings, target.setting, "percent")
    return Threshold(None, "not_configured") if value is None else Threshold(value / PER_CENT, "setting")


def months_needed(target: Target, settings: Settings | None) -> int | None:
    """Tell how many months in a row it has to be reached; None where nothing says so."""
    value = _whole(settings, target.months, "months")
    return None if value is None else int(value)


def _whole(settings: Settings | None, placeholder: str | None, unit: str) -> Decimal | None:
    value = settings.values.get(placeholder) if settings and placeholder else None
    return Decimal(value.value) if value is not None and value.unit == unit else None


def counted_promises(target: Target, regulation: Regulation) -> Iterator[Promise]:
    """Give the promises whose clocks a target counts; none for a measure of facts."""
    stop = target.definition.stop
    if stop is not None:
        yield from (
            promise
            for promise in regulation.promise
            if (promise.id in target.promises if target.promises else _ends_with(promise, stop))
        )


def _ends_with(promise: Promise, stop: Pattern) -> bool:
    return any(
        one.fact == stop.fact and all(one.where.get(name) == wanted for name, wanted in stop.where.items())
        for one in promise.stop
    )
