"""What a filter can name: the codes that a column holds, and the products that cases are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from psycopg.sql import SQL, Composed, Identifier, Literal

from cases.errors import Malformed
from cases.regulation.nearest import meant
from projections.views.wide_views import VIEWS
from replay.exports.look import Look
from replay.exports.relations import Field, Relation

CODES: Final = "dim_codes"
FEW: Final = 30
"""Up to so many values are listed in a refusal; of more the dim is named."""
DIM_EVERYWHERE: Final = {
    "cause": "dim_causes", "clause_id": "dim_regulation_clauses", "department": "dim_departments",
    "event_type": "dim_event_types", "product_id": "dim_products", "target_id": "dim_targets",
}  # fmt: skip
VOCABULARY_EVERYWHERE: Final = {
    "cost": "cost", "payer": "payer", "role": "role", "severity": "severity", "verdict": "verdict",
    "verdict_as_recorded": "verdict", "verdict_unadjusted": "verdict",
}  # fmt: skip
"""Columns that mean the same in whichever table or report they stand."""
OF_REPORTS: Final[Mapping[str, Mapping[str, str]]] = {
    "rpt_sla_now": {"standing": "standing", "standing_unadjusted": "standing"},
    "rpt_month_end": {"measure": "month_measure"},
    "rpt_month_changes": {"change": "month_change", "subject": "subject"},
    "rpt_targets": {"measure": "measure"},
}
"""Report → its other columns with codes, and the vocabulary of each."""


class Codes(NamedTuple):
    """Where the values of a column stand: the keys of a dim, or of `dim_codes` those of one vocabulary."""

    dim: str
    vocabulary: str | None = None

    @property
    def told(self) -> str:
        """Name it for people."""
        return f"bi.{self.dim}" + (f", vocabulary {self.vocabulary}" if self.vocabulary else "")


def codes_of(relation: Relation, column: Field) -> Codes | None:
    """Tell which codes a column holds; None where any value can stand in it."""
    if dim := column.dim or _pointed_to(relation.name).get(column.name) or DIM_EVERYWHERE.get(column.name):
        return None if relation.name == dim else Codes(dim)
    named = {**VOCABULARY_EVERYWHERE, **OF_REPORTS.get(relation.name, {}), **_vocabularies(relation.name)}
    return Codes(CODES, named[column.name]) if column.name in named else None


def must_be_code(value: str, relation: Relation, column: Field, look: Look) -> None:
    """Raise Malformed for a value that is none of a column's codes, naming those that are."""
    codes = codes_of(relation, column)
    if codes is None or _is_known(value, codes, look):
        return
    known = sorted(row[0] for row in look.connection.execute(_values(codes, look)))
    is_short = 0 < len(known) <= FEW
    listed = (
        f"one of {', '.join(known)} ({codes.told})" if is_short else f"a value that stands in {codes.told}"
    )
    wrong = [{"field": column.name, "cure": f"{listed}{meant(value, known)}"}]
    raise Malformed(f"{column.name} of {relation.name} never has this value", errors=wrong)


def must_be_product(named: str, look: Look) -> None:
    """Raise Malformed for what is neither a product of a case or a catalogue nor a line of them."""
    query = SQL("SELECT product_id, product_line FROM {}").format(look.place(look.relation("dim_products")))
    known = {word for row in look.connection.execute(query) for word in row if word}
    if named not in known:
        cure = f"a product_id or product_line that stands in bi.dim_products{meant(named, known)}"
        raise Malformed(
            "No case or catalogue has this product", errors=[{"field": "product_id", "cure": cure}]
        )


def _pointed_to(name: str) -> Mapping[str, str]:
    """Give the dims that the columns of a wide view point to; a table says so itself."""
    view = next((one for one in VIEWS if one.name == name), None)
    columns = view.table.columns if view else ()
    return {column.name: column.says.to for column in columns if column.says.to}


def _vocabularies(name: str) -> Mapping[str, str]:
    """Give the vocabularies of the columns of a wide view, or of its table."""
    return next((one.codes for one in VIEWS if name in {one.name, one.table.name}), {})


def _is_known(value: str, codes: Codes, look: Look) -> bool:
    query = SQL("SELECT FROM ({}) AS known WHERE code = {}").format(_values(codes, look), Literal(value))
    return look.connection.execute(query).rowcount > 0


def _values(codes: Codes, look: Look) -> Composed:
    """Say in SQL what can stand in a column."""
    dim = look.relation(codes.dim)
    of = SQL("true") if codes.vocabulary is None else SQL("vocabulary = {}").format(Literal(codes.vocabulary))
    query = SQL("SELECT {}::text AS code FROM {} WHERE {}")
    return query.format(Identifier(dim.key[-1]), look.place(dim), of)
