"""What is shown of a personal value by default."""

from __future__ import annotations

import re
from collections.abc import Callable

MOBILE = 11
DISTRICT = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,9}?(?:特别行政区|自治区|省))?"
    r"(?:[\u4e00-\u9fff]{2,11}?(?:自治州|地区|盟|市))?"
    r"(?:[\u4e00-\u9fff]{1,11}?(?:自治县|自治旗|新区|区|县|旗|市))?"
)
HIDDEN = "***"


def masked_phone(phone: str) -> str:
    """Keep three digits and four: 138****5678; of a shorter number only the last two."""
    digits = [c for c in phone if c.isdigit()]
    if len(digits) >= MOBILE:
        return f"{''.join(digits[-11:-8])}****{''.join(digits[-4:])}"
    return HIDDEN + "".join(digits[-2:])


def masked_name(name: str) -> str:
    """Keep the first character: 张*."""
    return name[:1] + "*"


def masked_address(address: str) -> str:
    """Keep the address up to its district; nothing where no district is found."""
    found = DISTRICT.match(address.replace(" ", ""))
    return (found.group() if found else "") + HIDDEN


def masked_number(number: str) -> str:
    """Keep the last four characters of a longer number: ***7890."""
    return HIDDEN + (number[-4:] if len(number) > 2 * 4 else "")


def hidden(_text: str) -> str:
    """Show nothing of a free text."""
    return HIDDEN


MASKS: dict[str, Callable[[str], str]] = {
    "customer_phone": masked_phone,
    "customer_name": masked_name,
    "customer_address": masked_address,
    **dict.fromkeys(("serial", "old_serial", "new_serial", "waybill", "payment_reference"), masked_number),
}


def masked(field: str, value: str) -> str:
    """Mask a value as its field asks for; free text is hidden whole."""
    return MASKS.get(field, hidden)(value)
