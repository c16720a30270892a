"""Webhooks from the shell: added with their secret shown once, listed with how they go, sent again, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import notifying
from api.installation import KEY_FILE
from api.notices.book import Book
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.vault import Vault


@pytest.fixture
def at(database: Database, vault: Vault, ledger: Ledger, tmp_path: Path) -> dict[str, str]:
    """Where the installation of this module is, as the environment says it."""
    (tmp_path / KEY_FILE).touch(0o600)
    (tmp_path / KEY_FILE).write_text(vault.keys.model_dump_json(), encoding="utf-8")
    return {"CASELEDGER_DATA_DIR": str(tmp_path), "DATABASE_URL": database.server.dsn(ADMIN, database.name)}


def test_an_administrator_sees_from_the_shell_where_notices_go_and_what_was_put_aside(
    at: dict[str, str], ledger: Ledger, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")

    def shell(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(notifying.app, words, env=at)
        return done.exit_code, done.output.strip()

    refused, told = shell("add", "erp", "https://127.0.0.1/")
    assert (refused, told.splitlines()[1]) == (
        2,
        "  → url: names a host in the open internet: the address is not public",
    )
    made, secret = shell("add", "erp", "https://93.184.215.14/", "--fact", "Shipped")
    assert (made, secret[:6]) == (0, "whsec_")
    (known,) = (book := Book(ledger, vault.keys)).listed()
    book.put_off(known.webhook_id, "no answer in time", 60)
    book.put_aside(known.webhook_id, 7, "it answered 500", 11)
    listed = shell("list")[1]
    assert all(word in listed for word in ("erp", "Shipped", "fails (1 tries): no answer in time"))
    assert secret not in listed + shell("list", "--json")[1]
    assert "it answered 500" in shell("dead-letters", "erp")[1]
    assert shell("resend", "erp", "--position", "7") == (0, "1 to be sent once more")
    assert shell("enable", "erp") == (0, "enabled")
    assert book.one("erp").failing_since is None
    assert shell("remove", "erp") == (0, "removed")
    assert shell("remove", "erp") == (2, "✗ There is no such webhook")
