"""A mapping: the file that says which facts an event of somebody else's log gives."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Words
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, field_validator, model_validator

from cases.codes import Role
from cases.cure import cure
from cases.errors import Malformed
from cases.events import CASE_FACTS
from cases.fact import Fact, Part
from cases.personal import PersonalRef

LONGEST_AMOUNT = 13
"""Digits of the largest amount that a fact holds, in fen."""
DRAWN = frozenset({"case_no", "judged_under", "subject_id", "is_live", "verdicts"})
"""Fields that the import fills; a mapping gives none of them."""
SHIPPED = Path(__file__).parent / "mappings"
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]


class FromWord(Part):
    """A field taken from a word of the source event, translated where a table is given."""

    word: Annotated[str, Field(alias="from")]
    values: dict[str, str] = Field(default_factory=dict)
    otherwise: str | None = None
    read_as: Annotated[Literal["word", "fen"], Field(alias="as")] = "word"

    def read(self, words: Words[str, str]) -> object:
        """Give the field's value, or None where the source says nothing; `fen` reads an amount of CNY."""
        written = words.get(self.word)
        value = self.values.get(written or "", self.otherwise) if self.values else written or self.otherwise
        if self.read_as == "word" or value is None:
            return value
        is_amount = value.isdecimal() and len(value) <= LONGEST_AMOUNT
        return {"minor": int(value) if is_amount else value, "currency": "CNY"}

    @property
    def choices(self) -> tuple[str, ...]:
        """Give the values it can only take, where a table or a stand-in names them."""
        return (*self.values.values(), *([self.otherwise] if self.otherwise is not None else []))


class Gives(Part):
    """One fact to record for an event: its name, its fields, fixed or taken from the source's words, and whose it is.

    `by` is the role that acts; without it the role of the mapping.
    """

    fact: str
    by: Role | None = None
    fields: dict[str, FromWord | str | bool | int] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, written: Any) -> Any:
        if not isinstance(written, dict) or "fields" in written:
            return written
        fields = {name: value for name, value in written.items() if name not in {"fact", "by"}}
        return {"fact": written.get("fact"), "by": written.get("by"), "fields": fields}

    @model_validator(mode="after")
    def _known(self) -> Gives:
        fact = CASE_FACTS.get(self.fact)
        if fact is None or self.fact == "Corrected":
            raise ValueError(f"there is no fact {self.fact!r} that an import may record")
        for name in self.fields:
            if name not in fact.model_fields:
                raise ValueError(f"{self.fact} has no field {name!r}")
            if name in DRAWN:
                raise ValueError(f"{self.fact}.{name} is filled by the import itself")
            if PersonalRef.__name__ in str(fact.model_fields[name].annotation):
                raise ValueError(f"{self.fact}.{name} is personal data; take it in by a form, not by a log")
            for value in _written(self.fields[name]):
                self._must_fit(fact, name, value)
        return self

    def _must_fit(self, fact: type[Fact], name: str, value: object) -> None:
        try:
            fact.model_validate({name: value})
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False):
                if error["loc"][0] == name:
                    raise ValueError(f"{self.fact}.{name}: {cure(error)}") from None

    def make(self, words: Words[str, str], **more: Any) -> Fact:
        """Make the fact for one event; raises pydantic's ValidationError where a word does not fit."""
        fixed = {k: v.read(words) if isinstance(v, FromWord) else v for k, v in self.fields.items()}
        said = {k: v for k, v in fixed.items() if v is not None}
        return CASE_FACTS[self.fact].model_validate({**said, **more})


def _written(told: object) -> tuple[object, ...]:
    """Give the values that stand in the mapping itself."""
    if isinstance(told, FromWord):
        return told.choices if told.read_as == "word" else ()
    return (told,)


class Activity(Part):
    """What one kind of source event gives; `until_next` gives more facts at the moment of the next event."""

    activity: str
    gives: tuple[Gives, ...] = ()
    until_next: tuple[Gives, ...] = ()


class Columns(Part):
    """Under which keys or column headers the source keeps what every event needs."""

    case: str = "concept:name"
    activity: str = "concept:name"
    at: str = "time:timestamp"
    actor: str | None = "org:resource"


class Mapping(Part):
    """How to read one source: format, columns, the facts of each activity, and the regulations to judge by.

    `first` comes before the facts of a case's first event; an activity that is not listed becomes a Noted
    with the source's own word. `delivers` tells whether a file holds whole cases, or increments to them.
    """

    id: Name
    version: str
    format: Literal["xes", "csv"]
    judged_under: tuple[Name, ...]
    live: bool = False
    role: Role = Role.SERVICE
    delivers: Literal["whole-cases", "increments"] = "whole-cases"
    timezone: str | None = None
    columns: Columns = Columns()
    first: Gives
    event: tuple[Activity, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _on_the_map(cls, name: str | None) -> str | None:
        if name is not None and name not in available_timezones():
            raise ValueError("not a time zone of the IANA database, such as Asia/Shanghai")
        return name

    @model_validator(mode="after")
    def _complete(self) -> Mapping:
        if self.first.fact != "Received":
            raise ValueError("`first` must give Received: a case begins by being received")
        if any(
            gives.fact == "Received" for event in self.event for gives in (*event.gives, *event.until_next)
        ):
            raise ValueError("a case is received once, by `first`; an event gives something else")
        named = [event.activity for event in self.event]
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise ValueError(f"listed twice: {', '.join(twice)}")
        return self

    def activity(self, name: str) -> Activity:
        """Find what an activity gives; one that is not listed is noted under its own word."""
        for event in self.event:
            if event.activity == name:
                return event
        printable = "".join(c if c.isprintable() else " " for c in name).strip()[:120]
        return Activity(activity=name, gives=(Gives(fact="Noted", fields={"word": printable or "?"}),))


def load_mapping(name_or_path: str) -> Mapping:
    """Read a mapping file, or a shipped one by its name; raises Malformed naming file, item and field."""
    path = Path(name_or_path)
    if not path.suffix:
        path = SHIPPED / f"{name_or_path}.toml"
    if not path.is_file():
        shipped = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.toml")))
        raise Malformed(f"There is no mapping {name_or_path!r}; shipped are: {shipped}", file=path.name)
    try:
        return Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise Malformed(f"{path.name}: is not TOML ({broken})", file=path.name) from None
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "the file"
        raise Malformed(f"{path.name}: {place}: {cure(first)}", file=path.name, field=place) from None
