"""The fields of facts as they may be shown: every personal value masked, for all facts of a case at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from pydantic import JsonValue, TypeAdapter

from cases.commands.correcting import personal_fields
from cases.events import Corrected
from cases.fact import Fact
from cases.personal import PersonalRef
from cases.recorded import Recorded
from cases.vault import Vault

ERASED = "已删除 / erased"
ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)
LEFT_OUT = {"judged_under", "subject_id", "verdicts"}
"""Told in places of their own."""


class Masks:
    """Shows facts without a personal value in clear; asks the vault once for all of them."""

    def __init__(self, vault: Vault, facts: Iterable[Recorded]) -> None:
        """Read the values of every reference in some facts."""
        known = list(facts)
        self._kinds = {recorded.originator_version: type(recorded.fact) for recorded in known}
        self._shown = vault.masked({ref.ref: ref for one in known for ref in self._refs(one.fact)}.values())

    def fields(self, fact: Fact) -> dict[str, JsonValue]:
        """Give the fields that a fact has, as JSON."""
        plain = fact.model_dump(mode="json", exclude_none=True, exclude=LEFT_OUT)
        for name, value in fact:
            if isinstance(value, PersonalRef):
                plain[name] = self._masked(value)
        if isinstance(fact, Corrected):
            plain["changes"] = {**fact.changes, **{name: self._masked(r) for name, r in self._changed(fact)}}
        return cast("dict[str, JsonValue]", plain)

    def value(self, value: object) -> JsonValue:
        """Give one value of a fact as JSON."""
        plain = self._masked(value) if isinstance(value, PersonalRef) else value
        return cast("JsonValue", ANYTHING.dump_python(plain, mode="json"))

    def _masked(self, ref: PersonalRef) -> str:
        return self._shown.get(ref.ref) or ERASED

    def _refs(self, fact: Fact) -> Iterator[PersonalRef]:
        yield from (value for _, value in fact if isinstance(value, PersonalRef))
        if isinstance(fact, Corrected):
            yield from (ref for _, ref in self._changed(fact))

    def _changed(self, fact: Corrected) -> Iterator[tuple[str, PersonalRef]]:
        personal = personal_fields(self._kinds.get(fact.corrects, Fact))
        for name, value in fact.changes.items():
            if name in personal and isinstance(value, dict):
                yield name, PersonalRef.model_validate(cast("dict[str, Any]", value))
