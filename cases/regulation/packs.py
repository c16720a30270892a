"""Reading regulation packs: TOML in, a checked regulation out, or plain words on what is wrong and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

from cases.calendars.book import CalendarBook, shipped_book
from cases.regulation.checking import BrokenPack, Draft, Problem, draft_of, problem, toml_of, validated
from cases.regulation.checking_law import Warned, shortfalls
from cases.regulation.checking_lines import Place, lines_of
from cases.regulation.checking_names import TIMES, misnamed
from cases.regulation.checking_reach import unreachable
from cases.regulation.checking_targets import overlong, uncounted
from cases.regulation.checking_vain import in_vain
from cases.regulation.checking_values import immoderate, otherwise, unlikely
from cases.regulation.model import Regulation, Settings
from cases.regulation.nearest import meant
from cases.regulation.texts import forgotten

__all__ = [
    "BrokenPack", "Checked", "Pack", "Problem", "SettingsPack", "Warned", "check", "digest", "law_names",
    "read_regulation", "read_settings", "shipped_books", "shipped_names", "shipped_regulation", "shipped_settings",
    "shipped_text",
]  # fmt: skip


Books = Mapping[str, CalendarBook]
"""Calendar documents by name."""


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


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text comes to: as much of it as can be read, everything wrong with it, and where it is below the law."""

    regulation: Regulation
    problems: tuple[Problem, ...]
    warnings: tuple[Warned, ...]


def check(document: str, file: str, books: Books | None = None) -> Checked:
    """Check a regulation for its author, also against the five texts; raises BrokenPack for what is not TOML."""
    draft = draft_of(document, file)
    problems = (*_problems(draft, books), *forgotten(draft))
    return Checked(draft.regulation, _in_order(problems), tuple(shortfalls(draft)))


def read_regulation(document: str, file: str = "regulation", books: Books | None = None) -> Pack:
    """Read a regulation; raises BrokenPack naming file, line, item and field of everything wrong.

    `books` are the calendar documents it may count on; those that ship when absent.
    """
    draft = draft_of(document, file)
    if problems := _problems(draft, books):
        raise BrokenPack(_in_order(problems))
    return Pack(draft.regulation, document, digest(document), tuple(shortfalls(draft)))


def _problems(draft: Draft, books: Books | None) -> tuple[Problem, ...]:
    known = shipped_books() if books is None else books
    return (
        *draft.problems,
        *misnamed(draft, known),
        *unreachable(draft),
        *uncounted(draft),
        *unlikely(draft),
        *in_vain(draft),
    )


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda one: one.line))


def read_settings(
    document: str, regulation: Regulation, file: str = "settings", books: Books | None = None
) -> SettingsPack:
    """Read a firm's values; raises BrokenPack where one does not fill a placeholder of the regulation in its unit.

    `books` are as in `read_regulation`.
    """
    written, lines = toml_of(document, file), lines_of(document)
    try:
        settings = validated(Settings, document, file)
    except BrokenPack as broken:
        strange = dict(_strangers(written.get("values"), regulation))
        more = (problem(file, written, lines, place, what) for place, what in strange.items())
        raise BrokenPack(_in_order((*broken.problems, *more))) from None
    found = (
        *otherwise(settings, written),
        *_unfilling(settings, regulation, shipped_books() if books is None else books),
        *immoderate(settings, regulation),
        *overlong(settings, regulation),
    )
    problems = [problem(file, written, lines, place, what) for place, what in dict(reversed(found)).items()]
    if problems:
        raise BrokenPack(_in_order(problems))
    return SettingsPack(settings, document, digest(document))


def _unfilling(settings: Settings, regulation: Regulation, books: Books) -> Iterator[tuple[Place, str]]:
    book = books.get(regulation.calendar)
    known = book.calendars if book else {}
    if settings.regulation != regulation.id:
        yield ("regulation",), f"these are not values of {regulation.id}"
    units = {item.id: item.unit for item in regulation.placeholder}
    yield from _strangers(settings.values, regulation)
    for name, value in settings.values.items():
        if name in units and value.unit != units[name] and not {value.unit, units[name]} <= TIMES:
            yield ("values", name, "unit"), f"is counted in {units[name]}, not in {value.unit}"
        if value.calendar is not None and value.calendar not in known:
            what = f"{regulation.calendar} has no calendar {value.calendar}{meant(value.calendar, known)}"
            yield ("values", name, "calendar"), what


def _strangers(values: object, regulation: Regulation) -> Iterator[tuple[Place, str]]:
    """Yield every value for a placeholder that the regulation does not have."""
    units = {item.id for item in regulation.placeholder}
    for name in values if isinstance(values, Mapping) else ():
        if name not in units:
            yield ("values", name), f"the regulation has no such placeholder{meant(name, units)}"


def shipped_names() -> tuple[str, ...]:
    """Name the packs that ship with the product."""
    folder = files("cases").joinpath("regulations")
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


def law_names() -> tuple[str, ...]:
    """Name the packs of the law that ship and are not published: a firm publishes them for its product lines."""
    folder = files("cases").joinpath("regulations", "law")
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


def shipped_text(name: str) -> str:
    """Give the text of a pack that ships with the product, or of one of the law."""
    return _shipped("law", f"{name}.toml") if name in law_names() else _shipped(f"{name}.toml")


def shipped_regulation(name: str) -> Pack:
    """Read a pack that ships with the product, for example `lamp-factory`."""
    return read_regulation(shipped_text(name), f"{name}.toml")


def shipped_settings(name: str) -> SettingsPack:
    """Read the demo values of a pack; for the demo, the first run and tests only."""
    file = f"{name}.demo.toml"
    return read_settings(_shipped("settings", file), shipped_regulation(name).regulation, file)


@lru_cache(maxsize=1)
def shipped_books() -> Books:
    """Give the calendar documents that ship with the product, by name."""
    book = shipped_book()
    return {book.name: book}


def digest(document: str) -> str:
    """Give the sha256 of a document in UTF-8, lower-case hex."""
    return sha256(document.encode()).hexdigest()


def _shipped(*path: str) -> str:
    return files("cases").joinpath("regulations", *path).read_text(encoding="utf-8")
