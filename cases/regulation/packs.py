"""Reading regulation packs: TOML in, a checked regulation out, or plain words on what is wrong and where."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cases.codes import Payer
from cases.errors import Malformed
from cases.regulation.model import Constraint, Entitlement, Programme, Promise, Regulation, Settings

Model = TypeVar("Model", bound=BaseModel)

LEAST_DAYS = {"消费者权益保护法 24": 7, "消费者权益保护法 25": 7}
"""The shortest window that an article of law allows, in days."""
_TIMES = {"minutes", "hours", "days", "working_days", "months"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the file, the line where it can be told (else 0), the item, the field, and what."""

    file: str
    line: int
    item: str
    field: str
    what: str

    def __str__(self) -> str:
        """Say it in one line."""
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.item, self.field, self.what) if part)


class BrokenPack(Malformed):
    """A pack cannot be used; `problems` lists everything that is wrong with it, `errors` the same as sentences."""

    title = "The regulation pack cannot be used"

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep every problem."""
        self.problems = tuple(problems)
        super().__init__(
            "\n".join(str(found) for found in problems), errors=[str(found) for found in problems]
        )


@dataclass(frozen=True, slots=True)
class Warned:
    """A reading of the text that falls short of the law; the item is in force by its legal reading."""

    item: str
    clause: str
    law: str
    what: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A regulation as read from its text; `sha256` is that of the text in UTF-8, lower-case hex."""

    regulation: Regulation
    document: str
    sha256: str
    warnings: tuple[Warned, ...]


@dataclass(frozen=True, slots=True)
class SettingsPack:
    """The firm's values as read from their text."""

    settings: Settings
    document: str
    sha256: str


def read_regulation(document: str, file: str = "regulation") -> Pack:
    """Read a regulation; raises BrokenPack naming file, line, item and field of everything wrong."""
    regulation = _read(document, file, Regulation)
    problems = list(_inconsistencies(regulation, _Lines(document, file)))
    if problems:
        raise BrokenPack(problems)
    return Pack(regulation, document, digest(document), tuple(_warnings(regulation)))


def read_settings(
    document: str, regulation: Regulation | None = None, file: str = "settings"
) -> SettingsPack:
    """Read a firm's values; with the regulation given, each must fill one of its placeholders in its unit."""
    settings, lines = _read(document, file, Settings), _Lines(document, file)
    units = {} if regulation is None else {item.id: item.unit for item in regulation.placeholder}
    problems = [
        lines.problem(("values", name), f"setting {name}", "", what)
        for name, value in settings.values.items()
        if regulation is not None
        for what in _misfits(value.unit, value.value, units.get(name))
    ]
    if regulation is not None and settings.regulation != regulation.id:
        problems.append(
            lines.problem(("regulation",), "", "regulation", f"these are not values of {regulation.id}")
        )
    if problems:
        raise BrokenPack(problems)
    return SettingsPack(settings, document, digest(document))


def shipped_regulation(name: str) -> Pack:
    """Read a pack that ships with the product, for example `lamp-factory`."""
    return read_regulation(_shipped(f"{name}.toml"), f"{name}.toml")


def shipped_settings(name: str) -> SettingsPack:
    """Read the demo values of a pack; for the demo, the first run and tests only."""
    file = f"{name}.demo.toml"
    return read_settings(_shipped("settings", file), shipped_regulation(name).regulation, file)


def digest(document: str) -> str:
    """Give the sha256 of a document in UTF-8, lower-case hex."""
    return sha256(document.encode()).hexdigest()


def _shipped(*path: str) -> str:
    return files("cases").joinpath("regulations", *path).read_text(encoding="utf-8")


class _Lines:
    """Where the tables and fields of a TOML text stand; good enough for messages, silent where it cannot tell."""

    def __init__(self, document: str, file: str) -> None:
        self.file = file
        self._lines = document.splitlines()

    def problem(self, place: Sequence[str | int], item: str, field: str, what: str) -> Problem:
        return Problem(self.file, self.line(place), item, field, what)

    def line(self, place: Sequence[str | int]) -> int:
        """Follow a path such as ("promise", 2, "within") as far as it can be followed; 0 for nowhere."""
        at, path = 0, list(place)
        while len(path) > 1 and isinstance(path[1], int):
            name, index = path.pop(0), path.pop(0)
            at = self._nth(rf"\s*\[\[(\w+\.)*{re.escape(str(name))}\]\]", at, int(index)) or at
        if len(path) > 1 and (found := self._nth(rf"\s*\[{re.escape(str(path[0]))}\]", at, 0)):
            at = found
            path.pop(0)
        return (self._field(str(path[0]), at) if path else 0) or at

    def _nth(self, pattern: str, after: int, index: int) -> int:
        found = (n for n, line in enumerate(self._lines[after:], after + 1) if re.match(pattern, line))
        return next((line for seen, line in enumerate(found) if seen == index), 0)

    def _field(self, name: str, after: int) -> int:
        for number, line in enumerate(self._lines[after:], after + 1):
            if re.match(rf'\s*"?{re.escape(name)}"?\s*=', line):
                return number
            if re.match(r"\s*\[", line):
                return 0
        return 0


