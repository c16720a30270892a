"""Notices to another system: signed, in order, at least once; what it does not take is tried again, then put aside."""

from __future__ import annotations

import base64
import hmac
import multiprocessing
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr
from standardwebhooks import Webhook as Verifier

from api.notices import sending
from api.notices.address import Endpoint, Unreachable
from api.notices.book import Book, Webhook
from api.notices.courier import Courier, Patience
from api.notices.notice import TOLD
from cases.commands import Receive
from cases.desk import Desk
from cases.errors import Malformed
from cases.keys import Keys
from cases.settings import Settings
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.vault import Vault
from tests.fix_desk import ask, caller, new_key
from tests.fix_receiver import Receiver, dripping, receiving

INTAKE = ask(Receive, channel="phone", customer_phone="13800005678", description="the lamp hums")
SOURCE = "urn:uuid:5ab1c1a0-6f4e-8a5e-b1f0-93a2c65e1c77"
AT_ONCE = Patience(waits=(0, 0), refusals=2)
NEVER = threading.Event()


@dataclass
class Post:
    """A receiver that was put down as a webhook, and the courier that goes there."""

    desk: Desk
    courier: Courier
    receiver: Receiver
    webhook_id: str
    secret: str

    def told(self, many: int) -> list[int]:
        """Register cases; gives the positions."""
        return [self.desk.receive(INTAKE, caller(), key=new_key()).position for _ in range(many)]

    def serve(self, times: int = 1) -> Webhook:
        """Let the courier go there; gives how the webhook is then."""
        for _ in range(times):
            self.courier.serve(self.webhook_id, NEVER)
        return self.courier.book.one(self.webhook_id)

    @property
    def dead(self) -> dict[int, str]:
        """What was put aside, and why."""
        return {one.position: one.failure for one in self.courier.book.dead(self.webhook_id)}

    def is_due(self) -> bool:
        return self.webhook_id in self.courier.book.due(self.courier.ledger.settled())


@pytest.fixture
def post(desk: Desk, ledger: Ledger, vault: Vault, receiver: Receiver) -> Iterator[Post]:
    """A new webhook behind everything that was told before."""
    courier = Courier(ledger, Book(ledger, vault.keys), SOURCE, is_anywhere=True, patience=AT_ONCE)
    webhook_id, secret = courier.book.add(
        new_key(), receiver.url, ("Received",), ledger.settled(), "admin-01"
    )
    yield Post(desk, courier, receiver, webhook_id, secret)
    courier.book.remove(webhook_id)


def test_a_notice_is_a_cloud_event_with_a_signature_that_the_receiver_can_verify(post: Post) -> None:
    (position,) = post.told(1)
    assert post.serve().position >= position
    (got,) = post.receiver.got
    assert got.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    verified = Verifier(post.secret).verify(got.body, got.headers)
    assert (verified["specversion"], verified["id"], verified["source"]) == ("1.0", str(position), SOURCE)
    assert (verified["type"], verified["data"]["fact"]) == ("case.received.v1", "Received")
    assert verified["subject"] == verified["data"]["case_id"]
    said = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    by_hand = hmac.digest(base64.b64decode(post.secret.removeprefix("whsec_")), said, sha256)
    assert got.headers["webhook-signature"] == f"v1,{base64.b64encode(by_hand).decode()}"


def test_what_fails_is_sent_again_under_its_id_before_anything_else(post: Post) -> None:
    post.receiver.says = [204, 500, 503]
    first, second, third = post.told(3)
    assert post.serve().failing_since is not None
    assert post.serve().tries == 2
    went_on = post.serve()
    assert post.receiver.positions == [first, second, second, second, third]
    assert len({one.headers["webhook-id"] for one in post.receiver.got}) == 3
    assert (went_on.tries, went_on.failing_since, went_on.failure, post.dead) == (0, None, None, {})


def test_after_the_last_try_a_notice_is_put_aside_and_sent_once_more_when_asked_for(post: Post) -> None:
    post.receiver.says = [500] * 3
    first, second = post.told(2)
    post.serve(4)
    assert post.receiver.positions == [first] * 3 + [second]
    assert post.dead == {first: "it answered 500"}
    assert post.courier.book.ask_again(post.webhook_id, [first]) == 1
    post.receiver.says = [500]
    post.serve()
    assert post.courier.book.dead(post.webhook_id)[0].tries == 4, "asked for once, tried once"
    assert not post.is_due()
    post.courier.book.ask_again(post.webhook_id, None)
    assert post.is_due()
    post.serve()
    assert (post.receiver.positions[4:], post.dead) == ([first, first], {})


def test_a_receiver_that_refuses_one_notice_does_not_hold_up_the_others_for_long(post: Post) -> None:
    post.receiver.says = [422, 422]
    first, second = post.told(2)
    post.serve(3)
    assert post.receiver.positions == [first, first, second]
    assert post.dead == {first: "it answered 422"}


