"""The items a regulation is made of: promises, constraints, entitlements, programmes, placeholders."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from cases.codes import Checked, Department, Payer
from cases.events import Inspected, Received
from cases.fact import Part, Word
from cases.regulation.nearest import meant
from cases.regulation.patterns import Condition, Pattern, Patterns
from cases.regulation.problems import Amiss

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
RuleId = Annotated[str, Field(pattern=r"^[SX](\d+$|\d+-)", max_length=20)]
Share = Annotated[float, Field(gt=0, lt=1)]
Unit = Literal["minutes", "hours", "days", "working_days", "months", "percent", "fen", "word"]


class Label(Part):
    """What people read, in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def __str__(self) -> str:
        """Say it in both languages, zh first."""
        return f"{self.zh} / {self.en}"


class Item(Part):
    """What every item of a regulation carries: its name, the clause it comes from, its labels, the rules it serves."""

    id: Id
    clause: Word
    label: Label
    rules: tuple[RuleId, ...] = ()
    applies: Condition = Condition()


_AMOUNTS = ("minutes", "hours", "days", "working_days", "months", "setting", "until")


class Within(Part):
    """How long a clock may run. Exactly one amount, a setting of the firm, or an instant promised in the start fact.

    `setting` names a placeholder (value and unit stand in the settings; unset means not configured);
    `until` names the field of the start fact that holds the promised instant.
    """

    minutes: int | None = None
    hours: int | None = None
    days: int | None = None
    working_days: int | None = None
    months: int | None = None
    setting: Id | None = None
    until: str | None = None
    calendar: Id = "around-the-clock"

    @property
    def is_endless(self) -> bool:
        """Tell whether no time is named at all."""
        return all(getattr(self, name) is None for name in _AMOUNTS)

    @model_validator(mode="after")
    def _one_amount(self) -> Within:
        if sum(getattr(self, name) is not None for name in _AMOUNTS) != 1:
            raise ValueError(f"name exactly one of {', '.join(_AMOUNTS)}")
        return self


ENDLESS = Within.model_construct()
"""The time of a promise that is never too late, only too early."""


class NotBefore(Within):
    """What must have passed before a promise may be kept.

    Of days, the last must be over, or where `day` says so only have begun: scheduled on the third day, not after it.
    """

    day: Literal["over", "begun"] = "over"


class Agreed(Part):
    """A moment that the customer agreed to after the start: it takes the place of the due moment.

    `told` are the facts that may tell it, `until` names the field in which they do.
    """

    told: Patterns
    until: str


class Between(Part):
    """From which fact to which other one something holds of a clock: it stands still, or nothing is owed."""

    opens: Annotated[Pattern, Field(alias="from")]
    ends: Annotated[Patterns, Field(alias="to")]


def _as_many(written: object) -> object:
    return written if isinstance(written, list | tuple) else (written,)


class Promise(Item):
    """A clock: starts at a fact, must be stopped by a fact in time; may pause; warns; escalates up a chain.

    A `cancel` fact ends it without a verdict: what was promised is no longer owed. So does the `from` of a `lapse`,
    until its `to` comes: what is granted after all was owed all along. A new start before that begins anew.
    `after` names the promise before it in a chain, told earlier in the text: the stop of that one starts this one.
    What is done before `not_before` is a miss too; a promise that names no `within` cannot come too late.
    `same` names fields of its facts: each value of theirs, such as the number of a receipt, has clocks of its own.
    """

    start: Pattern | None = None
    after: Id | None = None
    same: tuple[str, ...] = ()
    stop: Patterns
    cancel: Patterns = ()
    lapse: Annotated[tuple[Between, ...], BeforeValidator(_as_many)] = ()
    within: Within = ENDLESS
    not_before: NotBefore | None = None
    agreed: Agreed | None = None
    pause: Annotated[tuple[Between, ...], BeforeValidator(_as_many)] = ()
    warn: tuple[Share, ...] = ()
    escalate: tuple[Word, ...] = ()
    department: Department = Department.CUSTOMER_SERVICE
    is_configured: bool = False
    """True where the number comes from the firm and not from the text."""

    @model_validator(mode="after")
    def _begins_in_one_way(self) -> Promise:
        if (self.start is None) == (self.after is None):
            raise ValueError("name either start, or the promise that it comes after")
        if self.same and self.start is None:
            raise ValueError("what comes after another promise has no clocks apart; same goes with start")
        return self

    @property
    def base(self) -> Within:
        """Give the amount whose calendar is the clock's own time base."""
        return self.not_before if self.not_before and self.within.is_endless else self.within

    @model_validator(mode="after")
    def _has_a_time(self) -> Promise:
        if self.within.is_endless and (self.not_before is None or self.agreed is not None):
            raise ValueError("names within; only what can come too early and never too late does without")
        return self


_NEEDS_FIRST = frozenset({"precedence", "response", "not_coexistence"})


