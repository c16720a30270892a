"""Four eyes on what binds everybody: who proposes a document does not approve it (regulations.md A.10, S3-5a)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cases.budgets import Budgets
from cases.caller import Caller, is_same_person
from cases.catalogue import Catalogue
from cases.codes import Role
from cases.errors import NotAllowed, Refused
from cases.events_reference import (
    BudgetsPublished,
    CataloguePublished,
    RegulationPublished,
    StockListPublished,
)
from cases.fact import Fact
from cases.regulation.checking import problem, toml_of, validated
from cases.regulation.checking_lines import Place, lines_of
from cases.regulation.nearest import meant
from cases.regulation.packs import Books, BrokenPack, check, digest, law_names, shipped_text
from cases.stock_list import StockList


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who writes a kind of document, and who puts it in force; `what` names it in a sentence."""

    what: str
    proposers: frozenset[Role]
    approvers: frozenset[Role]


EYES: Final[Mapping[type[Fact], Eyes]] = {
    RegulationPublished: Eyes(
        "A regulation", frozenset({Role.QUALITY, Role.SUPERVISOR}), frozenset({Role.SUPERVISOR, Role.ADMIN})
    ),
    BudgetsPublished: Eyes(
        "A budget", frozenset({Role.FINANCE, Role.SUPERVISOR}), frozenset({Role.SUPERVISOR, Role.MANAGEMENT})
    ),
    StockListPublished: Eyes(
        "A stock list",
        frozenset({Role.WAREHOUSE, Role.SUPERVISOR}),
        frozenset({Role.SUPERVISOR, Role.MANAGEMENT}),
    ),
    CataloguePublished: Eyes(
        "A catalogue", frozenset({Role.QUALITY, Role.SUPERVISOR}), frozenset({Role.SUPERVISOR, Role.ADMIN})
    ),
}


def proposed(text: str, file: str, proposer: Caller, books: Books | None = None) -> RegulationPublished:
    """Make the document of a text that somebody proposes.

    Raises NotAllowed for another role, BrokenPack naming everything that is wrong with the text.
    """
    _must_propose(RegulationPublished, proposer)
    found = check(text, file, books)
    if found.problems:
        raise BrokenPack(found.problems)
    return RegulationPublished(
        regulation=found.regulation.id,
        version=found.regulation.version,
        document=text,
        sha256=digest(text),
        proposed_by=proposer.actor,
    )


def proposed_budgets(text: str, file: str, proposer: Caller) -> BudgetsPublished:
    """Make the document of a year's budgets that somebody proposes; raises as `proposed` does."""
    _must_propose(BudgetsPublished, proposer)
    found = validated(Budgets, text, file)
    return BudgetsPublished(
        year=found.year,
        version=found.version,
        document=text,
        sha256=digest(text),
        proposed_by=proposer.actor,
    )


def proposed_stock_list(text: str, file: str, proposer: Caller) -> StockListPublished:
    """Make the document of a stock list that somebody proposes; raises as `proposed` does."""
    _must_propose(StockListPublished, proposer)
    found = validated(StockList, text, file)
    return StockListPublished(
        version=found.version, document=text, sha256=digest(text), proposed_by=proposer.actor
    )


def proposed_catalogue(
    text: str, file: str, proposer: Caller, published: Collection[str] = ()
) -> tuple[RegulationPublished | CataloguePublished, ...]:
    """Make the document of a product catalogue, and before it the laws that it names and nobody published yet.

    `published` names the regulations in the log. A law goes in as it ships and so binds what the catalogue names, no
    product line. Raises as `proposed` does, and for a law that is none.
    """
    _must_propose(CataloguePublished, proposer)
    found = validated(Catalogue, text, file)
    if unknown := dict(_unknown_laws(found, published)):
        written, lines = toml_of(text, file), lines_of(text)
        raise BrokenPack([problem(file, written, lines, place, what) for place, what in unknown.items()])
    named = {law for product in found.product for law in product.laws}
    laws = (proposed(shipped_text(law), law, proposer) for law in sorted(named - set(published)))
    return *laws, CataloguePublished(
        version=found.version, document=text, sha256=digest(text), proposed_by=proposer.actor
    )


def _unknown_laws(catalogue: Catalogue, published: Collection[str]) -> Iterator[tuple[Place, str]]:
    known = {*law_names(), *(name for name in published if name.startswith("law-"))}
    for at, product in enumerate(catalogue.product):
        for number, law in enumerate(product.laws):
            if law not in known:
                yield ("product", at, "laws", number), f"there is no law named {law!r}{meant(law, known)}"


def must_be_four_eyes(proposer: Caller, approver: Caller) -> None:
    """Raise Refused where one key, or one person with two keys, both proposes and approves."""
    if proposer.principal == approver.principal or is_same_person(proposer.actor, approver.actor):
        raise Refused(
            "Who proposes a document does not approve it; it takes the keys of two people", rule="four-eyes"
        )


def must_be_approved(fact: Fact, approver: Caller) -> None:
    """Raise where a person publishes what nobody else proposed; a regulation that ships is the product's own."""
    eyes = EYES.get(type(fact))
    if eyes is None or (isinstance(fact, RegulationPublished) and approver.role is Role.SERVICE):
        return
    if approver.role not in eyes.approvers:
        raise NotAllowed(
            f"{eyes.what} is approved by {_either(eyes.approvers)}", role=approver.role.value, rule="approver"
        )
    proposed_by = getattr(fact, "proposed_by", None)
    if proposed_by is None or is_same_person(proposed_by, approver.actor):
        raise Refused(f"{eyes.what} is proposed by somebody and approved by somebody else", rule="four-eyes")


def _must_propose(kind: type[Fact], proposer: Caller) -> None:
    eyes = EYES[kind]
    if proposer.role not in eyes.proposers:
        raise NotAllowed(
            f"{eyes.what} is proposed by {_either(eyes.proposers)}", role=proposer.role.value, rule="proposer"
        )


def _either(roles: frozenset[Role]) -> str:
    return " or ".join(sorted(role.value for role in roles))