def test_the_next_try_waits_for_as_long_as_was_said_and_with_jitter(post: Post, ledger: Ledger) -> None:
    post.courier.patience = Patience(waits=(100, 100))
    post.receiver.says = [500]
    post.told(1)
    waits = (post.serve().next_at - ledger.now()).total_seconds()
    assert 75 < waits < 120.1
    assert not post.is_due()
    post.receiver.says, post.receiver.more = [503], {"Retry-After": "4000"}
    assert 3_900 < (post.serve().next_at - ledger.now()).total_seconds() < 4_001


def test_a_webhook_that_failed_for_days_is_given_up_and_goes_on_where_it_stopped(post: Post) -> None:
    post.courier.patience = replace(AT_ONCE, days=0)
    post.receiver.says = [500, 500]
    told = post.told(3)
    assert post.serve().disabled_at is None
    given_up = post.serve()
    assert (given_up.disabled_at is not None, given_up.failure, post.is_due()) == (
        True,
        "it answered 500",
        False,
    )
    post.courier.book.enable(post.webhook_id)
    post.serve()
    assert post.receiver.positions[2:] == told


def test_a_receiver_that_says_gone_is_not_asked_again(post: Post) -> None:
    post.receiver.says = [410]
    post.told(2)
    assert post.serve(2).disabled_at is not None
    assert len(post.receiver.got) == 1


def test_a_redirect_is_not_followed(post: Post) -> None:
    with receiving() as other:
        post.receiver.says, post.receiver.more = [307], {"Location": other.url}
        post.told(1)
        assert post.serve().failure == "it answered 307; redirects are not followed"
        assert other.got == []


@pytest.mark.parametrize("way", ["hang", "drip", "chunks", "huge", "hints", "more hints"])
def test_a_slow_or_endless_answer_holds_nobody_up(
    post: Post, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(sending, "ANSWER", 0.3)
    post.receiver.says = [way]
    post.told(1)
    began = time.monotonic()
    failure = post.serve().failure
    assert time.monotonic() - began < 1.9
    assert failure == ("no answer in time" if way in {"hang", "more hints"} else None), "a status says all"


@dataclass
class Names:
    """Name servers under somebody else's hand."""

    leads: list[str]
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.leads


def test_a_name_server_that_takes_its_time_gives_a_slow_answer_no_more(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(host: str, port: int) -> list[str]:
        time.sleep(0.4)
        return ["127.0.0.1"]

    monkeypatch.setattr(sending, "ANSWER", 0.3)
    post.courier.resolve, post.receiver.says = late, ["drip"]
    post.told(1)
    assert post.serve().failure == "no answer in time"
    assert post.receiver.got == []


def test_a_handshake_that_comes_byte_by_byte_is_broken_off(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ANSWER", 0.3)
    post.courier.resolve = Names(["127.0.0.1"])
    post.told(1)
    with dripping() as port, post.courier.ledger.database.pool.connection() as connection:
        url = f"https://erp.test:{port}/"
        connection.execute("UPDATE desk.webhooks SET url = %s WHERE webhook_id = %s", [url, post.webhook_id])
        began = time.monotonic()
        assert post.serve().failure == "no answer in time"
        assert time.monotonic() - began < 1.9


def test_nobody_is_sent_to_where_the_name_leads_by_now_to_an_address_of_ours(post: Post) -> None:
    post.courier.is_anywhere = False
    with post.courier.ledger.database.pool.connection() as connection:
        url = f"https://erp.example.com:{post.receiver.port}/"
        connection.execute("UPDATE desk.webhooks SET url = %s WHERE webhook_id = %s", [url, post.webhook_id])
    post.told(1)
    for leads in (["127.0.0.1"], ["93.184.215.14", "::ffff:127.0.0.1"]):
        post.courier.resolve = Names(leads)
        assert post.serve().failure == "the address is not public"
    assert post.receiver.got == []


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(post: Post) -> None:
    names = Names(["127.0.0.1"])
    post.courier.resolve = names
    with post.courier.ledger.database.pool.connection() as connection:
        url = f"http://erp.invalid:{post.receiver.port}/"
        connection.execute("UPDATE desk.webhooks SET url = %s WHERE webhook_id = %s", [url, post.webhook_id])
    post.told(2)
    post.serve()
    assert [one.headers["host"] for one in post.receiver.got] == [f"erp.invalid:{post.receiver.port}"] * 2
    assert names.asked == ["erp.invalid"], "one look-up, one connection"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of the host erp.test that nobody else has signed, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "erp.test")])
    today = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), today - timedelta(1), today + timedelta(1)
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName("erp.test")]), critical=False)
    private = key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, encryption_algorithm=NoEncryption()
    )
    path = tmp_path / "erp.pem"
    path.write_bytes(private + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("host", "is_trusted", "failure"),
    [
        ("erp.test", True, None),
        ("crm.test", True, sending.REASONS[ssl.SSLError]),
        ("erp.test", False, sending.REASONS[ssl.SSLError]),
    ],
)
def test_only_the_host_that_its_certificate_names_is_told(
    post: Post,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    is_trusted: bool,
    failure: str | None,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate if is_trusted else "/dev/null"))
    sending.trusted.cache_clear()
    post.courier.resolve = Names(["127.0.0.1"])
    with receiving(certificate) as receiver, post.courier.ledger.database.pool.connection() as connection:
        url = f"https://{host}:{receiver.port}/"
        connection.execute("UPDATE desk.webhooks SET url = %s WHERE webhook_id = %s", [url, post.webhook_id])
        post.told(1)
        assert post.serve().failure == failure
        assert len(receiver.got) == (failure is None)
    sending.trusted.cache_clear()


