"""Files that are there whole or not at all: written beside their place, and put there when they are complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import uuid4

from cases.errors import Malformed


@contextmanager
def saving(path: Path, *, is_forced: bool = False) -> Iterator[IO[bytes]]:
    """Give a file to write, which becomes `path` when all went well and leaves nothing when not.

    Raises Malformed where there is one already (unless `is_forced`) or the folder takes none.
    """
    must_be_free(path, is_forced=is_forced)
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        out = part.open("xb")
    except OSError as refusal:
        raise Malformed(f"{path.parent} takes no file ({refusal.strerror})") from None
    try:
        with out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def must_be_free(path: Path, *, is_forced: bool = False) -> None:
    """Raise Malformed where a folder is in the way, or a file that was not to be written anew."""
    if not path.parent.is_dir():
        raise Malformed(f"There is no folder {path.parent}")
    if path.is_dir():
        raise Malformed(f"{path} is a folder; name a file")
    if path.exists() and not is_forced:
        raise Malformed(f"{path} is there already; --force writes it anew")
