"""Writes docs/coverage.md: every rule of the five texts, what carries it, and a test that names rule or carrier."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from cases.regulation.packs import shipped_names, shipped_regulation
from cases.regulation.texts import RegulationText, RuleState, Standing, coverage, texts
from tests.house import ROOT, Module, modules
from tests.reference import NOTE, table

PAGE = ROOT / "docs" / "coverage.md"
INTRODUCTION = """\
What carries every rule of the five regulations, and a test that proves it. The rules are told in our own words in
`cases/regulations/texts/`; items of a pack name the rules they carry.

* **carried**: by what stands there, proven by the test beside it;
* **partly**: the same, and what is still missing;
* **explained**: nothing has to carry it, and why;
* **open**: nothing carries it yet.
"""

ROOMS = ("tests/cases/", "tests/projections/", "tests/replay/", "tests/faults/", "tests/journeys/")
"""Where rules are proven: the rooms that decide, and the journeys through them; the API only passes it on."""
ABOUT_TEXTS = {"test_regulation.py", "test_checking.py"}
"""Tests that items can be read, not what comes of them."""


class Proof(NamedTuple):
    """A test, by its file and its name."""

    path: str
    name: str

    def __str__(self) -> str:
        """The test as a sentence that leads to it."""
        return f"[{self.name.removeprefix('test_').replace('_', ' ')}](../{self.path})"


@cache
def proofs() -> dict[str, tuple[Proof, ...]]:
    """Word → the tests that name it, as it stands: rules (`proves`) and the items that carry them."""
    found: dict[str, list[Proof]] = {}
    for module in modules("tests"):
        if module.name.startswith(ROOMS) and module.path.name not in ABOUT_TEXTS:
            for word, name in named(module):
                found.setdefault(word, []).append(Proof(module.name, name))
    return {word: tuple(sorted(set(tests))) for word, tests in found.items()}


def named(module: Module) -> Iterator[tuple[str, str]]:
    """The words that each test of a file names, itself or by a table of the file."""
    tables = {
        target.id: set(strings(node.value))
        for node in module.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for test in module.functions():
        if test.name.startswith("test_"):
            used = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
            for word in {*strings(test), *(word for name in used for word in tables.get(name, ()))}:
                yield word, test.name


def strings(tree: ast.AST) -> Iterator[str]:
    """Every literal text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def proof(standing: Standing, before: str) -> Proof | None:
    """A test of a rule: the one that the page names already, as long as it holds.

    Else one that names the rule, else one of the file that tells of the most items of its text, and of few others.
    """
    marked = list(proofs().get(standing.rule.id, ()))
    names = (carrier.partition(" ")[2] for carrier in standing.carriers)
    known = marked or [test for name in names for test in proofs().get(name, ())]
    kept = next((test for test in known if str(test) == before), None)
    told = spread(standing.rule.id.partition("-")[0])
    return kept or min(known, key=lambda test: (-told[test.path], told[test], test), default=None)


@cache
def spread(text: str) -> Counter[Proof | str]:
    """Test, and file → of how many items of a text it tells."""
    items = {carrier.partition(" ")[2] for row in standings()[text][1] for carrier in row.carriers}
    told = [(word, test) for word in items for test in proofs().get(word, ())]
    files = {(word, test.path) for word, test in told}
    return Counter([*(test for _, test in told), *(path for _, path in files)])


@cache
def standings() -> dict[str, tuple[RegulationText, tuple[Standing, ...]]]:
    """Text → its rules with what carries them."""
    packs = shipped_names()
    return {
        text.id: (
            text,
            coverage(text, shipped_regulation(text.pack).regulation if text.pack in packs else None),
        )
        for text in texts()
    }


def cited(page: str) -> dict[str, str]:
    """Rule → the test that a page names for it."""
    return dict(re.findall(r"^\| (S\d-\S+) \|.*(\[[^\]]+\]\([^)]+\)) \|$", page, re.MULTILINE))


def written(before: str) -> str:
    """The page as it ought to be, given how it is."""
    known = cited(before)
    told = standings()
    counts = {key: Counter(row.state for row in rows) for key, (_, rows) in told.items()}
    lines = [(key, told[key][0].label.en, *columns(count)) for key, count in counts.items()]
    lines.append(("", "together", *columns(sum(counts.values(), Counter[RuleState]()))))
    parts = [f"# What carries every rule\n\n{NOTE}\n\n{INTRODUCTION}"]
    parts.append(table(("", "regulation", "rules", *RuleState), lines))
    for key, (text, rows) in told.items():
        parts.append(f"## {key} {text.label.zh} / {text.label.en}\n\nPack `{text.pack}`.\n")
        cells = [line(row, known.get(row.rule.id, "")) for row in rows]
        parts.append(
            table(("rule", "clause", "in our words", "state", "carried by", "remark", "proof"), cells)
        )
    return "\n".join(parts).rstrip() + "\n"


def columns(count: Counter[RuleState]) -> tuple[int, ...]:
    """How many rules there are, and how many in each state."""
    return count.total(), *(count[state] for state in RuleState)


def line(row: Standing, before: str) -> tuple[object, ...]:
    """One line of the page."""
    carriers = ", ".join(row.carriers)
    test = proof(row, before) if row.carriers else None
    return (row.rule.id, row.rule.clause, row.rule.says, row.state, carriers, row.remark, test or "")


def read() -> str:
    """The page as it is."""
    return PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""


if __name__ == "__main__":
    PAGE.write_text(written(read()), encoding="utf-8")
