"""The rules of the house, each with its reason in the message; what is not checked here grows a tail."""

import ast
import re
from collections.abc import Iterator
from statistics import median

import pytest

from tests.house import FLOORS, ROOT, Module, everything, last_word, sources, tracked, words

TOP_LEVEL = {
    *FLOORS, "tests", "docs", ".ci", ".gitignore", ".dockerignore", "Makefile", "README.md", "CHANGELOG.md",
    "LICENSE", "pyproject.toml", "docker-compose.yml", "requirements.lock", "requirements-dev.lock",
}  # fmt: skip

BANNED = {"manager", "helper", "util", "common", "service", "handler", "data", "info", "process"}
SEVERAL = {"managers", "helpers", "utils", "services", "handlers", "processes"}
NOT_OURS = {
    "ProcessLog": "the library calls an application that follows others a process",
    "process_recorder": "a method of the library's Factory",
    "do_POST": "the library's server calls it for a POST",
    "process_event": "a method of the library's followers",
}
"""Name → whose it is: names that a library dictates."""

CLOCK_READERS = {
    "cases/desk.py": "`wall_clock`, for skew and for what is shown: facts go by the clock of the database",
}
"""File → why this outermost edge may read the wall clock."""

CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "utcfromtimestamp"}
RUNS_SQL = {"execute", "executemany", "copy", "stream", "SQL"}
MONEY = re.compile(r"(^|_)(amount|price|fee|cost|freight|money|refund|paid|minor)(_|$)")
SILENCED = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?P<rest>.*)$", re.MULTILINE)
REASONED = re.compile(r"^(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[a-z, -]+\])\W.*\w{3}")


def told(findings: list[str], reason: str) -> None:
    """Fail with every finding and the reason of the rule."""
    assert not findings, f"{reason}\n  " + "\n  ".join(findings)


def test_the_house_is_not_empty() -> None:
    assert len(sources()) > 0, "no source file is under version control: every rule below would be vacuous"


def test_no_import_runs_back_up_the_stairs() -> None:
    floors = {floor: level for level, floor in enumerate(FLOORS)}
    told(
        [
            f"{module.name}:{line} imports {name}"
            for module in sources()
            for line, name in module.imports()
            if floors.get(name.split(".")[0], -1) > floors[module.floor] or name.split(".")[0] == "tests"
        ],
        "cases < projections < replay < api: a floor that looks up ties the tree into one knot",
    )


def test_what_fills_the_tables_asks_no_question_of_them() -> None:
    told(
        [
            f"{module.name}:{line} imports {name}"
            for module in sources()
            if module.floor == "projections" and not module.name.startswith("projections/questions/")
            for line, name in module.imports()
            if name.startswith("projections.questions")
        ],
        "tables < views and statistics < questions: what both need, lies on top of projections/",
    )


def test_the_cases_know_neither_the_web_nor_the_database() -> None:
    web, database = {"fastapi", "starlette", "uvicorn", "typer", "jinja2"}, {"psycopg", "psycopg_pool"}
    told(
        [
            f"{module.name}:{line} imports {name}"
            for module in sources()
            if module.floor == "cases"
            for line, name in module.imports()
            if (top := name.split(".")[0]) in web
            or (top in database and not module.name.startswith("cases/store/"))
        ],
        "the rules of the business must run, and be tested, without a server; psycopg lives in cases/store",
    )


def test_no_file_outgrows_one_reading() -> None:
    told(
        [
            f"{module.name} has {lines} lines"
            for module in everything()
            if (lines := len(module.text.splitlines())) > (400 if module.floor == "tests" else 300)
        ],
        "a file is read in one go: 300 lines, tests 400; split it by business word",
    )


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the last statement."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_function_outgrows_a_screen() -> None:
    told(
        [
            f"{module.name}:{function.lineno} {function.name} has {length(function)} lines"
            for module in everything()
            for function in module.functions()
            if length(function) > 40
        ],
        "40 lines a function: the tail, not the median, makes a tree hard to live in",
    )


def test_the_usual_function_is_short() -> None:
    lengths = [length(function) for module in sources() for function in module.functions()]
    assert median(lengths or [0]) <= 8, "the median function has more than 8 lines: it does two things"


def says_nothing(name: str) -> bool:
    """Whether a name has one of the words that fit anything."""
    parts = words(name)
    opening = len(parts) > 1 and parts[0] in {"base", "do"}
    return name not in NOT_OURS and (opening or bool((BANNED | SEVERAL).intersection(parts)))


def test_no_name_hides_behind_an_empty_word() -> None:
    told(
        [
            f"{module.name}:{line} {name}"
            for module in everything()
            for line, name in module.named()
            if says_nothing(name) and not name.startswith("test_")
        ],
        f"{', '.join(sorted(BANNED))}, base_…, do_… fit anything and so say nothing: name the business thing",
    )


def test_nothing_new_stands_beside_the_four_floors() -> None:
    tops = {path.relative_to(ROOT).parts[0] for path in tracked()}
    told(sorted(tops - TOP_LEVEL), "a newcomer finds the way in 30 seconds: no other top-level entry")


COMPOSED = {"SQL", "Identifier", "Literal", "Placeholder"}


def is_composed(node: ast.expr, names: set[str]) -> bool:
    """Whether an expression is one of the driver's own parts of a statement, or the name of one."""
    match node:
        case ast.Call(func=function):
            return last_word(function) in COMPOSED
        case ast.Name(id=name):
            return name in names
        case _:
            return False


