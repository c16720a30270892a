"""Read tables as people send them: CSV in any common encoding and separator, one header row."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from replay.imports.source import BadFile, SourceEvent

SNIFFED = 1 << 16


def encoding_of(path: Path) -> str:
    """Tell the encoding: a BOM decides, else UTF-8 if the whole file is, else GB18030; raises BadFile."""
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise BadFile(path, None, "is neither UTF-8 nor GB18030 text; save it as CSV UTF-8")


def separator_of(sample: str) -> str:
    """Tell which of comma, semicolon and tab separates the columns of a header row."""
    header = sample.splitlines()[0] if sample else ""
    return max(",;\t", key=header.count)


def rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and named cells of each row; raises BadFile naming the line that does not fit."""
    with path.open(encoding=encoding_of(path), newline="") as stream:
        sample = stream.read(SNIFFED)
        stream.seek(0)
        reader = csv.reader(stream, delimiter=separator_of(sample), strict=True)
        try:
            header = [cell.strip() for cell in next(reader, [])]
            if not any(header):
                raise BadFile(path, 1, "has no header row")
            for cells in reader:
                if len(cells) > len(header):
                    raise BadFile(path, reader.line_num, "has more cells than the header row")
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=False))
        except csv.Error as broken:
            raise BadFile(path, reader.line_num, f"is not CSV ({broken})") from None


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

    A time without an offset is read in `timezone`. `progress` is told the bytes of the file once it is read.
    """
    cases: dict[str, list[SourceEvent]] = {}
    for line, words in rows(path):
        for needed in (case_key, activity_key, at_key):
            if not words.get(needed):
                raise BadFile(path, line, f"has no {needed}")
        at = _moment(path, line, words[at_key], timezone)
        event = SourceEvent(case=words[case_key], activity=words[activity_key], at=at, words=words, line=line)
        cases.setdefault(event.case, []).append(event)
    progress(path.stat().st_size)
    for events in cases.values():
        yield sorted(events, key=lambda event: event.at)


def _moment(path: Path, line: int, written: str, timezone: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(written.replace("/", "-"))
    except ValueError:
        raise BadFile(path, line, "has a time that is not like 2026-09-30 08:15:00") from None
    if moment.tzinfo is None:
        if timezone is None:
            raise BadFile(path, line, "has a time without an offset; name the `timezone` in the mapping")
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    return moment.astimezone(UTC)
