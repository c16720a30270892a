"""From a template and what it shows to a page."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.access import Question
from api.console import drawing
from api.console.names import level
from api.console.visiting import LANGUAGE_COOKIE, Visitor
from api.console.words import Language, local, say, spoken
from api.installation import Installation
from cases.codes import Code

FOLDER: Final = Path(__file__).parent
PAGES: Final = {
    "board": ("/", Question.DASHBOARD),
    "targets": ("/targets", Question.DASHBOARD),
    "worklist": ("/worklist", Question.WORKLIST),
    "cases": ("/cases", Question.CASES),
    "complaints": ("/complaints", Question.STATISTICS),
    "stock": ("/stock", Question.STOCK),
    "costs": ("/costs", Question.COSTS),
    "audits": ("/audits", Question.AUDITS),
    "docs": ("/docs", Question.DESCRIPTION),
}
"""Name → address, and what one must be allowed to ask to see it."""


@cache
def environment() -> Environment:
    """Make the environment of all templates, once."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "stacked": drawing.stacked,
        "Piece": drawing.Piece,
        "ring": drawing.ring,
        "columns": drawing.columns,
        "Point": drawing.Point,
        "pareto": drawing.pareto,
        "percent": drawing.percent,
        "level": level,
    }
    return made


def page(
    template: str,
    request: Request,
    here: Installation,
    language: Language,
    visitor: Visitor | None = None,
    status: int = 200,
    **shown: Any,
) -> HTMLResponse:
    """Make a page in a language; the menu holds what this visitor may see."""
    menu = [(name, where) for name, (where, needs) in PAGES.items() if visitor and visitor.may(needs)]
    asked = dict(request.query_params)
    text = environment().get_template(f"{template}.html").render(
        t=partial(_told, language=language),
        label=partial(label, language=language),
        local=partial(local, zone=here.zone),
        spoken=partial(spoken, language=language),
        lang=language,
        other_lang="en" if language == "zh" else "zh",
        path=request.url.path,
        asked={name: value for name, value in asked.items() if name != "lang"},
        menu=menu,
        visitor=visitor,
        **shown,
    )  # fmt: skip
    response = HTMLResponse(text, status)
    if request.query_params.get("lang") == language:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=31_536_000, httponly=True, samesite="strict")
    return response


def label(thing: Any, language: Language) -> str:
    """Give the label of a code, of a part of an answer with label_zh and label_en, or of a label itself."""
    if isinstance(thing, Code):
        return thing.zh if language == "zh" else thing.en
    for name in (f"label_{language}", language):
        if hasattr(thing, name):
            return str(getattr(thing, name))
    return str(thing)


def _told(key: str, language: Language) -> str:
    return say(key, language)
