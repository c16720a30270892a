"""Personal data at the border: clear only inside a command, a reference everywhere else."""

from __future__ import annotations

import re
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr, WithJsonSchema

LONGEST_TEXT = 4000
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
"""What no UTF-8 text of the database holds."""
JOINED = frozenset({"customer_phone", "serial", "old_serial", "new_serial", "waybill", "payment_reference"})
"""Fields whose reference carries a keyed token, so that tables can join on equal values."""


class PersonalRef(BaseModel):
    """Where a personal value lies in the vault, and a salted commitment to it (evidence.md 3).

    `ref` is `<subject>/<field>/<version>`, `commit` a sha256, `token` an HMAC for joins, both in hex.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ref: str
    commit: str
    token: str | None = None

    @property
    def subject_id(self) -> UUID:
        """Name the subject whose value it is."""
        return UUID(self.ref.split("/", 1)[0])


def _clear_text(value: Any) -> SecretStr:
    if isinstance(value, SecretStr):
        return value
    if (
        not isinstance(value, str)
        or not value.strip()
        or len(value) > LONGEST_TEXT
        or _UNWRITABLE.search(value)
    ):
        message = (
            f"must be a text of 1 to {LONGEST_TEXT} characters, none of them NUL or half a surrogate pair"
        )
        raise ValueError(message)
    return SecretStr(value.strip())


Personal = Annotated[
    SecretStr | PersonalRef,
    BeforeValidator(_clear_text),
    WithJsonSchema({"type": "string", "maxLength": LONGEST_TEXT, "x-personal": True}),
]
"""A command's personal field: a caller sends text, which the vault makes a `PersonalRef` before `decide`."""
