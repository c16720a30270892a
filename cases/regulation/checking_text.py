"""From the bytes of a file to TOML, or in plain words why not: encoding, brackets, numbers, and what TOML refuses."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from cases.regulation.checking_lines import STRING
from cases.regulation.problems import BrokenPack, Problem

DEEPEST: Final = 32
"""Brackets within brackets: a regulation needs six."""
DIGITS: Final = 18
"""The longest whole number, in digits: what is longer is a slip of the pen."""
_SAVE: Final = "open it in an editor and save it as UTF-8, without BOM"
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MARKS: Final = re.compile(
    rf"(?P<string>{STRING.pattern})|#[^\n]*|(?P<opens>[\[{{])|(?P<closes>[\]}}])"
    rf"|(?<![\w.])(?P<number>\d[\d_]{{{DIGITS},}}|0[box]\w{{{DIGITS},}})"
)
_LOOK_ALIKE: Final = {
    **dict.fromkeys("“”„＂「」", '"'), **dict.fromkeys("‘’＇", "'"), **dict.fromkeys("，、", ","), "＝": "=",
    **dict.fromkeys("［【", "["), **dict.fromkeys("］】", "]"), "｛": "{", "｝": "}", "：": "=", "＃": "#",
    **dict.fromkeys("\u3000\u00a0", "a plain space"),
}  # fmt: skip
"""What is typed with a Chinese keyboard or by a word processor → what TOML wants in its place."""
_PLAIN: Final = {
    "Invalid statement": "the line is no [table], no name = value and no # comment",
    "Expected '=' after a key": "a name is followed by = and its value",
    "Expected newline": "more stands here after the value is complete; days are written 2026-01-31",
    "Invalid value": 'no value can be read here: texts stand in quotes ("…"), yes and no are true and false',
    "Invalid date": "there is no such day or time; days are written 2026-01-31",
    "Cannot overwrite": "this name has a value already; each item of a list begins with [[name]], not with [name]",
    "Duplicate inline": "this name has a value already",
    "Cannot declare": "this table is there already; each item of a list begins with [[name]], not with [name]",
    "Cannot mutate": "this was complete already and cannot be added to",
    "Cannot redefine": "this was complete already and cannot be added to",
    "Unclosed array": "the [ in line {opened} is not closed: a comma or a ] is missing",
    "Unclosed inline": "the { in line {opened} is not closed in the same line: a comma or a } is missing",
    "Unescaped": "a \\ in a text is written \\\\",
    "Illegal character '\\n'": "the text is not closed: a quotation mark is missing at the end of the line",
    "Illegal character": "a control character stands here; delete it",
    "Found invalid": "a control character stands here; delete it",
    "Unterminated": "the text is not closed: its quotation marks are missing",
    "Invalid initial": "a name is written with letters, digits, - and _",
    "Expected ']": "a table begins with [name], an item of a list with [[name]]",
}
"""How the reader of the standard library begins → what to say instead."""


def decoded(written: bytes, file: str) -> str:
    """Give the text of a file; raises BrokenPack with the line for one that is not in UTF-8."""
    if written.startswith(_UTF16) or b"\0" in written:
        _refuse(file, 1, f"not a text in UTF-8 but in UTF-16, or no text at all; {_SAVE}")
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError as error:
        other = "GBK" if _is_chinese(written) else "another encoding"
        _refuse(
            file, written.count(b"\n", 0, error.start) + 1, f"not a text in UTF-8 but in {other}; {_SAVE}"
        )


def toml_of(document: str, file: str) -> dict[str, Any]:
    """Read TOML; raises BrokenPack with the line for a text that is none, or that nobody can have meant."""
    if document.startswith("\ufeff"):
        _refuse(file, 1, f"the text begins with a byte order mark (BOM), which cannot be seen; {_SAVE}")
    if alone := re.search(r"\r(?!\n)", document):
        line = len(re.findall(r"\r\n?|\n", document[: alone.start()])) + 1
        _refuse(file, line, "not TOML: the line ends with CR alone; save the file with line ends LF or CRLF")
    for at, what in _beyond(document):
        _refuse(file, _line(document, at), what)
    try:
        written = tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        _refuse(file, *_said(str(error), document))
    if not written:
        _refuse(file, 1, "nothing is written here; docs/regulations.md shows how a text begins")
    return written


def _refuse(file: str, line: int, what: str) -> NoReturn:
    raise BrokenPack([Problem(file, line, "", "", what)]) from None


def _is_chinese(written: bytes) -> bool:
    try:
        written.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def _line(document: str, at: int) -> int:
    return document.count("\n", 0, at) + 1


def _beyond(document: str) -> Iterator[tuple[int, str]]:
    """Yield where brackets lie too deep, and where a number is too long to be one."""
    depth = 0
    for found in _MARKS.finditer(document):
        depth += bool(found["opens"]) - bool(found["closes"])
        if depth > DEEPEST:
            yield found.start(), f"more than {DEEPEST} brackets are open within each other; close some"
            return
        if number := found["number"]:
            yield found.start(), f"a number of {len(number)} digits; no number here has more than {DIGITS}"
            return


def _said(refusal: str, document: str) -> tuple[int, str]:
    """Say on which line TOML ends, and why; look-alikes on that line are named."""
    found = re.search(r"line (\d+), column (\d+)", refusal)
    line, column = (int(found[1]), int(found[2])) if found else (document.count("\n") + 1, 1)
    lines = document.split("\n")
    column = column if found else len(lines[-1]) + 1
    at = sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
    bare = STRING.sub("", lines[line - 1]) if line <= len(lines) else ""
    strange = next((mark for mark in bare.partition("#")[0] if mark in _LOOK_ALIKE), None)
    if strange:
        return line, f"not TOML: {strange!r} is not what it looks like; write {_LOOK_ALIKE[strange]}"
    plain = next((said for begins, said in _PLAIN.items() if refusal.startswith(begins)), refusal)
    return line, f"not TOML: {plain.replace('{opened}', str(_opened(document, at)))} (column {column})"


def _opened(document: str, until: int) -> int:
    """Give the line of the innermost bracket that is open at a place."""
    opened: list[int] = []
    for found in _MARKS.finditer(document, 0, until):
        if found["opens"]:
            opened.append(found.start())
        elif found["closes"] and opened:
            opened.pop()
    return _line(document, opened[-1] if opened else until)
