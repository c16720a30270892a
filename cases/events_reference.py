"""The facts of reference documents: regulations, settings, calendars and what a firm lists, with full text."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cases.fact import Fact, Word

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class RegulationPublished(Fact):
    """A version of a regulation came into the log; `document` is its TOML text, `sha256` of that text.

    Who recorded it approved it; `proposed_by` is somebody else, and nobody for what ships with the product.
    """

    topic = "regulation.published.v1"

    regulation: Word
    version: Word
    document: str
    sha256: Digest
    proposed_by: Word | None = None


class SettingsPublished(Fact):
    """Values for the placeholders of a regulation, configured by the firm and not from the text."""

    topic = "settings.published.v1"

    regulation: Word
    version: Word
    document: str
    sha256: Digest


class CalendarPublished(Fact):
    """A version of the working calendar came into the log."""

    topic = "calendar.published.v1"

    calendar: Word
    version: Word
    document: str
    sha256: Digest


class BudgetsPublished(Fact):
    """The budgets of a year came into the log (S4 五(一)); who recorded it approved what somebody else proposed."""

    topic = "budgets.published.v1"

    year: int
    version: Word
    document: str
    sha256: Digest
    proposed_by: Word


class StockListPublished(Fact):
    """What is kept in store came into the log (S2 七/4); who recorded it approved what somebody else proposed."""

    topic = "stock_list.published.v1"

    version: Word
    document: str
    sha256: Digest
    proposed_by: Word


class CataloguePublished(Fact):
    """What the firm sells came into the log, with the laws that bind it (X22); approved by who recorded it."""

    topic = "catalogue.published.v1"

    version: Word
    document: str
    sha256: Digest
    proposed_by: Word


REFERENCE_FACTS: tuple[type[Fact], ...] = (
    RegulationPublished, SettingsPublished, CalendarPublished, BudgetsPublished, StockListPublished,
    CataloguePublished,
)  # fmt: skip
