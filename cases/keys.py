"""The key file: the key-encryption keys of the vault and the secret of all fingerprints, outside the database.

It needs backups of its own: whoever keeps it beside a backup of the database can undo every erasure, and whoever
loses it loses every personal value.
"""

from __future__ import annotations

import hmac
import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Annotated, Literal, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationError

from cases.errors import VaultLocked

KEY_BYTES = 32
NONCE_BYTES = 12
Purpose = Literal["phone-index", "same-value", "join-token", "idempotency", "import-key", "notices"]
"""What a fingerprint is for; each purpose has a key of its own (HKDF, RFC 5869)."""

Key = Annotated[
    bytes,
    BeforeValidator(lambda text: b64decode(text, validate=True) if isinstance(text, str) else text),
    PlainSerializer(lambda key: b64encode(key).decode(), return_type=str),
]


class Keys(BaseModel):
    """The content of the key file: AES-256 keys by id, the id now in use, and the secret for HMAC-SHA-256."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    format: Literal["caseledger-keys-v1"] = "caseledger-keys-v1"
    active: str
    wrapping: dict[str, Key]
    secret: Key

    def __repr__(self) -> str:
        """Name the key in use and show none."""
        return f"Keys(active={self.active!r})"

    __str__ = __repr__

    @classmethod
    def fresh(cls) -> Self:
        """Draw new keys."""
        name = token_hex(4)
        return cls(active=name, wrapping={name: token_bytes(KEY_BYTES)}, secret=token_bytes(KEY_BYTES))

    @classmethod
    def open(cls, path: Path, *, vault_is_empty: Callable[[], bool]) -> Self:
        """Read the key file; make one (mode 0600) where none is and the vault holds nothing yet.

        Raises VaultLocked when it is missing although the vault holds values, open to others, or unreadable.
        """
        try:
            return cls._read(path)
        except FileNotFoundError:
            if not vault_is_empty():
                raise VaultLocked(
                    f"The key file {path} is missing, and the vault holds values that only it can open. "
                    "Put it back from its own backup"
                ) from None
        cls._write_first(path)
        return cls._read(path)

    @classmethod
    def _read(cls, path: Path) -> Self:
        try:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise VaultLocked(f"Others may read the key file {path}. Close it with: chmod 600 {path}")
            return cls.model_validate_json(path.read_bytes())
        except ValidationError:
            raise VaultLocked(f"The key file {path} is damaged. Put it back from its own backup") from None
        except PermissionError:
            raise VaultLocked(f"The key file {path} cannot be read by this user") from None

    @classmethod
    def _write_first(cls, path: Path) -> None:
        """Write new keys whole and durably, or leave those that somebody else wrote in the meantime."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(cls.fresh().model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def mac(self, purpose: Purpose, *parts: str | bytes) -> str:
        """Fingerprint parts under the purpose's own key: HMAC-SHA-256 in hex over length-prefixed parts."""
        made = hmac.new(_derived(self.secret, purpose), digestmod=sha256)
        for part in parts:
            raw = part.encode() if isinstance(part, str) else part
            made.update(len(raw).to_bytes(8, "big") + raw)
        return made.hexdigest()

    def wrap(self, subject: str, key: bytes) -> tuple[str, bytes]:
        """Encrypt a subject's data key; gives the id of the wrapping key and nonce ‖ ciphertext."""
        nonce = token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.wrapping[self.active]).encrypt(nonce, key, _bound(subject, self.active))
        return self.active, nonce + sealed

    def unwrap(self, subject: str, wrapped_under: str, wrapped: bytes) -> bytes:
        """Decrypt a subject's data key; raises VaultLocked when this file has not the key for it."""
        if wrapped_under not in self.wrapping:
            raise VaultLocked("The key file does not have the key under which this value was put away")
        nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return AESGCM(self.wrapping[wrapped_under]).decrypt(nonce, sealed, _bound(subject, wrapped_under))
        except InvalidTag:
            raise VaultLocked("The key file does not fit this vault, or the vault was altered") from None


@cache
def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"caseledger-" + purpose.encode()).derive(secret)


def _bound(subject: str, key_id: str) -> bytes:
    return b"caseledger-data-key-v1\n" + subject.encode() + b"\n" + key_id.encode()
