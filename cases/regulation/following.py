"""What a new version of a regulation owes to the versions before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cases.events_reference import RegulationPublished
from cases.regulation.checking import draft_of
from cases.regulation.items import Placeholder
from cases.regulation.problems import BrokenPack
from cases.regulation.rules import Reference, natural
from cases.regulation.texts import named

_VERSION: Final = ("version",)


def must_follow(document: RegulationPublished, file: str, reference: Reference) -> None:
    """Raise BrokenPack, on the line of the version, where it was given to another text or goes backwards."""
    draft, version = draft_of(document.document, file), document.version
    known = {told: one for (name, told), one in reference.regulations.items() if name == document.regulation}
    newest = max(known, key=natural, default=version)
    if version in known:
        if known[version] != draft.regulation:
            what = f"{version} was published with another text; a changed text needs a new version, later than {newest}"
            raise BrokenPack([draft.problem(_VERSION, what)])
    elif natural(version) < natural(newest):
        what = f"{version} is earlier than {newest}, which is published; a new text needs a later version"
        raise BrokenPack([draft.problem(_VERSION, what)])


def dropped(document: RegulationPublished, reference: Reference) -> Iterator[str]:
    """Tell which items the newest version before has and this one has not, and what still cites them."""
    name = document.regulation
    before = {version: one for (told, version), one in reference.regulations.items() if told == name}
    if not before or document.version in before:
        return
    newest = before[max(before, key=natural)]
    kept = {named(item) for item in draft_of(document.document, name).regulation.items}
    pinned = reference.newest(name).settings
    values = reference.settings[name, pinned] if pinned else None
    for item in newest.items:
        if named(item) not in kept:
            is_filled = isinstance(item, Placeholder) and values is not None and item.id in values.values
            filled = f", and the values {values.version} fill it" if values and is_filled else ""
            yield f"{named(item)} is gone; cases under {newest.version} keep it{filled}"
