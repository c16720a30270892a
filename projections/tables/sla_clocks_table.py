"""`bi.fct_sla_clocks`: one row per clock: what was promised, what moved it, how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated, Final, LiteralString, NamedTuple

from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from cases import events
from cases.kept import Kept
from cases.promises.clock import Clock
from projections.casefile import CaseFile
from projections.tables import columns
from projections.tables.cells import Same
from projections.tables.climbed import climbed
from projections.tables.columns import Says
from projections.tables.grown_dims import clause_id
from projections.tables.marked_facts import among, marked_facts
from projections.tables.table import Index, Row, Table


class SlaClockRow(NamedTuple):
    """One clock. A table has no clock of its own: what runs or is overdue at an instant is asked of sla_clocks_at."""

    clock_id: Annotated[str, Says("时限标识", "The clock: case, regulation, promise and cycle")]
    case_id: columns.Id
    clause_id: Annotated[
        str, Says("条款项", "Item of the regulation it comes from", "dim_regulation_clauses")
    ]
    promise: Annotated[str, Says("承诺项", "Name of the promise inside the regulation")]
    regulation: Annotated[str, Says("制度及版本", "Regulation and version")]
    settings_version: Annotated[str | None, Says("设定值版本", "Version of the firm's values")]
    calendar_version: Annotated[str | None, Says("日历版本", "Version of the calendar it is counted on")]
    department: Annotated[str, Says("责任部门", "Department that answers for it", "dim_departments")]
    assigned_to: Annotated[
        str | None,
        Says(
            "终结或到期时的经办人代号",
            "Pseudonym of who had the case when it ended or fell due; empty: nobody yet",
        ),
    ]
    cycle: Annotated[int, Says("周期", "1, and one more with each reopening")]
    started_at: Annotated[datetime, Says("开始时间", "When it started, as corrected")]
    previous_started_at: Annotated[
        datetime | None,
        Says("本案前一时限的开始时间", "When the clock before it in its case started; empty for the first"),
    ]
    original_due_at: Annotated[
        datetime | None, Says("原到期时间", "When it was due at first, without pauses")
    ]
    due_at: Annotated[
        datetime | None,
        Says("到期时间", "When it is due: pauses counted, or as agreed; empty if never too late"),
    ]
    earliest_at: Annotated[
        datetime | None,
        Says("最早时间", "Before it, a stop is a miss too; empty where nothing comes too early"),
    ]
    warned_at: Annotated[datetime | None, Says("首次预警时间", "When its first warning is due")]
    paused_during: Annotated[
        Multirange[datetime] | None,
        Says("暂停期间（尚未结束者无上界）", "When it stood still; a pause that lasts has no end"),
    ]
    paused_seconds: Annotated[
        int, Says("暂停秒数（按本时限的计时方式）", "Seconds paused, in its own time base")
    ]
    stopped_at: Annotated[datetime | None, Says("停止时间", "When it was stopped, as corrected")]
    ended_at: Annotated[datetime | None, Says("终结时间（停止或取消）", "When it was stopped or cancelled")]
    raw_seconds: Annotated[
        int | None, Says("历时秒数（自然时间）", "Seconds from start to stop, around the clock")
    ]
    working_seconds: Annotated[
        int | None,
        Says(
            "历时秒数（按本时限的计时方式，扣除暂停）",
            "Seconds from start to stop in its own base, pauses left out",
        ),
    ]
    verdict: Annotated[
        str,
        Says("结论（按所称时间）", "open, met, breached, cancelled, excluded, not_configured: as claimed"),
    ]
    verdict_unadjusted: Annotated[
        str, Says("结论（不计除外）", "The verdict had nobody excluded it; raw rates count this one")
    ]
    verdict_as_recorded: Annotated[
        str | None,
        Says("结论（按记录时间）", "The verdict by the log's own times; empty for imported history"),
    ]
    excluded_because: Annotated[str | None, Says("除外理由", "Why it was excluded")]
    excluded_by: Annotated[str | None, Says("除外批准人", "Who approved that it be excluded")]
    lacking: Annotated[
        str | None, Says("未配置的缺项", "What it waits for when not configured: setting, calendar, unit")
    ]
    moved_by: Annotated[list[int], Says("影响它的事实序号", "Versions of the facts that moved it")]
    is_backdated: Annotated[bool, Says("受补录影响", "A fact that moved it is back-dated")]
    is_corrected: Annotated[bool, Says("受更正影响", "A fact that moved it was corrected")]
    backdated_facts: Annotated[
        list[int] | None,
        Says("影响它的补录事实（日志位置）", "Log positions of back-dated facts that moved it"),
    ]
    corrected_facts: Annotated[
        list[int] | None,
        Says("影响它的已更正事实（日志位置）", "Log positions of corrected facts that moved it"),
    ]
    excluding_facts: Annotated[
        list[int] | None, Says("批准除外的事实（日志位置）", "Log positions of facts that excluded it")
    ]
    escalated_level: Annotated[
        str | None, Says("最近升级到的层级", "Role that it last went up to; a warning is none")
    ]
    escalated_at: Annotated[datetime | None, Says("最近升级时间", "When it last went up")]
    is_revised: Annotated[
        bool,
        Says(
            "升级或预警所依据的结论已改变", "A later fact took away what an escalation or warning rested on"
        ),
    ]
    next_levels: Annotated[
        list[str] | None,
        Says("尚未通知的层级", "Warnings and roles not told yet, in order, while it is open"),
    ]
    next_level_at: Annotated[
        datetime | None, Says("下一层级的时间", "When the first of these is reached; the watcher reads this")
    ]
    kind: columns.Kind
    product_id: columns.Product
    region: columns.Region
    is_live: columns.IsLive
    case_closed_at: Annotated[
        datetime | None, Says("案件结案时间", "When its case was closed; empty while open")
    ]
    is_parked: columns.IsParked
    last_position: columns.LastPosition
    updated_at: columns.UpdatedAt


FIGURES: Final[LiteralString] = (
    "case_id, clause_id, department, cycle, previous_started_at, due_at, paused_during, ended_at, raw_seconds,"
    " working_seconds, verdict, verdict_unadjusted, verdict_as_recorded, kind, is_live, case_closed_at,"
    " settings_version, last_position"
)
"""What the dashboard and the targets count, and how a clock stands at an instant."""
MARKED: Final[LiteralString] = (
    "backdated_facts IS NOT NULL OR corrected_facts IS NOT NULL OR excluding_facts IS NOT NULL"
)
"""Clocks that a fact moved of which a reader of the rates should know."""
SUMMED: Final[LiteralString] = (
    "(cycle = 1 AND (ended_at IS NOT NULL"
    " OR verdict IN ('excluded', 'not_configured') AND verdict_unadjusted = 'not_configured'))"
)
"""Clocks that the sums of days hold: what becomes of the others an instant decides, or an earlier cycle."""
TABLE = Table(
    "fct_sla_clocks", SlaClockRow, ("clock_id",), "时限（每个一行）", "Clocks of promises, one row each",
    indexes=(
        Index("started_at", is_order=True, along=FIGURES),
        Index(
            "started_at", MARKED,
            along="case_id, backdated_facts, corrected_facts, excluding_facts, department, kind, is_live",
        ),
        Index("started_at", f"NOT {SUMMED}"),
        Index(
            "started_at", "verdict IN ('met', 'breached')",
            along="clause_id, department, ended_at, raw_seconds, working_seconds, kind, is_live",
        ),
        Index("case_id"),
        Index("ended_at"),
        Index("due_at"),
        Index("is_live, due_at, clock_id", "verdict = 'open'"),
        Index("is_live, department, due_at, clock_id", "verdict = 'open'"),
        Index("next_level_at, clock_id", "next_level_at IS NOT NULL"),
        Index("case_closed_at, is_live, clause_id, lacking, started_at", "lacking IS NOT NULL"),
    ),
)  # fmt: skip


GIVES: Final = (events.Classified, events.Transferred)
"""The facts that give a case to somebody."""


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per clock of a case."""
    ending = Same((
        file.kind, file.product, file.region, file.is_live, file.closed_at, False, file.last_position, file.updated_at,
    ))  # fmt: skip
    previous, marked = _previous(file.clocks), marked_facts(file)
    for clock in file.clocks:
        yield (
            clock.clock_id,
            file.case_id,
            _promised(clock),
            _assigned_to(file, clock),
            clock.cycle,
            clock.started_at,
            previous.get(clock.clock_id),
            *_measured(clock),
            _judged(clock),
            _set_aside(clock),
            list(clock.moved_by),
            clock.is_backdated,
            clock.is_corrected,
            among(marked, clock.moved_by),
            climbed(file, clock),
            ending,
        )


