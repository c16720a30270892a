"""What somebody sees who has only imported: a worklist that is not empty, and reports that name their period."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from rich.console import Console

from api.app import create_app
from api.cli import reports
from api.cli.demonstration import span_of
from api.examples import EXAMPLES
from api.installation import Installation
from api.reading import asked
from cases import codes, events
from cases.codes import Role
from cases.recorded import Recorded, Source
from projections.questions.sla import Period, sla_dashboard
from tests.fix_api import KeyOf, Teller

BEGAN = datetime(2026, 3, 31, 17, 0, tzinfo=UTC)
"""1 April in Shanghai."""
NOW = datetime(2026, 4, 20, tzinfo=UTC)
NOTE = re.compile(r'<p class="note" role="note">')


@pytest.fixture(scope="module")
def _imported(here: Installation) -> None:
    """One consultation of an old log, never answered."""
    case_id = UUID(int=0xA1)
    pinned = here.published().reference.newest("lamp-factory")
    facts = (
        events.Received(
            case_no="OLD-1", channel=codes.Channel.PHONE, judged_under=(pinned,), is_live=False
        ),
        events.Classified(kind=codes.Kind.CONSULTATION),
    )  # fmt: skip
    here.desk.take_history([[
        Recorded(
            originator_id=case_id, originator_version=version, fact=fact, occurred_at=BEGAN, actor="staff-li",
            role=Role.AGENT, source=Source(system="import:lamps"), correlation_id=case_id,
        )
        for version, fact in enumerate(facts, start=1)
    ]])  # fmt: skip
    here.engine.catch_up()


@pytest.fixture
def browser(here: Installation, key_of: KeyOf) -> Iterator[TestClient]:
    """A browser of somebody from quality."""
    browser = TestClient(create_app(here), base_url="https://lamps.example")
    browser.post("/enter", data={"key": key_of(Role.QUALITY), "next": "/docs"})
    yield browser
    browser.close()


@pytest.mark.usefixtures("_imported")
class TestAnImportedLog:
    def test_the_demo_names_the_days_that_its_figures_are_of(self, here: Installation) -> None:
        first, _ = span_of(here)
        assert first == BEGAN
        with asked(here) as connection:
            board = sla_dashboard(
                connection, at=NOW, period=Period(since=first, until=NOW), zone="Asia/Shanghai"
            )
        days = first.astimezone(here.zone).date(), NOW.astimezone(here.zone).date()
        assert days == (date(2026, 4, 1), date(2026, 4, 20))
        console = Console(width=100)
        with console.capture() as said:
            console.print(reports.dashboard(board, "en", width=100, period=days))
        assert "2026-04-01 – 2026-04-20" in said.get()

    def test_the_worklist_shows_imported_clocks_where_no_live_case_is_open_and_says_so(
        self, browser: TestClient
    ) -> None:
        page = browser.get("/worklist").text
        assert "OLD-1" in page
        assert NOTE.search(page)
        assert "OLD-1" not in browser.get("/worklist?live=yes").text, (
            "who asks for live cases gets live cases"
        )

    def test_one_live_case_is_enough_to_have_a_worklist_of_ones_own(
        self, browser: TestClient, teller: Teller, here: Installation
    ) -> None:
        case = teller.received()
        teller.post(f"/cases/{case['case_id']}/classify", EXAMPLES["classify"])
        here.engine.catch_up()
        page = browser.get("/worklist").text
        assert case["case_no"] in page
        assert "OLD-1" not in page
        assert not NOTE.search(page)
        assert "OLD-1" in browser.get("/worklist?live=no").text
