"""Frames and inputs for drawing: the one of the published vector, and random ones."""

from __future__ import annotations

from hashlib import sha256
from random import Random

from cases.sampling.drawing import Inputs, Item, Witness, commitment, frame_tsv

PROGRAMME, PERIOD = "monthly-audit", "2026-10"


def vector_frame(exchanges: int = 4, refunds: int = 37, repairs: int = 120) -> bytes:
    """The frame of the published vector."""
    sizes = {"exchange": exchanges, "refund": refunds, "repair": repairs}
    return frame_tsv(
        Item(kind, f"AS-{kind[:3].upper()}-{n:05d}", 6, sha256(f"leaf {kind} {n}".encode()).hexdigest())
        for kind, size in sizes.items()
        for n in range(1, size + 1)
    )


def inputs(nonces: tuple[str, str], *, rate: str = "0.10", floor: int = 0, beacon: str = "") -> Inputs:
    """Inputs of a draw whose witnesses keep their word."""
    roles = ("quality", "outside")
    first, second = (
        Witness(
            role,
            commitment(PROGRAMME, PERIOD, role, nonce) if len(nonce) == 64 and nonce.islower() else "",
            nonce,
        )
        for role, nonce in zip(roles, nonces, strict=True)
    )
    return Inputs(PROGRAMME, PERIOD, rate, floor, (first, second), beacon)


def random_frame(chance: Random) -> bytes:
    """A month of lamps: a few strata, some with names that sort oddly, some cases closed twice."""
    strata = chance.sample(
        ["repair", "repair out", "re", "退货", "Exchange", "_", "é", "zz"], chance.randint(1, 6)
    )
    return frame_tsv(
        Item(
            stratum,
            f"AS-{place}-{n}{chance.choice(['', '', '#2'])}",
            chance.randint(1, 40),
            chance.randbytes(32).hex(),
        )
        for place, stratum in enumerate(strata)
        for n in range(chance.randint(0, 9))
    )
