"""The tree as the rules of the house see it: files under version control, their imports, names, functions."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLOORS = ("cases", "projections", "replay", "api")
"""Bottom to top; a floor may look down, never up."""

type_of_function = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Module:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        """The path as it is written in a message: cases/desk.py."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def floor(self) -> str:
        """The top-level folder."""
        return self.name.split("/", 1)[0]

    @cached_property
    def text(self) -> str:
        """The source text."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text)

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and dotted name of every import: in functions and under TYPE_CHECKING too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.lineno, self._absolute(node)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, type_of_function))

    def named(self) -> Iterator[tuple[int, str]]:
        """Line and name of the module itself, its classes and its functions."""
        yield 1, self.path.parent.name if self.path.stem == "__init__" else self.path.stem
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.ClassDef, *type_of_function)):
                yield node.lineno, node.name

    def _absolute(self, node: ast.ImportFrom) -> str:
        package = self.name.split("/")[: -node.level] if node.level else []
        return ".".join([*package, *([node.module] if node.module else [])])


def last_word(node: ast.expr) -> str:
    """The name at the end of a dotted expression, or nothing."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def words(name: str) -> list[str]:
    """The words of a snake_case or CamelCase name, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is, or is about to be, under version control; also in a clone of another user."""
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(path for name in names.split("\0") if name and (path := ROOT / name).is_file())


@cache
def modules(*tops: str) -> tuple[Module, ...]:
    """The Python files below these top-level folders; a folder that exists and yields none is an error."""
    found = tuple(Module(path) for path in tracked() if path.suffix == ".py")
    for top in tops:
        seen = sum(module.floor == top for module in found)
        assert seen or not any(ROOT.joinpath(top).glob("**/*.py")), f"{top}/ has Python that no check sees"
    return tuple(module for module in found if module.floor in tops)


def sources() -> tuple[Module, ...]:
    """What is shipped: the four floors."""
    return modules(*FLOORS)


def everything() -> tuple[Module, ...]:
    """What is shipped and its tests."""
    return modules(*FLOORS, "tests")
