"""What an entitlement came to, in words: until when, who pays, what is missing, and how the text reads literally."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from api.console.names import FIELDS
from api.console.words import Language, say
from cases.codes import Payer

FACTS: Final = ("needs", "fails", "to_inspect")
"""Results that list fields of facts, or counters of repairs."""
COUNTERS: Final = ("repairs", "repair_days", "parts_days", "days_added", "restarted_on")
"""What repairs did to a right, where it asks for them."""
UNKNOWN: Final = "unknown"


def outcome(result: Mapping[str, str], language: Language) -> Iterator[tuple[str, str]]:
    """Give a verdict's result as pairs of name and text; the literal reading only where it differs."""
    if "window_end" in result:
        yield say("window_end", language), _day(result["window_end"], language)
    if "payer" in result:
        yield say("payer", language), _payer(result["payer"], language)
    if "quote" in result:
        yield say("quote", language), say("quote_required", language)
    for name in FACTS:
        if name in result:
            yield say(name, language), _fields(result[name], language)
    for name in COUNTERS:
        if result.get(name, "0") != "0":
            yield say(name, language), result[name]
    yield from _literal(result, language)
    if "law" in result:
        yield say("law", language), result["law"]


def _literal(result: Mapping[str, str], language: Language) -> Iterator[tuple[str, str]]:
    ends_on, payer = result.get("literal_window_end"), result.get("literal_payer")
    if ends_on != result.get("window_end") and ends_on is not None:
        is_open = {"true": "still_open_then", "false": "over_then"}.get(result.get("is_literally_open", ""))
        told = f" · {say(is_open, language)}" if is_open else ""
        yield say("literal", language), _day(ends_on, language) + told
    if payer != result.get("payer") and payer is not None:
        yield say("literal", language), _payer(payer, language)


def _day(day: str, language: Language) -> str:
    return say("not_known", language) if day == UNKNOWN else day


def _payer(payer: str, language: Language) -> str:
    code = {known.value: known for known in Payer}.get(payer)
    return payer if code is None else code.zh if language == "zh" else code.en


def _fields(names: str, language: Language) -> str:
    at = 0 if language == "zh" else 1
    return ("、" if language == "zh" else ", ").join(
        say(name, language) if name in COUNTERS else FIELDS.get(name, (name, name))[at]
        for name in names.split(", ")
    )
