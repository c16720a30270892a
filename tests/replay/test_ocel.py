"""Object-centric logs hold to the standard (OCEL 2.0), and say of objects what the cases do."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest

from cases import events
from cases.codes import Link, Movement, Stock, Subject
from cases.personal import PersonalRef
from cases.store.database import Database
from cases.store.ledger import Ledger
from replay.exports.ocel import EVENTS, OBJECTS
from replay.exports.snapshot import BESIDE
from tests.projections.lamps import Lamps, case_id, classified, received
from tests.replay.exported import export, golden, tell_factory

CASES = 40
OWN = {"event": ("ocel_id", "ocel_time"), "object": ("ocel_id", "ocel_time", "ocel_changed_field")}
TYPES = {"string": str, "time": str, "integer": int, "float": float, "boolean": bool}
LAMP = PersonalRef(ref=f"{case_id('owner')}/serial/1", commit="c" * 64, token="d" * 32)


@pytest.fixture(scope="module")
def logs(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    """A lamp factory's log in both forms, two cases about one lamp, and one of every fact that no rules fit."""
    folder = tmp_path_factory.mktemp("log")
    with Ledger(database) as ledger:
        tell_factory(ledger, CASES)
        lamps = Lamps(ledger)
        lamps.tell("first", ("2026-03-02 09:00", received("AS-90000001", serial=LAMP)))
        lamps.tell(
            "second",
            ("2026-04-01 09:00", received("AS-90000002", serial=LAMP)),
            ("2026-04-01 09:10", classified("repair", severity="minor")),
            ("2026-04-01 09:20", events.Approved(subject=Subject.RETURN, reason="quality", order_no="RO-7")),
            ("2026-04-02 09:00", events.StockMoved(movement=Movement.ISSUED, stock=Stock.SPARE, item="DRV-20")),
            ("2026-04-02 09:30", classified("repair", severity="major")),
            ("2026-04-02 09:40", events.Linked(link=Link.SPLIT_FROM, case_no="AS-90000001")),
        )  # fmt: skip
        ledger.append([fact for fact in golden() if type(fact.fact).topic not in BESIDE])
        for name in ("log.sqlite", "log.json"):
            assert export(ledger, folder / name).cases == CASES + 3
    with closing(sqlite3.connect(folder / "log.sqlite")) as connection:
        yield connection, json.loads((folder / "log.json").read_text(encoding="utf-8"))


def test_every_table_of_the_standard_is_there_with_its_columns_and_keys(logs: Any) -> None:
    sqlite, _ = logs
    tables = {name for (name,) in sqlite.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    wanted = {"event", "object", "event_object", "object_object", "event_map_type", "object_map_type"}
    assert tables == wanted | {f"event_{name}" for name in EVENTS} | {f"object_{name}" for name in OBJECTS}
    for of, types in (("event", EVENTS), ("object", OBJECTS)):
        mapped = sqlite.execute(f"SELECT ocel_type, ocel_type_map FROM {of}_map_type")
        assert {tuple(row) for row in mapped} == {(name, name) for name in types}
        for name, typed in types.items():
            columns = [row[1] for row in sqlite.execute(f"PRAGMA table_info({of}_{name})")]
            assert columns == [*OWN[of], *typed]
    assert sqlite.execute("PRAGMA foreign_key_check").fetchall() == []
    assert sqlite.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_every_event_and_object_has_one_row_of_its_own_type(logs: Any) -> None:
    sqlite, _ = logs
    for of, types in (("event", EVENTS), ("object", OBJECTS)):
        for name in types:
            where = "" if of == "event" else " WHERE ocel_changed_field IS NULL"
            own = sqlite.execute(f"SELECT ocel_id FROM {of}_{name}{where} ORDER BY 1").fetchall()
            assert (
                own
                == sqlite.execute(
                    f"SELECT ocel_id FROM {of} WHERE ocel_type = ? ORDER BY 1", (name,)
                ).fetchall()
            ), name


def test_the_document_says_what_its_types_declare_and_names_objects_that_are_there(logs: Any) -> None:
    _, document = logs
    assert set(document) == {"objectTypes", "eventTypes", "objects", "events"}
    ids = [one["id"] for one in document["objects"]]
    assert len(ids) == len(set(ids))
    for part, keys in (("object", {"time"}), ("event", set[str]())):
        declared = {
            kind["name"]: {one["name"]: TYPES[one["type"]] for one in kind["attributes"]}
            for kind in document[f"{part}Types"]
        }
        for one in document[f"{part}s"]:
            must_be_declared(one, declared[one["type"]], keys, set(ids))
            assert part == "object" or datetime.fromisoformat(one["time"]).tzinfo


def must_be_declared(one: Any, declared: dict[str, type], keys: set[str], ids: set[str]) -> None:
    """Hold one event or object to what its type declares."""
    for said in one["attributes"]:
        assert set(said) == {"name", "value"} | keys
        assert type(said["value"]) is declared[said["name"]]
        assert "time" not in said or datetime.fromisoformat(said["time"]).tzinfo
    for related in one["relationships"]:
        assert set(related) == {"objectId", "qualifier"}
        assert related["objectId"] in ids


def test_both_forms_say_the_same(logs: Any) -> None:
    sqlite, document = logs
    for query, part in (
        ("SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM event_object", "events"),
        ("SELECT ocel_source_id, ocel_target_id, ocel_qualifier FROM object_object", "objects"),
    ):
        told = {
            (one["id"], related["objectId"], related["qualifier"])
            for one in document[part]
            for related in one["relationships"]
        }
        assert told == set(sqlite.execute(query))
    assert {one["type"] for one in document["events"]} == set(EVENTS)
    assert Counter(one["type"] for one in document["events"]) == dict(
        sqlite.execute("SELECT ocel_type, count(*) FROM event GROUP BY 1")
    )


def test_one_lamp_in_two_cases_is_one_unit_and_a_case_tells_its_changes(logs: Any) -> None:
    _, document = logs
    found = {one["id"]: one for one in document["objects"]}
    cases = [f"case:{case_id(name)}" for name in ("first", "second")]
    unit = f"unit:{LAMP.token}"
    for case in cases:
        assert {"objectId": unit, "qualifier": "unit"} in found[case]["relationships"]
    second = found[cases[1]]
    named = {(one["objectId"], one["qualifier"]) for one in second["relationships"]}
    assert {("order:RO-7", "order"), ("part:spare/DRV-20", "issued"), (cases[0], "split_from")} <= named
    severities = [(one["time"], one["value"]) for one in second["attributes"] if one["name"] == "severity"]
    assert severities == [("2026-04-01T01:10:00.000000Z", "minor"), ("2026-04-02T01:30:00.000000Z", "major")]


def test_a_clause_is_touched_by_the_facts_that_start_and_end_its_clocks(logs: Any) -> None:
    _, document = logs
    seen = {
        (one["type"], related["qualifier"])
        for one in document["events"]
        for related in one["relationships"]
        if related["objectId"] == "clause:lamp-factory@2026.3/promise/first-response"
    }
    assert {("Received", "starts"), ("Responded", "met"), ("Responded", "breached")} <= seen


def test_no_reference_into_the_vault_is_in_it(logs: Any) -> None:
    _, document = logs
    text = json.dumps(document)
    assert LAMP.commit not in text
    assert LAMP.ref not in text
