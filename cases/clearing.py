"""Taking personal values out of a command before it is decided, and fingerprinting what was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeVar

from pydantic import SecretStr

from cases.command import Command
from cases.personal import PersonalRef

C = TypeVar("C", bound=Command)


def clear_values(command: Command) -> dict[str, str]:
    """Give the personal values of a command in clear, by field of its fact."""
    found: dict[str, str] = {}
    for name, value in _fields(command).items():
        held = value if isinstance(value, Mapping) else {name: value}
        found |= {field: one.get_secret_value() for field, one in held.items() if isinstance(one, SecretStr)}
    return found


def with_refs(command: C, refs: Mapping[str, PersonalRef]) -> C:
    """Give the command with references in the place of personal values."""
    changed: dict[str, object] = {}
    for name, value in _fields(command).items():
        if isinstance(value, SecretStr):
            changed[name] = refs[name]
        elif isinstance(value, Mapping) and any(isinstance(one, SecretStr) for one in value.values()):
            changed[name] = {field: refs[field] for field in value}
    return command.model_copy(update=changed) if changed else command


def canonical(command: Command, *more: str) -> str:
    """Write what was asked, personal values in clear, as one text: to be fingerprinted, never to be kept."""
    plain = json.loads(command.model_dump_json(exclude_none=True))
    return json.dumps([command.verb(), *more, plain, clear_values(command)], sort_keys=True)


def _fields(command: Command) -> dict[str, object]:
    return {name: getattr(command, name) for name in type(command).model_fields}
