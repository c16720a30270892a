"""What every event log gives, whatever its format, and how a reader says that a file is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cases.errors import Malformed


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """One line of somebody else's history: which case, what, when, its other words, and where it stands."""

    case: str
    activity: str
    at: datetime
    words: Mapping[str, str]
    line: int


class BadFile(Malformed):
    """A file that cannot be read; names file, line and cure, never the values in it."""

    title = "The file cannot be read"

    def __init__(self, path: Path, line: int | None, message: str) -> None:
        """Say where it is wrong."""
        place = path.name if line is None else f"{path.name}, line {line}"
        super().__init__(f"{place}: {message}", file=path.name, line=line)