class Constraint(Item):
    """What must come before, after or never with what; `refuse` guards live, `flag` only finds.

    precedence       `then` needs an earlier `first`; a later `void` makes that `first` count no more
    response         every `first` needs a later `then` (or `void`) before the case is closed
    absence          `then` must not be, or with a `first` must not be after it
    exactly_one      `then` must not be twice, unless a `void` lies between
    not_coexistence  `first` and `then` exclude each other
    separation       nobody may do what two different patterns of `then` say
    limit            the amounts of all `then` together stay within what was paid, or within a setting (fen)

    `same` names fields that must be equal in both facts (`item/budget` where one fact calls it so and the other one
    so); where an `unless` came before, nothing is asked.
    """

    kind: Literal[
        "precedence", "response", "absence", "exactly_one", "not_coexistence", "separation", "limit"
    ]
    first: Patterns = ()
    then: Patterns
    void: Patterns = ()
    unless: Patterns = ()
    same: tuple[str, ...] = ()
    limit: Literal["paid", "setting"] | None = None
    setting: Id | None = None
    mode: Literal["refuse", "flag"] = "refuse"
    is_overridable: bool = True

    @cached_property
    def judged_at(self) -> Patterns:
        """Give the patterns of the facts at which it is judged."""
        if self.kind == "response":
            return (Pattern(fact="Closed"),)
        return (*self.then, *self.first) if self.kind == "not_coexistence" else self.then

    @model_validator(mode="after")
    def _is_whole(self) -> Constraint:
        if self.kind in _NEEDS_FIRST and not self.first:
            raise ValueError(f"a constraint of kind {self.kind} names what comes first")
        if self.kind == "separation" and len(self.then) < 2:  # noqa: PLR2004 - a duty can only be parted in two
            raise Amiss("a separation names at least two patterns", "then")
        if (self.kind == "limit") != (self.limit is not None):
            raise ValueError('a constraint of kind limit, and no other, says limit = "paid" or "setting"')
        if (self.limit == "setting") != (self.setting is not None):
            raise ValueError('limit = "setting" goes with the id of a setting')
        return self


class Window(Part):
    """Until when a right may be claimed, counted from an anchor date by the Civil Code (starting day not counted).

    `anchor` is the reading in force, `literal_anchor` that of the text where it differs (X5). `contract`, `manual` and
    `minimum` name settings in months: contract goes before manual before the text, never below the minimum (X17).
    `extended_by` adds the days in repair and without parts, `restarts_on` counts from the newest such fact instead.
    """

    days: Annotated[int, Field(gt=0)] | None = None
    months: Annotated[int, Field(gt=0)] | None = None
    years: Annotated[int, Field(gt=0)] | None = None
    anchor: Literal["purchased_on", "goods_received_on", "later"] = "later"
    literal_anchor: Literal["purchased_on", "goods_received_on"] | None = None
    calendar: Id = "calendar-days"
    contract: Id | None = None
    manual: Id | None = None
    minimum: Id | None = None
    extended_by: Literal["repairs"] | None = None
    restarts_on: Literal["Replaced"] | None = None

    @property
    def is_moved(self) -> bool:
        """Tell whether what happens to the goods moves its end; it is then asked at every reopening anew."""
        return self.extended_by is not None or self.restarts_on is not None

    @model_validator(mode="after")
    def _one_length(self) -> Window:
        if [self.days, self.months, self.years].count(None) != 2:  # noqa: PLR2004 - two of three
            raise ValueError("name exactly one of days, months, years")
        return self


class Entitlement(Item):
    """A right of the customer: its window, proofs, condition checklist and who bears the freight.

    `needs` names yes/no fields of Received that must be yes, `checklist` those of Inspected with what they must be.
    `after_repairs` asks for so many repairs of one fault in vain, `after_repair_days` for a stay of more days by the
    repairer's own delay, `after_parts_days` for one for lack of parts: within the case, since the newest exchange.
    `payer` is the reading in force, `literal_payer` that of the text; `law` names the article that decides.
    """

    kind: Literal["window", "warranty", "freight", "quote"]
    window: Window | None = None
    after_repairs: Annotated[int, Field(gt=0)] | None = None
    after_repair_days: Annotated[int, Field(gt=0)] | None = None
    after_parts_days: Annotated[int, Field(gt=0)] | None = None
    needs: tuple[str, ...] = ()
    checklist: dict[str, bool] = {}
    payer: Payer | None = None
    literal_payer: Payer | None = None
    law: Word | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Entitlement:
        if (self.kind in {"window", "warranty"}) != (self.window is not None):
            raise ValueError("an entitlement of kind window or warranty, and no other, has a window")
        if (self.kind == "freight") != (self.payer is not None):
            raise ValueError("an entitlement of kind freight, and no other, names its payer")
        if self.window is None and (self.after_repairs or self.after_repair_days or self.after_parts_days):
            raise ValueError("what stands only after repairs has a window, too")
        proofs = [name for name in Received.model_fields if name.startswith("has_")]
        for at, name in enumerate(self.needs):
            if name not in proofs:
                raise Amiss(f"Received has no such field: {name}{meant(name, proofs)}", "needs", at)
        for name in self.checklist:
            if name not in Inspected.model_fields:
                what = f"Inspected has no such field: {name}{meant(name, Inspected.model_fields)}"
                raise Amiss(what, "checklist", name)
        return self


class Programme(Item):
    """A periodic duty: the audit sample, the satisfaction survey, the star ranking.

    One that draws names the `rate`, or the setting with the `share` in percent; `draws` tells of what. One that
    `verifies` wants that of every customer with an open or recent case.
    """

    kind: Literal["audit", "survey", "ranking", "digest", "evaluation"]
    period: Literal["week", "month", "quarter", "year", "setting"]
    rate: str | None = None
    share: Id | None = None
    draws: Literal["cases", "customers"] = "cases"
    verifies: Checked | None = None
    floor: int = 0
    checklist: tuple[Item, ...] = ()
    setting: Id | None = None


class Placeholder(Item):
    """A value that the text leaves open; unset means every item that needs it is `not_configured`."""

    unit: Unit
