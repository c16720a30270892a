"""`bi.fct_repairs`: one row per time that goods were repaired, with what the next repair of the same would share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from cases import events
from cases.codes import Cause
from cases.regulation.targets import Measure
from projections.casefile import UNKNOWN, CaseFile
from projections.counting import targets_of
from projections.tables import columns
from projections.tables.columns import Says
from projections.tables.table import Index, Row, Table


class RepairRow(NamedTuple):
    """One repair."""

    mode: Annotated[str, Says("维修方式", "How it was repaired: remote, mail_in, on_site")]
    cause: Annotated[str, Says("排除的故障原因", "Cause that was put right", "dim_causes")]
    batch: columns.Batch
    serial_token: Annotated[
        str | None,
        Says("序列号令牌（可关联，不可还原）", "Keyed token of the serial number; none if not told"),
    ]
    same: Annotated[
        str,
        Says("同物同因识别键", "What a repair of the same goods for the same cause shares; else of its case"),
    ]
    targets: Annotated[
        list[str], Says("规定其保持期的指标", "Targets that say how long it has to last, see dim_targets")
    ]


TABLE = Table(
    "fct_repairs", columns.of_one_fact(RepairRow), ("case_id", "version"), "维修（每次一行）", "Repairs, one row each",
    indexes=(Index("occurred_at", is_order=True), Index("same, occurred_at")),
)  # fmt: skip


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per repair that stands."""
    targets: list[str] | None = None
    for known, told in file.all_of(events.Repaired):
        if targets is None:
            targets = targets_of(file, Measure.REPAIR_SUCCESS)
        received = file.case.received
        token = received.serial.token if received and received.serial else None
        cause = file.cause if told.cause is Cause.UNKNOWN else told.cause.value
        yield file.row_of(
            known,
            told.mode.value if told.mode else UNKNOWN,
            cause,
            received.batch if received else None,
            token,
            f"{token or file.case_id}:{cause}",
            targets,
        )
