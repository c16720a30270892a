"""What one case adds to an object-centric log: its facts as events, and the objects that they touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cases import events
from cases.recorded import Recorded
from cases.regulation.items import Label
from projections.casefile import CaseFile
from projections.tables.grown_dims import clause_id
from projections.tables.shipments_table import Consignment, consignments
from replay.exports.attributes import told
from replay.exports.ocel import ALWAYS, EVENTS, OBJECTS, Change, Event, Object, Relation, Told, Value

OF_CASE: Final = tuple(OBJECTS["case"])
_ENDS: Final = {"Closed": True, "Reopened": False}


def tell(case: str, facts: tuple[Recorded, ...], file: CaseFile | None) -> Told:
    """Tell a case; without a file (it cannot be worked out) its facts, and nothing that follows from them."""
    found = Told()
    history = facts if file is None else file.case.history
    _tell_case(found, case, history or facts)
    for recorded in facts:
        stored = told(recorded)
        found.events.append(_event(case, recorded, stored))
        found.touches.add(Relation(f"{case}/{recorded.originator_version}", f"case:{case}", "of case"))
        for qualifier, one in _named(case, recorded, stored["fact"]):
            found.add(case, one, recorded.originator_version, qualifier)
        if isinstance(recorded.fact, events.Linked):
            found.links.add(Relation(f"case:{case}", recorded.fact.case_no, recorded.fact.link.value))
    if file is not None:
        _tell_worked_out(found, case, file)
    return found


def _event(case: str, recorded: Recorded, stored: Mapping[str, Any]) -> Event:
    name = recorded.fact.name()
    known = {
        "version": recorded.originator_version,
        "role": recorded.role.value,
        "source": recorded.source.system,
        "is_backdated": recorded.is_backdated,
        "decided_under": recorded.decided_under,
        **_flat(stored["fact"]),
    }
    said = {field: known[field] for field in EVENTS[name] if known.get(field) is not None}
    return Event(f"{case}/{recorded.originator_version}", name, recorded.occurred_at, said)


def _flat(fact: Mapping[str, Any]) -> dict[str, Value]:
    """Give the plain fields of a fact, and its amounts in two."""
    found: dict[str, Value] = {}
    for name, value in fact.items():
        if isinstance(value, dict) and "minor" in value:
            found |= {f"{name}_minor": value["minor"], f"{name}_currency": value["currency"]}
        elif not isinstance(value, dict | list):
            found[name] = value
    return found


# The case itself


def _tell_case(found: Told, case: str, history: tuple[Recorded, ...]) -> None:
    """Tell what the case is from its beginning, and every change of it."""
    standing: dict[str, Value] = {}
    name = f"case:{case}"
    for recorded in sorted(history, key=lambda one: (one.occurred_at, one.originator_version)):
        said = _says_of_case(recorded)
        if not found.objects:
            found.objects[name] = Object(name, "case", recorded.occurred_at, said)
        else:
            found.changes += [
                Change(name, "case", recorded.occurred_at, field, value)
                for field, value in said.items()
                if standing.get(field) != value
            ]
        standing |= said


def _says_of_case(recorded: Recorded) -> dict[str, Value]:
    name = recorded.fact.name()
    if name in _ENDS:
        outcome = recorded.fact.outcome.value if isinstance(recorded.fact, events.Closed) else None
        return {"is_closed": _ENDS[name], **({"outcome": outcome} if outcome else {})}
    if isinstance(recorded.fact, events.OF_ITS_CASE):
        said = told(recorded)["fact"]
        return {field: said[field] for field in OF_CASE if field in said}
    return {}


# What its facts name


def _named(case: str, recorded: Recorded, fact: Mapping[str, Any]) -> Iterator[tuple[str, Object]]:
    """Give every object that a fact names, and as what."""
    actor = recorded.actor
    yield "by", Object(f"actor:{actor}", "actor", ALWAYS, {"pseudonym": actor})
    if department := fact.get("department"):
        yield "department", Object(f"department:{department}", "department", ALWAYS, {"code": department})
    if order := fact.get("order_no"):
        about = fact.get("subject", fact.get("stock"))
        yield "order", Object(f"order:{order}", "order", ALWAYS, {"order_no": order, "about": about})
    for field in ("serial", "old_serial", "new_serial"):
        if token := fact.get(field, {}).get("token"):
            yield field.replace("serial", "unit"), Object(f"unit:{token}", "unit", ALWAYS, {})
    yield from _of_goods_and_money(case, recorded, fact)


def _of_goods_and_money(
    case: str, recorded: Recorded, fact: Mapping[str, Any]
) -> Iterator[tuple[str, Object]]:
    match recorded.fact:
        case events.StockMoved(item=item, stock=stock, movement=movement):
            said = {"item": item, "stock": stock.value}
            yield movement.value, Object(f"part:{stock.value}/{item}", "part", ALWAYS, said)
        case events.Refunded():
            name = f"refund:{case}/{recorded.originator_version}"
            yield "refund", Object(name, "refund", recorded.occurred_at, _flat(fact))
        case _:
            pass


# What follows from them


def _tell_worked_out(found: Told, case: str, file: CaseFile) -> None:
    for one in consignments(file.case.history):
        shipment = _shipment(f"shipment:{case}/{one.began.originator_version}", one)
        for version in one.versions:
            found.add(case, shipment, version, "shipment")
    for clock in file.clocks:
        regulation = f"{clock.pinned.regulation}@{clock.pinned.version}"
        clause = _clause(regulation, "promise", clock.promise.id, clock.promise.clause, clock.promise.label)
        found.add(case, clause, clock.started_by, "starts", clock.verdict.value)
        if clock.ended_by is not None:
            found.add(case, clause, clock.ended_by, clock.verdict.value, clock.verdict.value)
    for finding in file.findings:
        clause = _clause(finding.regulation, "constraint", finding.constraint, finding.clause, finding.label)
        found.add(case, clause, finding.versions[-1], "breaks", "breaks")


def _shipment(name: str, one: Consignment) -> Object:
    sent = one.shipped
    said: dict[str, Value] = {
        "direction": one.direction.value,
        "mode": sent.mode.value if sent else None,
        "carrier": sent.carrier if sent else None,
        "payer": sent.payer.value if sent else None,
        "transit": one.transit.value if one.transit else None,
        "is_damaged": one.is_damaged,
    }
    return Object(name, "shipment", one.began.occurred_at, said)


def _clause(regulation: str, item_type: str, item: str, clause: str, label: Label) -> Object:
    said = {
        "regulation": regulation,
        "clause": clause,
        "item": item,
        "label_zh": label.zh,
        "label_en": label.en,
    }
    return Object(f"clause:{clause_id(regulation, item_type, item)}", "clause", ALWAYS, said)
