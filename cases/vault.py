"""The vault: personal values under one key per person, found by keyed fingerprints, shown masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString, Self
from uuid import UUID, uuid4

from cases.caller import Caller
from cases.errors import NotFound, Refused
from cases.keys import NONCE_BYTES, Keys
from cases.masking import masked
from cases.personal import JOINED, PersonalRef
from cases.sealing import (
    Opened,
    Place,
    commitment,
    new_subject_key,
    normal_number,
    normal_phone,
    seal,
    unseal,
)
from cases.store.ledger import Ledger

PHONE = "customer_phone"
KINDS = {PHONE: "phone", "old_serial": "serial", "new_serial": "serial"}
"""Under which kind a field's token is made, where that is not its own name."""
Row = tuple[LiteralString, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Sealed:
    """References that may enter facts, and the rows that must be stored in the same transaction."""

    subject_id: UUID
    refs: Mapping[str, PersonalRef]
    beside: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Subject:
    """A person's data key, and what of it is stored: per field the last version, and the places of equal values."""

    subject_id: UUID
    key: bytes = field(repr=False)
    is_new: bool = False
    last: Mapping[str, int] = field(default_factory=dict)
    same: Mapping[tuple[str, bytes], Opened] = field(default_factory=dict)


class Vault:
    """Seals, finds and opens personal values; a value leaves it in clear only through `reveal`."""

    def __init__(self, ledger: Ledger, keys: Keys) -> None:
        """Use a vault with keys that are known to fit it."""
        self._ledger = ledger
        self.keys = keys

    @classmethod
    def open(cls, ledger: Ledger, key_file: Path) -> Self:
        """Open the vault of a database with its key file, made at the first start.

        Raises VaultLocked when the file is missing, open to others, or of another vault.
        """
        vault = cls(ledger, Keys.open(key_file, vault_is_empty=lambda: not _subjects(ledger)))
        for subject_id, name, wrapped in _subjects(ledger):
            vault.keys.unwrap(str(subject_id), name, wrapped)
        return vault

    # Putting values in

    def find(self, phone: str) -> UUID | None:
        """Find the person of a phone number, however it is written."""
        found = self._ledger.rows(
            "SELECT subject_id FROM vault.lookups WHERE token = %s AND kind = 'phone'",
            [self._phone_token(phone)],
        )
        return found[0][0] if found else None

    def seal(self, values: Mapping[str, str], subject_id: UUID | None = None) -> Sealed:
        """Seal values by field for a person: the one given, else that of the phone number, else a new one.

        A value that the same field of this person has had keeps its reference. Raises Refused for an erased person.
        """
        phone = values.get(PHONE)
        owner = self.find(phone) if phone is not None else None
        subject = self._subject(subject_id or owner or uuid4(), values)
        beside = list(self._subject_row(subject))
        refs: dict[str, PersonalRef] = {}
        for name, value in sorted(values.items()):
            refs[name], rows = self._sealed(subject, name, value)
            beside += rows
        if phone is not None and owner is None:
            row = [self._phone_token(phone), subject.subject_id]
            beside.append(
                ("INSERT INTO vault.lookups (token, kind, subject_id) VALUES (%s, 'phone', %s)", row)
            )
        return Sealed(subject.subject_id, refs, tuple(beside))

    def _sealed(self, subject: _Subject, name: str, value: str) -> tuple[PersonalRef, list[Row]]:
        fingerprint = self._fingerprint(subject.subject_id, name, value)
        known = subject.same.get((name, fingerprint))
        if known is not None:
            commit = commitment(name, known.salt, known.value)
            return self._ref(known.place, commit, value), []
        place = Place(subject.subject_id, name, subject.last.get(name, 0) + 1)
        sealed, commit = seal(subject.key, place, value)
        statement: LiteralString = (
            "INSERT INTO vault.fields (subject_id, field, version, nonce, ciphertext, fingerprint)"
            " VALUES (%s, %s, %s, %s, %s, %s)"
        )
        params = [
            place.subject_id,
            name,
            place.version,
            sealed[:NONCE_BYTES],
            sealed[NONCE_BYTES:],
            fingerprint,
        ]
        return self._ref(place, commit, value), [(statement, params)]

    def _ref(self, place: Place, commit: str, value: str) -> PersonalRef:
        return PersonalRef(ref=str(place), commit=commit, token=self.token(place.field, value))

    def token(self, name: str, value: str) -> str | None:
        """Give the keyed token by which tables join on equal values; None for a field that is never joined."""
        if name not in JOINED:
            return None
        plain = normal_phone(value) if name == PHONE else normal_number(value)
        return self.keys.mac("join-token", KINDS.get(name, name), plain)

    def _phone_token(self, phone: str) -> bytes:
        return bytes.fromhex(self.keys.mac("phone-index", normal_phone(phone)))

    def _fingerprint(self, subject_id: UUID, name: str, value: str) -> bytes:
        return bytes.fromhex(self.keys.mac("same-value", str(subject_id), name, value))

    def _subject(self, subject_id: UUID, values: Mapping[str, str]) -> _Subject:
        found = self._ledger.rows(
            "SELECT wrapped_key, key_encryption_key_id FROM vault.subjects WHERE subject_id = %s",
            [subject_id],
        )
        if not found:
            return _Subject(subject_id, new_subject_key(), is_new=True)
        wrapped, name = found[0]
        if wrapped is None:
            raise Refused("The personal data of this customer were erased; nothing is added", rule="erased")
        key = self.keys.unwrap(str(subject_id), name, wrapped)
        prints = [self._fingerprint(subject_id, field, value) for field, value in values.items()]
        rows = self._ledger.rows(
            "SELECT field, version, fingerprint, nonce || ciphertext, fingerprint = ANY(%s)"
            " FROM vault.fields WHERE subject_id = %s AND field = ANY(%s) ORDER BY field, version",
            [prints, subject_id, list(values)],
        )
        return _Subject(
            subject_id,
            key,
            last={row[0]: row[1] for row in rows},
            same={
                (row[0], row[2]): unseal(key, Place(subject_id, row[0], row[1]), row[3])
                for row in rows
                if row[4]
            },
        )

    def _subject_row(self, subject: _Subject) -> Iterator[Row]:
        if subject.is_new:
            name, wrapped = self.keys.wrap(str(subject.subject_id), subject.key)
            yield (
                "INSERT INTO vault.subjects (subject_id, wrapped_key, key_encryption_key_id) VALUES (%s, %s, %s)",
                [subject.subject_id, wrapped, name],
            )

    # Taking values out

    def masked(self, refs: Iterable[PersonalRef]) -> dict[str, str | None]:
        """Show values as everybody may see them, by reference; None for an erased one."""
        wanted = {ref.ref: Place.parse(ref.ref) for ref in refs}
        opened = self._opened(wanted.values())
        shown = {ref: opened.get(place) for ref, place in wanted.items()}
        return {ref: masked(wanted[ref].field, held.value) if held else None for ref, held in shown.items()}

    def reveal(self, ref: PersonalRef, *, case_id: UUID, purpose: str, caller: Caller) -> str:
        """Give one value in clear, after the access was recorded; raises NotFound for an erased one."""
        place = Place.parse(ref.ref)
        noted = self._ledger.rows(
            "INSERT INTO vault.accesses (subject_id, field, version, case_id, purpose, actor, role)"
            " SELECT subject_id, %s, %s, %s, %s, %s, %s FROM vault.subjects WHERE subject_id = %s"
            " RETURNING access_id",
            [place.field, place.version, case_id, purpose, caller.actor, caller.role.value, place.subject_id],
        )
        opened = self._opened([place]) if noted else {}
        if place not in opened:
            raise NotFound("This value is not in the vault any more", ref=ref.ref)
        return opened[place].value

    def _opened(self, places: Iterable[Place]) -> dict[Place, Opened]:
        wanted = list(dict.fromkeys(places))
        if not wanted:
            return {}
        rows = self._ledger.rows(
            "SELECT f.subject_id, f.field, f.version, f.nonce || f.ciphertext, s.wrapped_key,"
            " s.key_encryption_key_id"
            " FROM unnest(%s::uuid[], %s::text[], %s::int[]) AS w (subject_id, field, version)"
            " JOIN vault.fields AS f USING (subject_id, field, version)"
            " JOIN vault.subjects AS s USING (subject_id) WHERE s.wrapped_key IS NOT NULL",
            [[p.subject_id for p in wanted], [p.field for p in wanted], [p.version for p in wanted]],
        )
        found = {}
        for subject_id, name, version, sealed, wrapped, key_id in rows:
            place = Place(subject_id, name, version)
            found[place] = unseal(self.keys.unwrap(str(subject_id), key_id, wrapped), place, sealed)
        return found


def _subjects(ledger: Ledger) -> list[tuple[Any, ...]]:
    """Read one wrapped key, if there is any."""
    return ledger.rows(
        "SELECT subject_id, key_encryption_key_id, wrapped_key FROM vault.subjects"
        " WHERE wrapped_key IS NOT NULL LIMIT 1"
    )
