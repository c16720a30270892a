"""Reading regulation packs: TOML in, a checked regulation out, or plain words on what is wrong and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

from pydantic import ValidationError

from cases.calendars.book import CalendarBook, shipped_book
from cases.regulation.checking import BrokenPack, Draft, Problem, draft_of, in_words, problem, toml_of
from cases.regulation.checking_law import Warned, shortfalls
from cases.regulation.checking_lines import lines_of
from cases.regulation.checking_names import TIMES, misnamed
from cases.regulation.checking_reach import unreachable
from cases.regulation.model import Regulation, Settings
from cases.regulation.nearest import meant

__all__ = [
    "BrokenPack", "Pack", "Problem", "SettingsPack", "Warned", "digest", "problems_of", "read_regulation",
    "read_settings", "shipped_books", "shipped_names", "shipped_regulation", "shipped_settings", "warnings_of",
]  # fmt: skip


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


def read_regulation(
    document: str, file: str = "regulation", books: Mapping[str, CalendarBook] | None = None
) -> Pack:
    """Read a regulation; raises BrokenPack naming file, line, item and field of everything wrong.

    `books` are the calendar documents it may count on, by name; those that ship when absent.
    """
    draft = draft_of(document, file)
    if problems := problems_of(draft, books):
        raise BrokenPack(problems)
    return Pack(draft.regulation, document, digest(document), warnings_of(draft))


def problems_of(draft: Draft, books: Mapping[str, CalendarBook] | None = None) -> tuple[Problem, ...]:
    """Give everything that is wrong with a regulation, in the order of its lines."""
    known = shipped_books() if books is None else books
    found = (*draft.problems, *misnamed(draft, known), *unreachable(draft))
    return tuple(sorted(found, key=lambda one: one.line))


def warnings_of(draft: Draft) -> tuple[Warned, ...]:
    """Give every reading that falls short of the law."""
    return tuple(shortfalls(draft))


def read_settings(
    document: str, regulation: Regulation | None = None, file: str = "settings"
) -> SettingsPack:
    """Read a firm's values; with the regulation given, each must fill one of its placeholders in its unit."""
    written, lines = toml_of(document, file), lines_of(document)
    try:
        settings = Settings.model_validate(written)
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise BrokenPack(
            [problem(file, written, lines, one["loc"], in_words(one, Settings)) for one in found]
        ) from None
    problems = [
        problem(file, written, lines, place, what) for place, what in _unfilling(settings, regulation)
    ]
    if problems:
        raise BrokenPack(problems)
    return SettingsPack(settings, document, digest(document))


def _unfilling(settings: Settings, regulation: Regulation | None) -> Iterator[tuple[tuple[str, ...], str]]:
    if regulation is None:
        return
    if settings.regulation != regulation.id:
        yield ("regulation",), f"these are not values of {regulation.id}"
    units = {item.id: item.unit for item in regulation.placeholder}
    for name, value in settings.values.items():
        if name not in units:
            yield ("values", name), f"the regulation has no such placeholder{meant(name, units)}"
        elif value.unit != units[name] and not {value.unit, units[name]} <= TIMES:
            yield ("values", name, "unit"), f"is counted in {units[name]}, not in {value.unit}"
        if value.unit != "word" and (not isinstance(value.value, int) or value.value < 0):
            yield ("values", name, "value"), "must be a whole number, 0 or more"


def shipped_names() -> tuple[str, ...]:
    """Name the packs that ship with the product."""
    folder = files("cases").joinpath("regulations")
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


def shipped_text(name: str) -> str:
    """Give the text of a pack that ships with the product."""
    return _shipped(f"{name}.toml")


def shipped_regulation(name: str) -> Pack:
    """Read a pack that ships with the product, for example `lamp-factory`."""
    return read_regulation(_shipped(f"{name}.toml"), f"{name}.toml")


def shipped_settings(name: str) -> SettingsPack:
    """Read the demo values of a pack; for the demo, the first run and tests only."""
    file = f"{name}.demo.toml"
    return read_settings(_shipped("settings", file), shipped_regulation(name).regulation, file)


@lru_cache(maxsize=1)
def shipped_books() -> Mapping[str, CalendarBook]:
    """Give the calendar documents that ship with the product, by name."""
    book = shipped_book()
    return {book.name: book}


def digest(document: str) -> str:
    """Give the sha256 of a document in UTF-8, lower-case hex."""
    return sha256(document.encode()).hexdigest()


def _shipped(*path: str) -> str:
    return files("cases").joinpath("regulations", *path).read_text(encoding="utf-8")
