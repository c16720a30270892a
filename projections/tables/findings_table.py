"""`bi.fct_findings`: one row per breach of a constraint, with the facts that show it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final, NamedTuple

from cases.kept import Kept
from cases.regulation.constraints import Finding
from projections.casefile import CaseFile
from projections.tables import columns
from projections.tables.cells import Same
from projections.tables.columns import Says
from projections.tables.grown_dims import clause_id
from projections.tables.table import Index, Row, Table


class FindingRow(NamedTuple):
    """One finding of one case."""

    finding_id: Annotated[str, Says("发现标识", "The finding: case, constraint and facts")]
    case_id: columns.Id
    clause_id: Annotated[
        str, Says("条款项", "Item of the regulation it comes from", "dim_regulation_clauses")
    ]
    constraint_id: Annotated[str, Says("约束项", "Name of the constraint inside the regulation")]
    regulation: Annotated[str, Says("制度及版本", "Regulation and version")]
    mode: Annotated[str, Says("约束方式", "refuse: refused when asked live; flag: only found")]
    versions: Annotated[list[int], Says("所依事实序号", "Versions of the facts that show it")]
    occurred_at: Annotated[
        datetime | None, Says("发生时间", "When the last of these facts happened, as corrected")
    ]
    is_overridden: Annotated[bool, Says("已特批", "An approved override allowed it")]
    kind: columns.Kind
    department: columns.Department
    is_live: columns.IsLive
    is_parked: columns.IsParked
    last_position: columns.LastPosition
    updated_at: columns.UpdatedAt


TABLE = Table(
    "fct_findings", FindingRow, ("finding_id",), "合规发现（每条一行）", "Findings, one row each",
    indexes=(Index("case_id"), Index("occurred_at", is_order=True)),
)  # fmt: skip


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per finding of a case."""
    if not file.findings:
        return
    happened = {known.originator_version: known.occurred_at for known in file.case.history}
    found = {row[0]: row for row in (_found(file, finding, happened) for finding in file.findings)}
    ending = Same((file.kind, file.department, file.is_live, False, file.last_position, file.updated_at))
    for row in found.values():
        yield (*row, ending)


def _found(file: CaseFile, finding: Finding, happened: dict[int, datetime]) -> Row:
    instants = [happened[version] for version in finding.versions if version in happened]
    named, broken = _broken(finding)
    return (
        f"{file.timeline.case}{named}{'-'.join(map(str, finding.versions))}",
        file.case_id,
        broken,
        list(finding.versions),
        max(instants, default=None),
        finding.is_overridden,
    )


def _broken(finding: Finding) -> tuple[str, Same]:
    """Give how a finding is named after its case, and what was broken."""
    key = finding.regulation, finding.constraint, finding.mode
    return _BROKEN.get(key) or _BROKEN.keep(key, _named(finding))


def _named(finding: Finding) -> tuple[str, Same]:
    clause = clause_id(finding.regulation, "constraint", finding.constraint)
    return (
        f":{finding.regulation}:{finding.constraint}:",
        Same((clause, finding.constraint, finding.regulation, finding.mode)),
    )


_BROKEN: Final = Kept[tuple[str, str, str], tuple[str, Same]](4096)
