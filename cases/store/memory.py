"""How much memory there is, and what of it the embedded server keeps pages in."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

MB: Final = 1024**2
LEAST, MOST, SHARE = 128 * MB, 2048 * MB, 8
"""An eighth of the memory is kept for pages: the program and its other processes want the rest."""
LIMITS: Final = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where a container says how much it may have, new and old (cgroups v2 and v1)."""


def memory(limits: Iterable[Path] = LIMITS) -> int:
    """Give the bytes that this machine has, or a container may have of it."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *(limit for path in limits if (limit := _limit(path)) is not None)])


def sized(available: int) -> dict[str, str]:
    """Give PostgreSQL's settings for so many bytes of memory."""
    pages = min(max(available // SHARE, LEAST), MOST)
    return {
        "shared_buffers": f"{pages // MB}MB",
        "effective_cache_size": f"{max(available // 2, 2 * LEAST) // MB}MB",
    }


def _limit(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # not there, or `max`
        return None
