"""On which line each table, field and value of a TOML text stands.

The reader of the standard library gives no places, and neither does tomlkit (its issue 55 asks for them since 2019);
reading the text a second time, knowing already that it is TOML, takes a page.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Final

Place = tuple[str | int, ...]
"""A way through the text, for example `("promise", 2, "stop", 0, "fact")`."""

_TEXT = r""""(?:\\.|[^"\\])*"|'[^']*'"""
_KEY: Final = re.compile(rf"[\w-]+|{_TEXT}")
_LONG = r"""(?s:\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5})"""
STRING: Final = re.compile(rf"{_LONG}|{_TEXT}")
_SCALAR: Final = re.compile(r"[^,\]}#\n]+")
_BLANK: Final = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BETWEEN: Final = re.compile(r"(?:[ \t\n,]|#[^\n]*)*")


def lines_of(document: str) -> dict[Place, int]:
    """Give the line (from 1) of everything in a text that `tomllib` can read."""
    return _Reader(document).lines


def line_of(lines: Mapping[Place, int], place: Sequence[str | int]) -> int:
    """Give the line of a place or of the nearest thing around it (0: nowhere); a lone value stands for its list."""
    at: Place = ()
    for part in place:
        if (*at, part) in lines:
            at = (*at, part)
        elif isinstance(part, str):
            break
    return lines.get(at, 0)


class _Reader:
    def __init__(self, document: str) -> None:
        self._text = document.replace("\r\n", "\n")
        self._ends = [found.start() for found in re.finditer("\n", self._text)]
        self._at = 0
        self._tables: dict[Place, int] = {}
        """Array of tables → how many it has so far."""
        self.lines: dict[Place, int] = {}
        table: Place = ()
        while self._next(_BLANK):
            if self._next(_BLANK) == "[":
                table = self._header()
            else:
                self._entry(table)

    def _next(self, passed: re.Pattern[str]) -> str:
        """Pass over what matches, and give the character after it; nothing at the end."""
        if found := passed.match(self._text, self._at):
            self._at = found.end()
        return self._text[self._at : self._at + 1]

    def _took(self, wanted: re.Pattern[str]) -> str:
        start = self._at
        self._next(wanted)
        return self._text[start : self._at]

    def _mark(self, place: Place) -> Place:
        self.lines.setdefault(place, bisect_left(self._ends, self._at) + 1)
        return place

    def _header(self) -> Place:
        """Read `[a.b]` or `[[a.b]]`; a name of an array of tables means its last table."""
        start = self._at
        is_array = self._text.startswith("[[", start)
        self._at += 1 + is_array
        names = self._names()
        place: Place = ()
        after, self._at = self._at, start
        for number, name in enumerate(names, 1):
            place = (*place, name)
            if is_array and number == len(names):
                self._tables[place] = self._tables.get(place, 0) + 1
            self._mark(place)
            if place in self._tables:
                place = self._mark((*place, self._tables[place] - 1))
        self._at = after + 1 + is_array
        return place

    def _names(self) -> list[str]:
        names = []
        while self._next(_BLANK) not in {"]", "="}:
            self._at += self._next(_BLANK) == "."
            self._next(_BLANK)
            written = self._took(_KEY)
            names.append(str(tomllib.loads(f"_ = {written}")["_"]) if written[0] in "\"'" else written)
        return names

    def _entry(self, table: Place) -> None:
        start = self._at
        names = self._names()
        after, self._at = self._at, start
        for name in names:
            table = self._mark((*table, name))
        self._at = after + 1
        self._value(table)

    def _value(self, place: Place) -> None:
        match self._next(_BLANK):
            case "[":
                self._at += 1
                index = 0
                while self._next(_BETWEEN) != "]":
                    self._value(self._mark((*place, index)))
                    index += 1
                self._at += 1
            case "{":
                self._at += 1
                while self._next(_BETWEEN) != "}":
                    self._entry(place)
                self._at += 1
            case '"' | "'":
                self._next(STRING)
            case _:
                self._next(_SCALAR)
