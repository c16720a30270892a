"""Figures for a machine that watches: how the tables stand, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, NamedTuple

from fastapi import APIRouter, Depends, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from api.access import Question
from api.auth import Here, asks
from api.described import FIGURES, refusals
from api.installation import Installation
from api.keys import Credential
from api.notices.pulse import STREAMS
from api.reading import asked
from projections.questions.freshness import Freshness, freshness
from projections.rebuilding import plan
from projections.rebuilding.rebuild import NEXT

router: Final = APIRouter(tags=["health"])
EXAMPLE: Final = (
    "# HELP caseledger_position Log position that all tables stand on\ncaseledger_position 4711.0\n"
)


class Figure(NamedTuple):
    """One figure: its name after `caseledger_`, what it says, and its value."""

    name: str
    says: str
    value: float


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Read the figures of a machine that watches",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}, "example": EXAMPLE}}},
        **refusals(FIGURES),
    },
)
def metrics(here: Here, known: Annotated[Credential, Depends(asks(Question.TABLES))]) -> Response:
    """Tell them in the text form of Prometheus; counts and seconds only, nothing of any case or person."""
    registry = CollectorRegistry()
    registry.register(Told(here))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class Told:
    """What the registry collects; asked once a request."""

    def __init__(self, here: Installation) -> None:
        """Of one installation."""
        self._here = here

    def collect(self) -> Iterator[Metric]:
        """Read the tables and this process."""
        with asked(self._here) as connection:
            found, rebuilt = freshness(connection, 1), plan.done(connection, NEXT)
        for figure in (*_of_tables(found), *_of_rebuild(rebuilt), *_of_program(self._here)):
            yield GaugeMetricFamily(f"caseledger_{figure.name}", figure.says, value=figure.value)


def _of_tables(found: Freshness) -> Iterator[Figure]:
    yield Figure("position", "Log position that all tables stand on", found.position)
    yield Figure("log_position", "Newest position of the log", found.log_position)
    yield Figure("lag_positions", "Positions that the tables are behind", found.positions_behind)
    yield Figure("lag_seconds", "Age of the oldest fact that is not in the tables", found.behind_seconds)
    yield Figure("held_back_facts", "Facts stored but not settled", found.held_back_facts)
    yield Figure("held_back_seconds", "Age of the oldest of them", found.held_back_seconds)
    yield Figure("parked_cases", "Cases whose rows are old", found.parked_cases)
    yield Figure(
        "incomplete_from",
        "Position from which on answers lack something, 0 for none",
        found.incomplete_from or 0,
    )


def _of_rebuild(done: plan.Done | None) -> Iterator[Figure]:
    yield Figure(
        "rebuild_ranges",
        "Ranges of cases of the rebuild under way, 0 for none",
        done.of_ranges if done else 0,
    )
    yield Figure("rebuild_ranges_done", "Those that are done", done.ranges if done else 0)
    yield Figure("rebuild_facts_done", "Facts in them", done.facts if done else 0)


def _of_program(here: Installation) -> Iterator[Figure]:
    pool = here.database.pool.get_stats()
    yield Figure("is_leader", "1 where this process keeps the tables", here.engine.is_leader)
    yield Figure(
        "taken_in_facts", "Facts that this process took into the tables since it began", here.engine.taken_in
    )
    yield Figure("stopped_threads", "Threads of this process that ended with a failure", len(here.failures))
    yield Figure("streams", "Streams of notices held open", here.pulse.open)
    yield Figure("streams_most", "How many may be", STREAMS)
    yield Figure("pool_connections", "Connections of the pool", pool.get("pool_size", 0))
    yield Figure("pool_idle", "Those that nobody uses", pool.get("pool_available", 0))
    yield Figure("pool_waiting", "Requests that wait for one", pool.get("requests_waiting", 0))
