"""The shipped sample is what its seed gives, and reads without a single trouble."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from cases.fact import Pinned
from replay.imports.mapping import load_mapping
from replay.imports.prepare import Taking, Trouble
from replay.imports.table import read_csv
from replay.sample import generate

SHIPPED = Path(generate.__file__).parent / "lamp-sample.csv"


def test_the_shipped_file_is_what_the_seed_gives() -> None:
    assert SHIPPED.read_text(encoding="utf-8-sig") == generate.sample_csv()


def test_every_case_of_the_sample_can_be_taken() -> None:
    mapping = load_mapping("lamp-sample")
    taking = Taking(
        mapping=mapping,
        fingerprint=lambda *parts: hashlib.sha256("\n".join(parts).encode()).hexdigest(),
        file_sha256="a" * 64,
        pins=(Pinned(regulation="lamp-factory", version="2026.2", calendar="cn@1"),),
        case_no=lambda: "AS-00000001",
        now=datetime(2026, 12, 1, tzinfo=UTC),
    )
    columns = mapping.columns
    seen: Counter[str] = Counter()
    for history in read_csv(
        SHIPPED,
        case_key=columns.case,
        activity_key=columns.activity,
        at_key=columns.at,
        timezone=mapping.timezone,
    ):
        prepared = taking.prepare(history, ())
        assert not isinstance(prepared, Trouble), prepared
        seen.update(recorded.fact.name() for recorded in prepared)
    assert seen["Received"] == generate.CASES
    milestones = {"Classified", "Shipped", "Inspected", "Repaired", "Refunded", "Revisited", "Escalated"}
    assert milestones <= set(seen)
    assert "Noted" not in seen, "an activity of the sample is missing in its mapping"
