"""A seeded generator of cases that move parts and book costs, and the slow sums that reports must come to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from cases.codes import Cost, Movement, Payer
from cases.events import CASE_FACTS
from cases.events_reference import BudgetsPublished, StockListPublished
from cases.fact import Fact
from cases.recorded import Recorded
from cases.regulation.packs import digest
from tests.projections.lamps import HOUSE, OPENING, SHANGHAI, received, recorded, wall

ITEMS = [("spare", "DRV-20"), ("spare", "LED-3"), ("component", "DRV-20"), ("gift", "CUP-1")]
BUDGETS = {
    "parts-2026": ("parts", 9_000),
    "labour-2026": ("labour", 12_000),
    "office-2026": ("office", 9_000_000),
}
STOCK = 'version = "@"\n' + "".join(
    f'[[item]]\nid = "{item}"\nstock = "{stock}"\nlabel = {{ zh = "件", en = "It" }}\nminimum = {least}\n'
    for (stock, item), least in zip([*ITEMS[:2], ("sample", "LAMP-9")], (3, 0, 1), strict=True)
)
YEAR = 'year = 2026\nversion = "@"\n' + "".join(
    f'[[budget]]\nid = "{name}"\ncost = "{cost}"\namount = {{ minor = {minor} }}\n'
    for name, (cost, minor) in BUDGETS.items()
)


def documents() -> list[Recorded]:
    """Two versions of the year's budgets, the first one much larger, and two stock lists, the first one of one item."""
    lists = [STOCK.replace("@", "1").partition('[[item]]\nid = "LED-3"')[0], STOCK.replace("@", "2")]
    years = [YEAR.replace("@", "1").replace("minor = 9000 ", "minor = 9000000 "), YEAR.replace("@", "2")]
    facts: list[Fact] = []
    for version, text in enumerate(years, 1):
        facts.append(
            BudgetsPublished(
                year=2026, version=str(version), document=text, sha256=digest(text), proposed_by="fu"
            )
        )
    for version, text in enumerate(lists, 1):
        facts.append(
            StockListPublished(version=str(version), document=text, sha256=digest(text), proposed_by="ku")
        )
    return [recorded(uuid5(HOUSE, f"store-{number}"), 1, OPENING, fact) for number, fact in enumerate(facts)]


def histories(seed: int, cases: int) -> Iterator[list[Recorded]]:
    """Give cases of a year; about ten facts each, one in eight corrected or withdrawn."""
    chance = Random(seed)
    for number in range(cases):
        stream = UUID(int=chance.getrandbits(128), version=4)
        moment = wall("2026-01-01 00:30") + timedelta(hours=chance.randrange(360 * 24))
        facts: list[Recorded] = [recorded(stream, 1, moment, received(f"AS-{number}"))]
        for _ in range(chance.randrange(3, 12)):
            moment += timedelta(minutes=chance.randrange(1, 20_000))
            facts.append(recorded(stream, len(facts) + 1, moment, _fact(chance)))
            if chance.random() < 0.125:
                facts.append(recorded(stream, len(facts) + 1, moment, _correction(chance, facts[-1])))
        yield facts


def _fact(chance: Random) -> Fact:
    budget = chance.choice([*BUDGETS, None])
    if chance.random() < 0.45:
        stock, item = chance.choice(ITEMS)
        fields: dict[str, Any] = {"movement": chance.choice(list(Movement)), "stock": stock, "item": item}
        return CASE_FACTS["StockMoved"].model_validate({**fields, "quantity": chance.randrange(1, 6)})
    if chance.random() < 0.4 and budget:
        name = chance.choice(["Approved", "Approved", "Rejected"])
        return CASE_FACTS[name].model_validate({"subject": "budget", "item": budget, "reason": "other"})
    fields = {"cost": chance.choice(list(Cost)), "payer": chance.choice(list(Payer)), "budget": budget}
    money = {"minor": chance.randrange(1, 5000), "currency": chance.choice(["CNY", "CNY", "CNY", "USD"])}
    return CASE_FACTS["Charged"].model_validate({**fields, "amount": money, "voucher_no": "BX-1"})


def _correction(chance: Random, wrong: Recorded) -> Fact:
    how: dict[str, Any] = {"is_withdrawn": True}
    if chance.random() < 0.7:
        how = {"happened_at": wrong.occurred_at + timedelta(days=chance.randrange(-40, 1))}
        if wrong.fact.name() == "StockMoved":
            how["changes"] = {"quantity": 7}
    told = {"corrects": wrong.originator_version, "reason": "typing_error", **how}
    return CASE_FACTS["Corrected"].model_validate(told)


