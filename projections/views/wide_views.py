"""Fact tables as analysts like them: every code with both its labels beside it, every row with its case number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from psycopg.sql import SQL, Composed, Identifier, Literal

from projections.tables import (
    case_events_table,
    cases_table,
    complaints_table,
    disputes_table,
    findings_table,
    part_movements_table,
    refunds_table,
    repairs_table,
    revisits_table,
    shipments_table,
)
from projections.tables.columns import Column, Says
from projections.tables.dims import CODE_DIMS
from projections.tables.grown_dims import CLAUSES, PRODUCTS
from projections.tables.table import Table

DIMS: Final = {table.name: table for table in (*CODE_DIMS, PRODUCTS, CLAUSES)}


@dataclass(frozen=True)
class WideView:
    """A fact table with labels; `codes` names the vocabulary of columns that hold a code and point to no dim.

    `told_by` names for a column the column of the dim of kinds of facts that says which vocabulary it has.
    """

    table: Table
    codes: Mapping[str, str] = field(default_factory=dict)
    told_by: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def name(self) -> str:
        """Its name: `rpt_cases` beside `fct_cases`."""
        return f"rpt_{self.table.name.removeprefix('fct_')}"

    @property
    def zh(self) -> str:
        """What it is, in Chinese."""
        return f"{self.table.zh}，附中英文名称"

    @property
    def en(self) -> str:
        """What it is, in English."""
        return f"{self.table.en}, with labels in both languages"

    @cached_property
    def pointing(self) -> dict[Column, Table]:
        """The columns that point to a dim with labels."""
        return {column: DIMS[column.says.to] for column in self.table.columns if column.says.to in DIMS}

    @property
    def lacks_number(self) -> bool:
        """Whether its table leaves the case number to fct_cases."""
        return all(column.name != "case_no" for column in self.table.columns)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Its columns in order."""
        return tuple(self._told())

    def _told(self) -> Iterator[Column]:
        yield from self.table.columns
        if self.lacks_number:
            yield Column("case_no", "text", True, Says("案件编号", "Case number, as told to the customer"))
        known = {column.name: column for column in self.table.columns}
        if CLAUSES in self.pointing.values():
            yield Column("clause", "text", True, Says("条款", "Clause of the regulation"))
        for column in (*self.pointing, *(known[name] for name in (*self.codes, *self.told_by))):
            for language, zh, en in (("zh", "中文", "Chinese"), ("en", "英文", "English")):
                says = Says(f"{column.says.zh}（{zh}）", f"{column.says.en} (label in {en})")
                yield Column(f"{_stem(column.name)}_{language}", "text", True, says)

    def create(self, schema: str) -> Iterator[Composed]:
        """Give the statements that make it and say what everything in it means."""
        view = Identifier(schema, self.name)
        yield SQL("CREATE VIEW {} AS SELECT {} FROM {} AS facts {}").format(
            view,
            SQL(", ").join(self._selected()),
            self.table.at(schema),
            SQL(" ").join(self._joined(schema)),
        )
        yield SQL("COMMENT ON VIEW {} IS {}").format(view, Literal(f"{self.zh} / {self.en}"))
        for column in self.columns:
            yield SQL("COMMENT ON COLUMN {} IS {}").format(
                Identifier(schema, self.name, column.name), Literal(f"{column.says.zh} / {column.says.en}")
            )

    def _labelled(self) -> Iterator[str]:
        yield from (column.name for column in self.pointing)
        yield from (*self.codes, *self.told_by)

    def _selected(self) -> Iterator[Composed]:
        yield SQL("{}.*").format(Identifier("facts"))
        if self.lacks_number:
            yield SQL("{}").format(Identifier("cases", "case_no"))
        for column, dim in self.pointing.items():
            if dim is CLAUSES:
                yield SQL("{}").format(Identifier(f"of_{column.name}", "clause"))
        for name in self._labelled():
            for language in ("zh", "en"):
                label, told = Identifier(f"of_{name}", f"label_{language}"), f"{_stem(name)}_{language}"
                yield SQL("{} AS {}").format(label, Identifier(told))

    # Outer joins by a key, so that a question which asks for no label reads no dim.
    def _joined(self, schema: str) -> Iterator[Composed]:
        if self.lacks_number:
            yield SQL("LEFT JOIN {} AS cases USING (case_id)").format(cases_table.TABLE.at(schema))
        for column, dim in self.pointing.items():
            yield SQL("LEFT JOIN {} AS {} ON {} = {}").format(
                dim.at(schema),
                Identifier(f"of_{column.name}"),
                Identifier(f"of_{column.name}", dim.key[0]),
                Identifier("facts", column.name),
            )
        vocabularies = {
            **{name: Literal(word) for name, word in self.codes.items()},
            **{name: Identifier("of_event_type", word) for name, word in self.told_by.items()},
        }
        for name, vocabulary in vocabularies.items():
            yield SQL("LEFT JOIN {dims} AS {of} ON {word} = {vocabulary} AND {code} = {held}").format(
                dims=DIMS["dim_codes"].at(schema),
                of=Identifier(f"of_{name}"),
                word=Identifier(f"of_{name}", "vocabulary"),
                vocabulary=vocabulary,
                code=Identifier(f"of_{name}", "code"),
                held=Identifier("facts", name),
            )


def _stem(name: str) -> str:
    return name.removesuffix("_id")


VIEWS: Final = (
    WideView(
        cases_table.TABLE,
        {
            "reason": "reason", "severity": "severity", "mode": "mode", "sales_channel": "sales_channel",
            "disposition": "disposition", "stage": "stage", "outcome": "outcome",
        },
    ),
    WideView(
        case_events_table.TABLE,
        {"role": "role", "subject": "subject"},
        {"what": "what_vocabulary", "how": "how_vocabulary"},
    ),
    WideView(complaints_table.TABLE, {"severity": "severity"}),
    WideView(findings_table.TABLE),
    WideView(refunds_table.TABLE, {"role": "role"}),
    WideView(repairs_table.TABLE, {"mode": "mode"}),
    WideView(revisits_table.TABLE, {"method": "revisit_method"}),
    WideView(
        shipments_table.TABLE,
        {"direction": "direction", "mode": "shipping_mode", "payer": "payer", "transit": "transit"},
    ),
    WideView(part_movements_table.TABLE, {"stock": "stock", "movement": "movement"}),
    WideView(
        disputes_table.TABLE,
        {"about": "contention", "liable": "party", "body": "body", "result": "mediation_result",
         "settlement": "settlement"},
    ),
)  # fmt: skip
