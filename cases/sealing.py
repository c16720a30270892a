"""Sealing one personal value: AES-256-GCM under its subject's own key, and a commitment that can be shown later."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_bytes
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cases.errors import BrokenHistory
from cases.keys import KEY_BYTES, NONCE_BYTES

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value lies: whose it is, which field, which version of it (from 1)."""

    subject_id: UUID
    field: str
    version: int

    def __str__(self) -> str:
        """Write it as references do: `<subject>/<field>/<version>`."""
        return f"{self.subject_id}/{self.field}/{self.version}"

    @classmethod
    def parse(cls, ref: str) -> Place:
        """Read a reference."""
        subject, field, version = ref.split("/")
        return cls(UUID(subject), field, int(version))

    @property
    def bound(self) -> bytes:
        """Give the associated data: a ciphertext that was moved elsewhere does not open."""
        return f"caseledger-value-v1\n{self.subject_id}\n{self.field}\n{self.version}".encode()


@dataclass(frozen=True, slots=True)
class Opened:
    """A value in clear with the salt of its commitment; shows neither when printed."""

    place: Place
    salt: bytes
    value: str

    def __repr__(self) -> str:
        """Show where it lies, and nothing of it."""
        return f"Opened({self.place})"


def new_subject_key() -> bytes:
    """Draw the key of a new subject."""
    return token_bytes(KEY_BYTES)


def commitment(field: str, salt: bytes, value: str) -> str:
    """Commit to a value (evidence.md 3): sha256 in hex; without the salt nothing can be tried against it."""
    return sha256(b"caseledger-pii-v1\n" + field.encode() + b"\n" + salt + value.encode()).hexdigest()


def seal(key: bytes, place: Place, value: str) -> tuple[bytes, str]:
    """Encrypt salt ‖ value; gives nonce ‖ ciphertext and the commitment."""
    nonce, salt = token_bytes(NONCE_BYTES), token_bytes(SALT_BYTES)
    sealed = AESGCM(key).encrypt(nonce, salt + value.encode(), place.bound)
    return nonce + sealed, commitment(place.field, salt, value)


def unseal(key: bytes, place: Place, sealed: bytes) -> Opened:
    """Decrypt what `seal` gave; raises BrokenHistory when it was altered or belongs elsewhere."""
    try:
        plain = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.bound)
    except InvalidTag:
        raise BrokenHistory("A value in the vault was altered or moved", ref=str(place)) from None
    return Opened(place, plain[:SALT_BYTES], plain[SALT_BYTES:].decode())


def normal_phone(phone: str) -> str:
    """Reduce a phone number to what makes it equal: digits, without +86 or 0086 before a mobile number."""
    digits = "".join(str(unicodedata.digit(c)) for c in phone if unicodedata.digit(c, None) is not None)
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + 11:
            return digits.removeprefix(prefix)
    return digits


def normal_number(number: str) -> str:
    """Reduce a serial, waybill or reference number to what makes it equal: NFKC, upper case, no spaces or dashes."""
    return "".join(c for c in unicodedata.normalize("NFKC", number).upper() if c.isalnum())
