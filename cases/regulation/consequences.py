"""What the text does to people: rewards and penalties that may be proposed, and how one appeals against them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from cases.codes import ConsequenceKind, Role
from cases.regulation.items import Id, Item, Within

Roles = Annotated[tuple[Role, ...], Field(min_length=1)]


class Consequence(Item):
    """A reward or a penalty: proposed by a person, confirmed or dropped by another one of the roles in `decides`.

    One with an `alert` rests on as many missed clocks as make that alert; one with a `programme` on whom its holding
    chose; any other on facts that whoever proposes it names. `setting` is the firm's amount (fen) or share (percent);
    without one whoever proposes it may name an amount.
    """

    kind: ConsequenceKind
    alert: Id | None = None
    programme: Id | None = None
    setting: Id | None = None
    decides: Roles

    @model_validator(mode="after")
    def _rests_on_one_thing(self) -> Consequence:
        if self.alert is not None and self.programme is not None:
            raise ValueError("rests on an alert or on a programme, not on both")
        return self


class Appeal(Item):
    """How whoever is concerned appeals: `within` which time of the decision, and `answer`ed within which time."""

    within: Within
    answer: Within
    decides: Roles
