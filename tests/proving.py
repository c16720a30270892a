"""What the tests prove, read from their sources: the rules they are marked with, and the items of the packs they run.

Packs share names of items, so the name of one proves nothing by itself: it counts in a test that runs the pack. A test
runs a pack if it, or a definition of its file that it uses, names the pack or a product line of it, or uses a constant
of another file that does; if it names none at all, it runs the one that the functions it borrows run.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from cases.regulation.packs import shipped_names, shipped_regulation
from tests.house import ROOT, Module, modules

ROOMS = ("tests/cases/", "tests/projections/", "tests/replay/", "tests/faults/", "tests/journeys/")
"""Where rules are proven: the rooms that decide, and the journeys through them; the API only passes it on."""
ABOUT_TEXTS = {"test_regulation.py", "test_checking.py"}
"""Tests that items can be read, not what comes of them."""
type_of_definition = (ast.FunctionDef, ast.ClassDef)


class Proof(NamedTuple):
    """A test, by its file and its name."""

    path: str
    name: str

    def __str__(self) -> str:
        """The test as a sentence that leads to it."""
        return f"[{self.name.removeprefix('test_').replace('_', ' ')}](../{self.path})"


class Named(NamedTuple):
    """An item, or a rule, by its name; and the pack that the test runs, none for a mark that no pack is run for."""

    name: str
    pack: str = ""


@cache
def proofs() -> dict[Named, tuple[Proof, ...]]:
    """Item, or rule → the tests that prove it."""
    found: dict[Named, list[Proof]] = {}
    for module in modules("tests"):
        if module.name.startswith(ROOMS) and module.path.name not in ABOUT_TEXTS:
            for known, name in proven(Scope(module)):
                found.setdefault(known, []).append(Proof(module.name, name))
    return {known: tuple(sorted(set(tests))) for known, tests in found.items()}


@cache
def told_one_by_one() -> dict[str, frozenset[Proof]]:
    """Item → the tests with a bare mark: each entry of their tables begins with an item, and proves it."""
    found: dict[str, set[Proof]] = {}
    for module in modules("tests"):
        scope = Scope(module)
        for test in scope.tests():
            if any(isinstance(mark, ast.Attribute) and mark.attr == "proves" for mark in test.decorator_list):
                for item in (word for table in scope.tables(test) for word in heads(table)):
                    found.setdefault(item, set()).add(Proof(module.name, test.name))
    return {item: frozenset(tests) for item, tests in found.items()}


@dataclass(frozen=True)
class Scope:
    """A file of tests with what it defines and what it borrows from other files of tests."""

    module: Module

    @cached_property
    def defined(self) -> dict[str, ast.AST]:
        """What the file defines, with what its classes define, by name."""
        inside = [node for one in self.module.tree.body if isinstance(one, ast.ClassDef) for node in one.body]
        found: dict[str, ast.AST] = {}
        for node in (*inside, *self.module.tree.body):
            if isinstance(node, type_of_definition):
                found[node.name] = node
            elif isinstance(node, ast.Assign):
                targets = (name for target in node.targets for name in ast.walk(target))
                found |= {name.id: node.value for name in targets if isinstance(name, ast.Name)}
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                found[node.target.id] = node.value
        return found

    @cached_property
    def borrowed(self) -> dict[str, str]:
        """Name → the dotted file of tests that it comes from."""
        return {
            alias.asname or alias.name: node.module
            for node in self.module.tree.body
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests.") and node.module
            for alias in node.names
        }

    def tests(self) -> Iterator[ast.FunctionDef]:
        """The tests of the file."""
        for node in ast.walk(self.module.tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node

    def uses(self, test: ast.AST) -> list[ast.AST]:
        """What the file defines and a test uses itself."""
        return [self.defined[name] for name in used(test) if name in self.defined]

    def tables(self, test: ast.AST) -> list[ast.AST]:
        """The tables of the file that a test uses."""
        return [one for one in self.uses(test) if not isinstance(one, type_of_definition)]

    def literals(self, test: ast.AST) -> set[str]:
        """The words that a test says itself, or that a definition of the file does which it uses."""
        return {word for node in (test, *self.uses(test)) for word in strings(node)}

    def packs(self, test: ast.AST) -> frozenset[str]:
        """The packs that a test runs."""
        return self._packs(test, set(), borrows=False) or self._packs(test, set(), borrows=True)

    def _packs(self, start: ast.AST, seen: set[tuple[Path, str]], *, borrows: bool) -> frozenset[str]:
        """The packs named by some source and what it uses; of other files constants alone, or functions too."""
        found = set(packs_in(start))
        for name in used(start):
            if (key := (self.module.path, name)) in seen:
                continue
            seen.add(key)
            if name in self.defined:
                found |= self._packs(self.defined[name], seen, borrows=borrows)
            elif name in self.borrowed and (there := file_of(self.borrowed[name])):
                meant = there.defined.get(name)
                if meant is not None and (borrows or not isinstance(meant, type_of_definition)):
                    found |= there._packs(meant, seen, borrows=borrows)
        return frozenset(found)


@cache
def file_of(dotted: str) -> Scope | None:
    """The file of tests of that dotted name."""
    path = ROOT / f"{dotted.replace('.', '/')}.py"
    return Scope(Module(path)) if path.exists() else None


def proven(scope: Scope) -> Iterator[tuple[Named, str]]:
    """What each test of a file proves: its marks, and the items that it names of the packs that it runs."""
    for test in scope.tests():
        said, marked = scope.literals(test), marks(test)
        yield from ((Named(rule), test.name) for rule in marked)
        for pack in scope.packs(test):
            yield from ((Named(name, pack), test.name) for name in (items_of(pack) & said) | marked)


def marks(test: ast.FunctionDef) -> frozenset[str]:
    """The rules that a test is marked to prove."""
    return frozenset(
        word
        for mark in test.decorator_list
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == "proves"
        for word in strings(mark)
    )


@cache
def items_of(pack: str) -> frozenset[str]:
    """The names of the items of a pack."""
    return frozenset(item.id for item in shipped_regulation(pack).regulation.items)


@cache
def lines() -> dict[str, str]:
    """Product line → its pack."""
    return {
        line: name for name in shipped_names() for line in shipped_regulation(name).regulation.product_lines
    }


@cache
def packs_in(tree: ast.AST) -> frozenset[str]:
    """The packs that a source names, by their own names or by a product line."""
    found = {word for word in strings(tree) if word in set(lines().values())}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "product_line":
            found |= {lines()[line] for line in strings(node) if line in lines()}
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "product_line":
                    found |= {lines()[line] for line in strings(value) if line in lines()}
    return frozenset(found)


@cache
def used(tree: ast.AST) -> frozenset[str]:
    """The names that a source uses: fixtures and what belongs to its class too."""
    return frozenset(name for node in ast.walk(tree) if (name := name_of(node)))


def name_of(node: ast.AST) -> str:
    """The name that a piece of source is, or nothing."""
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name, value=ast.Name(id="self")):
            return name
        case _:
            return ""


def strings(tree: ast.AST) -> Iterator[str]:
    """Every literal text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def heads(table: ast.AST) -> Iterator[str]:
    """The words that the entries of a table begin with: keys, first arguments, or the entries themselves."""
    match table:
        case ast.Dict(keys=entries):
            yield from (word for entry in entries if entry for word in heads(entry))
        case ast.Tuple(elts=entries) | ast.List(elts=entries):
            yield from (word for entry in entries for word in heads(entry))
        case ast.Call(args=[ast.Constant(value=str(word)), *_]) | ast.Constant(value=str(word)):
            yield word
        case _:
            return
