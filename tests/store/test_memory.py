"""The embedded server keeps pages in a share of the memory that there is."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from cases.store.memory import memory, sized
from cases.store.server import EmbeddedServer
from tests.store.test_server import MakeServer

GB = 1024**3


@pytest.mark.parametrize(
    ("available", "pages", "cached"),
    [
        (GB // 2, "128MB", "256MB"),
        (4 * GB, "512MB", "2048MB"),
        (8 * GB, "1024MB", "4096MB"),
        (64 * GB, "2048MB", "32768MB"),
    ],
)
def test_an_eighth_of_the_memory_holds_pages(available: int, pages: str, cached: str) -> None:
    assert sized(available) == {"shared_buffers": pages, "effective_cache_size": cached}


def test_a_container_has_what_it_is_allowed(tmp_path: Path) -> None:
    few, all_, none = tmp_path / "memory.max", tmp_path / "unlimited", tmp_path / "absent"
    few.write_text(f"{GB // 4}\n")
    all_.write_text("max\n")
    assert memory([few, none]) == GB // 4
    assert memory([all_, none]) == memory([]) > GB // 4


def test_the_server_runs_with_it(make_server: MakeServer) -> None:
    server: EmbeddedServer = make_server().start()
    with psycopg.connect(server.dsn("cl_admin", "postgres")) as connection:
        (told,) = connection.execute("SELECT pg_size_bytes(current_setting('shared_buffers'))").fetchall()
    assert told == (int(sized(memory())["shared_buffers"].removesuffix("MB")) * 1024**2,)
