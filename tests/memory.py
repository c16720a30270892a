"""How much memory the processes took that this one began, as Linux keeps the highest mark of each.

`ru_maxrss` will not do: a process that was begun by another starts with the mark of that one.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

HIGHEST: Final = re.compile(r"^Name:\s+python.*^VmHWM:\s+(\d+) kB", re.MULTILINE | re.DOTALL)
A_LOOK: Final = 0.1


@contextmanager
def largest_child() -> Iterator[Callable[[], float]]:
    """Watch the Python processes that this one begins; what is given tells the most that one took so far, in MiB."""
    marks, is_over = [0.0], threading.Event()

    def watch() -> None:
        while not is_over.wait(A_LOOK):
            marks.extend(_marks())

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield lambda: max(marks)
    finally:
        is_over.set()
        watching.join()


def _marks() -> Iterator[float]:
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            for child in (task / "children").read_text().split():
                with suppress(OSError):
                    if found := HIGHEST.search(Path(f"/proc/{child}/status").read_text()):
                        yield int(found[1]) / 1024