def _promised(clock: Clock) -> Same:
    """Give what was promised, by which text and on which calendar."""
    key = (id(clock.promise), id(clock.pinned), id(clock.calendar))
    known = _PROMISED.get(key)
    if known is None:
        pinned, promise = clock.pinned, clock.promise
        regulation = f"{pinned.regulation}@{pinned.version}"
        told = Same((
            clause_id(regulation, "promise", promise.id),
            promise.id,
            regulation,
            pinned.settings,
            clock.calendar_version,
            promise.department.value,
        ))  # fmt: skip
        known = _PROMISED.keep(key, (clock, told))
    return known[1]


def _assigned_to(file: CaseFile, clock: Clock) -> str | None:
    """Name who answers for it: whom the newest fact of then had given the case to; of an open one, of now."""
    if file.holder is None:
        return None
    until = min((at for at in (clock.due_at, clock.ended_at) if at is not None), default=None)
    return next(
        (
            known.fact.assigned_to
            for known in reversed(file.case.history)
            if isinstance(known.fact, GIVES) and (until is None or known.occurred_at <= until)
        ),
        None,
    )


def _previous(clocks: Iterable[Clock]) -> dict[str, datetime]:
    """Clock → when the one before it in its case started; of those that start at once the id tells which is first."""
    in_order = sorted((clock.started_at, clock.clock_id) for clock in clocks)
    return {after: at for (at, _), (_, after) in pairwise(in_order)}


