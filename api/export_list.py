"""What can be fetched as a file, and in which formats: the list that HTTP and the shell give."""

from __future__ import annotations

from projections.questions.answers import Part
from replay.exports.formats import FORMATS, LOGS, SENT
from replay.exports.look import Look


class Exported(Part):
    """A table or report that can be fetched; `period` is the column that a span of time is about."""

    name: str
    zh: str
    en: str
    period: str | None
    columns: tuple[str, ...]


class ExportFormat(Part):
    """A format: how its files end, whether it holds the log of whole cases, else rows, and whether HTTP has it."""

    name: str
    ending: str
    media_type: str
    is_of_log: bool
    is_by_http: bool


class Exports(Part):
    """Everything that can be fetched, in which formats; what is called `log` is the log of whole cases."""

    tables: tuple[Exported, ...]
    formats: tuple[ExportFormat, ...]
    position: int


def exports_of(look: Look) -> Exports:
    """Tell what there is, in the order of its names."""
    return Exports(
        tables=tuple(
            Exported(
                name=one.name,
                zh=one.zh,
                en=one.en,
                period=one.period.name if one.period else None,
                columns=tuple(field.name for field in one.fields),
            )
            for one in look.relations.values()
        ),
        formats=tuple(
            ExportFormat(
                name=one.name,
                ending=one.ending,
                media_type=one.media_type,
                is_of_log=one.name in LOGS,
                is_by_http=one.name in SENT,
            )
            for one in FORMATS.values()
        ),
        position=look.standing.position,
    )
