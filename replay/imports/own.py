"""Take in what this program wrote itself (replay/exports/xes.py): the same facts in another log.

Ids, versions, topics, contents, claims, who, in which role, from which source, under which rules and in which course
come back as they were; positions and `recorded_at` are those of the log that takes them in, and so what a fact says of
positions is about the log that it comes from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

from pydantic import ValidationError

from cases import taking as taking_over
from cases.cure import cure
from cases.errors import UnknownTopic
from cases.events import CASE_FACTS, Received
from cases.recorded import Course, Recorded, Source, decode, encode
from cases.reference import REFERENCE_ID, Published, unpublished
from cases.store.ledger import Ledger
from replay.exports.attributes import Sort, json_text, sorts_of, value_of
from replay.exports.xes import BESIDE, FACT, FORMAT, JSON, OURS, SOURCE
from replay.imports.prepare import Trouble
from replay.imports.source import BadFile
from replay.imports.take import BATCH, Taken
from replay.imports.xes import Reader, Trace, traces

OWN: Final = "caseledger"
"""What the command line calls the mapping of our own files."""
_NUMBER: Final = re.compile(r"AS-(\d{8})")
_BAD: Final = (ValueError, KeyError, TypeError, UnknownTopic)
_CASES: Final = {fact.topic: fact for fact in CASE_FACTS.values()}


def take_again(
    path: Path, ledger: Ledger, *, is_dry: bool = False, progress: Callable[[int], None] = lambda _: None
) -> Iterator[Taken]:
    """Take a file of ours in; yields the running count after every batch, the last one is the result.

    Raises BadFile for a file that is not ours or cannot be read on, and Refused where a document of it was published
    here with another text; what was taken before stays, and is known next time.
    """
    reader = Reader(path)
    read = traces(reader, progress)
    batch = list(islice(read, BATCH))
    _must_be_ours(reader)
    taken, back = Taken(), _Back(path, ledger, is_dry=is_dry)
    back.take_beside(reader, taken)
    while batch:
        back.take_cases(batch, taken)
        yield taken
        batch = list(islice(read, BATCH))
    back.pass_numbers()
    yield taken


def _must_be_ours(reader: Reader) -> None:
    written = dict(reader.head).get(f"{OURS}format")
    if written is None:
        raise BadFile(reader.path, None, "was not written by this program; name a mapping that fits it")
    if written != FORMAT:
        raise BadFile(
            reader.path, None, "is of another format of this program; take the program that wrote it"
        )


class _Back:
    """Takes streams in, each behind what is stored of it."""

    def __init__(self, path: Path, ledger: Ledger, *, is_dry: bool) -> None:
        self._path, self._ledger, self._is_dry = path, ledger, is_dry
        self._now = ledger.now()
        self._numbers = _numbers_in(ledger)
        self._highest = 0

    def take_beside(self, reader: Reader, taken: Taken) -> None:
        """Take in what stands beside the cases: reference documents first of all."""
        streams: dict[UUID, list[Recorded]] = {}
        for key, text in reader.head:
            if key == BESIDE + JSON:
                told = _beside(self._path, text)
                streams.setdefault(told.originator_id, []).append(told)
        stored = self._ledger.load_many(streams)
        new = []
        for stream, facts in streams.items():
            known = stored.get(stream, [])
            found = _documents(facts, known) if stream == REFERENCE_ID else self._behind(facts, known, 1)
            if isinstance(found, Trouble):
                taken.troubles.append(found)
            elif found:
                new.append(found)
        self._store(new, taken)

    def take_cases(self, batch: Sequence[Trace], taken: Taken) -> None:
        """Take some cases in, in one transaction."""
        read = [(_line(trace), _case(trace)) for trace in batch]
        stored = self._ledger.load_many(case[0].originator_id for _, case in read if isinstance(case, list))
        new: dict[UUID, list[Recorded]] = {}
        for line, case in read:
            taken.cases += 1
            found = self._new(case, stored, new, line) if isinstance(case, list) else case
            if isinstance(found, Trouble):
                taken.troubles.append(found)
            elif found:
                new[found[0].originator_id] = found
                taken.new_cases += found[0].originator_version == 1
        taken.events += sum(len(trace.events) for trace in batch)
        self._store(list(new.values()), taken)

    def _new(
        self,
        case: list[Recorded],
        stored: Mapping[UUID, list[Recorded]],
        new: Mapping[UUID, object],
        line: int,
    ) -> list[Recorded] | Trouble:
        case_id = case[0].originator_id
        if case_id in new:
            return Trouble(line, "told twice", "the case stands a second time in the file")
        for case_no in (one.fact.case_no for one in case if isinstance(one.fact, Received)):
            if self._numbers.get(case_no, case_id) != case_id:
                return Trouble(line, "told twice", "another case has its number here")
            number = _NUMBER.fullmatch(case_no)
            self._highest = max(self._highest, int(number[1]) if number else 0)
        return self._behind(case, stored.get(case_id, []), line)

    def _behind(
        self, told: list[Recorded], stored: Sequence[Recorded], line: int
    ) -> list[Recorded] | Trouble:
        """Give what the log does not have yet of a stream, or why it cannot be taken."""
        told.sort(key=lambda one: one.originator_version)
        if [one.originator_version for one in told] != list(range(1, len(told) + 1)):
            return Trouble(line, "incomplete", "the versions of its facts do not follow on each other")
        if any(encode(one) != encode(known) for one, known in zip(told, stored, strict=False)):
            return Trouble(line, "changed past", "the log tells something else of it than the file")
        if any(one.occurred_at > self._now for one in told):
            return Trouble(line, "future", "lies in the future")
        return told[len(stored) :]

    def _store(self, new: list[list[Recorded]], taken: Taken) -> None:
        taken.new_facts += sum(map(len, new))
        if new and not self._is_dry:
            taking_over.take(self._ledger, new)

    def pass_numbers(self) -> None:
        """Draw the numbers of the taken cases, so that no new case is given one of them."""
        if self._is_dry:
            return
        last, is_called = self._ledger.rows("SELECT last_value, is_called FROM desk.case_numbers")[0]
        missing = self._highest - (last if is_called else last - 1)
        query = "SELECT count(nextval('desk.case_numbers')) FROM generate_series(1, %s)"
        self._ledger.rows(query, [max(0, missing)])


def _numbers_in(ledger: Ledger) -> dict[str, UUID]:
    """Give which case has which number."""
    query = (
        "SELECT state -> 'fact' ->> 'case_no', originator_id FROM log.facts WHERE topic = 'case.received.v1'"
    )
    return dict(cast("list[tuple[str, UUID]]", ledger.rows(query)))


def _documents(told: Sequence[Recorded], stored: Sequence[Recorded]) -> list[Recorded]:
    """Give the documents that are not published here yet, behind those that are; as they are into an empty log."""
    new = set(map(id, unpublished((cast("Published", one.fact) for one in told), stored)))
    left = [one for one in told if id(one.fact) in new]
    return [_moved(one, version) for version, one in enumerate(left, len(stored) + 1)]


# Reading


def _line(trace: Trace) -> int:
    return trace.events[0][1] if trace.events else 1


def _case(trace: Trace) -> list[Recorded] | Trouble:
    """Read the facts of a trace, or tell what is wrong with it."""
    line = _line(trace)
    try:
        case_id = UUID(trace.words["identity:id"])
        found = []
        for words, line in trace.events:  # noqa: B007 - the line of the event that is wrong
            found.append(_fact(words, case_id))
    except _BAD as wrong:
        return Trouble(line, "bad word", _told(wrong))
    return found or Trouble(line, "incomplete", "the case has no facts")


def _fact(words: Mapping[str, str], case_id: UUID) -> Recorded:
    topic = words[f"{OURS}topic"]
    stored = {
        "occurred_at": words["time:timestamp"],
        "actor": _values({"actor": "json"}, OURS, words).get("actor", words["org:resource"]),
        "role": words["org:role"],
        "source": _values(sorts_of(Source), SOURCE, words),
        **_values(sorts_of(Course), OURS, words),
        "fact": _values(sorts_of(_CASES[topic]), FACT, words),
    }
    told = sum(key.startswith(FACT) for key in words)
    if told != len(stored["fact"]):
        raise ValueError("has a field that this program does not know")
    return _decoded(case_id, int(words[f"{OURS}version"]), topic, stored)


def _values(sorts: Mapping[str, Sort], prefix: str, words: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for name, sort in sorts.items():
        key = prefix + name
        if (text := words.get(key)) is not None:
            found[name] = value_of(sort, text)
        elif (text := words.get(key + JSON)) is not None:
            found[name] = value_of("json", text)
    return found


def _beside(path: Path, text: str) -> Recorded:
    try:
        told = json.loads(text)
        if told["topic"] in _CASES:
            raise ValueError("is a fact of a case")
        return _decoded(UUID(told["stream"]), told["version"], told["topic"], told["state"])
    except _BAD as wrong:
        raise BadFile(path, None, f"{BESIDE}: {_told(wrong)}") from None


def _decoded(stream: UUID, version: int, topic: str, stored: object) -> Recorded:
    state = json_text(stored).encode()
    return decode(
        topic, state, originator_id=stream, originator_version=version, position=0, recorded_at=None
    )


def _moved(one: Recorded, version: int) -> Recorded:
    return one if one.originator_version == version else replace(one, originator_version=version)


def _told(wrong: Exception) -> str:
    """Say what is wrong with a fact, and never what it holds."""
    match wrong:
        case ValidationError():
            first = wrong.errors(include_url=False)[0]
            return f"{'.'.join(str(step) for step in first['loc']) or 'fields'}: {cure(first)}"
        case KeyError():
            return f"{wrong.args[0]} is missing, or nothing that this program knows"
        case _:
            return "is not a fact as this program writes it"
