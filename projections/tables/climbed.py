"""How far a clock went up, and what lies ahead of it."""

from __future__ import annotations

from typing import Final

from cases.ladder import ahead
from cases.promises.clock import Clock, Verdict
from projections.casefile import CaseFile
from projections.tables.cells import Same


def climbed(file: CaseFile, clock: Clock) -> Same:
    """Give how far it went up, and what lies ahead of it: nothing for imported history, which is not watched."""
    told = [one for one in file.escalations if one.rests_on == clock.clock_id] if file.escalations else ()
    is_watched = file.is_live and clock.verdict is Verdict.OPEN
    if not told and not is_watched:
        return _AT_REST
    up = next((one for one in reversed(told) if not one.is_warning), None)
    rungs = ahead(clock, {one.level for one in told}, file.rules) if is_watched else ()
    return Same((
        up.level if up else None,
        up.at if up else None,
        any(one.is_revised for one in told),
        [rung.level for rung in rungs] or None,
        rungs[0].at if rungs else None,
    ))  # fmt: skip


_AT_REST: Final = Same((None, None, False, None, None))
