"""Read tables as people send them: CSV in any common encoding and separator, one header row."""

from __future__ import annotations

import codecs
import csv
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from zoneinfo import ZoneInfo

from replay.imports.moments import moment_of
from replay.imports.source import BadFile, SourceEvent

SNIFFED = 1 << 16
CHUNK = 1 << 20
TOLD_EVERY = 1000
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def encoding_of(path: Path) -> str:
    """Tell the encoding: a BOM decides, else UTF-8 if the whole file is, else GB18030; raises BadFile."""
    with path.open("rb") as stream:
        is_wide = stream.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "gb18030"):
        if _is_in(path, encoding):
            return encoding
    raise BadFile(path, None, "is neither UTF-8 nor GB18030 text; save it as CSV UTF-8")


def _is_in(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as stream:
        try:
            while chunk := stream.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def separator_of(sample: str) -> str:
    """Tell which of comma, semicolon and tab separates the columns of a header row."""
    header = sample.splitlines()[0] if sample else ""
    return max(",;\t", key=header.count)


def rows(
    path: Path, progress: Callable[[int], None] = lambda _: None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and named cells of each row; raises BadFile naming the line that does not fit.

    `progress` is told the bytes read so far.
    """
    with path.open("rb") as raw, TextIOWrapper(raw, encoding=encoding_of(path), newline="") as stream:
        separator = separator_of(stream.read(SNIFFED))
        stream.seek(0)
        reader = csv.reader(stream, delimiter=separator, strict=True)
        try:
            header = _header(path, next(reader, []))
            for cells in reader:
                if len(cells) > len(header):
                    raise BadFile(path, reader.line_num, "has more cells than the header row")
                if any(cell.strip() for cell in cells):
                    if reader.line_num % TOLD_EVERY == 0:
                        progress(raw.tell())
                    yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=False))
        except csv.Error as broken:
            raise BadFile(path, reader.line_num, f"is not CSV ({broken})") from None


def _header(path: Path, cells: list[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    if not any(header):
        raise BadFile(path, 1, "has no header row")
    if any(title and header.count(title) > 1 for title in header):
        raise BadFile(path, 1, "has two columns of one name")
    return header


def read_csv(
    path: Path,
    *,
    case_key: str,
    activity_key: str,
    at_key: str,
    timezone: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[list[SourceEvent]]:
    """Yield the events of one case after another, by time and then as written; raises BadFile.

    A time without an offset is read in `timezone`. `progress` is told the bytes read so far. Cases may stand mixed;
    the rows wait in a temporary file, so that a large table needs no memory.
    """
    zone = None if timezone is None else ZoneInfo(timezone)
    with closing(sqlite3.connect("")) as waiting:
        waiting.execute("CREATE TABLE told (name, at, line, words)")
        waiting.executemany(
            "INSERT INTO told VALUES (?, ?, ?, ?)",
            _told(path, case_key, activity_key, at_key, zone, progress),
        )
        ordered = waiting.execute(_BY_CASE)
        for case, lines in groupby(ordered, key=itemgetter(0)):
            yield [_event(case, activity_key, *told) for _, *told in lines]


_BY_CASE = """
SELECT name, at, line, words FROM (SELECT *, min(line) OVER (PARTITION BY name) AS first FROM told)
ORDER BY first, at, line
"""


def _told(
    path: Path,
    case_key: str,
    activity_key: str,
    at_key: str,
    zone: ZoneInfo | None,
    progress: Callable[[int], None],
) -> Iterator[tuple[str, int, int, str]]:
    for line, words in rows(path, progress):
        for needed in (case_key, activity_key, at_key):
            if not words.get(needed):
                raise BadFile(path, line, f"has no {needed}")
        try:
            at = moment_of(words[at_key], zone)
        except ValueError as wrong:
            raise BadFile(path, line, str(wrong)) from None
        yield words[case_key], (at - EPOCH) // MICROSECOND, line, json.dumps(words)


def _event(case: str, activity_key: str, at: int, line: int, words: str) -> SourceEvent:
    told = json.loads(words)
    return SourceEvent(case, told[activity_key], EPOCH + at * MICROSECOND, told, line)
