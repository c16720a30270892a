"""Cells of a registration form as people and Excel write them, turned into a command's fields."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from replay.imports.moments import in_utc, moment_of

Cell = str | float | int | bool | datetime | date | time | timedelta | None
_AMOUNT = re.compile(r"\d{1,10}(\.\d*)?")
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 80_000)  # 1954 to 2119: a date that lost its format
_PHONE_DIGITS = range(7, 16)
_SAID_IN_BRACKETS = re.compile(r"[((][^))]*[))]")


@cache
def headers() -> dict[str, str]:
    """Give the field that each known header means."""
    return {folded(word): field for field, words in _form()["columns"].items() for word in words}


@cache
def _form() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "registration.toml").read_text(encoding="utf-8"))


def folded(text: str) -> str:
    """Reduce a header or word to what makes it equal: NFKC, lower case, no spaces, marks or bracketed hints."""
    plain = _SAID_IN_BRACKETS.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return "".join(c for c in plain if c.isalnum() or c in "√×")


def as_text(cell: Cell) -> str:
    """Write a cell as text; Excel's 13800138000.0 is a number that was meant as digits."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return "" if cell is None else str(cell).strip()


def _as_moment(cell: Cell, zone: ZoneInfo) -> datetime:
    if isinstance(cell, float | int) and int(cell) in _EXCEL_DAYS:
        cell = datetime.combine(_EXCEL_EPOCH, time()) + timedelta(seconds=round(cell * 86_400))
    try:
        if isinstance(cell, datetime):
            return in_utc(cell, zone)
        if isinstance(cell, date):
            return datetime.combine(cell, time(), zone).astimezone(UTC)
        return moment_of(as_text(cell), zone)
    except ValueError:
        raise ValueError(
            "应为日期,例如 2026-09-30 08:15 / a date is wanted, such as 2026-09-30 08:15"
        ) from None


def _as_date(cell: Cell, zone: ZoneInfo) -> date:
    return _as_moment(cell, zone).astimezone(zone).date()


def _as_money(cell: Cell, _: ZoneInfo) -> dict[str, object]:
    written = unicodedata.normalize("NFKC", as_text(cell)).strip("¥元 ").replace(",", "")
    fen = Decimal(written) * 100 if _AMOUNT.fullmatch(written) else Decimal("NaN")
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise ValueError("应为金额,最多两位小数 / an amount with at most two decimals is wanted")
    return {"minor": int(fen), "currency": "CNY"}


@cache
def _codes(field: str) -> Mapping[str, str]:
    """Give the code that each known word of a field means."""
    told = _form()["words"][field].items()
    return {folded(word): code for code, words in told for word in (code, *words)}


def _as_word(field: str) -> Callable[[Cell, ZoneInfo], object]:
    def read(cell: Cell, _: ZoneInfo) -> object:
        code = _codes(field).get(folded(as_text(cell)))
        if code is not None:
            return {"true": True, "false": False}.get(code, code)
        words: Mapping[str, list[str]] = _form()["words"][field]
        wanted = "、".join(synonyms[0] for synonyms in words.values())
        raise ValueError(f"应为其中之一:{wanted} / one of these is wanted: {', '.join(words)}")

    return read


def _as_phone(cell: Cell, _: ZoneInfo) -> str:
    written = unicodedata.normalize("NFKC", as_text(cell)).removesuffix(".0")
    digits = sum(c.isdigit() for c in written)
    if not re.fullmatch(r"\+?[\d\s()\-]+", written) or digits not in _PHONE_DIGITS:
        raise ValueError("应为电话号码,7 到 15 位数字 / a phone number of 7 to 15 digits is wanted")
    return written


_READERS: dict[str, Callable[[Cell, ZoneInfo], object]] = {
    "occurred_at": _as_moment,
    "purchased_on": _as_date,
    "goods_received_on": _as_date,
    "paid": _as_money,
    "customer_phone": _as_phone,
    "channel": _as_word("channel"),
    "sales_channel": _as_word("sales_channel"),
    "remedy_sought": _as_word("remedy_sought"),
    "has_proof": _as_word("has_proof"),
}


def read_cell(field: str, cell: Cell, zone: ZoneInfo) -> object:
    """Turn a filled cell into the field's value; raises ValueError with a sentence that never holds the cell."""
    reader = _READERS.get(field)
    return reader(cell, zone) if reader else as_text(cell)
