"""Finds the fixture plug-ins (tests/fix_<topic>.py), marks the folders that have runs of their own, orders the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
LONGEST_FIRST = ("faults", "api", "store", "projections", "replay", "test_compose.py", "test_setup.py")
"""Where the long files are; the short ones come last, so that of two processes neither waits long for the other."""

pytest_plugins = sorted(f"tests.{plugin.stem}" for plugin in HERE.glob("fix_*.py"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything under tests/faults and tests/bench carries that mark, so that nobody forgets it."""
    for item in items:
        if (room := room_of(item)) in {"faults", "bench"}:
            item.add_marker(room)
    items.sort(key=lambda item: [room_of(item) != room for room in LONGEST_FIRST])


def room_of(item: pytest.Item) -> str:
    """The folder of a test below this one; the file itself where there is none."""
    return item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""
