"""What a customer is entitled to: windows, warranty, freight and quotes, each with its rule, inputs and result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from cases.case import Case
from cases.codes import Payer
from cases.events import Classified, Received
from cases.fact import Verdict
from cases.recorded import Recorded
from cases.regulation.bound import Bound
from cases.regulation.claim import Claim
from cases.regulation.items import Entitlement
from cases.regulation.patterns import as_word
from cases.regulation.windows import reach, told

_INPUTS = (
    "kind", "reason", "mode", "sales_channel",
    "purchased_on", "goods_received_on", "has_proof", "has_fault_description", "coverage",
)  # fmt: skip


def decide(
    case: Case, classified: Classified, rules: Sequence[Bound], at: datetime | None = None
) -> tuple[Verdict, ...]:
    """Decide every entitlement that applies to a case classified like this; dates by Civil Code 201-203.

    `at` is when it is asked for: what is in repair has been so until then, else until the newest fact that tells of it.
    """
    claim = replace(Claim.of(case.history), classified=classified, told_at=at)
    return tuple(verdict for bound in rules for verdict in Rights(claim, bound, rules).verdicts())


def traits(history: Sequence[Recorded], bound: Bound, rules: Sequence[Bound] = ()) -> dict[str, Any]:
    """Give all that conditions can ask for: fields of Classified and Received, `coverage` and `entitled`."""
    rights = Rights(Claim.of(history), bound, rules)
    names = (*Received.model_fields, *Classified.model_fields, "coverage", "entitled")
    return {name: rights.trait(name) for name in names}


def freight(case: Case, rules: Sequence[Bound]) -> tuple[Payer, str | None]:
    """Tell who bears the freight and by which clause; what is best for the customer where several bind (X22)."""
    claim = Claim.of(case.history)
    found = [
        (item.payer, item.clause)
        for bound in rules
        for item in Rights(claim, bound, rules).applying()
        if item.payer is not None
    ]
    return next(
        (row for row in found if row[0] is Payer.COMPANY), found[0] if found else (Payer.UNKNOWN, None)
    )


class Rights:
    """The rights of a claim under one regulation, worked out only as far as somebody asks.

    Where several bind the case, `rules` are all of them: whether it is covered or entitled is what is best for the
    customer under any (X22), so that no regulation of a firm takes away what another one, or the law, gives.
    """

    def __init__(self, claim: Claim, bound: Bound, rules: Sequence[Bound] = ()) -> None:
        """Keep the claim, the regulation, and those that bind beside it."""
        self.claim = claim
        self.bound = bound
        self.rules = rules

    def trait(self, name: str) -> Any:
        """Give what a condition asks for."""
        match name:
            case "coverage":
                return self.coverage
            case "entitled":
                return self.entitled
            case _:
                return self.claim.trait(name)

    @cached_property
    def coverage(self) -> str:
        """Tell whether any warranty covers: in_warranty, out_of_warranty or unknown."""
        granted = {found for one in self._all for found in one.warranted()}
        if True in granted:
            return "in_warranty"
        return "out_of_warranty" if granted == {False} else "unknown"

    @cached_property
    def entitled(self) -> str:
        """Tell whether any window that applies stands: yes, no or unknown; the most favourable decides (X23)."""
        granted = {found for one in self._all for found in one.windows()}
        if True in granted:
            return "yes"
        return "no" if granted == {False} else "unknown"

    def warranted(self) -> Iterator[bool | None]:
        """Tell whether this regulation's own warranty stands: the first that applies, or the first of all."""
        terms = [item for item in self._entitlements if item.kind == "warranty"]
        fitting = next((item for item in terms if self._applies(item)), terms[0] if terms else None)
        if fitting is not None:
            yield self._granted(fitting)

    def windows(self) -> Iterator[bool | None]:
        """Tell of every window of this regulation that applies whether it stands."""
        return (self._granted(item) for item in self.applying() if item.kind == "window")

    def applying(self) -> Iterator[Entitlement]:
        """Give the entitlements that apply; none before the case is classified."""
        return (item for item in self._entitlements if self._applies(item))

    def verdicts(self) -> Iterator[Verdict]:
        """Decide each of them."""
        for item in self.applying():
            yield Verdict(
                entitlement=item.id,
                clause=item.clause,
                is_granted=self._granted(item),
                inputs=self._inputs(),
                result=self._result(item),
            )

    @property
    def _all(self) -> Iterator[Rights]:
        """Give these rights, and those under each regulation beside."""
        yield self
        yield from (Rights(self.claim, other) for other in self.rules if other is not self.bound)

    @property
    def _entitlements(self) -> tuple[Entitlement, ...]:
        return self.bound.regulation.entitlement

    def _applies(self, item: Entitlement) -> bool:
        return self.claim.classified is not None and item.applies.holds(self.trait)

    def _granted(self, item: Entitlement) -> bool | None:
        """Say yes, no or not yet known; for freight, yes means that the company bears it."""
        if item.window is not None:
            return reach(item, item.window, self.claim, self.bound).is_granted
        return item.payer in {Payer.COMPANY, None}

    def _result(self, item: Entitlement) -> dict[str, str]:
        law = {"law": item.law} if item.law else {}
        if item.window is not None:
            return told(item, item.window, self.claim, self.bound) | law
        if item.payer is not None:
            return {
                "payer": item.payer.value,
                "literal_payer": (item.literal_payer or item.payer).value,
            } | law
        return {"quote": "required"} | law

    def _inputs(self) -> dict[str, str]:
        asked = {name: self.trait(name) for name in _INPUTS} | self.claim.found
        applied = self.claim.applied_at
        inputs = {"regulation": self.bound.name} | (
            {} if applied is None else {"applied_at": applied.isoformat()}
        )
        return inputs | {name: as_word(value) for name, value in asked.items() if value is not None}