def _measured(clock: Clock) -> Row:
    return (
        clock.original_due_at,
        clock.due_at,
        clock.earliest_at,
        clock.warned_at[0] if clock.warned_at else None,
        _paused_during(clock) if clock.pauses else None,
        clock.paused // SECOND if clock.pauses else 0,
        clock.stopped_at,
        clock.ended_at,
        None if clock.raw_elapsed is None else clock.raw_elapsed // SECOND,
        None if clock.working_elapsed is None else clock.working_elapsed // SECOND,
    )


def _paused_during(clock: Clock) -> Multirange[datetime]:
    """Give the pauses that hold it: one that begins when it is overdue does not.

    Written as PostgreSQL keeps a multirange: pauses that touch are one, and one of no length is none.
    """
    held: list[tuple[datetime, datetime | None]] = []
    for stretch in clock.pauses:
        if stretch.since == stretch.until or (clock.due_at is not None and stretch.since > clock.due_at):
            continue
        if held and held[-1][1] == stretch.since:
            held[-1] = (held[-1][0], stretch.until)
        else:
            held.append((stretch.since, stretch.until))
    return Multirange(Range(since, until) for since, until in held)


def _judged(clock: Clock) -> Same:
    verdicts = clock.verdict, clock.verdict_unadjusted, clock.verdict_as_recorded
    key = (id(verdicts[0]), id(verdicts[1]), id(verdicts[2]))
    return _JUDGED.get(key) or _JUDGED.keep(key, Same(one.value if one else None for one in verdicts))


def _set_aside(clock: Clock) -> Same:
    if clock.excluded_because is None and clock.lacking is None:
        return _COUNTED
    return Same((clock.excluded_because, clock.excluded_by, clock.lacking.value if clock.lacking else None))


SECOND: Final = timedelta(seconds=1)
_PROMISED: Final = Kept[tuple[int, int, int], tuple[Clock, Same]](4096)
"""By the very promise, pin and calendar, which the kept clock keeps alive, and so their ids."""
_JUDGED: Final = Kept[tuple[int, int, int], Same](4096)
"""By the verdicts, of which there is one each, and so one id."""
_COUNTED: Final = Same((None, None, None))
