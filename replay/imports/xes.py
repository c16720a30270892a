"""Read XES event logs (IEEE 1849), plain or gzipped, as a stream that knows its line numbers."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast
from xml.parsers import expat
from zoneinfo import ZoneInfo

from replay.imports.moments import moment_of
from replay.imports.source import BadFile, SourceEvent

CHUNK = 1 << 16
_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
_HOLDERS = _VALUES | {"list", "values", "container"}
"""What may hold values of its own; those say something about it and nothing about the event."""


@dataclass
class Trace:
    """The trace being read: its own words, and its events so far with their lines."""

    words: dict[str, str] = field(default_factory=dict)
    events: list[tuple[dict[str, str], int]] = field(default_factory=list)


class Reader:
    """Collects finished traces while expat walks the file; entities of any kind are refused.

    `head` holds what the log says of itself, key and value in the order of the file, lists spread out; globals are not
    among it. It is whole when the first trace is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.head: list[tuple[str, str]] = []
        self.done: list[Trace] = []
        self._trace: Trace | None = None
        self._event: dict[str, str] | None = None
        self._line = 0
        self._depth = 0
        self._is_log = self._is_global = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._open
        self.parser.EndElementHandler = self._close
        self.parser.EntityDeclHandler = self._refuse_entity

    def _refuse_entity(self, *_: object) -> None:
        raise BadFile(self.path, self.parser.CurrentLineNumber, "declares an XML entity, which no log needs")

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if not self._is_log:
            if tag != "log":
                raise BadFile(self.path, self.parser.CurrentLineNumber, "is XML, but not an XES log")
            self._is_log = True
        elif tag == "trace":
            self._trace = Trace()
        elif tag == "global":
            self._is_global = True
        elif tag in _VALUES and self._trace is None and not self._is_global:
            self.head.append((attributes.get("key", ""), attributes.get("value", "")))
        elif tag == "event" and self._trace is not None:
            self._event, self._line = {}, self.parser.CurrentLineNumber
        elif tag in _HOLDERS and self._trace is not None:
            if self._depth == 0 and tag in _VALUES:
                words = self._trace.words if self._event is None else self._event
                words[attributes.get("key", "")] = attributes.get("value", "")
            self._depth += 1

    def _close(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag in _HOLDERS and self._depth:
            self._depth -= 1
        elif tag == "event" and self._trace is not None and self._event is not None:
            self._trace.events.append((self._event, self._line))
            self._event = None
        elif tag == "global":
            self._is_global = False
        elif tag == "trace" and self._trace is not None:
            self.done.append(self._trace)
            self._trace = None

    def feed(self, chunk: bytes, *, is_last: bool) -> list[Trace]:
        """Parse some more and hand over the traces that are complete."""
        try:
            self.parser.Parse(chunk, is_last)
        except expat.ExpatError as broken:
            reason = expat.errors.messages[broken.code]
            raise BadFile(self.path, broken.lineno, f"is not well-formed XML ({reason})") from None
        except (ValueError, LookupError):
            raise BadFile(
                self.path, 1, "is in an encoding that XML is not read in; save it as UTF-8"
            ) from None
        done, self.done = self.done, []
        return done


def _unzipped(raw: IO[bytes]) -> IO[bytes]:
    is_zipped = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    return cast("IO[bytes]", gzip.open(raw)) if is_zipped else raw


def _events(
    path: Path, trace: Trace, case_key: str, activity_key: str, at_key: str, zone: ZoneInfo | None
) -> list[SourceEvent]:
    first_line = trace.events[0][1] if trace.events else None
    case = trace.words.get(case_key)
    if not case:
        raise BadFile(path, first_line, f"a trace has no {case_key}")
    found = []
    for words, line in trace.events:
        for needed in (activity_key, at_key):
            if not words.get(needed):
                raise BadFile(path, line, f"an event has no {needed}")
        try:
            at = moment_of(words[at_key], zone)
        except ValueError as wrong:
            raise BadFile(path, line, str(wrong)) from None
        merged = {**trace.words, **words}
        found.append(SourceEvent(case=case, activity=words[activity_key], at=at, words=merged, line=line))
    return sorted(found, key=lambda event: event.at)


def read_xes(
    path: Path,
    *,
    case_key: str = "concept:name",
    activity_key: str = "concept:name",
    at_key: str = "time:timestamp",
    timezone: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[list[SourceEvent]]:
    """Yield the events of one case after another, by time and then as written; raises BadFile.

    A time without an offset is read in `timezone`. `progress` is told how many bytes of the file have been read.
    """
    zone = None if timezone is None else ZoneInfo(timezone)
    for trace in traces(Reader(path), progress):
        yield _events(path, trace, case_key, activity_key, at_key, zone)


def traces(reader: Reader, progress: Callable[[int], None] = lambda _: None) -> Iterator[Trace]:
    """Yield the traces of a reader's file as they are written; raises BadFile."""
    try:
        with reader.path.open("rb") as raw, _unzipped(raw) as stream:
            while chunk := stream.read(CHUNK):
                yield from reader.feed(chunk, is_last=False)
                progress(raw.tell())
            yield from reader.feed(b"", is_last=True)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise BadFile(reader.path, None, "is a broken gzip file") from None
