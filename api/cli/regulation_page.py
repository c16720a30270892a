"""A regulation as a page to read: every item with its clause and labels, and what it says, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from pydantic import BaseModel
from rich.console import Console
from rich.text import Text

from cases.regulation.checking import KINDS
from cases.regulation.items import Item, Label, Placeholder, Within
from cases.regulation.model import Regulation, Resolution, Settings, SettingValue
from cases.regulation.patterns import Condition

HEADINGS: Final[Mapping[str, str]] = {
    "promise": "承诺时限 / Promises",
    "constraint": "约束 / Constraints",
    "entitlement": "权益 / Entitlements",
    "target": "指标 / Targets",
    "programme": "例行任务 / Programmes",
    "alert": "警报 / Alerts",
    "consequence": "奖惩 / Consequences",
    "appeal": "申诉 / Appeals",
    "routing": "转交 / Routing",
    "office": "岗位 / Offices",
    "form": "表单 / Forms",
    "placeholder": "待定值 / Values that the text leaves open",
    "resolution": "裁定 / Contradictions and how they are read",
    "coverage": "说明 / Rules that no item carries",
}
HANGING: Final = 4
"""Columns by which what does not fit into a line is indented below it."""
UNSET: Final = "not_configured"
_TOLD: Final = {"id", "clause", "label", "rules", "rule"}
"""Fields that stand in the heading of an item."""


def page(regulation: Regulation, settings: Settings | None = None) -> Iterator[str]:
    """Give the lines of the page; `settings` are the firm's values for what the text leaves open."""
    yield f"{regulation.id} {regulation.version}  {regulation.label}"
    until = f" until {regulation.effective_until}" if regulation.effective_until else ""
    yield f"  in force from {regulation.effective_from}{until}"
    yield f"  product lines: {', '.join(regulation.product_lines) or 'every'}"
    yield f"  channels: {', '.join(regulation.channels) or 'every'}"
    yield f"  calendar document: {regulation.calendar}"
    yield f"  told later than {regulation.backdating_tolerance_minutes} minutes: needs a document"
    yield f"  values of the firm: {settings.version if settings else 'none'}"
    for kind in KINDS:
        if items := getattr(regulation, kind):
            yield ""
            yield f"{HEADINGS[kind]} ({len(items)})"
            for item in items:
                yield from _item(item, settings)


def fitted(line: str, screen: Console) -> Iterator[str]:
    """Break a line for a screen, by the cells that its signs take (two for a Chinese one)."""
    said = line.lstrip()
    indent = len(line) - len(said)
    parts = Text(said).wrap(screen, max(screen.width - indent - HANGING, HANGING), no_wrap=False)
    yield from (f"{' ' * (indent + (HANGING if at else 0))}{part.plain}" for at, part in enumerate(parts))


def _item(item: BaseModel, settings: Settings | None) -> Iterator[str]:
    yield f"  {_heading(item)}"
    match item:
        case Placeholder(id=name, unit=unit):
            yield f"    {value_of(settings, name, unit)}"
        case Resolution():
            yield f"    in force: {item.reading}"
            yield f"    by the text: {item.literal}"
            if item.warning:
                yield f"    the text is below {item.warning}"
        case _:
            lines = list(_fields(item))
            column = max((len(line.partition(": ")[0]) for line in lines if ": " in line), default=0) + 1
            yield from (f"    {_in_columns(line, column)}" for line in lines)


def _in_columns(line: str, column: int) -> str:
    """Let what is said begin in one column below an item."""
    name, mark, said = line.partition(": ")
    return f"{name + ':':<{column}} {said}" if mark and not line.startswith(" ") else line


def _heading(item: BaseModel) -> str:
    names = [getattr(item, "id", None) or getattr(item, "rule", "")]
    told = [str(getattr(item, field)) for field in ("clause", "label") if hasattr(item, field)]
    rules = ", ".join(getattr(item, "rules", ()))
    return "  ".join(filter(None, (*names, *told, f"[{rules}]" if rules else "")))


def _fields(item: BaseModel) -> Iterator[str]:
    """Give what is said beside the heading; what is left at its default is not said."""
    for name, field in type(item).model_fields.items():
        value = getattr(item, name)
        if name in _TOLD or value == field.get_default(call_default_factory=True):
            continue
        parts = value if isinstance(value, tuple) else (value,)
        if parts and isinstance(parts[0], Item):
            yield f"{name}:"
            yield from (f"  {_heading(part)}" for part in parts)
        else:
            yield f"{field.alias or name}: {' | '.join(_said(part) for part in parts)}"


def _said(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Condition():
            return _words(value.where)
        case Within():
            return _within(value)
        case Label() | str() | int() | float() | date():
            return str(value)
        case dict():
            return _words({str(name): (part,) for name, part in value.items()})
        case BaseModel() if type(value).__str__ is not BaseModel.__str__:
            return str(value)
        case BaseModel():
            return ", ".join(_fields(value))
        case _:
            return str(value)


def _words(where: Mapping[str, tuple[object, ...]]) -> str:
    return ", ".join(f"{name}={'|'.join(_said(value) for value in values)}" for name, values in where.items())


def _within(within: Within) -> str:
    told = within.model_dump(exclude_none=True, exclude={"calendar"})
    amounts = [
        f"the value {value}"
        if name == "setting"
        else f"the moment {value}"
        if name == "until"
        else f"{value} {name}"
        for name, value in told.items()
        if not isinstance(value, bool | dict | list | tuple)
    ]
    return f"{', '.join(amounts)} on {within.calendar}"


def value_of(settings: Settings | None, placeholder: str, unit: str) -> str:
    """Say the firm's value for a placeholder, or that it is not configured."""
    value: SettingValue | None = settings.values.get(placeholder) if settings else None
    return f"{value.value} {value.unit} ({value.source})" if value else f"{UNSET} ({unit})"