class Told(NamedTuple):
    """One fact that stands, as plain values."""

    case: UUID
    version: int
    at: datetime
    name: str
    fields: dict[str, Any]

    @property
    def month(self) -> date:
        return self.at.astimezone(SHANGHAI).date().replace(day=1)


def told(facts: list[Recorded]) -> list[Told]:
    """Apply corrections by hand; each corrects the fact just before it."""
    found: list[Told] = []
    for known in facts:
        fields = known.fact.model_dump(mode="json")
        if known.fact.name() != "Corrected":
            found.append(
                Told(
                    known.originator_id,
                    known.originator_version,
                    known.occurred_at,
                    known.fact.name(),
                    fields,
                )
            )
        elif fields["is_withdrawn"]:
            found.pop()
        else:
            at = datetime.fromisoformat(fields["happened_at"])
            found[-1] = found[-1]._replace(at=at, fields={**found[-1].fields, **fields["changes"]})
    return found


def store(known: list[Told]) -> dict[tuple[str, str], tuple[int, int, int, int, bool, bool]]:
    """Kind and item → in, out, balance, on order, negative, low; counted one movement at a time."""
    least = {("spare", "DRV-20"): 3, ("spare", "LED-3"): 0, ("sample", "LAMP-9"): 1}
    moved = [one.fields for one in known if one.name == "StockMoved"]
    found = {}
    for key in {(fields["stock"], fields["item"]) for fields in moved} | set(least):
        came = left = ordered = delivered = 0
        for fields in (one for one in moved if (one["stock"], one["item"]) == key):
            came += fields["quantity"] if fields["movement"] in {"received", "returned"} else 0
            left += fields["quantity"] if fields["movement"] == "issued" else 0
            ordered += fields["quantity"] if fields["movement"] == "ordered" else 0
            delivered += fields["quantity"] if fields["movement"] == "received" else 0
        balance = came - left
        low = key in least and balance < least[key]
        found[key] = (came, left, balance, max(0, ordered - delivered), balance < 0, low)
    return found


def period_of(grain: str, month: date) -> date:
    """The first day of the month, quarter or year of a month."""
    first = {"month": month.month, "quarter": (month.month - 1) // 3 * 3 + 1, "year": 1}[grain]
    return month.replace(month=first)


Line = dict[str, Any]


def costs(known: list[Told]) -> list[Line]:
    """Every line of rpt_costs, each summed up from all charges anew."""
    booked = [one for one in known if one.name == "Charged" and one.fields["payer"] != "customer"]
    lines: list[Line] = []
    for grain, one in product(("month", "quarter", "year"), booked):
        key = (grain, period_of(grain, one.month), *_kind(one))
        if key not in [line["key"] for line in lines]:
            same = [each for each in booked if (period_of(grain, each.month), *_kind(each)) == key[1:]]
            lines.append({"key": key, **_sums(known, booked, same, grain, key[1])})
    return lines


def _kind(one: Told) -> tuple[str, str | None, str]:
    return one.fields["amount"]["currency"], one.fields["budget"], one.fields["cost"]


def _minor(charges: list[Told]) -> int:
    return sum(one.fields["amount"]["minor"] for one in charges)


def _sums(known: list[Told], booked: list[Told], same: list[Told], grain: str, period: date) -> Line:
    currency, budget, _ = _kind(same[0])
    months = [one.month for one in known if one.name == "Received"]
    allowed = BUDGETS[budget][1] if budget and currency == "CNY" else None
    on_budget = [one for one in booked if _kind(one)[:2] == (currency, budget)]
    spent = _minor([one for one in on_budget if period_of(grain, one.month) <= period])
    return {
        "amount": _minor(same),
        "charges": len(same),
        "opened": sum(period_of(grain, month) == period for month in months),
        "budget": allowed,
        "spent": None if allowed is None else spent,
        "is_over": None if allowed is None else spent > allowed,
        "without_leave": _minor(
            [one for one in same if allowed and _is_beyond(one, on_budget, allowed, known)]
        ),
    }


def _is_beyond(one: Told, on_budget: list[Told], allowed: int, known: list[Told]) -> bool:
    """Tell whether a charge lies beyond its budget, and the case's newest word on it before was no leave."""
    order = sorted(on_budget, key=lambda each: (each.at, each.case, each.version))
    answers = [
        each.name
        for each in sorted(known, key=lambda each: each.version)
        if each.case == one.case
        and each.version < one.version
        and each.name in {"Approved", "Rejected"}
        and each.fields["item"] == one.fields["budget"]
    ]
    return _minor(order[: order.index(one) + 1]) > allowed and answers[-1:] != ["Approved"]
