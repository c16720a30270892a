"""Dims that grow with the log: products, regions, staff and clauses, each with an `unknown` row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Final, NamedTuple

from cases.case import Case, fold
from cases.events import Classified, Corrected, Transferred
from cases.regulation.items import Promise
from cases.regulation.model import Item, Regulation
from cases.regulation.rules import Reference
from projections.casefile import UNKNOWN, CaseFile, product_id
from projections.tables.columns import Says
from projections.tables.dims import NOT_KNOWN, LabelEn, LabelZh
from projections.tables.table import Row, Table


class ProductRow(NamedTuple):
    """One product as cases or the catalogue name it, with what the newest catalogue says of it."""

    product_id: Annotated[str, Says("产品标识", "Product line and model, or the line alone")]
    product_line: Annotated[str, Says("产品线", "Product line")]
    product_model: Annotated[str | None, Says("型号", "Model; none when the case names no model")]
    listed_as: Annotated[str | None, Says("目录编号", "Its id in the newest catalogue; none when not listed")]
    sold_since: Annotated[date | None, Says("开售日期", "First day of its sale, by the catalogue")]
    laws: Annotated[str, Says("适用法规包", "Laws that the catalogue lets bind it, with commas")]
    label_zh: LabelZh
    label_en: LabelEn


class RegionRow(NamedTuple):
    """One region as cases name it."""

    region_id: Annotated[str, Says("地区标识", "Region as registered")]


class StaffRow(NamedTuple):
    """One actor, by the pseudonym that facts carry; who that is stands in no table of bi."""

    staff_id: Annotated[str, Says("人员代号", "Pseudonym of a person, or name of a program")]


class ClauseRow(NamedTuple):
    """One item of one version of a regulation."""

    clause_id: Annotated[str, Says("条款项标识", "Regulation@version/type/item")]
    regulation_id: Annotated[
        str,
        Says("制度及版本", "Regulation@version: what stands in `regulation` of tables and reports of facts"),
    ]
    regulation: Annotated[str, Says("制度", "The regulation")]
    regulation_version: Annotated[str, Says("制度版本", "Its version")]
    item_type: Annotated[
        str,
        Says(
            "类别",
            "promise, constraint, entitlement, target, programme, alert, consequence, appeal or placeholder",
        ),
    ]
    item: Annotated[str, Says("项", "Name of the item inside the regulation")]
    clause: Annotated[str, Says("条款", "The clause of the text that it comes from")]
    rules: Annotated[str, Says("对应规则", "Rules of the text that it serves, with commas")]
    stopped_by: Annotated[
        str, Says("停止它的事实", "Facts that stop its clocks, with commas; empty where it has none")
    ]
    department: Annotated[str, Says("责任部门", "Department that answers for it", "dim_departments")]
    label_zh: LabelZh
    label_en: LabelEn


PRODUCTS = Table(
    "dim_products", ProductRow, ("product_id",), "产品", "Products",
    fixed=(ProductRow(UNKNOWN, UNKNOWN, None, None, None, "", *NOT_KNOWN),),
)  # fmt: skip
REGIONS = Table("dim_regions", RegionRow, ("region_id",), "地区", "Regions", fixed=(RegionRow(UNKNOWN),))
STAFF = Table(
    "dim_staff", StaffRow, ("staff_id",), "人员（代号）", "Staff, by pseudonym", fixed=(StaffRow(UNKNOWN),)
)
CLAUSES = Table(
    "dim_regulation_clauses", ClauseRow, ("clause_id",), "制度条款", "Items of the regulations, with their clauses",
    fixed=(ClauseRow(*(UNKNOWN,) * 7, "", "", UNKNOWN, *NOT_KNOWN),),
)  # fmt: skip


def product_rows(file: CaseFile) -> Iterator[ProductRow]:
    """Give the products that a case names or once named."""
    for case in _ever(file):
        if (received := case.received) is not None:
            yield _product(file.reference, received.product_line, received.product_model)


def listed_rows(reference: Reference, standing: Iterable[Row] = ()) -> Iterator[ProductRow]:
    """Give what any published catalogue names, as it is written there, and the standing rows, all by the newest one."""
    for catalogue in reference.catalogues:
        for product in catalogue.product:
            for model in product.models or (None,):
                yield _product(reference, product.product_line, model)
    for row in standing:
        known = ProductRow._make(row)
        yield _product(reference, known.product_line, known.product_model)


def _product(reference: Reference, line: str, model: str | None) -> ProductRow:
    name = product_id(line, model)
    listed = reference.listed(line, model)
    if listed is None:
        return ProductRow(name, line, model, None, None, "", name, name)
    return ProductRow(
        product_id=name,
        product_line=line,
        product_model=model,
        listed_as=listed.id,
        sold_since=listed.sold_since,
        laws=",".join(listed.laws),
        label_zh=listed.label.zh,
        label_en=listed.label.en,
    )


def region_rows(file: CaseFile) -> Iterator[RegionRow]:
    """Give the regions that a case names or once named."""
    for case in _ever(file):
        yield RegionRow((case.received.region if case.received else None) or UNKNOWN)


def staff_rows(file: CaseFile) -> Iterator[StaffRow]:
    """Give whoever recorded a fact of a case, and whom it was ever given to."""
    for recorded in file.facts:
        yield StaffRow(recorded.actor)
    for case in _ever(file):
        for known in case.history:
            if isinstance(known.fact, Classified | Transferred) and known.fact.assigned_to:
                yield StaffRow(known.fact.assigned_to)


NAMES: Final = frozenset({"product_line", "product_model", "region", "assigned_to"})
"""The fields that rows of these dims are named by."""


def _ever(file: CaseFile) -> Iterator[Case]:
    """Give a case as it is, and as it was before each correction that could rename something.

    What was named once stands in the log for good; so its row does, and a rebuild gives the rows that following gave.
    """
    yield file.case
    for place, known in enumerate(file.facts):
        fact = known.fact
        if isinstance(fact, Corrected) and (fact.is_withdrawn or not NAMES.isdisjoint(fact.changes)):
            yield fold(file.case_id, file.facts[:place])


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
    yield "consequence", regulation.consequence
    yield "appeal", regulation.appeal
    yield "placeholder", regulation.placeholder


def _clause(regulation: Regulation, item_type: str, item: Item) -> ClauseRow:
    name = f"{regulation.id}@{regulation.version}"
    return ClauseRow(
        clause_id=clause_id(name, item_type, item.id),
        regulation_id=name,
        regulation=regulation.id,
        regulation_version=regulation.version,
        item_type=item_type,
        item=item.id,
        clause=item.clause,
        rules=",".join(item.rules),
        stopped_by=",".join(dict.fromkeys(stop.fact for stop in item.stop))
        if isinstance(item, Promise)
        else "",
        department=getattr(item, "department", UNKNOWN),
        label_zh=item.label.zh,
        label_en=item.label.en,
    )
