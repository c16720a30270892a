"""The ids of streams that are no cases are the storage format: written down here, and worked out anew by views."""

from __future__ import annotations

from uuid import UUID

import pytest

from cases.month_end import month_id
from cases.period import Period
from cases.programmes.holding import holding_id
from cases.proposals.register import register_id
from cases.streams import stream_id

OCTOBER = Period.parse("2026-10")


@pytest.mark.parametrize(
    ("found", "stored"),
    [
        (month_id(OCTOBER), "5a342fe2-8203-d0d2-c8f4-bb9ad3f29bad"),
        (stream_id("signals", OCTOBER), "1d83b011-373b-7431-9f13-c15fe5da5867"),
        (register_id("lamp-factory"), "f60b1b42-fcb7-1355-4c59-fb37015df4d3"),
        (holding_id("lamp-factory", "star", OCTOBER), "84538134-20ed-0f71-83e9-cfe7f151c1a0"),
    ],
)
def test_a_stream_is_found_under_the_id_it_was_first_stored_under(found: UUID, stored: str) -> None:
    assert found == UUID(stored)
