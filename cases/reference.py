"""Reference documents: published into the log once, and read from nowhere else."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from threading import Lock
from typing import Self
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from cases.budgets import Budgets
from cases.calendars.book import CalendarBook
from cases.caller import Caller
from cases.catalogue import Catalogue
from cases.errors import CaseIsBusy, Refused
from cases.events_reference import (
    BudgetsPublished,
    CalendarPublished,
    CataloguePublished,
    RegulationPublished,
    SettingsPublished,
    StockListPublished,
)
from cases.fact import Fact
from cases.recorded import Recorded
from cases.regulation.model import Regulation, Settings
from cases.regulation.packs import digest, read_regulation, read_settings, shipped_regulation
from cases.regulation.publishing import must_be_approved
from cases.regulation.rules import BEIJING, Reference
from cases.regulation.targets import Target
from cases.stock_list import StockList
from cases.store.ledger import Ledger

REFERENCE_ID = uuid5(NAMESPACE_URL, "urn:caseledger:reference")
"""The one stream of all reference documents: its versions put publishing in order."""
Published = (
    RegulationPublished
    | SettingsPublished
    | CalendarPublished
    | BudgetsPublished
    | StockListPublished
    | CataloguePublished
)


def read(ledger: Ledger, zone: ZoneInfo = BEIJING) -> Reference:
    """Read every published document from the log."""
    return reference_of(ledger.load(REFERENCE_ID), zone)


class Shelf:
    """The documents as far as they were read; one thread reads what is new while the others wait for it.

    Reading takes some tenths of a second of computing: fifty threads that read at once would take it fifty times.
    """

    def __init__(self, ledger: Ledger, zone: ZoneInfo) -> None:
        self._ledger, self._zone = ledger, zone
        self._turn = Lock()
        self._version = 0
        self.reference = Reference(zone=zone)
        self.texts: Mapping[tuple[str, str], str] = {}
        """Regulation and version → sha256 of the published text."""

    def newest(self) -> Self:
        """Hold every document of the log as it is now."""
        query = "SELECT coalesce(max(originator_version), 0) FROM log.case_events WHERE originator_id = %s"
        self.reach(int(self._ledger.rows(query, [REFERENCE_ID])[0][0]))
        return self

    def reach(self, version: int) -> None:
        """Hold every document up to a version of the stream, reading them only where they are not here yet."""
        if version <= self._version:
            return
        with self._turn:
            if version > self._version:
                documents = self._ledger.load(REFERENCE_ID)
                regulations = [one.fact for one in documents if isinstance(one.fact, RegulationPublished)]
                self.texts = {(fact.regulation, fact.version): fact.sha256 for fact in regulations}
                self.reference = reference_of(documents, self._zone)
                self._version = documents[-1].originator_version


def reference_of(facts: Iterable[Recorded], zone: ZoneInfo = BEIJING) -> Reference:
    """Make the reference of published facts; facts of other aggregates are passed over."""
    known = list(facts)
    published = [recorded.fact for recorded in known]
    regulations = [_regulation(f.document) for f in _of(RegulationPublished, published)]
    settings = [_settings(f.document) for f in _of(SettingsPublished, published)]
    books = [CalendarBook.from_document(f.document) for f in _of(CalendarPublished, published)]
    return Reference(
        regulations={(found.id, found.version): found for found in regulations},
        settings={(found.regulation, found.version): found for found in settings},
        calendars={(found.name, found.version): found for found in books},
        regulations_since={
            (one.fact.regulation, one.fact.version): one.known_at
            for one in known
            if isinstance(one.fact, RegulationPublished)
        },
        calendars_since={
            (one.fact.calendar, one.fact.version): one.known_at
            for one in known
            if isinstance(one.fact, CalendarPublished)
        },
        zone=zone,
        budgets=tuple(
            Budgets.model_validate(tomllib.loads(f.document)) for f in _of(BudgetsPublished, published)
        ),
        stock_lists=tuple(
            StockList.model_validate(tomllib.loads(f.document)) for f in _of(StockListPublished, published)
        ),
        catalogues=tuple(
            Catalogue.model_validate(tomllib.loads(f.document)) for f in _of(CataloguePublished, published)
        ),
    )


@lru_cache(maxsize=128)
def _regulation(document: str) -> Regulation:
    """Read a text as it was published, by whichever version of the program; the same one only once.

    The measure of a target was any word once, and its share any text; one that nobody can count by is left out. No
    case is judged by a target, and the rest of the text has to be read for ever.
    """
    written = tomllib.loads(document)
    targets = [one for one in written.get("target", ()) if _is_target(one)]
    return Regulation.model_validate({**written, "target": targets})


@lru_cache(maxsize=128)
def _settings(document: str) -> Settings:
    return Settings.model_validate(tomllib.loads(document))


def _is_target(written: object) -> bool:
    try:
        Target.model_validate(written)
    except ValidationError:
        return False
    return True


def regulation_document(text: str) -> RegulationPublished:
    """Read a regulation's TOML text; raises BrokenPack naming everything that is wrong with it."""
    found = read_regulation(text).regulation
    return RegulationPublished(regulation=found.id, version=found.version, document=text, sha256=digest(text))


