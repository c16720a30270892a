"""Dims that grow with the log: products, regions, clauses and days, each with an `unknown` row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from cases.regulation.model import Item, Regulation
from cases.regulation.rules import Reference
from projections.casefile import UNKNOWN, CaseFile
from projections.columns import Says
from projections.dims import NOT_KNOWN, LabelEn, LabelZh
from projections.tables import Table


class ProductRow(NamedTuple):
    """One product as cases name it."""

    product_id: Annotated[str, Says("产品标识", "Product line and model, or the line alone")]
    product_line: Annotated[str, Says("产品线", "Product line")]
    product_model: Annotated[str | None, Says("型号", "Model; none when the case names no model")]


class RegionRow(NamedTuple):
    """One region as cases name it."""

    region_id: Annotated[str, Says("地区标识", "Region as registered")]


class ClauseRow(NamedTuple):
    """One item of one version of a regulation."""

    clause_id: Annotated[str, Says("条款项标识", "Regulation@version/type/item")]
    regulation: Annotated[str, Says("规章", "The regulation")]
    regulation_version: Annotated[str, Says("规章版本", "Its version")]
    item_type: Annotated[
        str, Says("类别", "promise, constraint, entitlement, target, programme, alert or placeholder")
    ]
    item: Annotated[str, Says("项", "Name of the item inside the regulation")]
    clause: Annotated[str, Says("条款", "The clause of the text that it comes from")]
    rules: Annotated[str, Says("对应规则", "Rules of the text that it serves, with commas")]
    department: Annotated[str, Says("责任部门", "Department that answers for it", "dim_departments")]
    label_zh: LabelZh
    label_en: LabelEn


PRODUCTS = Table(
    "dim_products", ProductRow, ("product_id",), "产品", "Products",
    fixed=(ProductRow(UNKNOWN, UNKNOWN, None),),
)  # fmt: skip
REGIONS = Table("dim_regions", RegionRow, ("region_id",), "地区", "Regions", fixed=(RegionRow(UNKNOWN),))
CLAUSES = Table(
    "dim_regulation_clauses", ClauseRow, ("clause_id",), "规章条款", "Items of the regulations, with their clauses",
    fixed=(ClauseRow(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "", UNKNOWN, *NOT_KNOWN),),
)  # fmt: skip


def product_rows(file: CaseFile) -> Iterator[ProductRow]:
    """Give the product that a case names."""
    if (received := file.case.received) is not None:
        yield ProductRow(file.product, received.product_line, received.product_model)


def region_rows(file: CaseFile) -> Iterator[RegionRow]:
    """Give the region that a case names."""
    yield RegionRow(file.region)


def clause_id(regulation: str, item_type: str, item: str) -> str:
    """Name an item of a regulation, given as id@version, for all tables; an id is unique among its own kind."""
    return f"{regulation}/{item_type}/{item}"


def clause_rows(reference: Reference) -> Iterator[ClauseRow]:
    """Give every item of every published version of every regulation."""
    for regulation in reference.regulations.values():
        for item_type, items in _items(regulation):
            yield from (_clause(regulation, item_type, item) for item in items)


def _items(regulation: Regulation) -> Iterator[tuple[str, tuple[Item, ...]]]:
    yield "promise", regulation.promise
    yield "constraint", regulation.constraint
    yield "entitlement", regulation.entitlement
    yield "target", regulation.target
    yield "programme", regulation.programme
    yield "alert", regulation.alert
    yield "placeholder", regulation.placeholder


def _clause(regulation: Regulation, item_type: str, item: Item) -> ClauseRow:
    return ClauseRow(
        clause_id=clause_id(f"{regulation.id}@{regulation.version}", item_type, item.id),
        regulation=regulation.id,
        regulation_version=regulation.version,
        item_type=item_type,
        item=item.id,
        clause=item.clause,
        rules=",".join(item.rules),
        department=getattr(item, "department", UNKNOWN),
        label_zh=item.label.zh,
        label_en=item.label.en,
    )
