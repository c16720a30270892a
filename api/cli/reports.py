"""The three reports as tables of a terminal."""

from __future__ import annotations

from datetime import date

from rich.box import ROUNDED
from rich.table import Table
from rich.text import Text

from api.console.drawing import percent
from api.console.words import Language, say, spoken
from cases.codes import Kind
from projections.questions.answers import Rate
from projections.questions.complaints import ComplaintStatistics
from projections.questions.sla import ClockFigures, Figures, SlaDashboard
from replay.audit.draw import Drawn

GOOD, WATCH = 0.95, 0.8
SHOWN_PICKS = 10
USUAL, WIDE = 96, 134
"""Columns of a terminal from which more is shown."""


def dashboard(board: SlaDashboard, language: Language, *, width: int, period: tuple[date, date]) -> Table:
    """Show how promises that started in a period are kept; the last line is all of them together.

    A narrow screen gets fewer columns.
    """
    heads = _columns(width)
    since, until = period
    title = f"{say('board', language)} · {say('period', language)} {since} – {until}"
    table = _table(title, language, *heads, texts=2)
    for clock in board.clocks:
        cells = _clock(clock, language)
        table.add_row(*(cells[head] for head in heads))
    table.add_section()
    total = _figures(board.total, language) | {"promise": Text(say("everything", language), "bold")}
    table.add_row(*(total.get(head, "") for head in heads))
    return table


def _columns(width: int) -> list[str]:
    heads = ["clause", "promise", "met", "breached", "overdue", "kept"]
    if width >= USUAL:
        heads[2:2] = ["started"]
        heads.insert(heads.index("kept"), "running")
    return [*heads, "p50", "p90"] if width >= WIDE else heads


def _clock(clock: ClockFigures, language: Language) -> dict[str, str | Text]:
    return _figures(clock.figures, language) | {
        "clause": Text(clock.clause, "yellow"),
        "promise": clock.label_zh if language == "zh" else clock.label_en,
        "p50": spoken(clock.times.working_p50, language),
        "p90": spoken(clock.times.working_p90, language),
    }


def _figures(figures: Figures, language: Language) -> dict[str, str | Text]:
    counts = figures.counts
    return {
        "started": str(counts.started),
        "met": str(counts.met),
        "breached": Text(str(counts.breached), "red" if counts.breached else "dim"),
        "overdue": Text(str(counts.overdue), "red" if counts.overdue else "dim"),
        "running": str(counts.running + counts.paused),
        "kept": _rate(figures.adjusted, language),
    }


def sample(drawn: Drawn, language: Language) -> Table:
    """Show the strata of the audit sample, the first cases of it, and what it takes to draw it again."""
    frozen = drawn.frozen
    table = _table(
        f"{say('audits', language)} {frozen.period} · {drawn.opened.clause} · {drawn.opened.rate}",
        language, "stratum", "items", "drawn", "sample", texts=1,
    )  # fmt: skip
    for stratum in frozen.strata:
        picks = [pick.item for pick in drawn.sample.picks if pick.stratum == stratum.name]
        more = " …" if len(picks) > SHOWN_PICKS else ""
        table.add_row(
            _kind(stratum.name, language),
            str(stratum.items),
            str(stratum.drawn),
            " ".join(picks[:SHOWN_PICKS]) + more,
        )
    how = say("independent" if frozen.is_independent else "not_independent", language)
    table.caption = f"{how}\nframe {frozen.frame_hash[:32]}…  seed {drawn.sample.seed[:32]}…"
    return table


def _kind(stratum: str, language: Language) -> str:
    """Name a stratum by the kind of its cases, where it is one."""
    found = {kind.value: kind for kind in Kind}.get(stratum)
    return stratum if found is None else found.zh if language == "zh" else found.en


def complaints(counted: ComplaintStatistics, language: Language) -> tuple[Table, Table]:
    """Show complaints by month, and by category with their Pareto shares."""
    months = _table(
        say("complaints", language), language, "month", "received", "change", "still_open", "solved", texts=1
    )
    for month in counted.months:
        months.add_row(
            f"{month.month:%Y-%m}",
            str(month.complaints),
            _change(month.change),
            str(month.open),
            _of(month.solved),
        )
    shares = _table(
        say("category", language), language, "category", "count", "share", "cumulated", "change", texts=1
    )
    for share in counted.pareto["category"]:
        shares.add_row(
            share.label_zh if language == "zh" else share.label_en,
            str(share.complaints),
            f"{share.share:.1%}",
            f"{share.cumulated:.1%}",
            _change(share.change),
        )
    return months, shares


def _table(title: str, language: Language, *heads: str, texts: int) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=ROUNDED)
    table.caption_justify = "left"
    for number, head in enumerate(heads):
        is_text = number < texts or head == "sample"
        table.add_column(
            say(head, language),
            justify="left" if is_text else "right",
            no_wrap=not is_text or head == "clause",
        )
    return table


def _rate(rate: Rate, language: Language) -> Text:
    share = rate.rate
    if share is None:
        return Text(say("not_configured", language), "dim")
    colour = "green" if share >= GOOD else "yellow" if share >= WATCH else "red"
    return Text(_of(rate), colour)


def _of(rate: Rate) -> str:
    return f"{percent(rate.numerator, rate.denominator)} {rate.numerator}/{rate.denominator}"


def _change(change: float | None) -> str:
    return "—" if change is None else f"{'▲' if change > 0 else '▼' if change < 0 else ''} {abs(change):.0%}"