def settings_document(text: str, regulation: Regulation) -> SettingsPublished:
    """Read the TOML text of a firm's values for a regulation; raises BrokenPack naming everything that is wrong.

    A value for a placeholder that the regulation does not have is refused with the name that was probably meant.
    """
    found = read_settings(text, regulation).settings
    return SettingsPublished(
        regulation=found.regulation, version=found.version, document=text, sha256=digest(text)
    )


def calendar_document(text: str) -> CalendarPublished:
    """Read the TOML text of a calendar; raises ValueError for one that is not of the model."""
    found = CalendarBook.from_document(text)
    return CalendarPublished(calendar=found.name, version=found.version, document=text, sha256=digest(text))


def shipped() -> tuple[Published, ...]:
    """Give the regulations and calendars that come with the program; no firm's values are among them."""
    return (
        *(regulation_document(text) for text in _texts(files("cases") / "regulations", ".toml")),
        *(calendar_document(text) for text in _texts(files("cases") / "calendars" / "years", ".toml")),
    )


def demo_settings() -> tuple[SettingsPublished, ...]:
    """Give the invented values for demonstration, each marked as configured and not from the regulation."""
    texts = _texts(files("cases") / "regulations" / "settings", ".demo.toml")
    named = [(text, str(tomllib.loads(text)["regulation"])) for text in texts]
    return tuple(settings_document(text, shipped_regulation(name).regulation) for text, name in named)


def publish(
    ledger: Ledger, documents: Sequence[Published], caller: Caller, now: datetime
) -> tuple[Fact, ...]:
    """Record what is not in the log yet; gives just that.

    Raises Refused for a document that differs from the one published under its name and version, and for a regulation
    that one person alone publishes; NotAllowed for a role that does not.
    """
    try:
        return _publish(ledger, documents, caller, now)
    except CaseIsBusy:
        return _publish(ledger, documents, caller, now)


def _publish(
    ledger: Ledger, documents: Sequence[Published], caller: Caller, now: datetime
) -> tuple[Fact, ...]:
    known = ledger.load(REFERENCE_ID)
    new = tuple(unpublished(documents, known))
    for document in new:
        must_be_approved(document, caller)
    request = uuid4()
    if new:
        ledger.append([
            _recorded(fact, version, caller, now, request) for version, fact in enumerate(new, len(known) + 1)
        ])  # fmt: skip
    return new


def _recorded(fact: Fact, version: int, caller: Caller, now: datetime, request: UUID) -> Recorded:
    return Recorded(
        originator_id=REFERENCE_ID,
        originator_version=version,
        fact=fact,
        occurred_at=now,
        actor=caller.actor,
        role=caller.role,
        source=caller.source,
        correlation_id=request,
    )


def unpublished(documents: Iterable[Published], known: Iterable[Recorded]) -> Iterator[Published]:
    """Give the documents that are not in the log; raises Refused for one that is there with another text."""
    published = {_key(recorded.fact): recorded.fact for recorded in known}
    for document in documents:
        before = published.get(_key(document))
        if before is None:
            yield document
        elif getattr(before, "sha256", None) != document.sha256:
            topic, *names = _key(document)
            name = " ".join([topic.partition(".")[0].replace("_", " "), *names])
            raise Refused(
                f"{name} was published with another text; a changed document needs a new version",
                rule="published-once",
            )


def _key(fact: Fact) -> tuple[str, ...]:
    match fact:
        case RegulationPublished() | SettingsPublished():
            return fact.topic, fact.regulation, fact.version
        case CalendarPublished():
            return fact.topic, fact.calendar, fact.version
        case BudgetsPublished():
            return fact.topic, str(fact.year), fact.version
        case StockListPublished() | CataloguePublished():
            return fact.topic, fact.version
        case _:
            return (fact.topic,)


def _of(kind: type[Published], facts: Iterable[Fact]) -> Iterator[Published]:
    return (fact for fact in facts if isinstance(fact, kind))


def _texts(folder: Traversable, ending: str) -> list[str]:
    found = sorted((f for f in folder.iterdir() if f.name.endswith(ending)), key=lambda f: f.name)
    return [f.read_text(encoding="utf-8") for f in found if f.is_file()]
