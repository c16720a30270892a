"""What goes wrong on our side while notices are sent: nothing is lost, hardly anything comes twice, and it is told."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from api.notices import courier as couriers
from api.notices.address import lookup
from cases.store.database import Database
from tests.api.test_courier import Post, going, post

__all__ = ["post"]
FULL = """
CREATE FUNCTION desk.full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION desk.full()
"""
WHILE = 0.7
"""Seconds that an outage lasts here; a courier looks every quarter of a second."""


@pytest.fixture(autouse=True)
def _restless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(couriers, "REST", 0.1)


@contextmanager
def full_disk(database: Database, table: str) -> Iterator[Callable[[], None]]:
    """Let the database answer every write to a table as it does when its disk is full; gives what makes room again."""
    with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
        owner.execute(psycopg.sql.SQL(FULL).format(psycopg.sql.Identifier("desk", table)))
        try:
            yield lambda: make_room(owner)
        finally:
            make_room(owner)


def make_room(owner: psycopg.Connection[Any]) -> None:
    owner.execute("DROP FUNCTION IF EXISTS desk.full() CASCADE")


def test_nothing_is_sent_while_it_could_not_be_noted_and_all_of_it_afterwards(
    post: Post, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    told = post.told(3)
    with full_disk(database, "webhooks") as give_room, going(post.courier):
        time.sleep(WHILE)
        assert post.receiver.got == []
        give_room()
        post.receiver.wait_for(3)
    assert post.receiver.positions == told
    assert len([one for one in caplog.messages if "cannot be served" in one]) == 1, "told once"


def test_a_notice_that_cannot_be_put_aside_is_tried_until_it_can(post: Post, database: Database) -> None:
    post.receiver.says = [500] * 100
    first, second = post.told(2)
    with full_disk(database, "dead_letters") as give_room, going(post.courier):
        post.receiver.wait_for(4)
        assert set(post.receiver.positions) == {first}
        give_room()
        while not post.dead:
            time.sleep(0.05)
        post.receiver.says.clear()
        while second not in post.receiver.positions:
            time.sleep(0.05)
    assert post.dead == {first: "it answered 500"}


def test_a_host_without_an_address_for_a_while_gets_everything_once_it_has_one(post: Post) -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "not now")

    post.courier.resolve = nowhere
    told = post.told(2)
    failing = post.serve()
    assert (failing.failure, failing.tries, post.receiver.got) == ("no such host", 1, [])
    post.courier.resolve = lookup
    assert post.serve().failure is None
    assert post.receiver.positions == told


def test_a_database_that_restarts_in_mid_delivery_is_come_back_to(post: Post, database: Database) -> None:
    post.receiver.says = [204, "hang"]
    told = post.told(5)
    with going(post.courier):
        post.receiver.wait_for(2)
        with psycopg.connect(database.app_dsn, autocommit=True) as ours:
            ours.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user"
                " AND datname = current_database() AND pid <> pg_backend_pid()"
            )
        post.receiver.wait_for(6)
    assert list(dict.fromkeys(post.receiver.positions)) == told
    assert len({one.headers["webhook-id"] for one in post.receiver.got}) == 5
    assert post.dead == {}
