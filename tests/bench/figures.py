"""What a benchmark reached beside what it was to reach, as one table for people and as a file to quote from."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

ROWS: Final = ("what", "against", "reached", "target", "")
GIB: Final = 2**30


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, against what, what it came to, and whether that is enough."""

    what: str
    against: str
    reached: str
    target: str
    is_reached: bool | None

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as it is shown."""
        verdict = "" if self.is_reached is None else "ok" if self.is_reached else "short"
        return self.what, self.against, self.reached, self.target, verdict


@dataclass
class Figures:
    """The lines of one run, in the order in which they were measured."""

    scale: int
    lines: list[Figure] = field(default_factory=list)

    def at_least(self, what: str, against: str, reached: float, target: float, unit: str = "×") -> None:
        """Add what is better the larger it is."""
        shown = f"{_number(reached)} {unit}", f"≥ {_number(target)} {unit}"
        self.lines.append(Figure(what, against, *shown, reached >= target))

    def at_most(self, what: str, against: str, reached: float, target: float, unit: str) -> None:
        """Add what is better the smaller it is."""
        shown = f"{_number(reached)} {unit}", f"≤ {_number(target)} {unit}"
        self.lines.append(Figure(what, against, *shown, reached <= target))

    def told(self, what: str, against: str, reached: float, unit: str) -> None:
        """Add what has no target."""
        self.lines.append(Figure(what, against, f"{_number(reached)} {unit}", "", None))

    def markdown(self) -> str:
        """Give the table, under the machine and the size of the log it was measured on."""
        lines = [ROWS, ("---",) * len(ROWS), *(line.cells for line in self.lines)]
        table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        return f"{self.scale:,} cases; {machine()}.\n\n{table}\n"

    def write(self, path: Path) -> None:
        """Write the table, as JSON or as Markdown by the file's name."""
        whole = {"cases": self.scale, "machine": machine(), "figures": [asdict(line) for line in self.lines]}
        told = json.dumps(whole, ensure_ascii=False, indent=2) if path.suffix == ".json" else self.markdown()
        path.write_text(told, encoding="utf-8")

    def shown(self) -> Iterator[str]:
        """Give the table in columns of a terminal."""
        cells = [ROWS, *(line.cells for line in self.lines)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for row in cells:
            yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def machine() -> str:
    """Tell what kind of machine this is, and how busy it is just now beside this run."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    python = platform.python_version()
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {python}, load average {os.getloadavg()[0]:.1f}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
