"""The formats of event logs, and who writes each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import IO, Final, NamedTuple

from replay.exports.ocel_json import write_ocel_json
from replay.exports.ocel_sqlite import write_ocel_sqlite
from replay.exports.snapshot import Snapshot
from replay.exports.xes import Written, write_xes


class Form(StrEnum):
    """A format of event logs."""

    XES = "xes"
    OCEL_SQLITE = "ocel-sqlite"
    OCEL_JSON = "ocel-json"


class Writing(NamedTuple):
    """How a format is written, and what such a file is called."""

    write: Callable[[IO[bytes], Snapshot, Callable[[int], None]], Written]
    ending: str
    media_type: str


FORMS: Final[Mapping[Form, Writing]] = {
    Form.XES: Writing(write_xes, "xes.gz", "application/gzip"),
    Form.OCEL_SQLITE: Writing(write_ocel_sqlite, "sqlite", "application/vnd.sqlite3"),
    Form.OCEL_JSON: Writing(write_ocel_json, "json", "application/json"),
}
