"""Finds the fixture plug-ins (tests/fix_<topic>.py) and marks the folders that have runs of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent

pytest_plugins = sorted(f"tests.{plugin.stem}" for plugin in HERE.glob("fix_*.py"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything under tests/faults and tests/bench carries that mark, so that nobody forgets it."""
    for item in items:
        room = item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""
        if room in {"faults", "bench"}:
            item.add_marker(room)
