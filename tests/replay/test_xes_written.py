"""Exported XES holds to IEEE 1849: what a log is made of, in which order, of which types, and what it declares."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring

import pytest

from cases import events
from cases.fact import Money
from cases.store.database import Database
from cases.store.ledger import Ledger
from tests.projections.lamps import Lamps, closed, received
from tests.replay.exported import export

SPACE = "{http://www.xes-standard.org/}"
ORDER = ("extension", "global", "classifier", "attribute", "trace")
PREFIXES = {"concept", "time", "lifecycle", "org", "cost", "identity"}
TYPES: dict[str, Callable[[str], object]] = {
    "string": str,
    "date": datetime.fromisoformat,
    "int": int,
    "float": float,
    "boolean": ("true", "false").index,
    "id": UUID,
    "list": str,
}
"""Type of an attribute → what reads its value."""
KEY = re.compile(r"[A-Za-z_][\w.:-]*")


@pytest.fixture(scope="module")
def path(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with Ledger(database) as ledger:
        lamps = Lamps(ledger)
        lamps.publish()
        lamps.tell(
            "humming",
            ("2026-03-02 09:00", received("AS-1", region='<浙江> & "more"')),
            ("2026-03-04 09:00", closed(), {"actor": "staff-wang"}),
            ("2026-03-03 09:00", events.Refunded(amount=Money(minor=19905)), {"is_backdated": True}),
        )
        written = tmp_path_factory.mktemp("log") / "cases.xes.gz"
        export(ledger, written)
        again = written.with_name("again.xes.gz")
        export(ledger, again)
        assert again.read_bytes() == written.read_bytes(), "one position is one file"
    return written


@pytest.fixture(scope="module")
def log(path: Path) -> Element:
    return fromstring(gzip.decompress(path.read_bytes()))  # noqa: S314 - a file that this test wrote


def name_of(part: Element) -> str:
    return part.tag.removeprefix(SPACE)


def attributes(part: Element) -> dict[str, str]:
    return {one.get("key", ""): one.get("value", "") for one in part if name_of(one) in TYPES}


def test_a_log_is_made_of_the_parts_of_the_standard_in_their_order(log: Element) -> None:
    assert log.tag == f"{SPACE}log"
    assert log.get("xes.version") == "1849-2016"
    parts = ["attribute" if name_of(part) in TYPES else name_of(part) for part in log]
    assert parts == sorted(parts, key=ORDER.index)
    assert parts.count("trace") == 1


def test_every_attribute_has_a_key_and_a_value_of_its_type(log: Element) -> None:
    for part in log.iter():
        if name_of(part) in TYPES:
            assert KEY.fullmatch(part.get("key", ""))
            TYPES[name_of(part)](part.get("value", ""))
        if name_of(part) == "list":
            assert [name_of(child) for child in part] == ["values"]
        elif name_of(part) in TYPES:
            assert len(part) == 0
    for part in [log, *log.iter(f"{SPACE}trace"), *log.iter(f"{SPACE}event")]:
        keys = [one.get("key") for one in part if name_of(one) in TYPES]
        assert len(keys) == len(set(keys))


def test_every_prefix_is_declared_and_every_global_is_everywhere(log: Element) -> None:
    declared = {part.get("prefix"): part.get("uri") for part in log.iter(f"{SPACE}extension")}
    assert declared == {prefix: f"http://www.xes-standard.org/{prefix}.xesext" for prefix in PREFIXES} | {
        "caseledger": "urn:caseledger:xes:1"
    }
    for part in log.iter():
        if name_of(part) in TYPES:
            assert part.get("key", "").partition(":")[0] in declared
    for scope in log.iter(f"{SPACE}global"):
        for part in log.iter(f"{SPACE}{scope.get('scope')}"):
            assert attributes(scope).keys() <= attributes(part).keys()


def test_classifiers_name_what_every_event_has(log: Element) -> None:
    (everywhere,) = [scope for scope in log.iter(f"{SPACE}global") if scope.get("scope") == "event"]
    keys = [key for one in log.iter(f"{SPACE}classifier") for key in one.get("keys", "").split()]
    assert keys
    assert set(keys) <= attributes(everywhere).keys()


def test_events_stand_in_the_order_of_their_claims_and_say_what_others_look_for(log: Element) -> None:
    (trace,) = log.iter(f"{SPACE}trace")
    assert attributes(trace)["concept:name"] == "AS-1"
    told = [attributes(event) for event in trace.iter(f"{SPACE}event")]
    assert [one["concept:name"] for one in told] == ["Received", "Refunded", "Closed"]
    assert [one["caseledger:version"] for one in told] == ["1", "3", "2"]
    assert told[0]["time:timestamp"] == "2026-03-02T01:00:00Z"
    assert told[0]["caseledger:fact.region"] == '<浙江> & "more"'
    assert (told[1]["cost:total"], told[1]["cost:currency"]) == ("199.05", "CNY")
    assert told[2]["org:resource"] == "staff-wang"


def test_a_log_says_what_it_stands_on(log: Element) -> None:
    said = attributes(log)
    assert said["caseledger:position"] == "6"
    assert said["caseledger:regulations"] == "lamp-factory@2026.3"
    assert datetime.fromisoformat(said["caseledger:known_at"]).tzinfo
    assert said["caseledger:code_version"]
