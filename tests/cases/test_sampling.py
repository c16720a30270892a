"""Sampling: the published vector, the cases of apportionment, and what no draw may ever do."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.sampling.drawing import (
    WITHHELD,
    Draw,
    Inputs,
    Item,
    NotDrawable,
    Witness,
    apportion,
    commitment,
    draw,
    frame_hash,
    frame_tsv,
    rank,
    read_frame,
    sample_size,
    seed,
    union,
)
from tests.cases.frames import PERIOD, PROGRAMME, inputs, vector_frame

FIRST, SECOND = "aa" * 32, "bb" * 32


def drawn(frame: bytes, first: str = FIRST, second: str = SECOND, rate: str = "0.10") -> Draw:
    return draw(frame, inputs((first, second), rate=rate))


def test_the_published_vector_comes_out() -> None:
    october = drawn(vector_frame())
    assert october.frame_hash == "86e5a9d1da56feb66a1f86e8fffbe35c05bec8dbf48689347a033c7498213aac"
    assert october.seed == "17b1538db65526ff2e386b3ca5ad76e2fd54957e422c62fcd713d929ddb0b178"
    assert october.numbers == {"exchange": 1, "refund": 4, "repair": 12}
    assert october.picks["exchange"] == ("AS-EXC-00004",)
    assert october.picks["refund"] == tuple(f"AS-REF-{n:05d}" for n in (25, 6, 24, 30))
    assert october.picks["repair"][:6] == tuple(f"AS-REP-{n:05d}" for n in (6, 45, 89, 91, 20, 34))
    assert len(october.picks["repair"]) == 12


@pytest.mark.parametrize(
    ("counts", "rate", "floor", "numbers"),
    [
        ((23, 13, 33, 11), "0.10", 0, (3, 1, 3, 1)),
        ((28, 1, 1), "0.10", 0, (2, 1, 1)),
        ((2, 1), "0.10", 5, (2, 1)),
        ((100,), "0.07", 0, (7,)),
        ((100,), "7/100", 0, (7,)),
        ((100, 0), "1/3", 0, (34, 0)),
        ((5, 5), "1", 0, (5, 5)),
        ((5, 5), "0", 0, (0, 0)),
        ((5, 5), "0", 3, (2, 1)),  # the same remainder: the first name
        ((), "0.10", 5, ()),
        ((0, 0), "0.10", 5, (0, 0)),
    ],
)
def test_the_sample_is_shared_among_the_strata(
    counts: tuple[int, ...], rate: str, floor: int, numbers: tuple[int, ...]
) -> None:
    names = [f"stratum {letter}" for letter in "abcd"]
    shared = apportion(dict(zip(names, counts, strict=False)), rate, floor)
    assert tuple(shared.values()) == numbers


COUNTS = st.dictionaries(st.text("ab 灯é", min_size=1, max_size=4), st.integers(0, 400), max_size=8)


@given(COUNTS, st.integers(0, 40), st.integers(1, 40), st.integers(0, 60))
def test_no_stratum_is_left_out_overdrawn_or_far_from_its_share(
    counts: dict[str, int], p: int, more: int, floor: int
) -> None:
    rate, size = f"{p}/{p + more}", sum(counts.values())
    numbers, total = apportion(counts, rate, floor), sample_size(size, rate, floor)
    assert total == min(size, max(floor, -(-size * p // (p + more))))
    assert set(numbers) == set(counts)
    raised = [name for name in counts if total and counts[name] and total * counts[name] < size]
    assert total <= sum(numbers.values()) <= total + len(raised)
    for name, count in counts.items():
        assert (1 if count and total else 0) <= numbers[name] <= count
        if name not in raised and size:
            assert 0 <= numbers[name] - total * count // size <= 1
    assert apportion(dict(reversed(counts.items())), rate, floor) == numbers


ITEMS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 99)), unique_by=lambda pair: pair[1], max_size=60
)


@settings(max_examples=60, deadline=None)
@given(ITEMS, st.binary(min_size=32, max_size=32))
def test_a_draw_is_the_same_in_any_order_and_takes_the_first_ranks(
    pairs: list[tuple[str, int]], nonce: bytes
) -> None:
    told = [Item(stratum, f"AS-{number}", 1, "0" * 64) for stratum, number in pairs]
    frame = frame_tsv(told)
    assert frame == frame_tsv(reversed(told))
    assert len(read_frame(frame)) == len(told)
    once = drawn(frame, nonce.hex())
    assert once == drawn(frame, nonce.hex())
    assert {name: len(picks) for name, picks in once.picks.items()} == once.numbers
    assert sum(once.counts.values()) == len(once.ranking) == len(told)


def test_one_case_more_or_another_nonce_gives_another_seed() -> None:
    seeds = {
        drawn(vector_frame()).seed,
        drawn(vector_frame(4, 37, 121)).seed,
        drawn(vector_frame(), SECOND, FIRST).seed,
    }
    seeds.add(seed(PROGRAMME, PERIOD, frame_hash(vector_frame()), (FIRST, SECOND), beacon="12345"))
    assert len(seeds) == 4


def test_an_empty_month_is_an_empty_draw() -> None:
    empty = drawn(b"")
    assert (empty.counts, empty.numbers, empty.ranking, empty.picks) == ({}, {}, (), {})
    assert empty.frame_hash == sha256(b"").hexdigest()


def test_a_withheld_nonce_makes_the_sample_the_union_of_two_draws() -> None:
    zeros, witness = drawn(vector_frame(), second=WITHHELD), drawn(vector_frame(), second="cc" * 32)
    united = union([zeros, witness])
    for stratum, items in united.items():
        assert items[: len(zeros.picks[stratum])] == zeros.picks[stratum]
        assert set(items) == set(zeros.picks[stratum]) | set(witness.picks[stratum])
    assert Witness("quality", "0" * 64).kept_back


def test_a_commitment_is_bound_to_programme_period_and_role() -> None:
    written = f"caseledger-nonce-v1\n{PROGRAMME}\n{PERIOD}\nquality\n{FIRST}\n"
    assert commitment(PROGRAMME, PERIOD, "quality", FIRST) == sha256(written.encode()).hexdigest()
    told = {commitment(PROGRAMME, PERIOD, role, FIRST) for role in ("quality", "finance")}
    assert len({*told, commitment(PROGRAMME, "2026-11", "quality", FIRST)}) == 3


def test_ranks_follow_the_hash_and_then_the_item() -> None:
    ranked = rank("5eed", ["AS-2", "AS-1", "AS-1"])
    assert ranked == sorted(ranked)
    assert {item: digest for digest, item in ranked}["AS-2"] == sha256(b"5eed:AS-2\n").hexdigest()


LEAF = "0" * 64


@pytest.mark.parametrize(
    "frame",
    [
        b"repair\tAS-2\t1\t%s\nrepair\tAS-1\t1\t%s\n" % (LEAF.encode(), LEAF.encode()),  # not sorted
        b"repair\tAS-1\t1\t%s" % LEAF.encode(),  # not ended
        b"repair\tAS-1\t1\t%s\r\n" % LEAF.encode(),
        b"repair\tAS-1\t01\t%s\n" % LEAF.encode(),
        b"repair\tAS-1\tone\t%s\n" % LEAF.encode(),
        b"repair\tAS-1\t1\tABC\n",
        b"repair\tAS-1\t1\n",
        b"\xff\n",
        b"a\tAS-1\t1\t%s\nb\tAS-1\t1\t%s\n" % (LEAF.encode(), LEAF.encode()),  # twice
    ],
)
def test_a_frame_that_was_not_written_by_the_rule_is_refused(frame: bytes) -> None:
    with pytest.raises(NotDrawable):
        drawn(frame)


@pytest.mark.parametrize(
    "rate", ["1.1", "11/10", "-0.1", "1e-1", "10 %", "", "1/0", "１/10", ".1", "0." + "1" * 5000]
)
def test_a_rate_is_a_plain_decimal_or_a_fraction(rate: str) -> None:
    with pytest.raises(NotDrawable, match="rate"):
        drawn(vector_frame(), rate=rate)


@pytest.mark.parametrize("nonce", ["AA" * 32, "aa" * 31, "", "zz" * 32])
def test_a_nonce_is_32_bytes_in_lower_case_hex(nonce: str) -> None:
    with pytest.raises(NotDrawable, match="nonce"):
        drawn(vector_frame(), nonce)


def test_a_field_never_smuggles_a_line() -> None:
    for told in ("a\tb", "a\nb", ""):
        with pytest.raises(NotDrawable):
            frame_tsv([Item(told, "AS-1", 1, LEAF)])
        with pytest.raises(NotDrawable):
            commitment(PROGRAMME, told, "quality", FIRST)
    with pytest.raises(NotDrawable, match="floor"):
        draw(vector_frame(), Inputs(PROGRAMME, PERIOD, "0.1", -1, inputs((FIRST, SECOND)).witnesses))
    with pytest.raises(NotDrawable, match="counts"):
        apportion({"repair": -1, "refund": 2}, "0.1")
