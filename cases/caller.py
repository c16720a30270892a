"""Who asks, as the door saw them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from cases.codes import Role
from cases.errors import Malformed
from cases.recorded import Source
from cases.wording import fault


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the person or program (`actor`), in which role, through which door, under which credential.

    `principal` owns the idempotency keys: two credentials never share one.
    """

    actor: str
    role: Role
    source: Source
    principal: str


def staff_id(actor: str, field: str) -> str:
    """Give the pseudonym that somebody's facts will carry; raises Malformed, for `field`, where it cannot be one."""
    cure = fault("staff", actor)
    if cure is not None:
        wrong = [{"field": field, "cure": f"{cure}, for example staff-hu"}]
        raise Malformed("Nobody can be named like that", errors=wrong)
    return actor


def is_same_person(one: str | None, other: str | None) -> bool:
    """Tell whether two actors are one person, whatever the letters' case, width and spaces (four eyes)."""
    return one is not None and other is not None and _folded(one) == _folded(other)


def _folded(actor: str) -> str:
    return "".join(unicodedata.normalize("NFKC", actor).casefold().split())
