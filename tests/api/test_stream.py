"""Following the log over HTTP: every notice once and in order, nothing personal in it, ended when the server ends."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from itertools import islice

import httpx2
import psycopg
import pytest

from api import keys, metrics, patience
from api.examples import EXAMPLES
from api.installation import Installation
from api.notices import pulse, stream
from cases.codes import Role
from tests.fix_api import Teller
from tests.fix_served import Served
from tests.projections.lamps import Lamps, received, replied


def names(events: list[dict[str, object]]) -> list[object]:
    """The facts that were told of."""
    return [event["fact"] for event in events]


def test_what_is_recorded_is_told_as_it_comes_with_its_case_and_position(
    served: Served, teller: Teller
) -> None:
    with served.following() as told:
        case = teller.received()
        answer = teller.post(f"/cases/{case['case_id']}/classify", EXAMPLES["classify"]).json()
        received, classified = islice(told, 2)
    assert received == {
        "id": case["position"], "fact": "Received", "position": case["position"], "version": 1,
        "case_id": case["case_id"], "case_no": case["case_no"],
    }  # fmt: skip
    assert (classified["id"], classified["fact"], classified["version"]) == (
        answer["position"],
        "Classified",
        2,
    )


def test_who_comes_back_misses_nothing_and_sees_nothing_twice(served: Served, teller: Teller) -> None:
    begin = teller.received()["position"]
    told = [teller.received()["position"] for _ in range(7)]
    seen: list[int] = []
    for _ in range(4):
        with served.following(last=seen[-1] if seen else begin) as events:
            seen += [event["id"] for event in islice(events, min(2, 7 - len(seen)))]
    assert seen == told


def test_writers_at_once_are_told_in_the_order_of_the_log_without_a_gap(
    served: Served, teller: Teller
) -> None:
    begin, told = teller.received()["position"], list[int]()
    with served.following(after=begin, fact="Received") as events:
        writers = [
            threading.Thread(target=lambda: told.extend(teller.received()["position"] for _ in range(12)))
            for _ in range(4)
        ]
        for writer in writers:
            writer.start()
        seen = [event["id"] for event in islice(events, 48)]
        for writer in writers:
            writer.join()
    assert seen == sorted(told)


def test_more_than_a_page_that_lies_behind_is_told_whole(
    served: Served, teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PAGE", 3)
    monkeypatch.setattr("api.notices.notice.PAGE", 3)
    begin = teller.received()["position"]
    told = [teller.received()["position"] for _ in range(8)]
    with served.following(after=begin, fact="Received") as events:
        assert [event["id"] for event in islice(events, 8)] == told


def test_a_follower_is_told_of_the_facts_and_the_case_that_it_asked_for(
    served: Served, teller: Teller
) -> None:
    begin = teller.received()["position"]
    mine, other = teller.received(), teller.received()
    for case in (other, mine):
        teller.post(f"/cases/{case['case_id']}/classify", EXAMPLES["classify"])
        teller.post(f"/cases/{case['case_id']}/respond", EXAMPLES["respond"])
    with served.following(after=begin, case=mine["case_no"]) as events:
        assert names(list(islice(events, 3))) == ["Received", "Classified", "Responded"]
    with served.following(after=begin, fact=["Responded", "Classified"]) as events:
        assert names(list(islice(events, 4))) == ["Classified", "Responded"] * 2


def test_a_notice_says_nothing_of_what_was_recorded(served: Served, teller: Teller) -> None:
    begin = teller.received()["position"]
    teller.received()
    with httpx2.stream(
        "GET", f"{served.address}/api/v1/stream", params={"after": begin},
        headers=served.headers(Role.QUALITY), timeout=10,
    ) as answer:  # fmt: skip
        lines = answer.iter_lines()
        said = next(line for line in lines if line.startswith("data: "))
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert "138" not in said.replace(str(begin + 1), ""), said
    assert not {"paid", "customer", "actor", "19900", "agent"} & set(said.replace('"', " ").split())


def test_a_stream_that_has_nothing_to_tell_says_how_far_it_is(
    served: Served, teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.2)
    position = teller.received()["position"]
    where = f"{served.address}/api/v1/stream"
    asked: dict[str, int | str] = {"after": 0, "fact": "Mediated"}
    with httpx2.stream(
        "GET", where, params=asked, headers=served.headers(Role.QUALITY), timeout=10
    ) as answer:
        ids = (int(line[4:]) for line in answer.iter_lines() if line.startswith("id: "))
        assert next(reached for reached in ids if reached >= position)


def test_a_key_that_was_revoked_ends_its_stream(
    served: Served, here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.2)
    key = keys.create(here.ledger, Role.QUALITY, "quality-07")
    where = f"{served.address}/api/v1/stream"
    with httpx2.stream("GET", where, headers={"X-API-Key": key}, timeout=10) as answer:
        keys.revoke(here.ledger, key.split("_")[1])
        assert len(list(answer.iter_lines())) > 0


def test_no_more_streams_of_a_key_are_held_open_than_there_may_be_and_one_that_ends_makes_room(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "STREAMS_OF_A_KEY", 1)
    where, headers = f"{served.address}/api/v1/stream", served.headers(Role.QUALITY)
    with served.following():
        refused = httpx2.get(where, headers=headers, timeout=10)
        assert (refused.status_code, refused.json()["type"]) == (429, "urn:caseledger:too-many")
        assert refused.headers["Retry-After"] == "30"
        with served.following(Role.SUPERVISOR):
            pass
    wait_until(lambda: not served.server.server_state.tasks)
    with served.following():
        pass


@pytest.mark.parametrize(
    ("role", "params", "status"),
    [
        (Role.AGENT, {}, 403), (Role.TECHNICIAN, {}, 403), (Role.PARTNER, {}, 403), (Role.BI, {}, 403),
        (Role.QUALITY, {"fact": "ProposalMade"}, 422), (Role.QUALITY, {"after": "-1"}, 422),
        (Role.QUALITY, {"case": "AS-99999999"}, 404), (Role.QUALITY, {"topic": "x"}, 422),
    ],
)  # fmt: skip
def test_who_may_not_follow_or_asks_amiss_is_told_so_at_once(
    teller: Teller, role: Role, params: dict[str, str], status: int
) -> None:
    assert teller.get("/stream", role=role, **params).status_code == status


def test_a_position_that_the_log_has_not_reached_is_not_begun_behind(teller: Teller) -> None:
    beyond = teller.received()["position"] + 1_000
    assert teller.get("/stream", after=beyond).status_code == 503, "the log is another one, or was put back"


def test_a_stream_goes_on_after_the_connections_to_the_database_were_ended(
    served: Served, teller: Teller, here: Installation
) -> None:
    with served.following(after=teller.received()["position"], fact="Received") as events:
        told = [teller.received()["position"]]
        seen = [next(events)["id"]]
        with psycopg.connect(here.database.app_dsn, autocommit=True) as ours:
            ours.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user"
                " AND datname = current_database() AND pid <> pg_backend_pid()"
            )
        told.append(teller.received()["position"])
        seen.append(next(events)["id"])
    assert seen == told


def test_where_no_stream_is_left_to_have_one_is_told_to_come_back(
    served: Served, teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "STREAMS", 1)
    monkeypatch.setattr(metrics, "STREAMS", 1)
    with served.following():
        refused = teller.get("/stream", role=Role.SUPERVISOR)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
        told = httpx2.get(f"{served.address}/metrics", headers=served.headers(Role.ADMIN), timeout=10).text
        assert "caseledger_streams 1.0" in told
        assert "caseledger_streams_most 1.0" in told


@pytest.mark.skipif(
    not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system does not end such connections"
)
def test_who_takes_nothing_of_what_is_told_loses_the_stream_and_makes_room(
    served: Served, here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "STREAMS", 1)
    monkeypatch.setattr(patience, "UNTAKEN", 0.5)
    steps = [("2026-03-02 09:00", received("AS-7")), *[("2026-03-02 10:00", replied())] * 600]
    Lamps(here.ledger).tell("told at length", *steps)
    with served.deaf("/stream?after=0", Role.QUALITY):
        wait_until(lambda: here.pulse.open == 1)
        wait_until(lambda: here.pulse.open == 0)
    with served.following():
        pass


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_streams_end_at_once_when_the_server_is_told_to_stop(served: Served) -> None:
    with served.following() as events:
        took = served.end()
        assert list(events) == []
    assert took < 3
