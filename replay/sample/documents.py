"""What the sample's invented firm publishes: its products, the budgets of its year, its stock list."""

from __future__ import annotations

from collections.abc import Collection
from importlib.resources import files
from typing import Final

from cases.caller import Caller
from cases.codes import Role
from cases.recorded import Source
from cases.reference import Published
from cases.regulation.publishing import proposed_budgets, proposed_catalogue, proposed_stock_list

SOURCE: Final = Source(system="import:lamp-sample")
WRITER: Final = Caller("sample-writer", Role.SUPERVISOR, SOURCE, "sample-writer")
APPROVER: Final = Caller("sample-approver", Role.SUPERVISOR, SOURCE, "sample-approver")
"""Two people as invented as the cases, so that the documents come with four eyes like any other."""


def documents(published: Collection[str]) -> tuple[Published, ...]:
    """Make what WRITER proposes and APPROVER is to publish; `published` names the regulations in the log."""
    return (
        proposed_budgets(_text("budgets.toml"), "budgets.toml", WRITER),
        proposed_stock_list(_text("stock-list.toml"), "stock-list.toml", WRITER),
        *proposed_catalogue(_text("catalogue.toml"), "catalogue.toml", WRITER, published),
    )


def _text(file: str) -> str:
    return (files("replay") / "sample" / file).read_text(encoding="utf-8")
