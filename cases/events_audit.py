"""The facts of an audit programme: opened, frozen, revealed, drawn, scored (evidence.md 2)."""

from __future__ import annotations

from cases.fact import Fact

AUDIT_FACTS: tuple[type[Fact], ...] = ()
