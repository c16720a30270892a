"""The library's own test cases, unmodified, against our recorders and on every server.

They are unittest cases; each runs in a schema of its own, because they expect positions to begin at 1.
"""

from __future__ import annotations

import unittest
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.tests import application as of_applications
from eventsourcing.tests import persistence as of_recorders
from eventsourcing.utils import Environment, get_topic
from psycopg.sql import SQL, Identifier

from cases.store import Factory
from cases.store.database import Database
from cases.store.factory import environment
from cases.store.recorder import LogRecorder
from cases.store.snapshots import StreamRecorder
from cases.store.tracking import FollowingLog, PositionTracker

SCHEMAS = count(1)
ENV = dict[str, str]


@pytest.fixture
def settings(database: Database) -> ENV:
    """The library's settings for a new schema of the application's role."""
    schema = f"conformance_{next(SCHEMAS)}"
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
    return environment(database.app_dsn, POSTGRES_SCHEMA=schema)


class OnOurs:
    """Makes each recorder by our factory."""

    env: Environment
    made: str

    def setUp(self) -> None:
        self.factory = Factory(self.env)

    def tearDown(self) -> None:
        self.factory.close()

    def create_recorder(self) -> Any:
        return getattr(self.factory, self.made)()


class AggregateCase(OnOurs, of_recorders.AggregateRecorderTestCase):
    made = "aggregate_recorder"


class ApplicationCase(OnOurs, of_recorders.ApplicationRecorderTestCase[LogRecorder]):
    made = "application_recorder"

    def test_subscriptions(self) -> None:
        """The library names it optional; ours passes."""
        self.optional_test_insert_subscribe()


class TrackingCase(OnOurs, of_recorders.TrackingRecorderTestCase):
    made = "tracking_recorder"


class FollowingCase(OnOurs, of_recorders.ProcessRecorderTestCase):
    made = "process_recorder"


class FollowingAsApplicationCase(OnOurs, of_recorders.ApplicationRecorderTestCase[FollowingLog]):
    made = "process_recorder"


class NonInterleavingCase(OnOurs, of_recorders.NonInterleavingNotificationIDsBaseCase):
    made = "application_recorder"


class TextualApplicationCase(ApplicationCase):
    def setUp(self) -> None:
        self.env["ORIGINATOR_ID_TYPE"] = "text"
        super().setUp()

    def new_originator_id(self) -> UUID | str:
        return f"灯-{super().new_originator_id()}"


class OtherTracker(PositionTracker):
    """An application's own."""


class FactoryCase(of_recorders.InfrastructureFactoryTestCase[Factory]):
    def expected_factory_class(self) -> type[Factory]:
        return Factory

    def expected_aggregate_recorder_class(self) -> type[StreamRecorder]:
        return StreamRecorder

    def expected_application_recorder_class(self) -> type[LogRecorder]:
        return LogRecorder

    def expected_tracking_recorder_class(self) -> type[PositionTracker]:
        return PositionTracker

    def tracking_recorder_subclass(self) -> type[PostgresTrackingRecorder]:
        return OtherTracker

    def following_class(self) -> type[FollowingLog]:
        return FollowingLog

    expected_process_recorder_class = following_class


class ExampleCase(of_applications.ExampleApplicationTestCase):
    expected_factory_topic = get_topic(Factory)


class WholeApplicationCase(of_applications.ApplicationTestCase):
    pass


CASES: list[type[unittest.TestCase]] = [
    AggregateCase,
    ApplicationCase,
    TrackingCase,
    FollowingCase,
    FollowingAsApplicationCase,
    NonInterleavingCase,
    TextualApplicationCase,
    FactoryCase,
    ExampleCase,
    WholeApplicationCase,
]
# Pytest shall not collect them; they run below, one schema each.
for _case in CASES:
    _case.__test__ = False  # type: ignore[attr-defined] # a pytest word
METHODS = [(case, name) for case in CASES for name in unittest.TestLoader().getTestCaseNames(case)]


# One of the library's cases is about its own deprecated word.
@pytest.mark.filterwarnings("always::DeprecationWarning:eventsourcing")
@pytest.mark.parametrize(("case", "method"), METHODS, ids=[f"{c.__name__}-{m}" for c, m in METHODS])
def test_the_library_is_satisfied(
    case: type[unittest.TestCase], method: str, settings: ENV, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    case.env = Environment(env=settings)  # type: ignore[attr-defined] # what OnOurs and the library's case read
    result = unittest.TestResult()
    case(method).run(result)
    assert result.testsRun == 1
    assert not [report for _, report in [*result.errors, *result.failures]]


def test_the_module_holds_exactly_one_factory(settings: ENV) -> None:
    factory = InfrastructureFactory.construct(Environment(env=settings))
    assert type(factory) is Factory
    factory.close()
