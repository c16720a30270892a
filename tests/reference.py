"""Writes docs/reference from the code: `make reference`. What is written there cannot drift from what runs."""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from pydantic import BaseModel
from pydantic_settings import BaseSettings

from tests.house import ROOT

FOLDER = ROOT / "docs" / "reference"
NOTE = "Written from the code by `make reference`; do not edit."


def first_sentence(thing: object) -> str:
    """The first paragraph of a docstring, on one line, without rst's double back-ticks."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split()).replace("``", "`")


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table, or nothing where there are no rows."""
    lines = ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    names = list(heads)
    return "\n".join([f"| {' | '.join(names)} |", "|" + " --- |" * len(names), *lines, ""]) if lines else ""


PLAIN = {
    "string": "text",
    "integer": "whole number",
    "boolean": "yes or no",
    "object": "record",
    "array": "list",
}


def shape(schema: dict[str, Any]) -> str:
    """The type that a JSON schema describes, as people say it."""
    match schema:
        case {"$ref": name}:
            return f"`{name.rsplit('/', 1)[-1]}`"
        case {"anyOf": choices}:
            return " or ".join(dict.fromkeys(shape(one) for one in choices if one != {"type": "null"}))
        case {"const": value}:
            return f"`{value}`"
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"type": "array", "items": items}:
            return f"list of {shape(items)}"
        case {"format": "date-time"}:
            return "instant"
        case {"format": form}:
            return str(form)
        case {"type": kind}:
            return PLAIN.get(kind, str(kind))
        case _:
            return "any"


def fields(model: type[BaseModel]) -> str:
    """The fields of a model: name, shape, whether it must be given, what it means."""
    schema = model.model_json_schema()
    required = set(schema.get("required", ()))
    return table(
        ("field", "shape", "must be given", "meaning"),
        (
            (f"`{name}`", shape(value), "yes" if name in required else "", value.get("description", ""))
            for name, value in schema.get("properties", {}).items()
        ),
    )


def page(title: str, parts: Iterable[str]) -> str:
    """One page of the reference."""
    return "\n".join([f"# {title}", "", NOTE, "", *parts]).rstrip() + "\n"


def facts() -> str:
    """Every fact by its topic."""
    topics: dict[str, type[BaseModel]] = import_module("cases.recorded").TOPICS
    return page(
        "Facts",
        (
            f"## {fact.__name__}\n\n`{topic}` — {first_sentence(fact)}\n\n{fields(fact)}"
            for topic, fact in topics.items()
        ),
    )


def commands() -> str:
    """Every command by its verb."""
    known: dict[str, type[BaseModel]] = import_module("cases.commands").COMMANDS
    return page(
        "Commands",
        (
            f"## {command.__name__}\n\n`{verb}` — {first_sentence(command)}\n\n{fields(command)}"
            for verb, command in known.items()
        ),
    )


def codes() -> str:
    """Every closed vocabulary with its labels."""
    room = import_module("cases.codes")
    kinds: list[Any] = [
        kind for kind in vars(room).values() if inspect.isclass(kind) and issubclass(kind, room.Code)
    ]
    return page(
        "Codes",
        (
            f"## {kind.__name__}\n\n{first_sentence(kind)}\n\n"
            + table(("code", "中文", "English"), ((f"`{code}`", code.zh, code.en) for code in kind))
            for kind in kinds
            if kind is not room.Code
        ),
    )


def below(kind: type[Exception], depth: int = 0) -> Iterator[tuple[int, type[Exception]]]:
    """A class of ours and all classes under it, with their depth."""
    yield depth, kind
    for child in kind.__subclasses__():
        if child.__module__.startswith("cases."):
            yield from below(child, depth + 1)


def errors() -> str:
    """Every way to say no, as the tree that it is."""
    room = import_module("cases.errors")
    lines = (
        f"{'  ' * depth}* `{kind.__name__}` — {first_sentence(kind)}"
        for depth, kind in below(room.CaseledgerError)
        if kind.__module__ == room.__name__
    )
    return page("Errors", lines)


def settings() -> str:
    """Every setting by the name of its environment variable."""
    room = import_module("cases.settings")
    model: type[BaseSettings] = room.Settings
    rows = (
        (
            ", ".join(f"`{name}`" for name in names(room.PREFIX, key, field.validation_alias)),
            "" if field.default_factory or field.default is None else f"`{field.default}`",
            field.description,
        )
        for key, field in model.model_fields.items()
    )
    return page("Settings", [first_sentence(room), "", table(("variable", "default", "meaning"), rows)])


def names(prefix: str, key: str, alias: Any) -> list[str]:
    """The environment variables of a setting."""
    return [prefix + key.upper()] if alias is None else [str(choice) for choice in alias.choices]


def tables() -> str:
    """Every table and report of schema `bi` and every column, in both languages."""
    return page(
        "Tables",
        (
            f"## bi.{shown.name}\n\n{shown.zh} / {shown.en}\n\n"
            + table(
                ("column", "type", "中文", "English"),
                ((f"`{one.name}`", one.type, one.says.zh, one.says.en) for one in shown.columns),
            )
            for shown in (
                *import_module("projections.registry").TABLES,
                *import_module("projections.views.all_views").VIEWS,
            )
        ),
    )


def routes() -> str:
    """Every route of the API."""
    described = import_module("api.app").described()
    rows = (
        (f"`{verb.upper()} {path}`", operation.get("summary", ""), f"`{operation['operationId']}`")
        for path, operations in described["paths"].items()
        for verb, operation in operations.items()
    )
    return page("Routes", [table(("route", "does", "operation"), rows)])


def shell() -> str:
    """Every command of the shell with its arguments and options."""
    known = import_module("typer.main").get_command(import_module("api.cli").app)
    return page("Shell", told_commands("caseledger", known))


def told_commands(name: str, command: Any) -> Iterator[str]:
    """A command, or every command of a group."""
    for child, below_it in sorted(getattr(command, "commands", {}).items()):
        yield from told_commands(f"{name} {child}", below_it)
    if not hasattr(command, "commands"):
        asked = [(one.opts, one.name, one.help or "") for one in command.params if one.name != "help"]
        rows = (
            (f"`{' '.join(opts) if opts[0].startswith('-') else name}`", told) for opts, name, told in asked
        )
        about = " ".join((command.help or "").split())
        yield f"## {name}\n\n{about}\n\n{table(('argument or option', 'meaning'), rows)}"


PAGES: dict[str, tuple[str, Callable[[], str]]] = {
    "facts": ("cases.recorded", facts),
    "commands": ("cases.commands", commands),
    "codes": ("cases.codes", codes),
    "errors": ("cases.errors", errors),
    "settings": ("cases.settings", settings),
    "tables": ("projections.registry", tables),
    "routes": ("api.app", routes),
    "shell": ("api.cli", shell),
}
"""Page → the module it is written from, and what writes it."""


def present(module: str) -> bool:
    """Whether the room is there."""
    return find_spec(module.split(".", maxsplit=1)[0]) is not None and find_spec(module) is not None


@cache
def written(name: str) -> str:
    """A page as it ought to be."""
    return re.sub(r"\n{3,}", "\n\n", PAGES[name][1]())


def pages() -> list[str]:
    """The pages whose room is there."""
    return [name for name, (module, _) in PAGES.items() if present(module)]


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in pages():
        (FOLDER / f"{name}.md").write_text(written(name), encoding="utf-8")
