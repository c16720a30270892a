"""Event logs of whole cases in XES (IEEE 1849), from which the same facts can be taken in again.

A trace is a case, an event a fact as it was recorded, in the order of what they claim. Standard attributes say what
other programs look for; attributes of `caseledger` say the rest, field by field. What stands in the log beside the
cases (reference documents, audits, programmes, proposals) is a list of the log itself: traces are cases.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from typing import IO, Any, Final, NamedTuple

from cases.case import Case
from cases.events import Received
from cases.events_reference import RegulationPublished
from cases.fact import Money
from cases.recorded import Course, Recorded, Source
from projections.schema import code_version
from projections.tables.dims import TOLD_APART
from replay.exports.attributes import NOT_OF_XML, Said, json_text, said, text_of, told
from replay.exports.snapshot import Snapshot

FORMAT: Final = "1"
"""The version of what our own attributes mean."""
OURS: Final = "caseledger:"
FACT: Final = f"{OURS}fact."
SOURCE: Final = f"{OURS}source."
JSON: Final = ".json"
"""The end of a key whose value is written as JSON."""
BESIDE: Final = f"{OURS}beside"
STANDARD: Final = (
    ("Concept", "concept"), ("Time", "time"), ("Lifecycle", "lifecycle"), ("Organizational", "org"), ("Cost", "cost"),
    ("Identity", "identity"),
)  # fmt: skip
OF_TRACES: Final = (
    ("string", "concept:name", "-"),
    ("id", "identity:id", "00000000-0000-0000-0000-000000000000"),
)
OF_EVENTS: Final = (
    ("string", "concept:name", "-"), ("date", "time:timestamp", "1970-01-01T00:00:00Z"),
    ("string", "lifecycle:transition", "complete"), ("string", "org:resource", "-"), ("string", "org:role", "-"),
    ("string", f"{OURS}what", "-"), ("int", f"{OURS}version", "1"), ("string", f"{OURS}topic", "-"),
)  # fmt: skip
"""What every trace and every event has: type, key, and the value that stands for none."""
CLASSIFIERS: Final = (
    ("Fact", "concept:name"), ("Fact and what of it", f"concept:name {OURS}what"),
    ("Fact and role", "concept:name org:role"), ("Resource", "org:resource"),
)  # fmt: skip
_MARKS: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)
_NOT_PLAIN: Final = re.compile("[^ !#-%'-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Written(NamedTuple):
    """How many cases and facts a file holds."""

    cases: int
    facts: int


def write_xes(
    out: IO[bytes], snapshot: Snapshot, progress: Callable[[int], None] = lambda _: None
) -> Written:
    """Write a gzipped log, one case after another, the same bytes for the same snapshot.

    `progress` is told the facts so far.
    """
    cases = facts = 0
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=out, mtime=0) as packed:
        packed.write("".join(_head(snapshot)).encode())
        for case, history in snapshot.cases():
            packed.write("".join(_trace(case, history)).encode())
            cases, facts = cases + 1, facts + len(history)
            progress(facts)
        packed.write(b"</log>\n")
    return Written(cases, facts)


def _attribute(kind: str, key: str, value: str) -> str:
    if _NOT_PLAIN.search(value):
        value = NOT_OF_XML.sub("�", value).translate(_MARKS)
    return f'<{kind} key="{key}" value="{value}"/>\n'


def _own(prefix: str, one: Said) -> str:
    if one.sort == "json":
        return _attribute("string", f"{prefix}{one.name}{JSON}", one.text)
    return _attribute(one.sort, f"{prefix}{one.name}", one.text)


# The log


def _head(snapshot: Snapshot) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<log xes.version="1849-2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">\n'
    for name, prefix in STANDARD:
        yield f'<extension name="{name}" prefix="{prefix}" uri="http://www.xes-standard.org/{prefix}.xesext"/>\n'
    yield '<extension name="Caseledger" prefix="caseledger" uri="urn:caseledger:xes:1"/>\n'
    for scope, told_of in (("trace", OF_TRACES), ("event", OF_EVENTS)):
        yield f'<global scope="{scope}">\n'
        yield from (_attribute(*one) for one in told_of)
        yield "</global>\n"
    for name, keys in CLASSIFIERS:
        yield f'<classifier name="{name}" keys="{keys}"/>\n'
    yield from _of_the_log(snapshot)


def _of_the_log(snapshot: Snapshot) -> Iterator[str]:
    yield _attribute("string", "concept:name", "caseledger")
    yield _attribute("string", "lifecycle:model", "standard")
    yield _attribute("string", f"{OURS}format", FORMAT)
    yield _attribute("string", f"{OURS}code_version", code_version())
    yield _attribute("int", f"{OURS}position", str(snapshot.position))
    if snapshot.known_at is not None:
        yield _attribute("date", f"{OURS}known_at", snapshot.known_at.astimezone(UTC).isoformat())
    for name, value in snapshot.chosen.words.items():
        yield _attribute("string", f"{OURS}chosen.{name}", value)
    yield f'<list key="{BESIDE}">\n<values>\n'
    regulations = []
    for recorded in snapshot.beside():
        if isinstance(recorded.fact, RegulationPublished):
            regulations.append(f"{recorded.fact.regulation}@{recorded.fact.version}")
        yield _attribute("string", BESIDE + JSON, json_text(_whole(recorded)))
    yield "</values>\n</list>\n"
    yield _attribute("string", f"{OURS}regulations", ", ".join(regulations))


def _whole(recorded: Recorded) -> Mapping[str, Any]:
    """Give a fact that is no event of a trace, with where it belongs."""
    return {
        "stream": str(recorded.originator_id),
        "version": recorded.originator_version,
        "topic": type(recorded.fact).topic,
        "state": told(recorded),
    }


# A case


def _trace(case: Case, facts: Sequence[Recorded]) -> Iterator[str]:
    yield "<trace>\n"
    numbers = (known.fact.case_no for known in facts if isinstance(known.fact, Received))
    yield _attribute("string", "concept:name", next(numbers, str(case.case_id)))
    yield _attribute("id", "identity:id", str(case.case_id))
    for name, value in _standing(case).items():
        if value is not None:
            yield _attribute(
                "boolean" if isinstance(value, bool) else "string", f"{OURS}{name}", text_of(value)
            )
    for recorded in sorted(facts, key=lambda one: (one.occurred_at, one.originator_version)):
        yield from _event(recorded)
    yield "</trace>\n"


def _standing(case: Case) -> Mapping[str, str | bool | None]:
    """Give what the case is now, as corrected; for choosing traces, and not read again."""
    received, classified = case.received, case.classified
    return {
        "kind": case.kind,
        "severity": classified.severity if classified else None,
        "category": classified.category if classified else None,
        "stage": case.stage,
        "channel": received.channel if received else None,
        "product_line": received.product_line if received else None,
        "product_model": received.product_model if received else None,
        "is_closed": case.is_closed,
    }


def _event(recorded: Recorded) -> Iterator[str]:
    fact, stored = recorded.fact, told(recorded)
    what, _ = TOLD_APART.get(fact.name(), (None, None))
    yield "<event>\n"
    yield _attribute("string", "concept:name", fact.name())
    yield _attribute("date", "time:timestamp", stored["occurred_at"])
    yield _attribute("string", "lifecycle:transition", "complete")
    yield _attribute("string", "org:resource", recorded.actor)
    yield _attribute("string", "org:role", recorded.role.value)
    yield from _cost(getattr(fact, "amount", None))
    yield _attribute("string", f"{OURS}what", str(stored["fact"].get(what) or "-"))
    yield _attribute("int", f"{OURS}version", str(recorded.originator_version))
    yield _attribute("string", f"{OURS}topic", fact.topic)
    if NOT_OF_XML.search(recorded.actor):
        yield _own(OURS, Said("actor", "json", json_text(recorded.actor)))
    yield from (_own(OURS, one) for one in said(Course, stored))
    yield from (_own(SOURCE, one) for one in said(Source, stored["source"]))
    yield from (_own(FACT, one) for one in said(type(fact), stored["fact"]))
    yield "</event>\n"


def _cost(amount: Money | None) -> Iterator[str]:
    """Say an amount as other programs add it up; the exact one is the fact's own."""
    if amount is not None:
        yield _attribute("float", "cost:total", str(Decimal(amount.minor).scaleb(-2)))
        yield _attribute("string", "cost:currency", amount.currency)
