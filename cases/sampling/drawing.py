"""A sample that nobody can pick: the frame is frozen first, the seed comes afterwards, anybody can draw again.

Pure functions, integers and sha256 only. Texts are UTF-8, hashes lower-case hex, sorting is bytewise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from math import ceil

ALGORITHM = "caseledger-sample-v1"
NONCE_WORD = "caseledger-nonce-v1"
WITHHELD = "0" * 64
"""What a nonce counts as that was not revealed; the record names it as a finding."""

HEX = re.compile(r"[0-9a-f]{64}")
FIELD = re.compile(r"[^\x00-\x1f\x7f]+")
RATE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}|/0{0,9}[1-9][0-9]{0,9})?")


class NotDrawable(ValueError):
    """What was given cannot be drawn from; the message names the field, never a person."""


def _field(name: str, value: str) -> str:
    if not FIELD.fullmatch(value):
        raise NotDrawable(f"{name} is a text without tabs or line ends, and not empty")
    return value


def _hex(name: str, value: str) -> str:
    if not HEX.fullmatch(value):
        raise NotDrawable(f"{name} is 64 digits of lower-case hex")
    return value


def _digest(*lines: str) -> str:
    return sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Item:
    """A case in the frame as it stood at the freeze: its number, the version and leaf hash of its last fact."""

    stratum: str
    item: str
    """`case_no`, or `case_no#2` for a case that was closed a second time."""
    version: int
    leaf_hash: str

    def line(self) -> bytes:
        """Write the line of frame.tsv, without its end."""
        told = (_field("stratum", self.stratum), _field("item", self.item), str(self.version))
        return "\t".join((*told, _hex("leaf hash", self.leaf_hash))).encode()


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who committed to a nonce before the freeze and revealed it afterwards."""

    role: str
    commitment: str
    nonce: str = WITHHELD

    @property
    def kept_back(self) -> bool:
        """Tell whether the nonce was not revealed."""
        return self.nonce == WITHHELD


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a draw rests on besides the frame."""

    programme: str
    period: str
    """`2026-10`"""
    rate: str
    """A decimal string `0.10`, or `1/10`."""
    floor: int
    """At least so many, as far as the frame has them."""
    witnesses: tuple[Witness, Witness]
    beacon: str = ""
    is_independent: bool = False
    """Whether the two nonces come from two people, the second outside operations."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """An item with its place in its stratum."""

    stratum: str
    rank: int
    """From 1."""
    digest: str
    item: str
    is_drawn: bool


@dataclass(frozen=True)
class Draw:
    """A draw: what it rests on and the whole ranking, so that a replacement is the next rank."""

    inputs: Inputs
    frame: bytes
    frame_hash: str
    seed: str
    counts: dict[str, int]
    numbers: dict[str, int]
    """How many are taken of each stratum."""
    ranking: tuple[Ranked, ...]
    """By stratum, then by rank."""

    @cached_property
    def picks(self) -> dict[str, tuple[str, ...]]:
        """Give the drawn items of each stratum, by rank."""
        return {
            stratum: tuple(one.item for one in self.ranking if one.stratum == stratum and one.is_drawn)
            for stratum in self.counts
        }


def commitment(programme: str, period: str, role: str, nonce: str) -> str:
    """Commit to a nonce of 32 bytes (64 hex digits) for one period of a programme."""
    told = (_field("programme", programme), _field("period", period), _field("role", role))
    return _digest(NONCE_WORD, *told, _hex("nonce", nonce))


def frame_tsv(items: Iterable[Item]) -> bytes:
    """Write the frame: one line an item, LF ends, sorted bytewise; the same item twice raises NotDrawable."""
    told = list(items)
    if len({one.item for one in told}) < len(told):
        raise NotDrawable("an item stands twice in the frame")
    return b"".join(line + b"\n" for line in sorted(one.line() for one in told))


def read_frame(frame: bytes) -> tuple[Item, ...]:
    """Read a frame; one that `frame_tsv` would not have written raises NotDrawable."""
    try:
        rows = [line.split("\t") for line in frame.decode().split("\n")[:-1]]
        items = tuple(Item(stratum, item, int(version), leaf) for stratum, item, version, leaf in rows)
    except ValueError:
        raise NotDrawable("a line of the frame is: stratum, item, version, leaf hash") from None
    if frame_tsv(items) != frame:
        raise NotDrawable("the frame is not sorted bytewise, or not ended by LF")
    return items


def frame_hash(frame: bytes) -> str:
    """Give the sha256 of the frame."""
    return sha256(frame).hexdigest()


def seed(programme: str, period: str, frozen: str, nonces: tuple[str, str], beacon: str = "") -> str:
    """Make the seed of a draw from the frame hash and both nonces; an absent beacon is the empty string."""
    told = (_field("programme", programme), _field("period", period), _hex("frame hash", frozen))
    if beacon:
        _field("beacon", beacon)
    return _digest(ALGORITHM, *told, *(_hex("nonce", nonce) for nonce in nonces), beacon)


def sample_size(size: int, rate: str, floor: int = 0) -> int:
    """Give min(N, max(floor, ⌈N·p/q⌉)); a rate that is not a decimal or p/q in 0..1 raises NotDrawable."""
    if not RATE.fullmatch(rate) or (share := Fraction(rate)) > 1:
        raise NotDrawable("a rate is a decimal or p/q from 0 to 1")
    if floor < 0 or size < 0:
        raise NotDrawable("floor and counts are 0 or more")
    return min(size, max(floor, ceil(size * share)))


def apportion(counts: Mapping[str, int], rate: str, floor: int = 0) -> dict[str, int]:
    """Share the sample among the strata: at least one of each that is not empty, the rest by largest remainder."""
    size = sum(counts.values())
    if min(counts.values(), default=0) < 0:
        raise NotDrawable("floor and counts are 0 or more")
    total = sample_size(size, rate, floor)
    if total == 0:
        return dict.fromkeys(counts, 0)
    whole = {name: total * count // size for name, count in counts.items()}
    numbers = {name: min(count, max(1, whole[name])) for name, count in counts.items()}
    open_to_more = [name for name, count in counts.items() if 0 < whole[name] < count]
    open_to_more.sort(key=lambda name: (-(total * counts[name] % size), name.encode()))
    for name in open_to_more[: max(0, total - sum(numbers.values()))]:
        numbers[name] += 1
    return numbers


def rank(drawn_seed: str, items: Iterable[str]) -> list[tuple[str, str]]:
    """Order items by sha256(seed:item), ties by item; gives digest and item."""
    return sorted(((_digest(f"{drawn_seed}:{item}"), item) for item in items), key=_bytewise)


def _bytewise(ranked: tuple[str, str]) -> tuple[str, bytes]:
    return ranked[0], ranked[1].encode()


def draw(frame: bytes, inputs: Inputs) -> Draw:
    """Draw from a frozen frame; an empty frame gives an empty draw."""
    items = read_frame(frame)
    found = Counter(one.stratum for one in items)
    counts = {name: found[name] for name in sorted(found, key=str.encode)}
    numbers = apportion(counts, inputs.rate, inputs.floor)
    frozen = frame_hash(frame)
    first, second = inputs.witnesses
    drawn_seed = seed(inputs.programme, inputs.period, frozen, (first.nonce, second.nonce), inputs.beacon)
    ranking = tuple(
        Ranked(stratum, place, digest, item, is_drawn=place <= numbers[stratum])
        for stratum in counts
        for place, (digest, item) in enumerate(
            rank(drawn_seed, (one.item for one in items if one.stratum == stratum)), start=1
        )
    )
    return Draw(inputs, frame, frozen, drawn_seed, counts, numbers, ranking)


def union(draws: Iterable[Draw]) -> dict[str, tuple[str, ...]]:
    """Unite draws over one frame by stratum: without a beacon a withheld nonce makes the sample the union of two."""
    united: dict[str, dict[str, None]] = {}
    for one in draws:
        for stratum, items in one.picks.items():
            united.setdefault(stratum, {}).update(dict.fromkeys(items))
    return {stratum: tuple(items) for stratum, items in united.items()}