PRIVATE = (
    "127.0.0.1", "localhost", "2130706433", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",  # noqa: S104 - refused
    "100.64.0.1", "[::1]", "[::ffff:10.0.0.1]", "[fe80::1]", "[fc00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "[ff0e::1]", "224.0.0.1", "[::7f00:1]", "[fec0::1]", "192.0.0.8", "192.88.99.1", "[3fff::1]",
)  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_no_address_inside_is_public(host: str) -> None:
    with pytest.raises(Unreachable, match=r"not public|no such host"):
        Endpoint.parse(f"https://{host}/").addresses()


@pytest.mark.parametrize(
    "url",
    ["http://erp.example.com/", "ftp://erp.example.com/", "https:///x", "https://u:p@erp.example.com/", "erp",
     "https://erp.example.com/#x", "https://erp.example.com/\r\nX: y", "https://erp.example.com:99999/"],
)  # fmt: skip
def test_an_address_is_https_and_carries_no_password(url: str) -> None:
    with pytest.raises(Malformed):
        Endpoint.parse(url)


def test_the_secret_lies_wrapped_and_is_told_once(post: Post, ledger: Ledger) -> None:
    query = "SELECT row_to_json(w)::text FROM desk.webhooks AS w"
    kept = "".join(row[0] for row in ledger.rows(query))
    raw = base64.b64decode(post.secret.removeprefix("whsec_"))
    assert post.secret.removeprefix("whsec_") not in kept
    assert raw.hex() not in kept
    assert post.secret not in repr(post.courier.book.listed())


@contextmanager
def going(courier: Courier) -> Iterator[None]:
    """Let a courier look for what is due."""
    stop = threading.Event()
    thread = threading.Thread(target=courier.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)
        assert not thread.is_alive()


def test_of_two_couriers_one_goes_and_everything_comes_once_and_in_order(post: Post) -> None:
    told = post.told(12)
    with going(post.courier), going(replace(post.courier, _lines={}, _turns={})):
        post.receiver.wait_for(12)
        told += post.told(3)
        post.receiver.wait_for(15)
    assert post.receiver.positions == told


def send_until_killed(url: str, keys: Path) -> None:
    """A process of its own that is a courier and nothing else."""
    database = Database.from_settings(Settings(database_url=SecretStr(url)))
    with database, Ledger(database) as ledger:
        book = Book(ledger, Keys.open(keys, vault_is_empty=lambda: False))
        Courier(ledger, book, SOURCE, is_anywhere=True, patience=AT_ONCE).run(NEVER)


def test_a_courier_killed_in_mid_delivery_loses_nothing_and_what_comes_twice_has_one_id(
    post: Post, tmp_path: Path, vault: Vault, database: Database
) -> None:
    keys = tmp_path / "keys.json"
    keys.touch(0o600)
    keys.write_text(vault.keys.model_dump_json(), encoding="utf-8")
    post.receiver.says = [204, 204, "hang"]
    told = post.told(4)
    courier = multiprocessing.get_context("spawn").Process(
        target=send_until_killed, args=(database.server.dsn(ADMIN, database.name), keys)
    )
    courier.start()
    post.receiver.wait_for(3)
    courier.kill()
    courier.join()
    with going(post.courier):
        post.receiver.wait_for(5)
    assert post.receiver.positions == [told[0], told[1], told[2], told[2], told[3]]
    assert len({one.headers["webhook-id"] for one in post.receiver.got}) == 4
    assert post.dead == {}


def test_every_fact_of_a_case_is_told_of_and_nothing_of_audits_and_proposals() -> None:
    kinds = {topic.split(".")[0] for topic in TOLD.values()}
    assert {"case", "regulation", "calendar", "catalogue"} <= kinds
    assert not {"audit", "proposal"} & kinds
