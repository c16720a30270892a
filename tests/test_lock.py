"""The lock files pin and hash all that the project names; the floors import nothing that it does not name."""

import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points, packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house import FLOORS, ROOT, sources

LOCKS = ("requirements.lock", "requirements-dev.lock")
ORACLE = "tests/faults/oracle.lock"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = [text for extra in PYPROJECT["project"]["optional-dependencies"].values() for text in extra]
WANTED = {
    "requirements.lock": [*PYPROJECT["project"]["dependencies"], *PYPROJECT["dependency-groups"]["build"]],
    "requirements-dev.lock": [*PYPROJECT["dependency-groups"]["dev"], *EXTRAS],
    ORACLE: PYPROJECT["dependency-groups"]["oracle"],
}
"""Lock file → the requirements that pyproject.toml names for it."""


def entries(lock: str) -> list[str]:
    """The entries of a lock file, each with its hashes on one line."""
    joined = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in joined.splitlines() if line and not line.startswith("#")]


@cache
def pinned(lock: str) -> dict[str, str]:
    """Distribution → the one version the lock names."""
    return {
        canonicalize_name(found[1]): found[2]
        for entry in entries(lock)
        if (found := re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", entry))
    }


@pytest.mark.parametrize("lock", WANTED)
def test_every_entry_is_one_version_with_its_hashes(lock: str) -> None:
    loose = [entry for entry in entries(lock) if "==" not in entry or "--hash=sha256:" not in entry]
    assert not loose, f"{lock} has entries without version or hash"
    assert len(entries(lock)) > 20


@pytest.mark.parametrize("lock", LOCKS)
def test_each_distribution_stands_once_whatever_the_python(lock: str) -> None:
    assert len(pinned(lock)) == len(entries(lock))


@pytest.mark.parametrize("lock", WANTED)
def test_all_that_the_project_names_is_in_the_lock(lock: str) -> None:
    requirements = [Requirement(text) for text in WANTED[lock]]
    assert requirements
    missing = [
        str(wanted)
        for wanted in requirements
        if not wanted.specifier.contains(pinned(lock).get(canonicalize_name(wanted.name), "0"))
    ]
    assert not missing, f"not in {lock}, or in another version; run: make lock"


def test_developers_run_the_versions_that_users_run() -> None:
    run, dev = (pinned(lock) for lock in LOCKS)
    assert run.items() <= dev.items(), "requirements-dev.lock differs from requirements.lock; run: make lock"


def third_party() -> Iterator[tuple[str, str]]:
    """Place and distribution of every third-party import of the floors."""
    owners = packages_distributions()
    for module in sources():
        for line, name in module.imports():
            top = name.split(".")[0]
            if top not in {*FLOORS, *sys.stdlib_module_names}:
                yield f"{module.name}:{line}", canonicalize_name(owners.get(top, [top])[0])


def named() -> set[str]:
    """Distributions that the project names, with its extras: psycopg[pool] names psycopg-pool too."""
    wanted = [Requirement(text) for text in (*PYPROJECT["project"]["dependencies"], *EXTRAS)]
    extras = {f"{requirement.name}-{extra}" for requirement in wanted for extra in requirement.extras}
    return {canonicalize_name(name) for name in {requirement.name for requirement in wanted} | extras}


def test_the_floors_import_only_what_the_project_names() -> None:
    strangers = sorted({f"{place}: {owner}" for place, owner in third_party() if owner not in named()})
    assert not strangers, "an import that works by luck: name it under dependencies and run: make lock"


def test_the_core_of_the_library_stays_below_ten() -> None:
    assert "eventsourcing>=9.5.6,<10" in PYPROJECT["project"]["dependencies"], "10 renames the core"


def test_the_command_is_where_the_package_says() -> None:
    if any(module.floor == "api" for module in sources()):
        (command,) = (entry for entry in entry_points(group="console_scripts") if entry.name == "caseledger")
        assert callable(command.load())
