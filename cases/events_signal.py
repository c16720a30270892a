"""The fact of a signal: a month that a control chart of complaints did not let expect (A.15)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cases.codes_signal import Chart, ChartRule
from cases.events_audit import PeriodWord
from cases.fact import Fact, Instant, Word

Count = Annotated[int, Field(ge=0)]
Decimals = Annotated[str, Field(pattern=r"^\d{1,9}\.\d{6}$")]
"""A figure of the chart, cut after six decimals."""


class SignalTold(Fact):
    """A month broke a rule of its control chart, by the figures as the tables gave them at one position.

    `code` names the product, batch or cause; `exposure` are the cases opened in the month, `baseline_…` the months
    before it that say what was to be expected, `centre` and `upper` the lines of the chart by case opened.
    """

    topic = "signal.told.v1"

    period: PeriodWord
    chart: Chart
    code: Annotated[str, Field(min_length=1, max_length=250)]
    rule: ChartRule
    complaints: Count
    exposure: Count
    centre: Decimals
    upper: Decimals
    baseline_months: Count
    baseline_complaints: Count
    position: Count
    counted_at: Instant
    code_version: Word
    regulations: tuple[Word, ...]


SIGNAL_FACTS: tuple[type[Fact], ...] = (SignalTold,)
