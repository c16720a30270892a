"""Who asks, as the door saw them."""

from __future__ import annotations

from dataclasses import dataclass

from cases.codes import Role
from cases.recorded import Source


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the person or program (`actor`), in which role, through which door, under which credential.

    `principal` owns the idempotency keys: two credentials never share one.
    """

    actor: str
    role: Role
    source: Source
    principal: str
