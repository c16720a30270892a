"""Invented customers whose words occur nowhere else, and the search for these in all that is kept or told."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from pathlib import Path
from random import Random

import psycopg
from psycopg import sql

BIRD = "翠鸟鹭"
"""In every canary; nothing else of ours has it."""
PHONE = re.compile(rb"1(?<!\d1)[3578]\d{9}(?!\d)")
TABLES = (
    "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
)


class Canary:
    """One invented customer."""

    def __init__(self, number: int, chance: Random) -> None:
        self.number = number
        self.phone = f"1{chance.choice('3578')}{chance.randrange(10**9):09d}"
        self.name = f"{BIRD}{number}号"
        self.address = f"广东省中山市古镇镇{BIRD}路{number}号"
        self.story = f"{BIRD}{number}号说灯一直嗡嗡响，请回电{self.phone}"


def canaries(count: int, seed: int) -> list[Canary]:
    """Invent so many customers, the same ones for the same seed."""
    chance = Random(seed)
    return [Canary(number, chance) for number in range(count)]


def writings() -> list[bytes]:
    """The bird in every writing that a program might leave behind."""
    bird = BIRD.encode()
    coded = [base64.b64encode(b"\0" * at + bird)[4 * (at > 0) :].rstrip(b"=")[:-1] for at in range(3)]
    encodings = ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "unicode_escape")
    return [
        *(BIRD.encode(one) for one in encodings), bird.hex().encode(), bird.hex().upper().encode(),
        "".join(f"%{byte:02X}" for byte in bird).encode(), *coded,
    ]  # fmt: skip


class Search:
    """Looks for the bird, and for the phone numbers of these customers."""

    def __init__(self, customers: Iterable[Canary]) -> None:
        self.phones = {canary.phone for canary in customers}
        self.searched = 0
        self._writings = writings()

    def hits(self, found: bytes) -> list[bytes]:
        """Give what was found; of digits, only those that are one of our phones."""
        self.searched += len(found)
        digits = (match.group() for match in PHONE.finditer(found))
        phones = [one for one in digits if one.decode() in self.phones]
        return [*(one for one in self._writings if one in found), *phones]

    def must_see(self, canary: Canary) -> None:
        """Assert that a search finds what is there."""
        for encoding in ("utf-8", "gb18030", "utf-16-le"):
            assert len(self.hits(canary.address.encode(encoding))) == 1, encoding
        for shift in range(3):
            assert self.hits(base64.b64encode(b"x" * shift + canary.name.encode())), shift
        assert self.hits(canary.phone.encode())

    def through_tables(self, dsn: str) -> None:
        """Assert that no row of any table has one, as a dump would write it."""
        with psycopg.connect(dsn, autocommit=True) as admin:
            tables = admin.execute(TABLES).fetchall()
            assert ("log", "case_events") in tables
            for schema, table in tables:
                statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))
                with admin.cursor().copy(statement) as rows:
                    for row in rows:
                        assert self.hits(bytes(row)) == [], f"in clear in {schema}.{table}"

    def through_files(self, folder: Path) -> None:
        """Assert that no file below a folder has one: heap, indexes, WAL, logs, keys."""
        logs = 0
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                assert self.hits(path.read_bytes()) == [], f"in clear in {path.name}"
                logs += path.suffix == ".log"
        assert logs, "the server's own log was among them"
