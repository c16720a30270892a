"""What is wrong with a text that somebody wrote: the file, the line, the item, the field, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases.errors import Malformed
from cases.regulation.checking_lines import Place, line_of


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the file, the line (1 for the text as a whole), the item, the field, and what."""

    file: str
    line: int
    item: str
    field: str
    what: str
    label: str = ""
    """What people read of the item, zh and en, as far as it has labels."""

    def __str__(self) -> str:
        """Say it in one line."""
        place = f"{self.file}, line {self.line}"
        return ": ".join(part for part in (place, self.item, self.field, self.what) if part)


class BrokenPack(Malformed):
    """A pack cannot be used; `problems` lists everything that is wrong with it."""

    title = "The regulation pack cannot be used"

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep every problem."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(found) for found in problems))


class Amiss(ValueError):
    """Said by a part of a model about one of its fields: what is wrong, and where in the part it stands."""

    def __init__(self, what: str, *at: str | int) -> None:
        """Keep the place, counted from the part."""
        super().__init__(what)
        self.at: Place = at


def problem(
    file: str, written: Mapping[str, Any], lines: Mapping[Place, int], place: Place, what: str
) -> Problem:
    """Say what is wrong at a place of a text, naming item, field and line."""
    item, label, fields = "", "", place
    if len(place) > 1 and isinstance(place[1], int):
        kind, index = str(place[0]), place[1]
        told = written[kind][index] if isinstance(written.get(kind), list) else None
        told = told if isinstance(told, dict) else {}
        item, fields = f"{kind} {told.get('id') or told.get('rule') or index + 1}", place[2:]
        words = told.get("label")
        label = " / ".join(str(word) for word in words.values()) if isinstance(words, dict) else ""
    field = ".".join(part for part in fields if isinstance(part, str))
    return Problem(file, line_of(lines, place) or 1, item, field, what, label)