def _read(document: str, file: str, model: type[Model]) -> Model:
    lines = _Lines(document, file)
    try:
        written = tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        what = f"not TOML: {error}"
        raise BrokenPack([Problem(file, int(at.group(1)) if at else 0, "", "", what)]) from None
    try:
        return model.model_validate(written)
    except ValidationError as error:
        raise BrokenPack(
            [_told(found["loc"], found["msg"], written, lines) for found in error.errors()]
        ) from None


def _told(place: tuple[str | int, ...], message: str, written: dict[str, Any], lines: _Lines) -> Problem:
    named, fields = _named(place, written)
    what = message.removeprefix("Value error, ").replace(
        "Extra inputs are not permitted", "there is no such field"
    )
    return lines.problem(place, named, ".".join(fields), what.replace("Field required", "is missing"))


def _named(place: tuple[str | int, ...], written: Any) -> tuple[str, list[str]]:
    """Name the item at a place, as `promise consultation-reply`, and the fields below it."""
    if len(place) < 2 or not isinstance(place[1], int):  # noqa: PLR2004 - an item is a list and an index in it
        return "", [str(part) for part in place]
    kind, index = str(place[0]), place[1]
    item = written[kind][index] if isinstance(written.get(kind), list) else {}
    name = item.get("id") or item.get("rule") if isinstance(item, dict) else None
    return f"{kind} {name or index + 1}", [str(part) for part in place[2:] if not isinstance(part, int)]


def _inconsistencies(regulation: Regulation, lines: _Lines) -> Iterator[Problem]:
    """Yield what no single field shows: names told twice, and settings that no placeholder stands for."""
    seen: set[tuple[bool, str]] = set()
    placeholders = {item.id: item.unit for item in regulation.placeholder}
    for kind in ("promise", "constraint", "entitlement", "target", "programme", "placeholder"):
        for index, item in enumerate(getattr(regulation, kind)):
            name = (kind == "placeholder", item.id)
            if name in seen:
                yield lines.problem((kind, index, "id"), f"{kind} {item.id}", "id", "this name is taken")
            seen.add(name)
            for field, placeholder, units in _settings_of(item):
                what = _unfit(placeholder, placeholders.get(placeholder), units)
                if what:
                    yield lines.problem((kind, index, field), f"{kind} {item.id}", field, what)
    carried = regulation.carriers()
    for index, row in enumerate(regulation.coverage):
        if row.rule in carried:
            what = f"is carried by {', '.join(carried[row.rule])}; it needs no reason here"
            yield lines.problem(("coverage", index, "rule"), f"coverage {row.rule}", "rule", what)


def _unfit(placeholder: str, unit: str | None, units: set[str]) -> str | None:
    if unit is None:
        return f"there is no placeholder {placeholder}"
    return None if not units or unit in units else f"the placeholder {placeholder} is counted in {unit}"


def _settings_of(item: object) -> Iterator[tuple[str, str, set[str]]]:
    """Yield field, placeholder and the units that fit, for every value of the firm that an item asks for."""
    match item:
        case Promise(within=within) if within.setting is not None:
            yield "within", within.setting, _TIMES
        case Constraint(setting=str(setting)):
            yield "setting", setting, {"fen"}
        case Entitlement(window=window) if window is not None:
            for field in ("contract", "manual", "minimum"):
                if (setting := getattr(window, field)) is not None:
                    yield f"window.{field}", setting, {"months"}
        case Programme(setting=str(setting)):
            yield "setting", setting, set()
        case _:
            pass


def _misfits(unit: str, value: str | int, wanted: str | None) -> Iterator[str]:
    if wanted is None:
        yield "the regulation has no such placeholder"
    elif unit != wanted and not {unit, wanted} <= _TIMES:
        yield f"is counted in {wanted}, not in {unit}"
    if unit != "word" and (not isinstance(value, int) or value < 0):
        yield "must be a whole number, 0 or more"


def _warnings(regulation: Regulation) -> Iterator[Warned]:
    """Yield every reading of the text that the law overrules, naming the article."""
    for item in regulation.entitlement:
        if item.law:
            yield from (Warned(item.id, item.clause, item.law, what) for what in _shortfalls(item, item.law))
    for row in regulation.resolution:
        if row.warning:
            yield Warned(
                row.id, row.clause, row.warning, f"the text: {row.literal.en}; in force: {row.reading.en}"
            )


def _shortfalls(item: Entitlement, law: str) -> Iterator[str]:
    if item.payer is Payer.CUSTOMER:
        yield "in force: the customer pays; by the article the company does"
    elif item.literal_payer not in {None, item.payer}:
        yield f"the text lets the {item.literal_payer} pay; in force: the {item.payer}"
    window = item.window
    if window is None:
        return
    if window.anchor == "purchased_on":
        yield "in force from purchase; the law counts from receipt"
    elif window.literal_anchor not in {None, window.anchor}:
        yield f"the text counts from {window.literal_anchor}; in force: {window.anchor}"
    if window.days is not None and window.days < LEAST_DAYS.get(law, 0):
        yield f"in force: {window.days} days; the law gives {LEAST_DAYS[law]}"