def composed_names(tree: ast.Module) -> set[str]:
    """The names that are bound to such a part anywhere in a file."""
    bound = (
        node for node in ast.walk(tree) if isinstance(node, ast.Assign) and is_composed(node.value, set())
    )
    return {target.id for node in bound for target in node.targets if isinstance(target, ast.Name)}


def is_glued(node: ast.expr, names: set[str]) -> bool:
    """Whether a text is put together from parts: f-string, +, %, .format, .join or .replace."""
    match node:
        case ast.JoinedStr() | ast.BinOp(op=ast.Add() | ast.Mod()):
            return True
        case ast.Call(func=ast.Attribute(attr="format" | "join" | "replace", value=value)):
            return not is_composed(value, names)
        case _:
            return False


def glued(tree: ast.Module) -> Iterator[int]:
    """The lines on which glued SQL is run."""
    names = composed_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and last_word(node.func) in RUNS_SQL and node.args:
            yield from [node.lineno] if is_glued(node.args[0], names) else []


def test_no_sql_is_glued_together_from_strings() -> None:
    told(
        [f"{module.name}:{line}" for module in sources() for line in glued(module.tree)],
        "SQL is a literal, values are parameters, names are sql.Identifier: or an apostrophe becomes code",
    )


def clock_readings(module: Module) -> Iterator[int]:
    """Lines on which the wall clock is read."""
    clocks = {"datetime", "date", "time", "dt"}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS and last_word(node.value) in clocks:
            yield node.lineno


def test_the_clock_is_read_only_at_the_door() -> None:
    told(
        [
            f"{module.name}:{line}"
            for module in sources()
            if module.name not in CLOCK_READERS
            for line in clock_readings(module)
        ],
        "`now` is a parameter: what reads a clock gives another answer on replay. An outermost edge goes "
        "into CLOCK_READERS with its reason",
    )


def test_every_exception_for_the_clock_is_still_needed() -> None:
    told(
        [
            module.name
            for module in sources()
            if module.name in CLOCK_READERS and not list(clock_readings(module))
        ],
        "listed in CLOCK_READERS but reads no clock: take it out",
    )


def annotated(module: Module) -> Iterator[tuple[int, str, ast.expr]]:
    """Line, name and annotation of every field and parameter."""
    for node in ast.walk(module.tree):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                yield node.lineno, name, annotation
            case ast.arg(arg=name, annotation=annotation) if annotation:
                yield node.lineno, name, annotation


def test_money_is_never_a_float() -> None:
    told(
        [
            f"{module.name}:{line} {name}: {ast.unparse(annotation)}"
            for module in sources()
            for line, name, annotation in annotated(module)
            if MONEY.search(name) and re.search(r"\bfloat\b", ast.unparse(annotation))
        ],
        "money is integer minor units and a currency: 0.1 + 0.2 is not 0.3",
    )


def test_every_module_says_in_one_line_what_it_is() -> None:
    told(
        [module.name for module in everything() if not ast.get_docstring(module.tree)],
        "a module opens with one line that says what it is",
    )


def test_every_silenced_rule_has_its_reason_beside_it() -> None:
    told(
        [
            f"{module.name}:{module.text[: found.start()].count(chr(10)) + 1} {found.group()}"
            for module in everything()
            if module.name != "tests/test_house.py"
            for found in SILENCED.finditer(module.text)
            if not REASONED.match(found["rest"])
        ],
        "write `# noqa: S608 - why it is right here` or `# type: ignore[override]  # why …`",
    )


ELSEWHERE = re.compile(
    r"(?<![\w.-])/(?:wo" + r"rk|ro" + r"ot|opt/py" + r"pi|opt/wheels)/|py" + r"pi\.org|python" + "hosted"
)


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    checked, findings = 0, []
    for path in tracked():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        checked += 1
        name = path.relative_to(ROOT).as_posix()
        findings += [f"{name}:{at}" for at, line in enumerate(lines, 1) if ELSEWHERE.search(line)]
    assert checked > 5
    told(findings, "a path of one machine or the host of one registry works nowhere else")


SAMPLES = {
    "cursor.execute(f'SELECT {x}')": True,
    "cursor.execute('SELECT ' + x)": True,
    "cursor.execute('SELECT %s' % x)": True,
    "cursor.execute('SELECT {}'.format(x))": True,
    "sql.SQL(f'{x}')": True,
    "cursor.execute('SELECT %s', (x,))": False,
    "cursor.execute(sql.SQL('SELECT {}').format(sql.Identifier(x)))": False,
    "mark = sql.SQL('SELECT {}'); cursor.execute(mark.format(x))": False,
    "mark = 'SELECT {}'; cursor.execute(mark.format(x))": True,
}


@pytest.mark.parametrize(("line", "wrong"), SAMPLES.items())
def test_the_rule_on_sql_sees_what_it_should(line: str, wrong: bool) -> None:
    assert bool(list(glued(ast.parse(line)))) is wrong


@pytest.mark.parametrize(
    ("name", "empty"),
    [
        ("Database", False), ("EmbeddedServer", False), ("do_it", True), ("CaseManager", True),
        ("base_rows", True), ("load_data", True), ("HTTPHandler", True), ("Domain", False), ("utils", True),
    ],
)  # fmt: skip
def test_the_rule_on_names_sees_what_it_should(name: str, empty: bool) -> None:
    assert says_nothing(name) is empty
